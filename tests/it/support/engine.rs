//! The engine that the tests may use, and a docker CLI that talks to it.

use std::io::Write;
use std::process::Command;

/// The label on everything that a test makes.
pub(crate) const LABEL: &str = "pilotwhale.test";

/// An engine that answers. What was made under this guard's name is removed when it is dropped.
pub(crate) struct EngineUnderTest {
    host: String,
    name: String,
}

/// The engine of `PILOTWHALE_TEST_ENGINE` (`unix:///…/docker.sock`), for the test called `name`. Tests that ask for it carry
/// `#[ignore = "needs an engine: ./test"]`, so that they count as not run where there is none.
pub(crate) fn engine(name: &str) -> EngineUnderTest {
    let host = std::env::var("PILOTWHALE_TEST_ENGINE").ok().filter(|host| !host.is_empty());
    let host = host.unwrap_or_else(|| {
        panic!("{name}: PILOTWHALE_TEST_ENGINE is not set; mark the test #[ignore], or run it with ./test")
    });
    let engine = EngineUnderTest { host, name: format!("pw-test-{name}-{}", std::process::id()) };
    engine.docker(&["version"]);
    engine
}

/// To be said by a test that finds out too late that it can't run here: ./test counts it as skipped.
pub(crate) fn skipped(test: &str, why: &str) {
    // straight to the stream: the test runner would swallow what eprintln! says of a test that passes
    let _ = writeln!(std::io::stderr(), "skipped test: {test} ({why})");
}

#[test]
fn an_engine_that_is_required_is_there() {
    let required = std::env::var("PILOTWHALE_REQUIRE_ENGINE").is_ok_and(|required| required == "1");
    let is_there = std::env::var("PILOTWHALE_TEST_ENGINE").is_ok_and(|host| !host.is_empty());
    assert!(is_there || !required, "an engine is required, but PILOTWHALE_TEST_ENGINE is not set");
}

impl EngineUnderTest {
    /// For `DOCKER_HOST`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// A name for a container, network or volume of this test. All that begins so is removed at the end.
    pub(crate) fn name(&self, of: &str) -> String {
        format!("{}-{of}", self.name)
    }

    /// What `docker ARGS` prints, blanks at the end cut off; panics with its error if it fails.
    #[track_caller]
    pub(crate) fn docker(&self, args: &[&str]) -> String {
        match self.try_docker(args) {
            Ok(output) => output,
            Err(error) => panic!("docker {} failed: {error}", args.join(" ")),
        }
    }

    pub(crate) fn try_docker(&self, args: &[&str]) -> Result<String, String> {
        let output = Command::new("docker")
            .args(args)
            .env("DOCKER_HOST", &self.host)
            .env_remove("DOCKER_CONTEXT")
            .output()
            .map_err(|error| format!("the docker CLI cannot be run: {error}"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Starts a container of this test in the background; `args` are those of `docker run` from the image on.
    pub(crate) fn run(&self, name: &str, args: &[&str]) -> String {
        let name = self.name(name);
        self.docker(&[&["run", "-d", "--label", LABEL, "--name", &name], args].concat());
        name
    }

    /// Podman has no BuildKit, and words of its own.
    pub(crate) fn is_podman(&self) -> bool {
        self.docker(&["version"]).contains("Podman Engine")
    }

    fn remove_all(&self) {
        let filter = format!("name={}", self.name);
        for (list, remove) in [
            (["ps", "-aq", "--filter"].as_slice(), ["rm", "-f", "-v"].as_slice()),
            (&["network", "ls", "-q", "--filter"], &["network", "rm"]),
            (&["volume", "ls", "-q", "--filter"], &["volume", "rm", "-f"]),
        ] {
            let Ok(found) = self.try_docker(&[list, &[filter.as_str()]].concat()) else { continue };
            let found: Vec<&str> = found.lines().collect();
            if !found.is_empty() {
                let _ = self.try_docker(&[remove, &found].concat()); // gone already is as good
            }
        }
    }
}

impl Drop for EngineUnderTest {
    fn drop(&mut self) {
        self.remove_all();
    }
}
