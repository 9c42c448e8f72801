//! One file a screen: its state, what a verb does to it, and how it is drawn.

pub mod overview;
pub mod quiz;
pub mod search;
pub mod slides;
