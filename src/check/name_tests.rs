//! Tables: names that stand for what was found, within one check and from task to task.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tests::BIG;
use super::tests::SLIM;
use super::tests::at;
use super::tests::check;
use super::tests::evidence;
use super::tests::run;
use super::*;
use crate::facts::{Action, Answer, Command, ContainerState, Observed, Origin, Run};

fn named(name: &str, image: &str, output: &str) -> Run {
    let id = format!("{name:0<12}");
    let typed = if image == BIG { "python" } else { "python:3-slim" };
    Run { id, name: name.into(), image: typed.into(), image_id: image.into(), ..run(&["python"], output) }
}

fn word(asked: Value, runs: Vec<Run>) -> (&'static str, String) {
    let verdict = judge(&check(asked), &evidence(runs));
    (verdict.word(), format!("{verdict:?}"))
}

#[test]
fn one_choice_must_do_for_everything() {
    let asked = || {
        json!({"all": [
            {"run": {"as": "a", "output": {"line": "dev"}}},
            {"run": {"as": "b", "image": "$a", "output": {"line": "prod"}}},
        ]})
    };
    // The first candidate for `a` leads nowhere; the second does.
    let runs = vec![named("one", BIG, "dev\n"), named("two", SLIM, "dev\n"), named("three", SLIM, "prod\n")];
    let (said, all) = word(asked(), runs);
    assert_eq!(said, "done", "{all}");
    assert!(all.contains("two ran") && all.contains("three ran"), "{all}");
    // An author's name for the image is told as the learner knows it.
    let (said, all) = word(asked(), vec![named("one", SLIM, "dev\n")]);
    assert!(
        said == "not right" && all.contains("from the image python:3-slim") && !all.contains('$'),
        "{all}"
    );
    // Whichever was started last: the one that is no `a` was meant for `b`.
    let two_images = || vec![named("one", BIG, "dev\n"), named("three", SLIM, "prod\n")];
    for runs in [two_images(), two_images().into_iter().rev().collect()] {
        let (said, all) = word(asked(), runs);
        assert!(
            said == "not right"
                && all.contains("three: image python:3-slim")
                && all.contains("made from another image"),
            "{all}"
        );
    }
}

#[test]
fn none_and_count_look_at_all_of_them() {
    let none = || json!({"none": [{"container": {"image": {"repo": "python"}}}]});
    assert_eq!(word(none(), vec![]).0, "done");
    assert_eq!(word(none(), vec![Run { removed: true, ..named("a", SLIM, "") }]).0, "done");
    let (said, all) = word(none(), vec![named("a", SLIM, "")]);
    assert!(said == "not right" && all.contains("must not be"), "{all}");
    let count = |n: Value| json!({"count": {"of": {"run": {"image": {"repo": "python"}}}, "is": n}});
    let three = || vec![named("a", SLIM, ""), named("b", SLIM, ""), named("c", BIG, "")];
    assert_eq!(word(count(json!(3)), three()).0, "done");
    assert_eq!(word(count(json!({"ge": 2})), three()).0, "done");
    let (said, all) = word(count(json!({"lt": 3})), three());
    assert!(said == "not right" && all.contains("there are 3, expected less than 3"), "{all}");
    assert_eq!(word(count(json!(2)), vec![]).0, "not yet");
    let unseen = |n: Value| json!({"count": {"of": {"run": {"program": "python"}}, "is": n}});
    let gone = || vec![named("a", SLIM, ""), Run { argv: None, removed: true, ..named("b", SLIM, "") }];
    // Whatever the unseen one was, it is one at least.
    assert_eq!(word(unseen(json!({"ge": 1})), gone()).0, "done");
}

#[test]
fn texts_take_the_values_of_what_was_found() {
    let asked = json!({"all": [
        {"run": {"as": "r", "image": {"repo": "python"}}},
        {"answer": {"prompt": "Its id?", "equals": "$r.short-id"}},
    ]});
    let answered = |text: &str| Evidence {
        answers: BTreeMap::from([("Its id?".to_owned(), text.to_owned())]),
        ..evidence(vec![named("0123456789abcdef", SLIM, "")])
    };
    assert_eq!(judge(&check(asked.clone()), &answered("0123456789ab")).word(), "done");
    assert_eq!(judge(&check(asked), &answered("0123")).word(), "not right");
}

