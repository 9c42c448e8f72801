//! The app: all state of the screen, what each message does to it, and how it is drawn.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use jiff::{SignedDuration, Timestamp};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::action::Action;
use super::effect::{Effect, Seen, ShellEffect};
use super::keymap::{Context, Keymap};
use super::layout::{Pane, Screen, Wishes};
use super::msg::Msg;
use super::screen::bar::{Notice, Tone};
use super::screen::confirm::{Answer, ConfirmPopup};
use super::screen::contents::Contents;
use super::screen::engine::EnginePane;
use super::screen::exercise;
use super::screen::help::Help;
use super::screen::lesson::LessonPane;
use super::screen::notes::Notes;
use super::screen::quiz::KeyNames;
use super::screen::shell::ShellPane;
use super::theme::{Look, Theme};
use crate::course::Course;
use crate::session::Session;
use jiff::tz::TimeZone;

/// F12 pressed twice within this time goes to the shell instead of leaving it.
const TWICE: SignedDuration = SignedDuration::from_millis(400);
/// How long a notice stays when no key is pressed.
const NOTICE: SignedDuration = SignedDuration::from_secs(12);

/// How the app was started.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// A deck alone: no engine and no shell until the learner asks for one.
    pub deck_only: bool,
    pub look: Look,
    /// The user's key table, if there is one.
    pub keys: Option<String>,
    /// Things to tell the learner at the start: what, and what to do.
    pub troubles: Vec<(String, String)>,
    /// What earlier sessions kept, by exercise.
    pub seen: BTreeMap<String, Seen>,
}

pub struct App {
    area: Rect,
    wishes: Wishes,
    keymap: Keymap,
    look: Look,
    theme: Theme,
    now: Timestamp,
    lesson: LessonPane,
    engine: EnginePane,
    shell: ShellPane,
    /// Which engine this is and why, for the frame.
    endpoint: String,
    popup: Option<Popup>,
    notice: Option<(Notice, Timestamp)>,
    /// When the shell's chord was last pressed, to tell a double press.
    left_shell: Option<Timestamp>,
    /// Whether the engine and the shell have been asked for.
    awake: bool,
}

enum Popup {
    Help(Help),
    Contents(Contents),
    Notes(Notes),
    Confirm(Box<ConfirmPopup>),
}

impl App {
    pub fn new(session: Session, setup: Setup) -> Self {
        let (keymap, problems) = Keymap::with_user(setup.keys.as_deref());
        let mut troubles = setup.troubles;
        troubles.extend(problems.into_iter().map(|p| (format!("keys.toml: {p}"), String::new())));
        let theme = setup.look.theme();
        let mut app = Self {
            area: Rect::default(),
            wishes: Wishes { zoom: setup.deck_only, ..Wishes::default() },
            look: setup.look,
            theme,
            now: Timestamp::UNIX_EPOCH,
            lesson: LessonPane::new(session, setup.seen, exercise_keys(&keymap), quiz_keys(&keymap)),
            keymap,
            engine: EnginePane::new(TimeZone::system()),
            shell: ShellPane::default(),
            endpoint: String::new(),
            popup: None,
            notice: None,
            left_shell: None,
            awake: !setup.deck_only,
        };
        if let Some((what, remedy)) = troubles.into_iter().next() {
            app.trouble(&what, &remedy);
        }
        app
    }

    /// What the world must do before the first key: called once, after the first frame.
    pub fn begin(&mut self, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        self.lesson.set_now(now);
        let mut effects = self.lesson.open();
        if self.awake {
            effects.push(Effect::Wake);
        }
        effects
    }

    /// Whether the terminal should be asked for its background.
    pub fn wants_background(&self) -> bool {
        self.look.follows_terminal()
    }

    pub fn set_background(&mut self, dark: bool) {
        self.look.set_dark(dark);
        self.theme = self.look.theme();
        self.arrange();
    }

    /// The moment at which something on the screen changes by itself.
    pub fn next_tick(&self) -> Option<Timestamp> {
        let notice = self.notice.as_ref().map(|(_, until)| *until);
        let engine = self.screen().body(Pane::Engine).and_then(|_| self.engine.needs_tick());
        [notice, engine].into_iter().flatten().min()
    }

