//! A learner's side of a class: where it is, whether the slides go along, and what was said.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::text::Span;

use super::clock;
use super::viewer::Viewer;
use crate::class::{Closed, Heard, Shown, Standing};
use crate::session::Place;
use crate::tui::action::Action;
use crate::tui::screen::lesson::LessonPane;
use crate::tui::screen::notes::Notes;
use crate::tui::theme::Theme;

/// What the learner is told when they have joined; `docs/class.md` says the same.
const LEAVES: &str = "\
From now on the class sees:
  · the name that you chose
  · the slide that you are on
  · your answers to quizzes and polls
  · exercises: what you began, passed and reset; what you tried that was not right, and what differed; which hints you took
  · your hand, when you raise it

It also gets what you have done in this course before now.

It never gets your files, your environment, what you type in the shell, its history or its output. Only when you ask for help and \
say yes, the instructor sees what your shell shows, until you or they end it. While that is so, the first row says it.

Nothing that the instructor sends is run on your machine. A command of theirs goes to your prompt when you ask for it, and there you \
press Enter.";

#[derive(Clone, Debug, Default)]
pub struct Follow {
    /// A screen that only shows the class.
    audience: bool,
    keys: Keys,
    link: Link,
    class: String,
    name: String,
    standing: Standing,
    ahead: SignedDuration,
    /// The slides go where the class goes.
    with_class: bool,
    hand: bool,
    all_kept: bool,
    /// The newest note that was shown.
    note: u64,
    hints: Vec<String>,
    welcomed: bool,
    /// What the instructor's shell shows, and whether it is looked at.
    shell: Option<Arc<Shown>>,
    watches: bool,
    viewer: Viewer,
    /// The instructor may see the learner's own shell.
    sharing: bool,
    takes_shells: bool,
}

/// What the keys are called.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    pub follow: String,
    pub command: String,
    pub view: String,
    pub share: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Link {
    #[default]
    Joining,
    Here,
    Away(String, String),
    Out(String, String),
}

/// What the app must say.
#[derive(Clone, Debug)]
pub enum Said {
    Tell(String),
    Trouble(String, String),
    Show(Notes),
    /// The learner's shell is not shared any more.
    Unshared,
}

impl Follow {
    pub fn new(audience: bool) -> Self {
        Self { audience, with_class: true, ..Self::default() }
    }

    pub fn is_audience(&self) -> bool {
        self.audience
    }

    pub fn set_keys(&mut self, keys: Keys) {
        self.keys = keys;
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    pub fn ahead(&self) -> SignedDuration {
        self.ahead
    }

    pub fn is_with_class(&self) -> bool {
        self.with_class
    }

    /// There is no line to the class.
    pub fn is_apart(&self) -> bool {
        matches!(self.link, Link::Away(..) | Link::Out(..))
    }

    pub fn raise_hand(&mut self) -> bool {
        self.hand = !self.hand;
        self.hand
    }

    pub fn come_back(&mut self) {
        self.with_class = true;
        if self.is_apart() {
            self.link = Link::Joining;
        }
    }

    /// The learner has gone somewhere by themselves.
    pub fn went(&mut self, here: Place, lesson: &LessonPane) {
        self.with_class = self.audience || self.target(lesson) == Some(here);
    }

    /// The instructor's newest command.
    pub fn command(&self) -> Option<&str> {
        self.standing.commands.last().map(|c| c.text.as_str())
    }

    /// The instructor's shell, where it is shown and looked at.
    pub fn watched(&self) -> Option<&Shown> {
        self.shell.as_deref().filter(|_| self.watches && !self.audience)
    }

    /// The same, on a screen that projects the class.
    pub(super) fn projected(&self) -> Option<&Shown> {
        self.shell.as_deref().filter(|_| self.audience)
    }

    pub fn viewer(&self) -> Viewer {
        self.viewer
    }

    pub fn is_shown_a_shell(&self) -> bool {
        self.shell.is_some() && !self.audience
    }

    pub fn watch(&mut self, on: bool) {
        self.watches = on;
        self.viewer = Viewer::default();
    }

    pub fn move_view(&mut self, action: Action) {
        if let Some(shown) = &self.shell {
            self.viewer.act(action, shown);
        }
    }

    pub fn is_sharing(&self) -> bool {
        self.sharing
    }

    /// Whether the shell may be shared; why not, in a sentence.
    pub fn could_share(&self) -> Result<(), &'static str> {
        match self.link {
            Link::Here if self.takes_shells => Ok(()),
            Link::Here => Err("The class's pilotwhale is too old to look at your shell"),
            _ => Err("There is no line to the class; nobody could look at your shell"),
        }
    }

