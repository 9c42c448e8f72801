//! Everything the engine holds at one moment: containers, images, volumes and networks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ImageConfig, StartFailure};

/// One moment of the engine. Lists are sorted as they are shown: newest container first, images by name,
/// volumes and networks by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub engine: EngineInfo,
    pub containers: Vec<Container>,
    pub images: Vec<Image>,
    pub volumes: Vec<Volume>,
    pub networks: Vec<Network>,
}

/// What kind of object an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Container,
    Image,
    Volume,
    Network,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineInfo {
    pub flavor: Flavor,
    pub version: String,
    pub api: String,
    pub os: String,
    pub cpus: u32,
    pub memory: u64,
    /// It keeps its images in containerd's store, as Docker does by default since 29.
    #[serde(default)]
    pub containerd: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flavor {
    #[default]
    Docker,
    Podman,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Container {
    /// Full 64-digit id.
    pub id: String,
    /// Without the leading slash.
    pub name: String,
    /// The image as the learner typed it; `image_id` is what identifies it.
    pub image: String,
    pub image_id: String,
    /// Digest of the image's manifest that it runs, where the engine tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// Entrypoint and command as one line, as the engine lists it.
    pub command: String,
    pub state: ContainerState,
    /// Set once it has ended.
    pub exit_code: Option<i64>,
    /// What the engine said when it could not start it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
    pub health: Option<Health>,
    pub created: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    pub ports: Vec<Port>,
    pub labels: BTreeMap<String, String>,
    pub mounts: Vec<Mount>,
    pub networks: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerState {
    #[default]
    Created,
    Running,
    Paused,
    Restarting,
    Removing,
    Exited,
    Dead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    Starting,
    Healthy,
    Unhealthy,
}

/// A port of the container; `host` is set when it is published.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Port {
    pub container: u16,
    pub protocol: String,
    pub host_ip: Option<String>,
    pub host: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    pub kind: MountKind,
    /// Volume name for a volume, host path for a bind mount, empty for tmpfs.
    pub source: String,
    pub target: String,
    pub read_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MountKind {
    Bind,
    Volume,
    Tmpfs,
    Other,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// With its `sha256:` prefix.
    pub id: String,
    /// `name:tag`, empty for an untagged (dangling) image.
    pub tags: Vec<String>,
    /// `name@sha256:…`
    pub digests: Vec<String>,
    /// Digests of its manifests that are here, one for each platform; empty where the engine tells none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manifests: Vec<String>,
    /// Bytes that it takes on the engine's disk.
    pub size: u64,
    /// How many of them are the image as it is pulled and pushed, where the engine keeps that beside its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packed: Option<u64>,
    pub created: Option<Timestamp>,
    pub labels: BTreeMap<String, String>,
    /// Looked up only where a check asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Box<ImageConfig>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Volume {
    pub name: String,
    pub driver: String,
    pub mountpoint: String,
    pub created: Option<Timestamp>,
    pub labels: BTreeMap<String, String>,
    /// Made by the engine without a name of the learner's choice.
    pub anonymous: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub id: String,
    pub name: String,
    pub driver: String,
    pub scope: String,
    pub internal: bool,
    pub subnets: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub created: Option<Timestamp>,
}

impl Container {
    /// Why it could not be started; None where it was, or where nobody has tried.
    pub fn start_failure(&self) -> Option<StartFailure> {
        (self.state == ContainerState::Created).then(|| StartFailure::of(&self.error, self.exit_code))?
    }
}

impl ContainerState {
    pub fn is_running(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Restarting)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
        }
    }
}

impl Network {
    /// `bridge`, `host` and `none` come with the engine and cannot be removed.
    pub fn is_builtin(&self) -> bool {
        matches!(self.name.as_str(), "bridge" | "host" | "none" | "podman")
    }
}

impl Snapshot {
    pub fn container(&self, id: &str) -> Option<&Container> {
        self.containers.iter().find(|c| c.id == id)
    }

    pub fn image(&self, id: &str) -> Option<&Image> {
        self.images.iter().find(|i| i.id == id)
    }
}

/// The twelve digits that the docker CLI shows of an id.
pub fn short_id(id: &str) -> &str {
    let id = id.strip_prefix("sha256:").unwrap_or(id);
    id.get(..12).unwrap_or(id)
}
