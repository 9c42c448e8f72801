//! A shell of somebody else's: it is looked at and moved about in, and takes no key for itself.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::class::Shown;
use crate::tui::action::Action;
use crate::tui::theme::Theme;
use crate::tui::widget::terminal::{self, Appearance};

/// How far the view was moved away from where the cursor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    up: u16,
    right: u16,
}

impl Viewer {
    pub fn act(&mut self, action: Action, shown: &Shown) {
        let rows = u16::try_from(shown.rows().len()).unwrap_or(u16::MAX).saturating_sub(1);
        match action {
            Action::Up => self.up = (self.up + 1).min(rows),
            Action::Down => self.up = self.up.saturating_sub(1),
            Action::ScrollRight => self.right = (self.right + 8).min(shown.columns().saturating_sub(1)),
            Action::ScrollLeft => self.right = self.right.saturating_sub(8),
            _ => {}
        }
    }

    pub fn draw(self, shown: &Shown, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let look = Appearance { without_colors: theme.name == "plain", ..Appearance::default() };
        terminal::draw_shown(shown, self.corner(shown, area), area, buf, &look);
    }

    /// Where the drawn part begins: at the end of what is written, and in any case where the cursor is.
    fn corner(self, shown: &Shown, area: Rect) -> (u16, u16) {
        let written = shown.rows().rposition(|row| !row.is_blank()).map_or(0, |row| row + 1);
        let written = u16::try_from(written).unwrap_or(u16::MAX);
        let (column, row) = shown.cursor().unwrap_or((0, written.saturating_sub(1)));
        let top = written.max(row + 1).saturating_sub(area.height).min(row);
        let left = (column + 1).saturating_sub(area.width);
        let widest = shown.columns().saturating_sub(area.width);
        ((left + self.right).min(widest.max(left)), top.saturating_sub(self.up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::{Cell, Row};

    fn shown(lines: usize, cursor: Option<(u16, u16)>) -> Shown {
        let cell = |glyph| Cell { glyph, marks: &[], width: 1, look: Default::default() };
        let row = |n: usize| if n < lines { Row::of("x".chars().map(cell)) } else { Row::default() };
        Shown::new(100, (0..40).map(row).collect(), cursor)
    }

    fn corner(viewer: Viewer, shown: &Shown) -> (u16, u16) {
        viewer.corner(shown, Rect::new(5, 5, 60, 10))
    }

    #[test]
    fn the_end_and_the_cursor_are_in_sight_until_one_looks_elsewhere() {
        let mut viewer = Viewer::default();
        assert_eq!(corner(viewer, &shown(5, Some((2, 5)))), (0, 0), "all of it fits");
        assert_eq!(corner(viewer, &shown(30, Some((2, 29)))), (0, 20));
        assert_eq!(corner(viewer, &shown(40, Some((2, 3)))), (0, 3), "a cursor at the top of a full screen");
        assert_eq!(corner(viewer, &shown(40, None)), (0, 30));
        assert_eq!(corner(viewer, &shown(5, Some((80, 5)))), (21, 0), "a long line is followed");
        let screen = shown(30, Some((2, 29)));
        for action in [Action::Up, Action::Up, Action::ScrollRight] {
            viewer.act(action, &screen);
        }
        assert_eq!(corner(viewer, &screen), (8, 18));
        for action in [Action::Down, Action::Down, Action::Down, Action::ScrollLeft, Action::ScrollLeft] {
            viewer.act(action, &screen);
        }
        assert_eq!(viewer, Viewer::default());
        for _ in 0..300 {
            viewer.act(Action::Up, &screen);
            viewer.act(Action::ScrollRight, &screen);
        }
        assert_eq!(corner(viewer, &screen), (40, 0));
    }
}
