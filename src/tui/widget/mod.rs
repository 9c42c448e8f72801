//! Drawing that screens share.

pub mod popup;
pub mod columns;
pub mod ink;
pub mod terminal;
pub mod field;
pub mod hyperlink;
pub mod markdown;
