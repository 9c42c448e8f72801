//! The recorder, told of lives in every order that events and answers can come in.

use super::*;

fn event(id: &str, change: Change) -> Event {
    let attributes = HashMap::from([("name".into(), "n".into()), ("image".into(), "busybox".into())]);
    Event { nanos: 7, what: Happening::Container { id: id.into(), change, attributes } }
}

fn seen(id: &str, auto_remove: bool) -> Answer {
    let run = Run {
        id: id.into(),
        name: "n".into(),
        image: "busybox".into(),
        image_id: "sha256:1".into(),
        argv: Some(vec!["echo".into(), "hi".into()]),
        auto_remove,
        ..Run::default()
    };
    Answer::Inspected {
        id: id.into(),
        seen: Ok(Box::new(Inspected { run, health_test: Some("/bin/sh -c true".into()) })),
    }
}

fn output(id: &str, text: &str) -> Answer {
    Answer::Output { id: id.into(), output: Some(Output { text: text.into(), truncated: false }), done: true }
}

fn job(id: &str, make: fn(String) -> Job) -> Vec<Job> {
    vec![make(id.into())]
}

#[test]
fn a_fleeting_container() {
    let mut r = Recorder::default();
    assert_eq!(r.observe(&event("a", Change::Created)), [Job::Listen("a".into()), Job::Inspect("a".into())]);
    assert_eq!(r.answered(seen("a", true)), []);
    r.observe(&event("a", Change::Started));
    r.changed();
    assert_eq!(r.observe(&event("a", Change::Died { code: Some(0) })), []);
    assert!(r.changed().is_empty(), "the end is told with its output, not before");
    r.observe(&event("a", Change::Destroyed));
    r.answered(output("a", "hi"));
    let runs = r.changed();
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].exit_code, runs[0].removed), (Some(0), true));
    assert_eq!(runs[0].output.as_ref().map(|o| o.text.as_str()), Some("hi"));
    assert_eq!(runs[0].argv.as_deref(), Some(&["echo".to_string(), "hi".into()][..]));
}

#[test]
fn a_lasting_container_that_ended_before_it_was_looked_at() {
    let mut r = Recorder::default();
    r.observe(&event("a", Change::Created));
    r.observe(&event("a", Change::Started));
    r.observe(&event("a", Change::Died { code: Some(3) }));
    r.changed();
    assert_eq!(r.answered(seen("a", false)), [Job::StopListening("a".into()), Job::ReadLog("a".into())]);
    assert!(r.changed().is_empty());
    r.answered(output("a", "hi"));
    assert_eq!(r.changed()[0].exit_code, Some(3));
}

#[test]
fn one_that_was_gone_too_soon_is_kept_by_its_events() {
    let mut r = Recorder::default();
    r.observe(&event("a", Change::Created));
    r.observe(&event("a", Change::Died { code: Some(1) }));
    r.observe(&event("a", Change::Destroyed));
    let gone = EngineError::NotFound { message: "no such container".into() };
    assert_eq!(r.answered(Answer::Inspected { id: "a".into(), seen: Err(gone) }), []);
    assert_eq!(r.answered(Answer::Deaf { id: "a".into() }), job("a", Job::ReadLog));
    r.answered(Answer::Output { id: "a".into(), output: None, done: true });
    let run = &r.changed()[0];
    assert_eq!((run.argv.clone(), run.exit_code, run.removed), (None, Some(1), true));
}

#[test]
fn who_cannot_listen_reads() {
    let mut r = Recorder::default();
    r.observe(&event("a", Change::Created));
    r.answered(seen("a", true));
    assert_eq!(r.answered(Answer::Deaf { id: "a".into() }), []);
    assert_eq!(r.observe(&event("a", Change::Died { code: Some(0) })), job("a", Job::ReadLog));
}

#[test]
fn health_checks_are_not_the_learners() {
    let mut r = Recorder::default();
    r.observe(&event("a", Change::Created));
    r.observe(&event("a", Change::Exec { id: String::new(), line: "/bin/sh -c true".into() }));
    r.answered(seen("a", false));
    r.observe(&event("a", Change::Exec { id: String::new(), line: "/bin/sh -c true".into() }));
    r.observe(&event("a", Change::Exec { id: String::new(), line: "ls -l".into() }));
    assert_eq!(r.changed()[0].execs, ["ls -l".into()]);
}

#[test]
fn a_failed_start_is_looked_at_again() {
    let mut r = Recorder::default();
    r.observe(&event("a", Change::Created));
    r.answered(seen("a", false));
    let left = Event { nanos: 9, what: Happening::Wire { container: "a".into(), joined: false } };
    assert_eq!(r.observe(&left), job("a", Job::Inspect));
    let run = Run { id: "a".into(), error: "not found".into(), exit_code: Some(127), ..Run::default() };
    r.answered(Answer::Inspected {
        id: "a".into(),
        seen: Ok(Box::new(Inspected { run, health_test: None })),
    });
    let run = &r.changed()[0];
    assert_eq!((run.error.as_str(), run.exit_code), ("not found", Some(127)));
}

#[test]
fn a_cut_connection_leaves_nothing_waiting() {
    let mut r = Recorder::default();
    r.observe(&event("a", Change::Created));
    r.answered(seen("a", true));
    assert_eq!(r.reconnected(), job("a", Job::Listen));
    r.observe(&event("a", Change::Died { code: Some(0) }));
    r.changed();
    assert_eq!(r.reconnected(), job("a", Job::ReadLog));
    r.answered(Answer::Output { id: "a".into(), output: None, done: true });
    assert_eq!(r.changed()[0].exit_code, Some(0));
    assert_eq!(r.reconnected(), []);
    r.observe(&event("b", Change::Created));
    assert_eq!(r.reconnected(), job("b", Job::Inspect));
}

#[test]
fn bounded() {
    let mut r = Recorder::default();
    for n in 0..5000 {
        r.observe(&event(&format!("c{n}"), Change::Created));
    }
    assert_eq!((r.lives.len(), r.order.len()), (KEPT, KEPT));
}

#[test]
fn what_changes_about_a_container_that_runs_is_seen() {
    let wire = |joined| Event { nanos: 8, what: Happening::Wire { container: "a".into(), joined } };
    let mut r = Recorder::default();
    r.observe(&event("a", Change::Created));
    r.answered(seen("a", false));
    assert_eq!(r.observe(&wire(true)), [], "it joins at its start");
    r.observe(&event("a", Change::Started));
    assert_eq!(r.observe(&wire(true)), job("a", Job::Inspect), "docker network connect");
    assert_eq!(r.observe(&wire(false)), job("a", Job::Inspect));
    r.changed();
    let name = HashMap::from([("name".into(), "/web".into()), ("oldName".into(), "/n".into())]);
    let what = Happening::Container { id: "a".into(), change: Change::Renamed, attributes: name };
    assert_eq!(r.observe(&Event { nanos: 9, what }), job("a", Job::Inspect));
    assert_eq!(r.changed()[0].name, "web");
    r.observe(&event("a", Change::Died { code: Some(0) }));
    assert_eq!(r.observe(&wire(false)), [], "what it leaves at its end");
}
