//! The list of slides; typing narrows it.

use crossterm::event::KeyEvent;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::course::Deck;
use crate::tui::action::Action;
use crate::tui::theme::Theme;
use crate::tui::widget::field::Field;
use crate::tui::widget::popup;

const WIDTH: u16 = 70;
/// The field and the blank line below it.
const HEAD: u16 = 2;

#[derive(Clone, Debug)]
struct Entry {
    slide: usize,
    title: String,
    steps: usize,
    is_title: bool,
}

#[derive(Clone, Debug)]
pub struct Overview {
    entries: Vec<Entry>,
    field: Field,
    /// Indices into `entries` with the characters that matched, best first.
    shown: Vec<(usize, Vec<u32>)>,
    selected: usize,
    top: usize,
    room: usize,
    /// The slide that the learner is at.
    current: usize,
}

impl Overview {
    pub fn new(deck: &Deck, slide: usize) -> Self {
        let entries: Vec<Entry> = deck
            .slides
            .iter()
            .enumerate()
            .map(|(i, s)| Entry { slide: i, title: s.title.clone(), steps: s.steps, is_title: s.is_title })
            .collect();
        let shown = (0..entries.len()).map(|i| (i, Vec::new())).collect();
        let field = Field::default();
        Self { entries, field, shown, selected: slide, top: 0, room: 1, current: slide }
    }

