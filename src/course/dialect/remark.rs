//! remark: properties at the top of a slide, notes after `???`, steps after `--`, classes around brackets.

use super::marks::notes_to_the_end;
use super::sheet::{Cut, Sheet};
use super::{Dialect, Mark};

pub(super) const DIALECT: Dialect = Dialect { name: "remark", signs, read };

const PROPERTIES: [&str; 12] = [
    "name",
    "class",
    "count",
    "template",
    "layout",
    "background-image",
    "background-color",
    "background-size",
    "background-position",
    "background-repeat",
    "exclude",
    "continued",
];

fn signs(sheet: &Sheet<'_>) -> usize {
    let text = |n: &usize| sheet.is_text(*n);
    let lines = (sheet.body..sheet.lines.len()).filter(text);
    let is_class = |n: &usize| class_at(&sheet.lines[*n], 0).is_some();
    let classes = lines.clone().filter(is_class).count();
    let mut top = vec![sheet.body];
    top.extend(sheet.exactly("---").into_iter().map(|n| n + 1));
    let properties = top.into_iter().filter(|n| next_property(sheet, *n).is_some()).count();
    let steps = sheet
        .exactly("--")
        .into_iter()
        .filter(|n| sheet.is_blank(n + 1) || sheet.is_blank(n.saturating_sub(1)))
        .count();
    4 * sheet.exactly("???").len() + classes + 2 * properties + 2 * steps
}

/// The first line with words from here on, if it is a property and no front matter of Slidev.
fn next_property(sheet: &Sheet<'_>, from: usize) -> Option<usize> {
    let n = (from..sheet.lines.len()).find(|n| !sheet.is_blank(*n))?;
    let mut last = n;
    while property(sheet, last).is_some() {
        last += 1;
    }
    (last > n && sheet.lines.get(last).is_none_or(|l| l.trim_end() != "---")).then_some(n)
}

fn property<'s>(sheet: &'s Sheet<'_>, n: usize) -> Option<(&'s str, &'s str)> {
    let line = sheet.is_text(n).then(|| sheet.lines.get(n)).flatten()?;
    let (key, value) = line.split_once(':')?;
    PROPERTIES.contains(&key.trim()).then_some((key.trim(), value.trim()))
}

fn read(sheet: &mut Sheet<'_>) {
    for n in sheet.body..sheet.lines.len() {
        if !sheet.is_text(n) {
            continue;
        }
        match sheet.lines[n].trim_end() {
            "---" => sheet.put(n, Mark::Break),
            "--" => sheet.put(n, Mark::Pause),
            _ => {}
        }
    }
    sheet.cut = Cut::Marks;
    // A step is a slide of its own there, which may have properties as well.
    for part in sheet.parts(|mark| matches!(mark, Mark::Break | Mark::Pause)) {
        properties(sheet, part);
    }
    notes_to_the_end(sheet, |line| (line.trim_end() == "???").then(String::new));
    for slide in sheet.slides() {
        classes(sheet, slide);
    }
    sheet.ignore_keys(&["class", "theme"]);
}

fn properties(sheet: &mut Sheet<'_>, slide: std::ops::Range<usize>) {
    let Some(mut n) = slide.clone().find(|n| !sheet.is_blank(*n)) else { return };
    let mut middle = false;
    let first = n;
    while n < slide.end {
        let Some((key, value)) = property(sheet, n).map(|(key, value)| (key.to_owned(), value.to_owned()))
        else {
            break;
        };
        sheet.blank(n);
        match (key.as_str(), value.as_str()) {
            ("continued", "true") if slide.start > sheet.body => sheet.put(slide.start - 1, Mark::Pause),
            ("class", value) => {
                middle |= value.split([',', ' ']).any(|class| class == "middle");
                sheet.ignore("class");
            }
            ("name" | "count", _) => {}
            (key, _) => sheet.ignore(key),
        }
        n += 1;
    }
    if middle {
        sheet.put(first, Mark::Middle);
    }
}

/// Where `.name[` or `.one.two[` begins from a byte on, its names, and the byte after the bracket.
fn class_at(line: &str, from: usize) -> Option<(usize, &str, usize)> {
    let bytes = line.as_bytes();
    for (at, _) in line[from..].match_indices('.').map(|(n, dot)| (from + n, dot)) {
        let before = line[..at].chars().next_back();
        let ticks = line[..at].matches('`').count();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '/' | '\\' | ')' | ']'))
            || ticks % 2 == 1
        {
            continue;
        }
        let length = line[at..]
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
            .count();
        let name = &line[at + 1..at + length];
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) && bytes.get(at + length) == Some(&b'[') {
            return Some((at, name, at + length + 1));
        }
    }
    None
}

/// Takes the names and brackets away; what they stand around stays. Brackets on lines of their own may be columns.
fn classes(sheet: &mut Sheet<'_>, slide: std::ops::Range<usize>) {
    let mut n = slide.start;
    let mut from = 0;
    while n < slide.end {
        let found = if sheet.is_text(n) {
            class_at(&sheet.lines[n], from).map(|(at, name, after)| (at, name.to_owned(), after))
        } else {
            None
        };
        let Some((at, name, after)) = found else {
            n += 1;
            from = 0;
            continue;
        };
        let Some((last, end)) = closing(sheet, n, after, slide.end) else {
            from = after;
            continue;
        };
        let mut closed = sheet.lines[last].to_string();
        closed.replace_range(end..=end, "");
        if last == n && matches!(closed[after..end].trim(), "*" | "-" | "+" | "#" | ">") {
            // A sign among words, and no beginning of a list or the like.
            closed.insert(after, '\\');
        }
        sheet.lines[last] = closed.into();
        let mut opened = sheet.lines[n].to_string();
        opened.replace_range(at..after, "");
        let alone = opened.trim().is_empty();
        sheet.lines[n] = opened.into();
        from = at;
        let column = if name.contains("right") {
            Some(1)
        } else if name.contains("left") {
            Some(0)
        } else {
            None
        };
        if let (true, Some(column), true) = (alone, column, last > n && sheet.is_blank(last)) {
            sheet.put(n, Mark::Column(column));
            let another = (last + 1..slide.end).find(|m| !sheet.is_blank(*m));
            let beside = another.is_some_and(|m| {
                class_at(&sheet.lines[m], 0)
                    .is_some_and(|(at, name, _)| at == 0 && (name.contains("right") || name.contains("left")))
            });
            if !beside {
                sheet.put(last, Mark::EndColumns);
            }
        }
    }
}

/// The line and byte of the bracket that closes one opened before `from`.
fn closing(sheet: &Sheet<'_>, first: usize, from: usize, end: usize) -> Option<(usize, usize)> {
    let mut depth = 1;
    for n in (first..end).filter(|n| sheet.places[*n] != super::scan::Place::Code) {
        let start = if n == first { from } else { 0 };
        for (at, c) in sheet.lines[n][start..].char_indices() {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some((n, start + at));
            }
        }
    }
    None
}
