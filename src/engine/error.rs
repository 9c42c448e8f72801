//! What can go wrong between us and an engine, each with what to do about it.

use std::error::Error as _;
use std::io::ErrorKind;

use bollard::errors::Error as Wire;

use super::discover::SCHEMES;
use super::install::starter;
use crate::dial::TooLarge;

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
    /// Something answers, and it is no container engine.
    #[error("what answers at {at} is no container engine: it said {answer}")]
    Stranger { at: String, answer: String },
    #[error("{message}")]
    NotFound { message: String },
    #[error("{message}")]
    Conflict { message: String },
    /// It answers, but not in a way that we understand.
    #[error("the engine's answer was not understood ({message})")]
    Incompatible { message: String },
    #[error("the engine's answer is larger than pilotwhale takes, and was left out")]
    TooLarge,
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
            Self::Stranger { .. } => {
                "Check the address. A proxy on the way there can answer in place of the engine; pilotwhale keeps trying."
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
            Self::TooLarge => {
                "`docker system df` says what the engine holds; remove what you do not need any more. A healthy engine never sends so much."
                    .into()
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
            Self::Stranger { .. } => "something else answers there".into(),
            Self::Unsupported { reason, .. } => reason.clone(),
            Self::Slow { .. } => "it is too slow to answer".into(),
            Self::Incompatible { .. } => "its answer was not understood".into(),
            Self::TooLarge => "its answer is larger than pilotwhale takes".into(),
            Self::NotFound { message } | Self::Conflict { message } | Self::Refused { message, .. } => {
                format!("it says: {message}")
            }
        }
    }

    /// An answer of the engine that need not be its last word: what was asked for changed meanwhile, or it stumbled.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::NotFound { .. } | Self::Conflict { .. } => true,
            Self::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// The same error where the first question was put, who is there: an engine can always answer that.
    pub(super) fn of_a_stranger(self, at: &str) -> Self {
        let answer = match self {
            Self::Refused { message, .. } | Self::NotFound { message } | Self::Conflict { message } => {
                message
            }
            Self::Incompatible { .. } => "something that only a web server says".into(),
            other => return other,
        };
        Self::Stranger { at: at.into(), answer }
    }

    /// Sorts an error of the wire into ours; `at` names the endpoint for the message.
    pub(super) fn from_wire(error: Wire, at: &str) -> Self {
        match error {
            Wire::DockerResponseServerError { status_code, message } => from_status(status_code, message),
            Wire::RequestTimeoutError => Self::Slow { what: at.into(), seconds: 120 },
            Wire::UnsupportedURISchemeError { uri } => Self::Unsupported {
                at: uri,
                reason: "this kind of address is not supported".into(),
                remedy: SCHEMES.into(),
            },
            Wire::JsonDataError { message, .. } => Self::Incompatible { message },
            Wire::JsonSerdeError { err } => Self::Incompatible { message: err.to_string() },
            other => from_cause(&other, at),
        }
    }
}

fn from_status(status: u16, message: String) -> EngineError {
    let message = answer_in_words(status, &message);
    match status {
        403 => EngineError::Refused { status, message },
        404 => EngineError::NotFound { message },
        409 => EngineError::Conflict { message },
        _ => EngineError::Refused { status, message },
    }
}

/// Characters of an engine's answer that are told.
const TOLD: usize = 300;

/// An engine says in JSON what is wrong, and bollard takes it out. All else is a page of a proxy or web server: its words
/// without its marks, after the status. Control characters never reach the screen.
fn answer_in_words(status: u16, message: &str) -> String {
    let is_page = message.trim_start().starts_with('<');
    let mut words = String::new();
    let mut inside = false;
    for c in message.chars() {
        match c {
            '<' if is_page => inside = true,
            '>' if inside => {
                inside = false;
                words.push(' ');
            }
            _ if inside => {}
            c => words.push(if c.is_control() { ' ' } else { c }),
        }
    }
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = words.chars().take(TOLD).collect();
    let cut = if cut.len() < words.len() { format!("{cut}…") } else { cut };
    if !is_page && !cut.is_empty() {
        return cut;
    }
    let name = http::StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason());
    let status = name.map_or_else(|| format!("status {status}"), |name| format!("status {status}, {name}"));
    if cut.is_empty() || cut.eq_ignore_ascii_case(name.unwrap_or_default()) {
        status
    } else {
        format!("{status}: {cut}")
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
        let io = e.downcast_ref::<std::io::Error>();
        if io.and_then(std::io::Error::get_ref).is_some_and(|inner| inner.is::<TooLarge>()) {
            return EngineError::TooLarge;
        }
        match io.map(std::io::Error::kind) {
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
    let how = match starter(at, cfg!(target_os = "macos")) {
        Some((name, Some(command))) => format!("Start {name}: {command}"),
        Some((name, None)) => format!("Start {name}"),
        None if at.starts_with("ssh:") => {
            "Check that ssh lets you in there without a question (ssh-add puts your key into the agent), and that the docker command is installed there"
                .into()
        }
        None if !at.starts_with("unix:") => {
            "Check that the address is right, that the engine there is up, and that its certificate is the one you have"
                .into()
        }
        None if cfg!(target_os = "macos") => "Start Docker Desktop (or Colima, OrbStack)".into(),
        None => "Start Docker: sudo systemctl start docker (or sudo service docker start)".into(),
    };
    format!("{how}. pilotwhale keeps trying.")
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
    fn what_a_web_server_says_is_told_without_its_marks() {
        let said = |status_code, message: &str| {
            let wire = Wire::DockerResponseServerError { status_code, message: message.into() };
            EngineError::from_wire(wire, "tcp://proxy:80").of_a_stranger("tcp://proxy:80").to_string()
        };
        for (status, body, words) in [
            (404, "", "status 404, Not Found"),
            (
                502,
                "<html><head><title>Bad Gateway</title></head>\n<body>no\u{1b}[31m upstream</body></html>",
                "Bad Gateway no [31m upstream",
            ),
            (302, "", "status 302, Found"),
            (403, "<p>Forbidden</p>", "status 403, Forbidden"),
            (403, "you may not", "it said you may not"),
            (799, "", "status 799"),
        ] {
            let told = said(status, body);
            assert!(told.starts_with("what answers at tcp://proxy:80 is no container engine"), "{told}");
            assert!(told.contains(words) && !told.contains(['<', '\u{1b}', '\n']), "{told}");
        }
        assert!(said(500, &"long ".repeat(1000)).chars().count() < 500);
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
            EngineError::Stranger { at: "tcp://x:1".into(), answer: "no".into() },
            EngineError::Denied { at: "unix:///run/podman/podman.sock".into() },
            EngineError::Slow { what: "list".into(), seconds: 5 },
        ];
        for e in all {
            assert!(e.remedy().len() > 20, "{e:?}");
            assert!(!e.remedy().contains(".."), "{e:?}");
        }
    }
}
