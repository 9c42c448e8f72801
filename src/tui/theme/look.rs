//! Which theme the learner sees: their choice, else what suits the terminal.

use super::{Depth, Theme};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// As the terminal's background is.
    #[default]
    Auto,
    Dark,
    Light,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    choice: Choice,
    dark: bool,
    depth: Depth,
}

impl Default for Look {
    fn default() -> Self {
        Self::new(Choice::Auto, Depth::Full)
    }
}

impl Look {
    pub fn new(choice: Choice, depth: Depth) -> Self {
        Self { choice, dark: choice != Choice::Light, depth }
    }

    pub fn theme(&self) -> Theme {
        let theme = if self.dark { Theme::dark() } else { Theme::light() };
        theme.at(self.depth)
    }

    /// Whether the terminal's background decides.
    pub fn follows_terminal(&self) -> bool {
        self.choice == Choice::Auto && self.depth != Depth::None
    }

    pub fn set_dark(&mut self, dark: bool) {
        self.dark = dark;
    }

    /// From now on the learner decides.
    pub fn toggle(&mut self) {
        self.dark = !self.dark;
        self.choice = if self.dark { Choice::Dark } else { Choice::Light };
    }
}
