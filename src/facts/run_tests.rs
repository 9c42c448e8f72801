//! The table of what two looks at one container are together.

use super::*;
use crate::facts::{HttpAnswer, Silence};

fn at(second: i64) -> Option<Timestamp> {
    Some(Timestamp::from_second(1_800_000_000 + second).unwrap())
}

/// An inspect, or a record after one.
fn whole() -> Run {
    Run { id: "a".into(), argv: Some(vec!["python3".into()]), created: at(1), ..Run::default() }
}

/// What events told.
fn heard() -> Run {
    Run { id: "a".into(), created: at(1), ..Run::default() }
}

fn is(state: ContainerState) -> Option<ContainerState> {
    Some(state)
}

fn output(text: &str) -> Option<Output> {
    Some(Output { text: text.into(), truncated: false })
}

fn port(host: Option<u16>) -> Vec<Port> {
    vec![Port { container: 80, protocol: "tcp".into(), host_ip: None, host }]
}

fn links(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter().map(|(source, real)| ((*source).to_owned(), (*real).to_owned())).collect()
}

fn probe(body: Option<&str>) -> Vec<Probe> {
    let outcome = body.ok_or(Silence::Refused);
    let outcome = outcome.map(|body| HttpAnswer { body: body.into(), ..HttpAnswer::default() });
    vec![Probe { port: 80, path: "/".into(), at: Timestamp::UNIX_EPOCH, outcome }]
}

fn exec(id: &str, inspected: bool, exit_code: Option<i64>) -> Exec {
    Exec { id: id.into(), line: "id".into(), inspected, exit_code, ..Exec::default() }
}

