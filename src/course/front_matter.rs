//! The YAML block at the top of a deck: title, author, minutes and patat's settings.

use std::path::Path;

use serde_yaml::{Mapping, Value};

use super::Settings;
use super::diagnostic::{Diagnostic, Script, Severity};
use super::markdown;
use super::yaml::{Snippet, scalar};

/// What patat knows under `patat:`; all but two are accepted and left to the app's own settings.
const KNOWN: [&str; 18] = [
    "wrap",
    "margins",
    "rows",
    "columns",
    "tabStop",
    "slideLevel",
    "incrementalLists",
    "breadcrumbs",
    "slideNumber",
    "autoAdvanceDelay",
    "theme",
    "syntaxDefinitions",
    "eval",
    "images",
    "speakerNotes",
    "transition",
    "links",
    "pandocExtensions",
];

/// What patat does not let a single slide set.
const DECK_ONLY: [&str; 7] = [
    "autoAdvanceDelay",
    "eval",
    "images",
    "incrementalLists",
    "pandocExtensions",
    "slideLevel",
    "speakerNotes",
];

#[derive(Debug, Default)]
pub(super) struct FrontMatter {
    pub(super) title: String,
    pub(super) author: String,
    pub(super) minutes: u32,
    pub(super) settings: Settings,
    /// How many of the file's first lines it takes, its two marks included.
    pub(super) lines: usize,
    /// The first of them; a comment may stand above.
    pub(super) from: usize,
    pub(super) map: Mapping,
    /// What the deck asks for and does not get.
    pub(super) ignored: Vec<String>,
}

pub(super) fn read(script: &Script<'_>, diagnostics: &mut Vec<Diagnostic>) -> FrontMatter {
    let mut front = FrontMatter { title: file_name(script.path), ..FrontMatter::default() };
    let Some(open) = first_line(&script.lines) else { return front };
    if script.lines[open].trim_end() != "---" {
        return front;
    }
    let body = open + 1;
    let close = (body..script.lines.len()).find(|&n| matches!(script.lines[n].trim_end(), "---" | "..."));
    let Some(close) = close else { return front };
    let text = script.lines[body..close].join("\n");
    let snippet = Snippet { script, text: &text, first: body + 1 };
    match snippet.value() {
        Ok(Value::Mapping(map)) => {
            (front.from, front.lines) = (open, close + 1);
            fill(&mut front, &map, &snippet, diagnostics);
            front.map = map;
        }
        Ok(_) if text.trim().is_empty() => (front.from, front.lines) = (open, close + 1),
        // A deck may start with a rule.
        Ok(_) => {}
        Err(mistake) => {
            let key = script.lines.get(body).and_then(|l| l.split_once(':')).map(|(key, _)| key);
            if key
                .is_some_and(|k| !k.is_empty() && k.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)))
            {
                (front.from, front.lines) = (open, close + 1);
                diagnostics.push(*mistake);
            }
        }
    }
    front
}

/// The first line with something other than comments.
fn first_line(lines: &[&str]) -> Option<usize> {
    let mut n = lines.iter().position(|l| !l.trim().is_empty())?;
    while lines.get(n)?.trim_start().starts_with("<!--") {
        let end = (n..lines.len()).find(|m| lines[*m].contains("-->"))?;
        let (_, after) = lines[end].rsplit_once("-->")?;
        if !after.trim().is_empty() {
            return Some(end);
        }
        n = (end + 1..lines.len()).find(|m| !lines[*m].trim().is_empty())?;
    }
    Some(n)
}

/// One or several, with commas between.
pub(super) fn author(map: &Mapping) -> String {
    match map.get("author") {
        Some(Value::Sequence(list)) => {
            list.iter().filter_map(scalar).map(|a| markdown::words(&a)).collect::<Vec<_>>().join(", ")
        }
        Some(one) => scalar(one).map(|a| markdown::words(&a)).unwrap_or_default(),
        None => String::new(),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "deck".to_owned(), |n| n.to_string_lossy().into_owned())
}

fn fill(front: &mut FrontMatter, map: &Mapping, snippet: &Snippet<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(title) = map.get("title").and_then(scalar).filter(|t| !t.trim().is_empty()) {
        front.title = markdown::words(&title);
    }
    front.author = author(map);
    if let Some(minutes) = map.get("minutes") {
        match flexible(minutes) {
            Some(n) => front.minutes = n,
            None => diagnostics.push(snippet.key(
                Severity::Warning,
                None,
                "minutes",
                "`minutes` is not a whole number",
                Some("write for example `minutes: 15`"),
            )),
        }
    }
    match map.get("patat") {
        Some(Value::Mapping(settings)) => fill_settings(front, settings, snippet, diagnostics),
        None | Some(Value::Null) => {}
        Some(_) => diagnostics.push(snippet.key(
            Severity::Error,
            None,
            "patat",
            "`patat` must hold settings, one a line",
            Some("write `patat:` and, indented below, for example `slideLevel: 2`"),
        )),
    }
}

fn fill_settings(
    front: &mut FrontMatter,
    settings: &Mapping,
    snippet: &Snippet<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut complain = |severity, key: &str, message: String, help: &str| {
        diagnostics.push(snippet.key(severity, Some("patat"), key, message, Some(help)));
    };
    for (key, value) in settings {
        let Some(key) = scalar(key) else { continue };
        match key.as_str() {
            "slideLevel" => match flexible(value).filter(|n| *n <= 6) {
                Some(level) => front.settings.slide_level = u8::try_from(level).ok(),
                None => complain(
                    Severity::Error,
                    &key,
                    "`slideLevel` is not a number from 0 to 6".to_owned(),
                    "write for example `slideLevel: 2`",
                ),
            },
            "incrementalLists" => match scalar(value).as_deref() {
                Some("true") => front.settings.incremental_lists = true,
                Some("false") => front.settings.incremental_lists = false,
                _ => complain(
                    Severity::Error,
                    &key,
                    "`incrementalLists` is neither true nor false".to_owned(),
                    "write `incrementalLists: true`",
                ),
            },
            known if KNOWN.contains(&known) => front.ignored.push(known.to_owned()),
            other => complain(
                Severity::Warning,
                other,
                format!("there is no setting `{other}`"),
                "it is ignored; patat's manual lists the settings",
            ),
        }
    }
}

/// patat takes whole numbers in quotes, too.
fn flexible(value: &Value) -> Option<u32> {
    scalar(value)?.trim().parse().ok()
}

/// Looks through the settings of one slide (`<!--config:`), which the app accepts and does not use.
pub(super) fn check_slide_config(
    script: &Script<'_>,
    yaml: &str,
    line: usize,
    slide: usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let bad = match serde_yaml::from_str::<Value>(yaml) {
        Ok(Value::Mapping(map)) => map
            .keys()
            .filter_map(scalar)
            .find(|k| DECK_ONLY.contains(&k.as_str()))
            .map(|k| format!("on slide {slide}: `{k}` can be set for the whole deck only")),
        Ok(Value::Null) => None,
        Ok(_) => Some(format!("on slide {slide}: the settings are not `key: value` lines")),
        Err(_) => Some(format!("on slide {slide}: the settings are not valid YAML")),
    };
    if let Some(message) = bad {
        let help = Some("put it under `patat:` at the top of the deck, or take it out");
        diagnostics.push(script.whole_line(Severity::Error, line, message, help));
    }
}
