//! All keys, printed from the keymap itself.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use crate::tui::action::Action;
use crate::tui::keymap::{Context, Keymap};
use crate::tui::theme::Theme;
use crate::tui::widget::popup;

const WIDTH: u16 = 92;

#[derive(Clone, Debug)]
pub struct Help {
    all: Vec<Row>,
    /// `all`, with descriptions wrapped to the width that there is.
    rows: Vec<Row>,
    /// Cells that the keys take.
    column: usize,
    scroll: u16,
    /// Rows that the box has room for, from the last `arrange`.
    room: u16,
}

#[derive(Clone, Debug)]
enum Row {
    Heading(&'static str),
    Key { keys: String, desc: String },
    Blank,
}

impl Help {
    /// `first` is the context that the learner is in: it comes first.
    pub fn new(keymap: &Keymap, first: Context) -> Self {
        let mut contexts = Context::ALL.to_vec();
        contexts.sort_by_key(|(context, _)| *context != first);
        let mut rows = Vec::new();
        for (context, heading) in contexts {
            if !rows.is_empty() {
                rows.push(Row::Blank);
            }
            rows.push(Row::Heading(heading));
            for binding in keymap.bindings(context) {
                let keys: Vec<String> = binding.keys.iter().map(|k| k.label()).collect();
                rows.push(Row::Key { keys: keys.join("  "), desc: binding.desc.clone() });
            }
        }
        let widths = rows.iter().map(|row| if let Row::Key { keys, .. } = row { keys.width() } else { 0 });
        let column = widths.max().unwrap_or(0);
        Self { rows: rows.clone(), all: rows, column, scroll: 0, room: 1 }
    }

    pub fn arrange(&mut self, area: Rect) {
        let width = usize::from(popup::place(area, WIDTH, 1).width.saturating_sub(4));
        let room = width.saturating_sub(self.column + 2).max(12);
        self.rows = self.all.iter().flat_map(|row| wrapped(row, room)).collect();
        self.room = popup::place(area, WIDTH, self.rows.len() as u16).height.saturating_sub(2).max(1);
        self.scroll = self.scroll.min(self.last());
    }

    fn last(&self) -> u16 {
        (self.rows.len() as u16).saturating_sub(self.room)
    }

    pub fn act(&mut self, action: Action) {
        self.scroll = match action {
            Action::Up => self.scroll.saturating_sub(1),
            Action::Down => self.scroll + 1,
            Action::PageUp => self.scroll.saturating_sub(self.room),
            Action::PageDown => self.scroll + self.room,
            _ => self.scroll,
        }
        .min(self.last());
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let more = if self.scroll < self.last() { "↓ more · Esc closes" } else { "Esc closes" };
        let inner = popup::frame(area, buf, theme, "Keys", more, WIDTH, self.rows.len() as u16);
        let lines: Vec<Line<'_>> = self
            .rows
            .iter()
            .skip(usize::from(self.scroll))
            .take(usize::from(inner.height))
            .map(|row| match row {
                Row::Heading(text) => Line::styled(*text, theme.heading),
                Row::Key { keys, desc } => {
                    let pad = self.column.saturating_sub(keys.width()) + 2;
                    Line::from(vec![
                        Span::styled(keys.as_str(), theme.key),
                        Span::raw(" ".repeat(pad)),
                        Span::styled(desc.as_str(), theme.text),
                    ])
                }
                Row::Blank => Line::default(),
            })
            .collect();
        Paragraph::new(Text::from(lines)).render(inner, buf);
    }
}

/// A row whose description is too wide goes on in rows without keys.
fn wrapped(row: &Row, room: usize) -> Vec<Row> {
    let Row::Key { keys, desc } = row else { return vec![row.clone()] };
    let mut lines = vec![String::new()];
    for word in desc.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() || line.width() + 1 + word.width() <= room {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    let keys = std::iter::once(keys.clone()).chain(std::iter::repeat(String::new()));
    lines.into_iter().zip(keys).map(|(desc, keys)| Row::Key { keys, desc }).collect()
}
