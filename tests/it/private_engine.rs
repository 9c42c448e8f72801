//! The private engine. For real only where PILOTWHALE_TEST_PRIVATE=1 allows it, because that needs root and changes this
//! machine's network while it runs; what the app and `doctor` say of it also with the tests' engine in its place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use pilotwhale::engine::Engine;
use pilotwhale::engine::private::{self, How, Plan};
use serde_json::Value;

use crate::support::engine::{engine, skipped};
use crate::support::headless::Headless;
use crate::support::screen::Launch;

#[test]
fn a_shell_that_cannot_have_its_own_engine_says_so_and_does_not_start() {
    let learner = Headless::new();
    let program = env!("CARGO_BIN_EXE_pilotwhale");
    let words = [
        "PATH=/nonexistent",
        "PILOTWHALE_HOME=/proc/nowhere",
        program,
        "shell",
        "--private",
        "-c",
        "echo it started",
    ];
    let said = learner.runs(std::path::Path::new("/usr/bin/env"), &words, &learner.path(""));
    said.is(3, &["an engine of its own could not be started"]);
    assert!(!said.out.contains("it started"), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_starts_is_found_again_and_leaves_nothing() {
    if std::env::var("PILOTWHALE_TEST_PRIVATE").as_deref() != Ok("1") {
        skipped("private engine", "not wanted: set PILOTWHALE_TEST_PRIVATE=1");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        state: folder.path().join("state"),
        runtime: folder.path().join("run"),
        asked: true,
        keep: true,
    };
    let never = tokio::sync::Notify::new();
    let began = std::time::Instant::now();
    let first = private::start(&plan, &never).await.unwrap_or_else(|e| panic!("{e}\n{}", e.remedy()));
    eprintln!("{:?} up after {:?}", first.how(), began.elapsed());
    assert!(!first.adopted);
    let engine = Engine::connect(first.endpoint()).await.expect("connects");
    assert!(engine.snapshot().await.expect("answers").containers.is_empty());
    if first.how() == How::Namespace {
        assert_eq!(first.shell_prefix()[0], "nsenter");
    }
    first.stop().await; // kept: the plan says so

    let two = Plan { keep: false, ..plan.clone() };
    let one = private::start(&two, &never).await.expect("found by one app");
    let other = private::start(&two, &never).await.expect("found by another at the same time");
    one.stop().await;
    assert!(Engine::connect(other.endpoint()).await.is_ok(), "the other app still uses it");
    drop(other); // a crash

    let again = private::start(&Plan { keep: false, ..plan.clone() }, &never).await.expect("found again");
    assert!(again.adopted);
    let prefix = again.shell_prefix();
    again.stop().await;
    assert!(
        Engine::connect(&pilotwhale::engine::Endpoint::socket(&plan.runtime.join("engine.sock"), ""))
            .await
            .is_err()
    );
    if let Some(net) = prefix.get(1).and_then(|p| p.strip_prefix("--net=")) {
        assert!(!std::path::Path::new(net).exists(), "the namespace is gone");
    }

    // After a crash: a note of a process that is no more.
    std::fs::write(plan.runtime.join("engine.sock"), "").expect("writes");
    std::fs::write(
        plan.state.join("engine/running.json"),
        r#"{"pid":1,"how":"namespace","net":null,"mark":"/no/such/folder"}"#,
    )
    .expect("writes");
    let after = private::start(&Plan { keep: false, ..plan }, &never).await.expect("starts after a crash");
    assert!(!after.adopted);
    after.stop().await;
}

/// In place of dockerd. Once it is written down who it is, it says so and waits to be told of an engine; then whoever
/// comes to its socket comes to that one. It ends by a signal, as dockerd does.
const DOCKERD: &str = r#"#!/bin/sh
[ "$1" = -H ] || exit 0
until [ -s "${4%/*}/running.json" ]; do sleep 0.05; done
echo started >"$0.started"
read -r engine <"$0.go"
ln -s "$engine" "${2#unix://}"
read -r _ <"$0.never"
"#;

/// Before a command: a network without an engine, and no engine's socket in /run.
const APART: [&str; 7] =
    ["unshare", "--net", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /run && exec \"$@\"", "apart"];

struct Learner {
    home: PathBuf,
    /// With a dockerd in front.
    path: String,
}

impl Learner {
    /// None where nothing can be set apart.
    fn at(home: &Path) -> Option<Self> {
        let can = Command::new(APART[0]).args(&APART[1..]).arg("true").output();
        if !can.is_ok_and(|output| output.status.success()) {
            return None;
        }
        let bin = home.join("bin");
        fs::create_dir(&bin).expect("a folder");
        fs::write(bin.join("dockerd"), DOCKERD).expect("writes");
        fs::set_permissions(bin.join("dockerd"), fs::Permissions::from_mode(0o755)).expect("it can run");
        for name in ["started", "go", "never"] {
            let made = Command::new("mkfifo").arg(bin.join(format!("dockerd.{name}"))).status();
            assert!(made.is_ok_and(|status| status.success()), "a pipe with a name");
        }
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        Some(Self { home: home.to_owned(), path })
    }

    /// What `doctor` says of the engine, in another terminal: never that something is missing.
    #[track_caller]
    fn doctor(&self) -> String {
        let output = Command::new(APART[0])
            .args(&APART[1..])
            .args([env!("CARGO_BIN_EXE_pilotwhale"), "doctor", "--json"])
            .env("HOME", &self.home)
            .env("PILOTWHALE_HOME", self.home.join("pilotwhale"))
            .env("PATH", &self.path)
            .env_remove("DOCKER_HOST")
            .output()
            .expect("it can be run");
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        assert!(output.status.success(), "{report:#}");
        assert_eq!(report["install"], Value::Null, "{report:#}");
        let findings = report["findings"].as_array().expect("findings");
        assert!(findings.iter().all(|finding| finding["state"] != "problem"), "{report:#}");
        let of_engine = findings.iter().find(|finding| finding["what"] == "engine").expect("an engine");
        of_engine["found"].as_str().expect("words").to_owned()
    }

    /// Runs a line of shell on a pipe of the dockerd, `$0`: it waits for the other side.
    #[track_caller]
    fn at_pipe(&self, name: &str, line: &str) {
        let pipe = self.home.join("bin").join(format!("dockerd.{name}"));
        let done = Command::new("timeout").args(["60", "sh", "-c", line]).arg(pipe).status();
        assert!(done.is_ok_and(|status| status.success()), "the dockerd is not there: {line}");
    }

    /// The id of the private engine's process, as it is written down.
    fn pid(&self) -> u64 {
        let note = fs::read_to_string(self.home.join("pilotwhale/state/engine/running.json"));
        let note: Value = serde_json::from_str(&note.expect("a note")).expect("JSON");
        note["pid"].as_u64().expect("an id")
    }
}

#[test]
#[ignore = "needs an engine: ./test"]
fn doctor_says_in_another_terminal_what_the_app_does() {
    let engine = engine("doctor");
    let launch = Launch::program(APART[0]).args(APART[1..].iter().copied());
    let Some(learner) = Learner::at(launch.home()) else {
        skipped("doctor beside a private engine", "nothing can be set apart here: that takes root on Linux");
        return;
    };
    assert!(learner.doctor().contains("none needs to: pilotwhale starts its own (dockerd as root)"));

    let app = launch
        .args([env!("CARGO_BIN_EXE_pilotwhale")])
        .env("PATH", &learner.path)
        .env("DOCKER_HOST", "") // as if it were not set
        .start();
    learner.at_pipe("started", "read -r _ <\"$0\"");
    assert!(learner.doctor().contains("pilotwhale's own has been started and does not answer yet"));

    learner.at_pipe("go", &format!("echo {} >\"$0\"", engine.host().trim_start_matches("unix://")));
    app.wait_for(" · pilotwhale's own");
    let found = learner.doctor();
    assert!(found.contains("), pilotwhale's own: unix://"), "{found}");

    let process = PathBuf::from(format!("/proc/{}", learner.pid()));
    assert!(process.exists(), "the app's engine runs");
    app.send("q");
    assert!(app.wait_exit().success());
    assert!(!process.exists(), "the app's engine has ended");
    assert!(learner.doctor().contains("pilotwhale starts its own"));
}
