//! What the tests stand on: a terminal to run the real binary in, and an engine to run it against.

pub(crate) mod cable;
pub(crate) mod engine;
pub(crate) mod fake_engine;
pub(crate) mod grid;
pub(crate) mod headless;
pub(crate) mod keys;
pub(crate) mod quiet_engine;
pub(crate) mod relay;
pub(crate) mod schema;
pub(crate) mod screen;
pub(crate) mod tapped;
pub(crate) mod turn;
pub(crate) mod word;