    pub fn share(&mut self, on: bool) {
        self.sharing = on;
    }

    /// Where the class is: at a poll, at an exercise that is open for all, or where the instructor is.
    pub fn target(&self, lesson: &LessonPane) -> Option<Place> {
        let poll = self.standing.poll.as_ref().filter(|p| p.open);
        poll.and_then(|p| lesson.place_of_quiz(&p.lesson, &p.quiz))
            .or_else(|| self.standing.exercise.as_ref().and_then(|id| lesson.place_of_exercise(id)))
            .or_else(|| {
                let place = self.standing.place.as_ref()?;
                lesson.place_at(&place.lesson, place.slide, place.step)
            })
    }

    pub fn hear(&mut self, heard: Heard, lesson: &LessonPane) -> Vec<Said> {
        match heard {
            Heard::Joined { class, name, course, course_version, takes_shells } => {
                self.takes_shells = takes_shells;
                let mut said = Vec::new();
                self.link = Link::Here;
                let own = lesson.course();
                if own.id != course {
                    said.push(Said::Trouble(
                        format!("The class uses the course {course}, and this is {}", own.id),
                        "Ask the instructor where to get it, and start with --course.".into(),
                    ));
                }
                if own.id == course && own.version != course_version {
                    said.push(Said::Trouble(
                        format!(
                            "The class has version {course_version} of the course, and this is {}",
                            own.version
                        ),
                        "Slides may differ.".into(),
                    ));
                }
                (self.class, self.name) = (class, name);
                if !std::mem::replace(&mut self.welcomed, true) && !self.audience {
                    let text = format!("You are {} in the class {}.\n\n{LEAVES}", self.name, self.class);
                    said.push(Said::Show(Notes::of_class("You have joined the class", text)));
                }
                said
            }
            Heard::Away { why, remedy } => {
                self.all_kept = false;
                self.link = Link::Away(why, remedy);
                self.part()
            }
            Heard::Out { why, remedy } => {
                self.link = Link::Out(why.clone(), remedy.clone());
                let mut said = self.part();
                said.push(Said::Trouble(why, remedy));
                said
            }
            Heard::Standing { standing, ahead } => self.stand(*standing, ahead, lesson),
            Heard::AllKept => {
                self.all_kept = true;
                Vec::new()
            }
            Heard::Hint { exercise, task, text } => {
                let title =
                    lesson.course().exercise(&exercise).and_then(|e| e.tasks.iter().find(|t| t.id == task));
                let about = title.map_or(task, |t| t.title.clone());
                // A hint in their own words may be for no task.
                let about = if about.is_empty() { about } else { format!(", for '{about}'") };
                let hint = format!("Hint from the instructor{about}: {text}");
                self.hints.push(hint.clone());
                vec![Said::Tell(hint)]
            }
            Heard::HandDown => {
                self.hand = false;
                vec![Said::Tell("The instructor has seen your hand".into())]
            }
            Heard::Shell(shown) => self.see(shown),
            Heard::ShellClosed(why) => {
                if !std::mem::take(&mut self.sharing) {
                    return Vec::new();
                }
                let said = match why {
                    Closed::Full => {
                        "Your shell is not seen: the instructor looks at others first. Ask again later"
                    }
                    Closed::ByInstructor | Closed::Unknown => {
                        "The instructor has closed your shell; it is seen no more"
                    }
                };
                vec![Said::Unshared, Said::Tell(said.into())]
            }
        }
    }

    fn see(&mut self, shown: Option<Arc<Shown>>) -> Vec<Said> {
        let (was, is) = (self.shell.is_some(), shown.is_some());
        self.shell = shown;
        match (was, is) {
            (false, true) if !self.audience => {
                self.watch(true);
                let key = &self.keys.view;
                vec![Said::Tell(format!("The instructor shows their shell: {key} opens and closes it"))]
            }
            (true, false) if !self.audience => {
                vec![Said::Tell("The instructor's shell is shown no more".into())]
            }
            _ => Vec::new(),
        }
    }

