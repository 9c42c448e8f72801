//! What counts for an attempt, and what verdicts on it are reached from.

use super::*;
use crate::facts::{Action, Answer, Command, CommandEnd, HttpAnswer, Output, Probe, Silence};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn run(id: &str, second: i64) -> Run {
    Run { id: id.into(), created: Some(at(second)), ..Run::default() }
}

fn attempt(needs: Needs) -> Attempt {
    Attempt::new(1, at(10), needs, Kept::default())
}

fn ids(attempt: &Attempt) -> Vec<String> {
    let evidence = attempt.evidence(None, &Looked::default(), BTreeMap::new());
    evidence.runs.iter().map(|run| run.id.clone()).collect()
}

fn call(number: u64, change: impl FnOnce(&mut Observed)) -> Observed {
    let mut call = Observed {
        call: number,
        command: Command { origin: Origin::Typed, ..Command::default() },
        at: at(20),
        method: "GET".into(),
        target: "/containers/json".into(),
        action: Action { name: "container-list".into(), ..Action::default() },
        answer: Some(Answer { status: 200, ..Answer::default() }),
        request_body: Some("{}".into()),
        response_body: Some("[]".into()),
        output: None,
        build: None,
    };
    change(&mut call);
    call
}

#[test]
fn a_container_is_opened_again_only_when_something_new_was_seen_of_it() {
    let needs = Needs { packages: true, ..Needs::default() };
    let mut attempt = attempt(needs);
    let started = Run { started: Some(at(12)), argv: Some(Vec::new()), ..run("a", 11) };
    attempt.saw(Sight::Run(&started));
    let unknown = |attempt: &Attempt| attempt.unknown_packages().cloned().collect::<Vec<_>>();
    let looked = |found: &[&str], run: &Arc<Run>| Looked {
        packages: vec![(Arc::clone(run), found.iter().map(|path| (*path).to_owned()).collect())],
        ..Looked::default()
    };
    let first = unknown(&attempt);
    assert_eq!(attempt.learned(None, &looked(&[], &first[0])).len(), 1, "that there are none is kept");
    assert!(unknown(&attempt).is_empty());
    // It printed something, and something more while it was looked at.
    let printed = |text: &str| Output { text: text.into(), truncated: false };
    attempt.saw(Sight::Run(&Run { output: Some(printed("ahoy")), ..started.clone() }));
    let again = unknown(&attempt);
    assert_eq!(again.len(), 1);
    attempt.saw(Sight::Run(&Run { output: Some(printed("ahoy\n2")), ..started.clone() }));
    assert!(attempt.learned(None, &looked(&[], &again[0])).is_empty());
    let third = unknown(&attempt);
    assert_eq!(third.len(), 1, "the look was older than what was seen");
    attempt.learned(None, &looked(&["/flask.dist-info"], &third[0]));
    assert!(unknown(&attempt).is_empty());
    let found = attempt.evidence(None, &Looked::default(), BTreeMap::new()).runs[0].packages.clone();
    assert_eq!(found, Some(vec!["/flask.dist-info".to_owned()]));
    // What was found stays, whatever comes.
    attempt.saw(Sight::Run(&Run { output: Some(printed("ahoy\n2\n3")), ..started }));
    assert!(unknown(&attempt).is_empty());
}

#[test]
fn the_first_answer_of_a_container_asks_for_a_look_at_what_it_holds_by_then() {
    let mut attempt = attempt(Needs { packages: true, ..Needs::default() });
    attempt.saw(Sight::Run(&Run { started: Some(at(12)), ..run("a", 11) }));
    let unknown = |attempt: &Attempt| attempt.unknown_packages().cloned().collect::<Vec<_>>();
    let packages = vec![(unknown(&attempt)[0].clone(), Vec::new())];
    attempt.learned(None, &Looked { packages, ..Looked::default() });
    assert!(unknown(&attempt).is_empty());
    let probe = Probe { port: 80, path: "/".into(), at: at(20), outcome: Ok(HttpAnswer::default()) };
    let mut looked = Looked { probes: [("a".to_owned(), vec![probe])].into(), ..Looked::default() };
    let mut after = attempt.clone();
    after.learned(None, &looked);
    looked.packages = vec![(unknown(&after)[0].clone(), vec!["/flask.dist-info".to_owned()])];
    attempt.learned(None, &looked);
    let run = &attempt.kept().runs[0];
    assert!(
        run.probes[0].outcome.is_ok() && run.packages.as_deref() == Some(&["/flask.dist-info".to_owned()])
    );
    assert!(unknown(&attempt).is_empty());
}

