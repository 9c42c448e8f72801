//! Deckset: notes after `^`, commands in brackets, settings without marks around them.

use super::sheet::{Cut, Sheet};
use super::{Dialect, Mark};

pub(super) const DIALECT: Dialect = Dialect { name: "Deckset", signs, read };

const SETTINGS: [&str; 9] = [
    "theme",
    "autoscale",
    "slidenumbers",
    "slide-numbers",
    "build-lists",
    "footer",
    "slidecount",
    "footer-style",
    "code-language",
];

fn signs(sheet: &Sheet<'_>) -> usize {
    let text = (sheet.body..sheet.lines.len()).filter(|n| sheet.is_text(*n)).map(|n| sheet.lines[n].as_ref());
    text.filter(|line| note(line).is_some() || command(line).is_some()).count()
}

fn note(line: &str) -> Option<&str> {
    line.strip_prefix('^')
        .filter(|rest| rest.starts_with(|c: char| c == ' ' || c.is_alphabetic()) && !rest.contains('^'))
}

/// `[.build-lists: true]`, `[.column]`.
fn command(line: &str) -> Option<&str> {
    line.trim().strip_prefix("[.").and_then(|rest| rest.strip_suffix(']'))
}

fn read(sheet: &mut Sheet<'_>) {
    settings(sheet);
    for n in sheet.body..sheet.lines.len() {
        if !sheet.is_text(n) {
            continue;
        }
        if sheet.lines[n].trim_end() == "---" {
            sheet.put(n, Mark::Break);
        } else if let Some(name) = command(&sheet.lines[n]).map(str::to_owned) {
            match name.split(':').map(str::trim).collect::<Vec<_>>()[..] {
                ["column"] => sheet.put(n, Mark::Column(usize::MAX)),
                ["build-lists", value] => sheet.put(n, Mark::Lists(Some(value != "false"))),
                [name, ..] => {
                    let name = name.to_owned();
                    sheet.ignore(&name);
                    sheet.blank(n);
                }
                [] => {}
            }
        } else if note(&sheet.lines[n]).is_some() {
            let end = (n + 1..sheet.lines.len())
                .find(|m| sheet.is_blank(*m) || !sheet.is_text(*m) || note(&sheet.lines[*m]).is_some());
            let end = end.unwrap_or(sheet.lines.len());
            let lines: Vec<&str> = sheet.lines[n..end].iter().map(AsRef::as_ref).collect();
            let text = lines.join("\n").trim_start_matches('^').to_owned();
            sheet.note(n..end, &text);
        } else if sheet.lines[n].trim_start().starts_with('#') && sheet.lines[n].contains("[fit]") {
            sheet.lines[n] = sheet.lines[n].replacen("[fit]", "", 1).into();
        }
    }
    sheet.cut = Cut::Marks;
}

/// `theme: …` and the like at the very top.
fn settings(sheet: &mut Sheet<'_>) {
    let mut n = sheet.body;
    while sheet.is_text(n) {
        let Some((key, value)) = sheet.lines[n].split_once(": ") else { break };
        let key = key.trim().to_lowercase();
        if !SETTINGS.contains(&key.as_str()) {
            break;
        }
        match key.as_str() {
            "build-lists" => sheet.incremental = value.trim() == "true",
            key => sheet.ignore(key),
        }
        sheet.blank(n);
        n += 1;
    }
}
