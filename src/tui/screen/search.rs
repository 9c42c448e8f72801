//! Search in the text of all slides; the matches are listed while it is typed.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_width::UnicodeWidthStr;

use super::slides::{Hit, find};
use crate::course::Deck;
use crate::tui::action::Action;
use crate::tui::theme::Theme;
use crate::tui::widget::field::Field;
use crate::tui::widget::popup;

const WIDTH: u16 = 76;
const HEIGHT: u16 = 14;
const HEAD: u16 = 2;

#[derive(Clone, Debug)]
pub struct Search {
    deck: Arc<Deck>,
    field: Field,
    hits: Vec<Hit>,
    selected: usize,
    top: usize,
    room: usize,
    /// The slide that the learner is at: the first match from here on is selected.
    from: usize,
}

impl Search {
    /// Begins with the words of the search before.
    pub fn new(deck: Arc<Deck>, from: usize, query: &str) -> Self {
        let mut search =
            Self { deck, field: Field::new(query), hits: Vec::new(), selected: 0, top: 0, room: 1, from };
        search.look();
        search
    }

    pub fn query(&self) -> &str {
        self.field.text()
    }

    pub fn key(&mut self, key: KeyEvent) -> bool {
        let taken = self.field.key(key);
        if taken {
            self.look();
        }
        taken
    }

    pub fn paste(&mut self, text: &str) {
        self.field.insert(text);
        self.look();
    }

    fn look(&mut self) {
        self.hits = find(&self.deck, self.field.text());
        self.selected = self.hits.iter().position(|hit| hit.slide >= self.from).unwrap_or(0);
    }

    /// The match that was chosen: give `query` to `SlidesPane::set_query`, then this to `go_to_hit`.
    pub fn act(&mut self, action: Action) -> Option<Hit> {
        let last = self.hits.len().saturating_sub(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => (self.selected + 1).min(last),
            Action::PageUp => self.selected.saturating_sub(self.room),
            Action::PageDown => (self.selected + self.room).min(last),
            Action::Confirm => return self.hits.get(self.selected).cloned(),
            _ => self.selected,
        };
        None
    }

    pub fn arrange(&mut self, area: Rect) {
        self.room = usize::from(popup::place(area, WIDTH, HEIGHT).height.saturating_sub(2 + HEAD)).max(1);
        self.top = self.top.clamp((self.selected + 1).saturating_sub(self.room), self.selected);
    }

    pub fn click(&self, area: Rect, at: Position) -> Option<Hit> {
        let place = popup::place(area, WIDTH, HEIGHT);
        if !place.inner(Margin::new(1, 1)).contains(at) {
            return None;
        }
        let row = usize::from(at.y.checked_sub(place.y + 1 + HEAD)?);
        self.hits.get(self.top + row).filter(|_| row < self.room).cloned()
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let foot = match self.hits.len() {
            0 => "Esc closes".into(),
            count => format!("{} of {count} · Enter goes there · Esc closes", self.selected + 1),
        };
        let inner = popup::frame(area, buf, theme, "Search in this lesson", &foot, WIDTH, HEIGHT);
        let mut rows = inner.rows();
        if let Some(row) = rows.next() {
            let mut line = self.field.line(usize::from(row.width).saturating_sub(6), true, theme);
            line.spans.insert(0, Span::styled("Text: ", theme.dim));
            Paragraph::new(line).render(row, buf);
        }
        rows.next();
        if self.hits.is_empty() && !self.field.text().trim().is_empty() {
            if let Some(row) = rows.next() {
                Paragraph::new(Line::styled("No slide has these words.", theme.dim)).render(row, buf);
            }
            return;
        }
        for (row, (nth, hit)) in rows.zip(self.hits.iter().enumerate().skip(self.top)) {
            let selected = nth == self.selected;
            let style = if selected { theme.selected } else { theme.text };
            buf.set_style(row, style);
            let mark = if selected { "▸" } else { " " };
            let room = usize::from(row.width).saturating_sub(5);
            let mut spans = vec![
                Span::styled(mark, theme.key),
                Span::styled(format!("{:>3} ", hit.slide + 1), style.patch(theme.dim)),
            ];
            let (before, inside, after) = around(&hit.text, self.field.text().trim(), room);
            spans.push(Span::styled(before, style));
            spans.push(Span::styled(inside, style.patch(theme.match_)));
            spans.push(Span::styled(after, style));
            Paragraph::new(Line::from(spans)).render(row, buf);
        }
    }
}

/// The text in three: before the match, the match, after it; cut at the left so that the match is in sight.
fn around(text: &str, query: &str, room: usize) -> (String, String, String) {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let chars: Vec<char> = text.chars().collect();
    let lower = |c: &char| c.to_lowercase().collect::<String>();
    let wanted: Vec<String> = query.chars().map(|c| lower(&c)).collect();
    let hit = (0..chars.len()).find(|at| {
        at + wanted.len() <= chars.len() && chars[*at..].iter().zip(&wanted).all(|(c, w)| lower(c) == *w)
    });
    let Some(at) = hit.filter(|_| !wanted.is_empty()) else { return (text, String::new(), String::new()) };
    let part = |range: &[char]| range.iter().collect::<String>();
    let inside = part(&chars[at..at + wanted.len()]);
    let mut before = part(&chars[..at]);
    if before.width() + inside.width() > room {
        let keep = room.saturating_sub(inside.width() + 1) / 2;
        before = format!("…{}", part(&chars[at.saturating_sub(keep)..at]));
    }
    (before, inside, part(&chars[at + wanted.len()..]))
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;
    use crate::course::{Block, BlockKind, Inline, Slide};

    fn deck() -> Arc<Deck> {
        let slide = |texts: &[&str]| Slide {
            blocks: texts
                .iter()
                .enumerate()
                .map(|(i, t)| Block {
                    kind: BlockKind::Paragraph(vec![Inline::Text((*t).into())]),
                    reveal: i,
                    line: 1,
                })
                .collect(),
            steps: texts.len(),
            ..Slide::default()
        };
        Arc::new(Deck {
            slides: vec![slide(&["A whale", "a Pod of whales"]), slide(&["nothing"]), slide(&["Pods again"])],
            ..Deck::default()
        })
    }

    #[test]
    fn matches_are_found_with_their_steps() {
        let mut search = Search::new(deck(), 1, "");
        for c in "pod".chars() {
            search.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
        assert_eq!(search.hits.iter().map(|h| (h.slide, h.step)).collect::<Vec<_>>(), [(0, 1), (2, 0)]);
        assert_eq!(search.act(Action::Confirm).map(|h| h.slide), Some(2));
        let area = Rect::new(0, 0, 50, 10);
        search.arrange(area);
        let mut buf = Buffer::empty(area);
        search.draw(area, &mut buf, &Theme::dark());
        insta::assert_snapshot!(crate::tui::screen::slides::text_of(&buf));
    }

    #[test]
    fn the_match_is_in_sight() {
        assert_eq!(around("ab CD ef", "cd", 20), ("ab ".into(), "CD".into(), " ef".into()));
        let (before, inside, _) = around(&format!("{}CD", "x".repeat(90)), "cd", 20);
        assert!(before.width() < 20 && inside == "CD");
    }
}