    pub fn update(&mut self, now: Timestamp, msg: Msg) -> Vec<Effect> {
        self.now = now;
        self.lesson.set_now(now);
        if matches!(msg, Msg::Tick | Msg::Snapshot(_) | Msg::Link(_) | Msg::Samples(_) | Msg::Resize(..)) {
            self.engine.tick(now);
        }
        if self.notice.as_ref().is_some_and(|(_, until)| *until <= now) {
            self.notice = None;
        }
        let mut effects = self.handle(msg);
        effects.extend(self.arrange());
        effects
    }

    fn handle(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) => self.key(key),
            Msg::Mouse(mouse) => self.mouse(mouse),
            Msg::Paste(text) => self.paste(text),
            Msg::Resize(width, height) => {
                self.area = Rect::new(0, 0, width, height);
                Vec::new()
            }
            Msg::Focus(focused) if self.wishes.focus == Pane::Shell => {
                vec![Effect::Shell(ShellEffect::Focus(focused))]
            }
            Msg::Focus(_) | Msg::Tick | Msg::ShellDirty => Vec::new(),

            Msg::Link(link) => {
                let mut effects = self.engine.set_link(link.clone());
                effects.extend(self.lesson.set_link(&link));
                effects
            }
            Msg::Endpoint(line) => {
                self.engine.set_endpoint(line.clone());
                self.endpoint = line;
                Vec::new()
            }
            Msg::Install(command) => {
                self.engine.set_install(command);
                Vec::new()
            }
            Msg::Snapshot(snapshot) => {
                let mut effects = self.engine.set_snapshot(snapshot);
                effects.extend(self.lesson.engine_changed());
                effects
            }
            Msg::Run(run) => self.lesson.run_seen(&run),
            Msg::Observed(call) => {
                let effects = self.lesson.call_seen(&call);
                self.engine.push_observed(call);
                effects
            }
            Msg::Observing { on, reason } => {
                self.engine.set_observing(on, reason);
                Vec::new()
            }
            Msg::Samples(samples) => {
                self.engine.set_samples(samples);
                Vec::new()
            }
            Msg::Detail { kind, id, detail } => {
                self.engine.set_detail(kind, &id, detail);
                Vec::new()
            }
            Msg::Log { id, lines, ended } => {
                self.engine.push_log(&id, lines, ended);
                Vec::new()
            }
            Msg::Acted { what, outcome } => {
                match outcome {
                    Ok(()) => self.tell(Tone::Good, what),
                    Err(why) => self.trouble(&format!("{what}: {why}"), ""),
                }
                Vec::new()
            }

            Msg::ShellStarted { screen, name } => {
                self.shell.start(screen, name);
                vec![Effect::Shell(ShellEffect::Focus(self.wishes.focus == Pane::Shell))]
            }
            Msg::Selected(text) => {
                self.tell(Tone::Plain, "Copied".into());
                vec![Effect::Copy(text)]
            }
            Msg::ShellExited(status) => {
                self.shell.end(status);
                Vec::new()
            }
            Msg::ShellFailed(why) => {
                self.shell.fail(why);
                Vec::new()
            }

