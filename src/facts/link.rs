//! Whether the engine answers, and the lines it sends of a container's log.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The state of the connection that the dashboard lives on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Link {
    /// Nothing has been tried yet.
    #[default]
    Connecting,
    /// Events flow and the snapshot is whole.
    Live,
    /// It answered before and does not now; the last snapshot is kept and shown as old.
    Lost { since: Timestamp, reason: String, remedy: String },
    /// No engine was found or could be started.
    Absent { reason: String, remedy: String },
}

/// Why no more lines of a log will come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogEnd {
    /// The container has stopped, or never ran.
    Stopped,
    /// The engine, or the way to it, says in words why the log cannot be read.
    Unreadable(String),
}

/// A container's log that is wanted, and from where on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFrom {
    /// Of the container.
    pub id: String,
    /// Only what was printed in this second or later; None: the last lines.
    pub since: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When the engine took it, where it says so.
    pub at: Option<Timestamp>,
    pub stream: Stream,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    Stdout,
    Stderr,
}
