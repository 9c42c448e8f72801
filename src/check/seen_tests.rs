//! Tables: what was asked of the engine and typed in, and whether that is what a task asks for.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::*;
use crate::facts::{Action, Answer, Command, Evidence, Observed, Origin, Run};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// As an author writes it, in the part of YAML that is JSON.
fn check(text: &str) -> Check {
    serde_json::from_str(text).unwrap()
}

pub(super) fn call(n: u64, argv: &str, name: &str, object: &str, args: &str, status: u16) -> Observed {
    let args = args.split_whitespace().filter_map(|arg| arg.split_once('='));
    Observed {
        call: n,
        command: Command {
            pid: 7,
            argv: argv.split(' ').map(str::to_owned).collect(),
            origin: Origin::Typed,
        },
        at: at(10),
        method: "GET".into(),
        target: "/".into(),
        action: Action {
            name: name.into(),
            object: (!object.is_empty()).then(|| object.into()),
            args: args.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        },
        answer: Some(Answer { status, ..Answer::default() }),
        request_body: None,
        response_body: None,
        output: None,
        build: None,
    }
}

fn evidence(seen: Vec<Observed>) -> Evidence {
    Evidence { since: at(0), gathered: at(100), seen, ..Evidence::default() }
}

fn verdict(check: &Check, calls: &[Observed]) -> &'static str {
    judge(check, &evidence(calls.to_vec())).word()
}