            Msg::Begun { exercise, run, outcome } => self.lesson.begun(&exercise, run, outcome),
            Msg::Graded { exercise, run, report } => {
                let (news, effects) = self.lesson.graded(&exercise, run, *report);
                if let Some(news) = news {
                    self.tell(Tone::Good, news);
                }
                effects
            }
            Msg::ResetPlanned { exercise, run, plan } => {
                let (question, effects) = self.lesson.confirm_reset(&exercise, run, plan);
                self.popup = question.map(|question| Popup::Confirm(Box::new(question)));
                if let Some(text) = self.lesson.take_news() {
                    self.trouble(&text, "");
                }
                effects
            }
            Msg::WasReset { exercise, run, outcome } => {
                let (news, effects) = self.lesson.was_reset(&exercise, run, outcome);
                self.tell(Tone::Plain, news);
                effects
            }
            Msg::Reloaded { course, problems } => self.reloaded(course, problems),
            Msg::Trouble { what, remedy } => {
                self.trouble(&what, &remedy);
                Vec::new()
            }
        }
    }

    fn reloaded(&mut self, course: Arc<Course>, problems: usize) -> Vec<Effect> {
        let effects = self.lesson.reload(course);
        match problems {
            0 => self.tell(Tone::Plain, "The lesson was read again".into()),
            1 => self.trouble("The lesson was read again and has 1 mistake", "it is shown on the slide"),
            n => self.trouble(
                &format!("The lesson was read again and has {n} mistakes"),
                "they are shown on the slides",
            ),
        }
        effects
    }

    fn tell(&mut self, tone: Tone, text: String) {
        self.notice =
            Some((Notice { text, tone }, self.now.saturating_add(NOTICE).unwrap_or(Timestamp::MAX)));
    }

    fn trouble(&mut self, what: &str, remedy: &str) {
        let text = if remedy.is_empty() { what.to_owned() } else { format!("{what} - {remedy}") };
        self.notice = Some((Notice { text, tone: Tone::Trouble }, Timestamp::MAX));
    }

    // --- keys -------------------------------------------------------------------------------------

    fn contexts(&self) -> Vec<Context> {
        if self.popup.is_some() || self.lesson.is_covered() {
            return vec![Context::Popup];
        }
        match self.wishes.focus {
            Pane::Shell if self.shell.takes_keys() => vec![Context::Shell],
            Pane::Shell => vec![Context::Shell, Context::Any],
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

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        // A notice has been read once a key is pressed, unless the key goes to the shell.
        if self.wishes.focus != Pane::Shell || self.popup.is_some() {
            self.notice = None;
        }
        if let Some(effects) = self.text_key(key) {
            return effects;
        }
        match self.keymap.action(&self.contexts(), key) {
            Some(action) => self.act(action, key),
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
                if answer != Answer::Open {
                    self.popup = None;
                }
                Some(match answer {
                    Answer::Yes(effects) => effects,
                    Answer::No => self.lesson.keep_going(),
                    Answer::Open => Vec::new(),
                })
            }
            Some(_) => None,
            None => match self.wishes.focus {
                Pane::Lesson => self.lesson.text_key(key),
                Pane::Engine if self.engine.takes_keys() => Some(self.engine.key(key)),
                Pane::Engine => None,
                Pane::Shell => None,
            },
        }
    }

    fn act(&mut self, action: Action, key: KeyEvent) -> Vec<Effect> {
        if self.popup.is_some() {
            return self.popup_act(action);
        }
        if self.lesson.is_covered() {
            return self.lesson.over_act(action);
        }
        match action {
            Action::Quit => return vec![Effect::Quit],
            Action::Help => {
                let first = self.contexts().first().copied().unwrap_or(Context::Any);
                self.popup = Some(Popup::Help(Help::new(&self.keymap, first)));
            }
            Action::NextPane => return self.focus(next(self.wishes.focus, 1)),
            Action::PreviousPane => return self.focus(next(self.wishes.focus, 2)),
            Action::ToggleShell => return self.toggle_shell(key),
            Action::Zoom => return self.zoom(!self.wishes.zoom),
            Action::GrowPane => self.size_pane(4),
            Action::ShrinkPane => self.size_pane(-4),
            Action::ToggleTheme => {
                self.look.toggle();
                self.theme = self.look.theme();
            }
            Action::Contents => self.popup = Some(Popup::Contents(self.lesson.contents())),
            Action::Notes => self.popup = Some(Popup::Notes(self.lesson.notes())),
            Action::Cancel if self.wishes.focus == Pane::Engine && self.engine.is_detail_open() => {
                return self.engine.act(action);
            }
            Action::Cancel if self.wishes.focus == Pane::Lesson && self.lesson.cancel() => {}
            Action::Cancel => return self.zoom(false),
            Action::TypeCommand if self.wishes.focus == Pane::Lesson => match self.lesson.command() {
                Some(command) => return self.type_into_shell(command),
                None => self.tell(Tone::Plain, "There is no command on this slide".into()),
            },
            Action::RestartShell => return vec![Effect::Shell(ShellEffect::Restart)],
            Action::ScrollShellUp | Action::ScrollShellDown => return self.shell.scroll_page(action),
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
            Pane::Engine => {
                let effects = self.engine.act(action);
                self.route(effects)
            }
            Pane::Shell => Vec::new(),
        }
    }

    /// Effects of the engine pane that put text on the prompt also take the learner there.
    fn route(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        effects
            .into_iter()
            .flat_map(|effect| match effect {
                Effect::Shell(ShellEffect::Type(text)) => self.type_into_shell(text),
                other => vec![other],
            })
            .collect()
    }

    fn type_into_shell(&mut self, text: String) -> Vec<Effect> {
        let mut effects = self.focus(Pane::Shell);
        effects.push(Effect::Shell(ShellEffect::Type(text)));
        effects
    }

    fn popup_act(&mut self, action: Action) -> Vec<Effect> {
        if action == Action::Cancel {
            self.popup = None;
            return Vec::new();
        }
        match &mut self.popup {
            Some(Popup::Help(help)) => help.act(action),
            Some(Popup::Notes(notes)) => notes.act(action),
            Some(Popup::Contents(contents)) => {
                if let Some(entry) = contents.act(action) {
                    self.popup = None;
                    return self.lesson.go_to(entry.lesson, entry.slide);
                }
            }
            Some(Popup::Confirm(_)) | None => {}
        }
        Vec::new()
    }

    fn toggle_shell(&mut self, key: KeyEvent) -> Vec<Effect> {
        if self.wishes.focus == Pane::Shell {
            self.left_shell = Some(self.now);
            return self.focus(Pane::Lesson);
        }
        let twice = self.left_shell.take().is_some_and(|at| self.now.duration_since(at) < TWICE);
        let mut effects = self.focus(Pane::Shell);
        if twice {
            effects.extend(self.shell.key(key));
        }
        effects
    }

    fn focus(&mut self, pane: Pane) -> Vec<Effect> {
        let before = std::mem::replace(&mut self.wishes.focus, pane);
        let mut effects = self.wake(pane);
        if before != pane && (before == Pane::Shell || pane == Pane::Shell) {
            effects.push(Effect::Shell(ShellEffect::Focus(pane == Pane::Shell)));
        }
        effects
    }

    fn zoom(&mut self, zoom: bool) -> Vec<Effect> {
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

    fn size_pane(&mut self, by: i16) {
        let share = |now: u16, by: i16| now.saturating_add_signed(by).clamp(20, 80);
        match self.wishes.focus {
            Pane::Lesson => self.wishes.lesson = share(self.wishes.lesson, by),
            Pane::Engine => self.wishes.engine = share(self.wishes.engine, by),
            Pane::Shell => self.wishes.engine = share(self.wishes.engine, -by),
        }
    }

    fn paste(&mut self, text: String) -> Vec<Effect> {
        if self.popup.is_none() && self.wishes.focus == Pane::Shell && self.shell.takes_keys() {
            return vec![Effect::Shell(ShellEffect::Paste(text))];
        }
        match (&mut self.popup, self.wishes.focus) {
            (Some(Popup::Confirm(confirm)), _) => confirm.paste(&text),
            (None, Pane::Lesson) => self.lesson.paste(&text),
            (None, Pane::Engine) => self.engine.paste(&text),
            _ => {}
        }
        Vec::new()
    }

    // --- mouse ------------------------------------------------------------------------------------

    fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        if let Some(popup) = &self.popup {
            if let (Popup::Contents(contents), MouseEventKind::Down(MouseButton::Left)) = (popup, mouse.kind)
                && let Some(entry) = contents.click(self.area, mouse.row)
            {
                self.popup = None;
                return self.lesson.go_to(entry.lesson, entry.slide);
            }
            return match mouse.kind {
                MouseEventKind::ScrollUp => self.popup_act(Action::Up),
                MouseEventKind::ScrollDown => self.popup_act(Action::Down),
                _ => Vec::new(),
            };
        }
        if self.lesson.is_covered() {
            return match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => {
                    self.lesson.over_click(self.area, Position::new(mouse.column, mouse.row))
                }
                MouseEventKind::ScrollUp => self.lesson.over_act(Action::Up),
                MouseEventKind::ScrollDown => self.lesson.over_act(Action::Down),
                _ => Vec::new(),
            };
        }
        if self.engine.popup().is_some() {
            return match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => {
                    self.engine.click_popup(self.area, mouse.row, mouse.column)
                }
                _ => Vec::new(),
            };
        }
        let screen = self.screen();
        if let (Screen::Tabs { tabs, .. }, MouseEventKind::Down(MouseButton::Left)) = (&screen, mouse.kind)
            && mouse.row == tabs.y
        {
            return draw::tab_at(mouse.column).map(|pane| self.focus(pane)).unwrap_or_default();
        }
        let Some(pane) = screen.at(mouse.column, mouse.row) else { return Vec::new() };
        let Some(body) = screen.body(pane) else { return Vec::new() };
        let mut effects = Vec::new();
        if matches!(mouse.kind, MouseEventKind::Down(_)) {
            effects = self.focus(pane);
        }
        let at = (mouse.row.saturating_sub(body.y), mouse.column.saturating_sub(body.x));
        let position = Position::new(mouse.column, mouse.row);
        match (pane, mouse.kind) {
            (Pane::Shell, _) => effects.extend(self.shell.mouse(mouse, body)),
            (Pane::Lesson, MouseEventKind::ScrollUp) => effects.extend(self.lesson.wheel(-3)),
            (Pane::Lesson, MouseEventKind::ScrollDown) => effects.extend(self.lesson.wheel(3)),
            (Pane::Lesson, MouseEventKind::Down(MouseButton::Left)) => {
                effects.extend(self.lesson.click(position))
            }
            (Pane::Engine, MouseEventKind::ScrollUp) => effects.extend(self.engine.act(Action::Up)),
            (Pane::Engine, MouseEventKind::ScrollDown) => effects.extend(self.engine.act(Action::Down)),
            (Pane::Engine, MouseEventKind::Down(MouseButton::Left)) => {
                let clicked = self.engine.click(at.0, at.1);
                effects.extend(self.route(clicked));
            }
            _ => {}
        }
        effects
    }

    // --- size -------------------------------------------------------------------------------------

    fn screen(&self) -> Screen {
        Screen::of(self.area, self.wishes)
    }

    /// Wraps and lays out what is on the screen; cheap where nothing changed. The shell gets the size of its pane, and
    /// only what can be seen is measured.
    fn arrange(&mut self) -> Vec<Effect> {
        let screen = self.screen();
        let mut effects = Vec::new();
        if let Some(area) = screen.body(Pane::Lesson) {
            self.lesson.arrange(area, self.area, &self.theme);
        }
        match screen.body(Pane::Engine) {
            Some(area) => effects.extend(self.engine.arrange(area)),
            None => effects.extend(self.engine.hide()),
        }
        if let Some(area) = screen.body(Pane::Shell) {
            effects.extend(self.shell.resize(area));
        }
        match &mut self.popup {
            Some(Popup::Help(help)) => help.arrange(self.area),
            Some(Popup::Contents(contents)) => contents.arrange(self.area),
            Some(Popup::Notes(notes)) => notes.arrange(self.area),
            Some(Popup::Confirm(_)) | None => {}
        }
        effects
    }

    pub fn draw(&self, frame: &mut Frame<'_>) {
        draw::app(self, frame);
    }
}

/// The keys that the card of an exercise names.
fn exercise_keys(keymap: &Keymap) -> exercise::Keys {
    let label = |action| keymap.label(Context::Exercise, action);
    exercise::Keys {
        begin: label(Action::BeginExercise),
        check: label(Action::CheckNow),
        hint: label(Action::Hint),
        solution: label(Action::Solution),
        reset: label(Action::ResetExercise),
    }
}

fn quiz_keys(keymap: &Keymap) -> KeyNames {
    let label = |action| keymap.label(Context::Quiz, action);
    KeyNames { answer: label(Action::Answer), toggle: label(Action::Toggle), hint: label(Action::Hint) }
}

fn next(pane: Pane, by: usize) -> Pane {
    let at = Pane::ALL.iter().position(|p| *p == pane).unwrap_or(0);
    Pane::ALL[(at + by) % Pane::ALL.len()]
}

#[path = "app_draw.rs"]
mod draw;
