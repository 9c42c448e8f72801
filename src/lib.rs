//! pilotwhale: a full-screen terminal app that teaches Docker by doing. See ARCHITECTURE.md for the rooms.

pub mod check;
pub mod class;
pub mod cli;
pub mod course;
pub mod dial;
pub mod engine;
pub mod facts;
pub mod lab;
pub mod paths;
pub mod progress;
pub mod session;
pub mod shell;
pub mod tap;
pub mod tui;
