//! What the exercise subcommands share: course, progress file, folders and engine.

use std::fmt;
use std::io::{BufRead, IsTerminal};

use super::Ending;
use super::chosen::Chosen;
use super::print::{say, tell};
use crate::course::{Course, Exercise};
use crate::engine::{Engine, EngineError, Surroundings, discover};
use crate::lab::LabError;
use crate::paths::Paths;
use crate::progress::{ExerciseProgress, Progress, Store, StoreError};

/// Why a subcommand stopped: what happened, what to do, and the exit code.
#[derive(Debug)]
pub(super) struct Stopped {
    pub what: String,
    pub remedy: String,
    pub ending: Ending,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if !self.remedy.is_empty() {
            write!(f, "\n  {}", self.remedy)?;
        }
        Ok(())
    }
}

impl Stopped {
    pub(super) fn usage(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), ending: Ending::Usage }
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self { what: error.to_string(), remedy: error.remedy(), ending: Ending::CouldNot }
    }
}

impl From<EngineError> for Stopped {
    fn from(error: EngineError) -> Self {
        Self { what: error.to_string(), remedy: error.remedy(), ending: Ending::CouldNot }
    }
}

impl From<LabError> for Stopped {
    fn from(error: LabError) -> Self {
        let ending = match error {
            LabError::Outside(_) | LabError::Untrusted | LabError::Faulty { .. } => Ending::Usage,
            LabError::Engine(_) | LabError::File { .. } | LabError::SetUp { .. } => Ending::CouldNot,
        };
        Self { what: error.to_string(), remedy: error.remedy(), ending }
    }
}

/// The course and the learner's progress, open.
pub(super) struct Desk {
    pub course: Course,
    pub paths: Paths,
    pub store: Store,
    pub progress: Progress,
}

impl Desk {
    pub(super) fn open(chosen: &Chosen) -> Result<Self, Stopped> {
        let (course, paths) = chosen.open()?;
        Self::at(course, paths)
    }

    /// The same for a course that is read already.
    pub(super) fn at(course: Course, paths: Paths) -> Result<Self, Stopped> {
        let opened = Store::open(&paths.progress_file())?;
        if let Some(aside) = opened.set_aside {
            tell!("pilotwhale: the progress file could not be read; it was kept as {}", aside.display());
        }
        let progress = Progress::fold(opened.store.events()?);
        Ok(Self { course, paths, store: opened.store, progress })
    }

    pub(super) fn exercise(&self, id: &str) -> Result<Exercise, Stopped> {
        exercise_of(&self.course, id)
    }

    pub(super) fn state(&self, id: &str) -> ExerciseProgress {
        self.progress.exercise(id)
    }
}

pub(super) fn exercise_of(course: &Course, id: &str) -> Result<Exercise, Stopped> {
    course.exercise(id).cloned().ok_or_else(|| {
        let all: Vec<&str> = course.exercises.iter().map(|e| e.id.as_str()).collect();
        Stopped::usage(
            format!("there is no exercise {id}"),
            format!("The exercises are: {}.", all.join(", ")),
        )
    })
}

/// The engine that the docker CLI would use.
pub(super) async fn connect() -> Result<Engine, EngineError> {
    let discovery = discover(&Surroundings::of_this_machine());
    match &discovery.chosen {
        Some(endpoint) => Engine::connect(endpoint).await,
        None => Err(discovery.problem().unwrap_or(EngineError::Absent)),
    }
}

/// Runs a future to its end on this thread.
pub(super) fn wait<T>(future: impl Future<Output = T>) -> Result<T, Stopped> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Stopped {
        what: format!("the program could not start its own work: {e}"),
        remedy: "Close some programs and try again.".into(),
        ending: Ending::CouldNot,
    })?;
    Ok(runtime.block_on(future))
}

/// Yes only where somebody could be asked and said so.
pub(super) fn agreed(question: &str) -> Result<bool, Stopped> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Stopped::usage(
            "nobody can be asked, because the input is not a terminal",
            "Say --yes to do what is listed above.",
        ));
    }
    say(&format!("{question} [y/N] "));
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    Ok(read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
