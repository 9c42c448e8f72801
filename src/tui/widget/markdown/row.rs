//! One laid line: its styled text, and what a pane must know of it.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Cells of one line that lead to an address. Columns count from the left of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSpan {
    pub line: usize,
    pub column: usize,
    pub width: usize,
    pub url: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) spans: Vec<Span<'static>>,
    /// The step that shows it.
    pub(super) reveal: usize,
    /// Set for a row that is not wrapped but cut: the columns at its left that never scroll away.
    pub(super) cut: Option<usize>,
    /// Fills the rest of the line.
    pub(super) fill: Option<Style>,
    /// `line` is set at the end.
    pub(super) links: Vec<LinkSpan>,
    /// Which fence or insert it belongs to.
    pub(super) part: Option<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Fence(usize),
    Insert(usize),
}

impl Row {
    pub(super) fn new(spans: Vec<Span<'static>>) -> Self {
        Self { spans, ..Self::default() }
    }

    pub(super) fn blank(reveal: usize) -> Self {
        Self { reveal, ..Self::default() }
    }

    pub(super) fn width(&self) -> usize {
        self.spans.iter().map(|s| s.content.width()).sum()
    }

    /// Puts text in front; everything that counts columns moves along.
    pub(super) fn indent(&mut self, prefix: &[Span<'static>]) {
        let width: usize = prefix.iter().map(|s| s.content.width()).sum();
        self.spans.splice(0..0, prefix.iter().cloned());
        self.cut = self.cut.map(|lead| lead + width);
        for link in &mut self.links {
            link.column += width;
        }
    }

    pub(super) fn into_line(self) -> Line<'static> {
        Line::from(self.spans)
    }
}
