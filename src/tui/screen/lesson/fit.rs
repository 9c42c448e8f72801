//! The shipped course on the smallest screen that we write for.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::*;
use crate::course::{BlockKind, Source, load};
use crate::facts::Link;
use crate::progress::Progress;
use crate::tui::effect::ExerciseEffect;
use crate::tui::layout::{Pane, Screen, Wishes};

/// Lines below the screen and columns beside it, of every step of the course that has some.
fn overflows(width: u16, height: u16) -> Vec<String> {
    let course = Arc::new(load(&Source::Embedded).unwrap());
    let decks: Vec<_> = course.lessons.iter().map(|l| (l.id.clone(), l.deck.clone())).collect();
    let session = Session::new(course, Progress::default());
    let mut pane = LessonPane::new(session, BTreeMap::new(), LessonKeys::default());
    let whole = Rect::new(0, 0, width, height);
    let body = Screen::of(whole, Wishes::default()).body(Pane::Lesson).unwrap();
    let mut found = Vec::new();
    // Tasks that have begun take more lines.
    let mut begun = pane.set_link(&Link::Live);
    for (lesson, (id, deck)) in decks.iter().enumerate() {
        begun.extend(pane.open_at(lesson, 0, 0));
        for effect in begun.drain(..) {
            if let Effect::Exercise(ExerciseEffect::Begin { exercise, run, .. }) = effect {
                pane.begun(&exercise, run, Ok(String::new()));
            }
        }
        for (at, slide) in deck.slides.iter().enumerate() {
            // The card of an exercise grows with what was found, and scrolls.
            if slide.blocks.iter().any(|b| matches!(b.kind, BlockKind::Exercise(_))) {
                continue;
            }
            for step in 0..slide.steps.max(1) {
                pane.open_at(lesson, at, step);
                pane.arrange(body, whole, &Theme::dark());
                let (rows, columns) = pane.slides.overflow();
                if (rows, columns) != (0, 0) {
                    let place = format!("{id} slide {} step {} ({})", at + 1, step + 1, slide.title);
                    found.push(format!("{place}: {rows} lines and {columns} columns too many"));
                }
            }
        }
    }
    found
}

#[test]
fn shipped_slides_fit_80x24_and_120x40() {
    for (width, height) in [(80, 24), (120, 40)] {
        let found = overflows(width, height);
        assert!(found.is_empty(), "at {width}x{height}:\n{}", found.join("\n"));
    }
    assert!(!overflows(60, 16).is_empty(), "a slide that is too large would be seen");
}
