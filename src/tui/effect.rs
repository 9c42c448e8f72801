//! What the app asks of the world, as data; `effects` carries it out and answers with messages.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;

use super::answers::Colors;
use crate::class;
use crate::course::Vars;
use crate::facts::{Kept, Kind, Observed, Run, Thing};
use crate::progress;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Quit,
    /// Quit, unless something runs in the shell.
    AskToQuit,
    /// Look for an engine, by all means, and start the shell beside it.
    Wake,
    /// Look for an engine again: something has happened that may have brought one.
    LookAgain,
    Record(progress::Event),
    /// Keep a run that was seen, for a restart and for a headless grade.
    KeepRun {
        exercise: String,
        run: u64,
        seen: Arc<Run>,
    },
    /// Keep a call of the learner's, likewise.
    KeepSeen {
        exercise: String,
        run: u64,
        call: Arc<Observed>,
    },
    /// Keep what was here at some time, likewise.
    KeepThings {
        exercise: String,
        run: u64,
        things: Vec<Thing>,
    },
    /// Keep what the learner typed in for a task.
    KeepAnswer {
        exercise: String,
        run: u64,
        prompt: String,
        answer: String,
    },
    /// Ring the terminal's bell.
    Bell,
    /// Let the terminal show this on the desktop.
    Notify(String),
    /// To the terminal's clipboard.
    Copy(String),
    Shell(ShellEffect),
    Engine(EngineEffect),
    Exercise(ExerciseEffect),
    /// Let a delete that is held go on, or refuse it.
    AnswerGuard {
        question: u64,
        yes: bool,
    },
    /// Read the course again whenever one of these files changes.
    Watch(Vec<PathBuf>),
    /// Read the course again now.
    Reload,
    /// As the instructor of a class.
    Lead(class::Lead),
    /// As a learner in a class.
    AskClass(class::Asked),
    /// Show the shell to the class, or as a learner to the instructor; or show it no more.
    ShowShell(bool),
}

#[derive(Clone, Debug, PartialEq)]
pub enum ShellEffect {
    /// Put a command on the prompt, in place of one that the app put there and nobody ran. It is never run.
    Type(String),
    /// Put a name behind what stands there.
    Insert(String),
    Key(KeyEvent),
    /// Row and column are relative to the shell's own area.
    Mouse(MouseEvent),
    Paste(String),
    Resize {
        cols: u16,
        rows: u16,
    },
    /// Lines to scroll back, negative for down.
    Scroll(i32),
    Focus(bool),
    /// What the outer terminal says of its colours, for programs that ask.
    Colors(Colors),
    Restart,
}

#[derive(Clone, Debug, PartialEq)]
pub enum EngineEffect {
    Inspect {
        kind: Kind,
        id: String,
    },
    /// Follow the log of one container; None stops following.
    FollowLogs(Option<String>),
    /// The containers whose CPU and memory are on the screen now.
    Sample(Vec<String>),
    /// A command of the shell has ended; it may have done what no event tells.
    CommandEnded,
    Stop {
        id: String,
        name: String,
    },
    Start {
        id: String,
        name: String,
    },
    Remove {
        kind: Kind,
        id: String,
        name: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExerciseEffect {
    Begin {
        exercise: String,
        run: u64,
        /// What was drawn for this run.
        vars: Vars,
    },
    Grade {
        exercise: String,
        run: u64,
        vars: Vars,
        since: Timestamp,
        /// What was seen since then.
        seen: Seen,
        /// Tasks that passed before, with what was found.
        passed: BTreeMap<String, String>,
        /// What they were found in, by the names that later tasks use.
        bound: BTreeMap<String, String>,
    },
    /// Find out what a reset would remove.
    PlanReset { exercise: String, run: u64, vars: Vars, since: Timestamp },
    /// Remove what was planned.
    Reset { exercise: String, run: u64, vars: Vars },
}

/// What was seen for one exercise since it began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Oldest first.
    pub runs: Vec<Arc<Run>>,
    pub calls: Vec<Arc<Observed>>,
    /// By the question.
    pub answers: BTreeMap<String, String>,
    /// Images, volumes and networks that were here at some time.
    pub things: Vec<Thing>,
}

impl Seen {
    /// The newest knowledge of a container takes the place of the older, except for what its ports had answered.
    pub fn add_run(&mut self, mut run: Run) -> Arc<Run> {
        let known = self.runs.iter_mut().find(|r| r.id == run.id);
        run.learn(known.as_ref().map(|known| known.probes.clone()).unwrap_or_default());
        let run = Arc::new(run);
        match known {
            Some(known) => *known = Arc::clone(&run),
            None => self.runs.push(Arc::clone(&run)),
        }
        run
    }

    pub fn add_call(&mut self, call: &Arc<Observed>) {
        match self.calls.iter_mut().rev().find(|c| (c.at, c.call) == (call.at, call.call)) {
            Some(known) => *known = Arc::clone(call),
            None => self.calls.push(Arc::clone(call)),
        }
    }
}

impl From<Kept> for Seen {
    fn from(kept: Kept) -> Self {
        Self {
            runs: kept.runs.into_iter().map(Arc::new).collect(),
            calls: kept.seen.into_iter().map(Arc::new).collect(),
            answers: kept.answers,
            things: kept.things,
        }
    }
}

impl From<&Seen> for Kept {
    fn from(seen: &Seen) -> Self {
        Self {
            runs: seen.runs.iter().map(|run| (**run).clone()).collect(),
            seen: seen.calls.iter().map(|call| (**call).clone()).collect(),
            answers: seen.answers.clone(),
            things: seen.things.clone(),
        }
    }
}

impl ExerciseEffect {
    /// Which exercise, which run of it, and what was drawn for that.
    pub fn names(&self) -> (&str, u64, &Vars) {
        match self {
            Self::Begin { exercise, run, vars }
            | Self::Grade { exercise, run, vars, .. }
            | Self::PlanReset { exercise, run, vars, .. }
            | Self::Reset { exercise, run, vars } => (exercise, *run, vars),
        }
    }
}