fn all_containers() -> Check {
    check(r#"{"seen": {"did": "container-list", "args": {"all": "1"}}}"#)
}

#[test]
fn every_spelling_of_a_list_of_all_containers() {
    for argv in [
        "docker ps -a",
        "docker ps --all",
        "docker container ls --all",
        "/usr/bin/docker container list -a",
        "docker ps -qa",
        "sh list.sh",
        "curl -s --unix-socket /run/docker.sock http://docker/containers/json?all=1",
    ] {
        let call = call(1, argv, "container-list", "", "all=1", 200);
        assert_eq!(verdict(&all_containers(), &[call]), "done", "{argv}");
    }
}

#[test]
fn what_nobody_typed_never_counts() {
    let typed = call(1, "docker ps -a", "container-list", "", "all=1", 200);
    for (origin, why) in
        [(Origin::Shell, "completion, $(…), a prompt"), (Origin::Elsewhere, "another terminal")]
    {
        let mut other = typed.clone();
        other.command.origin = origin;
        assert_eq!(verdict(&all_containers(), &[other]), "not yet", "{why}");
    }
    let before = Observed { at: at(-1), ..typed.clone() };
    assert_eq!(verdict(&all_containers(), &[before]), "not yet", "before the exercise");
    let unanswered = Observed { answer: None, ..typed.clone() };
    assert_eq!(verdict(&all_containers(), &[unanswered]), "not yet", "no answer yet");
    let other = call(1, "docker images -a", "image-list", "", "all=1", 200);
    assert_eq!(verdict(&all_containers(), &[other]), "not yet");
}

#[test]
fn near_misses_say_what_is_different() {
    for (argv, args, status, differs) in [
        ("docker ps", "", 200, "all was not asked for"),
        ("docker ps -al", "all=1 limit=1", 200, "the list was made shorter by limit"),
        ("docker compose ps -a", "all=1 filters={}", 200, "the list was made shorter by filters"),
        ("docker ps -a", "all=1", 500, "the engine refused it"),
    ] {
        let call = call(1, argv, "container-list", "", args, status);
        match judge(&all_containers(), &evidence(vec![call])) {
            Verdict::NotRight { differs: told, found, .. } => {
                assert_eq!((told.as_str(), found.as_str()), (differs, argv))
            }
            other => panic!("{argv}: {other:?}"),
        }
    }
    // a later right one wins, an earlier one too
    let wrong = call(1, "docker ps", "container-list", "", "", 200);
    let right = call(2, "docker ps -a", "container-list", "", "all=1", 200);
    assert_eq!(verdict(&all_containers(), &[wrong.clone(), right.clone()]), "done");
    assert_eq!(verdict(&all_containers(), &[right, wrong]), "done");
}

#[test]
fn a_list_on_the_way_to_something_else_is_none() {
    let list = call(1, "docker stats -a", "container-list", "", "all=1", 200);
    let stats = call(2, "docker stats -a", "container-stats", "web", "", 200);
    assert_eq!(verdict(&all_containers(), &[list, stats]), "not yet");
}

#[test]
fn objects_go_by_every_name_they_have() {
    let logs = check(r#"{"seen": {"did": "container-logs", "object": "web"}}"#);
    let id = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    let inspect = call(1, "docker logs web", "container-inspect", "web", "", 200);
    assert_eq!(verdict(&logs, &[call(2, "docker logs web", "container-logs", "web", "", 200)]), "done");
    let by_id = call(2, "docker logs web", "container-logs", id, "", 200);
    assert_eq!(verdict(&logs, &[inspect.clone(), by_id.clone()]), "done");
    assert_eq!(verdict(&logs, std::slice::from_ref(&by_id)), "not right");
    assert_eq!(verdict(&logs, &[inspect]), "not yet", "inspect is not logs");
    let run = Run { id: id.into(), name: "web".into(), ..Run::default() };
    let known = Evidence { runs: vec![run], ..evidence(vec![by_id]) };
    assert!(judge(&logs, &known).is_pass());

    let history = check(r#"{"seen": {"did": "image-history", "object": "docker.io/library/nginx"}}"#);
    for name in ["nginx", "nginx:latest"] {
        assert_eq!(
            verdict(&history, &[call(1, "docker history nginx", "image-history", name, "", 200)]),
            "done"
        );
    }
    assert_eq!(
        verdict(&history, &[call(1, "docker history redis", "image-history", "redis", "", 200)]),
        "not right"
    );
}

#[test]
fn a_refusal_can_be_what_is_asked_for() {
    let refused = check(r#"{"seen": {"did": "container-remove", "status": "error"}}"#);
    assert_eq!(verdict(&refused, &[call(1, "docker rm web", "container-remove", "web", "", 409)]), "done");
    assert_eq!(
        verdict(&refused, &[call(1, "docker rm -f web", "container-remove", "web", "", 204)]),
        "not right"
    );
}

#[test]
fn answers() {
    for (wanted, typed, word) in [
        (r#""equals": "exited""#, None, "not yet"),
        (r#""equals": "exited""#, Some("  Exited "), "done"),
        (r#""equals": "exited""#, Some("running"), "not right"),
        (r#""regex": "^0a1b[0-9a-f]*$""#, Some("0a1b2c"), "done"),
        (r#""regex": "^0a1b[0-9a-f]*$""#, Some("0b"), "not right"),
        (r#""number": 3"#, Some("3"), "done"),
        (r#""number": 3"#, Some("3.0"), "done"),
        (r#""number": 3"#, Some("4"), "not right"),
        (r#""number": 3"#, Some("three"), "not right"),
        (r#""number": 3"#, Some(" "), "not yet"),
    ] {
        let check = check(&format!(r#"{{"answer": {{"prompt": "How many?", {wanted}}}}}"#));
        let answers = typed.map(|typed| ("How many?".to_owned(), typed.to_owned()));
        let evidence = Evidence { answers: BTreeMap::from_iter(answers), ..evidence(Vec::new()) };
        assert_eq!(judge(&check, &evidence).word(), word, "{wanted} {typed:?}");
        assert_eq!(check.prompt(), Some("How many?"));
    }
}

#[test]
fn an_answer_is_a_way_out_and_needs_no_engine() {
    let either =
        Check::Any(vec![all_containers(), check(r#"{"answer": {"prompt": "How many?", "number": 3}}"#)]);
    assert!(Needs::of([&either]).calls);
    let answered = |text: &str| Evidence {
        answers: BTreeMap::from([("How many?".to_owned(), text.to_owned())]),
        ..evidence(Vec::new())
    };
    assert!(judge(&either, &answered("3")).is_pass());
    assert_eq!(judge(&either, &answered("2")).word(), "not right");
    assert_eq!(judge(&either, &evidence(Vec::new())).word(), "not yet");
}

#[test]
fn mistakes_of_authors() {
    assert_eq!(all_containers().mistakes(), []);
    for wrong in [
        r#"{"seen": {"did": " "}}"#,
        r#"{"answer": {"prompt": "x"}}"#,
        r#"{"answer": {"prompt": "", "number": 1}}"#,
        r#"{"answer": {"prompt": "x", "number": 1, "equals": "1"}}"#,
    ] {
        assert_eq!(check(wrong).mistakes().len(), 1, "{wrong}");
    }
    for unreadable in [
        r#"{"seen": {"did": "container-list", "args": {"all": ""}}}"#,
        r#"{"answer": {"prompt": "x", "regex": "("}}"#,
    ] {
        assert!(serde_json::from_str::<Check>(unreadable).is_err(), "{unreadable}");
    }
}
