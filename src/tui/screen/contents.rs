//! The list of lessons and exercises, with what is done.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use crate::tui::action::Action;
use crate::tui::theme::Theme;
use crate::tui::widget::popup;

/// One line of the list, and where choosing it leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub text: String,
    /// A mark for done, begun or open.
    pub mark: &'static str,
    pub note: String,
    pub lesson: usize,
    pub slide: Option<usize>,
    pub indent: bool,
}

#[derive(Clone, Debug)]
pub struct Contents {
    title: String,
    entries: Vec<Entry>,
    selected: usize,
    top: usize,
}

impl Contents {
    pub fn new(title: String, entries: Vec<Entry>, lesson: usize) -> Self {
        let selected = entries.iter().position(|e| e.lesson == lesson).unwrap_or(0);
        Self { title, entries, selected, top: 0 }
    }

    /// `Some` once an entry is chosen.
    pub fn act(&mut self, action: Action) -> Option<Entry> {
        let last = self.entries.len().saturating_sub(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => (self.selected + 1).min(last),
            Action::PageUp => 0,
            Action::PageDown => last,
            Action::Confirm => return self.entries.get(self.selected).cloned(),
            _ => self.selected,
        };
        None
    }

    pub fn arrange(&mut self, area: Rect) {
        let room = usize::from(self.place(area).height.saturating_sub(2)).max(1);
        self.top = self.top.clamp((self.selected + 1).saturating_sub(room), self.selected);
    }

    fn place(&self, area: Rect) -> Rect {
        popup::place(area, self.width(), self.entries.len() as u16)
    }

    fn width(&self) -> u16 {
        let longest = self.entries.iter().map(|e| e.text.width() + e.note.width() + 10).max().unwrap_or(20);
        longest.clamp(30, 90) as u16
    }

    /// The entry under a click.
    pub fn click(&self, area: Rect, at: Position) -> Option<Entry> {
        let place = self.place(area).inner(Margin::new(1, 1));
        if !place.contains(at) {
            return None;
        }
        let line = at.y - place.y;
        self.entries.get(self.top + usize::from(line)).cloned()
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let inner = popup::frame(
            area,
            buf,
            theme,
            &self.title,
            "Enter opens · Esc closes",
            self.width(),
            self.entries.len() as u16,
        );
        for (row, (i, entry)) in inner.rows().zip(self.entries.iter().enumerate().skip(self.top)) {
            let style = if i == self.selected { theme.selected } else { theme.text };
            let indent = if entry.indent { "    " } else { "" };
            let line = Line::from(vec![
                Span::styled(if i == self.selected { "▸ " } else { "  " }, theme.key),
                Span::styled(format!("{indent}{} ", entry.mark), theme.marker),
                Span::styled(entry.text.as_str(), style),
                Span::styled(format!("  {}", entry.note), theme.dim),
            ]);
            Paragraph::new(line).render(row, buf);
        }
    }
}