#[test]
fn only_what_came_after_the_beginning_counts_in_order() {
    let mut attempt = attempt(Needs::default());
    assert!(!attempt.saw(Sight::Run(&run("old", 1))).changed);
    for (id, second) in [("b", 12), ("c", 13), ("a", 11)] {
        assert_eq!(attempt.saw(Sight::Run(&run(id, second))).keep.len(), 1);
    }
    assert!(!attempt.saw(Sight::Run(&run("b", 12))).changed, "the same look says nothing new");
    assert_eq!(ids(&attempt), ["a", "b", "c"]);
}

#[test]
fn values_of_variables_are_kept_only_where_a_check_asks() {
    let needs = Needs { variables: ["STAGE".to_owned()].into(), ..Needs::default() };
    let mut attempt = attempt(needs);
    let env = [("STAGE".to_owned(), "one".to_owned()), ("SECRET".to_owned(), "x".to_owned())].into();
    attempt.saw(Sight::Run(&Run { env, ..run("a", 11) }));
    assert_eq!(attempt.kept().runs[0].env.keys().collect::<Vec<_>>(), ["STAGE"]);
}

#[test]
fn calls_count_where_they_are_asked_for_typed_answered_and_later() {
    let asking = || attempt(Needs { calls: true, ..Needs::default() });
    let counts = |mut attempt: Attempt, call: &Observed| attempt.saw(Sight::Call(call)).changed;
    assert!(counts(asking(), &call(1, |_| ())));
    assert!(!counts(attempt(Needs::default()), &call(1, |_| ())));
    assert!(!counts(asking(), &call(1, |c| c.command.origin = Origin::Shell)));
    assert!(!counts(asking(), &call(1, |c| c.answer = None)));
    assert!(!counts(asking(), &call(1, |c| c.action.name = "ping".into())));
    assert!(!counts(asking(), &call(1, |c| c.at = at(9))));
    // All that is seen of a build that goes wrong before it begins; its end is what tells.
    let build = call(1, |c| {
        c.action.name = "ping".into();
        c.command.argv = vec!["docker".into(), "build".into()];
    });
    assert!(counts(asking(), &build));
    let end = Sight::End(CommandEnd { at: at(30), status: Some(1) });
    let mut builds = asking();
    assert!(!builds.saw(end).changed);
    builds.saw(Sight::Call(&build));
    assert!(builds.saw(end).changed);
    // The same call is told again; that of another tap has the same number, and another time.
    let mut both = asking();
    both.saw(Sight::Call(&call(1, |c| c.answer = Some(Answer::default()))));
    both.saw(Sight::Call(&call(1, |_| ())));
    both.saw(Sight::Call(&call(1, |c| c.at = at(30))));
    let seen = &both.kept().seen;
    assert_eq!(
        seen.iter().map(|c| c.answer.as_ref().map_or(0, |a| a.status)).collect::<Vec<_>>(),
        [200, 200]
    );
    assert!(seen.iter().all(|c| c.request_body.is_none() && c.response_body.is_none()));
}

