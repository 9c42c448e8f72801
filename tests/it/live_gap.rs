//! The engine goes away in the middle of an exercise and comes back.

use crate::support::engine::engine;
use crate::support::relay::Relay;
use crate::support::screen::Launch;
use crate::support::turn::alone;
use crate::support::word::line_in;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn an_engine_that_is_lost_makes_nothing_wrong_and_its_return_is_seen() {
    let _turn = alone();
    let engine = engine("gap");
    engine.docker(&["pull", "python:3-slim"]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut relay = Relay::to(engine.host(), folder.path());
    let screen = Launch::pilotwhale().env("DOCKER_HOST", relay.host()).start();
    screen.wait_for("Welcome");
    // with its version: an engine that was never seen could not be lost
    screen.wait_for(" · from DOCKER_HOST");
    screen.send("m");
    screen.wait_for("Hello from a container");
    screen.send("<Down><Down><Down><Down><Down><Enter>");
    screen.wait_for("Exercise  Hello from a container");
    screen.send("b");
    screen.wait_for("✓ A slim Python image is on");
    let line = line_in(&screen.text());

    relay.cut();
    screen.wait_for("retrying");
    screen.send("c");
    let lost = screen.wait_for("Could not check");
    assert!(!lost.contains("✗"), "a task is called wrong while there is no engine\n{lost}");
    // what comes and goes meanwhile is known after the return
    let name = engine.name("meanwhile");
    engine.docker(&["run", "-d", "--label", "pilotwhale.test=1", "--name", &name, "busybox", "sleep", "600"]);

    relay.open();
    screen.wait_gone("retrying");
    // its beginning or its end: a long name is cut in the middle
    screen.wait_until("the container of the gap", |grid| {
        grid.row_with("meanwhile").is_some_and(|row| row.contains("running"))
    });
    screen.send("<F12>");
    screen.wait_for("look back");
    // without --rm: on a machine under load such a short life may be over before it was looked at, which the app
    // then says; what is tested here is that it looks again
    let name = engine.name("ran");
    let command = format!("python:3-slim python -c 'print(\"{line}\")'");
    screen.type_text(&format!("docker run --name {name} {command}\r"));
    screen.wait_for("Exercise done");
    screen.wait_for("✓ It printed the line");
}
