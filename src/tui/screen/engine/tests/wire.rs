//! The wire tab: what it shows of calls, how it is gone through, and that it stays small.

use super::*;
use crate::facts::{Action as Meaning, Answer, Command, Origin};

fn call(n: u64, argv: &str, method: &str, target: &str, name: &str) -> Observed {
    let origin = if argv.contains("__complete") { Origin::Shell } else { Origin::Typed };
    Observed {
        call: n,
        command: Command {
            pid: 100,
            argv: argv.split(' ').map(|word| word.replace('~', " ")).collect(),
            origin,
        },
        at: at(0),
        method: method.to_owned(),
        target: target.to_owned(),
        action: Meaning { name: name.to_owned(), ..Meaning::default() },
        answer: Some(Answer {
            status: 200,
            micros: 1000 * n,
            bytes_out: 1234,
            ended: true,
            ..Answer::default()
        }),
        request_body: None,
        response_body: None,
        output: None,
        build: None,
    }
}

fn told(
    n: u64,
    argv: &str,
    method: &str,
    target: &str,
    name: &str,
    change: impl Fn(&mut Answer),
) -> Observed {
    let mut call = call(n, argv, method, target, name);
    change(call.answer.as_mut().unwrap());
    call
}

fn evening() -> Vec<Observed> {
    let ps = "/usr/bin/docker ps -a";
    let run = "docker run --rm -e GREETING=•••• busybox echo hello~there";
    let mut list = call(2, ps, "GET", "/containers/json?all=1", "container-list");
    list.action.args.insert("all".into(), "1".into());
    list.response_body = Some(
        r#"[{"Id":"0a1b2c3d4e5f60718293a4b5c6d7e8f9","Names":["/web"],"Image":"nginx","State":"running","Labels":{},
            "Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8081,"Type":"tcp"}]},
            {"Id":"1b2c","Names":["/old"],"Image":"busybox","State":"exited","Ports":[],"Labels":{"a":"b"}}]"#
            .to_owned(),
    );
    let mut create = told(4, run, "POST", "/containers/create", "container-create", |a| a.status = 201);
    create.request_body = Some(r#"{"Image":"busybox","Cmd":["echo","hello there"],"Tty":false}"#.to_owned());
    let wait = |answer: &mut Answer| answer.ended = false;
    let mut pull =
        call(8, "docker pull nginx", "POST", "/images/create?fromImage=nginx&tag=latest", "image-pull");
    pull.answer = None;
    vec![
        call(1, ps, "HEAD", "/_ping", "ping"),
        list,
        told(3, run, "HEAD", "/_ping", "ping", |_| {}),
        create,
        told(5, run, "POST", "/containers/0a1b/attach?stderr=1&stdout=1&stream=1", "container-attach", |a| {
            a.status = 101;
            a.bytes_out = 0;
            a.ended = false;
        }),
        told(
            6,
            run,
            "POST",
            "/containers/0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9/wait?condition=removed",
            "container-wait",
            wait,
        ),
        told(7, "docker rm nosuch", "DELETE", "/containers/nosuch", "container-remove", |a| {
            a.status = 404;
            a.message = Some("No such container: nosuch".into());
        }),
        call(9, "docker __complete rm ", "GET", "/containers/json?all=1", "container-list"),
        pull,
    ]
}

fn wired(calls: Vec<Observed>) -> EnginePane {
    let mut pane = live(example::snapshot());
    pane.set_observing(true, "");
    pane.go_to(Tab::Wire);
    for call in calls {
        pane.push_observed(Arc::new(call));
    }
    pane
}

#[test]
fn commands_and_their_calls() {
    insta::assert_snapshot!(pictures(&mut wired(evening())));
}

#[test]
fn one_call() {
    let mut pane = wired(evening());
    pane.arrange(Rect::new(0, 0, 80, 20));
    pane.act(Action::Bottom);
    assert!(!pane.is_detail_open());
    pane.act(Action::OpenDetail);
    assert!(pane.is_detail_open() && pane.can_cancel());
    let mut shown = pictures(&mut pane);
    pane.act(Action::Bottom);
    shown.push_str(&picture(&mut pane, 56, 12));
    pane.act(Action::PreviousView);
    pane.act(Action::PreviousView);
    shown.push_str(&picture(&mut pane, 56, 12));
    pane.act(Action::PreviousView);
    shown.push_str(&picture(&mut pane, 56, 12));
    insta::assert_snapshot!(shown);
    pane.act(Action::Cancel);
    assert!(!pane.is_detail_open());
}

#[test]
fn nothing_and_not_watching() {
    let mut pane = wired(Vec::new());
    let mut shown = [(30, 6), (56, 12)].map(|(width, height)| picture(&mut pane, width, height)).concat();
    pane.set_observing(false, "You started pilotwhale with --no-tap. Start it without to see the calls.");
    shown.push_str(&[(30, 6), (56, 12)].map(|(width, height)| picture(&mut pane, width, height)).concat());
    insta::assert_snapshot!(shown);
}

#[test]
fn a_call_is_told_again_with_its_answer() {
    let mut first = call(1, "docker ps", "GET", "/containers/json", "container-list");
    let last = first.clone();
    first.answer = None;
    let mut pane = wired(vec![first, last]);
    let shown = picture(&mut pane, 80, 8);
    assert_eq!(shown.matches("/containers/json").count(), 1, "{shown}");
    assert!(shown.contains("200 · 1 ms · 1.2 kB"), "{shown}");
}

#[test]
fn the_selection_stays_on_its_call_while_others_come() {
    let mut pane = wired(vec![call(1, "docker ps", "GET", "/containers/json", "container-list")]);
    pane.act(Action::Down);
    pane.push_observed(Arc::new(call(2, "docker images", "GET", "/images/json", "image-list")));
    assert!(picture(&mut pane, 80, 8).contains("▸   GET /containers/json"));
    pane.act(Action::Top);
    pane.push_observed(Arc::new(call(3, "docker info", "GET", "/info", "info")));
    assert!(picture(&mut pane, 80, 8).contains("▸ $ docker info"));
    // a click selects, a click on what is selected opens
    pane.click(3, 4);
    assert!(!pane.is_detail_open());
    pane.arrange(Rect::new(0, 0, 80, 8));
    pane.click(3, 4);
    assert!(pane.is_detail_open());
}

#[test]
fn it_stays_small() {
    let mut pane = wired(Vec::new());
    for n in 1..=1000 {
        let mut one =
            call(n, &format!("docker inspect {n}"), "GET", "/containers/x/json", "container-inspect");
        one.response_body = Some("x".repeat(100_000));
        pane.push_observed(Arc::new(one));
    }
    for n in 1001..=1300 {
        pane.push_observed(Arc::new(call(
            n,
            "docker compose up",
            "GET",
            "/containers/json",
            "container-list",
        )));
    }
    let shown = picture(&mut pane, 80, 400);
    assert!(shown.lines().count() - 2 <= 400 && shown.contains("… 200 calls before these"));
    assert!(shown.matches("docker inspect").count() < 90);
}

#[test]
fn the_command_goes_back_to_the_prompt() {
    let mut pane = wired(evening());
    let typed = |effects: Vec<Effect>| match effects.as_slice() {
        [Effect::Shell(ShellEffect::Type(text))] => text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(typed(pane.act(Action::TypeCommand)), "docker pull nginx");
    assert_eq!(typed(wired(Vec::new()).act(Action::TypeCommand)), "docker ps -a");
}
