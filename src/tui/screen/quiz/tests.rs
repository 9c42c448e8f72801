//! The quiz's answers, drawing and keys.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyModifiers};
use proptest::prelude::*;

use super::*;
use crate::tui::theme::Theme;

fn choice(text: &str, correct: bool) -> Choice {
    Choice { text: text.into(), correct, feedback: None }
}

fn view(kind: QuizKind) -> QuizView {
    QuizView::new(Quiz {
        id: "docker-ps".into(),
        question: "What does `docker ps` show, and what does it *not* show unless you ask for it?".into(),
        kind,
        hints: vec!["ps comes from *process status*.".into(), "Try `-a`.".into()],
        explanation: Some("A stopped container is still there: `docker ps -a` shows it.".into()),
        line: 1,
    })
}

fn kinds() -> Vec<(&'static str, QuizKind)> {
    let choices = || {
        vec![
            choice("Running containers", true),
            choice("All images, with their tags, their sizes and the time since each was made", false),
            choice("Volumes", false),
        ]
    };
    vec![
        ("reveal", QuizKind::Reveal { answer: "a `pod`".into() }),
        ("single", QuizKind::Single { choices: choices() }),
        ("multiple", QuizKind::Multiple { choices: choices() }),
        ("text", QuizKind::Text { accepted: vec!["pod".into()], patterns: Vec::new() }),
        ("number", QuizKind::Number { answer: 36.0, tolerance: 0.0 }),
        ("order", QuizKind::Order { items: ["pull", "create", "start"].map(String::from).to_vec() }),
    ]
}

fn text(view: &mut QuizView, width: usize) -> String {
    let lines = view.lay(width, &Theme::dark(), &KeyNames::default());
    // Below that the slide cuts what does not fit.
    assert!(width < 24 || lines.iter().all(|line| line.width() <= width), "{lines:?}");
    assert_eq!(lines.len(), view.rows.len());
    let lines: Vec<String> = lines.iter().map(|line| line.to_string().trim_end().to_owned()).collect();
    lines.join("\n")
}

#[test]
fn every_kind_in_every_state() {
    for (name, kind) in kinds() {
        let mut view = view(kind);
        let mut seen = vec![format!("-- asked\n{}", text(&mut view, 56))];
        if name != "reveal" {
            assert_eq!(view.act(Action::Answer), Asked::Drawn);
            assert_eq!(view.act(Action::Hint), Asked::Hint);
            view.set_hints(1);
            match name {
                "text" | "number" => assert!(view.paste("12\n")),
                _ => {
                    assert_eq!(view.act(Action::Down), Asked::Drawn);
                    assert_eq!(view.act(Action::Toggle), Asked::Drawn);
                }
            }
            seen.push(format!("-- begun, with a hint\n{}", text(&mut view, 56)));
            assert!(matches!(view.act(Action::Answer), Asked::Submit(_)));
            view.set_result(Grade {
                message: "Not yet: look at it again.".into(),
                per_item: BTreeMap::from([(1, "That is `docker images`.".into())]),
                ..Grade::default()
            });
            seen.push(format!("-- wrong\n{}", text(&mut view, 56)));
            assert_eq!(view.act(Action::Answer), Asked::Drawn);
        }
        assert!(matches!(view.act(Action::Answer), Asked::Submit(_)), "{name}");
        view.set_result(Grade { correct: true, score: 1.0, message: "Right.".into(), ..Grade::default() });
        assert!(view.is_done() && !view.is_active());
        assert_eq!(view.act(Action::Answer), Asked::No);
        seen.push(format!("-- right\n{}", text(&mut view, 36)));
        insta::assert_snapshot!(format!("quiz_{name}"), seen.join("\n\n"));
    }
}

#[test]
fn items_are_carried() {
    let mut view = view(kinds().remove(5).1);
    let before = view.order.clone();
    assert_ne!(before, [0, 1, 2]);
    view.act(Action::Answer);
    view.act(Action::Toggle);
    view.act(Action::Down);
    view.act(Action::Down);
    assert_eq!(view.order, [before[1], before[2], before[0]]);
    assert_eq!(view.act(Action::Down), Asked::No);
    assert_eq!(view.act(Action::Answer), Asked::Submit(Response::Ordered(view.order.clone())));
}

#[test]
fn the_mouse_marks_a_choice() {
    let mut view = view(kinds().remove(1).1);
    text(&mut view, 56);
    let line = view.rows.iter().position(|row| *row == Some(2)).unwrap();
    assert_eq!(view.click(line), Asked::Drawn);
    assert!(view.is_active());
    assert_eq!(view.act(Action::Answer), Asked::Submit(Response::Picked(vec![2])));
    let mut view = self::view(kinds().remove(5).1);
    let before = view.order.clone();
    text(&mut view, 56);
    let first = view.rows.iter().position(|row| *row == Some(0)).unwrap();
    view.click(first);
    view.click(first + 2);
    assert_eq!(view.order, [before[1], before[2], before[0]]);
}

#[test]
fn what_matters_now_has_rows() {
    let mut view = view(kinds().remove(1).1);
    text(&mut view, 56);
    assert_eq!(view.focus_rows(), None);
    view.act(Action::Answer);
    view.act(Action::Down);
    text(&mut view, 56);
    let rows = view.focus_rows().unwrap();
    assert_eq!(rows.len(), 2, "the second choice takes two lines");
    assert!(rows.clone().all(|row| view.rows[row] == Some(1)));
    view.act(Action::Answer);
    view.set_result(Grade { message: "No.".into(), ..Grade::default() });
    let all = text(&mut view, 56);
    let verdict = all.lines().position(|line| line.contains("No.")).unwrap();
    assert!(view.focus_rows().unwrap().contains(&verdict));
}

#[test]
fn what_is_typed_is_the_answer() {
    let mut view = view(kinds().remove(3).1);
    assert!(!view.key(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::NONE)));
    view.act(Action::Answer);
    assert_eq!(view.act(Action::Answer), Asked::Drawn, "an empty answer is not handed in");
    for c in "pod".chars() {
        assert!(view.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
    }
    assert_eq!(view.act(Action::Answer), Asked::Submit(Response::Typed("pod".into())));
}

#[test]
fn an_answer_is_kept() {
    let mut view = view(kinds().remove(2).1);
    view.restore(&Response::Picked(vec![0]), Grade { correct: true, ..Grade::default() });
    assert!(text(&mut view, 56).contains("✓ [x] Running containers"));
}

proptest! {
    #[test]
    fn nothing_breaks_it(kind in 0usize..6, steps in prop::collection::vec(0usize..9, 0..40), width in 0usize..80) {
        let mut view = view(kinds().remove(kind).1);
        let actions = [Action::Answer, Action::Up, Action::Down, Action::Toggle, Action::Hint, Action::Cancel, Action::Confirm];
        for step in steps {
            let asked = match step {
                7 => view.click(width % 12),
                8 => { view.key(KeyEvent::new(KeyCode::Char('1'), KeyModifiers::NONE)); Asked::No }
                _ => view.act(actions[step]),
            };
            match asked {
                Asked::Submit(_) => view.set_result(Grade { correct: width % 3 == 0, ..Grade::default() }),
                Asked::Hint => view.set_hints(1),
                _ => {}
            }
            text(&mut view, width);
        }
    }
}
