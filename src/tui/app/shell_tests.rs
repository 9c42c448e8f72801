//! The shell's keys, what is put on its prompt, and what of it leaves the frame.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};

use super::tests::{app_at, in_the_shell, picture, press, send, typed};
use super::*;

#[test]
fn commands_are_typed_from_the_top_and_the_bar_counts_them() {
    let mut app = app_at(120, 40);
    press(&mut app, KeyCode::Right);
    let of = |command: &str| Effect::Shell(ShellEffect::Type(command.into()));
    let effects = typed(&mut app, "t");
    assert!(effects.contains(&of("docker pull nginx")), "{effects:?}");
    assert!(picture(&app, 120, 40).contains("Command 1 of 2: Enter runs it. Then F12 t for the next one"));
    send(&mut app, Msg::CommandRun("docker pull nginx".into()));
    press(&mut app, KeyCode::F(12));
    let effects = typed(&mut app, "t");
    assert!(effects.contains(&of("docker run nginx")), "{effects:?}");
    assert!(picture(&app, 120, 40).contains("Command 2 of 2: Enter runs it "));
    // What could not be typed is next again.
    send(&mut app, Msg::NotTyped("cat runs in the shell".into()));
    assert!(picture(&app, 120, 40).contains("cat runs in the shell"));
    press(&mut app, KeyCode::F(12));
    let effects = typed(&mut app, "t");
    assert!(effects.contains(&of("docker run nginx")), "{effects:?}");
}

#[test]
fn quitting_asks_while_a_program_runs() {
    let mut app = app_at(120, 40);
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert!(send(&mut app, Msg::Key(interrupt)).is_empty());
    assert!(picture(&app, 120, 40).contains("Ctrl-C stops programs in the shell; q quits"));
    press(&mut app, KeyCode::Tab);
    assert!(send(&mut app, Msg::Key(interrupt)).is_empty());
    assert_eq!(typed(&mut app, "q"), [Effect::AskToQuit]);
    assert!(send(&mut app, Msg::MayQuit(Some("python3".into()))).is_empty());
    assert!(picture(&app, 120, 40).contains("python3 runs in the shell, and would end with it."));
    assert!(typed(&mut app, "n").is_empty());
    send(&mut app, Msg::MayQuit(Some("python3".into())));
    assert_eq!(typed(&mut app, "y"), [Effect::Quit]);
    assert_eq!(send(&mut app, Msg::MayQuit(None)), [Effect::Quit]);
}

#[test]
fn the_terminals_colours_choose_the_theme_until_the_learner_does() {
    let mut app = app_at(120, 40);
    let colors = |level| Colors { foreground: None, background: Some((level, level, level)) };
    assert_eq!(send(&mut app, Msg::Colors(colors(250))), [Effect::Shell(ShellEffect::Colors(colors(250)))]);
    assert!(!app.theme.is_dark);
    typed(&mut app, "T");
    assert!(app.theme.is_dark);
    assert_eq!(send(&mut app, Msg::Colors(colors(251))).len(), 1, "programs are told what the terminal says");
    assert!(app.theme.is_dark);
}

#[test]
fn a_notice_of_trouble_leaves_while_one_types_in_the_shell() {
    let mut app = in_the_shell();
    let trouble = || Msg::Trouble { what: "The disk is full".into(), remedy: "make room".into() };
    send(&mut app, trouble());
    press(&mut app, KeyCode::Char('l'));
    let seen = picture(&app, 120, 40);
    assert!(seen.contains("The disk is full") && seen.contains("F12 lesson"), "{seen}");
    let later = Timestamp::UNIX_EPOCH.saturating_add(NOTICE).unwrap();
    assert_eq!(app.next_tick(), Some(later));
    app.update(later, Msg::Tick);
    assert!(!picture(&app, 120, 40).contains("The disk is full"));
    // and at once when it is over
    send(&mut app, trouble());
    send(&mut app, Msg::TroubleOver("Something else".into()));
    assert!(picture(&app, 120, 40).contains("The disk is full"));
    send(&mut app, Msg::TroubleOver("The disk is full".into()));
    assert!(!picture(&app, 120, 40).contains("The disk is full"));
}

