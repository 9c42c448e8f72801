//! Author's YAML inside a larger file: where its keys are, and its errors as diagnostics.

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_yaml::Value;
use serde_yaml::with::singleton_map_recursive;

use super::bounds;
use super::diagnostic::{Diagnostic, Script, Severity};

/// A run of YAML lines of a file, from line `first` (from 1) on.
pub(super) struct Snippet<'a> {
    pub(super) script: &'a Script<'a>,
    pub(super) text: &'a str,
    pub(super) first: usize,
}

impl Snippet<'_> {
    pub(super) fn value(&self) -> Result<Value, Box<Diagnostic>> {
        if let Some((line, column)) = bounds::too_deep(self.text) {
            let message = format!("this is nested more than {} deep", bounds::DEPTH);
            let help =
                Some("an exercise or a quiz needs a few levels: look for a bracket that is not closed");
            return Err(Box::new(self.at(Severity::Error, line, column, 1, message, help)));
        }
        let value: Value = serde_yaml::from_str(self.text).map_err(|e| Box::new(self.error(&e)))?;
        if let Some((key, length)) = bounds::too_long(&value) {
            let message = format!("`{key}` has {length} entries; {} are the most", bounds::LIST);
            return Err(Box::new(self.key(Severity::Error, None, &key, message, Some("take some out"))));
        }
        Ok(value)
    }

    /// The whole text as one thing.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Box<Diagnostic>> {
        // A key that stands twice in a mapping of free keys is only seen here.
        let value = self.value()?;
        // From the text again only where that fails: it knows the place, and reads 3.12 as a text where one is asked for.
        singleton_map_recursive::deserialize(value).or_else(|_| {
            let yaml = serde_yaml::Deserializer::from_str(self.text);
            singleton_map_recursive::deserialize(yaml).map_err(|e| Box::new(self.error(&e)))
        })
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
            let elsewhere = || match twice {
                true => place_of(self.text, &[way_in(&message), vec![key.to_owned()]].concat(), 2),
                false => self.find(key, line.saturating_sub(1)),
            };
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

    /// Points at the key or list item to which these steps lead, or at the last of them that is there.
    pub(super) fn step(
        &self,
        severity: Severity,
        steps: &[String],
        message: impl Into<String>,
        help: Option<&str>,
    ) -> Diagnostic {
        let place = (0..=steps.len()).rev().find_map(|n| place_of(self.text, &steps[..n], 1));
        let (line, column) = place.unwrap_or((1, 1));
        let own = self.text.lines().nth(line - 1).unwrap_or_default();
        let rest = own.chars().skip(column - 1);
        let width = rest.take_while(|c| !matches!(c, ':' | ',' | '}' | ']' | '{' | '[')).count();
        self.at(severity, line, column, width.max(1), message.into(), help)
    }

    /// The line in the file at which the item begins to which these steps lead.
    pub(super) fn line_of(&self, steps: &[String]) -> usize {
        place_of(self.text, steps, 1).map_or(self.first, |(line, _)| self.first + line - 1)
    }

    /// The lines in the file at which the items of the list begin to which these steps lead.
    pub(super) fn lines_of_items(&self, steps: &[String], count: usize) -> Vec<usize> {
        let way = |n: usize| [steps, &[n.to_string()]].concat();
        // A place is found by reading all of the text, so the others are looked for below the first.
        let below = if count > 1 { self.lines_below(&way(0)) } else { None };
        below
            .filter(|lines| lines.len() == count)
            .unwrap_or_else(|| (0..count).map(|n| self.line_of(&way(n))).collect())
    }

    /// Of a list in block style, whose items stand behind dashes in one column.
    fn lines_below(&self, first: &[String]) -> Option<Vec<usize>> {
        let (line, column) = place_of(self.text, first, 1)?;
        let before = self.text.lines().nth(line - 1)?.get(..column - 1)?;
        let indent = before.trim_end().strip_suffix('-').filter(|indent| indent.trim().is_empty())?;
        let is_inside = |own: &str| {
            let rest = own.trim_start();
            let depth = own.len() - rest.len();
            rest.is_empty()
                || rest.starts_with('#')
                || depth > indent.len()
                || (depth == indent.len() && rest.starts_with('-'))
        };
        let below = self.text.lines().enumerate().skip(line - 1).take_while(|(_, own)| is_inside(own));
        let begins = |own: &str| own.strip_prefix(indent).is_some_and(|own| own.starts_with("- "));
        Some(below.filter(|(_, own)| begins(own)).map(|(at, _)| self.first + at).collect())
    }

    fn find(&self, key: &str, after: usize) -> Option<(usize, usize)> {
        self.text
            .lines()
            .enumerate()
            .skip(after)
            .find_map(|(i, line)| column_of(line, key).map(|column| (i + 1, column)))
    }
}

