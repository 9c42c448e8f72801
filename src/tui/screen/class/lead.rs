//! The instructor's side of a class: what is known of everybody, and what the instructor shows and asks.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ratatui::text::Span;

use super::clock;
use super::view::View;
use crate::class::{Change, JoinCode, Lead, Learner, LearnerId, Roster, Standing};
use crate::course::Course;
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
    presenting: bool,
    /// The class sees the instructor's shell, which this key ends.
    showing: bool,
    /// Nobody new is let in.
    is_door_closed: bool,
    show_key: String,
    /// The docker command that was typed last, with the number of its process: it is shown to the class when the
    /// instructor says so, or while the class sees the shell.
    ran: Option<(u32, String)>,
    /// How many hints of a task were sent to each learner.
    hinted: BTreeMap<(LearnerId, String, String), usize>,
}

/// What a verb has led to.
pub enum Did {
    Lead(Vec<Lead>),
    Open(View),
    Tell(String),
    ShowShell(bool),
}

/// Whom a hint in the instructor's own words goes to, and the task that it is for; none of either name where they are at
/// no task.
#[derive(Clone, Debug)]
pub struct Addressed {
    pub to: Vec<LearnerId>,
    pub whom: String,
    pub exercise: String,
    pub task: String,
}

impl Addressed {
    pub(super) fn say(&self, text: &str) -> Did {
        let hint = |to: &LearnerId| Lead::Hint {
            to: Some(to.clone()),
            exercise: self.exercise.clone(),
            task: self.task.clone(),
            text: text.to_owned(),
        };
        Did::Lead(self.to.iter().map(hint).collect())
    }
}