    /// Whether the key was typed into the filter.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let taken = self.field.key(key);
        if taken {
            self.filter();
        }
        taken
    }

    pub fn paste(&mut self, text: &str) {
        self.field.insert(text);
        self.filter();
    }

    fn filter(&mut self) {
        if self.field.text().trim().is_empty() {
            self.shown = (0..self.entries.len()).map(|i| (i, Vec::new())).collect();
            self.selected = self.current.min(self.shown.len().saturating_sub(1));
            return;
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(self.field.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut chars = Vec::new();
        let mut found: Vec<(u32, usize, Vec<u32>)> = Vec::new();
        for (i, entry) in self.entries.iter().enumerate() {
            // The number can be typed too.
            let text = format!("{} {}", entry.slide + 1, entry.title);
            let mut indices = Vec::new();
            if let Some(score) = pattern.indices(Utf32Str::new(&text, &mut chars), &mut matcher, &mut indices)
            {
                indices.sort_unstable();
                found.push((score, i, indices));
            }
        }
        found.sort_by_key(|(score, i, _)| (std::cmp::Reverse(*score), *i));
        self.shown = found.into_iter().map(|(_, i, indices)| (i, indices)).collect();
        self.selected = 0;
    }

    /// The slide that was chosen.
    pub fn act(&mut self, action: Action) -> Option<usize> {
        let last = self.shown.len().saturating_sub(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => (self.selected + 1).min(last),
            Action::PageUp => self.selected.saturating_sub(self.room),
            Action::PageDown => (self.selected + self.room).min(last),
            Action::Top => 0,
            Action::Bottom => last,
            Action::Confirm => return self.shown.get(self.selected).map(|(i, _)| self.entries[*i].slide),
            _ => self.selected,
        };
        None
    }

    fn height(&self) -> u16 {
        self.entries.len().saturating_add(usize::from(HEAD)).min(usize::from(u16::MAX)) as u16
    }

    pub fn arrange(&mut self, area: Rect) {
        self.room =
            usize::from(popup::place(area, WIDTH, self.height()).height.saturating_sub(2 + HEAD)).max(1);
        self.top = self.top.clamp((self.selected + 1).saturating_sub(self.room), self.selected);
    }

    /// The slide under a click.
    pub fn click(&self, area: Rect, at: Position) -> Option<usize> {
        let place = popup::place(area, WIDTH, self.height());
        if !place.inner(Margin::new(1, 1)).contains(at) {
            return None;
        }
        let row = usize::from(at.y.checked_sub(place.y + 1 + HEAD)?);
        let (i, _) = self.shown.get(self.top + row).filter(|_| row < self.room)?;
        Some(self.entries[*i].slide)
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let foot = "Enter goes there · Esc closes";
        let inner = popup::frame(area, buf, theme, "Slides", foot, WIDTH, self.height());
        let mut rows = inner.rows();
        if let Some(row) = rows.next() {
            let mut line = self.field.line(usize::from(row.width).saturating_sub(6), true, theme);
            line.spans.insert(0, Span::styled("Find: ", theme.dim));
            Paragraph::new(line).render(row, buf);
        }
        rows.next();
        if self.shown.is_empty() {
            if let Some(row) = rows.next() {
                Paragraph::new(Line::styled("No slide has that in its title.", theme.dim)).render(row, buf);
            }
            return;
        }
        for (row, (nth, (i, matched))) in rows.zip(self.shown.iter().enumerate().skip(self.top)) {
            let entry = &self.entries[*i];
            let selected = nth == self.selected;
            let style = if selected { theme.selected } else { theme.text };
            buf.set_style(row, style);
            let number = format!("{:>3} ", entry.slide + 1);
            let mark = match (selected, entry.slide == self.current) {
                (true, _) => "▸",
                (false, true) => "·",
                _ => " ",
            };
            let steps = if entry.steps > 1 { format!("{} steps", entry.steps) } else { String::new() };
            let room = usize::from(row.width).saturating_sub(6 + steps.width());
            let base = if entry.is_title { style.patch(theme.strong) } else { style };
            let mut spans = vec![Span::styled(mark, theme.key), Span::styled(number, style.patch(theme.dim))];
            spans.extend(marked(entry, matched, room, base, theme));
            Paragraph::new(Line::from(spans)).render(row, buf);
            let x = row.right().saturating_sub(steps.width() as u16);
            buf.set_stringn(x, row.y, &steps, usize::from(row.width), style.patch(theme.dim));
        }
    }
}

/// The title, cut where it must be, with the letters that matched.
fn marked(
    entry: &Entry,
    matched: &[u32],
    room: usize,
    style: ratatui::style::Style,
    theme: &Theme,
) -> Vec<Span<'static>> {
    // The matcher counts from the number that is put before the title.
    let offset = format!("{} ", entry.slide + 1).len();
    let mut used = 0;
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (i, grapheme) in entry.title.graphemes(true).enumerate() {
        if used + grapheme.width() >= room {
            spans.push(Span::styled("…", style));
            break;
        }
        used += grapheme.width();
        let hit = matched.binary_search(&((i + offset) as u32)).is_ok();
        let style = if hit { style.patch(theme.match_) } else { style };
        match spans.last_mut() {
            Some(span) if span.style == style => span.content.to_mut().push_str(grapheme),
            _ => spans.push(Span::styled(grapheme.to_owned(), style)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;
    use crate::course::Slide;

    fn deck() -> Deck {
        let titles = ["Why Docker ?", "Images", "Image layers", "名前", "Volumes"];
        let slides = titles.iter().enumerate().map(|(i, t)| Slide {
            title: (*t).into(),
            steps: i + 1,
            ..Slide::default()
        });
        Deck { slides: slides.collect(), ..Deck::default() }
    }

    fn typed(overview: &mut Overview, text: &str) {
        for c in text.chars() {
            assert!(overview.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
    }

    #[test]
    fn letters_anywhere_find_a_slide() {
        let mut overview = Overview::new(&deck(), 1);
        assert_eq!(overview.act(Action::Confirm), Some(1));
        typed(&mut overview, "ilay");
        assert_eq!(overview.act(Action::Confirm), Some(2));
        typed(&mut overview, "zzz");
        assert_eq!(overview.act(Action::Confirm), None);
        let mut overview = Overview::new(&deck(), 0);
        typed(&mut overview, "5");
        assert_eq!(overview.act(Action::Confirm), Some(4));
    }

    #[test]
    fn it_is_drawn() {
        let area = Rect::new(0, 0, 50, 9);
        let mut overview = Overview::new(&deck(), 0);
        typed(&mut overview, "ima");
        overview.arrange(area);
        let mut buf = Buffer::empty(area);
        overview.draw(area, &mut buf, &Theme::dark());
        insta::assert_snapshot!(crate::tui::screen::slides::text_of(&buf));
        for width in 0..30 {
            let area = Rect::new(0, 0, width, width / 2);
            overview.arrange(area);
            overview.draw(area, &mut Buffer::empty(area), &Theme::dark());
        }
    }
}
