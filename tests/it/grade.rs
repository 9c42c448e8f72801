//! Exercise 1 without a screen: begun, tried wrongly and rightly, graded and reset, on a real engine.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use pilotwhale::engine::{Endpoint, Update, watch};
use pilotwhale::facts::{Keep, Link};
use pilotwhale::progress::Store;

use crate::support::engine::{EngineUnderTest, engine, skipped};
use crate::support::schema::is_valid_report;
use crate::support::screen::Launch;
use crate::support::turn::alone;
use crate::support::word::draw_container;

const PRINT: &str = "print('hello container')";
const NOWHERE: &str = "unix:///nonexistent/no-engine.sock";

/// A learner with a home of their own.
struct Learner<'a> {
    home: tempfile::TempDir,
    engine: &'a EngineUnderTest,
}

/// Exit code and everything that was said.
struct Said {
    code: i32,
    text: String,
}

impl<'a> Learner<'a> {
    fn new(engine: &'a EngineUnderTest) -> Self {
        let home = tempfile::Builder::new().prefix("pw-").tempdir().expect("a temporary folder can be made");
        Self { home, engine }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn says(&self, args: &[&str]) -> Said {
        self.says_to(self.engine.host(), args)
    }

    fn says_to(&self, host: &str, args: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_pilotwhale"))
            .args(args)
            .env("PILOTWHALE_HOME", self.home.path())
            .env("DOCKER_HOST", host)
            .env_remove("DOCKER_CONTEXT")
            .stdin(Stdio::null())
            .output()
            .expect("pilotwhale can be run");
        let text = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned()).concat();
        Said { code: output.status.code().unwrap_or(-1), text }
    }

    fn begin(&self) {
        self.says(&["begin", "run-python"]).is(0, &["has begun", "printed the line \"hello "]);
        draw_container(&self.path("state/progress.sqlite3"));
    }

    fn grade(&self) -> Said {
        self.says(&["grade", "run-python"])
    }
}

impl Said {
    #[track_caller]
    fn is(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{}", self.text);
        for part in parts {
            assert!(self.text.contains(part), "«{part}» is not in:\n{}", self.text);
        }
    }
}

