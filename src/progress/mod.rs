//! What a learner has done: events, what they add up to, and where they are kept.

mod event;
mod fold;
mod journal;
mod portable;
mod schema;
mod store;

pub use event::{Event, Stamped};
pub use fold::{ExerciseProgress, Place, Progress, QuizProgress, Stage};
pub use journal::Journal;
pub use portable::PortableError;
pub use store::{Opened, Store, StoreError};
