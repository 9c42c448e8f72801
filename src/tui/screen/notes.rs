//! A text to read on top of the screen: speaker notes, or an author's mistakes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Text;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use crate::course::Diagnostic;
use crate::tui::action::Action;
use crate::tui::theme::Theme;
use crate::tui::widget::popup;

const WIDTH: u16 = 72;

#[derive(Clone, Debug)]
pub struct Notes {
    title: &'static str,
    text: String,
    scroll: u16,
    height: u16,
    room: u16,
}

impl Notes {
    pub fn of_slide(notes: &[String]) -> Self {
        let text = if notes.is_empty() { "This slide has no notes.".into() } else { notes.join("\n\n") };
        Self::new("Speaker notes", text)
    }

    pub fn of_mistakes(mistakes: &[Diagnostic]) -> Self {
        let all: Vec<String> = mistakes.iter().map(|m| m.render(false)).collect();
        let text = if all.is_empty() { "No mistakes were found.".into() } else { all.join("\n\n") };
        Self::new("Mistakes in the course", text)
    }

    pub fn of_class(title: &'static str, text: String) -> Self {
        Self::new(title, text)
    }

    fn new(title: &'static str, text: String) -> Self {
        Self { title, text, scroll: 0, height: 1, room: 1 }
    }

    pub fn arrange(&mut self, area: Rect) {
        let width = usize::from(popup::place(area, WIDTH, 1).width.saturating_sub(4)).max(1);
        // An estimate that is never too small: words that wrap can cost one more line each time.
        let lines: usize = self.text.lines().map(|l| l.chars().count() * 5 / (width * 4) + 1).sum();
        self.height = lines.min(usize::from(u16::MAX)) as u16;
        self.room = popup::place(area, WIDTH, self.height).height.saturating_sub(2).max(1);
        self.scroll = self.scroll.min(self.height.saturating_sub(self.room));
    }

    pub fn act(&mut self, action: Action) {
        let last = self.height.saturating_sub(self.room);
        self.scroll = match action {
            Action::Up => self.scroll.saturating_sub(1),
            Action::Down => self.scroll + 1,
            Action::PageUp => self.scroll.saturating_sub(self.room),
            Action::PageDown => self.scroll + self.room,
            _ => self.scroll,
        }
        .min(last);
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let inner = popup::frame(area, buf, theme, self.title, "Esc closes", WIDTH, self.height);
        Paragraph::new(Text::styled(self.text.as_str(), theme.text))
            .wrap(Wrap { trim: false })
            .scroll((self.scroll, 0))
            .render(inner, buf);
    }
}
