//! The app: all state of the screen, what each message does to it, and how it is drawn.

mod class;
mod draw;
mod keys;
mod mouse;
mod questions;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::action::Action;
use super::answers::Colors;
use super::effect::{Effect, EngineEffect, ShellEffect};
use super::keymap::{Context, Key, Keymap};
use super::layout::{Pane, Screen, Wishes};
use super::msg::Msg;
use super::screen::bar::{Notice, Tone};
use super::screen::class::{Seat, View};
use super::screen::confirm::ConfirmPopup;
use super::screen::contents::Contents;
use super::screen::engine::EnginePane;
use super::screen::help::Help;
use super::screen::lesson::{LessonKeys, LessonPane};
use super::screen::notes::Notes;
use super::screen::quiz::KeyNames;
use super::screen::shell::ShellPane;
use super::screen::task;
use super::theme::{Look, Theme};
use super::widget::terminal::Cursor;
use crate::course::Course;
use crate::session::{Session, Sight};
use jiff::tz::TimeZone;
use questions::Questions;

/// How long a notice stays when no key is pressed.
const NOTICE: SignedDuration = SignedDuration::from_secs(12);

const RINGING: SignedDuration = SignedDuration::from_millis(100);

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
    popup: Option<Popup>,
    questions: Questions,
    seat: Seat,
    zone: TimeZone,
    notice: Option<(Notice, Timestamp)>,
    /// The chord of the app's that was pressed in the shell last, and when, to tell a double press.
    chord: Option<(Key, Timestamp)>,
    /// Where and when the mouse last went down, to tell a double click.
    clicked: Option<(Position, Timestamp)>,
    /// When the shell rang last.
    rang: Option<Timestamp>,
    /// A mouse button went down in the shell and is still down.
    held_in_shell: bool,
    /// Whether the engine and the shell have been asked for.
    awake: bool,
}

