//! The state machine of one exercise: inputs in, requests and events out. No I/O and no clock.

use std::collections::BTreeSet;

use super::consequences;
use crate::check::{Report, TaskReport, Verdict};
use crate::course::{Exercise, TaskMode, draw};
use crate::facts::Keep;
use crate::progress::{Event, ExerciseProgress, Stage};

/// What the learner sees of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    #[default]
    Idle,
    Preparing,
    Working,
    /// A grading is under way; the last report still stands.
    Checking,
    Passed,
    Resetting,
    /// Something in the world is in the way. The last report is kept and is old.
    Blocked {
        was: Was,
        reason: String,
        remedy: String,
    },
}

/// What was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Was {
    Preparing,
    Working,
    Resetting,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Begin {
        /// What the variables of this attempt are drawn with.
        seed: u64,
    },
    /// The app was started and this exercise may be under way.
    Resume,
    Begun {
        run: u64,
        outcome: Result<(), String>,
    },
    /// The engine's state changed, or a run was recorded.
    Seen,
    /// The learner asked.
    Check,
    Graded {
        run: u64,
        report: Box<Report>,
    },
    Hint {
        task: String,
    },
    GiveUp,
    Reset,
    WasReset {
        run: u64,
        outcome: Result<(), String>,
    },
    /// The learner was asked and said no.
    ResetCancelled {
        run: u64,
    },
    EngineLost {
        reason: String,
        remedy: String,
    },
    EngineBack,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    Prepare {
        run: u64,
    },
    Grade {
        run: u64,
    },
    Clean {
        run: u64,
    },
    Record(Event),
    /// Keep what was seen for this attempt, for a restart and for a headless grade.
    Keep(Keep),
}

/// One exercise. At most one grading is under way and at most one waits; answers for another run are dropped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExerciseState {
    pub phase: Phase,
    pub record: ExerciseProgress,
    /// The last verdicts of this run.
    pub report: Option<Report>,
    /// Set until the first answer after a begin or a start of the app.
    first_look: bool,
    /// Differences that were there before the learner did anything: an image of long ago is no wrong try.
    known: BTreeSet<(String, String)>,
    in_flight: bool,
    queued: bool,
    lost: Option<(String, String)>,
}

impl ExerciseState {
    pub fn new(record: ExerciseProgress) -> Self {
        let phase = match record.stage {
            Stage::NotStarted => Phase::Idle,
            Stage::Working => Phase::Working,
            Stage::Passed => Phase::Passed,
        };
        Self { phase, record, ..Self::default() }
    }

    /// The solution may be read after a pass or after giving up.
    pub fn shows_solution(&self) -> bool {
        self.phase == Phase::Passed || self.record.assisted
    }

    pub fn hints_shown(&self, task: &str) -> usize {
        self.record.hints.get(task).copied().unwrap_or(0)
    }

    /// After three different wrong tries at a task it is time to offer a hint, if one is left.
    pub fn offers_hint(&self, exercise: &Exercise, task: &str) -> bool {
        let tries = self.record.attempts.get(task).map_or(0, BTreeSet::len);
        let hints = exercise.tasks.iter().find(|t| t.id == task).map_or(0, |t| t.hints.len());
        tries >= 3 && self.hints_shown(task) < hints
    }

    pub fn step(&mut self, exercise: &Exercise, input: Input) -> Vec<Output> {
        match input {
            Input::Begin { seed } => self.begin(exercise, seed),
            Input::Resume if self.phase == Phase::Working => {
                // What is so when the app starts was not done under its eyes.
                self.first_look = true;
                self.prepare()
            }
            Input::Resume => Vec::new(),
            Input::Begun { run, outcome } => self.begun(run, outcome),
            Input::Seen => self.look(),
            Input::Check => match self.phase {
                Phase::Blocked { was: Was::Preparing, .. } if self.lost.is_none() => self.prepare(),
                Phase::Blocked { was: Was::Resetting, .. } if self.lost.is_none() => {
                    self.after_reset_failed()
                }
                _ => self.look(),
            },
            Input::Graded { run, report } => self.graded(exercise, run, *report),
            Input::Hint { task } => self.hint(exercise, &task),
            Input::GiveUp => self.give_up(exercise),
            Input::Reset => self.reset(),
            Input::WasReset { run, outcome } => self.was_reset(exercise, run, outcome),
            Input::ResetCancelled { run } => self.reset_cancelled(run),
            Input::EngineLost { reason, remedy } => self.engine_lost(reason, remedy),
            Input::EngineBack => self.engine_back(),
        }
    }

