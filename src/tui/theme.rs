//! Colours and marks by role, so that no screen names a colour.

use ratatui::style::Style;

/// One style a role. A screen asks for a role, never for a colour; state is always told by a word or a mark as well.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Theme {
    pub name: String,
    pub is_dark: bool,
    pub text: Style,
    pub dim: Style,
    pub title: Style,
    pub heading: Style,
    pub emphasis: Style,
    pub strong: Style,
    pub strike: Style,
    pub quote: Style,
    pub link: Style,
    pub marker: Style,
    pub inline_code: Style,
    pub code: Style,
    pub table_head: Style,
    pub border: Style,
    pub border_focus: Style,
    /// A key's name in the bar and in help.
    pub key: Style,
    pub selected: Style,
    /// What just changed.
    pub fresh: Style,
    pub ok: Style,
    pub warn: Style,
    pub bad: Style,
    pub info: Style,
    pub match_: Style,
    pub bar: Style,
    /// Name of the syntax highlighting theme; empty for none.
    pub syntax: String,
}