/// The steps that the library names before its message: `check.all[0].run: duplicate …`.
fn way_in(message: &str) -> Vec<String> {
    let Some((way, _)) = message.split_once(": ").filter(|(way, _)| !way.contains(' ')) else {
        return Vec::new();
    };
    way.split(['.', '[', ']']).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

/// Line and column of a key or list item: reading is broken off there, and the library says where that was. `nth` is 2 for a
/// last key that stands there twice.
fn place_of(text: &str, steps: &[String], nth: usize) -> Option<(usize, usize)> {
    let deserializer = serde_yaml::Deserializer::from_str(text);
    let error = Way { steps, nth }.deserialize(deserializer).err()?;
    if !error.to_string().contains(ARRIVED) {
        return None;
    }
    error.location().map(|at| (at.line(), at.column()))
}

const ARRIVED: &str = "arrived at the place";

/// Goes down these steps, and fails at their end.
#[derive(Clone, Copy)]
struct Way<'s> {
    steps: &'s [String],
    nth: usize,
}

impl<'de> DeserializeSeed<'de> for Way<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Way<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the next step")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((step, rest)) = self.steps.split_first() else { return Err(Error::custom(ARRIVED)) };
        let mut left = if rest.is_empty() { self.nth } else { 1 };
        while let Some(found) = map.next_key_seed(Key { step, ends: rest.is_empty() && left == 1 })? {
            left -= usize::from(found);
            if left == 0 {
                return map.next_value_seed(Way { steps: rest, ..self });
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some((step, rest)) = self.steps.split_first() else { return Err(Error::custom(ARRIVED)) };
        for _ in 0..step.parse().unwrap_or(0) {
            seq.next_element::<IgnoredAny>()?;
        }
        seq.next_element_seed(Way { steps: rest, ..self }).map(|_| ())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.end()
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.end()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.end()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.end()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.end()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.end()
    }
}

impl Way<'_> {
    fn end<E: Error>(self) -> Result<(), E> {
        if self.steps.is_empty() { Err(E::custom(ARRIVED)) } else { Ok(()) }
    }
}

/// Says whether a key is the one; at the end of the way it fails on it, where the library still knows its place.
struct Key<'s> {
    step: &'s str,
    ends: bool,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        match key == self.step {
            true if self.ends => Err(E::custom(ARRIVED)),
            found => Ok(found),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_the_way_to_it() {
        let text = "a: 1\nb:\n  - x: {deep: [1, 2]}\n  - \"y\": no\n    z: |\n      text\n";
        let at = |steps: &str| {
            let steps: Vec<String> = steps.split('.').map(str::to_owned).collect();
            place_of(text, &steps, 1)
        };
        assert_eq!(at("a"), Some((1, 1)));
        assert_eq!(at("b.0"), Some((3, 5)));
        assert_eq!(at("b.0.x.deep"), Some((3, 9)));
        assert_eq!(at("b.0.x.deep.1"), Some((3, 19)));
        assert_eq!(at("b.1.y"), Some((4, 5)));
        assert_eq!(at("b.1.z"), Some((5, 5)));
        assert_eq!(at("b.7"), None);
        assert_eq!(at("c"), None);
    }

    #[test]
    fn the_items_of_a_list_are_found_in_each_style() {
        let block = "a:\n  - x: |\n      - no item\n    y: [1]\n\n  # a word\n  - x\n  - z: 1\nb: 1\n";
        let flush = "a:\n- x\n- y: 1\n  b:\n  - deeper\n-\n  z\nb:\n- other\n";
        let flow = "b: 1\na: [x,\n  y,\n  {z: 1}]\n";
        for (text, lines) in [(block, [12, 17, 18]), (flush, [12, 13, 17]), (flow, [12, 13, 14])] {
            let script = Script::new(std::path::Path::new("x.yaml"), text);
            let snippet = Snippet { script: &script, text, first: 11 };
            assert_eq!(snippet.lines_of_items(&["a".to_owned()], 3), lines, "{text}");
        }
    }
}
