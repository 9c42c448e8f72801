//! One exercise on one engine: prepare, gather, grade, reset.

mod begin;
mod error;
mod gather;
mod reset;

pub use begin::{Begun, begin};
pub use error::LabError;
pub use gather::{gather, grade, live, merge};
pub use reset::{Doomed, Kept, Plan, plan_reset, reset};