impl Leading {
    pub fn new(class: String, code: JoinCode, standing: Standing) -> Self {
        Self {
            class,
            code,
            roster: Roster::default(),
            standing,
            presenting: false,
            showing: false,
            is_door_closed: false,
            show_key: String::new(),
            ran: None,
            hinted: BTreeMap::new(),
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

    pub fn is_showing(&self) -> bool {
        self.showing
    }

    pub fn set_show_key(&mut self, key: String) {
        self.show_key = key;
    }

    /// When the class of today began, and with which lesson: from there the plan of the day counts.
    pub(super) fn began(&self, course: &Course, now: Timestamp) -> Option<(Timestamp, usize)> {
        let day = self.standing.day.as_ref().filter(|day| day.lasts(now))?;
        Some((day.since, course.lesson_index(&day.lesson)?))
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
        let id = lesson.course().lessons.get(place.lesson)?.id.clone();
        let lead = Lead::Go { lesson: id, slide: place.slide, step: place.step };
        self.standing.lead(&lead, now).then_some(lead)
    }

    /// A call of a command that was typed in the shell. The command goes to the class once, where the shell is seen.
    pub fn ran(&mut self, command: &Command) -> Option<Lead> {
        let words = command_words(command);
        let ran = (command.pid, words);
        let is_new = self.ran.as_ref() != Some(&ran);
        let lead = (is_new && self.showing).then(|| Lead::Command(ran.1.clone()));
        self.ran = Some(ran);
        lead
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
            Action::ShowShell => {
                self.showing = !self.showing;
                Did::ShowShell(self.showing)
            }
            Action::ClassDoor => {
                self.is_door_closed = !self.is_door_closed;
                Did::Lead(vec![Lead::Door { open: !self.is_door_closed }])
            }
            Action::SendCommand => match &self.ran {
                Some((_, command)) => Did::Lead(vec![Lead::Command(command.clone())]),
                None => Did::Tell("You have run no docker command in the shell yet".into()),
            },
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

    /// Who would get a hint that the instructor writes, and about which task; why nobody would, in a sentence.
    pub(super) fn addressed(
        &self,
        learner: &LearnerId,
        to_all: bool,
        course: &Course,
    ) -> Result<Addressed, String> {
        let Some(state) = self.roster.learner(learner) else { return Err("Nobody is chosen".into()) };
        let at = state.works_on(course);
        if to_all && at.is_none() {
            return Err(format!("{} is at no task", state.name));
        }
        let to = self.meant(learner, to_all, at, course);
        let whom = match to.len() {
            0 => return Err(format!("{} is away, and no hint would reach them", state.name)),
            1 => {
                to.first().and_then(|id| self.roster.learner(id)).map_or_else(String::new, |l| l.name.clone())
            }
            many => format!("{many} learners"),
        };
        let (exercise, task) = at.unwrap_or_default();
        Ok(Addressed { to, whom, exercise: exercise.into(), task: task.into() })
    }

    /// Those who are here of this learner, or of all who are at the same task.
    fn meant(
        &self,
        learner: &LearnerId,
        to_all: bool,
        at: Option<(&str, &str)>,
        course: &Course,
    ) -> Vec<LearnerId> {
        let is_meant = |id: &LearnerId, l: &Learner| id == learner || to_all && l.works_on(course) == at;
        let meant = self.roster.iter().filter(|(id, l)| l.here && is_meant(id, l));
        meant.map(|(id, _)| id.clone()).collect()
    }

    /// The next hint of the course to this learner, or to all who are at the same task: to each what comes after the
    /// hints that they have had.
    pub(super) fn hint(&mut self, learner: &LearnerId, to_all: bool, course: &Course) -> Did {
        let Some(state) = self.roster.learner(learner) else { return Did::Lead(Vec::new()) };
        let Some(at) = state.works_on(course) else {
            return Did::Tell(format!("{} is at no task", state.name));
        };
        if !state.here && !to_all {
            return Did::Tell(format!("{} is away, and no hint would reach them", state.name));
        }
        let Some(exercise) = course.exercise(at.0) else { return Did::Lead(Vec::new()) };
        if exercise.task(at.1).is_none_or(|task| task.hints.is_empty()) {
            return Did::Tell("This task has no hints".into());
        }
        let mut leads = Vec::new();
        for id in self.meant(learner, to_all, Some(at), course) {
            let Some(to) = self.roster.learner(&id) else { continue };
            let state = to.progress.exercise(at.0);
            let sent = self.hinted.entry((id.clone(), at.0.into(), at.1.into())).or_default();
            let next = state.hints.get(at.1).copied().unwrap_or(0).max(*sent);
            // What was drawn for a learner stands in their hints.
            let drawn = exercise.drawn(&state.vars);
            if let Some(text) = drawn.task(at.1).and_then(|task| task.hints.get(next)) {
                *sent = next + 1;
                let (exercise, task, text) = (at.0.into(), at.1.into(), text.clone());
                leads.push(Lead::Hint { to: Some(id), exercise, task, text });
            }
        }
        if leads.is_empty() { Did::Tell("They have all hints of this task".into()) } else { Did::Lead(leads) }
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
        if self.is_door_closed {
            left.push(Span::styled(" · nobody new comes in", theme.strong));
        }
        let hands = self.roster.hands();
        if let Some((first, _)) = hands.first() {
            let name = self.roster.learner(first).map(|l| l.name.clone()).unwrap_or_default();
            let more = if hands.len() > 1 { format!(" and {} more", hands.len() - 1) } else { String::new() };
            left.push(Span::styled(format!(" · hand up: {name}{more}"), theme.strong));
        }
        let shells = self.roster.shells();
        if let Some(first) = shells.first() {
            let more =
                if shells.len() > 1 { format!(" and {} more", shells.len() - 1) } else { String::new() };
            left.push(Span::styled(format!(" · shell: {first}{more}"), theme.strong));
        }
        if let Some(poll) = self.standing.poll.as_ref() {
            let text = match poll.open {
                true => format!(" · poll open, {} of {}", poll.answered, self.here()),
                false => format!(" · poll closed, {} answered", poll.answered),
            };
            left.push(Span::styled(text, theme.info));
        }
        if let Some(exercise) = &self.standing.exercise {
            left.push(Span::styled(format!(" · all work on {exercise}"), theme.info));
        }
        if let Some(stuck) = self.roster.stuck().first() {
            left.push(Span::styled(
                format!(" · stuck: '{}' × {}", stuck.differs, stuck.learners.len()),
                theme.warn,
            ));
        }
        let mut right = Vec::new();
        if self.showing {
            let key = &self.show_key;
            right.push(Span::styled(format!(" ◉ class sees your shell · {key} ends it "), theme.warn));
        }
        if let Some(timer) = self.standing.timer {
            right.push(clock(timer, now, theme));
        }
        (left, right)
    }
}
