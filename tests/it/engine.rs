//! The engine room against a real engine: the picture stays true, runs are written down whole, and it comes back.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pilotwhale::engine::{Deed, Endpoint, Engine, EngineError, Update, Watcher, follow_logs, sampler, watch};
use pilotwhale::facts::{
    ContainerState, Detail, Kind, Link, LogFrom, LogLine, Run, RunSource, Snapshot, Stream,
};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::engine::{EngineUnderTest, LABEL, engine, skipped};
use crate::support::relay::Relay;

const PATIENCE: Duration = Duration::from_secs(20);

/// A watcher and all that it said.
struct Seen {
    _watcher: Watcher,
    updates: mpsc::Receiver<Update>,
    snapshot: Arc<Snapshot>,
    link: Link,
    runs: HashMap<String, Arc<Run>>,
}

impl Seen {
    async fn start(endpoint: &Endpoint) -> Self {
        let (tx, updates) = mpsc::channel(4);
        let watcher = watch(endpoint.clone(), tx);
        let mut seen = Self {
            _watcher: watcher,
            updates,
            snapshot: Arc::default(),
            link: Link::Connecting,
            runs: HashMap::new(),
        };
        seen.until("live", |s| s.link == Link::Live).await;
        seen
    }

    async fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !done(self) {
                match self.updates.recv().await.expect("the watcher lives") {
                    Update::Link(link) => self.link = link,
                    Update::Snapshot(snapshot) => self.snapshot = snapshot,
                    Update::Run(run) => drop(self.runs.insert(run.name.clone(), run)),
                    Update::Thing(_) | Update::Past(_) => {}
                }
            }
        };
        let over = timeout(PATIENCE, waiting).await;
        assert!(over.is_ok(), "not seen: {what}; link {:?}, runs {:#?}", self.link, self.runs);
    }

    fn run(&self, name: &str) -> Option<&Run> {
        self.runs.get(name).map(|r| &**r)
    }
}

fn text(run: &Run) -> &str {
    run.output.as_ref().map_or("", |o| &o.text)
}

/// What must agree between the picture and the truth: times of a list are words, and are left out.
fn truth(s: &Snapshot, prefix: &str) -> Vec<String> {
    let mut rows: Vec<String> = s
        .containers
        .iter()
        .filter(|c| c.name.starts_with(prefix))
        .map(|c| {
            format!(
                "{} {} {} {:?} {:?} {:?} {:?} {:?}",
                c.id, c.name, c.image_id, c.state, c.exit_code, c.labels, c.mounts, c.networks
            )
        })
        .collect();
    rows.sort();
    rows
}

fn endpoint(of: &EngineUnderTest) -> Endpoint {
    let uri = if of.host().contains("://") { of.host().to_string() } else { format!("unix://{}", of.host()) };
    Endpoint::at(uri, "the tests' engine")
}

