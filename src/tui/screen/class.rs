//! The app's seat in a class: alone, following, or leading; and what of it is seen on every screen.

mod board;
mod code;
mod follow;
mod lead;
mod page;
mod plan;
mod poll;
mod presenter;
mod view;
mod viewer;

pub use follow::{Follow, Keys, Said};
pub use lead::{Did, Leading};
pub use view::{View, Viewed};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Widget};

use super::lesson::LessonPane;
use crate::class::{Poll, Standing, Timer};
use crate::tui::action::Action;
use crate::tui::keymap::Context;
use crate::tui::theme::Theme;
use viewer::Viewer;

#[derive(Default)]
pub enum Seat {
    #[default]
    Alone,
    Follows(Box<Follow>),
    Leads(Box<Leading>),
}

impl Seat {
    pub fn is_alone(&self) -> bool {
        matches!(self, Self::Alone)
    }

    /// A screen to project: nothing is done on it, so no key but the one that ends it is named.
    pub fn is_audience(&self) -> bool {
        matches!(self, Self::Follows(follow) if follow.is_audience())
    }

    /// What is left for the panes: the class has the first row, where there is room for it.
    pub fn below(&self, area: Rect) -> Rect {
        if self.is_alone() || area.height < 12 {
            return area;
        }
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    }

    pub fn standing(&self) -> Option<&Standing> {
        match self {
            Self::Alone => None,
            Self::Follows(follow) => Some(follow.standing()),
            Self::Leads(leading) => Some(leading.standing()),
        }
    }

    pub fn poll(&self) -> Option<&Poll> {
        self.standing()?.poll.as_ref()
    }

