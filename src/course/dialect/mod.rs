//! The seam behind which every kind of deck becomes the same blocks: who wrote it for which tool is known by what it holds.

mod deckset;
mod lookatme;
mod mark;
mod marks;
mod marp;
mod number;
mod pandoc;
mod presenterm;
mod remark;
mod reveal;
mod scan;
mod sheet;
mod slides;
mod slidev;
mod table;

pub(super) use mark::{Mark, index_of, without_marks};
pub(super) use pandoc::is_attributes;
pub(super) use sheet::{Cut, Sheet};

/// One tool's way to write slides.
struct Dialect {
    /// As in "read as a … deck".
    name: &'static str,
    /// How many things the deck holds that only this tool's decks hold.
    signs: fn(&Sheet<'_>) -> usize,
    /// Puts marks in the place of what is no word.
    read: fn(&mut Sheet<'_>),
}

/// Where two have as many signs, the earlier one is meant.
const ALL: [Dialect; 8] = [
    presenterm::DIALECT,
    marp::DIALECT,
    slidev::DIALECT,
    remark::DIALECT,
    reveal::DIALECT,
    deckset::DIALECT,
    slides::DIALECT,
    lookatme::DIALECT,
];

/// Rewrites a part of a deck as the deck around it was.
pub(super) fn read_as(name: Option<&str>, sheet: &mut Sheet<'_>) {
    if let Some(dialect) = ALL.iter().find(|dialect| Some(dialect.name) == name) {
        (dialect.read)(sheet);
    }
    pandoc::read(sheet);
}

/// Rewrites the sheet in the one form that the markdown reader takes. Gives the tool's name; none for patat and pandoc, whose
/// form the others are brought to.
pub(super) fn read(sheet: &mut Sheet<'_>) -> Option<&'static str> {
    let own = pandoc::signs(sheet);
    let by_signs = ALL.iter().rev().map(|dialect| ((dialect.signs)(sheet), dialect));
    let most = by_signs.max_by_key(|(signs, _)| *signs).filter(|(signs, _)| *signs > own);
    let name = most.map(|(_, dialect)| dialect.name);
    read_as(name, sheet);
    name
}
