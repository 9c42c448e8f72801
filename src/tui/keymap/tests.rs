//! The shipped keys, a user's changes to them, and how terminals report keys.

use super::*;

fn press(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

#[test]
fn shipped_keys_are_free_of_conflicts() {
    let (_, problems) = Keymap::with_user(None);
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn the_inner_context_wins() {
    let keymap = Keymap::shipped();
    let enter = press(KeyCode::Enter);
    assert_eq!(keymap.action(&[Context::Quiz, Context::Lesson], enter), Some(Action::Answer));
    assert_eq!(keymap.action(&[Context::Lesson, Context::Any], enter), Some(Action::NextStep));
    assert_eq!(keymap.action(&[Context::Shell], press(KeyCode::Char('q'))), None);
}

#[test]
fn shift_is_the_same_however_the_terminal_reports_it() {
    let keymap = Keymap::shipped();
    for event in [
        KeyEvent::new(KeyCode::Char('G'), KeyModifiers::NONE),
        KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT),
        KeyEvent::new(KeyCode::Char('g'), KeyModifiers::SHIFT),
    ] {
        assert_eq!(keymap.action(&[Context::Lesson], event), Some(Action::LastSlide));
    }
    for event in [
        KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT),
        KeyEvent::new(KeyCode::Tab, KeyModifiers::SHIFT),
        KeyEvent::new(KeyCode::BackTab, KeyModifiers::NONE),
    ] {
        assert_eq!(keymap.action(&[Context::Any], event), Some(Action::PreviousPane));
    }
}

#[test]
fn a_user_changes_keys_and_hears_of_conflicts() {
    let user = "[[key]]\non = [\"f10\"]\nrun = \"toggle-shell\"\nin = \"shell\"\n\
                [[key]]\non = [\"j\"]\nrun = \"overview\"\nin = \"lesson\"\n";
    let (keymap, problems) = Keymap::with_user(Some(user));
    assert_eq!(keymap.action(&[Context::Shell], press(KeyCode::F(10))), Some(Action::ToggleShell));
    assert_eq!(keymap.action(&[Context::Shell], press(KeyCode::F(12))), None);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("j is bound twice in `lesson`"), "{problems:?}");
}

#[test]
fn a_row_for_everywhere_holds_wherever_its_verb_is_meant() {
    let user = |on: &str, run: &str| format!("[[key]]\non = [\"{on}\"]\nrun = \"{run}\"\nin = \"any\"\n");
    let (keymap, problems) = Keymap::with_user(Some(&user("f9", "toggle-shell")));
    assert_eq!(problems, [""; 0]);
    for context in [Context::Any, Context::Shell] {
        assert_eq!(keymap.action(&[context], press(KeyCode::F(9))), Some(Action::ToggleShell));
        assert_eq!(keymap.action(&[context], press(KeyCode::F(12))), None);
        assert_eq!(keymap.label(context, Action::ToggleShell), "F9");
    }
    // A verb that has rows only inside.
    let (keymap, problems) = Keymap::with_user(Some(&user("ctrl-t", "type-command")));
    assert_eq!(problems, [""; 0]);
    for context in [Context::Lesson, Context::Engine] {
        assert_eq!(keymap.label(context, Action::TypeCommand), "Ctrl-t");
    }
    // The shell keeps its letters, and with them the app's own chord.
    let (keymap, _) = Keymap::with_user(Some(&user("Z", "zoom")));
    assert_eq!(keymap.label(Context::Any, Action::Zoom), "Z");
    assert_eq!(keymap.action(&[Context::Shell], press(KeyCode::Char('Z'))), None);
    assert_ne!(keymap.label(Context::Shell, Action::Zoom), "(no key)");
    // A row for one place wins over it, in either order.
    let one = "[[key]]\non = [\"f8\"]\nrun = \"toggle-shell\"\nin = \"shell\"\n";
    for rows in [[one, &user("f9", "toggle-shell")], [&user("f9", "toggle-shell"), one]] {
        let (keymap, _) = Keymap::with_user(Some(&rows.concat()));
        assert_eq!(keymap.label(Context::Shell, Action::ToggleShell), "F8");
        assert_eq!(keymap.label(Context::Any, Action::ToggleShell), "F9");
    }
    // Where the key means something else, that is said.
    let (_, problems) = Keymap::with_user(Some(&user("f", "zoom")));
    assert_eq!(problems, ["f is follow-logs in `engine`, so it is not zoom there"]);
}

#[test]
fn a_control_key_is_the_same_in_both_spellings() {
    let key = |text| Key::parse(text).unwrap();
    for (plain, spelled) in [
        ("ctrl-4", "ctrl-\\"),
        ("ctrl-5", "ctrl-]"),
        ("ctrl-6", "ctrl-^"),
        ("ctrl-7", "ctrl-_"),
        ("ctrl-7", "ctrl-/"),
    ] {
        assert_eq!(key(plain), key(spelled), "{spelled}");
    }
    for (reported, text) in
        [('5', "ctrl-]"), (']', "ctrl-5"), (' ', "ctrl-@"), ('/', "ctrl-_"), ('C', "ctrl-c")]
    {
        let event = KeyEvent::new(KeyCode::Char(reported), KeyModifiers::CONTROL);
        assert_eq!(Key::from(event), key(text), "{text}");
    }
    assert_eq!(Key::from(press(KeyCode::Null)), key("ctrl-space"));
    assert_eq!(key("ctrl-5").label(), "Ctrl-]");
}

