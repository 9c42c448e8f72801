//! What pandoc and patat read and CommonMark does not: the form to which all dialects are brought.

use std::borrow::Cow;

use serde_yaml::Mapping;

use super::sheet::{Sheet, mapping};
use super::{Mark, number, table};
use crate::course::front_matter::author;
use crate::course::html;
use crate::course::yaml::scalar;

/// What pandoc's writers know of a text, so that a block of these is metadata wherever it stands.
const METADATA: [&str; 14] = [
    "title",
    "subtitle",
    "author",
    "authors",
    "date",
    "lang",
    "keywords",
    "abstract",
    "institute",
    "theme",
    "patat",
    "header-includes",
    "bibliography",
    "subject",
];

/// How many things only pandoc's and patat's decks hold.
pub(super) fn signs(sheet: &Sheet<'_>) -> usize {
    let text = (sheet.body..sheet.lines.len()).filter(|n| sheet.is_text(*n)).map(|n| sheet.lines[n].trim());
    let found = text.filter(|line| *line == ". . ." || div(line).is_some()).count();
    2 * found + 5 * usize::from(sheet.front.contains_key("patat"))
}

pub(super) fn read(sheet: &mut Sheet<'_>) {
    title_block(sheet);
    let mut open: Vec<Div> = Vec::new();
    let mut feet = Vec::new();
    let mut i = sheet.body;
    while i < sheet.lines.len() {
        if sheet.is_text(i) && !sheet.is_blank(i) {
            i = line(sheet, i, &mut open, &mut feet);
        }
        i += 1;
    }
    number::read(sheet);
    sheet.lines.extend(feet.into_iter().flat_map(|foot| [Cow::Borrowed(""), Cow::Owned(foot)]));
}

/// Reads what begins on a line; gives the last line that it takes.
fn line(sheet: &mut Sheet<'_>, i: usize, open: &mut Vec<Div>, feet: &mut Vec<String>) -> usize {
    let first = i == sheet.body || sheet.is_blank(i - 1) || !sheet.is_text(i - 1);
    let text = sheet.lines[i].to_string();
    let flat = super::scan::indent(&text) < 4;
    if flat
        && first
        && let Some((end, map)) = metadata(sheet, i)
    {
        (i..=end).for_each(|n| sheet.blank(n));
        take_metadata(sheet, &map);
        return end;
    }
    if flat
        && let Some((start, end, table)) = table::at(&sheet.lines, i, sheet.body)
            .filter(|(start, end, _)| (*start..*end).all(|n| sheet.is_text(n)))
    {
        match table {
            Some(table) => {
                (start..end).for_each(|n| sheet.blank(n));
                sheet.put(start, Mark::Table(table));
            }
            None => preformat(&mut sheet.lines, start, end),
        }
        return end - 1;
    }
    if flat
        && first
        && let Some(end) = line_block(sheet, i)
    {
        return end;
    }
    if text.contains("notes")
        && let Some((from, start, name)) = html::notes_in(&text)
    {
        return html_notes(sheet, i, (from, start), name);
    }
    if let Some(fence) = div(&text) {
        return self::fence(sheet, i, fence, open);
    }
    if flat
        && first
        && let Some(heading) = glued_heading(&text)
    {
        sheet.lines[i] = heading.into();
    }
    if text.trim_start().starts_with('#') {
        let plain = without_attributes(&sheet.lines[i]).to_owned();
        sheet.lines[i] = plain.into();
    } else if let Some(next) = sheet.lines.get(i + 1)
        && !next.trim().is_empty()
        && (next.trim().bytes().all(|b| b == b'=') || next.trim().bytes().all(|b| b == b'-'))
    {
        let plain = without_attributes(&sheet.lines[i]).to_owned();
        sheet.lines[i] = plain.into();
    }
    if let Some(rest) = text.trim_start().strip_prefix(':')
        && !rest.starts_with([' ', '\t'])
        && (flat || !first)
    {
        let at = text.len() - text.trim_start().len();
        sheet.lines[i] = format!("{}\\{}", &text[..at], &text[at..]).into();
    }
    if let Some(alert) = alert(&text) {
        sheet.lines[i] = alert.into();
    }
    if sheet.lines[i].contains("^[") {
        inline_notes(sheet, i, feet);
    }
    i
}

