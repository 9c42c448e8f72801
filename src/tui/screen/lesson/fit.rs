//! Which slides of a course do not fit on a screen of some size: for authors, who write for the smallest one.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::{LessonKeys, LessonPane};
use crate::course::{BlockKind, Course};
use crate::facts::Link;
use crate::progress::Progress;
use crate::session::Session;
use crate::tui::effect::{Effect, ExerciseEffect};
use crate::tui::layout::{Pane, Screen, Wishes};
use crate::tui::theme::Theme;

/// The smallest screen that lessons are written for, and one on which the lesson stands beside the shell.
pub const SCREENS: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// A step of a slide that needs more room than there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// All three from 0.
    pub lesson: usize,
    pub slide: usize,
    pub step: usize,
    /// Lines below the pane, and columns beside it.
    pub rows: usize,
    pub columns: usize,
}

/// Every step that does not fit where the whole screen has this size.
pub fn overflows(course: &Arc<Course>, width: u16, height: u16) -> Vec<Overflow> {
    let session = Session::new(Arc::clone(course), Progress::default());
    let mut pane = LessonPane::new(session, LessonKeys::default());
    let whole = Rect::new(0, 0, width, height);
    let Some(body) = Screen::of(whole, Wishes::default()).body(Pane::Lesson) else { return Vec::new() };
    let mut found = Vec::new();
    // Tasks that have begun take more lines.
    let mut begun = pane.set_link(&Link::Live);
    for (lesson, deck) in course.lessons.iter().map(|lesson| &lesson.deck).enumerate() {
        begun.extend(pane.open_at(lesson, 0, 0));
        for effect in begun.drain(..) {
            if let Effect::Exercise(ExerciseEffect::Begin { exercise, run, .. }) = effect {
                pane.begun(&exercise, run, Ok(String::new()));
            }
        }
        for (slide, content) in deck.slides.iter().enumerate() {
            // The card of an exercise grows with what was found, and scrolls.
            if content.blocks.iter().any(|b| matches!(b.kind, BlockKind::Exercise(_))) {
                continue;
            }
            for step in 0..content.steps.max(1) {
                pane.open_at(lesson, slide, step);
                pane.arrange(body, whole, &Theme::dark());
                let (rows, columns) = pane.slides.overflow();
                if (rows, columns) != (0, 0) {
                    found.push(Overflow { lesson, slide, step, rows, columns });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Source, load};

    #[test]
    fn shipped_slides_fit() {
        let course = Arc::new(load(&Source::Embedded).unwrap());
        for (width, height) in SCREENS {
            let found = overflows(&course, width, height);
            assert!(found.is_empty(), "at {width}x{height}: {found:#?}");
        }
        assert!(!overflows(&course, 60, 16).is_empty(), "a slide that is too large would be seen");
    }
}
