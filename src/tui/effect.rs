//! What the app asks of the world, as data; `effects` carries it out and answers with messages.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;

use super::answers::Colors;
use crate::check::Needs;
use crate::class;
use crate::course::Vars;
use crate::facts::{Keep, Kind, LogFrom, Snapshot};
use crate::progress;
use crate::session::Attempt;

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
    /// Keep what was seen or typed in for an attempt, for a restart and for a headless grade.
    Keep {
        exercise: String,
        run: u64,
        what: Keep,
    },
    /// What has to be recorded for the attempts that are under way: the first of them began at `since`.
    RecordFrom {
        since: Timestamp,
        needs: Needs,
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
    /// Follow these logs, and no others any more.
    FollowLogs(Vec<LogFrom>),
    /// Follow these beside the others; one that is followed already begins again.
    FollowMoreLogs(Vec<LogFrom>),
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
    Restart {
        id: String,
        name: String,
    },
    Pause {
        id: String,
        name: String,
    },
    Unpause {
        id: String,
        name: String,
    },
    /// What is different in a container from its image.
    Compare(String),
    /// Write a log into a new file of the learner's folder.
    SaveLog {
        name: String,
        text: String,
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
        /// What was recorded of it until now.
        attempt: Box<Attempt>,
        /// What the engine holds, as it was watched.
        here: Arc<Snapshot>,
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