/// Lines that begin with `|` and stay lines, as of a poem or an address; what is below such a line and begins with a blank belongs
/// to it. Gives the last line of the block.
fn line_block(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let begins = |line: &str| line == "|" || line.starts_with("| ");
    let is_rule =
        |line: &str| line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | '+' | ' '));
    let end = (i..sheet.lines.len())
        .find(|n| !sheet.is_text(*n) || sheet.is_blank(*n))
        .unwrap_or(sheet.lines.len());
    let block: Vec<String> = sheet.lines[i..end].iter().map(|line| line.trim_end().to_owned()).collect();
    let goes_on = |line: &String| begins(line) || line.starts_with(' ');
    let is_table = block.iter().any(|line| is_rule(line) || (line.len() > 1 && line.ends_with('|')));
    if !begins(&block[0]) || is_table || !block.iter().all(goes_on) {
        return None;
    }
    for (n, line) in block.iter().enumerate() {
        let text =
            if begins(line) { line[1..].strip_prefix(' ').unwrap_or_default() } else { line.trim_start() };
        let words = text.trim_start();
        let lead = "\u{a0}".repeat(text.len() - words.len()) + if words.is_empty() { "\u{a0}" } else { "" };
        let breaks = block.get(n + 1).is_some_and(|next| begins(next));
        sheet.lines[i + n] = format!("{lead}{words}{}", if breaks { "\\" } else { "" }).into();
    }
    Some(end - 1)
}

/// `% title`, `% author`, `% date`, each with more lines below that begin with a blank.
fn title_block(sheet: &mut Sheet<'_>) {
    let mut n = sheet.body;
    let mut parts: Vec<String> = Vec::new();
    while sheet.is_text(n) && parts.len() < 4 {
        let line = sheet.lines[n].to_string();
        if let Some(part) = line.strip_prefix("% ").or((line.trim_end() == "%").then_some("")) {
            parts.push(part.trim().to_owned());
        } else if let Some(last) =
            parts.last_mut().filter(|_| line.starts_with(' ') && !line.trim().is_empty())
        {
            last.push(' ');
            last.push_str(line.trim());
        } else {
            break;
        }
        sheet.blank(n);
        n += 1;
    }
    let mut parts = parts.into_iter().filter(|p| !p.is_empty());
    if let Some(title) = parts.next() {
        sheet.title = Some(title);
        sheet.author = parts
            .next()
            .map(|a| a.split(';').map(str::trim).collect::<Vec<_>>().join(", "))
            .or(sheet.author.take());
    }
}

/// A further block of metadata: closed by dots it is one if it is a mapping, by dashes if it says what pandoc knows.
fn metadata(sheet: &Sheet<'_>, i: usize) -> Option<(usize, Mapping)> {
    let lines = &sheet.lines;
    if lines[i].trim_end() != "---" || lines.get(i + 1)?.trim().is_empty() {
        return None;
    }
    let end = (i + 1..lines.len()).find(|&n| matches!(lines[n].trim_end(), "---" | "..."))?;
    let map = mapping(&lines[i + 1..end].join("\n"))?;
    let known = || map.keys().filter_map(scalar).any(|key| METADATA.contains(&key.as_str()));
    (lines[end].trim_end() == "..." || known()).then_some((end, map))
}

/// What was said before counts.
fn take_metadata(sheet: &mut Sheet<'_>, map: &Mapping) {
    if !sheet.front.contains_key("title") && sheet.title.is_none() {
        sheet.title = map.get("title").and_then(scalar);
    }
    if !sheet.front.contains_key("author") && sheet.author.is_none() {
        sheet.author = Some(author(map)).filter(|a| !a.is_empty());
    }
    if map.contains_key("patat") {
        sheet.ignore("settings of patat below the top");
    }
}

/// What a div that is open was opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Div {
    Plain,
    Columns,
    Column,
    Lists,
}

/// Speaker notes in an element of HTML, which may hold blank lines.
fn html_notes(sheet: &mut Sheet<'_>, i: usize, (from, start): (usize, usize), name: &str) -> usize {
    let before = sheet.lines[i][..from].to_owned();
    let mut text = sheet.lines[i][start..].to_owned();
    let closing = format!("</{}", name.to_ascii_lowercase());
    let mut end = i;
    while !text.to_ascii_lowercase().contains(&closing) && end + 1 < sheet.lines.len() {
        end += 1;
        text.push('\n');
        text.push_str(&sheet.lines[end]);
    }
    let (note, after) = html::inside(&text, name);
    sheet.note(i..end + 1, &html::held(note).text);
    let whole = format!("{before}{}{after}", sheet.lines[i]);
    sheet.lines[i] = whole.into();
    end
}

/// The classes of a line that opens a div, or none of them for one that closes it.
fn div(line: &str) -> Option<Vec<&str>> {
    let text = line.trim();
    let rest = text.trim_start_matches(':');
    let colons = text.len() - rest.len();
    if colons < 3 || super::scan::indent(line) > 3 {
        return None;
    }
    let rest = rest.trim().trim_end_matches(':').trim();
    match rest.strip_prefix('{') {
        Some(inner) => {
            let inner = inner.strip_suffix('}')?;
            Some(inner.split_whitespace().map(|word| word.trim_start_matches('.')).collect())
        }
        None if rest.is_empty() => Some(Vec::new()),
        None => (!rest.contains(char::is_whitespace)).then(|| vec![rest]),
    }
}

