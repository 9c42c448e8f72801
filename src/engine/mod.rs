//! The engine: discovery, connection, reading, watching and acting. The only room that names bollard.

mod act;
mod added;
mod capture;
mod connection;
mod convert;
mod detail;
mod discover;
mod error;
mod event;
#[cfg(test)]
mod fake;
mod history;
mod install;
mod logs;
mod model;
mod post;
pub mod private;
mod prospect;
mod read;
mod record;
mod stats;
mod status;
mod surroundings;
mod watch;

pub use act::{Deed, cli_text};
pub use connection::{Engine, is_podman};
pub use discover::{Discovery, Endpoint, Looked, Outcome, discover};
pub use error::EngineError;
pub use install::{Install, OsRelease, Present, client_cure, cure};
pub use logs::{LogUpdate, follow_logs};
pub use prospect::{Prospect, prospect};
pub use stats::{Sampler, sampler};
pub use surroundings::{Os, Probe, Surroundings};
pub use watch::{Update, Watcher, watch};
