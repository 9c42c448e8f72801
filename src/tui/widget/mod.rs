//! Drawing that screens share.

pub mod field;
pub mod hyperlink;
pub mod markdown;
pub mod popup;
