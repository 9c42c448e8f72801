//! What the container engine holds and what programs print, as plain data: no I/O, no judgement.

mod compose;
mod content;
mod detail;
mod evidence;
mod found;
mod kept;
mod lines;
mod link;
mod observed;
mod plain;
mod printable;
pub mod reference;
mod run;
mod sample;
pub mod secret;
mod snapshot;
mod start;

pub use compose::{Compose, Dependency, Until};
pub use content::Content;
pub use detail::{
    ContainerDetail, Detail, Difference, Differs, HealthEntry, ImageDetail, Layer, NetworkDetail,
    VolumeDetail,
};
pub use evidence::{Evidence, Place};
pub use found::{Exec, HttpAnswer, ImageConfig, Probe, Silence, TextFile, Thing};
pub use kept::{Keep, Kept, Looked, Past};
pub use lines::{Lines, Output};
pub use link::{Link, LogEnd, LogFrom, LogLine, Stream};
pub use observed::{Action, Answer, Build, Command, CommandEnd, Observed, Origin};
pub use plain::Plain;
pub use printable::{is_steering, printable};
pub use reference::Reference;
pub use run::{Run, RunSource};
pub use sample::Sample;
pub use snapshot::{
    Container, ContainerState, EngineInfo, Flavor, Health, Image, Kind, Mount, MountKind, Network, Port,
    Snapshot, Volume, short_id,
};
pub use start::{StartFailure, plain_error};
