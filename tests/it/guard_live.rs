//! The guard between a real docker CLI and a real engine: what is foreign survives, what was made here goes.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use pilotwhale::dial::{Address, Dialer};
use pilotwhale::tap::guard::{Guard, Said};
use pilotwhale::tap::ledger::{Ledger, Made, engine_of};
use pilotwhale::tap::{Event, Options, Tap};
use tokio::sync::mpsc;

use crate::support::engine::{EngineUnderTest, engine, skipped};
use crate::support::screen::Launch;

const IMAGE: &str = "busybox";

/// A learner's docker behind a guarded tap.
struct Guarded {
    tap: Tap,
    seen: mpsc::Receiver<Event>,
    ledger: Arc<Ledger>,
    home: tempfile::TempDir,
}

struct Printed {
    ok: bool,
    text: String,
}

impl Guarded {
    fn new(on: &EngineUnderTest, app: Option<mpsc::Sender<Said>>) -> Option<Self> {
        let Some(upstream) = on.host().strip_prefix("unix://").map(PathBuf::from) else {
            skipped("guard", "the engine is not behind a socket of this machine");
            return None;
        };
        let home = tempfile::Builder::new().prefix("pw-").tempdir().expect("a temporary folder can be made");
        let file = home.path().join("state/made.jsonl");
        let ledger = Arc::new(Ledger::open(&file, &engine_of(on.host())).expect("a ledger can be opened"));
        let (events, seen) = mpsc::channel(256);
        let options = Options {
            upstream: Dialer::new(Address::socket(&upstream)),
            folder: home.path().join("tap"),
            shell: Default::default(),
            guard: Some(Guard::new(Arc::clone(&ledger), app)),
            last_looks: None,
        };
        let tap = Tap::start(options, events).expect("a tap can be started");
        Some(Self { tap, seen, ledger, home })
    }

    fn docker(&self, args: &[&str]) -> Printed {
        self.prints("docker", args)
    }

    fn prints(&self, program: &str, args: &[&str]) -> Printed {
        let output = Command::new(program)
            .args(args)
            .env("DOCKER_HOST", self.tap.docker_host())
            .env("CONTAINER_HOST", self.tap.docker_host())
            .env_remove("DOCKER_CONTEXT")
            .output()
            .expect("the program is installed");
        let text = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned()).concat();
        Printed { ok: output.status.success(), text }
    }

    #[track_caller]
    fn does(&self, args: &[&str]) -> String {
        let Printed { ok, text } = self.docker(args);
        assert!(ok, "docker {}: {text}", args.join(" "));
        text.trim().to_owned()
    }

    #[track_caller]
    fn is_refused(&self, args: &[&str], name: &str) {
        let Printed { ok, text } = self.docker(args);
        assert!(
            !ok && text.contains("pilotwhale kept your") && text.contains(name),
            "docker {}: {text}",
            args.join(" ")
        );
    }

    fn pilotwhale(&self, on: &EngineUnderTest, args: &[&str]) -> Printed {
        let output = Command::new(env!("CARGO_BIN_EXE_pilotwhale"))
            .args(args)
            .env("PILOTWHALE_HOME", self.home.path())
            .env("DOCKER_HOST", on.host())
            .env_remove("DOCKER_CONTEXT")
            .output()
            .expect("pilotwhale can be run");
        let text = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned()).concat();
        Printed { ok: output.status.success(), text }
    }
}

fn is_there(on: &EngineUnderTest, kind: &str, name: &str) -> bool {
    on.try_docker(&[kind, "inspect", name]).is_ok()
}

