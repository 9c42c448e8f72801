//! One file a screen: its state, what a verb does to it, and how it is drawn.

pub mod contents;
pub mod help;
pub mod confirm;
pub mod engine;
pub mod overview;
pub mod quiz;
pub mod search;
pub mod slides;
