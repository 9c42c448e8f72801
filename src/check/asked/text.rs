//! Matching a text, and saying what was wanted of it.

use super::pattern::Pattern;
use super::texts::Texts;
use super::unicode;

/// A matcher of text: a plain scalar means 'equals'. Blanks at both ends are forgiven.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    Equals(String),
    Rule(TextRule),
}

#[derive(Clone, Debug, PartialEq)]
pub enum TextRule {
    OneOf(Vec<String>),
    Contains(String),
    Prefix(String),
    Suffix(String),
    Regex(Pattern),
    /// Equal but for small and capital letters.
    Icase(String),
    Not(Box<Text>),
}

impl Text {
    pub fn matches(&self, text: &str) -> bool {
        let text = text.trim();
        match self {
            Self::Equals(want) => want.trim() == text,
            Self::Rule(TextRule::OneOf(wanted)) => wanted.iter().any(|w| w.trim() == text),
            Self::Rule(TextRule::Contains(part)) => text.contains(part),
            Self::Rule(TextRule::Prefix(part)) => text.starts_with(part),
            Self::Rule(TextRule::Suffix(part)) => text.ends_with(part),
            Self::Rule(TextRule::Regex(pattern)) => pattern.is_match(text),
            Self::Rule(TextRule::Icase(want)) => want.trim().to_lowercase() == text.to_lowercase(),
            Self::Rule(TextRule::Not(inner)) => !inner.matches(text),
        }
    }

    /// The same matcher with other texts in it; a pattern that breaks by it stays as it was.
    pub fn with_texts(&self, change: &dyn Fn(&str) -> String) -> Self {
        let mut other = self.clone();
        other.visit(&mut |text, _| Some(change(text)));
        other
    }

    /// Whether it asks for nothing more than that there is a text.
    pub(in crate::check) fn is_anything(&self) -> bool {
        matches!(self, Self::Rule(TextRule::Regex(pattern)) if [".+", ".*"].contains(&pattern.as_str()))
    }

    /// The exact texts that would do, where there are such.
    pub(in crate::check) fn literals(&self) -> Vec<&str> {
        match self {
            Self::Equals(want) => vec![want.trim()],
            Self::Rule(TextRule::OneOf(wanted)) => wanted.iter().map(|w| w.trim()).collect(),
            Self::Rule(_) => Vec::new(),
        }
    }

    /// Stands by itself: '"hello"', 'a text that contains "hello"'. `noun` has its article.
    pub(in crate::check) fn as_object(&self, noun: &str) -> String {
        match self.literals().is_empty() {
            true => format!("{noun} {}", self.describe()),
            false => self.describe(),
        }
    }

    /// Goes after a noun: 'the line "hello"', 'a line that contains "hello"'.
    pub fn describe(&self) -> String {
        match self {
            Self::Equals(want) => quoted(want.trim()),
            Self::Rule(TextRule::OneOf(wanted)) => {
                wanted.iter().map(|w| quoted(w.trim())).collect::<Vec<_>>().join(" or ")
            }
            Self::Rule(TextRule::Contains(part)) => format!("that contains {}", quoted(part)),
            Self::Rule(TextRule::Prefix(part)) => format!("that starts with {}", quoted(part)),
            Self::Rule(TextRule::Suffix(part)) => format!("that ends with {}", quoted(part)),
            Self::Rule(TextRule::Regex(pattern)) => in_plain_words(pattern.as_str())
                .unwrap_or_else(|| format!("that matches the pattern {}", quoted(pattern.as_str()))),
            Self::Rule(TextRule::Icase(want)) => {
                format!("{} (small or capital letters)", quoted(want.trim()))
            }
            Self::Rule(TextRule::Not(inner)) => match **inner {
                Self::Equals(_) | Self::Rule(TextRule::OneOf(_) | TextRule::Icase(_)) => {
                    format!("other than {}", inner.describe())
                }
                Self::Rule(_) => format!("other than one {}", inner.describe()),
            },
        }
    }
}

/// A pattern without any special sign is just a part of the text; one between `\b` is a word in it.
fn in_plain_words(pattern: &str) -> Option<String> {
    let part = pattern.strip_prefix("(?i)").unwrap_or(pattern);
    let word = part.strip_prefix(r"\b").and_then(|part| part.strip_suffix(r"\b"));
    let (lead, text) = word.map_or(("that contains", part), |word| ("that has the word", word));
    (regex::escape(text) == text).then(|| format!("{lead} {}", quoted(text)))
}

/// As JSON writes it, so that two texts that look alike on the screen can be told apart.
pub(in crate::check) fn quoted(text: &str) -> String {
    unicode::shown(text)
}

/// Words as a JSON array: `["python","-c","print(1)"]`.
pub(in crate::check) fn words(argv: &[String]) -> String {
    serde_json::Value::from(argv.to_vec()).to_string()
}

/// One after the other with a comma, the last with 'and'.
pub(in crate::check) fn sentence(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first, last] => format!("{first} and {last}"),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
    }
}