#[test]
fn two_looks_are_one() {
    use ContainerState::{Created, Exited, Running};
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    // rule, earlier look, later look, together
    let rows: Vec<(&str, Run, Run, Run)> = vec![
        (
            "what is gone keeps what was seen of it, and events know its end",
            Run { output: output("hello"), image_refs: names(&["python:3"]), state: is(Running), ..whole() },
            Run { removed: true, finished: at(3), exit_code: Some(0), ..heard() },
            Run {
                output: output("hello"),
                image_refs: names(&["python:3"]),
                removed: true,
                finished: at(3),
                exit_code: Some(0),
                ..whole()
            },
        ),
        (
            "what is here is as the engine says now",
            Run { error: "no".into(), finished: at(2), exit_code: Some(1), state: is(Exited), ..whole() },
            Run { started: at(5), state: is(Running), ..whole() },
            Run { started: at(5), state: is(Running), ..whole() },
        ),
        (
            "an event that came while an inspect was on its way is newer than its answer",
            Run { started: at(2), state: is(Running), user: "me".into(), ..whole() },
            Run { finished: at(3), exit_code: Some(7), state: is(Exited), ..heard() },
            Run {
                started: at(2),
                finished: at(3),
                exit_code: Some(7),
                state: is(Exited),
                user: "me".into(),
                ..whole()
            },
        ),
        (
            "a new start ends the end before it",
            Run { finished: at(3), exit_code: Some(1), error: "no".into(), state: is(Exited), ..whole() },
            Run { started: at(4), state: is(Running), ..heard() },
            Run { started: at(4), state: is(Running), ..whole() },
        ),
        (
            "before its first event, an inspect knows the state",
            Run { state: is(Created), ..whole() },
            heard(),
            Run { state: is(Created), ..whole() },
        ),
        (
            "who is removed stays removed, whatever a late answer says",
            Run { removed: true, ..heard() },
            Run { state: is(Running), ..whole() },
            Run { removed: true, ..whole() },
        ),
        (
            "nor does such an answer take back how it ended",
            Run { removed: true, finished: at(3), exit_code: Some(7), ..heard() },
            Run { state: is(Running), started: at(2), ..whole() },
            Run { removed: true, started: at(2), finished: at(3), exit_code: Some(7), ..whole() },
        ),
        (
            "ports that were published are not forgotten at the end",
            Run { ports: port(Some(8080)), ..whole() },
            Run { ports: port(None), ..whole() },
            Run { ports: port(Some(8080)), ..whole() },
        ),
        (
            "the engine's choice of a port is known after the start",
            Run { ports: port(None), ..whole() },
            Run { ports: port(Some(4000)), ..whole() },
            Run { ports: port(Some(4000)), ..whole() },
        ),
        (
            "the longer output says more",
            Run { output: output("a"), ..whole() },
            Run { output: output("ab"), ..whole() },
            Run { output: output("ab"), ..whole() },
        ),
        (
            "a shorter one takes nothing away",
            Run { output: output("ab"), ..whole() },
            Run { output: output("a"), ..whole() },
            Run { output: output("ab"), ..whole() },
        ),
        (
            "the image is called as it was typed, and all its names are known",
            Run { image: "python".into(), ..heard() },
            Run { image: "docker.io/library/python:latest".into(), image_refs: names(&["x:1"]), ..whole() },
            Run { image: "python".into(), image_refs: names(&["x:1"]), ..whole() },
        ),
        (
            "names add up",
            Run { image_refs: names(&["x:1", "x:2"]), ..whole() },
            Run { image_refs: names(&["x:2", "x:3"]), ..whole() },
            Run { image_refs: names(&["x:2", "x:3", "x:1"]), ..whole() },
        ),
        (
            "an answer outlasts a later silence",
            Run { probes: probe(Some("ahoy")), ..whole() },
            Run { probes: probe(None), ..whole() },
            Run { probes: probe(Some("ahoy")), ..whole() },
        ),
        (
            "the later answer counts",
            Run { probes: probe(Some("ahoy")), ..whole() },
            Run { probes: probe(Some("hello")), ..whole() },
            Run { probes: probe(Some("hello")), ..whole() },
        ),
        (
            "commands add up; one that was inspected tells more, and an end that is known stays",
            Run { execs: vec![exec("e1", true, None), exec("e2", false, Some(2))], ..whole() },
            Run { execs: vec![exec("e1", false, Some(0)), exec("e3", false, None)], ..heard() },
            Run {
                execs: vec![exec("e1", true, Some(0)), exec("e2", false, Some(2)), exec("e3", false, None)],
                ..whole()
            },
        ),
        (
            "what only an inspect knows outlasts what events tell",
            Run {
                manifest: Some("m".into()),
                hostname: "h".into(),
                log_driver: "none".into(),
                env_given: Some(["A".to_owned()].into()),
                ..whole()
            },
            Run { removed: true, ..heard() },
            Run {
                manifest: Some("m".into()),
                hostname: "h".into(),
                log_driver: "none".into(),
                env_given: Some(["A".to_owned()].into()),
                removed: true,
                ..whole()
            },
        ),
        (
            "where the image is gone, what was compared with it before stays",
            Run { env_given: Some(["A".to_owned()].into()), manifest: Some("m".into()), ..whole() },
            whole(),
            Run { env_given: Some(["A".to_owned()].into()), manifest: Some("m".into()), ..whole() },
        ),
        (
            "a link leads where it led at the first look",
            Run { linked: links(&[("/l", "/then")]), ..whole() },
            Run { linked: links(&[("/l", "/now"), ("/m", "/new")]), ..whole() },
            Run { linked: links(&[("/l", "/then"), ("/m", "/new")]), ..whole() },
        ),
        (
            "packages that were found stay found",
            Run { packages: Some(names(&["/flask.dist-info"])), ..whole() },
            Run { packages: Some(Vec::new()), ..heard() },
            Run { packages: Some(names(&["/flask.dist-info"])), ..whole() },
        ),
        (
            "that none were found is no last word",
            Run { packages: Some(Vec::new()), ..whole() },
            Run { packages: Some(names(&["/flask.dist-info"])), ..heard() },
            Run { packages: Some(names(&["/flask.dist-info"])), ..whole() },
        ),
        (
            "who did not look for packages says nothing of them",
            Run { packages: Some(Vec::new()), ..whole() },
            whole(),
            Run { packages: Some(Vec::new()), ..whole() },
        ),
        (
            "a step of a build stays one",
            Run { source: RunSource::Build, ..heard() },
            whole(),
            Run { source: RunSource::Build, ..whole() },
        ),
    ];
    for (rule, earlier, later, together) in rows {
        assert_eq!(earlier.with(later), together, "{rule}");
    }
}

#[test]
fn a_second_look_that_says_the_same_changes_nothing() {
    let run = Run {
        name: "web".into(),
        ports: port(Some(1)),
        probes: probe(Some("x")),
        packages: Some(vec!["/x.whl".into()]),
        linked: links(&[("/l", "/then")]),
        env_given: Some(["A".to_owned()].into()),
        execs: vec![exec("e", true, Some(0))],
        output: output("x"),
        state: is(ContainerState::Running),
        ..whole()
    };
    assert_eq!(run.clone().with(run.clone()), run);
    assert_eq!(heard().with(run.clone()), run);
}
