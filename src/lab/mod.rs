//! A course on an engine: one exercise prepared, gathered, graded and reset; the whole of it rehearsed.

mod begin;
mod error;
mod gather;
mod rehearse;
mod reset;
pub mod sweep;

pub use begin::{Begun, begin};
pub use error::LabError;
pub use gather::{gather, grade, live, merge};
pub use rehearse::{Rehearsal, RehearsalError, Scene, SceneKind, Told};
pub use reset::{Doomed, Kept, Plan, plan_reset, reset};