#[test]
fn keys_that_terminals_do_not_send_are_refused_with_a_sentence() {
    for (text, why) in [
        ("ctrl-i", "is the same as Tab"),
        ("ctrl-m", "is the same as Enter"),
        ("ctrl-[", "is the same as Esc"),
        ("ctrl-3", "is the same as Esc"),
        ("ctrl-?", "is the same as Backspace"),
        ("ctrl-1", "is not sent"),
        ("ctrl-,", "is not sent"),
        ("ctrl-enter", "is the same as Enter"),
        ("shift-enter", "is the same as Enter"),
        ("shift-space", "is the same as Space"),
        ("ctrl-tab", "is the same as Tab"),
        ("alt-[", "is how the arrow keys begin"),
    ] {
        let problem = Key::parse(text).expect_err(text);
        assert!(
            problem.contains(why) && problem.contains(text) && problem.ends_with("another key"),
            "{problem}"
        );
    }
    for text in
        ["ctrl-j", "ctrl-h", "alt-enter", "shift-tab", "ctrl-right", "alt-x", "shift-f5", "ctrl-space"]
    {
        assert!(Key::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn nonsense_in_the_file_leaves_the_shipped_keys() {
    for user in
        ["[[key]]\non = [\"florb\"]\nrun = \"quit\"\nin = \"any\"\n", "not toml at all", "[[key]]\non=1"]
    {
        let (keymap, problems) = Keymap::with_user(Some(user));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(keymap.action(&[Context::Any], press(KeyCode::Char('q'))), Some(Action::Quit));
    }
}

#[test]
fn the_bar_does_not_offer_a_key_that_means_something_else_here() {
    let keymap = Keymap::shipped();
    let bar = keymap.bar(&[Context::Quiz, Context::Lesson, Context::Any]);
    assert_eq!(bar[0], ("Enter".into(), Action::Answer));
    let next = bar.iter().find(|(_, a)| *a == Action::NextStep).expect("shown");
    assert_eq!(next.0, "→");
}

/// The names in the source of the enum: a list kept beside it could forget one.
fn verbs() -> Vec<String> {
    let source = include_str!("../action.rs");
    let body = &source[source.find("pub enum Action").unwrap()..];
    let lines = body.lines().skip(1).map(str::trim).filter(|l| l.starts_with(char::is_uppercase));
    lines.map(|l| l.trim_end_matches(',').to_owned()).collect()
}

#[test]
fn every_verb_has_a_key_and_a_sentence() {
    let keymap = Keymap::shipped();
    let verbs = verbs();
    assert!(verbs.len() > 40, "{verbs:?}");
    for verb in verbs {
        let bound = keymap.bindings.iter().any(|b| format!("{:?}", b.action) == verb && !b.keys.is_empty());
        assert!(bound, "assets/keymap.toml has no row for {verb}");
    }
    for binding in &keymap.bindings {
        assert!(!binding.desc.trim().is_empty(), "{binding:?}");
    }
}

#[test]
fn the_readme_tells_the_truth_about_keys() {
    use Action::*;
    let readme = [
        ("→", "right", vec![(Context::Lesson, NextStep)]),
        ("Space", "space", vec![(Context::Lesson, NextStep)]),
        ("←", "left", vec![(Context::Lesson, PreviousStep)]),
        ("t", "t", vec![(Context::Lesson, TypeCommand)]),
        ("F12", "f12", vec![(Context::Any, ToggleShell), (Context::Shell, ToggleShell)]),
        ("Ctrl-Space", "ctrl-space", vec![(Context::Any, ToggleShell), (Context::Shell, ToggleShell)]),
        ("Tab", "tab", vec![(Context::Any, NextPane)]),
        ("z", "z", vec![(Context::Any, Zoom)]),
        ("Ctrl-]", "ctrl-]", vec![(Context::Shell, Zoom)]),
        ("Enter", "enter", vec![(Context::Quiz, Answer), (Context::Exercise, BeginExercise)]),
        ("H", "H", vec![(Context::Quiz, Hint), (Context::Exercise, Hint), (Context::Task, Hint)]),
        ("a", "a", vec![(Context::Task, AnswerTask), (Context::Exercise, AnswerTask)]),
        ("c", "c", vec![(Context::Task, CheckNow), (Context::Exercise, CheckNow)]),
        ("m", "m", vec![(Context::Any, Contents)]),
        ("o", "o", vec![(Context::Lesson, Overview)]),
        ("/", "/", vec![(Context::Lesson, Search)]),
        ("B", "B", vec![(Context::Lesson, Bookmark)]),
        ("w", "w", vec![(Context::Lesson, NextWrong)]),
        ("s", "s", vec![(Context::Lesson, Notes)]),
        ("T", "T", vec![(Context::Any, ToggleTheme)]),
        ("q", "q", vec![(Context::Any, Quit)]),
    ];
    let text = include_str!("../../../README.md");
    let table = text.split("| key | what it does |").nth(1).unwrap().split("\n\n").next().unwrap();
    let cells = table.lines().filter_map(|row| row.split('|').nth(1));
    let named: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert_eq!(named, readme.iter().map(|(shown, ..)| *shown).collect::<Vec<_>>());
    let keymap = Keymap::shipped();
    for (shown, key, meanings) in readme {
        for (context, action) in meanings {
            let bound = keymap.by_key.get(&(context, Key::parse(key).unwrap()));
            assert_eq!(bound, Some(&action), "{shown} in {context:?}");
        }
    }
}
