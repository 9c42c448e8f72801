//! What was looked up because a check asks for it: how images are set up, files, answers of servers, what is gone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Kind, Layer};

/// How an image is set up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImageConfig {
    pub entrypoint: Vec<String>,
    pub cmd: Vec<String>,
    pub workdir: String,
    pub user: String,
    /// Values of the variables that a check asks about, and of no others.
    pub env: BTreeMap<String, String>,
    /// `5000/tcp`
    pub exposed: Vec<String>,
    /// Digests of its layers, the base's first.
    pub layers: Vec<String>,
    /// Top layer first, as `docker history` prints it.
    pub history: Vec<Layer>,
}

/// A text file in the exercise's folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextFile {
    /// Its beginning, up to a bound; None where it is no text.
    pub text: Option<String>,
    pub sha256: String,
    /// When it was last written to.
    #[serde(default)]
    pub changed: Option<Timestamp>,
}

/// One request to a server on this machine, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// On this machine.
    pub port: u16,
    pub path: String,
    pub at: Timestamp,
    pub outcome: Result<HttpAnswer, Silence>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HttpAnswer {
    pub status: u16,
    /// What the server calls itself.
    pub server: String,
    /// Its beginning, up to a bound.
    pub body: String,
}

/// Why a server did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Nobody listens on the port.
    Refused,
    /// The connection was taken and closed again without an answer.
    Closed,
    Slow,
    /// Something that is not HTTP.
    Strange,
}

/// An image, volume or network that was here at some time since the exercise began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thing {
    pub kind: Kind,
    /// The name, for a volume.
    pub id: String,
    pub names: Vec<String>,
    pub removed: bool,
}

/// A command that was run inside a container by `docker exec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenExec")]
pub struct Exec {
    pub id: String,
    /// Its words joined by blanks, as the engine's events tell them.
    pub line: String,
    pub user: String,
    pub tty: bool,
    pub stdin_open: bool,
    /// Whether the engine could still be asked how it was started.
    pub inspected: bool,
    pub exit_code: Option<i64>,
}

/// Before there was more to know of one, its line alone was kept.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenExec {
    Line(String),
    Whole {
        id: String,
        line: String,
        user: String,
        tty: bool,
        stdin_open: bool,
        inspected: bool,
        exit_code: Option<i64>,
    },
}

impl From<WrittenExec> for Exec {
    fn from(written: WrittenExec) -> Self {
        match written {
            WrittenExec::Line(line) => Self { line, ..Self::default() },
            WrittenExec::Whole { id, line, user, tty, stdin_open, inspected, exit_code } => {
                Self { id, line, user, tty, stdin_open, inspected, exit_code }
            }
        }
    }
}

impl From<&str> for Exec {
    fn from(line: &str) -> Self {
        Self { line: line.into(), ..Self::default() }
    }
}
