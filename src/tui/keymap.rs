//! Which key means which verb where: the shipped table, the user's changes to it, and how keys are written.

use std::collections::HashMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;

use super::action::Action;

const SHIPPED: &str = include_str!("../../assets/keymap.toml");

/// Where a key holds. The app asks for the innermost context first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Context {
    Any,
    Lesson,
    Quiz,
    Exercise,
    Task,
    Engine,
    Detail,
    Log,
    Shell,
    Popup,
    /// In a class that one follows, and in one that one leads.
    Class,
    Lead,
    Board,
    /// A shell that somebody shows.
    Viewer,
}

impl Context {
    /// In the order in which help lists them, with the heading of each.
    pub const ALL: [(Context, &str); 14] = [
        (Context::Any, "Everywhere, except while the shell has the keyboard"),
        (Context::Lesson, "Lesson"),
        (Context::Quiz, "A quiz on the slide"),
        (Context::Exercise, "An exercise on the slide"),
        (Context::Task, "Tasks on the slide"),
        (Context::Engine, "Engine"),
        (Context::Detail, "Engine, details open"),
        (Context::Log, "Engine, a log open"),
        (Context::Shell, "Shell (every other key goes to it)"),
        (Context::Popup, "Lists and questions"),
        (Context::Class, "In a class that you follow"),
        (Context::Lead, "In a class that you lead"),
        (Context::Board, "The board of a class"),
        (Context::Viewer, "A shell that somebody shows"),
    ];
}

/// A key with its modifiers. Shift is dropped from characters, which carry it in their case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    mods: KeyModifiers,
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

impl Key {
    fn new(code: KeyCode, mods: KeyModifiers) -> Self {
        let mods = mods & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        match code {
            // Terminals report Shift-Tab in both ways.
            KeyCode::BackTab => Self { code: KeyCode::Tab, mods: mods | KeyModifiers::SHIFT },
            KeyCode::Char(c) if mods.contains(KeyModifiers::CONTROL) => {
                Self { code: KeyCode::Char(c.to_ascii_lowercase()), mods: mods - KeyModifiers::SHIFT }
            }
            KeyCode::Char(c) if mods.contains(KeyModifiers::SHIFT) && c.is_lowercase() => {
                Self { code: KeyCode::Char(c.to_ascii_uppercase()), mods: mods - KeyModifiers::SHIFT }
            }
            KeyCode::Char(_) => Self { code, mods: mods - KeyModifiers::SHIFT },
            _ => Self { code, mods },
        }
    }

    /// `q`, `G`, `?`, `f12`, `ctrl-right`, `shift-tab`.
    fn parse(text: &str) -> Result<Self, String> {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return Ok(Self::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
        let parsed = crokey::parse(text).map_err(|_| format!("`{text}` is not a key's name"))?;
        match parsed.codes {
            crokey::OneToThree::One(code) => Ok(Self::new(code, parsed.modifiers)),
            _ => Err(format!("`{text}` is more than one key")),
        }
    }

    /// As it is written on the screen.
    pub fn label(self) -> String {
        let mut out = String::new();
        for (flag, name) in
            [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SHIFT, "Shift-")]
        {
            if self.mods.contains(flag) {
                out.push_str(name);
            }
        }
        match self.code {
            KeyCode::Char(' ') => out.push_str("Space"),
            KeyCode::Char(c) => out.push(c),
            KeyCode::F(n) => out.push_str(&format!("F{n}")),
            KeyCode::Right => out.push('→'),
            KeyCode::Left => out.push('←'),
            KeyCode::Up => out.push('↑'),
            KeyCode::Down => out.push('↓'),
            KeyCode::PageUp => out.push_str("PgUp"),
            KeyCode::PageDown => out.push_str("PgDn"),
            KeyCode::Delete => out.push_str("Del"),
            other => out.push_str(&format!("{other:?}")),
        }
        out
    }
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    pub keys: Vec<Key>,
    pub action: Action,
    pub context: Context,
    pub desc: String,
    /// Place in the bar at the bottom; 0 = not shown.
    pub bar: u8,
}

#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
    by_key: HashMap<(Context, Key), Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    on: Vec<String>,
    run: Action,
    #[serde(rename = "in")]
    context: Context,
    desc: Option<String>,
    bar: Option<u8>,
}

impl Keymap {
    /// The shipped keys.
    pub fn shipped() -> Self {
        let (keymap, problems) = Self::with_user(None);
        debug_assert!(problems.is_empty(), "{problems:?}");
        keymap
    }

