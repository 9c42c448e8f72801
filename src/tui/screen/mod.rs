//! One file a screen: its state, how it changes and how it is drawn.

pub mod confirm;
pub mod engine;
