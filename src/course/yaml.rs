//! Author's YAML inside a larger file: where its keys are, and its errors as diagnostics.

use serde::de::DeserializeOwned;
use serde_yaml::Value;
use serde_yaml::with::singleton_map_recursive;

use super::diagnostic::{Diagnostic, Script, Severity};

/// A run of YAML lines of a file, from line `first` (from 1) on.
pub(super) struct Snippet<'a> {
    pub(super) script: &'a Script<'a>,
    pub(super) text: &'a str,
    pub(super) first: usize,
}

impl Snippet<'_> {
    pub(super) fn value(&self) -> Result<Value, Box<Diagnostic>> {
        serde_yaml::from_str(self.text).map_err(|e| Box::new(self.error(&e)))
    }

    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Box<Diagnostic>> {
        let yaml = serde_yaml::Deserializer::from_str(self.text);
        singleton_map_recursive::deserialize(yaml).map_err(|e| Box::new(self.error(&e)))
    }

    /// The library's message without its own place, at that place in the author's file.
    pub(super) fn error(&self, error: &serde_yaml::Error) -> Diagnostic {
        let full = error.to_string();
        let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
        let key = named(&message).filter(|k| !k.is_empty());
        let (mut line, mut column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        let mut width = 1;
        // The library points at the start of the mapping, or past the key; underline the key itself.
        if let Some(key) = key {
            let own = self.text.lines().nth(line.saturating_sub(1)).and_then(|own| column_of(own, key));
            let twice = message.contains("duplicate");
            let elsewhere =
                || if twice { self.last_key(key) } else { self.find(key, line.saturating_sub(1)) };
            if let Some(at) = own.filter(|_| !twice).map(|c| (line, c)).or_else(elsewhere) {
                (line, column) = at;
                width = key.chars().count();
            }
        }
        let syntax = ["mapping values", "did not find expected", "found character"];
        let help = syntax.iter().any(|s| message.contains(s)).then_some(
            "text with : or # in it needs quotes around it, and lines of one level stand below each other",
        );
        self.at(Severity::Error, line, column, width, message.clone(), help)
    }

    /// `line` and `column` count from 1 inside the snippet.
    fn at(
        &self,
        severity: Severity,
        line: usize,
        column: usize,
        width: usize,
        message: String,
        help: Option<&str>,
    ) -> Diagnostic {
        let own = self.text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
        let outer = self.script.lines.get(self.first + line - 2).copied().unwrap_or_default();
        // A fence inside a list or a quote is indented in the file, not in its own text.
        let indent = outer.strip_suffix(own).map_or(0, |before| before.chars().count());
        let place = (self.first + line - 1, column + indent, width);
        self.script.point(severity, place, message, help)
    }

    /// Points at a key; `within` is a key that must have come before. Falls back to that key, then to the first line.
    pub(super) fn key(
        &self,
        severity: Severity,
        within: Option<&str>,
        key: &str,
        message: impl Into<String>,
        help: Option<&str>,
    ) -> Diagnostic {
        let after = within.and_then(|k| self.find(k, 0)).map_or(0, |(line, _)| line - 1);
        let (line, column, width) = match (self.find(key, after), within.and_then(|k| self.find(k, 0))) {
            (Some((line, column)), _) => (line, column, key.chars().count()),
            (None, Some((line, column))) => (line, column, within.map_or(1, |k| k.chars().count())),
            (None, None) => (1, 1, self.text.lines().next().map_or(1, |l| l.chars().count())),
        };
        self.at(severity, line, column, width, message.into(), help)
    }

    fn find(&self, key: &str, after: usize) -> Option<(usize, usize)> {
        self.text
            .lines()
            .enumerate()
            .skip(after)
            .find_map(|(i, line)| column_of(line, key).map(|column| (i + 1, column)))
    }

    fn last_key(&self, key: &str) -> Option<(usize, usize)> {
        let mut found = None;
        for (i, line) in self.text.lines().enumerate() {
            found = column_of(line, key).map(|column| (i + 1, column)).or(found);
        }
        found
    }
}

/// The column (from 1) at which `key:` stands as a key of its own.
fn column_of(line: &str, key: &str) -> Option<usize> {
    line.match_indices(key).find_map(|(i, _)| {
        let before = &line[..i];
        let starts = before.trim_end_matches(['"', '\'']).chars().last().is_none_or(|c| " \t{,-".contains(c));
        let ends = line[i + key.len()..].trim_start_matches(['"', '\'']).trim_start().starts_with(':');
        (starts && ends).then(|| before.chars().count() + 1)
    })
}

/// The first word in backquotes or double quotes.
fn named(message: &str) -> Option<&str> {
    message.split(['`', '"']).nth(1)
}

/// A plain scalar as text: an author may leave out the quotes around `3` or `yes`.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}
