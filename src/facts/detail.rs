//! What `docker inspect` knows of one object, picked and typed for a person to read.

use serde::{Deserialize, Serialize};

use super::{Container, Image, Network, Volume};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Detail {
    Container(Box<ContainerDetail>),
    Image(Box<ImageDetail>),
    Volume(Box<VolumeDetail>),
    Network(Box<NetworkDetail>),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContainerDetail {
    pub container: Container,
    pub entrypoint: Vec<String>,
    pub cmd: Vec<String>,
    pub workdir: String,
    pub user: String,
    pub hostname: String,
    pub tty: bool,
    pub auto_remove: bool,
    pub restart_policy: String,
    pub restarts: i64,
    pub oom_killed: bool,
    /// What the engine said when it could not start the container.
    pub error: String,
    pub env: Vec<(String, String)>,
    /// Network name, address in it, aliases.
    pub addresses: Vec<(String, String, Vec<String>)>,
    pub health_log: Vec<HealthEntry>,
    pub memory_limit: u64,
    pub log_driver: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HealthEntry {
    pub at: String,
    pub exit_code: i64,
    pub output: String,
}

/// One path of a container that is not as its image has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub path: String,
    pub what: Differs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Differs {
    Added,
    Changed,
    Deleted,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImageDetail {
    pub image: Image,
    pub architecture: String,
    pub os: String,
    pub entrypoint: Vec<String>,
    pub cmd: Vec<String>,
    pub workdir: String,
    pub user: String,
    pub env: Vec<(String, String)>,
    pub exposed: Vec<String>,
    pub volumes: Vec<String>,
    /// Top layer first, as `docker history` prints it.
    pub layers: Vec<Layer>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    pub created_by: String,
    pub size: u64,
    pub created: Option<jiff::Timestamp>,
    pub comment: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VolumeDetail {
    pub volume: Volume,
    pub options: Vec<(String, String)>,
    /// Names of the containers that mount it.
    pub used_by: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NetworkDetail {
    pub network: Network,
    pub gateways: Vec<String>,
    /// Container name and its address.
    pub members: Vec<(String, String)>,
    pub options: Vec<(String, String)>,
}
