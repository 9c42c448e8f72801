//! Shells that are shown, on the screens of both sides.

use std::sync::Arc;

use super::*;
use crate::class::{Cell, Closed, Look, Row, Shown};

pub(super) fn shown(lines: &[&str]) -> Arc<Shown> {
    let look = |glyph| Look { bold: glyph == '$', ..Look::default() };
    let cell = |glyph| Cell { glyph, marks: &[], width: 1, look: look(glyph) };
    let rows: Vec<Row> = lines.iter().map(|line| Row::of(line.chars().map(cell))).collect();
    let last = u16::try_from(lines.len()).unwrap() - 1;
    Arc::new(Shown::new(90, rows, Some((2, last))))
}

pub(super) fn see(app: &mut App, lines: &[&str]) -> Vec<Effect> {
    send(app, Msg::Heard(Heard::Shell(Some(shown(lines)))))
}

#[test]
fn the_instructors_shell_comes_beside_the_slide_and_takes_no_key() {
    let mut app = follower();
    assert!(see(&mut app, &["$ docker ps", "CONTAINER ID", "$ "]).is_empty());
    let seen = picture(&app, 120, 40);
    assert!(seen.contains("the instructor's shell, read only") && seen.contains("CONTAINER ID"), "{seen}");
    assert!(seen.contains("V opens and closes it"), "{seen}");
    assert_eq!(app.wishes.focus, Pane::Lesson);
    typed(&mut app, "J");
    assert_eq!(slide(&app), 1, "keys go where they went before");
    see(&mut app, &["$ docker ps", "CONTAINER ID", "$ docker images"]);
    assert!(picture(&app, 120, 40).contains("docker images"));
    typed(&mut app, "V");
    let closed = picture(&app, 120, 40);
    assert!(!closed.contains("docker images") && closed.contains("their shell is shown: V"), "{closed}");
    typed(&mut app, "V");
    assert!(picture(&app, 120, 40).contains("docker images"));
    typed(&mut app, "V");
    see(&mut app, &["$ more"]);
    assert!(!picture(&app, 120, 40).contains("$ more"), "who has closed it is not asked to look again");
    send(&mut app, Msg::Heard(Heard::Shell(None)));
    assert!(picture(&app, 120, 40).contains("is shown no more"));
    typed(&mut app, "KV");
    assert!(picture(&app, 120, 40).contains("does not show their shell now"));
    press(&mut app, KeyCode::Esc);
    typed(&mut app, "2G");
    let after = picture(&app, 120, 40);
    assert!(after.contains("looking for the engine") && !after.contains("their shell"), "{after}");
}

