//! What a terminal shows at one moment, as text.

use std::fmt;

/// The rows of a screen, blanks at their ends cut off. Wide characters count once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) rows: Vec<String>,
    pub(crate) columns: u16,
    /// Row and column, from 0; `None` while it is hidden.
    pub(crate) cursor: Option<(usize, usize)>,
    /// Whether the program has switched to the alternate screen, as full-screen programs do.
    pub(crate) alternate: bool,
}

impl Grid {
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.rows.iter().any(|row| row.contains(text))
    }

    /// The first row that shows `text`.
    pub(crate) fn row_with(&self, text: &str) -> Option<&str> {
        self.rows.iter().map(String::as_str).find(|row| row.contains(text))
    }

    /// Row and column of the first place that shows `text`, from 0, in characters: where a mouse would click on it.
    pub(crate) fn find(&self, text: &str) -> Option<(u16, u16)> {
        self.rows.iter().enumerate().find_map(|(y, row)| {
            let at = row.find(text)?;
            Some((u16::try_from(y).ok()?, u16::try_from(row[..at].chars().count()).ok()?))
        })
    }

    pub(crate) fn text(&self) -> String {
        self.rows.join("\n")
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = usize::from(self.columns);
        writeln!(f, "┌{}┐", "─".repeat(width))?;
        for row in &self.rows {
            writeln!(f, "│{row:<width$}│")?;
        }
        write!(f, "└{}┘", "─".repeat(width))
    }
}
