//! All integration tests in one binary, so that they link once.

mod engine;
mod grade;
mod harness;
mod private_engine;
mod support;
mod walls;
