//! What can stop a rehearsal as a whole: the world, never the course.

use std::io;
use std::path::PathBuf;

use crate::engine::EngineError;
use crate::lab::LabError;
use crate::lab::observe::ObserveError;
use crate::shell::SpawnError;
use crate::tap::ledger::LedgerError;

#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error(transparent)]
    Observe(#[from] ObserveError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Shell(#[from] SpawnError),
    #[error("there is no bash on this machine's PATH")]
    NoBash,
    #[error("the shell gave no prompt within {0} seconds")]
    NoPrompt(u64),
    #[error("{path} can't be written: {source}", path = .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the engine went away: {0}")]
    Lost(String),
}

impl RehearsalError {
    pub fn remedy(&self) -> String {
        match self {
            Self::Engine(error) => error.remedy(),
            Self::Lab(error) => error.remedy(),
            Self::Observe(error) => error.remedy(),
            Self::Ledger(error) => error.remedy(),
            Self::Shell(error) => error.remedy().into(),
            Self::NoBash => "Install bash: scripts and slides are typed into it.".into(),
            Self::NoPrompt(_) => "Close what keeps this machine busy, and try again.".into(),
            Self::File { .. } => {
                "Make room on the disk, or set TMPDIR to a folder that you can write.".into()
            }
            Self::Lost(_) => "Start it again, and then the rehearsal.".into(),
        }
    }

    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
