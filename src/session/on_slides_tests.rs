//! Tasks that stand on slides: when they are judged, and with which values.

use super::*;

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
