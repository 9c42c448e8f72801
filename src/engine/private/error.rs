//! Why there is no private engine, and what to do about it.

use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivateError {
    #[error("neither dockerd nor podman is installed, so there is nothing to start a private engine from")]
    NotInstalled,
    #[error("a private engine needs root, or Docker's rootless tools, and there are neither")]
    NotRoot,
    #[error("a private engine needs the program `{tool}`, which is not installed")]
    ToolMissing { tool: String },
    #[error("the path of the private engine's socket is too long ({})", path.display())]
    PathTooLong { path: PathBuf },
    #[error("the private engine ended as soon as it was started:\n{log}")]
    Died { log: String },
    #[error("another pilotwhale uses the private engine, which does not answer any more")]
    InUse,
    #[error("it was given up before it answered")]
    GivenUp,
    #[error("the private engine was started and does not answer:\n{log}")]
    Silent { log: String },
    #[error("{what}: {reason}")]
    Failed { what: String, reason: String },
}

impl PrivateError {
    /// What to do now, as a sentence for the learner.
    pub fn remedy(&self) -> String {
        match self {
            Self::NotInstalled => "Install Docker; `pilotwhale doctor` shows how on this system.",
            Self::NotRoot => {
                "Install Docker's rootless tools (docker-ce-rootless-extras, or rootlesskit and uidmap) or podman, or \
                 use the engine that runs here: start pilotwhale without --private."
            }
            Self::ToolMissing { .. } => {
                "Install it (packages iproute2, util-linux, iptables, uidmap), or start pilotwhale without --private."
            }
            Self::PathTooLong { .. } => "Set PILOTWHALE_HOME or XDG_RUNTIME_DIR to a shorter path.",
            Self::Died { .. } | Self::Silent { .. } => {
                "These lines are the end of its own log. A system where containers may not be started, or a full disk, \
                 are the usual reasons; another engine on this machine works as well."
            }
            Self::Failed { .. } => "This needs root with all its rights; another engine on this machine works as well.",
            Self::InUse => "Close the other pilotwhale, then start this one again.",
            Self::GivenUp => "Start pilotwhale again.",
        }
        .into()
    }
}
