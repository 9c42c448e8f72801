//! The private engine, for real: only where PILOTWHALE_TEST_PRIVATE=1 allows it, because it needs root and changes
//! this machine's network while it runs.

use pilotwhale::engine::Engine;
use pilotwhale::engine::private::{self, How, Plan};

use crate::support::engine::skipped;
use crate::support::headless::Headless;

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
