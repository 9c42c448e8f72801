//! What the tap saw: one call of a docker client with its answer, what it means, and whose it was.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Output;

/// One request of one client, and its answer. Nothing in it is secret: registry credentials, build secrets and the
/// values of variables are taken out before it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Counts the calls of one tap from 1. The same call is told again: at the head of its answer, at its
    /// end, and meanwhile where it prints.
    pub call: u64,
    pub command: Command,
    pub at: Timestamp,
    pub method: String,
    /// Path and query as the client sent them, without the version prefix.
    pub target: String,
    pub action: Action,
    pub answer: Option<Answer>,
    /// Readable JSON of what was asked and answered, where it matters and is small.
    pub request_body: Option<String>,
    pub response_body: Option<String>,
    /// What a command printed that `docker exec` started, so far and up to a bound; None for every other call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Output>,
    /// What came of a build, once it has ended; None for every other call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
}

/// When the learner's last command in the shell came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandEnd {
    pub at: Timestamp,
    /// Its exit status, where the shell said one.
    pub status: Option<i32>,
}

/// What came of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// The builder told of an image that it made.
    pub made: bool,
    /// The line in which the builder said what went wrong, where it gave one.
    pub error: Option<String>,
}

impl Observed {
    /// What an exercise keeps of it: no bodies, and what was printed only where a check asks for that.
    pub fn keeping(&self, output: bool) -> Self {
        let output = self.output.as_ref().filter(|_| output).cloned();
        Self {
            call: self.call,
            command: self.command.clone(),
            at: self.at,
            method: self.method.clone(),
            target: self.target.clone(),
            action: self.action.clone(),
            answer: self.answer.clone(),
            request_body: None,
            response_body: None,
            output,
            build: self.build.clone(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    /// The engine's own words, where it refused.
    pub message: Option<String>,
    /// Until the head of the answer.
    pub micros: u64,
    /// Of the answer, as they went to the client.
    pub bytes_out: u64,
    /// Of the request, as they came from the client.
    pub bytes_in: u64,
    /// The whole answer was passed on, or the connection that it became has ended.
    pub ended: bool,
}

/// The program that made the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Calls of one process share this; its process id at the time.
    pub pid: u32,
    /// Exactly as it was started, secrets taken out; empty where it could not be read.
    pub argv: Vec<String>,
    pub origin: Origin,
}

/// Whether the learner typed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// At the embedded shell's prompt, by the learner.
    Typed,
    /// `docker __complete`, prompts, and what else the shell runs by itself.
    Shell,
    /// A process that is not of the embedded shell.
    #[default]
    Elsewhere,
}

/// What a call means, whatever the client's spelling. Names are those of the object as the client gave them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// `container-list`, `container-create`, `image-pull`, `other`, …
    pub name: String,
    pub object: Option<String>,
    /// The arguments that a check may ask about: `all`, `limit`, `follow`, `tail`, `force`, …
    pub args: BTreeMap<String, String>,
}
