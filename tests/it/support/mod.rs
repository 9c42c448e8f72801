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

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes a script that can be run at once. A child writes it: had this process the file open, one that another thread starts in that
/// moment would have it open for writing too, and the system runs no such file ("Text file busy").
pub(crate) fn write_script(path: &Path, text: &str) {
    let mut child = Command::new("sh")
        .args(["-c", "cat >\"$0\" && chmod 755 \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("sh is there");
    child.stdin.take().expect("it was asked for").write_all(text.as_bytes()).expect("it reads");
    assert!(child.wait().expect("it ends").success(), "{} can be written", path.display());
}