fn tasks(json: Value) -> Vec<(String, Check, Vec<String>, Vec<WhenWrong>)> {
    let one = |task: &Value| {
        let list = |key: &str| task.get(key).cloned().unwrap_or_else(|| json!([]));
        (
            task["id"].as_str().unwrap().to_owned(),
            check(task["check"].clone()),
            serde_json::from_value(list("needs")).unwrap(),
            serde_json::from_value(list("when-wrong")).unwrap(),
        )
    };
    json.as_array().unwrap().iter().map(one).collect()
}

pub(super) fn reported(json: Value, evidence: &Evidence, passed: &[&str]) -> Report {
    let tasks = tasks(json);
    let asked = tasks.iter().map(|(id, check, needs, when_wrong)| Asked {
        id,
        title: id,
        points: 1,
        bonus: false,
        sticky: true,
        needs,
        check,
        when_wrong,
    });
    let passed = passed.iter().map(|id| ((*id).to_owned(), "then".to_owned())).collect();
    report("e", "E", asked, evidence, &passed)
}

pub(super) fn words(report: &Report) -> Vec<&'static str> {
    report.tasks.iter().map(|t| t.verdict.word()).collect()
}

#[test]
fn a_later_task_speaks_of_what_an_earlier_one_found() {
    let two = || {
        json!([
            {"id": "ran", "check": {"run": {"as": "r", "image": {"repo": "python", "tag": {"regex": "slim"}}}}},
            {"id": "printed", "check": {"run": {"same-as": "$r", "output": {"line": "hello"}}}},
        ])
    };
    assert_eq!(words(&reported(two(), &evidence(vec![]), &[])), ["not yet", "not yet"]);
    // The first try is forgotten: another choice does for both.
    let again = vec![named("a", SLIM, "no\n"), named("b", SLIM, "hello\n")];
    let report = reported(two(), &evidence(again), &["ran"]);
    assert_eq!(words(&report), ["done", "done"]);
    let other = vec![named("a", SLIM, "no\n"), named("b", BIG, "hello\n")];
    let report = reported(two(), &evidence(other), &["ran"]);
    assert_eq!(words(&report), ["done", "not right"], "{report:?}");
}

#[test]
fn what_was_found_is_remembered_when_it_does_not_hold_any_more() {
    let two = || {
        json!([
            {"id": "up", "check": {"container": {"as": "c", "state": "running"}}},
            {"id": "down", "check": {"container": {"same-as": "$c", "state": "exited"}}},
        ])
    };
    let state = |state| vec![Run { state: Some(state), ..named("web", SLIM, "") }];
    let first = reported(two(), &evidence(state(ContainerState::Running)), &[]);
    assert_eq!(words(&first), ["done", "not yet"]);
    let later = Evidence { bound: first.tasks[0].bound.clone(), ..evidence(state(ContainerState::Exited)) };
    assert_eq!(words(&reported(two(), &later, &["up"])), ["done", "done"]);
    // Without the memory nobody knows which one it was.
    assert_eq!(words(&reported(two(), &evidence(state(ContainerState::Exited)), &["up"]))[1], "not yet");
}

#[test]
fn a_task_waits_for_those_that_it_needs() {
    let two = json!([
        {"id": "ran", "check": {"run": {"program": "python"}}},
        {"id": "printed", "needs": ["ran"], "check": {"run": {"output": {"line": "hello"}}}},
    ]);
    let report = reported(
        two,
        &evidence(vec![Run { argv: Some(vec!["ls".into()]), ..named("a", SLIM, "hello\n") }]),
        &[],
    );
    assert_eq!(words(&report), ["not yet", "not yet"]);
    assert!(format!("{:?}", report.tasks[1].verdict).contains("«ran»"));
}

