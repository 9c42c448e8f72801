//! Everything that can happen to the app: input, and the world's answers.

use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;

use crate::check::Report;
use crate::course::{Course, Diagnostic};
use crate::facts::{Detail, Kind, Link, LogLine, Run, Sample, Snapshot};

#[derive(Clone, Debug)]
pub enum Msg {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(String),
    Resize(u16, u16),
    Focus(bool),
    /// The time, sent only while something on the screen depends on it.
    Tick(Timestamp),

    Link(Link),
    /// Which engine this is and why this one, as one line.
    Endpoint(String),
    Snapshot(Arc<Snapshot>),
    Samples(Vec<(String, Sample)>),
    Detail {
        kind: Kind,
        id: String,
        detail: Result<Box<Detail>, String>,
    },
    Log {
        id: String,
        lines: Vec<LogLine>,
        ended: Option<String>,
    },
    /// A stop, start or removal that was asked for: its command in words, and how it went.
    Acted {
        what: String,
        outcome: Result<(), String>,
    },
    Run(Arc<Run>),

    ShellDirty,
    ShellExited(Option<i32>),

    Begun {
        exercise: String,
        run: u64,
        outcome: Result<(), String>,
    },
    Graded {
        exercise: String,
        run: u64,
        report: Box<Report>,
    },
    WasReset {
        exercise: String,
        run: u64,
        outcome: Result<Vec<String>, String>,
    },

    Reloaded {
        lesson: usize,
        course: Arc<Course>,
        problems: Vec<Diagnostic>,
    },
    /// Something failed that the learner must know of, with what to do about it.
    Trouble {
        what: String,
        remedy: String,
    },
}