    /// Who sees the shell of this screen, if anybody does.
    pub fn shell_is_seen_by(&self) -> Option<&'static str> {
        match self {
            Self::Follows(follow) if follow.is_sharing() => Some("the instructor sees it"),
            Self::Leads(leading) if leading.is_showing() => Some("the class sees it"),
            _ => None,
        }
    }

    /// The instructor's shell can be looked at.
    pub fn is_shown_a_shell(&self) -> bool {
        matches!(self, Self::Follows(follow) if follow.is_shown_a_shell())
    }

    /// The instructor's shell has the place of the engine pane.
    pub fn has_engines_place(&self) -> bool {
        matches!(self, Self::Follows(follow) if follow.watched().is_some())
    }

    /// When something changes by itself: a timer each second; minutes, where they are `in_sight`.
    pub fn next_tick(&self, now: Timestamp, in_sight: bool) -> Option<Timestamp> {
        let (timer, ahead) = match self {
            Self::Alone => return None,
            Self::Follows(follow) => (follow.standing().timer, follow.ahead()),
            Self::Leads(leading) => (leading.standing().timer, SignedDuration::ZERO),
        };
        let left = now.checked_add(ahead).ok().and_then(|there| left(timer?, there));
        // To the next whole second of what is left.
        let second = left.map(|left| SignedDuration::from_nanos(i64::from(left.subsec_nanos()) + 1_000_000));
        let minutes = in_sight || matches!(self, Self::Leads(leading) if leading.is_presenting());
        let minute = minutes.then(|| SignedDuration::from_secs(60 - now.as_second().rem_euclid(60)));
        let wait = [second, minute].into_iter().flatten().min()?;
        now.checked_add(wait).ok()
    }

    /// The instructor's shell in the engine pane's place.
    pub fn draw_shell(&self, body: Rect, buf: &mut Buffer, theme: &Theme) {
        if let Self::Follows(follow) = self
            && let Some(shown) = follow.watched()
        {
            follow.viewer().draw(shown, body, buf, theme);
        }
    }

    /// The first row.
    pub fn draw(&self, lesson: &LessonPane, now: Timestamp, row: Rect, buf: &mut Buffer, theme: &Theme) {
        buf.set_style(row, theme.bar);
        let (left, right) = match self {
            Self::Alone => return,
            Self::Follows(follow) => follow.row(lesson, now, theme),
            Self::Leads(leading) => leading.row(now, theme),
        };
        let right = Line::from(right).right_aligned();
        let room = row.width.saturating_sub(u16::try_from(right.width()).unwrap_or(row.width) + 1);
        Paragraph::new(Line::from(left)).render(Rect { width: room, ..row }, buf);
        Paragraph::new(right).render(row, buf);
    }

    /// The context of its keys.
    pub fn context(&self) -> Option<Context> {
        match self {
            Self::Alone => None,
            Self::Follows(_) => Some(Context::Class),
            Self::Leads(_) => Some(Context::Lead),
        }
    }

    /// Whether the verb is one of a class.
    pub fn takes(&self, action: Action) -> bool {
        matches!(
            action,
            Action::FollowClass
                | Action::RaiseHand
                | Action::TakeCommand
                | Action::Messages
                | Action::ViewShell
                | Action::ShareShell
                | Action::ShowShell
                | Action::Board
                | Action::JoinCode
                | Action::Presenter
                | Action::Poll
                | Action::OpenForAll
                | Action::SayToAll
                | Action::Timer
                | Action::SendCommand
                | Action::ClassDoor
        )
    }

    /// The part of the lesson's pane that is the slide's.
    pub fn slide(&self, lesson: &LessonPane, body: Rect) -> Rect {
        self.parts(lesson, body).slide
    }

    fn parts(&self, lesson: &LessonPane, body: Rect) -> Parts {
        let beside = match self {
            Self::Alone => false,
            Self::Leads(leading) => leading.is_presenting(),
            Self::Follows(follow) => follow.projected().is_some(),
        };
        let (slide, side) = if beside { presenter::split(body) } else { (body, Rect::default()) };
        let rows = self.poll().map_or(0, |poll| poll::rows(poll, lesson.course(), slide));
        let above = Rect { height: slide.height - rows, ..slide };
        Parts { slide: above, side, poll: Rect { y: above.bottom(), height: rows, ..slide } }
    }

    /// The poll below the slide, which takes no key from anybody; and the presenter's side, or the shell that is projected.
    pub fn draw_beside(
        &self,
        lesson: &LessonPane,
        now: Timestamp,
        zone: &TimeZone,
        body: Rect,
        buf: &mut Buffer,
        theme: &Theme,
    ) {
        let parts = self.parts(lesson, body);
        if let Some(poll) = self.poll() {
            poll::draw(poll, lesson.course(), self.could_answer(), parts.poll, buf, theme);
        }
        if let Self::Leads(leading) = self
            && !parts.side.is_empty()
        {
            presenter::draw(leading, lesson, (now, zone), parts.side, buf, theme);
        }
        if let Self::Follows(follow) = self
            && let Some(shown) = follow.projected()
        {
            let block = Block::bordered()
                .border_type(BorderType::Rounded)
                .border_style(theme.border)
                .title_top(Line::styled(" the instructor's shell ", theme.title));
            let inner = block.inner(parts.side);
            block.render(parts.side, buf);
            Viewer::default().draw(shown, inner, buf, theme);
        }
    }

    /// Known to the instructor alone.
    fn could_answer(&self) -> Option<usize> {
        match self {
            Self::Leads(leading) => Some(leading.here()),
            Self::Alone | Self::Follows(_) => None,
        }
    }
}

struct Parts {
    slide: Rect,
    side: Rect,
    poll: Rect,
}

fn left(timer: Timer, now: Timestamp) -> Option<SignedDuration> {
    let left = timer.ends.duration_since(now);
    left.is_positive().then_some(left)
}

/// `04:59 left`, or that it is over.
fn clock(timer: Timer, now: Timestamp, theme: &Theme) -> Span<'static> {
    match left(timer, now) {
        Some(left) => {
            let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
            Span::styled(format!(" {:02}:{:02} left ", seconds / 60, seconds % 60), theme.strong)
        }
        None => Span::styled(" time is up ", theme.warn),
    }
}
