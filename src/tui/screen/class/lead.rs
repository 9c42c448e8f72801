//! The instructor's side of a class: what is known of everybody, and what the instructor shows and asks.

use jiff::{SignedDuration, Timestamp};
use ratatui::text::Span;

use super::clock;
use super::view::View;
use crate::class::{Change, JoinCode, Lead, LearnerId, Roster, Standing};
use crate::facts::Command;
use crate::session::Place;
use crate::tui::action::Action;
use crate::tui::screen::engine::command_words;
use crate::tui::screen::lesson::LessonPane;
use crate::tui::theme::Theme;

pub struct Leading {
    class: String,
    code: JoinCode,
    roster: Roster,
    standing: Standing,
    /// The commands of the instructor's shell are shown to the class.
    shares: bool,
    presenting: bool,
    /// The command that was shown last: one command makes several calls.
    shown: Option<Command>,
    /// When this instructor opened the screen.
    since: Option<Timestamp>,
    /// When they came to the lesson that they are in.
    lesson_since: Option<(usize, Timestamp)>,
}

/// What a verb has led to.
pub enum Did {
    Lead(Vec<Lead>),
    Open(View),
    Tell(String),
}

impl Leading {
    pub fn new(class: String, code: JoinCode, standing: Standing) -> Self {
        Self {
            class,
            code,
            roster: Roster::default(),
            standing,
            shares: false,
            presenting: false,
            shown: None,
            since: None,
            lesson_since: None,
        }
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    pub fn class(&self) -> &str {
        &self.class
    }

    pub fn code(&self) -> &JoinCode {
        &self.code
    }

    pub fn here(&self) -> usize {
        self.roster.here()
    }

    pub fn is_presenting(&self) -> bool {
        self.presenting
    }

    /// Since when the screen is open, and since when this lesson is shown.
    pub(super) fn times(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.since, self.lesson_since.map(|(_, at)| at))
    }

    pub fn hear(&mut self, changes: &[Change]) -> Option<(String, String)> {
        let mut trouble = None;
        for change in changes {
            self.roster.apply(change);
            match change {
                Change::Standing(standing) => self.standing = standing.clone(),
                Change::Trouble { what, remedy } => trouble = Some((what.clone(), remedy.clone())),
                _ => {}
            }
        }
        trouble
    }

    /// Where the instructor is now; the class is told when it is another place.
    pub fn at(&mut self, place: Place, lesson: &LessonPane, now: Timestamp) -> Option<Lead> {
        self.since.get_or_insert(now);
        if self.lesson_since.is_none_or(|(lesson, _)| lesson != place.lesson) {
            self.lesson_since = Some((place.lesson, now));
        }
        let id = lesson.course().lessons.get(place.lesson)?.id.clone();
        let shown = self.standing.place.as_ref();
        if shown.is_some_and(|p| (&p.lesson, p.slide, p.step) == (&id, place.slide, place.step)) {
            return None;
        }
        let lead = Lead::Go { lesson: id, slide: place.slide, step: place.step };
        self.standing.lead(&lead, now);
        Some(lead)
    }

    /// A command that was typed in the shell, where the class may see it.
    pub fn ran(&mut self, command: &Command) -> Option<Lead> {
        if !self.shares || self.shown.as_ref() == Some(command) {
            return None;
        }
        self.shown = Some(command.clone());
        Some(Lead::Command(command_words(command)))
    }

    pub fn act(&mut self, action: Action, lesson: &LessonPane) -> Did {
        match action {
            Action::JoinCode => Did::Open(View::Code),
            Action::Board => Did::Open(View::board()),
            Action::SayToAll => Did::Open(View::note()),
            Action::Timer if self.standing.timer.is_some() => Did::Lead(vec![Lead::StopTimer]),
            Action::Timer => Did::Open(View::timer()),
            Action::Presenter => {
                self.presenting = !self.presenting;
                Did::Lead(Vec::new())
            }
            Action::ShareCommands => {
                self.shares = !self.shares;
                Did::Tell(if self.shares {
                    "From now on the class sees the docker commands that you run in the shell".into()
                } else {
                    "The class does not see your commands any more".into()
                })
            }
            Action::Poll => self.poll(lesson),
            Action::OpenForAll => match (&self.standing.exercise, lesson.id_at_hand()) {
                (Some(_), _) => Did::Lead(vec![Lead::CloseExercise]),
                (None, Some(id)) => Did::Lead(vec![Lead::OpenExercise(id)]),
                (None, None) => Did::Tell("There is no exercise on this slide".into()),
            },
            _ => Did::Lead(Vec::new()),
        }
    }

