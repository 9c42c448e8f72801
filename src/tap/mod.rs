//! The relay on the engine's socket: what the learner's docker CLI asks of the engine is passed on, seen and kept.

pub mod action;
pub mod guard;
pub mod ledger;
pub mod lookup;
pub mod redact;
pub mod who;