/// Runs `docker run` in the foreground and returns how it ended.
fn foreground(on: &EngineUnderTest, args: &[&str]) -> Option<i32> {
    let mut docker = Command::new("docker");
    docker.env("DOCKER_HOST", on.host()).env_remove("DOCKER_CONTEXT").args(args);
    docker.output().expect("the docker CLI is installed").status.code()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn the_picture_is_the_truth_after_any_operations() {
    let d = engine("model");
    let at = endpoint(&d);
    let prefix = d.name("");
    let mut seen = Seen::start(&at).await;
    let direct = Engine::connect(&at).await.expect("connects");
    let d = blocking(move || {
        // Mixed, but the same on every run, so that a failure can be repeated.
        let mut dice: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut names: Vec<String> = Vec::new();
        for n in 0..36 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = (dice >> 33) as usize;
            let name = names.get(pick % names.len().max(1)).cloned();
            // What fails here (start of a running one, kill of a stopped one) fails by design.
            match (pick % 8, name) {
                (0..=2, _) | (_, None) => {
                    let name = d.name(&n.to_string());
                    let made: &[&str] = if pick.is_multiple_of(2) { &["run", "-d"] } else { &["create"] };
                    let rest =
                        ["--network", "none", "--label", LABEL, "--name", &name, "busybox", "sleep", "100"];
                    d.docker(&[made, &rest].concat());
                    names.push(name);
                }
                (3, Some(name)) => drop(d.try_docker(&["start", &name])),
                (4, Some(name)) => drop(d.try_docker(&["kill", &name])),
                (5, Some(name)) => drop(d.try_docker(&["pause", &name])),
                (6, Some(name)) => drop(d.try_docker(&["restart", "-t", "0", &name])),
                (_, Some(name)) => {
                    d.docker(&["rm", "-f", &name]);
                    names.retain(|n| *n != name);
                }
            }
        }
        d
    })
    .await;
    let want = truth(&direct.snapshot().await.expect("a fresh look"), &prefix);
    seen.until("the same as a fresh list", |s| truth(&s.snapshot, &prefix) == want).await;
    blocking(move || drop(d)).await;
    seen.until("all gone", |s| truth(&s.snapshot, &prefix).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn a_run_that_leaves_nothing_is_written_down_whole() {
    let d = engine("fleeting");
    let at = endpoint(&d);
    let mut seen = Seen::start(&at).await;
    let began = Timestamp::now();
    let names: Vec<String> = (0..10).map(|n| d.name(&n.to_string())).collect();
    let wanted = names.clone();
    let d = blocking(move || {
        for name in &wanted {
            // on a machine under load, a shorter life may be over before the engine was asked about it
            let what = "seq 1 500; echo end >&2; sleep 1; exit 3";
            let made =
                ["run", "--rm", "--name", name, "--label", LABEL, "-v", "/tmp:/here:ro", "-e", "SECRET=x"];
            assert_eq!(foreground(&d, &[&made[..], &["busybox", "sh", "-c", what]].concat()), Some(3));
        }
        d
    })
    .await;
    for name in &names {
        let whole = |r: &Run| r.removed && r.exit_code.is_some() && r.output.is_some();
        seen.until(name, |s| s.run(name).is_some_and(whole)).await;
        let run = seen.run(name).expect("just seen");
        assert_eq!(run.exit_code, Some(3));
        let lines: Vec<&str> = text(run).lines().collect();
        assert_eq!(lines.len(), 501, "{name}: {}", text(run));
        assert!(lines.contains(&"500") && lines.contains(&"end"));
        assert_eq!(run.argv.as_ref().expect("argv")[..2], ["sh", "-c"]);
        assert!(
            run.auto_remove && run.source == RunSource::Learner && run.env_names.contains(&"SECRET".into())
        );
        assert!(run.mounts.iter().any(|m| m.target == "/here" && m.read_only));
        assert!(run.image_refs.iter().any(|r| r.contains("busybox")), "{:?}", run.image_refs);
    }
    // What can be known of them afterwards: name and exit code.
    let direct = Engine::connect(&at).await.expect("connects");
    let later = direct.runs_since(began).await.expect("history");
    let gone = later.iter().find(|r| r.name == names[9]).expect("the engine remembers it");
    assert_eq!(
        (gone.exit_code, gone.removed, gone.argv.is_none(), gone.output.is_none()),
        (Some(3), true, true, true)
    );
    drop(d);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn a_start_that_failed_says_why() {
    let d = engine("fail");
    let mut seen = Seen::start(&endpoint(&d)).await;
    let (kept, removed) = (d.name("kept"), d.name("rm"));
    for (name, rm) in [(&kept, &[][..]), (&removed, &["--rm"][..])] {
        let rest = ["--name", name, "--label", LABEL, "busybox", "no-such-program"];
        let code = foreground(&d, &[&["run"], rm, &rest].concat());
        // podman refuses to attach, and the docker command then says 1
        assert!(code == Some(127) || code == Some(1) && d.is_podman(), "{code:?}");
    }
    for name in [&kept, &removed] {
        seen.until(name, |s| s.run(name).is_some_and(|r| !r.error.is_empty())).await;
        let run = seen.run(name).expect("just seen");
        assert_eq!(run.started, None);
        // The engine may remove it faster than it can be asked why.
        if name == &kept || !run.error.contains("before the engine could be asked") {
            assert!(run.error.contains("no-such-program"), "{}", run.error);
            assert_eq!(run.exit_code, Some(127));
        }
    }
    // The engine's own list says only that it was created.
    seen.until("the code in the list", |s| {
        s.snapshot
            .containers
            .iter()
            .any(|c| c.name == kept && c.state == ContainerState::Created && c.exit_code == Some(127))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn output_of_a_prompt_shows_while_it_runs_and_execs_are_noted() {
    let d = engine("live");
    let at = endpoint(&d);
    let mut seen = Seen::start(&at).await;
    let began = Timestamp::now();
    let name = d.name("it");
    d.docker(&["run", "-dit", "--name", &name, "--label", LABEL, "busybox", "sh", "-c", "echo first; cat"]);
    d.docker(&["exec", &name, "ls", "-l", "/"]);
    // podman tells that something was run, and not what
    let expected: &[(&str, Option<i64>)] = if d.is_podman() { &[] } else { &[("ls -l /", Some(0))] };
    let execs = |r: &Run| r.execs.iter().map(|e| (e.line.clone(), e.exit_code)).collect::<Vec<_>>();
    let noted =
        |r: &Run| execs(r).iter().map(|(line, code)| (line.as_str(), *code)).eq(expected.iter().copied());
    let heard = |r: &Run| text(r) == "first" && noted(r) && r.exit_code.is_none();
    seen.until("first line", |s| s.run(&name).is_some_and(heard)).await;
    let direct = Engine::connect(&at).await.expect("connects");
    let known = direct.runs_since(began).await.expect("history");
    let run = known.iter().find(|r| r.name == name).expect("it is there");
    assert_eq!(text(run), "first");
    assert!(noted(run), "{:?}", run.execs);

    let Detail::Container(detail) = direct.detail(Kind::Container, &name).await.expect("detail") else {
        panic!("not a container");
    };
    assert!(detail.tty && detail.container.state == ContainerState::Running);
    let Detail::Image(image) = direct.detail(Kind::Image, "busybox").await.expect("detail") else {
        panic!("not an image");
    };
    assert!(!image.layers.is_empty() && image.image.size > 0);
    let network = if d.is_podman() { "podman" } else { "bridge" };
    let Detail::Network(network) = direct.detail(Kind::Network, network).await.expect("detail") else {
        panic!("not a network");
    };
    assert!(network.members.iter().any(|(member, address)| *member == name && address.contains('.')));
    let refused = direct.remove(Kind::Container, &detail.container.id).await.expect_err("it runs");
    assert!(matches!(refused, EngineError::Conflict { .. }), "{refused:?}");
    let absent = direct.detail(Kind::Volume, "pw-no-such-volume").await.expect_err("no such volume");
    assert!(matches!(absent, EngineError::NotFound { .. }), "{absent:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn figures_and_logs_of_a_running_container() {
    let d = engine("stats");
    let direct = Engine::connect(&endpoint(&d)).await.expect("connects");
    let id = d.docker(&[
        "run",
        "-d",
        "--name",
        &d.name("busy"),
        "--label",
        LABEL,
        "--network",
        "none",
        "busybox",
        "sh",
        "-c",
        "seq 1 700; sleep 0.5; echo oops >&2; while :; do :; done",
    ]);
    let (tx, mut samples) = mpsc::channel(4);
    let sampler = sampler(direct.clone(), tx);
    sampler.set_visible(vec![id.clone()]);
    let busy = timeout(PATIENCE, async {
        loop {
            let round = samples.recv().await.expect("samples");
            if let Some((_, s)) = round.iter().find(|(of, s)| *of == id && s.cpu_percent > 20.0) {
                break *s;
            }
        }
    })
    .await
    .expect("a busy loop is seen");
    assert!(busy.memory > 0 && busy.memory_limit > busy.memory && busy.cpu_percent < 150.0, "{busy:?}");

    let (tx, mut updates) = mpsc::channel(4);
    let follower = follow_logs(direct.clone(), LogFrom { id: id.clone(), since: None }, tx);
    let mut lines = Vec::new();
    while lines.len() < 500 {
        let update =
            timeout(PATIENCE, updates.recv()).await.expect("log lines in time").expect("the follower lives");
        lines.extend(update.lines);
    }
    assert_eq!(lines.len(), 500, "the last 500 of 701 lines");
    assert!(lines.iter().any(|l| l.text == "oops" && l.stream == Stream::Stderr));

    let newest = lines.iter().filter_map(|line| line.at).max().expect("times");
    let (tx, mut newer) = mpsc::channel(4);
    let again = follow_logs(direct.clone(), LogFrom { id: id.clone(), since: Some(newest) }, tx);
    let update = timeout(PATIENCE, newer.recv()).await.expect("lines in time").expect("the follower lives");
    let is_old = |line: &LogLine| line.at.is_none_or(|at| at.as_second() < newest.as_second());
    assert!(!update.lines.is_empty() && !update.lines.iter().any(is_old), "{update:?}");
    again.abort();

    direct.carry_out(Deed::Remove(Kind::Container), &id).await.expect_err("it runs");
    d.docker(&["kill", &id]);
    let last = timeout(PATIENCE, updates.recv()).await.expect("an end in time").expect("an end");
    assert!(last.ended.is_some());
    follower.abort();
    direct.carry_out(Deed::Remove(Kind::Container), &id).await.expect("removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn steps_of_a_build_are_not_the_learners_runs() {
    let d = engine("build");
    let mut seen = Seen::start(&endpoint(&d)).await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("Dockerfile"), "FROM busybox\nRUN echo from-a-build-step\n")
        .expect("writes");
    let tag = d.name("built");
    let mut docker = Command::new("docker");
    docker.env("DOCKER_HOST", d.host()).env_remove("DOCKER_CONTEXT").env("DOCKER_BUILDKIT", "0");
    let built = docker.args(["build", "--no-cache", "-t", &tag, "."]).current_dir(folder.path()).output();
    if !built.expect("the docker CLI is installed").status.success() {
        skipped("steps of a build", "this CLI has no classic builder");
        return;
    }
    seen.until("a build step", |s| {
        s.runs.values().any(|r| r.source == RunSource::Build && r.exit_code == Some(0))
    })
    .await;
    d.docker(&["rmi", &tag]);
}

/// An image store that keeps indexes gives each build a new id, also where every step came from the cache.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn an_image_that_is_built_once_more_is_the_one_that_was_run() {
    let d = engine("again");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("Dockerfile"), "FROM busybox\nRUN echo again >/again\n")
        .expect("writes");
    let (tag, path) = (d.name("image"), folder.path().to_str().expect("plain").to_owned());
    let begun = Timestamp::now() - Duration::from_secs(2);
    let build = || {
        let mut docker = Command::new("docker");
        docker
            .env("DOCKER_HOST", d.host())
            .env_remove("DOCKER_CONTEXT")
            .args(["build", "-q", "-t", &tag, &path]);
        if d.is_podman() {
            docker.env("DOCKER_BUILDKIT", "0");
        }
        let output = docker.output().expect("the docker CLI is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    build();
    let name = d.name("ran");
    d.docker(&["run", "--label", LABEL, "--name", &name, &tag, "true"]);
    build();
    let direct = Engine::connect(&endpoint(&d)).await.expect("answers");
    let images = direct.images().await.expect("a list");
    let image = images.iter().find(|i| i.tags.iter().any(|t| t.contains(&tag))).expect("it is listed");
    let rows = direct.containers(None).await.expect("a list");
    let row = rows.iter().find(|c| c.name == name).expect("it is listed");
    assert!(row.content().is(image.content()), "{row:?} {image:?}");
    let runs = direct.runs_since(begun).await.expect("runs");
    let run = runs.iter().find(|r| r.name == name).expect("it ran");
    assert!(run.content().is(image.content()), "{run:?} {image:?}");
    let base = images.iter().find(|i| i.tags.iter().any(|t| t.ends_with("busybox:latest"))).expect("pulled");
    assert!(!row.content().is(base.content()), "its base is another image");
    d.docker(&["rmi", "-f", &tag]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn it_comes_back_after_a_cut_and_knows_what_happened_meanwhile() {
    let d = engine("cut");
    let at = endpoint(&d);
    let folder = tempfile::tempdir().expect("a folder");
    let mut relay = Relay::to(&at.uri, folder.path());
    let (before, meanwhile) = (d.run("before", &["busybox", "sleep", "100"]), d.name("meanwhile"));
    let mut seen = Seen::start(&Endpoint::socket(relay.path(), "a relay")).await;

    relay.cut();
    seen.until("lost", |s| matches!(s.link, Link::Lost { .. })).await;
    assert!(seen.snapshot.containers.iter().any(|c| c.name == before), "the last picture is kept");
    d.docker(&["rm", "-f", &before]);
    d.docker(&["run", "--name", &meanwhile, "--label", LABEL, "busybox", "echo", "said meanwhile"]);

    let back = std::time::Instant::now();
    relay.open();
    seen.until("live again", |s| s.link == Link::Live).await;
    eprintln!("live again {:?} after the engine came back", back.elapsed());
    let has = |s: &Seen, name: &str| s.snapshot.containers.iter().any(|c| c.name == name);
    seen.until("the new picture", |s| has(s, &meanwhile) && !has(s, &before)).await;
    let whole = |r: &Run| text(r) == "said meanwhile" && r.exit_code == Some(0);
    seen.until("the run in the gap", |s| s.run(&meanwhile).is_some_and(whole)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn how_long_from_event_to_picture() {
    let d = engine("latency");
    let name = d.name("one");
    d.docker(&["create", "--network", "none", "--name", &name, "--label", LABEL, "busybox", "sleep", "1000"]);
    let mut seen = Seen::start(&endpoint(&d)).await;
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..20 {
        let mut docker = Command::new("docker");
        docker.env("DOCKER_HOST", d.host()).env_remove("DOCKER_CONTEXT").args(["start", &name]);
        let mut child =
            docker.stdout(std::process::Stdio::null()).spawn().expect("the docker CLI is installed");
        let running = |s: &Seen| s.snapshot.containers.iter().any(|c| c.name == name && c.state.is_running());
        seen.until("running", running).await;
        let now = Timestamp::now();
        let started = seen.snapshot.containers.iter().find(|c| c.name == name).and_then(|c| c.started);
        took.push(Duration::try_from(now.duration_since(started.expect("a time"))).unwrap_or_default());
        child.wait().expect("docker start");
        d.docker(&["kill", &name]);
        seen.until("exited", |s| !running(s)).await;
    }
    took.sort();
    eprintln!("event to snapshot: median {:?}, longest {:?} of {}", took[10], took[19], took.len());
}
