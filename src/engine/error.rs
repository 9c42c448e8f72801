//! What can go wrong between us and an engine, each with what to do about it.

use std::error::Error as _;
use std::io::ErrorKind;

use bollard::errors::Error as Wire;

const NOT_THERE: &str = "is not there";
const NOBODY: &str = "nothing listens there";
pub(super) const HUNG_UP: &str = "the engine closed the connection";

/// The world's failures, told apart by what a person does next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    #[error("no container engine was found on this machine")]
    Absent,
    #[error("no container engine answers at {at} ({reason})")]
    Unreachable { at: String, reason: String },
    #[error("this user may not talk to the container engine at {at}")]
    Denied { at: String },
    #[error("{at} cannot be used from here: {reason}")]
    Unsupported { at: String, reason: String, remedy: String },
    #[error("the engine did not answer within {seconds} s ({what})")]
    Slow { what: String, seconds: u64 },
    #[error("{message}")]
    NotFound { message: String },
    #[error("{message}")]
    Conflict { message: String },
    /// It answers, but not in a way that we understand.
    #[error("the engine's answer was not understood ({message})")]
    Incompatible { message: String },
    #[error("the engine refused: {message}")]
    Refused { status: u16, message: String },
}

impl EngineError {
    /// What to do now, as a sentence for the learner.
    pub fn remedy(&self) -> String {
        match self {
            Self::Absent => "Install Docker, or start it if it is installed; `pilotwhale doctor` shows how on \
                             this system. Slides and quizzes work without it."
                .into(),
            Self::Unreachable { at, .. } => start_engine(at),
            Self::Denied { at } if at.contains("podman") => {
                "Start Podman's own service for your user: systemctl --user start podman.socket".into()
            }
            Self::Denied { .. } if cfg!(target_os = "macos") => {
                "Start Docker Desktop (or Colima, OrbStack) as the user that you are now.".into()
            }
            Self::Denied { .. } => {
                "Add yourself to the docker group: sudo usermod -aG docker $USER, then log out and in again."
                    .into()
            }
            Self::Unsupported { remedy, .. } => remedy.clone(),
            Self::Slow { .. } => "The engine is busy or stuck. Wait a moment; if it stays so, restart it.".into(),
            Self::NotFound { .. } => "It is gone, or its name is spelled differently; look at the list.".into(),
            Self::Conflict { .. } => {
                "Something that exists is in the way: remove or rename it, or stop what uses it, and try again."
                    .into()
            }
            Self::Incompatible { .. } => {
                "This engine may be much older or newer than pilotwhale; update the older one of the two.".into()
            }
            Self::Refused { .. } => "The engine's message says what it did not like.".into(),
        }
    }

    /// A few calm words for a frame that says elsewhere what was lost; no address and nothing of the wire's own language.
    pub fn in_short(&self) -> String {
        match self {
            Self::Absent => "there is none".into(),
            Self::Unreachable { reason, .. } if reason.ends_with(NOT_THERE) => "its socket is gone".into(),
            Self::Unreachable { reason, .. } if reason == NOBODY || reason == HUNG_UP => reason.clone(),
            Self::Unreachable { .. } => "the connection broke off".into(),
            Self::Denied { .. } => "this user may not talk to it".into(),
            Self::Unsupported { reason, .. } => reason.clone(),
            Self::Slow { .. } => "it is too slow to answer".into(),
            Self::Incompatible { .. } => "its answer was not understood".into(),
            Self::NotFound { .. } | Self::Conflict { .. } | Self::Refused { .. } => {
                "it refuses to be watched".into()
            }
        }
    }

    /// Sorts an error of the wire into ours; `at` names the endpoint for the message.
    pub(super) fn from_wire(error: Wire, at: &str) -> Self {
        match error {
            Wire::DockerResponseServerError { status_code, message } => from_status(status_code, message),
            Wire::SocketNotFoundError(path) => {
                Self::Unreachable { at: at.into(), reason: format!("{path} {NOT_THERE}") }
            }
            Wire::RequestTimeoutError => Self::Slow { what: at.into(), seconds: 120 },
            Wire::UnsupportedURISchemeError { uri } => Self::Unsupported {
                at: uri,
                reason: "this kind of address is not supported".into(),
                remedy: "Set DOCKER_HOST to a unix:// or tcp:// address.".into(),
            },
            Wire::JsonDataError { message, .. } => Self::Incompatible { message },
            Wire::JsonSerdeError { err } => Self::Incompatible { message: err.to_string() },
            other => from_cause(&other, at),
        }
    }
}

