//! One file a screen: its state, what a verb does to it, and how it is drawn.

pub mod answering;
pub mod bar;
pub mod class;
pub mod confirm;
pub mod contents;
pub mod engine;
pub mod exercise;
pub mod help;
pub mod lesson;
pub mod notes;
pub mod overview;
pub mod quiz;
pub mod score;
pub mod search;
pub mod shell;
pub mod slides;
pub mod task;
