//! The list of lessons with their exercises, bookmarks and open questions, and what of them is done.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::check::Outcome;
use crate::session::{Place, Score, Share};
use crate::tui::action::Action;
use crate::tui::theme::Theme;
use crate::tui::widget::popup;

/// Rows above the first entry.
const HEAD: u16 = 1;
/// Rows below the last one, for the whole course.
const FOOT: u16 = 2;
/// Questions, tasks and minutes of a lesson, or what a row below it is.
const RIGHT: usize = 26;
const WIDEST: u16 = 90;
/// Narrower than this, the titles need the whole row.
const NARROW: u16 = 52;

/// What a row is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    Lesson {
        questions: Share,
        tasks: Share,
        minutes: u32,
    },
    /// Below its lesson, with a few words on what it is and how it stands.
    Below(String),
}

/// One row, and where choosing it leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub mark: Mark,
    pub text: String,
    pub row: Row,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Open,
    Begun,
    Done,
    Wrong,
    Bookmark,
}

impl Mark {
    /// Of all the things that can be done.
    pub fn of(all: Share) -> Self {
        match all.done {
            0 => Self::Open,
            n if n == all.of => Self::Done,
            _ => Self::Begun,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Open => Outcome::Open.mark(),
            Self::Begun => "◐",
            Self::Done => Outcome::Done.mark(),
            Self::Wrong => Outcome::Wrong.mark(),
            Self::Bookmark => "★",
        }
    }

