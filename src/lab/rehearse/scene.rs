//! One thing that was rehearsed, and what an author got wrong in it.

use std::path::PathBuf;
use std::time::Duration;

use crate::course::{Diagnostic, Tool};

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SceneKind {
    /// A command on a slide.
    Command,
    /// An exercise that was begun, and nothing done.
    Starter,
    /// What solves a task or an exercise.
    Solution,
    Accept,
    Reject,
}

#[derive(Clone, Debug)]
pub struct Scene {
    /// The lesson or exercise that it belongs to.
    pub of: String,
    pub kind: SceneKind,
    /// The command, or what the author calls it.
    pub name: String,
    pub path: PathBuf,
    pub line: usize,
    pub took: Duration,
    /// None where all was as the author says.
    pub mistakes: Vec<Diagnostic>,
}

/// What a rehearsal says while it goes on.
#[derive(Clone, Debug)]
pub enum Told<'a> {
    /// A lesson or an exercise begins.
    Part {
        id: &'a str,
        title: &'a str,
    },
    /// This is being rehearsed now.
    Begins {
        name: &'a str,
    },
    Scene(Scene),
    /// This way needs what the machine does not have.
    LeftOut {
        of: &'a str,
        name: &'a str,
        lacks: Tool,
    },
}
