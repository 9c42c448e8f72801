//! reveal.js and reveal-md: slides to the right and below, notes after `Note:`, fragments.

use super::marks::notes_to_the_end;
use super::sheet::{Cut, Said, Sheet};
use super::{Dialect, Mark};

pub(super) const DIALECT: Dialect = Dialect { name: "reveal.js", signs, read };

const FRONT: [&str; 5] = ["separator", "verticalSeparator", "revealOptions", "notesSeparator", "scripts"];

fn signs(sheet: &Sheet<'_>) -> usize {
    let rules = sheet.exactly("---");
    let below = sheet.exactly("----");
    let notes = (sheet.body..sheet.lines.len())
        .filter(|n| sheet.is_text(*n) && note(&sheet.lines[*n], "note").is_some());
    let notes = notes.count();
    let attributes = sheet.comments().filter(|c| is_attribute(c)).count();
    let front = FRONT.iter().filter(|key| sheet.front.contains_key(**key)).count();
    let by_rules = !rules.is_empty() || !below.is_empty() || sheet.front.contains_key("separator");
    // Many decks part what is below with two dashes, which are steps in remark; its notes begin with `???`.
    let two = if notes > 0 && sheet.exactly("???").is_empty() { 2 * sheet.exactly("--").len() } else { 0 };
    4 * (attributes + front)
        + if by_rules { 2 * notes + two } else { 0 }
        + if rules.is_empty() { 0 } else { below.len() }
}

fn is_attribute(comment: &str) -> bool {
    comment.starts_with(".slide:") || comment.starts_with(".element:") || comment.starts_with(".element ")
}

/// The rest of a line after `Note:` or `Notes:`, which may be another word.
fn note(line: &str, word: &str) -> Option<String> {
    let line = line.trim_start();
    let head = line.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word))?;
    let rest = &line[head.len()..];
    let rest = rest.strip_prefix(['s', 'S']).unwrap_or(rest);
    rest.strip_prefix(':').map(str::to_owned)
}

fn read(sheet: &mut Sheet<'_>) {
    let across = sheet.setting("separator").unwrap_or_else(|| "---".into());
    let below = sheet.setting("verticalSeparator").unwrap_or_else(|| "----".into());
    for separator in [across, below] {
        separate(sheet, &separator);
    }
    if !sheet.front.contains_key("verticalSeparator") {
        separate(sheet, "--");
    }
    sheet.cut = Cut::Marks;
    sheet.no_bare_start = true;
    let word = sheet.setting("notesSeparator").map(|word| plain(&word).trim_end_matches(':').to_lowercase());
    let word = word.filter(|w| !w.is_empty() && w.is_ascii()).unwrap_or_else(|| "note".into());
    sheet.read_comments(|comment, ignored| {
        if !is_attribute(comment) {
            return Said::Note;
        }
        if comment.starts_with(".element") && comment.contains("fragment") {
            return Said::Mark(Mark::Fragment);
        }
        if !ignored.iter().any(|known| known == "attributes") {
            ignored.push("attributes".into());
        }
        Said::Nothing
    });
    notes_to_the_end(sheet, |line| note(line, word.trim_end_matches("s?").trim_end_matches('s')));
    sheet.ignore_keys(&["theme", "css", "highlightTheme", "revealOptions", "scripts"]);
}

/// A separator is a pattern; most are a line, and some a number of blank lines.
fn separate(sheet: &mut Sheet<'_>, pattern: &str) {
    let line = plain(pattern);
    if line.is_empty() {
        let blanks =
            pattern.matches("\\n").count().max(pattern.matches('\n').count()).saturating_sub(1).max(1);
        let mut run = 0;
        for n in sheet.body..sheet.lines.len() {
            run = if sheet.is_text(n) && sheet.is_blank(n) { run + 1 } else { 0 };
            if run == blanks {
                sheet.put(n, Mark::Break);
            }
        }
        return;
    }
    let same = |text: &str| text.trim() == line;
    for n in sheet.body..sheet.lines.len() {
        if sheet.places[n] != super::scan::Place::Code && same(&sheet.lines[n]) {
            sheet.put(n, Mark::Break);
        }
    }
}

/// The words of a pattern without what stands for the ends of lines.
fn plain(pattern: &str) -> String {
    ["\\r?", "\\r", "\\n", "\\s*", "\n", "\r", "^", "$", "\\"]
        .iter()
        .fold(pattern.to_owned(), |text, part| text.replace(part, ""))
        .trim()
        .to_owned()
}
