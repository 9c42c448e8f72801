//! Drawing that screens share.

pub mod popup;
