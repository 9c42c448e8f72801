//! The slide that the learner sees: where they are in the deck, and what part of it is on the screen.

mod draw;
mod find;
#[cfg(test)]
mod tests;
mod typing;

use std::ops::Range;
use std::sync::Arc;

use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

pub use find::{Hit, find};
pub use typing::NextCommand;

use crate::course::{BlockKind, Deck, Slide};
use crate::tui::action::Action;
use crate::tui::highlight::Highlighter;
use crate::tui::theme::Theme;
use crate::tui::widget::markdown::{self, Context, Insert, Laid, Placed};

/// Longer lines are hard to read, so text gets no wider than this; a diagram may.
const WIDEST: usize = 96;
const SIDEWAYS: usize = 8;

/// What an action did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    No,
    /// Another part of the same step is seen.
    View,
    /// Another slide or step: the place to keep.
    Place,
    /// The learner wants to go on from the last step of the last slide.
    PastEnd,
    /// Or back from the first.
    BeforeStart,
}

pub struct SlidesPane {
    deck: Arc<Deck>,
    slide: usize,
    step: usize,
    scroll: usize,
    sideways: usize,
    /// The deck is that of this lesson.
    lesson: usize,
    typing: typing::Typing,
    query: String,
    hits: Vec<Hit>,
    /// What the next `arrange` must bring into sight.
    show: Show,
    /// An insert was brought into sight, and the part of it that matters was not asked for yet.
    focus_wanted: Option<Insert>,
    seen: Option<Seen>,
    laid: Laid,
    /// Cells of the laid lines in which the query was found: line, column, width.
    matches: Vec<(usize, usize, usize)>,
    /// Where the laid lines go.
    text: Rect,
    hyperlinks: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Show {
    Nothing,
    Step,
    Match,
    Insert(Insert),
}

/// What the laid lines were made from.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    slide: usize,
    step: usize,
    area: Rect,
    theme: Theme,
    query: String,
}

impl SlidesPane {
    pub fn new(deck: Arc<Deck>) -> Self {
        Self {
            deck,
            slide: 0,
            step: 0,
            scroll: 0,
            sideways: 0,
            lesson: 0,
            typing: typing::Typing::default(),
            query: String::new(),
            hits: Vec::new(),
            show: Show::Nothing,
            focus_wanted: None,
            seen: None,
            laid: Laid::default(),
            matches: Vec::new(),
            text: Rect::ZERO,
            hyperlinks: true,
        }
    }

    /// The deck of a lesson from its beginning; what was run in the others is not forgotten.
    pub fn open(&mut self, deck: Arc<Deck>, lesson: usize) {
        let typing = std::mem::take(&mut self.typing);
        *self = Self { lesson, typing, hyperlinks: self.hyperlinks, ..Self::new(deck) };
        self.typing.moved();
    }

    /// For terminals that would print the escape sequence of a link.
    pub fn set_hyperlinks(&mut self, on: bool) {
        self.hyperlinks = on;
    }

    pub fn deck(&self) -> &Arc<Deck> {
        &self.deck
    }

    pub fn slide(&self) -> usize {
        self.slide
    }

    pub fn step(&self) -> usize {
        self.step
    }

    pub fn current(&self) -> Option<&Slide> {
        self.deck.slides.get(self.slide)
    }

    /// `3/12`, and the step where there is more than one: `3/12 · 2/4`.
    pub fn position(&self) -> String {
        let slides = self.deck.slides.len();
        let at = format!("{}/{slides}", (self.slide + 1).min(slides));
        match self.current() {
            Some(slide) if slide.steps > 1 => format!("{at} · {}/{}", self.step + 1, slide.steps),
            _ => at,
        }
    }

    /// The quizzes, tasks and exercises that can be seen at this step, in their order.
    pub fn inserts(&self) -> Vec<Insert> {
        let Some(slide) = self.current() else { return Vec::new() };
        let shown = slide.blocks.iter().filter(|b| b.reveal <= self.step);
        shown
            .filter_map(|block| match &block.kind {
                BlockKind::Quiz(i) => Some(Insert::Quiz(*i)),
                BlockKind::Task(i) => Some(Insert::Task(*i)),
                BlockKind::Exercise(id) => Some(Insert::Exercise(id.clone())),
                _ => None,
            })
            .collect()
    }

