//! Bookmarks and questions to put right, in courses that change.

use std::sync::Arc;

use super::*;
use crate::course::{Block, Choice, Deck, Lesson, Quiz, QuizKind, Response};
use crate::progress::{Progress, Stamped};

fn quiz() -> Quiz {
    let choice = |text: &str, correct| Choice { text: text.into(), correct, feedback: None };
    let choices = vec![choice("right", true), choice("wrong", false)];
    Quiz {
        id: "q".into(),
        question: "?".into(),
        kind: QuizKind::Single { choices },
        hints: Vec::new(),
        explanation: None,
        line: 1,
    }
}

fn saved(events: Vec<Event>) -> Progress {
    Progress::fold((1..).zip(events).map(|(seq, event)| Stamped { seq, at: Default::default(), event }))
}

fn titled(lessons: &[(&str, &[&str])]) -> Arc<Course> {
    let slide = |title: &&str| Slide {
        title: (*title).into(),
        steps: 2,
        blocks: vec![Block { kind: BlockKind::Quiz(0), reveal: 1, line: 1 }],
        ..Slide::default()
    };
    let lessons = lessons.iter().map(|(id, titles)| Lesson {
        id: (*id).into(),
        deck: Deck { slides: titles.iter().map(slide).collect(), quizzes: vec![quiz()], ..Deck::default() },
        ..Lesson::default()
    });
    Arc::new(Course { lessons: lessons.collect(), ..Course::default() })
}

#[test]
fn a_bookmark_stays_with_its_slide() {
    let old = titled(&[("a", &["one", "two"]), ("b", &["three"])]);
    let mut session = Session::new(old, Progress::default());
    session.go_to(0, 1, 1);
    let events = session.toggle_bookmark();
    assert!(session.is_bookmarked());
    let words = |session: &Session| -> Vec<(usize, String)> {
        session.bookmarks().into_iter().map(|s| (s.place.slide, s.words)).collect()
    };
    assert_eq!(words(&session), [(1, "two".to_owned())]);
    // A slide came before it, and the app was started again.
    let new = titled(&[("a", &["zero", "one", "two"]), ("b", &["three"])]);
    let mut session = Session::new(new, saved(events));
    assert_eq!(words(&session), [(2, "two".to_owned())]);
    session.go_to(0, 2, 0);
    let events = session.toggle_bookmark();
    assert!(!session.is_bookmarked() && session.bookmarks().is_empty());
    assert!(matches!(&events[..], [Event::Bookmarked { slide: 1, set: false, .. }]), "{events:?}");
    // Its lesson is gone.
    session.toggle_bookmark();
    session.replace_course(titled(&[("b", &["three"])]));
    assert!(session.bookmarks().is_empty());
}

#[test]
fn answers_that_were_not_right_are_gone_through_round_the_course() {
    let course = titled(&[("a", &["one"]), ("b", &["two"]), ("c", &["three"])]);
    let mut session = Session::new(course, Progress::default());
    assert_eq!(session.next_not_right(), None, "what was not answered is not wrong");
    for lesson in ["a", "c"] {
        session.answer(lesson, "q", Response::Picked(vec![1]));
    }
    let at = |lesson| Place { lesson, slide: 0, step: 1 };
    assert_eq!(session.next_not_right(), Some((at(2), 2)));
    session.go_to(2, 0, 1);
    assert_eq!(session.next_not_right(), Some((at(0), 2)));
    session.answer("a", "q", Response::Picked(vec![0]));
    assert_eq!(session.next_not_right(), Some((at(2), 1)));
    session.answer("a", "q", Response::Picked(vec![1]));
    assert_eq!(session.not_right().len(), 1, "once right is enough");
}