    /// The line is gone, and with it what was shown on either side: to share again is decided again.
    fn part(&mut self) -> Vec<Said> {
        self.shell = None;
        if !std::mem::take(&mut self.sharing) {
            return Vec::new();
        }
        vec![Said::Unshared, Said::Tell("Your shell is seen no more: there is no line to the class".into())]
    }

    fn stand(&mut self, standing: Standing, ahead: SignedDuration, lesson: &LessonPane) -> Vec<Said> {
        self.ahead = ahead;
        let mut said = Vec::new();
        for note in standing.notes.iter().filter(|n| n.number > self.note) {
            said.push(Said::Tell(format!("From the instructor: {}", note.text)));
        }
        self.note = standing.notes.last().map_or(self.note, |n| n.number);
        if standing.exercise != self.standing.exercise
            && let Some(exercise) = standing.exercise.as_ref().and_then(|id| lesson.course().exercise(id))
        {
            said.push(Said::Tell(format!("The class works on the exercise '{}' now", exercise.title)));
        }
        let was_open = self.standing.poll.as_ref().is_some_and(|p| p.open);
        if !was_open && standing.poll.as_ref().is_some_and(|p| p.open) {
            said.push(Said::Tell("A question for the whole class: answer it on the slide".into()));
        }
        self.standing = standing;
        said
    }

    /// Notes, hints and commands of today, to be read again.
    pub fn messages(&self) -> Notes {
        let notes = self.standing.notes.iter().map(|n| format!("· {}", n.text));
        let hints = self.hints.iter().map(|h| format!("· {h}"));
        let commands = self.standing.commands.iter().map(|c| format!("$ {}", c.text));
        let all: Vec<String> = notes.chain(hints).chain(commands).collect();
        let text = if all.is_empty() { "Nothing was said yet.".into() } else { all.join("\n") };
        Notes::of_class("From the instructor", text)
    }

    /// Left and right of the class's row.
    pub(super) fn row(
        &self,
        lesson: &LessonPane,
        now: Timestamp,
        theme: &Theme,
    ) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
        let key = &self.keys.follow;
        let mut left = vec![Span::styled(format!(" {} ", self.class), theme.title)];
        match &self.link {
            Link::Joining => left.push(Span::styled("joining the class…", theme.info)),
            Link::Away(why, remedy) => {
                left.push(Span::styled("○ away ", theme.warn));
                left.push(Span::styled(format!("{why}. {remedy}"), theme.bar));
            }
            Link::Out(why, _) => {
                left.push(Span::styled("✗ out ", theme.bad));
                left.push(Span::styled(format!("{why} · {key} tries again"), theme.bar));
            }
            Link::Here if self.with_class => left.push(Span::styled("● with the class", theme.ok)),
            Link::Here => {
                let place = self.target(lesson).map(|place| lesson.name_of(place)).unwrap_or_default();
                left.push(Span::styled(format!("○ the class is at {place} "), theme.warn));
                left.push(Span::styled(key.clone(), theme.key));
                left.push(Span::styled(" goes there", theme.bar));
            }
        }
        if self.is_shown_a_shell() && !self.watches {
            left.push(Span::styled("  their shell is shown: ", theme.info));
            left.push(Span::styled(self.keys.view.clone(), theme.key));
        }
        if let Some(command) = self.command().filter(|_| self.link == Link::Here) {
            left.push(Span::styled(format!("  $ {command}  "), theme.dim));
            left.push(Span::styled(self.keys.command.clone(), theme.key));
            left.push(Span::styled(" takes it", theme.bar));
        }
        let mut right = Vec::new();
        if let Some(timer) = self.standing.timer {
            right.push(clock(timer, now.saturating_add(self.ahead).unwrap_or(now), theme));
        }
        if self.sharing {
            let key = &self.keys.share;
            right.push(Span::styled(
                format!(" ◉ the instructor sees your shell · {key} ends it "),
                theme.warn,
            ));
        }
        if self.hand {
            right.push(Span::styled(" hand is up ", theme.strong));
        }
        if !self.name.is_empty() && !self.audience {
            let kept = if self.all_kept { "✓" } else { "…" };
            right.push(Span::styled(format!(" {} {kept} ", self.name), theme.dim));
        }
        (left, right)
    }
}