#[test]
fn the_first_rule_that_holds_gives_the_advice() {
    let one = json!([{
        "id": "ran",
        "check": {"run": {"image": {"repo": "python", "tag": {"regex": "slim"}}, "output": {"line": "hello"}}},
        "when-wrong": [
            {"if": {"run": {"image": {"repo": "nginx"}}}, "say": "never said"},
            {"if": {"run": {"as": "r", "image": {"ref": "python"}}}, "say": "$r ran $r.image, the big one", "stuck": true},
        ],
    }]);
    let said = |runs| {
        let report = reported(one.clone(), &evidence(runs), &[]);
        (report.tasks[0].stuck, format!("{:?}", report.tasks[0].verdict))
    };
    let (stuck, all) = said(vec![named("a", BIG, "hello\n")]);
    assert!(stuck && all.contains("a ran python:latest, the big one"), "{all}");
    let (stuck, all) = said(vec![named("a", SLIM, "bye\n")]);
    assert!(!stuck && all.contains("no line is"), "{all}");
}

const TAKEN: &str = "Conflict. The container name \"/web\" is already in use by container";

fn create_refused(second: i64, status: u16, message: &str) -> Observed {
    Observed {
        call: 1,
        command: Command {
            argv: ["docker", "run", "--name", "web", "nginx"].map(str::to_owned).to_vec(),
            origin: Origin::Typed,
            ..Command::default()
        },
        at: at(second),
        method: "POST".into(),
        target: "/containers/create".into(),
        action: Action { name: "container-create".into(), ..Action::default() },
        answer: Some(Answer { status, message: Some(message.into()), ..Answer::default() }),
        request_body: None,
        response_body: None,
        output: None,
        build: None,
    }
}

/// A `docker run` whose name was in use.
pub(super) fn name_taken_at(second: i64) -> Observed {
    create_refused(second, 409, TAKEN)
}

#[test]
fn a_name_that_is_taken_is_told_where_nothing_was_made() {
    let one = || json!([{"id": "web", "check": {"container": {"name": "web"}}}]);
    let call = |status, message: &str| create_refused(10, status, message);
    let taken = TAKEN;
    let told = |call| {
        let report = reported(one(), &Evidence { seen: vec![call], ..evidence(vec![]) }, &[]);
        format!("{:?}", report.tasks[0].verdict)
    };
    let said = told(call(409, taken));
    assert!(said.contains("its name is taken") && said.contains("docker run --name web nginx"), "{said}");
    assert!(told(call(404, "No such image")).starts_with("NotYet"));
    let refused = check(
        json!({"seen": {"did": "container-create", "status": "error", "message": {"contains": "in use"}}}),
    );
    let with = |call| judge(&refused, &Evidence { seen: vec![call], ..evidence(vec![]) });
    assert_eq!((with(call(409, taken)).word(), with(call(404, "No")).word()), ("done", "not right"));
}

#[test]
fn a_check_is_written_as_it_was_read() {
    let json = json!({"all": [
        {"run": {"as": "r", "image": {"repo": "python", "tag": {"not": {"regex": "slim$"}}}, "exit-code": {"gt": 0},
            "port": "none", "env": {"A": {"one-of": ["b", "c"]}}, "mount": {"type": "bind", "covers": "./x"}}},
        {"none": [{"volume": {"used-by": "$r", "name": {"icase": "D"}}}]},
        {"count": {"of": {"network": {"members": ["$r", "x"]}}, "is": 2}},
        {"any": [{"seen": {"did": "image-list", "status": "ok"}}, {"answer": {"prompt": "p", "number": 1.5}}]},
    ]});
    let first = check(json.clone());
    assert_eq!(serde_json::to_value(&first).unwrap(), json);
    let other = first.with_texts(&|text| text.replace("./x", "./y").replace("$r", "web"));
    let told = serde_json::to_string(&other).unwrap();
    // A name that stands for an object is no text.
    assert!(
        told.contains("./y") && told.contains(r#""used-by":"$r""#) && told.contains(r#"["$r","x"]"#),
        "{told}"
    );
    let mut known = Vec::new();
    assert_eq!(first.unknown_names(&mut known), []);
    assert_eq!(known, ["r"]);
}
