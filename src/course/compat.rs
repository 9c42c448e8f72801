//! What pandoc reads and CommonMark does not, rewritten line by line so that every line keeps its number.

use std::borrow::Cow;

use serde_yaml::Value;

/// How far a table with blank lines inside is followed.
const LONGEST_TABLE: usize = 400;

/// The deck's text for the markdown parser. The first `skip` lines (the front matter) become blank.
pub(super) fn adapt(lines: &[&str], skip: usize) -> String {
    let mut out: Vec<Cow<'_, str>> = lines.iter().map(|l| Cow::Borrowed(*l)).collect();
    out.iter_mut().take(skip).for_each(|l| *l = Cow::Borrowed(""));
    let mut fence: Option<(char, usize)> = None;
    let mut comment = false;
    let mut i = skip;
    while i < lines.len() {
        let line = lines[i];
        if let Some((mark, width)) = fence {
            if closes(line, mark, width) {
                fence = None;
            }
        } else if comment {
            comment = !line.contains("-->");
        } else if let Some(open) = opens(line) {
            fence = Some(open);
        } else if let Some(at) = line.find("<!--").filter(|_| line.trim_start().starts_with("<!--")) {
            comment = !line[at..].contains("-->");
        } else if indent(line) < 4 {
            let first = i == skip || lines[i - 1].trim().is_empty();
            if first && let Some(heading) = glued_heading(line) {
                out[i] = Cow::Owned(heading);
            } else if let Some(end) = metadata_end(lines, i).filter(|_| first) {
                out[i..=end].iter_mut().for_each(|l| *l = Cow::Borrowed(""));
                i = end;
            } else if let Some((start, end)) = table(lines, i, skip) {
                preformat(&mut out, start, end);
                i = end - 1;
            }
        }
        i += 1;
    }
    out.join("\n")
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn opens(line: &str) -> Option<(char, usize)> {
    let line = line.trim_start_matches([' ', '>']);
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let width = line.chars().take_while(|c| *c == mark).count();
    (width >= 3 && !(mark == '`' && line[width..].contains('`'))).then_some((mark, width))
}

fn closes(line: &str, mark: char, width: usize) -> bool {
    let line = line.trim_start_matches([' ', '>']).trim_end();
    line.len() >= width && line.chars().all(|c| c == mark)
}

/// `#Header`, which pandoc takes as a heading.
fn glued_heading(line: &str) -> Option<String> {
    let text = line.trim_start();
    let level = text.chars().take_while(|c| *c == '#').count();
    let rest = &text[level..];
    ((1..=6).contains(&level) && rest.starts_with(char::is_alphabetic))
        .then(|| format!("{} {rest}", &text[..level]))
}

/// The last line of a further metadata block that starts at `i`: only one that `...` closes and that is a mapping.
fn metadata_end(lines: &[&str], i: usize) -> Option<usize> {
    if lines[i].trim_end() != "---" || lines.get(i + 1)?.trim().is_empty() {
        return None;
    }
    let end = (i + 1..lines.len()).find(|&n| matches!(lines[n].trim_end(), "---" | "..."))?;
    let closed = lines[end].trim_end() == "...";
    let mapping =
        || serde_yaml::from_str::<Value>(&lines[i + 1..end].join("\n")).is_ok_and(|v| v.is_mapping());
    (closed && mapping()).then_some(end)
}

/// The lines of a pandoc simple, multiline or grid table that line `i` belongs to.
fn table(lines: &[&str], i: usize, skip: usize) -> Option<(usize, usize)> {
    let blank = |n: usize| lines[n].trim().is_empty();
    let paragraph_end = |from: usize| (from..lines.len()).find(|&n| blank(n)).unwrap_or(lines.len());
    if is_grid_border(lines[i]) {
        let end =
            (i..lines.len()).find(|&n| !lines[n].trim_start().starts_with(['+', '|'])).unwrap_or(lines.len());
        return (i == skip || blank(i - 1)).then_some((i, end)).filter(|(s, e)| e - s > 2);
    }
    if !is_column_rule(lines[i]) {
        return None;
    }
    let start = (skip..i).rev().find(|&n| blank(n)).map_or(skip, |n| n + 1);
    if lines[start].trim_start().starts_with(['*', '+', '>', '#', '`', '~']) {
        return None;
    }
    let mut end = paragraph_end(i + 1);
    if start < i && is_dashes(lines[start]) {
        let last = (i + 1..lines.len().min(i + LONGEST_TABLE))
            .find(|&n| is_dashes(lines[n]) && (n + 1 == lines.len() || blank(n + 1)));
        end = last.map_or(end, |n| n + 1);
    }
    (end > i + 1).then_some((start, end))
}

fn is_dashes(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.bytes().all(|b| b == b'-')
}

/// `-----  ----`: at least two groups of at least two dashes.
fn is_column_rule(line: &str) -> bool {
    let groups = line.split_whitespace();
    line.trim_start().starts_with("--")
        && groups.clone().count() >= 2
        && groups.into_iter().all(|g| g.len() >= 2 && g.bytes().all(|b| b == b'-'))
}

fn is_grid_border(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 5
        && line.starts_with("+-")
        && line.ends_with('+')
        && line.chars().all(|c| matches!(c, '+' | '-' | '=' | ':'))
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