    /// `count` is a number typed before the key: the slide to go to.
    pub fn act(&mut self, action: Action, count: Option<usize>) -> Moved {
        let last = self.deck.slides.len().saturating_sub(1);
        let page = usize::from(self.text.height).saturating_sub(2).max(1);
        match (action, count) {
            (Action::NextStep | Action::LastSlide | Action::FirstSlide | Action::Confirm, Some(number)) => {
                self.go(number.saturating_sub(1), 0)
            }
            (Action::NextStep, None) if self.step + 1 < self.steps(self.slide) => {
                self.go(self.slide, self.step + 1)
            }
            (Action::NextStep | Action::NextSlide, None) if self.slide < last => self.go(self.slide + 1, 0),
            (Action::NextStep, None) => Moved::PastEnd,
            (Action::PreviousStep, None) if self.step > 0 => self.go(self.slide, self.step - 1),
            (Action::PreviousStep, None) if self.slide > 0 => self.go(self.slide - 1, usize::MAX),
            (Action::PreviousStep, None) => Moved::BeforeStart,
            (Action::NextSlide, _) => self.go(self.slide.saturating_add(count.unwrap_or(1)), 0),
            (Action::PreviousSlide, _) => self.go(self.slide.saturating_sub(count.unwrap_or(1)), 0),
            (Action::FirstSlide, None) => self.go(0, 0),
            (Action::LastSlide, None) => self.go(last, usize::MAX),
            (Action::Up, _) => self.scroll_to(self.scroll.saturating_sub(count.unwrap_or(1))),
            (Action::Down, _) => self.scroll_to(self.scroll.saturating_add(count.unwrap_or(1))),
            (Action::PageUp, _) => self.scroll_to(self.scroll.saturating_sub(page)),
            (Action::PageDown, _) => self.scroll_to(self.scroll + page),
            (Action::Top, _) => self.scroll_to(0),
            (Action::Bottom, _) => self.scroll_to(usize::MAX),
            (Action::ScrollLeft, _) => self.move_sideways(self.sideways.saturating_sub(SIDEWAYS)),
            (Action::ScrollRight, _) => self.move_sideways(self.sideways + SIDEWAYS),
            (Action::SearchNext, _) => self.next_hit(true),
            (Action::SearchPrevious, _) => self.next_hit(false),
            _ => Moved::No,
        }
    }

    /// Both are brought into the deck's bounds.
    pub fn go(&mut self, slide: usize, step: usize) -> Moved {
        let slide = slide.min(self.deck.slides.len().saturating_sub(1));
        let step = step.min(self.steps(slide) - 1);
        if (slide, step) == (self.slide, self.step) {
            return Moved::No;
        }
        if slide != self.slide {
            self.scroll = 0;
            self.sideways = 0;
            self.show = Show::Nothing;
        } else if step > self.step {
            self.show = Show::Step;
        }
        self.typing.moved();
        (self.slide, self.step) = (slide, step);
        Moved::Place
    }

    /// Brings what was just entered, or has just changed, into sight.
    pub fn show_insert(&mut self, insert: Insert) {
        self.show = Show::Insert(insert);
        self.seen = None;
    }

    /// The deck was edited: stays on the slide of the same title that is nearest, else at the same place.
    pub fn reload(&mut self, deck: Arc<Deck>) {
        let near = self.current().and_then(|old| {
            let same = |slide: &&Slide| slide.title == old.title && slide.is_title == old.is_title;
            let found = deck.slides.iter().enumerate().filter(|(_, slide)| same(slide));
            found.map(|(i, _)| i).min_by_key(|i| i.abs_diff(self.slide))
        });
        self.slide = near.unwrap_or(self.slide).min(deck.slides.len().saturating_sub(1));
        self.deck = deck;
        self.step = self.step.min(self.steps(self.slide) - 1);
        self.hits = find(&self.deck, &self.query);
        self.seen = None;
    }

