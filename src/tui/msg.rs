//! Everything that can happen to the app: input, and the world's answers.

use std::collections::HashSet;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};

use super::answers::Colors;
use super::widget::terminal::Screen;
use crate::check::Report;
use crate::class::{Change, Heard};
use crate::course::Course;
use crate::facts::{
    CommandEnd, Detail, Difference, Kind, Link, LogEnd, LogLine, Looked, Observed, Past, Run, Sample,
    Snapshot, Thing,
};

#[derive(Clone, Debug)]
pub enum Msg {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(String),
    Resize(u16, u16),
    Focus(bool),
    /// What the outer terminal says of its colours.
    Colors(Colors),
    /// Time has passed; sent only while something on the screen depends on it.
    Tick,

    Link(Link),
    /// Why this engine, in few words; empty while there is none.
    Endpoint {
        why: String,
        /// The name of the engine's machine, where that is another one.
        machine: Option<String>,
    },
    /// No engine answers, so one of our own is being started: this takes some seconds.
    Starting,
    /// The command that installs an engine on this system, where one is known.
    Install(Option<String>),
    Snapshot(Arc<Snapshot>),
    /// An image got a name; a volume or network came or went.
    Thing(Arc<Thing>),
    /// All that the engine remembers since what is recorded began.
    Past(Arc<Past>),
    /// The answer to a question on a slide that waited longest is kept.
    Kept,
    Samples(Vec<(String, Sample)>),
    Detail {
        kind: Kind,
        id: String,
        detail: Result<Box<Detail>, String>,
    },
    /// How a container's files differ from its image's.
    Differences {
        id: String,
        differences: Result<Vec<Difference>, String>,
    },
    Log {
        id: String,
        lines: Vec<LogLine>,
        ended: Option<LogEnd>,
    },
    /// A stop, start or removal that was asked for: its command in words, and how it went.
    Acted {
        what: String,
        outcome: Result<(), String>,
    },
    Run(Arc<Run>),
    /// A call that the tap saw, or what became of one.
    Observed(Arc<Observed>),
    /// Whether the shell's calls are seen, and in a sentence why not.
    Observing {
        on: bool,
        reason: String,
    },

    ShellStarted {
        screen: Screen,
        name: String,
    },
    ShellDirty,
    /// A command that was typed in the shell has ended.
    CommandEnded(CommandEnd),
    /// What the app had put on the prompt was run.
    CommandRun(String),
    /// A command was not put on the prompt, and why: a sentence with what to do.
    NotTyped(String),
    /// The learner wants to quit; with the name of the program that runs in the shell.
    MayQuit(Option<String>),
    /// A program in the shell rang the bell.
    Bell,
    /// A program in the shell has something for the learner's desktop.
    Notification(String),
    ShellExited(Option<i32>),
    ShellFailed(String),
    /// Text that was selected in the shell, or that a program there copied.
    Selected(String),

    /// Whether the exercise's folder is ready; with its path.
    Begun {
        exercise: String,
        run: u64,
        outcome: Result<String, String>,
    },
    Graded {
        exercise: String,
        run: u64,
        report: Box<Report>,
        /// What was found on the way and can't be asked for again later.
        looked: Box<Looked>,
    },
    /// Something is about to change that sends no event: judge this exercise again.
    LookAgain(String),
    /// What a reset would remove, one line each.
    ResetPlanned {
        exercise: String,
        run: u64,
        plan: Result<Vec<String>, String>,
    },
    WasReset {
        exercise: String,
        run: u64,
        outcome: Result<Vec<String>, String>,
    },

    /// The course was read again, with the mistakes in it.
    Reloaded(Arc<Course>),
    /// A delete of something that the course did not make waits for an answer; with what would go, a line each.
    Ask {
        question: u64,
        command: String,
        objects: Vec<String>,
    },
    /// Whoever waited for this answer is gone.
    AskOver(u64),
    /// To a learner, from the class that they follow.
    Heard(Heard),
    /// To an instructor: what has happened in the class.
    Class(Vec<Change>),
    /// The ids of what the course made.
    Made(HashSet<String>),
    /// Something that is good to know and asks for nothing.
    Notice(String),
    /// Something failed that the learner must know of, with what to do about it.
    Trouble {
        what: String,
        remedy: String,
    },
    /// What `Trouble` told in these words is over.
    TroubleOver(String),
}