    fn style(self, theme: &Theme) -> Style {
        match self {
            Self::Open => theme.dim,
            Self::Begun => theme.marker,
            Self::Done => theme.ok,
            Self::Wrong => theme.bad,
            Self::Bookmark => theme.key,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Contents {
    title: String,
    entries: Vec<Entry>,
    score: Score,
    minutes: u32,
    selected: usize,
    top: usize,
    /// How many entries can be seen at once.
    room: usize,
}

impl Contents {
    pub fn new(title: String, entries: Vec<Entry>, score: Score, lesson: usize) -> Self {
        let selected = entries.iter().position(|e| e.place.lesson == lesson).unwrap_or(0);
        let minutes = entries.iter().map(|entry| match &entry.row {
            Row::Lesson { minutes, .. } => *minutes,
            Row::Below(_) => 0,
        });
        let minutes = minutes.fold(0, u32::saturating_add);
        Self { title, entries, score, minutes, selected, top: 0, room: 1 }
    }

    /// `Some` once an entry is chosen.
    pub fn act(&mut self, action: Action) -> Option<Place> {
        let last = self.entries.len().saturating_sub(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => (self.selected + 1).min(last),
            Action::PageUp => self.selected.saturating_sub(self.room),
            Action::PageDown => (self.selected + self.room).min(last),
            Action::Confirm => return self.entries.get(self.selected).map(|e| e.place),
            _ => self.selected,
        };
        None
    }

    pub fn arrange(&mut self, area: Rect) {
        self.room = usize::from(self.place(area).height.saturating_sub(2 + HEAD + FOOT)).max(1);
        self.top = self.top.clamp((self.selected + 1).saturating_sub(self.room), self.selected);
        // no empty rows while there is something above
        self.top = self.top.min(self.entries.len().saturating_sub(self.room));
    }

    fn place(&self, area: Rect) -> Rect {
        popup::place(area, self.width(), self.height())
    }

    fn height(&self) -> u16 {
        u16::try_from(self.entries.len()).unwrap_or(u16::MAX).saturating_add(HEAD + FOOT)
    }

    fn width(&self) -> u16 {
        let longest = self.entries.iter().map(|e| e.text.width() + RIGHT + 10).max().unwrap_or(20);
        u16::try_from(longest).unwrap_or(u16::MAX).clamp(NARROW, WIDEST)
    }

    /// The entry under a click.
    pub fn click(&self, area: Rect, at: Position) -> Option<Place> {
        let inside = self.place(area).inner(Margin::new(1, 1));
        if !inside.contains(at) {
            return None;
        }
        let row = usize::from((at.y - inside.y).checked_sub(HEAD)?);
        self.entries.get(self.top + row).filter(|_| row < self.room).map(|e| e.place)
    }

    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let below = self.entries.len().saturating_sub(self.top + self.room);
        let more = match (self.top, below) {
            (0, 0) => String::new(),
            (above, 0) => format!("▲ {above} · "),
            (0, below) => format!("▼ {below} · "),
            (above, below) => format!("▲ {above} ▼ {below} · "),
        };
        let foot = format!("{more}Enter opens · Esc closes");
        let inner = popup::frame(area, buf, theme, &self.title, &foot, self.width(), self.height());
        let mut rows = inner.rows();
        if let Some(row) = rows.next().filter(|row| row.width >= NARROW) {
            let head = format!("{:>9}  {:>5}  {:>8}", "questions", "tasks", "minutes");
            buf.set_stringn(row.right().saturating_sub(RIGHT as u16), row.y, &head, RIGHT, theme.dim);
        }
        let shown = self.entries.iter().enumerate().skip(self.top).take(self.room);
        for ((i, entry), row) in shown.zip(rows.by_ref()) {
            entry.draw(row, buf, theme, i == self.selected);
        }
        rows.zip(self.total(inner.width, theme))
            .for_each(|(row, line)| Paragraph::new(line).render(row, buf));
    }

    /// The whole course together, below the columns that it sums up.
    fn total(&self, width: u16, theme: &Theme) -> [Line<'static>; 2] {
        let Score { lessons, questions, tasks, exercises, points } = self.score;
        let sums = if width < NARROW {
            named(&[(questions, "questions right"), (tasks, "tasks")])
        } else {
            let minutes = if self.minutes == 0 { String::new() } else { self.minutes.to_string() };
            let left = usize::from(width).saturating_sub(RIGHT + 2);
            format!("{:<left$}{:>9}  {:>5}  {minutes:>8}", "together", shown(questions), shown(tasks))
        };
        let rest = named(&[(lessons, "lessons read"), (exercises, "exercises done"), (points, "points")]);
        [sums, rest].map(|text| Line::styled(format!("  {text}"), theme.dim))
    }
}

impl Entry {
    fn draw(&self, row: Rect, buf: &mut Buffer, theme: &Theme, selected: bool) {
        let style = if selected { theme.selected } else { theme.text };
        let (indent, right) = match &self.row {
            Row::Lesson { questions, tasks, minutes } => {
                let minutes = if *minutes == 0 { String::new() } else { minutes.to_string() };
                ("", format!("{:>9}  {:>5}  {minutes:>8}", shown(*questions), shown(*tasks)))
            }
            Row::Below(what) => ("   ", format!("{what:>RIGHT$}")),
        };
        let width = usize::from(row.width);
        let right = if row.width < NARROW { String::new() } else { right };
        let lead = 4 + indent.len();
        let room = width.saturating_sub(lead + right.width() + 2);
        let line = Line::from(vec![
            Span::styled(if selected { "▸ " } else { "  " }, theme.key),
            Span::styled(format!("{indent}{} ", self.mark.sign()), self.mark.style(theme)),
            Span::styled(cut(&self.text, room), style),
        ]);
        Paragraph::new(line).render(row, buf);
        let x = row.right().saturating_sub(right.width() as u16);
        buf.set_stringn(x, row.y, &right, width, theme.dim);
    }
}

/// How a share stands in its column.
fn shown(share: Share) -> String {
    if share.of == 0 { "–".into() } else { format!("{}/{}", share.done, share.of) }
}

/// What there is of each, with its name; what there is none of is left out.
fn named(all: &[(Share, &str)]) -> String {
    let there = all.iter().filter(|(share, _)| share.of > 0);
    there.map(|(share, name)| format!("{} {name}", shown(*share))).collect::<Vec<_>>().join(" · ")
}

/// Words that do not fit end in a mark.
fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |g: &&str| {
        used += g.width();
        used <= room
    };
    text.graphemes(true).take_while(fits).chain(["…"]).collect()
}
