//! Tables: the fields of containers, with the ways that learners get them right and wrong.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tests::at;
use super::tests::check;
use super::tests::evidence;
use super::tests::run;
use super::*;
use crate::facts::{ContainerState, Mount, MountKind, Network, Place, Port, Run, Volume};

const FOLDER: &str = "/home/ana/pilotwhale/bind-script";

fn mounted(kind: MountKind, source: &str, target: &str) -> Run {
    let mount = Mount { kind, source: source.into(), target: target.into(), read_only: false };
    Run { mounts: vec![mount], ..run(&["python", "/w/hello.py"], "You made it! abc\n") }
}

/// One word, and everything that is said, for a check of one run.
fn told(asked: Value, run: Run) -> (String, String) {
    let here = vec![(format!("{FOLDER}/hello.py"), Place::File), ("/typo".to_owned(), Place::EmptyFolder)];
    let evidence =
        Evidence { folders: vec![FOLDER.into()], places: here.into_iter().collect(), ..evidence(vec![run]) };
    let verdict = judge(&check(asked), &evidence);
    (verdict.word().into(), format!("{verdict:?}"))
}

#[track_caller]
fn holds(asked: Value, run: Run) {
    let (word, all) = told(asked, run);
    assert_eq!(word, "done", "{all}");
}

#[track_caller]
fn fails(asked: Value, run: Run, word: &str, parts: &[&str]) {
    let (said, all) = told(asked, run);
    assert_eq!(said, word, "{all}");
    for part in parts {
        assert!(all.contains(part), "«{part}» is not in {all}");
    }
}

#[test]
fn a_file_of_the_exercise_is_mounted_by_itself_or_with_its_folder() {
    let asked = || json!({"run": {"mount": {"type": "bind", "covers": "./hello.py"}}});
    for source in [
        FOLDER.to_owned(),
        format!("{FOLDER}/"),
        format!("{FOLDER}/hello.py"),
        "/home/ana".to_owned(),
        format!("/host_mnt{FOLDER}"),
        "/".to_owned(),
    ] {
        holds(asked(), mounted(MountKind::Bind, &source, "/w"));
    }
    let volume = mounted(MountKind::Volume, "hello.py", "/hello.py");
    fails(asked(), volume, "not right", &["the volume hello.py", "named volume"]);
    let typo = mounted(MountKind::Bind, "/typo", "/w");
    fails(asked(), typo, "not right", &["does not hold hello.py", "empty folder"]);
    let beside = mounted(MountKind::Bind, &format!("{FOLDER}/hello"), "/w");
    fails(asked(), beside, "not right", &["does not hold hello.py"]);
    let late = run(&["-v", "/a:/b", "python"], "");
    fails(asked(), late, "not right", &["nothing is mounted", "-v stands after the image"]);
    fails(asked(), run(&["python"], ""), "not right", &["nothing is mounted"]);
    let gone = Run { argv: None, removed: true, ..run(&[], "") };
    fails(asked(), gone, "could not check", &["before its mounts"]);
}

#[test]
fn a_missing_source_is_told_even_where_the_path_is_right() {
    let here = vec![(format!("{FOLDER}/hello.py"), Place::EmptyFolder)];
    let asked = check(json!({"run": {"mount": {"covers": "./hello.py"}}}));
    let run = mounted(MountKind::Bind, &format!("{FOLDER}/hello.py"), "/hello.py");
    let evidence =
        Evidence { folders: vec![FOLDER.into()], places: here.into_iter().collect(), ..evidence(vec![run]) };
    let said = format!("{:?}", judge(&asked, &evidence));
    assert!(said.contains("is an empty folder") && said.contains("was not there"), "{said}");
}

fn publishes(ports: &[(u16, Option<u16>)]) -> Run {
    let port = |(container, host): &(u16, Option<u16>)| Port {
        container: *container,
        protocol: "tcp".into(),
        host_ip: None,
        host: *host,
    };
    Run { ports: ports.iter().map(port).collect(), ..run(&["flask", "run"], "") }
}

