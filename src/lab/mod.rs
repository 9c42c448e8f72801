//! A course on an engine: one exercise prepared, gathered, graded and reset; the whole of it rehearsed.

mod begin;
mod error;
mod gather;
mod http;
pub mod observe;
mod packages;
mod places;
mod rehearse;
mod reset;
mod servers;
mod set_up;
pub mod sweep;
mod trust;

pub use begin::{Begun, begin, sound};
pub use error::LabError;
pub use gather::{gather, grade, is_starting, look};
pub use observe::Observation;
pub use rehearse::{Mutations, Rehearsal, RehearsalError, Scene, SceneKind, Told, Vary};
pub use reset::{Doomed, Kept, Plan, plan_reset, reset};
pub use set_up::SetUp;
pub use trust::Trust;
