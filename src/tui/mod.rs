//! The full-screen app: terminal, loop, keymap, screens. The only room that names ratatui and crossterm.

pub mod action;
pub mod effect;
pub mod highlight;
pub mod msg;
pub mod screen;
pub mod theme;
pub mod widget;