    /// Opens the question of this slide to the class, closes it, and takes the result away.
    fn poll(&self, lesson: &LessonPane) -> Did {
        match &self.standing.poll {
            Some(poll) if poll.open => Did::Lead(vec![Lead::ClosePoll]),
            Some(_) => Did::Lead(vec![Lead::EndPoll]),
            None => match lesson.poll_here() {
                Some((lesson, quiz)) => Did::Lead(vec![Lead::OpenPoll { lesson, quiz }]),
                None => Did::Tell("There is no question on this slide".into()),
            },
        }
    }

    /// The next hint of the course for what this learner is stuck on, to them alone; or to all who are stuck on it.
    pub(super) fn hint(&self, learner: &LearnerId, to_all: bool, lesson: &LessonPane) -> Did {
        let Some(state) = self.roster.learner(learner) else { return Did::Lead(Vec::new()) };
        let Some((exercise, task, differs)) = state.stuck_on() else {
            return Did::Tell(format!("{} is not stuck on a task", state.name));
        };
        let of = |learner: &LearnerId| -> Option<String> {
            let taken = self.roster.learner(learner)?.progress.exercises.get(exercise)?.hints.get(task);
            let task = lesson.course().exercise(exercise)?.tasks.iter().find(|t| t.id == *task)?;
            task.hints.get(taken.copied().unwrap_or(0)).or(task.hints.last()).cloned()
        };
        let same: Vec<LearnerId> = self
            .roster
            .stuck()
            .into_iter()
            .find(|s| (&s.exercise, &s.task, &s.differs) == (exercise, task, differs))
            .map(|s| s.learners)
            .unwrap_or_default();
        let to = if to_all { same } else { vec![learner.clone()] };
        let hints: Vec<Lead> = to
            .iter()
            .filter_map(|id| {
                let (exercise, task) = (exercise.clone(), task.clone());
                Some(Lead::Hint { to: Some(id.clone()), exercise, task, text: of(id)? })
            })
            .collect();
        if hints.is_empty() { Did::Tell("This task has no hints".into()) } else { Did::Lead(hints) }
    }

    pub(super) fn timer(minutes: &str) -> Result<Lead, String> {
        match minutes.trim().parse::<u32>() {
            Ok(minutes @ 1..=600) => Ok(Lead::Timer(SignedDuration::from_mins(minutes.into()))),
            _ => Err("A timer has 1 to 600 minutes".into()),
        }
    }

    /// Left and right of the class's row.
    pub(super) fn row(&self, now: Timestamp, theme: &Theme) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
        let mut left = vec![
            Span::styled(format!(" {} ", self.class), theme.title),
            Span::styled(format!("● {} here", self.here()), theme.ok),
        ];
        let hands = self.roster.hands();
        if let Some((first, _)) = hands.first() {
            let name = self.roster.learner(first).map(|l| l.name.clone()).unwrap_or_default();
            let more = if hands.len() > 1 { format!(" and {} more", hands.len() - 1) } else { String::new() };
            left.push(Span::styled(format!(" · hand up: {name}{more}"), theme.strong));
        }
        if let Some(stuck) = self.roster.stuck().first() {
            left.push(Span::styled(
                format!(" · stuck: '{}' × {}", stuck.differs, stuck.learners.len()),
                theme.warn,
            ));
        }
        if let Some(poll) = self.standing.poll.as_ref() {
            let word = if poll.open { "poll open" } else { "poll closed" };
            left.push(Span::styled(format!(" · {word}, {} of {}", poll.answered, self.here()), theme.info));
        }
        if let Some(exercise) = &self.standing.exercise {
            left.push(Span::styled(format!(" · all work on {exercise}"), theme.info));
        }
        let mut right = Vec::new();
        if self.shares {
            right.push(Span::styled(" commands are shown ", theme.warn));
        }
        if let Some(timer) = self.standing.timer {
            right.push(clock(timer, now, theme));
        }
        (left, right)
    }
}
