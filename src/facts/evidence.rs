//! What a verdict is reached from: a value that can be saved, sent and judged again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    CommandEnd, EngineInfo, HttpAnswer, Image, Network, Observed, Run, Silence, TextFile, Thing, Volume,
};

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
    /// Ids of the images that were given a name since the beginning, as far as the engine remembers.
    #[serde(default)]
    pub tagged: Vec<String>,
    #[serde(default)]
    pub volumes: Vec<Volume>,
    #[serde(default)]
    pub networks: Vec<Network>,
    /// Containers made since the exercise began, alive or gone, oldest first.
    pub runs: Vec<Run>,
    /// Calls of the learner's commands since the exercise began, oldest first, without their bodies. Empty also
    /// where nobody watched.
    #[serde(default)]
    pub seen: Vec<Observed>,
    /// None where nobody watches the prompt.
    #[serde(default)]
    pub ended: Option<CommandEnd>,
    /// What the learner typed in, by the question.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// The folder in which the learner works on it, by all its names: with links in it, and with links followed.
    #[serde(default)]
    pub folders: Vec<String>,
    /// What the paths on this machine are that containers mount, and those that the checks speak of.
    #[serde(default)]
    pub places: BTreeMap<String, Place>,
    /// Files of the exercise's folder that the checks speak of, by their paths in it.
    #[serde(default)]
    pub files: BTreeMap<String, TextFile>,
    /// The names in the exercise's folder, up to a bound.
    #[serde(default)]
    pub listing: Vec<String>,
    /// What answers the addresses that the checks name.
    #[serde(default)]
    pub fetched: BTreeMap<String, Result<HttpAnswer, Silence>>,
    /// Images, volumes and networks that were here at some time, where a check asks for what is gone.
    #[serde(default)]
    pub things: Vec<Thing>,
    /// What tasks that passed before had found, by the name that they gave it: the id of the object.
    #[serde(default)]
    pub bound: BTreeMap<String, String>,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    File,
    Folder,
    EmptyFolder,
    Missing,
    /// A link out of the exercise's folder, which is not followed.
    Outside,
    /// A pipe, a device or a socket, which is not read.
    Special,
}
