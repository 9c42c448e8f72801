//! What a verdict is reached from: a value that can be saved, sent and judged again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ContainerState, EngineInfo, Exec, HttpAnswer, Image, Mount, Network, Observed, Port, Probe, Silence,
    TextFile, Thing, Volume,
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

/// What was kept while it happened, for one attempt at one exercise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub runs: Vec<Run>,
    pub seen: Vec<Observed>,
    pub answers: BTreeMap<String, String>,
    #[serde(default)]
    pub things: Vec<Thing>,
}

impl Run {
    /// Takes in what its ports answered. An answer outlasts the silence of another time.
    pub fn learn(&mut self, probes: Vec<Probe>) {
        for probe in probes {
            let same = |p: &&mut Probe| (p.port, &p.path) == (probe.port, &probe.path);
            match self.probes.iter_mut().find(same) {
                Some(known) if known.outcome.is_ok() && probe.outcome.is_err() => {}
                Some(known) => *known = probe,
                None => self.probes.push(probe),
            }
        }
    }

    /// The same without the values of variables that nobody asks about.
    pub fn keeping(&self, variables: &BTreeSet<String>) -> Self {
        let mut run = self.clone();
        run.env.retain(|name, _| variables.contains(name));
        run.env_given.iter_mut().for_each(|given| given.retain(|name| variables.contains(name)));
        run
    }

    pub fn is_running(&self) -> bool {
        !self.removed && self.state.is_some_and(ContainerState::is_running)
    }
}

/// The life of one container, as far as it was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: String,
    pub name: String,
    /// As typed.
    pub image: String,
    pub image_id: String,
    /// Digest of the manifest that it runs, where the engine tells it: that stays when the image is built once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// `name:tag` and `name@digest` that this image id had when it was looked at.
    pub image_refs: Vec<String>,
    /// Entrypoint and command, word by word; None where only its events were seen.
    pub argv: Option<Vec<String>>,
    pub tty: bool,
    pub stdin_open: bool,
    pub auto_remove: bool,
    /// Where the engine writes what it prints: `json-file`, `none`, …; empty where that is not known.
    #[serde(default)]
    pub log_driver: String,
    pub env_names: Vec<String>,
    /// Values of the variables that a check asks about, and of no others.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Which of these have another value in the image than here, or none: they came from outside. None where the image
    /// could not be looked at.
    #[serde(default)]
    pub env_given: Option<BTreeSet<String>>,
    /// What it calls itself; empty where only its events were seen.
    #[serde(default)]
    pub hostname: String,
    #[serde(default)]
    pub workdir: String,
    #[serde(default)]
    pub user: String,
    /// Nobody listened when it was started: `docker run -d`.
    #[serde(default)]
    pub detached: bool,
    /// Whether the command is another one than the image's own; None where the image could not be looked at.
    #[serde(default)]
    pub command_given: Option<bool>,
    /// As it was when it was last looked at; None where only its events were seen.
    #[serde(default)]
    pub state: Option<ContainerState>,
    /// Names of the networks that it is in.
    #[serde(default)]
    pub networks: Vec<String>,
    pub mounts: Vec<Mount>,
    /// Where the sources of its mounts led to when it was first looked at, of those that links lead through.
    #[serde(default)]
    pub linked: BTreeMap<String, String>,
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
    pub execs: Vec<Exec>,
    /// What its published ports answered while it ran, where a check asks for it.
    #[serde(default)]
    pub probes: Vec<Probe>,
    /// Packages that it holds and its image does not, by their paths in it, where a check asks for them: what its
    /// file system has gained since its start. None where it could not be looked at.
    #[serde(default)]
    pub packages: Option<Vec<String>>,
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
