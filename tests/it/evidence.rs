//! What checks are judged by, looked up on a real engine: each fact that a check may ask for is really found.

use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Timestamp;
use pilotwhale::check::Check;
use pilotwhale::course::{Exercise, Task};
use pilotwhale::engine::{Endpoint, Engine};
use pilotwhale::facts::{Evidence, Kept};
use pilotwhale::lab;
use pilotwhale::session::Attempt;
use serde_json::{Value, json};

use crate::support::engine::{EngineUnderTest, LABEL, engine};
use crate::support::turn::alone;

fn exercise(checks: &[Value]) -> Exercise {
    let task = |(n, check): (usize, &Value)| Task {
        id: n.to_string(),
        check: serde_json::from_value::<Check>(check.clone()).expect("it is a check"),
        ..Task::default()
    };
    Exercise { tasks: checks.iter().enumerate().map(task).collect(), ..Exercise::default() }
}

fn build(engine: &EngineUnderTest, folder: &std::path::Path, tag: &str) {
    let status = Command::new("docker")
        .args(["build", "-q", "-t", tag, "."])
        .current_dir(folder)
        .env("DOCKER_HOST", engine.host())
        .stdout(Stdio::null())
        .status()
        .expect("the docker CLI can be run");
    assert!(status.success());
}

/// Looks until the server answers, as the screen does.
async fn gather(direct: &Engine, attempt: &Attempt, folder: &Path) -> Evidence {
    let mut attempt = attempt.clone();
    loop {
        let (evidence, _) = lab::gather(Ok(direct), &mut attempt, folder, Default::default()).await;
        if !lab::is_starting(&evidence) {
            return evidence;
        }
    }
}

#[test]
#[ignore = "needs an engine: ./test"]
fn every_fact_that_a_check_asks_for_is_found() {
    let _turn = alone();
    let engine = engine("facts");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    engine.docker(&["pull", "busybox"]);
    let folder = tempfile::tempdir().expect("a folder");
    let (image, web, volume, network) =
        (engine.name("image"), engine.name("web"), engine.name("volume"), engine.name("network"));
    // A build that finds everything in its cache ends with the old image: each test run has one of its own.
    let dockerfile = format!(
        "FROM busybox\nLABEL made={}\nENV MODE=slow\nWORKDIR /etc\nCOPY page .\nEXPOSE 8080\n\
         CMD [\"httpd\", \"-f\", \"-p\", \"8080\"]\n",
        Timestamp::now().as_nanosecond()
    );
    std::fs::write(folder.path().join("Dockerfile"), dockerfile).expect("it is written");
    std::fs::write(folder.path().join("page"), "ahoy\n").expect("it is written");
    let at = Endpoint { uri: engine.host().into(), why: "the test's".into() };
    let direct = runtime.block_on(Engine::connect(&at)).expect("it answers");
    let since = Timestamp::now();
    // Before anything was done, nothing of it is so.
    let checks = [
        json!({"image": {"as": "img", "built": true, "based-on": {"repo": "busybox"}, "program": "httpd",
            "workdir": "/etc", "exposes": 8080, "env": {"MODE": "slow"}}}),
        json!({"container": {"as": "web", "name": web, "image": "$img", "state": "running", "command-given": false,
            "detached": true, "env": {"SHIP": "pilot"}, "network": network,
            "mount": {"type": "volume", "source": volume, "target": "/data"}}}),
        json!({"run": {"same-as": "$web", "port": {"container": 8080, "host": {"gt": 1023}},
            "http": {"path": "/page", "status": 200, "body": "ahoy"}}}),
        json!({"exec": {"of": "$web", "program": "id", "user": "nobody", "exit-code": 0}}),
        json!({"volume": {"name": volume, "used-by": "$web"}}),
        json!({"network": {"name": network, "members": ["$web"]}}),
        json!({"dockerfile": {"from": {"repo": "busybox"}, "copies": "page", "cmd-form": "exec"}}),
        json!({"file": {"path": "page", "line": "ahoy"}}),
        json!({"gone": {"volume": {"name": engine.name("brief")}}}),
        json!({"gone": {"container": {"name": engine.name("short")}}}),
    ];
    let exercise = exercise(&checks);
    let attempt = Attempt::new(1, since, exercise.needs(), Kept::default());
    let look = || runtime.block_on(gather(&direct, &attempt, folder.path()));
    let before = lab::grade(&exercise, &look(), &Default::default());
    let done: Vec<&str> =
        before.tasks.iter().filter(|t| t.verdict.is_pass()).map(|t| t.id.as_str()).collect();
    assert_eq!(done, ["6", "7"], "{before:#?}");

    build(&engine, folder.path(), &image);
    engine.docker(&["volume", "create", "--label", LABEL, &volume]);
    engine.docker(&["network", "create", "--label", LABEL, &network]);
    let brief = engine.name("brief");
    engine.docker(&["volume", "create", "--label", LABEL, &brief]);
    engine.docker(&["volume", "rm", &brief]);
    engine.docker(&["run", "--rm", "--label", LABEL, "--name", &engine.name("short"), "busybox", "true"]);
    let at = format!("{volume}:/data");
    let options = ["--network", &network, "-v", &at, "-e", "SHIP=pilot", "-p", "127.0.0.1:0:8080"];
    engine.run("web", &[&options[..], &[&image]].concat());
    engine.docker(&["exec", "-u", "nobody", &web, "id"]);

    let evidence = look();
    let report = lab::grade(&exercise, &evidence, &Default::default());
    let open: Vec<_> = report.tasks.iter().filter(|t| !t.verdict.is_pass() && t.id != "3").collect();
    assert!(open.is_empty(), "{open:#?}");
    // How a command was run is known to who saw it run; its end is known to all.
    let run = evidence.runs.iter().find(|run| run.name == web).expect("it is there");
    assert_eq!(
        run.execs.iter().map(|e| (e.line.as_str(), e.exit_code)).collect::<Vec<_>>(),
        [("id", Some(0))]
    );
    // No value is kept but of variables that a check names.
    assert_eq!(run.env.keys().map(String::as_str).collect::<Vec<_>>(), ["MODE", "SHIP"]);
    // Judged again from what was saved, it is the same.
    let saved: Evidence =
        serde_json::from_str(&serde_json::to_string(&evidence).expect("it is data")).expect("it is read");
    assert_eq!(lab::grade(&exercise, &saved, &Default::default()), report);
    engine.docker(&["rm", "-f", &web]);
    engine.docker(&["rmi", &image]);
}