#[test]
fn ports_are_told_apart() {
    let asked = || json!({"run": {"port": {"container": 5000, "host": 5000}}});
    holds(asked(), publishes(&[(5000, Some(5000))]));
    holds(asked(), publishes(&[(80, None), (5000, Some(5000))]));
    holds(asked(), Run { networks: vec!["host".into()], ..publishes(&[]) });
    fails(asked(), publishes(&[]), "not right", &["no port of it is published"]);
    fails(asked(), publishes(&[(5000, None)]), "not right", &["EXPOSE is a note only"]);
    fails(
        asked(),
        publishes(&[(5000, Some(8080))]),
        "not right",
        &["5000 of the container as 8080", "Right idea"],
    );
    fails(asked(), publishes(&[(80, Some(5000))]), "not right", &["the program in the container listens on"]);
    let swapped = json!({"run": {"port": {"container": 80, "host": 8080}}});
    fails(swapped, publishes(&[(8080, Some(80))]), "not right", &["wrong way round"]);
    let late = Run { argv: Some(vec!["-p5000:5000".into()]), ..publishes(&[]) };
    fails(asked(), late, "not right", &["-p5000:5000 stands after the image"]);
    holds(json!({"run": {"port": "none"}}), publishes(&[(5000, None)]));
    fails(
        json!({"run": {"port": "none"}}),
        publishes(&[(5000, Some(1))]),
        "not right",
        &["it publishes 5000"],
    );
    holds(
        json!({"run": {"port": {"container": 5000, "host": {"ge": 1024}}}}),
        publishes(&[(5000, Some(5000))]),
    );
}

#[test]
fn a_variable_has_its_name_and_value() {
    let asked = || json!({"run": {"env": {"DEPLOYMENT": "dev"}}});
    let with = |name: &str, value: &str| Run {
        env_names: vec![name.into()],
        env: BTreeMap::from([(name.to_owned(), value.to_owned())]),
        ..run(&["python", "api.py"], "")
    };
    holds(asked(), with("DEPLOYMENT", "dev"));
    fails(asked(), with("DEPLOYMENT", "prod"), "not right", &["DEPLOYMENT is \\\"prod\\\""]);
    fails(asked(), with("deployment", "dev"), "not right", &["Small and capital"]);
    for near in ["DEPLOYMNET", "DEPLOYMENTS", "DEPLOY_MENT"] {
        let called = format!("the variable is called {near}");
        fails(asked(), with(near, "dev"), "not right", &[&called]);
    }
    fails(asked(), with("STAGE", "dev"), "not right", &["DEPLOYMENT is not set"]);
    let late = run(&["python", "api.py", "-e", "DEPLOYMENT=dev"], "");
    fails(asked(), late, "not right", &["not set", "-e stands after the image"]);
    let exec = Run { execs: vec!["env DEPLOYMENT=dev".into()], ..run(&["python"], "") };
    fails(asked(), exec, "not right", &["docker exec starts another program"]);
    let unseen = Run { env_names: vec!["DEPLOYMENT".into()], ..run(&["python"], "") };
    fails(asked(), unseen, "could not check", &["variables"]);
}

#[test]
fn what_is_not_so_yet_is_not_wrong() {
    let in_state = |state| Run { state: Some(state), finished: None, exit_code: None, ..run(&["nginx"], "") };
    let asked = |state: &str| json!({"container": {"state": state}});
    use ContainerState::{Created, Exited, Paused, Running};
    holds(asked("running"), in_state(Running));
    holds(asked("paused"), in_state(Paused));
    holds(asked("exited"), in_state(Exited));
    holds(asked("created"), Run { started: None, ..in_state(Created) });
    fails(asked("exited"), in_state(Running), "not yet", &[]);
    fails(asked("paused"), in_state(Running), "not yet", &[]);
    fails(asked("running"), in_state(Exited), "not right", &["it is exited, expected running"]);
    fails(asked("running"), in_state(Paused), "not right", &["it is paused"]);
    fails(asked("created"), in_state(Running), "not right", &["it is running"]);
    fails(
        asked("running"),
        Run { removed: true, auto_remove: true, ..in_state(Exited) },
        "not right",
        &["--rm"],
    );
    fails(json!({"run": {"removed": true}}), in_state(Exited), "not yet", &[]);
    holds(json!({"run": {"removed": true}}), Run { removed: true, ..in_state(Exited) });
}