fn fence(sheet: &mut Sheet<'_>, i: usize, classes: Vec<&str>, open: &mut Vec<Div>) -> usize {
    let mark = |sheet: &mut Sheet<'_>, mark: Option<Mark>| match mark {
        Some(mark) => sheet.put(i, mark),
        None => sheet.blank(i),
    };
    if classes.is_empty() {
        match open.pop() {
            None => {}
            Some(Div::Columns) => mark(sheet, Some(Mark::EndColumns)),
            Some(Div::Lists) => mark(sheet, Some(Mark::Lists(None))),
            Some(Div::Plain | Div::Column) => mark(sheet, None),
        }
        return i;
    }
    let is = |class: &str| classes.contains(&class);
    if is("notes") {
        let end = end_of_div(sheet, i);
        let text: Vec<&str> = sheet.lines[i + 1..end].iter().map(AsRef::as_ref).collect();
        let text = text.join("\n");
        let last = (end + 1).min(sheet.lines.len());
        sheet.note(i..last, &text);
        return last - 1;
    }
    let (kind, made) = if is("columns") {
        (Div::Columns, Some(Mark::Columns(Vec::new())))
    } else if is("column") {
        // The number is the next one.
        (Div::Column, Some(Mark::Column(usize::MAX)))
    } else if is("incremental") || is("nonincremental") {
        (Div::Lists, Some(Mark::Lists(Some(is("incremental")))))
    } else {
        (Div::Plain, None)
    };
    open.push(kind);
    mark(sheet, made);
    i
}

fn end_of_div(sheet: &Sheet<'_>, i: usize) -> usize {
    let mut depth = 1;
    for n in i + 1..sheet.lines.len() {
        let classes = sheet.is_text(n).then(|| div(&sheet.lines[n])).flatten();
        match classes.map(|c| c.is_empty()) {
            Some(true) => depth -= 1,
            Some(false) => depth += 1,
            None => {}
        }
        if depth == 0 {
            return n;
        }
    }
    sheet.lines.len()
}

/// `#Header`, which pandoc takes as a heading.
fn glued_heading(line: &str) -> Option<String> {
    let text = line.trim_start();
    let level = text.chars().take_while(|c| *c == '#').count();
    let rest = &text[level..];
    ((1..=6).contains(&level) && rest.starts_with(char::is_alphabetic))
        .then(|| format!("{} {rest}", &text[..level]))
}

/// A heading without `{#id .class key=value}` at its end.
fn without_attributes(line: &str) -> &str {
    let text = line.trim_end();
    let Some((before, inner)) = text.strip_suffix('}').and_then(|t| t.rsplit_once('{')) else { return line };
    if is_attributes(inner) { before.trim_end() } else { line }
}

pub(in crate::course) fn is_attributes(inner: &str) -> bool {
    let mut words = inner.split_whitespace().peekable();
    words.peek().is_some()
        && words.all(|w| {
            (w.len() > 1 && w.starts_with(['.', '#'])) || w == "-" || (w.contains('=') && !w.starts_with('='))
        })
}

/// `> [!NOTE]` and its kin, as strong words on a line of their own.
fn alert(line: &str) -> Option<String> {
    let text = line.trim_start_matches([' ', '>']);
    if text.len() == line.len() {
        return None;
    }
    let (kind, title) = text.strip_prefix("[!")?.split_once(']')?;
    let known = ["note", "tip", "important", "warning", "caution"].contains(&kind.to_lowercase().as_str());
    let words = match title.trim() {
        "" => {
            let mut chars = kind.chars();
            chars
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .chain(chars.flat_map(char::to_lowercase))
                .collect()
        }
        title => title.to_owned(),
    };
    known.then(|| format!("{}**{words}**\\", &line[..line.len() - text.len()]))
}

/// `^[words]` becomes a footnote like the others.
fn inline_notes(sheet: &mut Sheet<'_>, i: usize, feet: &mut Vec<String>) {
    let mut out = String::new();
    let line = sheet.lines[i].to_string();
    let mut rest = line.as_str();
    while let Some(at) = rest.find("^[") {
        let code = rest[..at].matches('`').count() % 2 == 1;
        let mut depth = 0;
        let end = rest[at + 1..].char_indices().find_map(|(n, c)| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            (depth == 0).then_some(at + 1 + n)
        });
        let Some(end) = end.filter(|_| !code) else {
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        let label = format!("inline-{}", feet.len() + 1);
        out.push_str(&format!("{}[^{label}]", &rest[..at]));
        feet.push(format!("[^{label}]: {}", &rest[at + 2..end]));
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    sheet.lines[i] = out.into();
}

/// Puts a fence into the blank lines around, so that no line moves; where there is none, indents.
fn preformat(out: &mut [Cow<'_, str>], start: usize, end: usize) {
    let before = start.checked_sub(1).is_some_and(|n| out[n].trim().is_empty());
    let after = out.get(end).is_some_and(|l| l.trim().is_empty());
    if before && after {
        out[start - 1] = Cow::Borrowed("~~~~");
        out[end] = Cow::Borrowed("~~~~");
    } else {
        out[start..end].iter_mut().for_each(|l| *l = Cow::Owned(format!("    {l}")));
    }
}
