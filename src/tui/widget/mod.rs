//! Drawing that screens share.

pub mod columns;
pub mod field;
pub mod hyperlink;
pub mod ink;
pub mod markdown;
pub mod popup;
pub mod terminal;
