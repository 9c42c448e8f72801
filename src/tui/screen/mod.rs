//! One file a screen: its state, what a verb does to it, and how it is drawn.

pub mod slides;
pub mod quiz;
