//! Where everything goes: one pure function of the terminal's size and the learner's choices.

use ratatui::layout::{Constraint, Layout, Rect};

/// The three parts of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    #[default]
    Lesson,
    Engine,
    Shell,
}

impl Pane {
    pub const ALL: [Pane; 3] = [Pane::Lesson, Pane::Engine, Pane::Shell];

    pub fn name(self) -> &'static str {
        match self {
            Pane::Lesson => "Lesson",
            Pane::Engine => "Engine",
            Pane::Shell => "Shell",
        }
    }
}

/// What the learner chose; percentages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    pub focus: Pane,
    pub zoom: bool,
    /// The lesson's share of the width.
    pub lesson: u16,
    /// The engine's share of the right side's height.
    pub engine: u16,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { focus: Pane::Lesson, zoom: false, lesson: 48, engine: 42 }
    }
}

/// Below this a sentence is all there is room for.
pub const SMALLEST: (u16, u16) = (40, 10);
/// From this size on the panes are side by side; below, they are tabs.
const SIDE_BY_SIDE: (u16, u16) = (100, 24);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    TooSmall(Rect),
    /// One pane with a row of tabs above it.
    Tabs {
        tabs: Rect,
        pane: Pane,
        body: Rect,
        bar: Rect,
    },
    /// Framed panes; a body is what is inside its frame.
    Panes {
        frames: [(Pane, Rect); 3],
        bar: Rect,
    },
}

impl Screen {
    pub fn of(area: Rect, wishes: Wishes) -> Self {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return Self::TooSmall(area);
        }
        if wishes.zoom || area.width < SIDE_BY_SIDE.0 || area.height < SIDE_BY_SIDE.1 {
            let [tabs, body, bar] =
                Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
                    .areas(area);
            return Self::Tabs { tabs, pane: wishes.focus, body, bar };
        }
        let [panes, bar] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(wishes.lesson), Constraint::Min(1)]).areas(panes);
        let [upper, lower] =
            Layout::vertical([Constraint::Percentage(wishes.engine), Constraint::Min(1)]).areas(right);
        Self::Panes { frames: [(Pane::Lesson, left), (Pane::Engine, upper), (Pane::Shell, lower)], bar }
    }

    /// The inside of a pane, or nothing when it is not on the screen.
    pub fn body(&self, pane: Pane) -> Option<Rect> {
        match self {
            Self::TooSmall(_) => None,
            Self::Tabs { pane: shown, body, .. } => (*shown == pane).then_some(*body),
            Self::Panes { frames, .. } => {
                frames.iter().find(|(p, _)| *p == pane).map(|(_, frame)| inside(*frame))
            }
        }
    }

    /// Which pane is at this place.
    pub fn at(&self, column: u16, row: u16) -> Option<Pane> {
        let position = ratatui::layout::Position::new(column, row);
        match self {
            Self::TooSmall(_) => None,
            Self::Tabs { pane, body, .. } => body.contains(position).then_some(*pane),
            Self::Panes { frames, .. } => {
                frames.iter().find(|(_, frame)| frame.contains(position)).map(|(pane, _)| *pane)
            }
        }
    }

    pub fn bar(&self) -> Option<Rect> {
        match self {
            Self::TooSmall(_) => None,
            Self::Tabs { bar, .. } | Self::Panes { bar, .. } => Some(*bar),
        }
    }
}

fn inside(frame: Rect) -> Rect {
    Rect {
        x: frame.x.saturating_add(1),
        y: frame.y.saturating_add(1),
        width: frame.width.saturating_sub(2),
        height: frame.height.saturating_sub(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(width: u16, height: u16, wishes: Wishes) -> Screen {
        Screen::of(Rect::new(0, 0, width, height), wishes)
    }

    #[test]
    fn small_medium_and_large_terminals() {
        let wishes = Wishes::default();
        assert!(matches!(screen(20, 5, wishes), Screen::TooSmall(_)));
        assert!(matches!(screen(80, 24, wishes), Screen::Tabs { .. }));
        assert!(matches!(screen(120, 40, wishes), Screen::Panes { .. }));
        assert!(matches!(screen(200, 60, wishes), Screen::Panes { .. }));
    }

    #[test]
    fn zoom_shows_the_focused_pane_alone() {
        let wishes = Wishes { focus: Pane::Shell, zoom: true, ..Wishes::default() };
        let screen = screen(120, 40, wishes);
        assert_eq!(screen.body(Pane::Shell), Some(Rect::new(0, 1, 120, 38)));
        assert_eq!(screen.body(Pane::Lesson), None);
    }

    #[test]
    fn panes_never_overlap_and_stay_inside() {
        for width in 100..220 {
            for lesson in [20, 48, 80] {
                let wishes = Wishes { lesson, ..Wishes::default() };
                let Screen::Panes { frames, bar } = screen(width, 40, wishes) else { panic!("panes") };
                let area: u32 = frames.iter().map(|(_, f)| f.area()).sum();
                assert_eq!(area + bar.area(), u32::from(width) * 40);
            }
        }
    }
}
