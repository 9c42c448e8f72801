//! What a learner has done: events, what they add up to, and where they are kept.

mod event;

pub use event::{Event, Stamped};
