//! Tables: what a command printed that `docker exec` started, and whether that is what a task asks for.

use serde_json::{Value, json};

use super::tests::at;
use super::tests::check;
use super::tests::evidence;
use super::tests::run;
use super::*;
use crate::facts::{Action, Answer, Exec, Observed, Output, Run};

/// Of one exec in a container that goes on: its words, and what the tap saw of it.
fn told(line: &str, printed: Option<&str>, args: &[&str], ended: bool) -> Evidence {
    let exec = Exec { id: "e1".into(), exit_code: ended.then_some(0), ..Exec::from(line) };
    let box_ = Run { name: "box".into(), execs: vec![exec], finished: None, ..run(&["sleep", "300"], "") };
    let call = Observed {
        call: 1,
        command: Default::default(),
        at: at(10),
        method: "POST".into(),
        target: "/exec/e1/start".into(),
        action: Action {
            name: "exec-start".into(),
            object: Some("e1".into()),
            args: args.iter().map(|arg| ((*arg).to_owned(), "1".to_owned())).collect(),
        },
        answer: Some(Answer { status: 101, ended, ..Answer::default() }),
        request_body: None,
        response_body: None,
        output: printed.map(|text| Output { text: text.into(), truncated: false }),
        build: None,
    };
    Evidence { seen: vec![call], ..evidence(vec![box_]) }
}

fn asked() -> Value {
    json!({"exec": {"of": {"name": "box"}, "program": "python", "output": {"line": "hello anchor"}}})
}

#[track_caller]
fn says(asked: Value, evidence: &Evidence, word: &str, part: &str) {
    let verdict = judge(&check(asked), evidence);
    let all = format!("{verdict:?}");
    assert_eq!(verdict.word(), word, "{all}");
    assert!(all.contains(part), "«{part}» is not in {all}");
}

#[test]
fn the_line_must_have_been_printed() {
    const LINE: &str = "python -c print('hello anchor')";
    says(asked(), &told(LINE, Some("hello anchor"), &[], true), "done", "");
    says(asked(), &told(LINE, Some("Hello anchor"), &[], true), "not right", "Nearly");
    says(asked(), &told("python -c pass", Some(""), &[], true), "not right", "it printed nothing");
    let wrong = "Traceback\nNameError: name 'anchor' is not defined";
    says(asked(), &told(LINE, Some(wrong), &[], true), "not right", "Text needs quotes");
    says(asked(), &told("echo hello anchor", Some("hello anchor"), &[], true), "not right", "not python");
}

#[test]
fn what_nobody_saw_is_not_wrong() {
    const LINE: &str = "python -c print('hello anchor')";
    says(asked(), &told(LINE, None, &["detach"], true), "could not check", "without -d");
    let unseen = Evidence { seen: Vec::new(), ..told(LINE, None, &[], true) };
    says(asked(), &unseen, "could not check", "could not be seen");
    let mut cut = told(LINE, Some("much"), &[], true);
    cut.seen[0].output = Some(Output { text: "much".into(), truncated: true });
    says(asked(), &cut, "could not check", "more than was kept");
}

#[test]
fn at_a_prompt_it_counts_as_soon_as_it_is_there() {
    let typed = ">>> print('hello anchor')";
    says(asked(), &told("python", Some(typed), &["tty"], false), "not yet", "");
    let answered = format!("{typed}\nhello anchor\n>>>");
    says(asked(), &told("python", Some(&answered), &["tty"], false), "done", "");
    let shell = "root@4f1c:/# python -c 'print(\"hello anchor\")'\nhello anchor\nroot@4f1c:/#";
    says(asked(), &told("bash", Some(shell), &["tty"], false), "done", "");
    // Without a terminal there is no prompt, only somebody's text.
    says(asked(), &told("bash", Some(shell), &[], true), "not right", "not python");
}

#[test]
fn the_containers_own_output_is_another_thing() {
    let own = || json!({"run": {"name": "box", "output": {"line": "hello anchor"}}});
    // It was seen what the exec printed, so nothing is hidden: the container may still print it itself.
    says(own(), &told("echo hello anchor", Some("hello anchor"), &[], true), "not yet", "");
    says(own(), &told("echo hello anchor", None, &[], true), "could not check", "not kept");
}

#[test]
fn an_output_that_asks_for_nothing_is_the_authors_mistake() {
    let nothing = check(json!({"exec": {"output": {}}}));
    let mistakes: Vec<String> = nothing.mistakes().iter().map(|m| format!("{m:?}")).collect();
    assert!(mistakes.iter().any(|m| m.contains("`output` asks for nothing")), "{mistakes:?}");
    let needs = Needs::of([&nothing]);
    assert!(needs.exec_output && needs.calls);
}
