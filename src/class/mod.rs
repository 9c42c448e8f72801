//! A class: an instructor leads, learners follow, and progress comes back. Messages, roster, server and client.

mod clean;
mod client;
mod code;
mod error;
mod history;
mod hub;
mod identity;
mod limit;
mod quota;
mod room;
mod roster;
mod server;
mod shown;
mod simulate;
mod stage;
mod standing;
mod store;
mod tls;
mod wire;

pub use clean::clean_name;
pub use client::{Asked, Heard, Joining, follow};
pub use code::{CodeError, JoinCode};
pub use error::ClassError;
pub use history::{Filed, History, Remembered};
pub use hub::{Change, Host};
pub use identity::Identity;
pub use roster::{Learner, Roster, Stuck};
pub use server::{Hosting, Opened, as_audience, open};
pub use shown::{Cell, Look, Paint, Piece, Row, Shown};
pub use simulate::{Rehearsal, Seen, rehearse};
pub use stage::{SHOW_EVERY, Stage};
pub use standing::{Day, Lead, Note, Place, Poll, Standing, Timer};
pub use store::{ClassStore, Founding};
pub use wire::{Closed, LearnerId, Role};
