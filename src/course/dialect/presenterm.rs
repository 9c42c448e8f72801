//! presenterm: commands in comments, a title slide made of the front matter.

use serde_yaml::{Mapping, Value};

use super::sheet::{Cut, Said, Sheet, mapping};
use super::{Dialect, Mark};
use crate::course::yaml::scalar;

pub(super) const DIALECT: Dialect = Dialect { name: "presenterm", signs, read };

const BARE: [&str; 9] = [
    "end_slide",
    "pause",
    "reset_layout",
    "jump_to_middle",
    "new_line",
    "newline",
    "no_footer",
    "skip_slide",
    "end_column",
];
const WITH_VALUE: [&str; 12] = [
    "column_layout",
    "column",
    "incremental_lists",
    "speaker_note",
    "new_lines",
    "newlines",
    "alignment",
    "font_size",
    "include",
    "list_item_newlines",
    "snippet_output",
    "text_width",
];
/// Keys of the front matter that other tools do not have.
const FRONT: [&str; 4] = ["sub_title", "options", "event", "location"];

fn signs(sheet: &Sheet<'_>) -> usize {
    let prefix = prefix(sheet);
    let commands = sheet.comments().filter(|c| !matches!(command(c, &prefix), Command::None)).count();
    let front = FRONT.iter().filter(|key| sheet.front.contains_key(**key)).count();
    // Nobody else writes one of these words, alone, into a comment.
    4 * commands + front
}

enum Command<'a> {
    None,
    Bare(&'a str),
    Valued(&'static str, String),
}

fn command<'a>(comment: &'a str, prefix: &str) -> Command<'a> {
    let Some(comment) = comment.strip_prefix(prefix).map(str::trim) else { return Command::None };
    if BARE.contains(&comment) {
        return Command::Bare(comment);
    }
    let Some((name, rest)) = comment.split_once(':') else { return Command::None };
    let Some(name) = WITH_VALUE.into_iter().find(|known| *known == name.trim()) else { return Command::None };
    // A note over several lines is written as YAML.
    let yaml = mapping(comment).and_then(|map| map.get(name).and_then(scalar));
    Command::Valued(name, yaml.unwrap_or_else(|| rest.trim().to_owned()))
}

fn options(sheet: &Sheet<'_>) -> Mapping {
    match sheet.front.get("options") {
        Some(Value::Mapping(map)) => map.clone(),
        _ => Mapping::new(),
    }
}

fn prefix(sheet: &Sheet<'_>) -> String {
    options(sheet).get("command_prefix").and_then(scalar).unwrap_or_default()
}

fn read(sheet: &mut Sheet<'_>) {
    let prefix = prefix(sheet);
    let options = options(sheet);
    let is_on = |name: &str| options.get(name).and_then(Value::as_bool) == Some(true);
    sheet.incremental = is_on("incremental_lists");
    if is_on("end_slide_shorthand") {
        sheet.exactly("---").into_iter().for_each(|n| sheet.put(n, Mark::Break));
    }
    if is_on("implicit_slide_ends") {
        at_titles(sheet);
    }
    sheet.read_comments(|comment, ignored| {
        let mark = match command(comment, &prefix) {
            Command::None if comment.starts_with("//") || comment.starts_with("comment:") => {
                return Said::Nothing;
            }
            Command::None => return Said::Note,
            Command::Bare("end_slide") => Mark::Break,
            Command::Bare("pause") => Mark::Pause,
            Command::Bare("reset_layout" | "end_column") => Mark::EndColumns,
            Command::Bare("jump_to_middle") => Mark::Middle,
            // Blank lines are the theme's.
            Command::Bare("new_line" | "newline") | Command::Valued("new_lines" | "newlines", _) => {
                return Said::Nothing;
            }
            Command::Valued("speaker_note", text) => Mark::Note(text.trim().to_owned()),
            Command::Valued("incremental_lists", on) => Mark::Lists(on.parse().ok()),
            Command::Valued("column_layout", shares) => {
                let shares =
                    shares.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
                Mark::Columns(shares)
            }
            Command::Valued("include", name) => Mark::Include(name),
            Command::Valued("column", number) => Mark::Column(number.parse().unwrap_or(0)),
            Command::Bare(name) | Command::Valued(name, _) => {
                if !ignored.iter().any(|known| known == name) {
                    ignored.push(name.to_owned());
                }
                return Said::Nothing;
            }
        };
        Said::Mark(mark)
    });
    if sheet.marks.contains(&Mark::Break) {
        sheet.cut = Cut::Marks;
    }
    hide_lines(sheet);
    opening(sheet);
    sheet.ignore_keys(&["theme"]);
}

/// Each title, which is a line with a line of `=` or `-` below it, begins a slide.
fn at_titles(sheet: &mut Sheet<'_>) {
    let is_line =
        |text: &str| text.len() >= 2 && (text.bytes().all(|b| b == b'=') || text.bytes().all(|b| b == b'-'));
    for n in sheet.body + 1..sheet.lines.len() {
        let title = n - 1;
        if sheet.is_text(n)
            && sheet.is_text(title)
            && is_line(sheet.lines[n].trim())
            && !sheet.is_blank(title)
        {
            let text = format!("# {}", sheet.lines[title].trim());
            sheet.lines[n] = text.into();
            sheet.put(title, Mark::Break);
        }
    }
}

/// In code that can be run, lines after `/// ` are not shown.
fn hide_lines(sheet: &mut Sheet<'_>) {
    let highlights = super::slides::hide(sheet, |info| info.contains("+exec"));
    if highlights {
        sheet.ignore("code that runs or is highlighted by steps");
    }
}

fn opening(sheet: &mut Sheet<'_>) {
    let one = |sheet: &Sheet<'_>, key: &str| sheet.setting(key).filter(|t| !t.trim().is_empty());
    let authors = match sheet.front.get("authors") {
        Some(Value::Sequence(list)) => list.iter().filter_map(scalar).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    if !authors.is_empty() {
        sheet.author = Some(authors.clone());
    }
    let Some(title) = one(sheet, "title") else { return };
    sheet.opening.push((1, title));
    let lines = [("sub_title", 2), ("event", 0), ("location", 0), ("date", 0), ("author", 0)];
    let lines: Vec<(u8, String)> =
        lines.into_iter().filter_map(|(key, level)| Some((level, one(sheet, key)?))).collect();
    sheet.opening.extend(lines);
    if !authors.is_empty() {
        sheet.opening.push((0, authors));
    }
}