    /// Shows where the words are, and makes `SearchNext` and `SearchPrevious` go there. Empty for none.
    pub fn set_query(&mut self, query: &str) {
        self.query = query.to_owned();
        self.hits = find(&self.deck, query);
    }

    pub fn query(&self) -> &str {
        &self.query
    }

    pub fn go_to_hit(&mut self, hit: &Hit) -> Moved {
        let step = if hit.slide == self.slide { self.step.max(hit.step) } else { hit.step };
        let moved = self.go(hit.slide, step);
        self.show = Show::Match;
        if moved == Moved::No { Moved::View } else { moved }
    }

    fn next_hit(&mut self, forward: bool) -> Moved {
        // On the slide that is seen, a further match below the screen comes first.
        let below = usize::from(self.text.height) + self.scroll;
        let further = if forward {
            self.matches.iter().map(|m| m.0).find(|line| *line >= below)
        } else {
            self.matches.iter().map(|m| m.0).rfind(|line| *line < self.scroll)
        };
        if let Some(line) = further {
            return self.scroll_to(line.saturating_sub(1));
        }
        let here = self.slide;
        let found = if forward {
            self.hits
                .iter()
                .find(|h| h.slide > here || (h.slide == here && h.step > self.step))
                .or(self.hits.first())
        } else {
            self.hits.iter().rfind(|h| h.slide < here).or(self.hits.last())
        };
        match found.cloned() {
            Some(hit) => self.go_to_hit(&hit),
            None => Moved::No,
        }
    }

    fn steps(&self, slide: usize) -> usize {
        self.deck.slides.get(slide).map_or(1, |s| s.steps.max(1))
    }

    fn last_scroll(&self) -> usize {
        self.laid.lines.len().saturating_sub(usize::from(self.text.height))
    }

    fn scroll_to(&mut self, line: usize) -> Moved {
        let line = line.min(self.last_scroll());
        let before = std::mem::replace(&mut self.scroll, line);
        if before == self.scroll { Moved::No } else { Moved::View }
    }

    fn move_sideways(&mut self, column: usize) -> Moved {
        let widest = self.laid.cuts.iter().flatten().map(|cut| cut.width).max().unwrap_or(0);
        let last = widest.saturating_sub(usize::from(self.text.width));
        let before = std::mem::replace(&mut self.sideways, column.min(last));
        if before == self.sideways { Moved::No } else { Moved::View }
    }

    /// Called after any change; lays out again only what changed. A slide with a quiz, a task or an exercise is laid out always,
    /// because only its owner knows whether that changed.
    pub fn arrange(
        &mut self,
        area: Rect,
        theme: &Theme,
        highlighter: &Highlighter,
        insert: &mut dyn FnMut(&Insert, usize) -> Vec<Line<'static>>,
    ) {
        let same = self.seen.as_ref().is_some_and(|s| {
            (s.slide, s.step, s.area) == (self.slide, self.step, area)
                && s.query == self.query
                && s.theme == *theme
        });
        if !same || !self.laid.inserts.is_empty() {
            self.lay(area, theme, highlighter, insert);
            let query = self.query.clone();
            self.seen = Some(Seen { slide: self.slide, step: self.step, area, theme: theme.clone(), query });
        }
        self.bring_into_sight();
        self.scroll = self.scroll.min(self.last_scroll());
        self.move_sideways(self.sideways);
    }

    fn lay(
        &mut self,
        area: Rect,
        theme: &Theme,
        highlighter: &Highlighter,
        insert: &mut dyn FnMut(&Insert, usize) -> Vec<Line<'static>>,
    ) {
        let Some(slide) = self.deck.slides.get(self.slide) else {
            self.laid = Laid::default();
            return;
        };
        let margin = u16::from(area.width >= 24);
        let room = usize::from(area.width.saturating_sub(2 * margin));
        let width = room.min(WIDEST);
        let mut cx = Context { step: self.step, width, centred: slide.is_title, theme, highlighter };
        self.laid = markdown::layout(&slide.blocks, &cx, insert);
        if self.laid.width_needed > width && room > width {
            cx.width = self.laid.width_needed.min(room);
            self.laid = markdown::layout(&slide.blocks, &cx, insert);
        }
        let lines = self.laid.lines.len();
        let height = usize::from(area.height);
        let top = match height.saturating_sub(lines) {
            free if slide.is_title => free / 3,
            free if slide.in_middle => free / 2,
            // One blank line above, where nothing is lost by it.
            free => usize::from(free > 1),
        };
        // The last row of a slide that does not fit says so.
        let height = if lines > height { height.saturating_sub(1).max(1) } else { height - top };
        self.text = Rect {
            x: area.x + margin + ((room - cx.width) / 2) as u16,
            y: area.y + top as u16,
            width: cx.width as u16,
            height: (height as u16).min(area.height),
        };
        self.matches = draw::matches(&self.laid, &self.query);
    }

