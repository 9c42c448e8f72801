//! A deck: slides with their steps, notes and quizzes.

use super::{Block, Quiz};

#[derive(Clone, Debug, Default)]
pub struct Deck {
    pub title: String,
    pub author: String,
    pub slides: Vec<Slide>,
    pub quizzes: Vec<Quiz>,
    pub settings: Settings,
}

/// One slide. Steps count from 0 to `steps - 1`; every slide has at least one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slide {
    /// The first heading's words, or the first line of text.
    pub title: String,
    /// A heading above the slide level, shown alone and centred.
    pub is_title: bool,
    pub blocks: Vec<Block>,
    pub notes: Vec<String>,
    pub steps: usize,
    pub line: usize,
}

/// The deck's own settings that the app honours; others are accepted and ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub incremental_lists: bool,
    pub slide_level: Option<u8>,
}