#[test]
#[ignore = "needs an engine: ./test"]
fn a_foreign_container_survives_and_an_own_one_goes() {
    let d = engine("guard-containers");
    let Some(shell) = Guarded::new(&d, None) else { return };
    let (foreign, own, ended) = (d.name("foreign"), d.name("own"), d.name("ended"));
    d.docker(&["create", "--name", &foreign, IMAGE]);
    shell.does(&["run", "-d", "--name", &own, IMAGE, "sleep", "1000"]);
    shell.is_refused(&["rm", "-f", &foreign, &own], &foreign);
    assert!(is_there(&d, "container", &foreign) && !is_there(&d, "container", &own));
    // the engine has its own words for what is not there
    assert!(shell.docker(&["rm", "no-such-thing"]).text.to_lowercase().contains("no such container"));

    shell.does(&["run", "--name", &ended, IMAGE, "sh", "-c", "echo 12345 >/file"]);
    let id = d.docker(&["inspect", "-f", "{{.Id}}", &ended]);
    let said = shell.does(&["container", "prune", "-f"]);
    // containerd's store counts whole blocks, Docker's own the file's six bytes
    let some = said.contains("Total reclaimed space: ") && !said.contains("space: 0B");
    assert!(said.contains(&id) && some, "{said}");
    assert!(is_there(&d, "container", &foreign) && !is_there(&d, "container", &ended));
    assert!(shell.does(&["container", "prune", "-f"]).contains("Total reclaimed space: 0B"));
    // stopping what is foreign is allowed
    shell.does(&["stop", &foreign]);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn volumes_and_networks_likewise() {
    let d = engine("guard-volumes");
    let Some(shell) = Guarded::new(&d, None) else { return };
    let (foreign, own, mounted) = (d.name("foreign"), d.name("own"), d.name("mounted"));
    d.docker(&["volume", "create", &foreign]);
    // it is there already, so it stays the learner's
    shell.does(&["volume", "create", &foreign]);
    shell.does(&["volume", "create", &own]);
    let holder = d.name("holder");
    let bind = format!("{mounted}:/data");
    shell.does(&["create", "--name", &holder, "-v", &bind, "-v", "/anonymous", IMAGE]);
    let anonymous = d.docker(&["inspect", "-f", "{{range .Mounts}}{{.Name}} {{end}}", &holder]);
    let anonymous =
        anonymous.split_whitespace().find(|name| *name != mounted).expect("two mounts").to_owned();
    for volume in [&own, &mounted, &anonymous] {
        assert!(shell.ledger.owns(Made::Volume, volume), "{volume}");
    }
    shell.does(&["rm", &holder]);
    shell.is_refused(&["volume", "rm", &foreign], &foreign);
    let said = shell.does(&["volume", "prune", "-f"]);
    assert!(said.contains(&anonymous) && !said.contains(&foreign), "{said}");
    for volume in [&mounted, &own] {
        let _ = shell.docker(&["volume", "rm", volume]); // an older CLI has pruned it already
        assert!(!is_there(&d, "volume", volume), "{volume}");
    }
    assert!(is_there(&d, "volume", &foreign));

    let (foreign, own, pruned) = (d.name("net"), d.name("own-net"), d.name("pruned-net"));
    d.docker(&["network", "create", &foreign]);
    shell.does(&["network", "create", &own]);
    shell.does(&["network", "create", &pruned]);
    shell.is_refused(&["network", "rm", &foreign], &foreign);
    shell.does(&["network", "rm", &own]);
    let said = shell.does(&["network", "prune", "-f"]);
    assert!(said.contains(&pruned) && !said.contains(&foreign), "{said}");
    assert!(is_there(&d, "network", &foreign));
}

#[test]
#[ignore = "needs an engine: ./test"]
fn images_go_by_their_names() {
    let d = engine("guard-images");
    let Some(shell) = Guarded::new(&d, None) else { return };
    let (foreign, own, both) = (d.name("foreign:1"), d.name("own:1"), d.name("both:1"));
    d.docker(&["tag", IMAGE, &foreign]);
    shell.does(&["tag", IMAGE, &own]);
    shell.is_refused(&["rmi", &foreign], &foreign);
    shell.is_refused(&["rmi", IMAGE], IMAGE);
    shell.does(&["rmi", &own]);

    let from = d.name("from");
    shell.does(&["run", "--name", &from, IMAGE, "touch", "/new"]);
    shell.does(&["commit", &from, &both]);
    let id = d.docker(&["inspect", "-f", "{{.Id}}", &both]);
    assert!(shell.ledger.owns(Made::Image, &id) && shell.ledger.owns_reference(&both, &id));
    d.docker(&["tag", &both, &d.name("elsewhere:1")]);
    shell.is_refused(&["rmi", "-f", &id], &id);
    shell.does(&["rmi", &both]);
    for image in [&foreign, &d.name("elsewhere:1")] {
        d.docker(&["rmi", image]);
    }
    shell.does(&["rm", &from]);
    // containerd's store also names an image by its digest
    let left = shell.ledger.entries();
    let left: Vec<Made> = left.iter().filter(|e| !e.name.contains('@')).map(|e| e.kind).collect();
    assert_eq!(left, [Made::Image], "its content lived on below the other name");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn what_was_built_may_go_at_once() {
    let d = engine("guard-build");
    let Some(shell) = Guarded::new(&d, None) else { return };
    let context = tempfile::tempdir().expect("a temporary folder can be made");
    let unique = d.name("built");
    for (file, text) in [("Dockerfile", &*format!("FROM {IMAGE}\nCOPY made /\n")), ("made", &unique)] {
        std::fs::write(context.path().join(file), text).expect("it can be written");
    }
    let folder = context.path().display().to_string();
    let kits: &[&str] = if d.is_podman() { &["0"] } else { &["1", "0"] };
    for kit in kits {
        let tag = format!("{unique}:{kit}");
        let output = Command::new("docker")
            .args(["build", "-q", "-t", &tag, &folder])
            .env("DOCKER_HOST", shell.tap.docker_host())
            .env("DOCKER_BUILDKIT", kit)
            .output()
            .expect("the docker CLI is installed");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() && text.contains("buildx") {
            continue; // not installed here
        }
        assert!(output.status.success(), "{text}");
        shell.does(&["rmi", &tag]);
        assert!(!is_there(&d, "image", &tag));
    }
}

/// Containerd's store removes at once what a build has taken the name of, Docker's own keeps it without one.
#[test]
#[ignore = "needs an engine: ./test"]
fn a_build_that_takes_a_name_of_the_learners_loses_no_content() {
    let d = engine("guard-kept");
    let Some(shell) = Guarded::new(&d, None) else { return };
    let name = d.name("precious");
    let build = |host: &str, word: &str| {
        let context = tempfile::tempdir().expect("a temporary folder can be made");
        for (file, text) in [("Dockerfile", &*format!("FROM {IMAGE}\nCOPY made /\n")), ("made", word)] {
            std::fs::write(context.path().join(file), text).expect("it can be written");
        }
        let mut docker = Command::new("docker");
        docker.env("DOCKER_HOST", host).args(["build", "-q", "-t", &name]).arg(context.path());
        if d.is_podman() {
            docker.env("DOCKER_BUILDKIT", "0");
        }
        let output = docker.output().expect("the docker CLI is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let made = |image: &str| d.docker(&["run", "--rm", "--network", "none", image, "cat", "/made"]);
    build(d.host(), "by-the-learner");
    let id = d.docker(&["inspect", "-f", "{{.Id}}", &name]);
    build(&shell.tap.docker_host(), "by-the-course");
    assert_eq!((made(&name), made(&id)), ("by-the-course".to_owned(), "by-the-learner".to_owned()));
    shell.does(&["rmi", &name]);
    let kept = d.docker(&["images", "-q", "--filter", &format!("reference=*{name}")]);
    assert!(!kept.is_empty(), "below a name of its own");
    d.docker(&["rmi", "-f", &id]);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn the_build_cache_is_kept() {
    let d = engine("guard-cache");
    let Some(shell) = Guarded::new(&d, None) else { return };
    let said = shell.does(&["system", "prune", "-f"]);
    assert!(said.contains("Total reclaimed space: 0B"), "{said}");
    // Also with buildx, which is refused in its own language.
    let Printed { ok, text } = shell.docker(&["builder", "prune", "-f"]);
    assert!(!ok, "{text}");
    assert!(text.contains("pilotwhale kept the build cache"), "{text}");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn system_prune_takes_the_courses_things_and_says_what_went() {
    let d = engine("guard-system");
    let Some(shell) = Guarded::new(&d, None) else { return };
    let (foreign, own) = (d.name("foreign"), d.name("own"));
    make(&|args| d.docker(args), &foreign);
    make(&|args| shell.does(args), &own);
    let id = d.docker(&["inspect", "-f", "{{.Id}}", &own]);
    let said = shell.does(&["system", "prune", "-a", "-f", "--volumes"]);
    // podman names the image's registry, too
    for gone in [&id, &format!("{own}-net"), "untagged: ", &format!("{own}:1\n")] {
        assert!(said.contains(gone), "{gone}: {said}");
    }
    assert!(!said.contains(&foreign), "{said}");
    for kind in ["container", "volume"] {
        assert!(is_there(&d, kind, &foreign), "{kind}");
    }
    assert!(
        is_there(&d, "network", &format!("{foreign}-net")) && is_there(&d, "image", &format!("{foreign}:1"))
    );
    assert!(!is_there(&d, "container", &own) && !is_there(&d, "image", &format!("{own}:1")));
    d.docker(&["rmi", &format!("{foreign}:1")]);
}

/// One of each kind that a prune would take.
fn make(docker: &dyn Fn(&[&str]) -> String, name: &str) {
    docker(&["run", "--name", name, IMAGE, "sh", "-c", &format!("echo {name} >/made")]);
    docker(&["commit", name, &format!("{name}:1")]);
    docker(&["network", "create", &format!("{name}-net")]);
    docker(&["volume", "create", name]);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn compose_takes_down_what_it_put_up_and_no_volume_that_was_there() {
    let d = engine("guard-compose");
    if d.try_docker(&["compose", "version"]).is_err() {
        skipped("compose", "the docker CLI has no compose");
        return;
    }
    let Some(shell) = Guarded::new(&d, None) else { return };
    let project = d.name("project");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("compose.yaml");
    let services =
        "services:\n  web: {image: busybox, command: sleep 1000, volumes: ['own:/own', 'there:/there']}\n";
    std::fs::write(&file, format!("{services}volumes: {{own: {{}}, there: {{}}}}\n"))
        .expect("it can be written");
    let file = file.display().to_string();
    let (own, there) = (format!("{project}_own"), format!("{project}_there"));
    d.docker(&["volume", "create", "--label", &format!("com.docker.compose.project={project}"), &there]);
    let compose = ["compose", "-p", &project, "-f", &file];
    shell.does(&[&compose[..], &["up", "-d"]].concat());
    assert!(shell.ledger.owns(Made::Volume, &own) && !shell.ledger.owns(Made::Volume, &there));
    shell.is_refused(&[&compose[..], &["down", "-v"]].concat(), &there);
    assert!(is_there(&d, "volume", &there) && !is_there(&d, "volume", &own));
    assert!(!is_there(&d, "container", &format!("{project}-web-1")));
    assert!(!is_there(&d, "network", &format!("{project}_default")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an engine: ./test"]
async fn the_app_is_asked_and_the_command_waits() {
    let d = engine("guard-ask");
    let (app, mut said) = mpsc::channel(8);
    let Some(shell) = Guarded::new(&d, Some(app)) else { return };
    let shell = Arc::new(shell);
    for (answer, there) in [(false, true), (true, false)] {
        let name = d.name(&format!("foreign-{answer}"));
        d.docker(&["create", "--name", &name, IMAGE]);
        let (running, named) = (Arc::clone(&shell), name.clone());
        let command = tokio::task::spawn_blocking(move || running.docker(&["rm", &named]));
        let Some(Said::Ask(question)) = said.recv().await else { panic!("nothing was asked") };
        assert!(
            question.objects[0].contains(&name) && question.command.contains("docker rm"),
            "{question:?}"
        );
        assert!(is_there(&d, "container", &name));
        question.reply.send(answer).expect("the client waits");
        let printed = command.await.expect("no panic");
        assert_eq!(printed.ok, answer, "{}", printed.text);
        assert_eq!(is_there(&d, "container", &name), there);
        // the ledger's news
        while said.try_recv().is_ok() {}
    }
    // a client that is interrupted takes its question with it
    let name = d.name("kept");
    d.docker(&["create", "--name", &name, IMAGE]);
    let mut client = Command::new("docker")
        .args(["rm", &name])
        .env("DOCKER_HOST", shell.tap.docker_host())
        .spawn()
        .expect("the docker CLI is installed");
    let Some(Said::Ask(mut question)) = said.recv().await else { panic!("nothing was asked") };
    client.kill().expect("it can be killed");
    client.wait().expect("it ends");
    question.reply.closed().await;
    assert!(is_there(&d, "container", &name));
}

#[test]
#[ignore = "needs an engine: ./test"]
fn clean_removes_what_the_ledger_holds_and_nothing_else() {
    let d = engine("guard-clean");
    let Some(shell) = Guarded::new(&d, None) else { return };
    let (foreign, own, volume) = (d.name("foreign"), d.name("own"), d.name("data"));
    d.docker(&["create", "--name", &foreign, IMAGE]);
    let bind = format!("{volume}:/data");
    shell.does(&["run", "-d", "--name", &own, "-v", &bind, IMAGE, "sleep", "1000"]);
    let Guarded { tap, seen, ledger, home } = shell;
    drop(tap);
    let shell = Guarded { tap: Guarded::new(&d, None).expect("as before").tap, seen, ledger, home };
    // nobody can be asked
    let asked = shell.pilotwhale(&d, &["clean"]);
    assert!(!asked.ok && asked.text.contains(&own) && asked.text.contains("--yes"), "{}", asked.text);
    let done = shell.pilotwhale(&d, &["clean", "--yes"]);
    assert!(done.ok && done.text.contains(&format!("Removed the volume {volume}")), "{}", done.text);
    assert!(is_there(&d, "container", &foreign));
    assert!(!is_there(&d, "container", &own) && !is_there(&d, "volume", &volume));
    assert!(shell.pilotwhale(&d, &["clean"]).text.contains("Nothing is left"));
    assert_eq!(shell.ledger.entries(), [], "it sees what another program forgets");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn the_app_asks_and_after_a_crash_clean_removes_what_is_left() {
    let d = engine("guard-app");
    let (foreign, own) = (d.name("foreign"), d.name("own"));
    d.docker(&["create", "--name", &foreign, IMAGE]);
    let app =
        Launch::pilotwhale().args(["--shell", "sh"]).env("PS1", "ready> ").engine(&d).size(120, 40).start();
    app.wait_for("ready>");
    app.send("<F12>");
    app.wait_for("F12 back");
    app.type_text(&format!("docker run -d --name {own} {IMAGE} sleep 1000; docker rm {foreign}\n"));
    app.wait_for("Delete what is yours?");
    app.type_text("y");
    app.send("<Esc>");
    app.wait_for("was not answered with yes");
    assert!(is_there(&d, "container", &foreign));
    app.type_text(&format!("clear; docker rm {foreign}\n"));
    app.wait_for("Delete what is yours?");
    app.send("yes<Enter>");
    app.wait_gone("Delete what is yours?");
    app.type_text("clear; echo over-$((1+1))\n");
    app.wait_for("over-2");
    assert!(!is_there(&d, "container", &foreign));
    app.kill9();
    assert!(is_there(&d, "container", &own));
    let clean = Launch::pilotwhale().args(["clean", "--yes"]).engine(&d).home_of(&app).start();
    clean.wait_for("Removed the container");
    assert!(clean.wait_exit().success());
    assert!(!is_there(&d, "container", &own));
}

/// It speaks to Podman's own API, below `/libpod`.
#[test]
#[ignore = "needs an engine: ./test"]
fn the_podman_command_is_seen_and_guarded_too() {
    let d = engine("guard-podman");
    if !d.is_podman() || Command::new("podman").arg("--version").output().is_err() {
        skipped("podman command", "the engine is not Podman, or its command is not installed");
        return;
    }
    let Some(mut shell) = Guarded::new(&d, None) else { return };
    let (foreign, own) = (d.name("foreign"), d.name("own"));
    d.docker(&["create", "--name", &foreign, IMAGE]);
    d.docker(&["volume", "create", &foreign]);
    let does = |args: &[&str]| {
        let Printed { ok, text } = shell.prints("podman", args);
        assert!(ok, "podman {}: {text}", args.join(" "));
        text.trim().to_owned()
    };
    let refuses = |args: &[&str], said: &str| {
        let Printed { ok, text } = shell.prints("podman", args);
        assert!(!ok && text.contains(said), "podman {}: {text}", args.join(" "));
    };
    does(&["run", "-d", "--name", &own, IMAGE, "sleep", "1000"]);
    does(&["volume", "create", &own]);
    does(&["network", "create", &own]);
    let id = d.docker(&["inspect", "-f", "{{.Id}}", &own]);
    assert!(shell.ledger.owns(Made::Container, &id) && shell.ledger.owns(Made::Volume, &own));
    assert_eq!(does(&["exec", &own, "echo", "inside"]), "inside");
    refuses(&["rm", "-f", &foreign], "pilotwhale kept your");
    refuses(&["volume", "rm", &foreign], "pilotwhale kept your");
    refuses(&["volume", "prune", "-f"], "pilotwhale stopped this (volume: prune)");
    let context = tempfile::Builder::new().prefix("pw-").tempdir().expect("a temporary folder can be made");
    let file = format!("FROM {IMAGE}\nCOPY Dockerfile /\nENV OF={own}\n");
    std::fs::write(context.path().join("Dockerfile"), file).expect("it can be written");
    does(&["build", "-t", &own, &context.path().display().to_string()]);
    shell.does(&["rmi", &own]);
    does(&["rm", "-f", "-t", "0", &own]);
    does(&["volume", "rm", &own]);
    does(&["network", "rm", &own]);
    assert!(is_there(&d, "container", &foreign) && is_there(&d, "volume", &foreign));
    let images = [Made::Image, Made::Reference];
    assert!(shell.ledger.entries().iter().all(|left| images.contains(&left.kind)), "steps of the build");

    let mut did = Vec::new();
    while let Ok(event) = shell.seen.try_recv() {
        if let Event::Seen(call) = event {
            did.push(call.action.name.clone());
        }
    }
    for action in ["container-create", "exec-create", "container-remove", "volume-create", "network-remove"] {
        assert!(did.iter().any(|name| name == action), "{action}: {did:?}");
    }
    assert!(!did.iter().any(|name| name == "other"), "{did:?}");
}
