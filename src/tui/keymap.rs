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
            KeyCode::Null => Self { code: KeyCode::Char(' '), mods: KeyModifiers::CONTROL },
            // Terminals report Shift-Tab in both ways.
            KeyCode::BackTab => Self { code: KeyCode::Tab, mods: mods | KeyModifiers::SHIFT },
            KeyCode::Char(c) if mods.contains(KeyModifiers::CONTROL) => {
                Self { code: KeyCode::Char(control(c)), mods: mods - KeyModifiers::SHIFT }
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
        let said = |why: String| Err(format!("`{text}` {why}: choose another key"));
        let parsed = crokey::parse(text).map_err(|_| format!("`{text}` is not a key's name"))?;
        match parsed.codes {
            crokey::OneToThree::One(code) => match unsent(code, parsed.modifiers) {
                Some(why) => said(why),
                None => Ok(Self::new(code, parsed.modifiers)),
            },
            _ => Err(format!("`{text}` is more than one key")),
        }
    }

    /// Whether the shell can do without it: a letter, Enter or an arrow is what one types there.
    fn is_chord(self) -> bool {
        matches!(self.code, KeyCode::F(_)) || self.mods.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
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

/// The one name of a control character that can be typed in several ways: plain terminals send Ctrl-5 for Ctrl-], and one byte for
/// Ctrl-/, Ctrl-7 and Ctrl-_ (xterm's table of control characters).
fn control(c: char) -> char {
    match c {
        '2' | '@' => ' ',
        '4' => '\\',
        '5' => ']',
        '6' | '~' => '^',
        '7' | '/' => '_',
        other => other.to_ascii_lowercase(),
    }
}

/// Why a key can't be bound: terminals without a keyboard protocol of their own send it as another, or not at all.
fn unsent(code: KeyCode, mods: KeyModifiers) -> Option<String> {
    let is_another = |name: &str| Some(format!("is the same as {name} in most terminals"));
    let (control, alt, shift) = (
        mods.contains(KeyModifiers::CONTROL),
        mods.contains(KeyModifiers::ALT),
        mods.contains(KeyModifiers::SHIFT),
    );
    match code {
        KeyCode::Char('i' | 'I') if control => is_another("Tab"),
        KeyCode::Char('m' | 'M') if control => is_another("Enter"),
        KeyCode::Char('[' | '3') if control => is_another("Esc"),
        KeyCode::Char('?' | '8') if control => is_another("Backspace"),
        KeyCode::Char(c) if control && control_of(c).is_none() => {
            Some("is not sent by most terminals".into())
        }
        KeyCode::Char('[' | 'O') if alt => Some("is how the arrow keys begin in most terminals".into()),
        KeyCode::Char(' ') if shift && !control => is_another("Space"),
        KeyCode::Enter if control || shift => is_another("Enter"),
        KeyCode::Tab if control => is_another("Tab"),
        KeyCode::Backspace if control || shift => is_another("Backspace"),
        KeyCode::Esc if control || shift => is_another("Esc"),
        _ => None,
    }
}

/// The character that Ctrl makes of one, where there is one.
fn control_of(c: char) -> Option<char> {
    let name = control(c);
    (name.is_ascii_lowercase() || matches!(name, ' ' | '\\' | ']' | '^' | '_')).then_some(name)
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
            // A row for one place is said after one for everywhere, wherever it stands in the file.
            let mut rows = rows(user, &mut problems);
            rows.sort_by_key(|row| row.context != Context::Any);
            for row in rows {
                if row.context == Context::Any {
                    add_everywhere(&mut bindings, &row, &mut problems);
                }
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
                // The innermost key of a verb is enough.
                let named = shown.iter().any(|(_, _, action)| *action == binding.action);
                if let (true, false, Some(key)) = (binding.bar > 0, named, free) {
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
    let holds_elsewhere = row.context == Context::Any && bindings.iter().any(|b| b.action == row.run);
    let shipped = bindings.iter_mut().find(|b| b.action == row.run && b.context == row.context);
    match shipped {
        Some(binding) => {
            binding.keys = keys;
            binding.bar = row.bar.unwrap_or(binding.bar);
            binding.desc = row.desc.unwrap_or_else(|| std::mem::take(&mut binding.desc));
        }
        // It holds where the verb is meant.
        None if holds_elsewhere => {}
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

/// What a row for `any` means where its verb has rows of its own, and where another verb has its key.
fn add_everywhere(bindings: &mut [Binding], row: &Row, problems: &mut Vec<String>) {
    let Ok(keys) = row.on.iter().map(|text| Key::parse(text)).collect::<Result<Vec<Key>, _>>() else {
        return;
    };
    for binding in bindings.iter_mut().filter(|b| b.context != Context::Any) {
        if binding.action == row.run {
            let fit: Vec<Key> = match binding.context {
                Context::Shell => keys.iter().copied().filter(|key| key.is_chord()).collect(),
                _ => keys.clone(),
            };
            if !fit.is_empty() || keys.is_empty() {
                binding.keys = fit;
            }
        } else if let Some(key) = binding.keys.iter().find(|key| keys.contains(key))
            && binding.context != Context::Popup
        {
            problems.push(format!(
                "{} is {} in `{}`, so it is not {} there",
                key.label(),
                name(&binding.action),
                name(&binding.context),
                name(&row.run)
            ));
        }
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
mod tests;