    fn begin(&mut self, exercise: &Exercise, seed: u64) -> Vec<Output> {
        if !matches!(self.phase, Phase::Idle | Phase::Passed) {
            return Vec::new();
        }
        let vars = draw(&exercise.vars, seed);
        let event = Event::ExerciseBegun { exercise: exercise.id.clone(), run: self.record.run + 1, vars };
        self.record.note(&event, None);
        self.report = None;
        self.first_look = true;
        self.known.clear();
        self.in_flight = false;
        self.queued = false;
        // The event comes first: what the learner does from now on counts.
        let mut outputs = vec![Output::Record(event)];
        outputs.extend(self.prepare());
        outputs
    }

    fn prepare(&mut self) -> Vec<Output> {
        self.phase = Phase::Preparing;
        vec![Output::Prepare { run: self.record.run }]
    }

    fn begun(&mut self, run: u64, outcome: Result<(), String>) -> Vec<Output> {
        let waits = matches!(self.phase, Phase::Preparing | Phase::Blocked { was: Was::Preparing, .. });
        if run != self.record.run || !waits {
            return Vec::new();
        }
        match (outcome, self.lost.clone()) {
            (Err(reason), _) => self.block(Was::Preparing, reason, String::new()),
            (Ok(()), Some((reason, remedy))) => self.block(Was::Working, reason, remedy),
            (Ok(()), None) => {
                self.phase = Phase::Working;
                self.look()
            }
        }
    }

    fn block(&mut self, was: Was, reason: String, remedy: String) -> Vec<Output> {
        self.phase = Phase::Blocked { was, reason, remedy };
        Vec::new()
    }

