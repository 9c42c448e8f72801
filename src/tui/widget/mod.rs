//! Drawing that screens share.

pub mod markdown;
pub mod popup;
