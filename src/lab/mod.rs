//! A course on an engine: one exercise prepared, gathered, graded and reset; the whole of it rehearsed.

mod begin;
mod error;
mod gather;
mod http;
mod packages;
mod places;
mod rehearse;
mod reset;
mod set_up;
pub mod sweep;
mod things;
mod trust;

pub use begin::{Begun, begin, sound};
pub use error::LabError;
pub use gather::{Attempt, gather, grade, is_starting, learned, live, merge};
pub use rehearse::{Mutations, Rehearsal, RehearsalError, Scene, SceneKind, Told, Vary};
pub use reset::{Doomed, Kept, Plan, plan_reset, reset};
pub use set_up::SetUp;
pub use trust::Trust;