#[test]
fn who_works_in_the_engine_pane_is_left_there() {
    let mut app = follower();
    app.focus(Pane::Engine);
    see(&mut app, &["$ docker ps"]);
    assert!(!picture(&app, 120, 40).contains("$ docker ps"));
    typed(&mut app, "V");
    assert!(picture(&app, 120, 40).contains("$ docker ps"));
    let effects = typed(&mut app, "xdn");
    assert!(effects.is_empty(), "keys of the list do nothing while it is not seen: {effects:?}");
    let lines: Vec<String> = (0..60).map(|n| format!("line {n}")).collect();
    see(&mut app, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = |app: &App| picture(app, 120, 40);
    assert!(rows(&app).contains("line 59") && !rows(&app).contains("line 40"));
    for _ in 0..20 {
        press(&mut app, KeyCode::Up);
    }
    assert!(rows(&app).contains("line 39") && !rows(&app).contains("line 59"));
    press(&mut app, KeyCode::Esc);
    assert!(!rows(&app).contains("line 39"));
    assert_eq!(app.wishes.focus, Pane::Engine);
}

#[test]
fn on_a_small_terminal_the_shell_is_one_key_away_and_back() {
    let mut app = seated(Seat::Follows(Box::new(Follow::new(false))), 80, 24);
    see(&mut app, &["$ docker ps"]);
    let before = picture(&app, 80, 24);
    assert!(!before.contains("$ docker ps") && before.contains("V opens and closes it"), "{before}");
    typed(&mut app, "V");
    let seen = picture(&app, 80, 24);
    assert!(seen.contains("$ docker ps") && seen.contains("the instructor's shell, read only"), "{seen}");
    typed(&mut app, "V");
    assert_eq!(app.wishes.focus, Pane::Lesson);
    assert!(!picture(&app, 80, 24).contains("$ docker ps"));
    // From the engine's list it comes into sight, and closing it leads back.
    app.focus(Pane::Engine);
    typed(&mut app, "V");
    assert!(picture(&app, 80, 24).contains("$ docker ps"));
    send(&mut app, Msg::Heard(Heard::Away { why: "broke".into(), remedy: String::new() }));
    assert!(!picture(&app, 80, 24).contains("$ docker ps"), "what is not live is not shown");
}

#[test]
fn a_learner_is_asked_before_their_shell_is_seen_and_sees_it_all_the_time() {
    let mut app = follower();
    assert!(typed(&mut app, "A").is_empty());
    let asked = picture(&app, 120, 40);
    assert!(
        asked.contains("Let the instructor look at your shell?") && asked.contains("Nobody else"),
        "{asked}"
    );
    assert!(typed(&mut app, "n").is_empty());
    assert!(!row(&app).contains("sees your shell"));
    assert_eq!(typed(&mut app, "Ay"), [Effect::ShowShell(true)]);
    assert!(row(&app).contains("◉ the instructor sees your shell · A ends it"), "{}", row(&app));
    app.focus(Pane::Shell);
    assert!(picture(&app, 120, 40).contains("◉ the instructor sees it"));
    app.focus(Pane::Lesson);
    assert_eq!(typed(&mut app, "A"), [Effect::ShowShell(false)]);
    assert!(!row(&app).contains("sees your shell"));
}

#[test]
fn a_terminal_without_room_for_the_classs_row_says_it_beside_the_tabs() {
    let mut app = leader(80, 11);
    press(&mut app, KeyCode::Esc);
    assert!(!picture(&app, 80, 11).contains('◉'));
    typed(&mut app, "V");
    assert!(picture(&app, 80, 11).contains("◉ shell: the class sees it"));
}

#[test]
fn sharing_ends_with_the_line_and_when_the_instructor_closes_it() {
    let mut app = follower();
    typed(&mut app, "Ay");
    let closed = Msg::Heard(Heard::ShellClosed(Closed::ByInstructor));
    assert_eq!(send(&mut app, closed), [Effect::ShowShell(false)]);
    assert!(
        !row(&app).contains("sees your shell") && picture(&app, 120, 40).contains("has closed your shell")
    );
    typed(&mut app, "Ay");
    let away = Heard::Away { why: "broke".into(), remedy: String::new() };
    assert_eq!(send(&mut app, Msg::Heard(away.clone())), [Effect::ShowShell(false)]);
    assert!(typed(&mut app, "A").is_empty());
    assert!(picture(&app, 120, 40).contains("There is no line to the class"));
    let joined = |takes_shells| Heard::Joined {
        class: "whales".into(),
        name: "Ana".into(),
        course: String::new(),
        course_version: String::new(),
        takes_shells,
    };
    send(&mut app, Msg::Heard(joined(true)));
    assert!(!row(&app).contains("sees your shell"), "it is decided again");
    typed(&mut app, "A");
    send(&mut app, Msg::Heard(away));
    assert!(typed(&mut app, "y").is_empty(), "a yes that comes too late");
    assert!(!row(&app).contains("sees your shell"));
    send(&mut app, Msg::Heard(joined(false)));
    typed(&mut app, "A");
    assert!(picture(&app, 120, 40).contains("too old to look at your shell"));
}

#[test]
fn an_instructor_shows_their_shell_by_a_key_and_sees_that_it_is_shown() {
    let mut app = leader(120, 40);
    press(&mut app, KeyCode::Esc);
    assert_eq!(typed(&mut app, "V"), [Effect::ShowShell(true)]);
    app.focus(Pane::Shell);
    assert!(row(&app).contains("◉ class sees your shell · V ends it"), "{}", row(&app));
    assert!(picture(&app, 120, 40).contains("◉ the class sees it"));
    app.focus(Pane::Lesson);
    assert_eq!(typed(&mut app, "V"), [Effect::ShowShell(false)]);
    assert!(!row(&app).contains("sees your shell"));
}

#[test]
fn a_shared_shell_is_opened_from_the_learners_page_and_closed_there() {
    let mut app = leader(120, 40);
    press(&mut app, KeyCode::Esc);
    full(&mut app);
    let share = |app: &mut App, lines: Option<&[&str]>| {
        let shown = lines.map(shown);
        send(app, Msg::Class(vec![Change::Shell { learner: id(1), shown }]));
    };
    share(&mut app, Some(&["$ dokcer ps", "command not found", "$ "]));
    assert!(row(&app).contains("shell: Ana"), "{}", row(&app));
    typed(&mut app, "L");
    assert!(picture(&app, 120, 40).contains("shells to look at, on the learner's page: Ana"));
    press(&mut app, KeyCode::Down);
    press(&mut app, KeyCode::Enter);
    let page = picture(&app, 120, 40);
    assert!(page.contains("Ana") && page.contains("Enter looks at it"), "{page}");
    press(&mut app, KeyCode::Enter);
    let seen = picture(&app, 120, 40);
    assert!(
        seen.contains("the shell that they share, read only") && seen.contains("command not found"),
        "{seen}"
    );
    assert!(typed(&mut app, "docker").is_empty() && press(&mut app, KeyCode::Enter).is_empty(), "read only");
    share(&mut app, Some(&["$ docker ps"]));
    assert!(picture(&app, 120, 40).contains("$ docker ps"));
    assert_eq!(typed(&mut app, "x"), [Effect::Lead(Lead::CloseShell(id(1)))]);
    share(&mut app, None);
    press(&mut app, KeyCode::Enter);
    assert!(!picture(&app, 120, 40).contains("read only"), "there is nothing to open");
    share(&mut app, Some(&["$ "]));
    press(&mut app, KeyCode::Enter);
    share(&mut app, None);
    assert!(picture(&app, 120, 40).contains("the shell is shared no more"));
    press(&mut app, KeyCode::Esc);
    press(&mut app, KeyCode::Esc);
    assert!(picture(&app, 120, 40).contains("who needs help first"));
}

#[test]
fn a_screen_to_project_has_the_shell_beside_the_slide() {
    let mut app = seated(Seat::Follows(Box::new(Follow::new(true))), 100, 30);
    see(&mut app, &["$ docker ps"]);
    let seen = picture(&app, 100, 30);
    assert!(seen.contains("the instructor's shell") && seen.contains("$ docker ps"), "{seen}");
    send(&mut app, Msg::Heard(Heard::Shell(None)));
    assert!(!picture(&app, 100, 30).contains("shell"));
}