#[test]
fn a_double_click_on_the_frame_zooms_and_back() {
    let mut app = app_at(120, 40);
    let click = |app: &mut App, (row, column): (u16, u16), at: i64| {
        let kind = MouseEventKind::Down(crossterm::event::MouseButton::Left);
        let mouse = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        app.update(Timestamp::from_millisecond(at).unwrap(), Msg::Mouse(mouse));
        app.wishes.zoom
    };
    assert!(!click(&mut app, (0, 100), 0));
    assert!(!click(&mut app, (0, 100), 500), "too slow");
    assert!(!click(&mut app, (0, 90), 600), "elsewhere");
    assert!(click(&mut app, (0, 90), 700));
    assert_eq!(app.wishes.focus, Pane::Engine);
    assert!(click(&mut app, (0, 70), 2000));
    assert!(!click(&mut app, (0, 70), 2100));
    // Inside a pane it is the pane's.
    assert!(!click(&mut app, (5, 5), 3000));
    assert!(!click(&mut app, (5, 5), 3100));
}

#[test]
fn one_chord_zooms_from_inside_the_shell_and_twice_is_the_shells() {
    let mut app = in_the_shell();
    // As crossterm reports what terminals send for Ctrl-].
    let chord = || Msg::Key(KeyEvent::new(KeyCode::Char('5'), KeyModifiers::CONTROL));
    let keys = |effects: &[Effect]| {
        effects.iter().filter(|e| matches!(e, Effect::Shell(ShellEffect::Key(_)))).count()
    };
    assert_eq!(keys(&send(&mut app, chord())), 0);
    assert!(app.wishes.zoom && app.wishes.focus == Pane::Shell);
    assert_eq!(keys(&send(&mut app, chord())), 1);
    assert!(!app.wishes.zoom && app.wishes.focus == Pane::Shell);
}

#[test]
fn a_chord_with_other_keys_between_is_not_pressed_twice() {
    let mut app = in_the_shell();
    let sent = |effects: &[Effect]| effects.iter().any(|e| matches!(e, Effect::Shell(ShellEffect::Key(_))));
    assert!(!sent(&press(&mut app, KeyCode::F(12))));
    typed(&mut app, "t");
    assert_eq!(app.wishes.focus, Pane::Shell);
    assert!(!sent(&press(&mut app, KeyCode::F(12))));
    assert_eq!(app.wishes.focus, Pane::Lesson);
    assert!(sent(&press(&mut app, KeyCode::F(12))), "now it is");
}

#[test]
fn a_bell_is_passed_on_and_a_flood_of_them_is_not() {
    let mut app = app_at(80, 24);
    let ring = |app: &mut App, at| app.update(Timestamp::from_millisecond(at).unwrap(), Msg::Bell);
    assert_eq!(ring(&mut app, 1000), [Effect::Bell]);
    assert_eq!(ring(&mut app, 1050), []);
    assert_eq!(ring(&mut app, 1100), [Effect::Bell]);
    let notice = send(&mut app, Msg::Notification("Built".into()));
    assert_eq!(notice, [Effect::Notify("shell: Built".into())]);
}

#[test]
fn the_title_and_the_cursor_are_the_shells_while_one_types_there() {
    let mut app = app_at(120, 40);
    assert_eq!(app.outer(), (None, None));
    let screen = crate::tui::widget::terminal::tests::shown("\x1b]2;vim\x07\x1b[5 q$ ", 40, 4).screen();
    send(&mut app, Msg::ShellStarted { screen, name: "bash".into() });
    let title = Some("vim · shell · pilotwhale".to_owned());
    assert_eq!(app.outer(), (None, title.clone()));
    press(&mut app, KeyCode::F(12));
    let (cursor, shown) = app.outer();
    let cursor = cursor.map(|c| (c.shape, c.blinks));
    assert_eq!((cursor, shown), (Some((crate::tui::widget::terminal::CursorShape::Beam, true)), title));
}
