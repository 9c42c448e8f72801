//! The real binary as a tap before an engine, in a process of its own so that its descriptors can be counted.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Only ever used up by a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A tap with its guard; ended when it is dropped.
pub(crate) struct Tapped {
    child: Child,
    /// The shell inside ends with it.
    input: Option<ChildStdin>,
    host: String,
    _home: TempDir,
}

impl Tapped {
    /// In front of the engine at `host`.
    pub(crate) fn before(host: &str) -> Self {
        let home = tempfile::Builder::new().prefix("pw-").tempdir().expect("a temporary folder can be made");
        let mut child = Command::new(env!("CARGO_BIN_EXE_pilotwhale"))
            .args(["shell", "-c", r#"echo "$DOCKER_HOST"; exec cat"#])
            .env("PILOTWHALE_HOME", home.path())
            .env("SHELL", "/bin/sh")
            .env("DOCKER_HOST", host)
            .env_remove("DOCKER_CONTEXT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("pilotwhale can be run");
        let output = child.stdout.take().expect("its output is piped");
        let mut tapped = String::new();
        BufReader::new(output).read_line(&mut tapped).expect("it says where its tap is");
        let tapped = tapped.trim().to_owned();
        assert!(tapped.ends_with("/docker.sock") && tapped != host, "no tap: {tapped}");
        Self { input: child.stdin.take(), child, host: tapped, _home: home }
    }

    /// For `DOCKER_HOST`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.host.trim_start_matches("unix://").into()
    }

    /// How many its process has open.
    pub(crate) fn descriptors(&self) -> usize {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        open.expect("its descriptors can be listed").count()
    }

    /// Waits until its process has as many as wanted.
    #[track_caller]
    pub(crate) fn wait_for_descriptors(&self, what: &str, wanted: impl Fn(usize) -> bool) {
        let begun = Instant::now();
        while !wanted(self.descriptors()) {
            assert!(begun.elapsed() < PATIENCE, "{what}: {} descriptors", self.descriptors());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Tapped {
    fn drop(&mut self) {
        self.input.take();
        let _ = self.child.wait();
    }
}
