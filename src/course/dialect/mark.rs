//! What a line of a deck does besides saying words, as a value that the text carries by its number.

use crate::course::Table;

#[derive(Clone, Debug, PartialEq)]
pub(in crate::course) enum Mark {
    /// A new slide begins.
    Break,
    /// What follows comes with the next step.
    Pause,
    /// What stands up to `Close` comes with the next step; what follows that does not wait for it.
    Open,
    Close,
    /// What holds this comes with the next step.
    Fragment,
    /// Whether lists come item by item from here on; none for what the deck says.
    Lists(Option<bool>),
    Note(String),
    /// How wide the columns are that follow, beside each other.
    Columns(Vec<u16>),
    /// What follows stands in this column.
    Column(usize),
    EndColumns,
    /// The slides of this file, by its path from the deck's folder.
    Include(String),
    /// The slide stands in the middle of the screen.
    Middle,
    Table(Table),
}

/// No author writes this: control characters are taken out before.
const SIGN: char = '\u{1}';

/// The comment that stands for a mark in the text.
pub(super) fn comment(index: usize) -> String {
    format!("<!--{SIGN}{index}-->")
}

/// Which mark a comment stands for, if any.
pub(in crate::course) fn index_of(comment: &str) -> Option<usize> {
    comment.strip_prefix(SIGN)?.trim_end_matches("-->").parse().ok()
}

/// A text that turned out to be code, without marks.
pub(in crate::course) fn without_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<!--\u{1}") {
        out.push_str(&rest[..at]);
        rest = rest[at..].split_once("-->").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}
