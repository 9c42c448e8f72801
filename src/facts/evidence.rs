//! What a verdict is reached from: a value that can be saved, sent and judged again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EngineInfo, Image, Mount, Observed, Port};

/// Everything that was gathered for one exercise. Judging it needs nothing else, not even a clock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// When the exercise began; nothing before it counts.
    pub since: Timestamp,
    pub gathered: Timestamp,
    /// None when the engine did not answer.
    pub engine: Option<EngineInfo>,
    /// Why something could not be looked at: a sentence and what to do about it.
    pub problems: Vec<(String, String)>,
    pub images: Vec<Image>,
    /// Containers made since the exercise began, alive or gone, oldest first.
    pub runs: Vec<Run>,
    /// Calls of the learner's commands since the exercise began, oldest first, without their bodies. Empty also
    /// where nobody watched.
    #[serde(default)]
    pub seen: Vec<Observed>,
    /// What the learner typed in, by the question.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
}

/// What was kept while it happened, for one attempt at one exercise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub runs: Vec<Run>,
    pub seen: Vec<Observed>,
    pub answers: BTreeMap<String, String>,
}

/// The life of one container, as far as it was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: String,
    pub name: String,
    /// As typed.
    pub image: String,
    pub image_id: String,
    /// `name:tag` and `name@digest` that this image id had when it was looked at.
    pub image_refs: Vec<String>,
    /// Entrypoint and command, word by word; None where only its events were seen.
    pub argv: Option<Vec<String>>,
    pub tty: bool,
    pub stdin_open: bool,
    pub auto_remove: bool,
    pub env_names: Vec<String>,
    pub mounts: Vec<Mount>,
    pub ports: Vec<Port>,
    pub created: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    pub exit_code: Option<i64>,
    /// What the engine said when it could not start it.
    pub error: String,
    pub removed: bool,
    /// None where it could not be seen, for example because the container was removed first.
    pub output: Option<Output>,
    /// Commands run inside it by `docker exec`, from the engine's events.
    pub execs: Vec<String>,
    pub source: RunSource,
}

/// What a container printed, up to a bound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// Plain lines: terminal control sequences and carriage returns are taken out.
    pub text: String,
    pub truncated: bool,
}

/// Who made the container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunSource {
    #[default]
    Learner,
    /// A `RUN` step of the classic builder.
    Build,
}