/// `docker ARGS` as a learner types it, with this on its input; a failure is a learner's failure, too.
fn docker(engine: &EngineUnderTest, args: &[&str], input: &str) {
    let mut child = Command::new("docker")
        .args(args)
        .env("DOCKER_HOST", engine.host())
        .env("DOCKER_BUILDKIT", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the docker CLI can be run");
    let mut stdin = child.stdin.take().expect("the input is piped");
    // A container that failed to start reads nothing.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait().expect("the docker CLI ends");
}

/// `docker ARGS` in a terminal: each line is typed once its prompt is there.
fn at_a_prompt(engine: &EngineUnderTest, args: &[&str], lines: &[(&str, &str)]) {
    let screen = Launch::program("docker").args(args.iter().copied()).engine(engine).size(100, 30).start();
    for (prompt, line) in lines {
        screen.wait_until(prompt, |grid| {
            grid.rows
                .iter()
                .rev()
                .find(|row| !row.trim().is_empty())
                .is_some_and(|row| row.trim_end().ends_with(prompt))
        });
        screen.type_text(line);
        screen.send("<Enter>");
    }
    screen.wait_exit();
}

#[test]
#[ignore = "needs an engine: ./test"]
fn wrong_tries_are_refused_each_with_its_own_message() {
    let _turn = alone();
    let engine = engine("wrong");
    let learner = Learner::new(&engine);
    learner.grade().is(1, &["not started", "pilotwhale begin run-python"]);
    // Before it began: does not count.
    docker(&engine, &["run", "--name", &engine.name("early"), "python:3-slim", "python", "-c", PRINT], "");
    learner.begin();
    assert!(learner.path("work/run-python").is_dir());
    learner.grade().is(1, &["○ not yet         Python ran"]);
    learner.says(&["begin", "run-python"]).is(0, &["begun already"]);

    // An image by another name first: of the tries with the right one, the last is spoken of.
    let tries: [(&[&str], &[&str]); 8] = [
        (&["alpine", "echo", "hello container"], &["the image is alpine:latest"]),
        (
            &["python:3-slim", "echo", "hello container"],
            &[r#"it ran ["echo","hello container"], not python"#],
        ),
        (&["python:3-slim", "-ti"], &["never started", "-ti stands after the image"]),
        (&["python:3-slim", "python:3-slim"], &["looks like an image"]),
        (&["python:3-slim", PRINT], &["has no program"]),
        (
            &["python:3-slim", "python", "-c", "print('Hello Container')"],
            &["capital and small letters", "«Hello Container»"],
        ),
        (&["python:3-slim", "python", "-c", "print \"hello container\""], &["Python 3 wants brackets"]),
        (&["python:3-slim", "python", "-c", "print(hello container)"], &["Text needs quotes"]),
    ];
    for (n, (args, parts)) in tries.iter().enumerate() {
        let name = engine.name(&format!("try{n}"));
        docker(&engine, &[&["run", "--name", &name], *args].concat(), "");
        let said = learner.grade();
        said.is(1, parts);
        said.is(1, &[&name]);
    }
    // E2: the text stands in the terminal's echo alone.
    let name = engine.name("echo");
    at_a_prompt(
        &engine,
        &["run", "-it", "--name", &name, "python:3-slim"],
        &[(">>>", "print \"hello container\""), (">>>", "exit()")],
    );
    learner.grade().is(1, &["✓ done            Python ran", "✗ not right       It printed", "brackets"]);
    // A RUN step is no run of the learner's.
    let fresh = Learner::new(&engine);
    fresh.begin();
    docker(
        &engine,
        &["build", "-"],
        &format!("FROM python:3-slim\nRUN python -c \"{PRINT}\" && echo {}\n", engine.name("b")),
    );
    let said = fresh.grade();
    assert!(!said.text.contains("✓ done            Python ran"), "{}", said.text);
    assert_ne!(said.code, 0);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn every_way_that_is_right_passes() {
    let _turn = alone();
    let engine = engine("right");
    let id = engine.docker(&["image", "inspect", "-f", "{{.Id}}", "python:3-slim"]);
    let short = id.trim_start_matches("sha256:")[..12].to_string();
    let digest = engine.docker(&["image", "inspect", "-f", "{{index .RepoDigests 0}}", "python:3-slim"]);
    let code = ["python", "-c", PRINT];
    let shell = format!("cd / && python3 -c \"{PRINT}\"");
    let ways: [(&str, Vec<&str>, &str); 7] = [
        ("plain", [&["python:3-slim"][..], &code].concat(), ""),
        ("id", [&[short.as_str()][..], &code].concat(), ""),
        ("digest", [&[digest.as_str()][..], &code].concat(), ""),
        ("whole", [&["docker.io/library/python:3-slim"][..], &code].concat(), ""),
        ("piped", vec!["-i", "python:3-slim"], "print('hello container')\n"),
        ("shell", vec!["python:3-slim", "sh", "-c", &shell], ""),
        ("terminal", [&["-t", "python:3-slim"][..], &code].concat(), ""),
    ];
    for (name, args, input) in &ways {
        let learner = Learner::new(&engine);
        learner.begin();
        let container = engine.name(name);
        docker(&engine, &[&["run", "--name", &container], args.as_slice()].concat(), input);
        let said = learner.grade();
        assert_eq!(said.code, 0, "{name}: {}", said.text);
        said.is(0, &[&container]);
    }
    for (name, args, lines) in [
        ("repl", vec!["python:3-slim"], vec![(">>>", "print(\"hello container\")"), (">>>", "exit()")]),
        (
            "bash",
            vec!["python:3-slim", "bash"],
            vec![("#", "python"), (">>>", "print('hello container')"), (">>>", "exit()"), ("#", "exit")],
        ),
    ] {
        let learner = Learner::new(&engine);
        learner.begin();
        let container = engine.name(name);
        at_a_prompt(&engine, &[&["run", "-it", "--name", &container], args.as_slice()].concat(), &lines);
        learner.grade().is(0, &[&container]);
    }
    // Made first, started later.
    let learner = Learner::new(&engine);
    learner.begin();
    let container = engine.name("created");
    engine.docker(&[&["create", "--name", &container, "python:3-slim"][..], &code].concat());
    learner.grade().is(1, &["○ not yet         Python ran"]);
    engine.docker(&["start", "-a", &container]);
    learner.grade().is(0, &[&container]);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn what_is_gone_unseen_could_not_be_checked_and_what_was_seen_is_kept() {
    let _turn = alone();
    let engine = engine("gone");
    let learner = Learner::new(&engine);
    learner.begin();
    let name = engine.name("rm");
    docker(&engine, &["run", "--rm", "--name", &name, "python:3-slim", "python", "-c", PRINT], "");
    learner.grade().is(3, &["? could not check", "--rm"]);
    // Wrong, looked at, removed: it still counts as what it was.
    let wrong = engine.name("wrong");
    docker(&engine, &["run", "--name", &wrong, "python:3-slim", "python", "-c", "print('hi')"], "");
    learner.grade().is(1, &["its last line is \"hi\""]);
    engine.docker(&["rm", &wrong]);
    learner.grade().is(1, &["its last line is \"hi\""]);
}

/// Does what the screen does while it is open: watches the engine and keeps what it sees in the learner's progress.
/// Returns once a run of this name has ended and its output is known.
fn watched(learner: &Learner<'_>, name: &str, act: impl FnOnce() + Send) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let (updates, mut received) = tokio::sync::mpsc::channel(64);
    let endpoint = Endpoint { uri: learner.engine.host().into(), why: "the test's".into() };
    let path = learner.path("state/progress.sqlite3");
    let mut store = Store::open(&path).expect("the progress file opens").store;
    let _watcher = {
        let _inside = runtime.enter();
        watch(endpoint, updates)
    };
    let next = |received: &mut tokio::sync::mpsc::Receiver<Update>| {
        let patience = std::time::Duration::from_secs(60);
        let next = runtime.block_on(async { tokio::time::timeout(patience, received.recv()).await });
        next.expect("the engine's news come in time").expect("the watcher lives")
    };
    while !matches!(next(&mut received), Update::Link(Link::Live)) {}
    std::thread::scope(|scope| {
        scope.spawn(act);
        loop {
            let Update::Run(run) = next(&mut received) else { continue };
            if run.name == name {
                store.keep("run-python", 1, &Keep::Run(Arc::clone(&run))).expect("the run is kept");
                if run.finished.is_some() && run.removed && run.output.is_some() {
                    break;
                }
            }
        }
    });
}

#[test]
#[ignore = "needs an engine: ./test"]
fn what_was_watched_counts_though_it_is_gone() {
    let _turn = alone();
    let engine = engine("watched");
    let learner = Learner::new(&engine);
    learner.begin();
    let wrong = engine.name("forged");
    watched(&learner, &wrong, || {
        at_a_prompt(
            &engine,
            &["run", "-it", "--rm", "--name", &wrong, "python:3-slim"],
            &[(">>>", "print \"hello container\""), (">>>", "exit()")],
        );
    });
    learner.grade().is(1, &["✓ done            Python ran", "✗ not right       It printed", "brackets"]);
    let right = engine.name("right");
    watched(&learner, &right, || {
        at_a_prompt(
            &engine,
            &["run", "-it", "--rm", "--name", &right, "python:3-slim"],
            &[(">>>", "print(\"hello container\")"), (">>>", "exit()")],
        );
    });
    learner.grade().is(0, &[&right, "The exercise is done."]);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn what_an_exec_printed_is_kept_from_one_start_to_the_next() {
    let _turn = alone();
    let engine = engine("exec");
    let learner = Learner::new(&engine);
    learner.begin();
    let name = engine.run("box", &["python:3-slim", "sleep", "600"]);
    let exec = |options: &str, code: &str| {
        let command = format!("docker exec {options} {name} python -c \"{code}\"");
        let said = learner.says(&["shell", "--exercise", "run-python", "-c", &command]);
        said.is(0, &["observed"]);
        said
    };
    exec("", "print('Hello container')").is(0, &["Hello container"]);
    learner.grade().is(1, &["✗ not right       It printed", "«Hello container»"]);
    // Nobody hears it.
    exec("-d", PRINT);
    learner.grade().is(3, &["? could not check It printed"]);
    exec("", PRINT).is(0, &["hello container"]);
    learner.grade().is(0, &["The exercise is done."]);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn a_pass_stays_and_a_reset_takes_only_what_the_exercise_made() {
    let _turn = alone();
    let engine = engine("reset");
    let learner = Learner::new(&engine);
    let before = engine.name("before");
    engine.docker(&["create", "--name", &before, "python:3-slim"]);
    learner.begin();
    let (mine, other) = (engine.name("mine"), engine.name("other"));
    let server = engine.run("server", &["python:3-slim", "sleep", "600"]);
    engine.docker(&["create", "--name", &other, "alpine"]);
    let file = learner.path("evidence.json");
    let file = file.to_str().expect("a temporary folder has a plain name");
    learner.says(&["grade", "run-python", "--save-evidence", file]).is(1, &[]);
    learner
        .says_to(NOWHERE, &["grade", "--evidence", file])
        .is(1, &["✓ done            A slim Python image"]);
    docker(&engine, &["run", "--name", &mine, "python:3-slim", "python", "-c", PRINT], "");
    learner.says(&["grade", "run-python", "--save-evidence", file]).is(0, &[&mine, "The exercise is done."]);
    learner
        .says_to(NOWHERE, &["grade", "--evidence", file, "--format", "json"])
        .is(0, &["\"status\": \"pass\""]);

    // Done is done, also where no engine answers.
    let json = learner.says_to(NOWHERE, &["grade", "run-python", "--format", "json"]);
    json.is(0, &[]);
    let json: serde_json::Value = serde_json::from_str(&json.text).expect("the report is JSON");
    is_valid_report(&json);
    assert_eq!(json["exercises"][0]["status"], "pass");
    assert_eq!(json["exercises"][0]["tasks"][2]["status"], "pass");
    learner
        .says(&["grade", "run-python", "--format", "junit"])
        .is(0, &["<testsuite name=\"run-python\" tests=\"3\"", "failures=\"0\""]);

    // Nobody can be asked here: it lists, and does nothing.
    let plan = learner.says(&["reset", "run-python"]);
    plan.is(
        2,
        &[
            "--yes",
            &format!("remove  container {mine}"),
            &format!("keep    container {server}"),
            "keep    image python:3-slim",
        ],
    );
    let doomed: Vec<&str> =
        plan.text.lines().filter_map(|l| l.trim().strip_prefix("remove  container ")).collect();
    // On an engine that others use at the same time, theirs would be listed, too: go on only if it is ours alone.
    if doomed.iter().any(|line| !line.starts_with(&mine)) {
        skipped("reset", &format!("somebody else uses this engine: {doomed:?}"));
        return;
    }
    learner.says(&["reset", "run-python", "--yes"]).is(0, &[&format!("Removed the container {mine}.")]);
    let left = engine.docker(&["ps", "-a", "--format", "{{.Names}}"]);
    let is_left = |name: &String| left.lines().any(|l| l == name);
    assert!(!is_left(&mine) && is_left(&before) && is_left(&other) && is_left(&server), "{left}");
    engine.docker(&["image", "inspect", "python:3-slim"]);

    learner.grade().is(1, &["not started"]);
    learner.begin();
    learner.says_to(NOWHERE, &["grade", "run-python"]).is(3, &["could not check", "remedy"]);
    learner.says_to(NOWHERE, &["grade", "--format", "junit"]).is(3, &["<error"]);
    learner.says_to(NOWHERE, &["reset", "run-python", "--yes"]).is(3, &["no container engine answers"]);
}

#[test]
fn wrong_usage_ends_with_2() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_pilotwhale"))
            .args(args)
            .env("PILOTWHALE_HOME", home.path())
            .env("DOCKER_HOST", NOWHERE)
            .output()
            .expect("pilotwhale can be run");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for args in [
        &["begin"][..],
        &["begin", "no-such"],
        &["grade", "no-such"],
        &["reset", "no-such"],
        &["grade", "--format", "xml"],
        &["grade", "--evidence", "/nonexistent"],
    ] {
        let (code, said) = run(args);
        assert_eq!(code, Some(2), "{args:?}: {said}");
        assert!(!said.is_empty(), "{args:?}");
    }
}