fn from_status(status: u16, message: String) -> EngineError {
    match status {
        403 => EngineError::Refused { status, message },
        404 => EngineError::NotFound { message },
        409 => EngineError::Conflict { message },
        _ => EngineError::Refused { status, message },
    }
}

/// Looks for the operating system's own error below the layers of an HTTP client.
fn from_cause(error: &Wire, at: &str) -> EngineError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = match error {
        Wire::IOError { err } => Some(err),
        other => other.source(),
    };
    let mut last = error.to_string();
    while let Some(e) = cause {
        last = e.to_string();
        let kind = e.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        match kind {
            Some(ErrorKind::PermissionDenied) => return EngineError::Denied { at: at.into() },
            Some(ErrorKind::NotFound) => {
                return EngineError::Unreachable { at: at.into(), reason: format!("its socket {NOT_THERE}") };
            }
            Some(ErrorKind::ConnectionRefused) => {
                return EngineError::Unreachable { at: at.into(), reason: NOBODY.into() };
            }
            _ => cause = e.source(),
        }
    }
    EngineError::Unreachable { at: at.into(), reason: last }
}

fn start_engine(at: &str) -> String {
    let how = if at.contains(".colima") {
        "Start Colima: colima start"
    } else if at.contains(".orbstack") {
        "Start OrbStack: orb start"
    } else if at.contains(".rd/") {
        "Start Rancher Desktop."
    } else if at.contains("/desktop/") || at.contains(".docker/run") {
        "Start Docker Desktop."
    } else if at.contains("podman") {
        "Start Podman's service: systemctl --user start podman.socket"
    } else if at.contains("/run/user/") {
        "Start your own Docker: systemctl --user start docker"
    } else if at.starts_with("tcp:") {
        "Check that the address in DOCKER_HOST is right and that the engine there is up."
    } else if cfg!(target_os = "macos") {
        "Start Docker Desktop (or Colima, OrbStack)."
    } else {
        "Start Docker: sudo systemctl start docker (or sudo service docker start)"
    };
    format!("{how}. pilotwhale keeps trying.").replace("..", ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_short_has_no_address_and_no_errno() {
        let lost = |reason: &str| EngineError::Unreachable { at: "unix:///x".into(), reason: reason.into() };
        for (error, words) in [
            (lost("/x is not there"), "its socket is gone"),
            (lost(NOBODY), "nothing listens there"),
            (lost("Broken pipe (os error 32)"), "the connection broke off"),
            (EngineError::Slow { what: "info".into(), seconds: 5 }, "it is too slow to answer"),
        ] {
            assert_eq!(error.in_short(), words);
        }
    }

    #[test]
    fn sorts_statuses() {
        let e = |status_code| {
            EngineError::from_wire(Wire::DockerResponseServerError { status_code, message: "m".into() }, "x")
        };
        assert!(matches!(e(404), EngineError::NotFound { .. }));
        assert!(matches!(e(409), EngineError::Conflict { .. }));
        assert!(matches!(e(500), EngineError::Refused { status: 500, .. }));
    }

    #[test]
    fn permission_is_told_apart_from_absence() {
        let io = |k| Wire::IOError { err: std::io::Error::from(k) };
        assert!(matches!(
            EngineError::from_wire(io(ErrorKind::PermissionDenied), "x"),
            EngineError::Denied { .. }
        ));
        assert!(matches!(
            EngineError::from_wire(io(ErrorKind::ConnectionRefused), "x"),
            EngineError::Unreachable { .. }
        ));
    }

    #[test]
    fn every_remedy_is_a_sentence() {
        let all = [
            EngineError::Absent,
            EngineError::Unreachable {
                at: "unix:///home/u/.colima/docker.sock".into(),
                reason: String::new(),
            },
            EngineError::Denied { at: "unix:///run/podman/podman.sock".into() },
            EngineError::Slow { what: "list".into(), seconds: 5 },
        ];
        for e in all {
            assert!(e.remedy().len() > 20, "{e:?}");
            assert!(!e.remedy().contains(".."), "{e:?}");
        }
    }
}
