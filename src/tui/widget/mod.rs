//! Drawing that several screens share.

pub mod columns;
pub mod ink;
