//! One line of text that is being typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::tui::theme::Theme;

/// The cursor counts bytes and is always between two characters as a reader sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    text: String,
    cursor: usize,
}

const LONGEST: usize = 500;

impl Field {
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the key was for the field. Enter, Esc, Tab, Up and Down never are.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('a') if ctrl => self.cursor = 0,
            KeyCode::Char('e') if ctrl => self.cursor = self.text.len(),
            KeyCode::Char('u') if ctrl => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            KeyCode::Char('k') if ctrl => self.text.truncate(self.cursor),
            KeyCode::Char('w') if ctrl => {
                let from = self.word_start();
                self.text.drain(from..self.cursor);
                self.cursor = from;
            }
            KeyCode::Char(_) if ctrl || key.modifiers.contains(KeyModifiers::ALT) => return false,
            KeyCode::Char(c) => self.insert(&c.to_string()),
            KeyCode::Left => self.cursor = self.before(),
            KeyCode::Right => self.cursor = self.after(),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            KeyCode::Backspace => {
                let from = self.before();
                self.text.drain(from..self.cursor);
                self.cursor = from;
            }
            KeyCode::Delete => {
                let to = self.after();
                self.text.drain(self.cursor..to);
            }
            _ => return false,
        }
        true
    }

    /// Typed or pasted text; a line end becomes a blank.
    pub fn insert(&mut self, text: &str) {
        let one_line: String = text
            .trim_end_matches(['\n', '\r'])
            .chars()
            .map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c })
            .filter(|c| !c.is_control())
            .collect();
        if self.text.len() + one_line.len() <= LONGEST {
            self.text.insert_str(self.cursor, &one_line);
            self.cursor += one_line.len();
            // A combining mark joins the character before it, and the cursor must not stay inside.
            while !self.is_boundary(self.cursor) {
                self.cursor += 1;
            }
        }
    }

    fn is_boundary(&self, at: usize) -> bool {
        at == self.text.len() || self.text.grapheme_indices(true).any(|(i, _)| i == at)
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(i, _)| i)
    }

    fn after(&self) -> usize {
        self.cursor + self.text[self.cursor..].graphemes(true).next().map_or(0, str::len)
    }

    fn word_start(&self) -> usize {
        let before = self.text[..self.cursor].trim_end();
        before.rfind(' ').map_or(0, |at| at + 1)
    }

    /// The part around the cursor that fits; the cursor is a reversed cell, so that it is seen without colour.
    pub fn line(&self, width: usize, focused: bool, theme: &Theme) -> Line<'static> {
        let cells: Vec<(usize, &str)> = self.text.grapheme_indices(true).collect();
        let at = cells.iter().position(|(i, _)| *i >= self.cursor).unwrap_or(cells.len());
        let under = cells.get(at).map_or(" ", |(_, g)| *g).to_owned();
        let mut from = at;
        let mut used = under.width();
        while from > 0 && used + cells[from - 1].1.width() <= width {
            from -= 1;
            used += cells[from].1.width();
        }
        let before: String = cells[from..at].iter().map(|(_, g)| *g).collect();
        let mut after = String::new();
        for (_, grapheme) in cells.iter().skip(at + 1) {
            if used + grapheme.width() > width {
                break;
            }
            used += grapheme.width();
            after.push_str(grapheme);
        }
        let cursor = if focused { theme.text.reversed() } else { theme.text };
        Line::from(vec![
            Span::styled(before, theme.text),
            Span::styled(under, cursor),
            Span::styled(after, theme.text),
        ])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn press(field: &mut Field, code: KeyCode) {
        assert!(field.key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    #[test]
    fn editing() {
        let mut field = Field::new("pod");
        press(&mut field, KeyCode::Home);
        press(&mut field, KeyCode::Right);
        press(&mut field, KeyCode::Char('é'));
        press(&mut field, KeyCode::Delete);
        press(&mut field, KeyCode::Backspace);
        press(&mut field, KeyCode::Char('名'));
        assert_eq!(field.text(), "p名d");
        field.insert("a\nb\x1b\r\n");
        assert_eq!(field.text(), "p名a bd");
        assert!(!field.key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
        assert!(field.key(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL)));
        assert_eq!(field.text(), "p名a d");
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        let mut field = Field::new("0123456789");
        assert_eq!(field.line(5, true, &Theme::plain()).to_string(), "6789 ");
        press(&mut field, KeyCode::Home);
        assert_eq!(field.line(5, true, &Theme::plain()).to_string(), "01234");
    }

    proptest! {
        #[test]
        fn no_keys_break_it(keys in prop::collection::vec((0usize..8, any::<char>()), 0..60), width in 0usize..30) {
            let mut field = Field::default();
            for (kind, c) in keys {
                let code = [KeyCode::Char(c), KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End,
                    KeyCode::Backspace, KeyCode::Delete, KeyCode::Char(c)][kind];
                field.key(KeyEvent::new(code, KeyModifiers::NONE));
                prop_assert!(field.is_boundary(field.cursor));
                prop_assert!(field.line(width, true, &Theme::plain()).width() <= width.max(2));
            }
        }
    }
}