#[test]
fn how_it_was_started_is_told_by_its_options() {
    let plain = || Run { command_given: Some(false), ..run(&["nginx"], "") };
    for (field, option) in [("interactive", "-i"), ("tty", "-t"), ("detached", "-d"), ("auto-remove", "--rm")]
    {
        fails(json!({"run": {field: true}}), plain(), "not right", &[&format!("started without {option}")]);
        holds(json!({"run": {field: false}}), plain());
    }
    holds(json!({"run": {"command-given": false}}), plain());
    fails(json!({"run": {"command-given": true}}), plain(), "not right", &["no command was given"]);
    let given = Run { command_given: Some(true), ..plain() };
    fails(json!({"run": {"command-given": false}}), given, "not right", &["in place of the image's own"]);
    let placed = Run { workdir: "/w".into(), user: "app".into(), networks: vec!["lab".into()], ..plain() };
    holds(json!({"run": {"workdir": "/w", "user": "app", "network": "lab"}}), placed);
    fails(json!({"run": {"network": "lab"}}), plain(), "not right", &["no network, expected"]);
    holds(json!({"run": {"name": {"prefix": "quiet"}}}), plain());
    fails(json!({"run": {"name": "web"}}), plain(), "not yet", &[]);
}

#[test]
fn output_is_more_than_lines() {
    let said = || run(&["x"], "one\ntwo\n\n");
    holds(
        json!({"run": {"output": {"contains": "wo", "lines": 2, "empty": false, "regex": "(?m)^one$"}}}),
        said(),
    );
    for (asked, part) in [
        (json!({"contains": "three"}), "is not in it"),
        (json!({"regex": "^two"}), "matches the pattern"),
        (json!({"lines": {"gt": 2}}), "it has 2 lines"),
        (json!({"empty": true}), "something was printed"),
    ] {
        fails(json!({"run": {"output": asked}}), said(), "not right", &[part]);
    }
    holds(json!({"run": {"output": {"empty": true}}}), run(&["x"], ""));
}

#[test]
fn volumes_and_networks_count_from_the_beginning_on() {
    let volume =
        |name: &str, second| Volume { name: name.into(), created: Some(at(second)), ..Volume::default() };
    let network =
        |name: &str, second| Network { name: name.into(), created: Some(at(second)), ..Network::default() };
    let user = Run { name: "db".into(), ..mounted(MountKind::Volume, "data", "/data") };
    let web = Run {
        name: "web".into(),
        state: Some(ContainerState::Running),
        networks: vec!["lab".into()],
        ..run(&["x"], "")
    };
    let evidence = Evidence {
        volumes: vec![volume("data", 5), volume("old", -50)],
        networks: vec![network("bridge", 5), network("lab", 5), network("old", -50)],
        ..evidence(vec![user, web])
    };
    let told = |asked: Value| {
        let verdict = judge(&check(asked), &evidence);
        (verdict.word(), format!("{verdict:?}"))
    };
    assert_eq!(told(json!({"volume": {"name": "data", "used-by": "db"}})).0, "done");
    let (word, all) = told(json!({"volume": {"name": "data", "used-by": "web"}}));
    assert!(word == "not right" && all.contains("db mounts it"), "{all}");
    let (word, all) = told(json!({"volume": {"name": "old"}}));
    assert!(
        word == "not right" && all.contains("before this exercise") && all.contains("docker volume rm old"),
        "{all}"
    );
    assert_eq!(told(json!({"volume": {"name": "cache"}})).0, "not yet");
    assert_eq!(told(json!({"network": {"name": "lab", "members": ["web"]}})).0, "done");
    let (word, all) = told(json!({"network": {"name": "lab", "members": ["web", "db"]}}));
    assert!(word == "not right" && all.contains("does not run in it"), "{all}");
    assert_eq!(told(json!({"network": {"name": "bridge"}})).0, "not yet");
    assert_eq!(told(json!({"network": {"name": "old"}})).0, "not right");
}