#[test]
fn what_the_engine_has_forgotten_is_gone() {
    let mut attempt = attempt(Needs::default());
    for (id, second) in [("gone", 11), ("before", 12), ("here", 15)] {
        attempt.saw(Sight::Run(&run(id, second)));
    }
    let past = Past { since: at(13), runs: vec![run("here", 15), run("new", 16)], things: Vec::new() };
    attempt.saw(Sight::Past(&past));
    let removed =
        |attempt: &Attempt| -> Vec<bool> { attempt.kept().runs.iter().map(|r| r.removed).collect() };
    assert_eq!(
        removed(&attempt),
        [false, false, false, false],
        "it tells only of what came after its moment"
    );
    attempt.saw(Sight::Past(&Past { since: at(10), ..past }));
    assert_eq!(removed(&attempt), [true, true, false, false]);
}

#[test]
fn a_name_that_the_app_gave_itself_is_none_that_the_learner_gave() {
    let id = "sha256:0123456789abcdef";
    let tagged = |name: &str| {
        let names = vec![name.to_owned()];
        let mut attempt = attempt(Needs::default());
        attempt.saw(Sight::Thing(&Thing { kind: Kind::Image, id: id.into(), names, removed: false }));
        attempt.tagged().count()
    };
    assert_eq!(tagged(&format!("mine:{}", kept_tag(id))), 0);
    assert_eq!(tagged("mine:kept-for-later"), 1);
}

#[test]
fn an_answer_of_a_server_is_learnt_once_and_stays() {
    let mut attempt = attempt(Needs::default());
    attempt.saw(Sight::Run(&run("a", 11)));
    let looked = |second, outcome: Result<HttpAnswer, Silence>| {
        let probe = Probe { port: 80, path: "/".into(), at: at(second), outcome };
        Looked { probes: [("a".to_owned(), vec![probe])].into(), ..Looked::default() }
    };
    assert_eq!(attempt.learned(None, &looked(12, Err(Silence::Refused))).len(), 1);
    assert_eq!(attempt.learned(None, &looked(13, Err(Silence::Refused))), [], "still silent");
    assert_eq!(attempt.learned(None, &looked(14, Ok(HttpAnswer::default()))).len(), 1);
    assert_eq!(attempt.learned(None, &looked(15, Err(Silence::Refused))), [], "the answer outlasts it");
}

#[test]
fn an_image_is_looked_into_once() {
    let mut attempt = attempt(Needs { image_configs: true, ..Needs::default() });
    let image = |id: &str, second| Image { id: id.into(), created: Some(at(second)), ..Image::default() };
    let here = Snapshot { images: vec![image("young", 11), image("old", 1)], ..Snapshot::default() };
    assert_eq!(attempt.unknown_images(&here), ["young"]);
    attempt.saw(Sight::Thing(&Thing {
        kind: Kind::Image,
        id: "old".into(),
        names: vec!["mine".into()],
        removed: false,
    }));
    assert_eq!(attempt.unknown_images(&here), ["young", "old"], "it was given a name");
    let config = Arc::new(ImageConfig { user: "me".into(), ..ImageConfig::default() });
    let images = ["young", "old"].map(|id| (id.to_owned(), Arc::clone(&config))).into();
    attempt.learned(Some(&here), &Looked { images, ..Looked::default() });
    assert!(attempt.unknown_images(&here).is_empty());
    let evidence = attempt.evidence(Some(&here), &Looked::default(), BTreeMap::new());
    assert!(evidence.images.iter().all(|image| image.config.as_ref().is_some_and(|c| c.user == "me")));
    assert_eq!(evidence.tagged, ["old"]);
}

#[test]
fn what_is_kept_brings_an_attempt_back() {
    let needs = || Needs { calls: true, things: true, ..Needs::default() };
    let mut one = attempt(needs());
    let mut keep = one.saw(Sight::Run(&run("a", 11))).keep;
    keep.extend(one.saw(Sight::Call(&call(1, |_| ()))).keep);
    keep.push(one.answered("How many?", "2"));
    let here = Snapshot { volumes: vec![Default::default()], ..Snapshot::default() };
    keep.extend(one.learned(Some(&here), &Looked::default()));
    let mut other = attempt(needs());
    keep.iter().for_each(|what| other.restore(what));
    assert_eq!(other, one);
    assert_eq!(keep.len(), 4);
}