    /// The shipped keys with the user's rows laid over them, and what is wrong with those, in sentences.
    /// A row that is wrong changes nothing; the rest holds.
    pub fn with_user(user: Option<&str>) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let mut bindings = Vec::new();
        for row in rows(SHIPPED, &mut problems) {
            add(&mut bindings, row, &mut problems);
        }
        if let Some(user) = user {
            for row in rows(user, &mut problems) {
                add(&mut bindings, row, &mut problems);
            }
        }
        let mut by_key = HashMap::new();
        for binding in &bindings {
            for key in &binding.keys {
                if let Some(other) = by_key.insert((binding.context, *key), binding.action)
                    && other != binding.action
                {
                    problems.push(format!(
                        "{} is bound twice in `{}`: to {} and to {}; {} holds",
                        key.label(),
                        name(&binding.context),
                        name(&other),
                        name(&binding.action),
                        name(&binding.action)
                    ));
                }
            }
        }
        (Self { bindings, by_key }, problems)
    }

    /// The verb of a key, looked up in the contexts from the innermost outwards.
    pub fn action(&self, contexts: &[Context], key: impl Into<Key>) -> Option<Action> {
        let key = key.into();
        contexts.iter().find_map(|context| self.by_key.get(&(*context, key)).copied())
    }

    pub fn bindings(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |b| b.context == context && !b.keys.is_empty())
    }

    /// The first key of a verb, for a sentence that names it.
    pub fn label(&self, context: Context, action: Action) -> String {
        self.bindings(context)
            .find(|b| b.action == action)
            .and_then(|b| b.keys.first())
            .map_or_else(|| "(no key)".into(), |k| k.label())
    }

    /// What the bar at the bottom shows for these contexts: key and a short name, most useful first.
    pub fn bar(&self, contexts: &[Context]) -> Vec<(String, Action)> {
        let mut seen: Vec<Key> = Vec::new();
        let mut shown: Vec<(u8, String, Action)> = Vec::new();
        for context in contexts {
            for binding in self.bindings(*context) {
                // A key that an inner context has taken is not offered for its outer meaning.
                let free = binding.keys.iter().find(|k| !seen.contains(k));
                if let (true, Some(key)) = (binding.bar > 0, free) {
                    shown.push((binding.bar, key.label(), binding.action));
                }
            }
            seen.extend(self.bindings(*context).flat_map(|b| b.keys.iter().copied()));
        }
        shown.sort_by_key(|(place, ..)| *place);
        shown.into_iter().map(|(_, key, action)| (key, action)).collect()
    }
}

fn rows(text: &str, problems: &mut Vec<String>) -> Vec<Row> {
    match toml::from_str::<File>(text) {
        Ok(file) => file.key,
        Err(error) => {
            problems.push(error.to_string());
            Vec::new()
        }
    }
}

fn add(bindings: &mut Vec<Binding>, row: Row, problems: &mut Vec<String>) {
    let keys: Result<Vec<Key>, String> = row.on.iter().map(|text| Key::parse(text)).collect();
    let keys = match keys {
        Ok(keys) => keys,
        Err(problem) => return problems.push(problem),
    };
    let shipped = bindings.iter_mut().find(|b| b.action == row.run && b.context == row.context);
    match shipped {
        Some(binding) => {
            binding.keys = keys;
            binding.bar = row.bar.unwrap_or(binding.bar);
            binding.desc = row.desc.unwrap_or_else(|| std::mem::take(&mut binding.desc));
        }
        None => match row.desc {
            Some(desc) => bindings.push(Binding {
                keys,
                action: row.run,
                context: row.context,
                desc,
                bar: row.bar.unwrap_or(0),
            }),
            None => problems.push(format!("`{}` does nothing in `{}`", name(&row.run), name(&row.context))),
        },
    }
}

fn name(of: &impl std::fmt::Debug) -> String {
    let mut out = String::new();
    for (i, c) in format!("{of:?}").chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
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
        let source = include_str!("action.rs");
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
            let bound =
                keymap.bindings.iter().any(|b| format!("{:?}", b.action) == verb && !b.keys.is_empty());
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
            ("Tab", "tab", vec![(Context::Any, NextPane)]),
            ("z", "z", vec![(Context::Any, Zoom)]),
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
        let text = include_str!("../../README.md");
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
}