enum Popup {
    Help(Help),
    Contents(Contents),
    Notes(Notes),
    Confirm(Box<ConfirmPopup>),
    Class(Box<View>),
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
            lesson: LessonPane::new(session, lesson_keys(&keymap)),
            keymap,
            engine: EnginePane::new(TimeZone::UTC),
            shell: ShellPane::default(),
            popup: None,
            questions: Questions::default(),
            seat: Seat::default(),
            zone: TimeZone::UTC,
            notice: None,
            chord: None,
            clicked: None,
            rang: None,
            held_in_shell: false,
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
        // Who opens a deck wants to see its first slide.
        match self.lesson.said().filter(|_| self.wishes.zoom) {
            Some(said) => self.tell(Tone::Plain, said),
            None if self.lesson.has_mistakes() => self.popup = self.lesson.mistakes().map(Popup::Notes),
            None => {}
        }
        self.arrange();
        if self.awake {
            effects.push(Effect::Wake);
        }
        effects
    }

    /// Clock times are shown in this zone.
    pub fn set_zone(&mut self, zone: TimeZone) {
        self.lesson.set_zone(zone.clone());
        self.zone = zone.clone();
        self.engine.set_zone(zone);
    }

    fn told_colors(&mut self, colors: Colors) -> Vec<Effect> {
        if let Some(dark) = colors.is_dark().filter(|_| self.look.follows_terminal()) {
            self.look.set_dark(dark);
            self.theme = self.look.theme();
        }
        vec![Effect::Shell(ShellEffect::Colors(colors))]
    }

    /// The moment at which something on the screen changes by itself.
    pub fn next_tick(&self) -> Option<Timestamp> {
        let notice = self.notice.as_ref().map(|(_, until)| *until);
        let engine = self.screen().body(Pane::Engine).filter(|_| !self.seat.has_engines_place());
        let engine = engine.and_then(|_| self.engine.needs_tick());
        let board = matches!(self.popup, Some(Popup::Class(_)));
        [notice, engine, self.seat.next_tick(self.now, board)].into_iter().flatten().min()
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
        let before = self.lesson.place();
        let mut effects = self.handle(msg);
        effects.extend(self.go_with_class(before));
        effects.extend(self.arrange());
        effects
    }

    fn handle(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) => self.key(key),
            Msg::Mouse(mouse) => self.mouse(mouse),
            Msg::Paste(text) => self.paste(text),
            Msg::Resize(width, height) => {
                self.area = self.seat.below(Rect::new(0, 0, width, height));
                Vec::new()
            }
            Msg::Focus(focused) if self.wishes.focus == Pane::Shell => {
                vec![Effect::Shell(ShellEffect::Focus(focused))]
            }
            Msg::Focus(_) | Msg::Tick | Msg::ShellDirty => Vec::new(),
            Msg::Colors(colors) => self.told_colors(colors),

            Msg::Link(link) => {
                let mut effects = self.engine.set_link(link.clone());
                effects.extend(self.lesson.set_link(&link));
                effects
            }
            Msg::Endpoint { why, machine } => {
                self.engine.set_endpoint(why, machine);
                Vec::new()
            }
            Msg::Starting => {
                self.engine.set_starting();
                self.shell.wait(
                    "Starting pilotwhale's own engine. That takes some seconds; the shell comes with it.",
                );
                Vec::new()
            }
            Msg::CommandEnded(end) => {
                let mut effects = self.look_again();
                effects.extend(self.lesson.saw(Sight::End(end)));
                effects.push(Effect::Engine(EngineEffect::CommandEnded));
                effects.extend(self.lesson.command_ended());
                effects
            }
            Msg::Install(command) => {
                self.engine.set_install(command);
                Vec::new()
            }
            Msg::Snapshot(snapshot) => {
                let here = Arc::clone(&snapshot);
                let mut effects = self.engine.set_snapshot(snapshot);
                effects.extend(self.lesson.engine_changed(&here));
                effects
            }
            Msg::Kept => {
                self.lesson.answer_kept();
                Vec::new()
            }
            Msg::Run(run) => self.lesson.saw(Sight::Run(&run)),
            Msg::Thing(thing) => self.lesson.saw(Sight::Thing(&thing)),
            Msg::Past(past) => self.lesson.saw(Sight::Past(&past)),
            Msg::Observed(call) => {
                let mut effects = self.lesson.saw(Sight::Call(&call));
                effects.extend(self.note_command(&call));
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
            Msg::Differences { id, differences } => {
                self.engine.set_differences(&id, differences);
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
            // A program that rings all the time is heard ten times a second.
            Msg::Bell if self.rang.is_some_and(|at| self.now.duration_since(at) < RINGING) => Vec::new(),
            Msg::Bell => {
                self.rang = Some(self.now);
                vec![Effect::Bell]
            }
            Msg::Notification(text) => vec![Effect::Notify(format!("shell: {text}"))],
            Msg::CommandRun(command) => {
                self.lesson.command_run(&command);
                Vec::new()
            }
            Msg::NotTyped(why) => {
                self.lesson.not_typed();
                self.tell(Tone::Plain, why);
                Vec::new()
            }
            Msg::MayQuit(None) => vec![Effect::Quit],
            Msg::MayQuit(Some(program)) => {
                let question = ConfirmPopup::new("Quit?", "", vec![Effect::Quit])
                    .saying(format!("{program} runs in the shell, and would end with it."))
                    .saying("Your place in the course is kept.");
                self.popup = Some(Popup::Confirm(Box::new(question)));
                Vec::new()
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
            Msg::LookAgain(exercise) => self.lesson.look_again(&exercise),
            Msg::Graded { exercise, run, report, looked } => {
                let (news, effects) = self.lesson.graded(&exercise, run, *report, &looked);
                match (news, self.lesson.take_news()) {
                    (Some(news), _) => self.tell(Tone::Good, news),
                    (None, Some(news)) => self.tell(Tone::Plain, news),
                    (None, None) => {}
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
            Msg::Reloaded(course) => self.reloaded(course),
            Msg::Ask { question, command, objects } => {
                self.questions.ask(question, &command, &objects);
                Vec::new()
            }
            Msg::AskOver(question) => {
                self.questions.withdraw(question);
                Vec::new()
            }
            Msg::Heard(heard) => self.hear(heard),
            Msg::Class(changes) => self.class_changed(&changes),
            Msg::Made(ids) => {
                self.engine.set_course_made(ids);
                Vec::new()
            }
            Msg::Notice(text) => {
                self.tell(Tone::Plain, text);
                Vec::new()
            }
            Msg::Trouble { what, remedy } => {
                self.trouble(&what, &remedy);
                Vec::new()
            }
            Msg::TroubleOver(what) => {
                if self
                    .notice
                    .as_ref()
                    .is_some_and(|(n, _)| n.tone == Tone::Trouble && n.text.starts_with(&what))
                {
                    self.notice = None;
                }
                Vec::new()
            }
        }
    }

    /// A mistake is shown at once: the author is looking.
    fn reloaded(&mut self, course: Arc<Course>) -> Vec<Effect> {
        let effects = self.lesson.reload(course);
        // A question waits for its answer; what else was open may speak of slides that are gone.
        if !matches!(self.popup, Some(Popup::Confirm(_))) {
            self.popup = self.lesson.mistakes().filter(|_| self.lesson.has_mistakes()).map(Popup::Notes);
        }
        self.tell(Tone::Plain, "The lesson was read again".into());
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

    fn screen(&self) -> Screen {
        Screen::of(self.area, self.wishes)
    }

    /// Wraps and lays out what is on the screen; cheap where nothing changed. The shell gets the size of its pane, and
    /// only what can be seen is measured.
    fn arrange(&mut self) -> Vec<Effect> {
        let screen = self.screen();
        let mut effects = Vec::new();
        if let Some(area) = screen.body(Pane::Lesson) {
            self.lesson.arrange(self.seat.slide(&self.lesson, area), self.area, &self.theme);
        }
        match screen.body(Pane::Engine).filter(|_| !self.seat.has_engines_place()) {
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
            Some(Popup::Confirm(_) | Popup::Class(_)) | None => {}
        }
        effects
    }

    /// How the learner's own terminal is to look around the frame: its cursor, and its title where a program in the shell has one.
    pub fn outer(&self) -> (Option<Cursor>, Option<String>) {
        let types = self.wishes.focus == Pane::Shell && self.popup.is_none() && !self.questions.is_open();
        self.shell.outer(types)
    }

    pub fn draw(&self, frame: &mut Frame<'_>) {
        draw::app(self, frame);
    }
}

/// The keys that are named on slides.
fn lesson_keys(keymap: &Keymap) -> LessonKeys {
    LessonKeys {
        exercise: task_keys(keymap, Context::Exercise),
        task: task_keys(keymap, Context::Task),
        quiz: quiz_keys(keymap),
    }
}

fn task_keys(keymap: &Keymap, context: Context) -> task::Keys {
    let label = |action| keymap.label(context, action);
    task::Keys {
        begin: label(Action::BeginExercise),
        check: label(Action::CheckNow),
        hint: label(Action::Hint),
        solution: label(Action::Solution),
        reset: label(Action::ResetExercise),
        answer: label(Action::AnswerTask),
        go: keymap.label(Context::Lesson, Action::TypeCommand),
        contents: keymap.label(Context::Any, Action::Contents),
    }
}

fn quiz_keys(keymap: &Keymap) -> KeyNames {
    let label = |action| keymap.label(Context::Quiz, action);
    KeyNames { answer: label(Action::Answer), toggle: label(Action::Toggle), hint: label(Action::Hint) }
}

#[cfg(test)]
mod pictures;
#[cfg(test)]
mod shell_tests;
#[cfg(test)]
mod tests;
