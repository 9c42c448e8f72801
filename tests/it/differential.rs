//! Every docker command, directly and through the tap: it prints the same and ends the same.

mod cases;
mod plain;
mod streams;
mod terminals;

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use self::cases::{CASES, Case, Needs};
use self::plain::plain;
use crate::support::engine::{EngineUnderTest, engine};
use crate::support::tapped::Tapped;

/// Pairs of commands that run at the same time.
const AT_ONCE: usize = 3;

/// One way to the engine.
#[derive(Clone, Copy)]
struct Way<'a> {
    host: &'a str,
    /// A letter for the names of what is made this way, so that they are as long as the other way's.
    letter: char,
}

#[derive(Debug, PartialEq, Eq)]
struct Printed {
    out: String,
    err: String,
    status: Option<i32>,
}

/// An engine with the images that the cases use.
fn prepared(name: &str) -> EngineUnderTest {
    let engine = engine(name);
    for image in ["busybox", "alpine"] {
        if engine.try_docker(&["image", "inspect", image]).is_err() {
            engine.docker(&["pull", "-q", image]);
        }
    }
    engine
}

#[test]
#[ignore = "needs an engine: ./test"]
fn every_command_prints_the_same_and_ends_the_same() {
    let d = prepared("diff");
    let tapped = Tapped::before(d.host());
    let ways = [Way { host: d.host(), letter: 'd' }, Way { host: tapped.host(), letter: 't' }];
    let cases: Vec<&Case> = CASES.iter().filter(|case| is_there(&d, case)).collect();
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(difference) = differs(&d, case, ways) {
                        found.lock().unwrap_or_else(PoisonError::into_inner).push(difference);
                    }
                }
            });
        }
    });
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(found.is_empty(), "{} of {} cases:\n{}", found.len(), cases.len(), found.join("\n"));
}

/// Where the engine or the docker CLI lacks what a case needs, it is left out and says so.
fn is_there(engine: &EngineUnderTest, case: &Case) -> bool {
    use std::io::Write;
    let there = match case.needs {
        Needs::Nothing => true,
        Needs::Dockerd => !engine.is_podman(),
        // podman leaves building to a container that it would have to pull
        Needs::Plugin(plugin) => engine.try_docker(&[plugin, "version"]).is_ok() && !engine.is_podman(),
    };
    if !there {
        let _ = writeln!(std::io::stderr(), "left out: {} (needs {:?})", case.name, case.needs);
    }
    there
}

/// A container that ends in the very moment in which it is asked about, say, makes an engine answer one way or the other:
/// what differs is run once more.
fn differs(engine: &EngineUnderTest, case: &Case, ways: [Way; 2]) -> Option<String> {
    let mut last = None;
    for attempt in 1..=2 {
        let [direct, tapped] = std::thread::scope(|scope| {
            let sides = ways.map(|way| scope.spawn(move || run(engine, case, way, attempt)));
            sides.map(|side| side.join().expect("a case that does not panic"))
        });
        if direct == tapped {
            return None;
        }
        last = Some(format!("== {}\n-- directly: {direct:#?}\n-- through the tap: {tapped:#?}", case.name));
    }
    last
}

fn run(engine: &EngineUnderTest, case: &Case, way: Way, attempt: usize) -> Printed {
    let at = CASES.iter().position(|other| std::ptr::eq(other, case)).expect("it is one of them");
    let name = engine.name(&format!("{}{at}-{attempt}", way.letter));
    let folder = tempfile::Builder::new().prefix("pw-").tempdir().expect("a temporary folder can be made");
    let output = Command::new("bash")
        .args(["-c", case.script])
        .env("DOCKER_HOST", way.host)
        .env_remove("DOCKER_CONTEXT")
        .env("N", &name)
        .env("T", folder.path())
        .output()
        .expect("bash is installed");
    let folder = folder.path().display().to_string();
    let told = [(way.host, "HOST"), (folder.as_str(), "FOLDER"), (name.as_str(), "NAME")];
    Printed {
        out: plain(&output.stdout, &told),
        err: plain(&output.stderr, &told),
        status: output.status.code(),
    }
}

#[test]
#[ignore = "needs an engine: ./test"]
fn what_differs_is_seen() {
    let d = prepared("diff-seen");
    // the other way leads nowhere
    let ways =
        [Way { host: d.host(), letter: 'd' }, Way { host: "unix:///nonexistent/engine.sock", letter: 't' }];
    let wait = CASES.iter().find(|case| case.name == "wait").expect("there is one");
    let difference = differs(&d, wait, ways).expect("no engine is a difference");
    assert!(difference.contains("Cannot connect to the Docker daemon at HOST"), "{difference}");
}
