//! The field in which the learner answers the question of a task.

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Paragraph, Widget};

use crate::tui::screen::task;
use crate::tui::theme::Theme;
use crate::tui::widget::field::Field;
use crate::tui::widget::{markdown, popup};

const WIDTH: u16 = 60;

#[derive(Clone, Debug)]
pub struct Answering {
    pub exercise: String,
    pub prompt: String,
    field: Field,
}

impl Answering {
    /// Begins with the answer before.
    pub fn new(exercise: String, prompt: String, before: &str) -> Self {
        Self { exercise, prompt, field: Field::new(before) }
    }

    pub fn key(&mut self, key: KeyEvent) -> bool {
        self.field.key(key)
    }

    pub fn paste(&mut self, text: &str) {
        self.field.insert(text);
    }

    pub fn text(&self) -> &str {
        self.field.text().trim()
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let width = usize::from(WIDTH.min(area.width.saturating_sub(4)));
        let question = markdown::wrap(&task::inlines(&self.prompt), theme.text, width.max(1), theme);
        let height = u16::try_from(question.len()).unwrap_or(1).saturating_add(2);
        let foot = "Enter hands it in · Esc closes";
        let inner = popup::frame(area, buf, theme, "Answer", foot, WIDTH, height);
        // in a very low window the field comes before the question
        let shown = usize::from(inner.height.saturating_sub(1));
        let mut rows = inner.rows();
        for (line, row) in question.into_iter().take(shown).zip(rows.by_ref()) {
            Paragraph::new(line).render(row, buf);
        }
        let rest: Vec<Rect> = rows.collect();
        if let Some(row) = rest.last() {
            let mut line = self.field.line(usize::from(row.width).saturating_sub(2), true, theme);
            line.spans.insert(0, Span::styled("> ", theme.key));
            Paragraph::new(line).render(*row, buf);
        }
    }
}
