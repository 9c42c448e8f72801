//! What the app asks of the world, as data; `effects` carries it out and answers with messages.

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::facts::Kind;
use crate::progress;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Quit,
    Record(progress::Event),
    /// To the terminal's clipboard.
    Copy(String),
    Shell(ShellEffect),
    Engine(EngineEffect),
    Exercise(ExerciseEffect),
    /// Read this lesson or deck file again.
    Reload {
        lesson: usize,
        path: PathBuf,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum ShellEffect {
    /// Put text on the prompt; it never holds a newline, so nothing runs.
    Type(String),
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
    Begin { exercise: String, run: u64 },
    Grade { exercise: String, run: u64 },
    Reset { exercise: String, run: u64 },
}
