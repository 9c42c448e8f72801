//! Drawing that more than one screen uses.

pub mod terminal;
