//! What a key or a paste does: who takes it, and what each verb of the keymap means here.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};

use super::{App, NOTICE, Popup};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, ShellEffect};
use crate::tui::keymap::{Context, Key};
use crate::tui::layout::{Pane, Screen};
use crate::tui::screen::bar::Tone;
use crate::tui::screen::confirm::Answer;
use crate::tui::screen::help::Help;
use crate::tui::screen::slides::NextCommand;

/// A chord of the app's that is pressed twice within this time goes to the shell.
const TWICE: SignedDuration = SignedDuration::from_millis(400);

impl App {
    pub(super) fn contexts(&self) -> Vec<Context> {
        if let (Some(Popup::Class(view)), false) = (&self.popup, self.questions.is_open()) {
            return view.contexts();
        }
        if self.questions.is_open() || self.popup.is_some() || self.lesson.is_covered() {
            return vec![Context::Popup];
        }
        let mut contexts = self.pane_contexts();
        // Before what holds everywhere, after what the pane itself takes.
        if let (Some(Context::Any), Some(class)) = (contexts.last(), self.seat.context()) {
            contexts.insert(contexts.len() - 1, class);
        }
        contexts
    }

    fn pane_contexts(&self) -> Vec<Context> {
        match self.wishes.focus {
            Pane::Shell if self.shell.takes_keys() => vec![Context::Shell],
            Pane::Shell => vec![Context::Shell, Context::Any],
            Pane::Engine if self.views_shell() => vec![Context::Viewer, Context::Any],
            Pane::Engine if self.engine.is_log_open() => {
                vec![Context::Log, Context::Detail, Context::Engine, Context::Any]
            }
            Pane::Engine if self.engine.is_detail_open() => {
                vec![Context::Detail, Context::Engine, Context::Any]
            }
            Pane::Engine => vec![Context::Engine, Context::Any],
            Pane::Lesson => {
                let mut contexts = self.lesson.contexts();
                contexts.extend([Context::Lesson, Context::Any]);
                contexts
            }
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        // Twice means one after the other.
        self.chord = self.chord.filter(|(chord, _)| *chord == key.into());
        let unseen = matches!(self.screen(), Screen::TooSmall(_));
        if unseen && self.questions.is_open() && key.code != KeyCode::Esc {
            // Nobody agrees to what is not seen.
            return Vec::new();
        }
        if let Some(effects) = self.questions.key(key) {
            return effects;
        }
        if unseen && self.popup.is_none() {
            // Nothing is seen of what another key would do.
            let quits = self.keymap.action(&[Context::Any], key) == Some(Action::Quit);
            return if quits { self.quit() } else { Vec::new() };
        }
        // A notice has been read once a key is pressed. Who types in the shell may not look up at once.
        if self.wishes.focus != Pane::Shell || self.popup.is_some() {
            self.notice = None;
        } else if let Some((_, until)) = &mut self.notice {
            *until = (*until).min(self.now.saturating_add(NOTICE).unwrap_or(Timestamp::MAX));
        }
        if let Some(effects) = self.text_key(key) {
            return effects;
        }
        match self.keymap.action(&self.contexts(), key) {
            Some(action) => self.act(action, Some(key)),
            None if self.popup.is_none() && self.wishes.focus != Pane::Shell && is_interrupt(key) => {
                let quit = self.keymap.label(Context::Any, Action::Quit);
                self.tell(Tone::Plain, format!("Ctrl-C stops programs in the shell; {quit} quits"));
                Vec::new()
            }
            None if self.popup.is_none() && self.wishes.focus == Pane::Shell => self.shell.key(key),
            None if self.popup.is_none() && self.wishes.focus == Pane::Lesson => self.lesson.digit(key),
            None => Vec::new(),
        }
    }

    /// A key that goes into a text field, where one is open.
    fn text_key(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        match &mut self.popup {
            Some(Popup::Confirm(confirm)) => {
                let answer = confirm.key(key);
                Some(self.answered(answer))
            }
            Some(Popup::Class(view)) => view.key(key).map(|viewed| self.viewed(viewed)),
            Some(_) => None,
            None => match self.wishes.focus {
                Pane::Lesson => self.lesson.text_key(key),
                Pane::Engine if self.engine.takes_keys() && !self.views_shell() => Some(self.engine.key(key)),
                Pane::Engine => None,
                Pane::Shell => None,
            },
        }
    }

    /// What was said to the question that is open.
    pub(super) fn answered(&mut self, answer: Answer) -> Vec<Effect> {
        if answer != Answer::Open {
            self.popup = None;
        }
        match answer {
            Answer::Yes(effects) if effects[..] == [Effect::ShowShell(true)] => self.shares_shell(),
            Answer::Yes(effects) => effects,
            Answer::No => self.lesson.keep_going(),
            Answer::Open => Vec::new(),
        }
    }

    /// `key` is what was pressed for it, if it was a key.
    pub(super) fn act(&mut self, action: Action, key: Option<KeyEvent>) -> Vec<Effect> {
        if self.popup.is_some() {
            return self.popup_act(action);
        }
        if self.lesson.is_covered() {
            return self.lesson.over_act(action);
        }
        match action {
            Action::Quit => return self.quit(),
            Action::Help => {
                let first = self.contexts().first().copied().unwrap_or(Context::Any);
                self.popup = Some(Popup::Help(Help::new(&self.keymap, first)));
            }
            Action::NextPane => return self.focus(next(self.wishes.focus, 1)),
            Action::PreviousPane => return self.focus(next(self.wishes.focus, 2)),
            Action::ToggleShell | Action::Zoom => return self.chord(action, key),
            Action::GrowPane => self.size_pane(4),
            Action::ShrinkPane => self.size_pane(-4),
            Action::ToggleTheme => {
                self.look.toggle();
                self.theme = self.look.theme();
            }
            Action::Contents => self.popup = Some(Popup::Contents(self.lesson.contents())),
            Action::Mistakes => match self.lesson.mistakes() {
                Some(mistakes) => self.popup = Some(Popup::Notes(mistakes)),
                None => self.tell(Tone::Good, "No mistakes were found in the course".into()),
            },
            Action::Notes => self.popup = Some(Popup::Notes(self.lesson.notes())),
            Action::Cancel if self.views_shell() => return self.view_shell_act(action),
            Action::Cancel if self.wishes.focus == Pane::Engine && self.engine.is_detail_open() => {
                return self.engine.act(action);
            }
            Action::Cancel if self.wishes.focus == Pane::Lesson && self.lesson.cancel() => {}
            Action::Cancel => return self.zoom(false),
            Action::TypeCommand if self.wishes.focus == Pane::Lesson => match self.lesson.command() {
                Some(command) => return self.type_of_several(command),
                None => self.tell(Tone::Plain, "There is no command on this slide".into()),
            },
            Action::ScrollShellUp | Action::ScrollShellDown => return self.shell.scroll_page(action),
            _ if self.seat.takes(action) => return self.class_act(action),
            _ => return self.pane_act(action),
        }
        Vec::new()
    }

    fn pane_act(&mut self, action: Action) -> Vec<Effect> {
        match self.wishes.focus {
            Pane::Lesson => {
                let effects = self.lesson.act(action);
                if let Some(text) = self.lesson.take_news() {
                    self.tell(Tone::Plain, text);
                }
                effects
            }
            Pane::Engine if self.views_shell() => self.view_shell_act(action),
            Pane::Engine => {
                let effects = self.engine.act(action);
                self.route(effects)
            }
            Pane::Shell => Vec::new(),
        }
    }

    /// Effects of the engine pane that put text on the prompt also take the learner there.
    pub(super) fn route(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        effects
            .into_iter()
            .flat_map(|effect| match effect {
                Effect::Shell(ShellEffect::Type(text)) => self.type_into_shell(text),
                Effect::Shell(ShellEffect::Insert(_)) => {
                    let mut effects = self.focus(Pane::Shell);
                    effects.push(effect);
                    effects
                }
                other => vec![other],
            })
            .collect()
    }

    /// Who runs the first of three commands must hear that there are more.
    fn type_of_several(&mut self, command: NextCommand) -> Vec<Effect> {
        let NextCommand { text, number, of } = command;
        let effects = self.type_into_shell(text);
        if of > 1 {
            let key = |context, action| self.keymap.label(context, action);
            let (leave, go) =
                (key(Context::Shell, Action::ToggleShell), key(Context::Lesson, Action::TypeCommand));
            let next =
                if number < of { format!(". Then {leave} {go} for the next one") } else { String::new() };
            self.tell(Tone::Plain, format!("Command {number} of {of}: Enter runs it{next}"));
        }
        effects
    }

    pub(super) fn type_into_shell(&mut self, text: String) -> Vec<Effect> {
        let mut effects = self.focus(Pane::Shell);
        effects.push(Effect::Shell(ShellEffect::Type(text)));
        effects
    }

    pub(super) fn popup_act(&mut self, action: Action) -> Vec<Effect> {
        if let Some(Popup::Class(_)) = &self.popup {
            return self.view_act(action);
        }
        // in a text there is nothing to choose
        let is_text = matches!(self.popup, Some(Popup::Help(_) | Popup::Notes(_)));
        if action == Action::Cancel || (is_text && action == Action::Confirm) {
            self.popup = None;
            return Vec::new();
        }
        match &mut self.popup {
            Some(Popup::Help(help)) => help.act(action),
            Some(Popup::Notes(notes)) => notes.act(action),
            Some(Popup::Contents(contents)) => {
                if let Some(place) = contents.act(action) {
                    self.popup = None;
                    return self.lesson.go_to(place);
                }
            }
            Some(Popup::Confirm(_) | Popup::Class(_)) | None => {}
        }
        Vec::new()
    }

    /// To the shell and back, or zoom and back: what the app takes from the shell's keys. Pressed twice, such a key is the shell's.
    fn chord(&mut self, action: Action, key: Option<KeyEvent>) -> Vec<Effect> {
        let in_shell = self.wishes.focus == Pane::Shell;
        let last = self.chord.take();
        let is_again = |(chord, at): (Key, Timestamp)| {
            key.is_some_and(|key| chord == key.into()) && self.now.duration_since(at) < TWICE
        };
        let again = last.is_some_and(is_again);
        let mut effects = match action {
            Action::ToggleShell => self.focus(if in_shell { Pane::Lesson } else { Pane::Shell }),
            _ => self.zoom(!self.wishes.zoom),
        };
        if again {
            effects.extend(key.map(|key| self.shell.key(key)).unwrap_or_default());
        } else if in_shell {
            self.chord = key.map(|key| (key.into(), self.now));
        }
        effects
    }

    pub(super) fn focus(&mut self, pane: Pane) -> Vec<Effect> {
        let before = std::mem::replace(&mut self.wishes.focus, pane);
        let mut effects = self.wake(pane);
        if pane == Pane::Engine {
            effects.extend(self.look_again());
        }
        if before != pane && (before == Pane::Shell || pane == Pane::Shell) {
            effects.push(Effect::Shell(ShellEffect::Focus(pane == Pane::Shell)));
        }
        effects
    }

    pub(super) fn zoom(&mut self, zoom: bool) -> Vec<Effect> {
        self.wishes.zoom = zoom;
        if zoom { Vec::new() } else { self.wake(Pane::Engine) }
    }

    /// A deck that is shown alone gets its engine and shell when they are first looked at.
    fn wake(&mut self, pane: Pane) -> Vec<Effect> {
        if self.awake || pane == Pane::Lesson {
            return Vec::new();
        }
        self.awake = true;
        vec![Effect::Wake]
    }

    /// While there is no engine, what the learner does is a reason to look for one: there is no timer for it.
    pub(super) fn look_again(&self) -> Vec<Effect> {
        if self.engine.is_absent() { vec![Effect::LookAgain] } else { Vec::new() }
    }

    fn size_pane(&mut self, by: i16) {
        let share = |now: u16, by: i16| now.saturating_add_signed(by).clamp(20, 80);
        match self.wishes.focus {
            Pane::Lesson => self.wishes.lesson = share(self.wishes.lesson, by),
            Pane::Engine => self.wishes.engine = share(self.wishes.engine, by),
            Pane::Shell => self.wishes.engine = share(self.wishes.engine, -by),
        }
    }

    pub(super) fn paste(&mut self, text: String) -> Vec<Effect> {
        if self.questions.is_open() {
            return Vec::new();
        }
        if self.popup.is_none() && self.wishes.focus == Pane::Shell && self.shell.takes_keys() {
            return vec![Effect::Shell(ShellEffect::Paste(text))];
        }
        let views_shell = self.views_shell();
        match (&mut self.popup, self.wishes.focus) {
            (Some(Popup::Confirm(confirm)), _) => confirm.paste(&text),
            (Some(Popup::Class(view)), _) => view.paste(&text),
            (None, Pane::Lesson) => self.lesson.paste(&text),
            (None, Pane::Engine) if !views_shell => self.engine.paste(&text),
            _ => {}
        }
        Vec::new()
    }
}

fn is_interrupt(key: KeyEvent) -> bool {
    key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL)
}

fn next(pane: Pane, by: usize) -> Pane {
    let at = Pane::ALL.iter().position(|p| *p == pane).unwrap_or(0);
    Pane::ALL[(at + by) % Pane::ALL.len()]
}