    fn look(&mut self) -> Vec<Output> {
        match self.phase {
            Phase::Working if self.in_flight => {
                self.phase = Phase::Checking;
                self.queued = true;
                Vec::new()
            }
            Phase::Working => {
                self.phase = Phase::Checking;
                self.in_flight = true;
                vec![Output::Grade { run: self.record.run }]
            }
            Phase::Checking => {
                self.queued = true;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn graded(&mut self, exercise: &Exercise, run: u64, report: Report) -> Vec<Output> {
        if run != self.record.run || !self.in_flight {
            return Vec::new();
        }
        self.in_flight = false;
        let blocked = matches!(self.phase, Phase::Blocked { was: Was::Working, .. });
        if self.phase != Phase::Checking && !blocked {
            return Vec::new();
        }
        if self.first_look && !report.could_not_check() {
            self.first_look = false;
            self.known.extend(already_so(exercise, &report));
        }
        let events = consequences(exercise, &self.record, &report, &self.known);
        events.iter().for_each(|e| self.record.note(e, None));
        let mut outputs: Vec<Output> = events.into_iter().map(Output::Record).collect();
        self.report = Some(report);
        if self.record.stage == Stage::Passed {
            self.phase = Phase::Passed;
            self.queued = false;
        } else if !blocked {
            self.phase = Phase::Working;
            if std::mem::take(&mut self.queued) {
                outputs.extend(self.look());
            }
        }
        outputs
    }

    /// Of a task that was not read yet nothing was tried: what the slides above it told to type may look like a slip, then
    /// and when it has been read.
    pub(super) fn before_reading(&mut self, unread: &[String], mut report: Report) -> Report {
        for task in report.tasks.iter_mut().filter(|task| unread.contains(&task.id)) {
            if let Verdict::NotRight { expected, differs, .. } = &task.verdict {
                self.known.insert((task.id.clone(), differs.clone()));
                let verdict = Verdict::NotYet { expected: expected.clone() };
                let bonus = task.bonus;
                *task = TaskReport { bonus, ..TaskReport::new(&task.id, &task.title, task.points, verdict) };
            }
        }
        report
    }

    fn at_work(&self) -> bool {
        matches!(self.phase, Phase::Working | Phase::Checking | Phase::Blocked { was: Was::Working, .. })
    }

    fn hint(&mut self, exercise: &Exercise, task: &str) -> Vec<Output> {
        let hints = exercise.tasks.iter().find(|t| t.id == task).map_or(0, |t| t.hints.len());
        let level = self.hints_shown(task) + 1;
        if !self.at_work() || level > hints {
            return Vec::new();
        }
        let (exercise, run) = (exercise.id.clone(), self.record.run);
        self.record_one(Event::HintTaken { exercise, run, task: task.into(), level })
    }

    fn give_up(&mut self, exercise: &Exercise) -> Vec<Output> {
        if !self.at_work() || self.record.assisted {
            return Vec::new();
        }
        self.record_one(Event::SolutionShown { exercise: exercise.id.clone(), run: self.record.run })
    }

    fn record_one(&mut self, event: Event) -> Vec<Output> {
        self.record.note(&event, None);
        vec![Output::Record(event)]
    }

    fn reset(&mut self) -> Vec<Output> {
        if matches!(self.phase, Phase::Idle | Phase::Resetting) {
            return Vec::new();
        }
        self.phase = Phase::Resetting;
        self.queued = false;
        vec![Output::Clean { run: self.record.run }]
    }

    fn was_reset(&mut self, exercise: &Exercise, run: u64, outcome: Result<(), String>) -> Vec<Output> {
        let waits = matches!(self.phase, Phase::Resetting | Phase::Blocked { was: Was::Resetting, .. });
        if run != self.record.run || !waits {
            return Vec::new();
        }
        if let Err(reason) = outcome {
            return self.block(Was::Resetting, reason, String::new());
        }
        self.phase = Phase::Idle;
        self.report = None;
        self.in_flight = false;
        self.record_one(Event::ExerciseReset { exercise: exercise.id.clone(), run })
    }

    fn reset_cancelled(&mut self, run: u64) -> Vec<Output> {
        if run != self.record.run || self.phase != Phase::Resetting {
            return Vec::new();
        }
        if self.record.stage == Stage::Passed {
            self.phase = Phase::Passed;
            return Vec::new();
        }
        self.phase = Phase::Working;
        self.look()
    }

    fn engine_lost(&mut self, reason: String, remedy: String) -> Vec<Output> {
        self.lost = Some((reason.clone(), remedy.clone()));
        let was = match self.phase {
            Phase::Preparing => Was::Preparing,
            Phase::Working | Phase::Checking => Was::Working,
            Phase::Resetting => Was::Resetting,
            _ => return Vec::new(),
        };
        self.block(was, reason, remedy)
    }

    fn engine_back(&mut self) -> Vec<Output> {
        if self.lost.take().is_none() {
            return Vec::new();
        }
        match self.phase {
            Phase::Blocked { was: Was::Preparing, .. } => self.prepare(),
            Phase::Blocked { was: Was::Working, .. } => {
                self.phase = Phase::Working;
                self.look()
            }
            Phase::Blocked { was: Was::Resetting, .. } => self.after_reset_failed(),
            _ => Vec::new(),
        }
    }

    /// Removing things is never taken up again by itself: the learner asks once more.
    fn after_reset_failed(&mut self) -> Vec<Output> {
        if self.record.stage == Stage::Passed {
            self.phase = Phase::Passed;
            return Vec::new();
        }
        self.phase = Phase::Working;
        self.look()
    }
}

/// What is not right at the first look though nothing was done yet: level tasks speak of the whole engine.
fn already_so(exercise: &Exercise, report: &Report) -> BTreeSet<(String, String)> {
    let level = |id: &str| exercise.tasks.iter().any(|t| t.id == id && t.mode == TaskMode::Level);
    let wrong = report.tasks.iter().filter(|t| level(&t.id)).filter_map(|t| match &t.verdict {
        Verdict::NotRight { differs, .. } => Some((t.id.clone(), differs.clone())),
        _ => None,
    });
    wrong.collect()
}
