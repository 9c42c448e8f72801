//! What can stop an exercise from being prepared or put back.

use std::io;
use std::path::{Path, PathBuf};

use crate::engine::EngineError;

#[derive(Debug, thiserror::Error)]
pub enum LabError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("{path} can't be written: {source}", path = .path.display())]
    File { path: PathBuf, source: io::Error },
    /// An author's mistake: a starter file belongs into the exercise's folder and nowhere else.
    #[error("the starter file {0} would land outside of the exercise's folder")]
    Outside(String),
    #[error("the script that this exercise begins with failed: {how}")]
    SetUp { how: String, said: String },
    #[error("this exercise begins with a script, and you have not said that it may run")]
    Untrusted,
    /// An author's mistake: what it would ask for is not known.
    #[error("the exercise {exercise} has a mistake in its file, so it is not begun: {fault}")]
    Faulty { exercise: String, fault: String },
}

impl LabError {
    pub fn remedy(&self) -> String {
        match self {
            Self::Engine(error) => error.remedy(),
            Self::File { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "The disk is full. Make some room, then try again.".into()
            }
            Self::File { path, .. } => format!(
                "Let your user write there, or set PILOTWHALE_HOME to another folder. Nothing else was touched beside {}.",
                path.display()
            ),
            Self::Outside(_) | Self::Faulty { .. } => {
                "This is a mistake in the course: tell its author.".into()
            }
            Self::SetUp { said, .. } if said.is_empty() => "Mend that, then begin again.".into(),
            Self::SetUp { said, .. } => {
                format!("Mend that, then begin again. Its last words were:\n{said}")
            }
            Self::Untrusted => {
                "Start pilotwhale anew: it shows the script and asks. Or say --trust, if you know the course."
                    .into()
            }
        }
    }

    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::File { path: path.into(), source }
    }
}