    /// Lines that do not fit the pane, and columns that are cut of the widest line.
    pub fn overflow(&self) -> (usize, usize) {
        let widest = self.laid.cuts.iter().flatten().map(|cut| cut.width).max().unwrap_or(0);
        (self.last_scroll(), widest.saturating_sub(usize::from(self.text.width)))
    }

    fn bring_into_sight(&mut self) {
        self.focus_wanted = None;
        let rows: Option<Range<usize>> = match std::mem::replace(&mut self.show, Show::Nothing) {
            Show::Nothing => None,
            Show::Step => {
                self.laid.first_line_of_step.get(self.step).map(|first| *first..self.laid.lines.len())
            }
            Show::Insert(insert) => {
                let rows = self.placed(&insert).map(|placed| placed.rows.clone());
                self.focus_wanted = Some(insert);
                rows
            }
            Show::Match => {
                let from = self.laid.first_line_of_step.get(self.step).copied().unwrap_or(0);
                let line = self
                    .matches
                    .iter()
                    .map(|m| m.0)
                    .find(|l| *l >= from)
                    .or(self.matches.first().map(|m| m.0));
                line.map(|line| line..line + 2)
            }
        };
        if let Some(rows) = rows {
            self.scroll_into_sight(rows);
        }
    }

    /// Called after an `arrange` that followed `show_insert`: of an insert that is taller than the pane, these rows are shown.
    pub fn show_focus(&mut self, rows: impl FnOnce(&Insert) -> Option<Range<usize>>) {
        let Some(insert) = self.focus_wanted.take() else { return };
        let Some(placed) = self.placed(&insert) else { return };
        let start = placed.rows.start;
        if let Some(rows) = rows(&placed.insert) {
            self.scroll_into_sight(start + rows.start..start + rows.end);
            self.scroll = self.scroll.min(self.last_scroll());
        }
    }

    fn placed(&self, insert: &Insert) -> Option<&Placed> {
        self.laid.inserts.iter().find(|placed| placed.insert == *insert)
    }

    fn scroll_into_sight(&mut self, rows: Range<usize>) {
        let height = usize::from(self.text.height);
        if rows.end > self.scroll + height {
            // One line of what was there before, so that the eye finds its place.
            self.scroll = rows.start.saturating_sub(1).min(rows.end.saturating_sub(height));
        }
        if rows.start < self.scroll {
            self.scroll = rows.start;
        }
    }

    /// The quiz, task or exercise at a place on the screen, with the row and column inside it.
    pub fn insert_at(&self, at: Position) -> Option<(Insert, usize, usize)> {
        if !self.text.contains(at) {
            return None;
        }
        let line = self.scroll + usize::from(at.y - self.text.y);
        let placed = self.laid.inserts.iter().find(|placed| placed.rows.contains(&line))?;
        let column = usize::from(at.x - self.text.x).checked_sub(placed.column)?;
        Some((placed.insert.clone(), line - placed.rows.start, column))
    }
}

/// What is seen of a buffer, for tests: without the escape sequences of links and without trailing blanks.
#[cfg(test)]
pub(crate) fn text_of(buf: &ratatui::buffer::Buffer) -> String {
    use unicode_width::UnicodeWidthStr;

    let mut out = String::new();
    for row in buf.area.rows() {
        let mut line = String::new();
        let mut x = row.x;
        while x < row.right() {
            let symbol = crate::tui::widget::hyperlink::shown(buf[(x, row.y)].symbol());
            line.push_str(symbol);
            x += (symbol.width() as u16).max(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
