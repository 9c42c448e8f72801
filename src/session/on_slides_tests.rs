//! Tasks that stand on slides: when they are judged, and with which values.

use super::*;
use crate::course::Block;

#[test]
fn tasks_on_slides_are_judged_while_their_lesson_is_open() {
    let on_slides = |id: &str| Exercise { id: id.into(), on_slides: true, ..exercise() };
    let mut course = Arc::unwrap_or_clone(course(&[("a", &[1]), ("b", &[1])]));
    course.exercises.extend([on_slides("a"), on_slides("b")]);
    let mut session = Session::new(Arc::new(course), Progress::default());
    for id in ["e", "a", "b"] {
        session.step(id, Input::Begin { seed: 1 });
        session.step(id, Input::Begun { run: 1, outcome: Ok(()) });
        session.step(id, Input::Graded { run: 1, report: Box::default() });
    }
    let asked = |session: &mut Session| -> Vec<String> {
        session.step_all(&Input::Seen).into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(asked(&mut session), ["e", "a"]);
    session.go_to(1, 0, 0);
    assert_eq!(session.lesson_exercise().map(|e| e.id.as_str()), Some("b"));
    assert_eq!(asked(&mut session), ["b"], "the other one has its question out already");
}

#[test]
fn tasks_on_slides_are_read_with_the_values_of_their_attempt() {
    let vars = [("WORD".to_owned(), crate::course::Var::Pick(vec!["anchor".into()]))].into();
    let said = Exercise { id: "a".into(), on_slides: true, title: "say $WORD".into(), vars, ..exercise() };
    let mut with = Arc::unwrap_or_clone(course(&[("a", &[1])]));
    with.exercises.push(said);
    let mut session = Session::new(Arc::new(with), Progress::default());
    session.step("a", Input::Begin { seed: 1 });
    assert_eq!(session.lesson_exercise().map(|e| e.title.as_str()), Some("say anchor"));
    session.replace_course(course(&[("a", &[1])]));
    assert!(session.lesson_exercise().is_none(), "the author took them away");
}

/// A lesson of two slides with one task each, the second one shown with the second step; both tasks looked at and wrong.
fn on_two_slides() -> Session {
    let block = |index, reveal| Block { kind: BlockKind::Task(index), reveal, line: 1 };
    let exercise = Exercise { id: "a".into(), on_slides: true, ..exercise() };
    let slides = vec![
        Slide { steps: 1, blocks: vec![block(0, 0)], ..Slide::default() },
        Slide { steps: 2, blocks: vec![block(1, 1)], ..Slide::default() },
    ];
    let deck = Deck { slides, tasks: exercise.tasks.clone(), ..Deck::default() };
    let lesson = Lesson { id: "a".into(), deck, ..Lesson::default() };
    let course = Course { lessons: vec![lesson], exercises: vec![exercise], ..Course::default() };
    let mut session = Session::new(Arc::new(course), Progress::default());
    session.step("a", Input::Begin { seed: 1 });
    session.step("a", Input::Begun { run: 1, outcome: Ok(()) });
    session.step("a", graded(1, "--"));
    session
}

fn look(session: &mut Session, signs: &str) -> (String, Vec<String>) {
    session.step("a", Input::Seen);
    let outputs = session.step("a", graded(1, signs));
    let report = session.exercise("a").and_then(|state| state.report.clone()).unwrap_or_default();
    (told(&outputs), report.tasks.iter().map(|task| task.verdict.word().to_owned()).collect())
}

#[test]
fn what_is_done_before_a_task_is_read_is_no_try_at_it() {
    let mut session = on_two_slides();
    assert_eq!(look(&mut session, "xx"), ("attempt:level:x".into(), words(["not right", "not yet"])));
    session.go_to(0, 1, 0);
    assert_eq!(
        look(&mut session, "xx").1,
        words(["not right", "not yet"]),
        "the step that shows it comes later"
    );
    session.go_to(0, 1, 1);
    assert_eq!(
        look(&mut session, "xx"),
        (String::new(), words(["not right", "not right"])),
        "known, and no try"
    );
    session.go_to(0, 0, 0);
    assert_eq!(
        look(&mut session, "xz"),
        ("attempt:edge:z".into(), words(["not right", "not right"])),
        "it was read"
    );
}

#[test]
fn what_is_done_before_it_is_read_still_passes() {
    let mut session = on_two_slides();
    assert_eq!(look(&mut session, "-y"), ("passed:edge".into(), words(["not yet", "done"])));
}

fn words(all: [&str; 2]) -> Vec<String> {
    all.map(str::to_owned).into()
}
