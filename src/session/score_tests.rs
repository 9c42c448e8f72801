//! What counts as reached, and what is next.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::course::{Course, Lesson, Task, deck};
use crate::progress::{Event, Progress, Stamped};

fn lesson(id: &str, text: &str) -> Lesson {
    Lesson { id: id.into(), deck: deck::parse(text, Path::new("lesson.md")).0, ..Lesson::default() }
}

fn exercise(id: &str) -> Exercise {
    let task = |id: &str, points, bonus| Task { id: id.into(), points, bonus, ..Task::default() };
    let tasks = vec![task("a", 2, false), task("b", 1, false), task("more", 4, true)];
    Exercise { id: id.into(), title: id.to_uppercase(), tasks, ..Exercise::default() }
}

fn after(events: &[Event]) -> Session {
    let question = "# Q\n\n```quiz\nid: q\nquestion: \"1 + 1?\"\nnumber: 2\n```\n";
    let course = Course {
        lessons: vec![
            lesson("one", &format!("# A\n\n```exercise\nx\n```\n\n{question}")),
            lesson("two", "# B\n\n```exercise\ny\n```\n"),
        ],
        exercises: vec![exercise("x"), exercise("y")],
        ..Course::default()
    };
    let stamped =
        |(seq, event): (i64, &Event)| Stamped { seq, at: Timestamp::UNIX_EPOCH, event: event.clone() };
    Session::new(Arc::new(course), Progress::fold((1..).zip(events).map(stamped)))
}

fn moved(lesson: &str, slide: usize) -> Event {
    Event::Moved { lesson: lesson.into(), slide, step: 0 }
}

fn passed(exercise: &str) -> [Event; 3] {
    let exercise = || exercise.to_owned();
    [
        Event::ExerciseBegun { exercise: exercise(), run: 1, vars: Default::default() },
        Event::TaskPassed {
            exercise: exercise(),
            run: 1,
            task: "a".into(),
            found: "it".into(),
            bound: Default::default(),
        },
        Event::ExercisePassed { exercise: exercise(), run: 1, assisted: false },
    ]
}

fn share(done: usize, of: usize) -> Share {
    Share { done, of }
}

#[test]
fn a_lesson_is_read_when_each_slide_was_seen_also_in_an_earlier_session() {
    assert_eq!(after(&[]).score().lessons, share(0, 2));
    assert_eq!(after(&[moved("two", 0)]).score().lessons, share(1, 2));
    let mut session = after(&[moved("one", 1), moved("two", 0)]);
    assert_eq!(session.score().lessons, share(2, 2), "the first slide is where everybody begins");
    session = after(&[]);
    session.go_to(0, 1, 0);
    assert_eq!(session.score().lessons, share(1, 2));
}

#[test]
fn a_question_that_was_right_once_stays_right() {
    let answered = |correct| Event::QuizAnswered {
        lesson: "one".into(),
        quiz: "q".into(),
        answer: "2".into(),
        correct,
        score: f64::from(u8::from(correct)),
    };
    assert_eq!(after(&[answered(false)]).score().questions, share(0, 1));
    assert_eq!(after(&[answered(true), answered(false)]).score().questions, share(1, 1));
}

#[test]
fn points_outlast_a_reset_and_a_bonus_only_adds() {
    let [begun, task, pass] = passed("x");
    let part = after(&[begun.clone(), task.clone()]).score();
    assert_eq!((part.points, part.exercises), (share(2, 6), share(0, 2)));
    let whole = after(&[begun.clone(), task.clone(), pass.clone()]).score();
    assert_eq!((whole.points, whole.exercises), (share(3, 6), share(1, 2)));
    let again = Event::ExerciseReset { exercise: "x".into(), run: 1 };
    assert_eq!(after(&[begun.clone(), task, pass.clone(), again]).score(), whole);
    let bonus = Event::TaskPassed {
        exercise: "x".into(),
        run: 1,
        task: "more".into(),
        found: "it".into(),
        bound: Default::default(),
    };
    assert_eq!(after(&[begun, bonus, pass]).score().points, share(7, 6));
}

#[test]
fn the_next_exercise_is_the_first_open_one_round_the_course() {
    let next = |events: &[Event], after_it: &str| after(events).next_exercise(after_it);
    let named = |title: &str, lesson| Some(NextExercise { title: title.into(), lesson });
    assert_eq!(next(&passed("x"), "x"), named("Y", 1));
    assert_eq!(next(&passed("y"), "y"), named("X", 0));
    assert_eq!(next(&[passed("x"), passed("y")].concat(), "x"), None);
}

#[test]
fn what_is_open_is_said_lesson_by_lesson() {
    let words = |events: &[Event]| after(events).open().iter().map(Open::words).collect::<Vec<_>>();
    assert_eq!(
        words(&[]),
        ["not read to its end, 1 question, exercise «X»", "not read to its end, exercise «Y»"]
    );
    let read = [moved("one", 1), moved("two", 0)];
    assert_eq!(words(&[&read[..], &passed("y")].concat()), ["1 question, exercise «X»"]);
    let two = Open {
        title: String::new(),
        unread: false,
        questions: 2,
        tasks: 1,
        exercises: vec!["A".into(), "B".into()],
    };
    assert_eq!(two.words(), "2 questions, 1 task, exercise «A», exercise «B»");
}
