//! What counts for an attempt is decided once: whoever records it comes to the same evidence and verdicts, and no verdict
//! asks the engine for what is watched.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pilotwhale::check::Check;
use pilotwhale::course::{Course, Exercise, Task};
use pilotwhale::engine::{Endpoint, Engine, Update};
use pilotwhale::facts::{
    Action, Answer, Build, Command, ContainerState, Evidence, HttpAnswer, Keep, Kept, Link, Looked, Observed,
    Origin, Output as Printed, Past, Probe, Run, Silence, Snapshot,
};
use pilotwhale::lab::{self, Observation};
use pilotwhale::progress::{Event, Progress, Stamped, Store};
use pilotwhale::session::{Attempt, Input, Output, Phase, Session, Sight};
use proptest::prelude::*;
use serde_json::json;
use tokio::time::timeout;

use crate::support::quiet_engine::{FOREIGN, OWN, Own, QuietEngine, is_replay};

const ID: &str = "one";
const PATIENCE: Duration = Duration::from_secs(30);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

fn exercise() -> Exercise {
    let checks = [
        json!({"run": {"as": "web", "name": "web", "output": {"contains": "ahoy"}, "env": {"STAGE": "one"}}}),
        json!({"run": {"same-as": "$web", "http": {"path": "/", "body": "ahoy"}}}),
        json!({"seen": {"did": "container-list"}}),
        json!({"exec": {"of": "$web", "program": "id", "output": {"contains": "root"}}}),
        json!({"answer": {"prompt": "How many?", "equals": "2"}}),
        json!({"image": {"repo": "nginx", "program": "nginx"}}),
        json!({"run": {"installs": false, "env-given": ["STAGE"]}}),
        json!({"run": {"image": {"built": true}}}),
    ];
    let task = |(n, check): (usize, &serde_json::Value)| Task {
        id: n.to_string(),
        check: serde_json::from_value::<Check>(check.clone()).expect("it is a check"),
        ..Task::default()
    };
    Exercise { id: ID.into(), tasks: checks.iter().enumerate().map(task).collect(), ..Exercise::default() }
}

/// A learner who began it.
fn begun(since: Timestamp, kept: Kept) -> Session {
    let course = Arc::new(Course { exercises: vec![exercise()], ..Course::default() });
    let event = Event::ExerciseBegun { exercise: ID.into(), run: 1, vars: Default::default() };
    let progress = Progress::fold([Stamped { seq: 1, at: since, event }]);
    Session::new(course, progress).with_kept(BTreeMap::from([(ID.to_owned(), kept)]))
}

#[derive(Clone, Debug)]
enum Happened {
    Run(Run),
    Call(Observed),
    Answer(String),
    Past(Past),
    /// What was looked up for a verdict.
    Learned(Looked),
}

fn run() -> impl Strategy<Value = Run> {
    let parts = (
        prop_oneof![Just("a"), Just("b"), Just("c")],
        any::<(bool, bool, bool)>(),
        proptest::option::of(prop_oneof![Just("ahoy\n"), Just("ah"), Just("")]),
        proptest::option::of(0..3_i64),
    );
    parts.prop_map(|(id, (inspected, removed, running), text, exit_code)| Run {
        id: id.into(),
        name: if id == "a" { "web".into() } else { id.into() },
        image: "nginx".into(),
        image_id: "sha256:aa".into(),
        manifest: inspected.then(|| "sha256:bb".to_owned()),
        log_driver: if inspected { "json-file".into() } else { String::new() },
        hostname: if inspected { format!("host-of-{id}") } else { String::new() },
        linked: if running { [("/l".to_owned(), "/real".to_owned())].into() } else { BTreeMap::new() },
        env_given: inspected.then(|| ["STAGE".to_owned(), "SECRET".to_owned()].into()),
        started: running.then(|| at(16)),
        argv: inspected.then(|| vec!["nginx".to_owned()]),
        env: [("STAGE".to_owned(), "one".to_owned()), ("SECRET".to_owned(), "x".to_owned())].into(),
        state: (!removed).then_some(if running { ContainerState::Running } else { ContainerState::Exited }),
        // Of these, one was made before the exercise began.
        created: Some(at(if id == "c" { 5 } else { 15 })),
        exit_code,
        removed,
        output: text.map(|text| Printed { text: text.into(), truncated: false }),
        ..Run::default()
    })
}

fn call() -> impl Strategy<Value = Observed> {
    let origin = prop_oneof![Just(Origin::Typed), Just(Origin::Shell), Just(Origin::Elsewhere)];
    let name = prop_oneof![Just("container-list"), Just("ping"), Just("exec-start")];
    (1..4_u64, 5..20_i64, origin, name, any::<bool>()).prop_map(|(call, second, origin, name, answered)| {
        Observed {
            call,
            command: Command { origin, ..Command::default() },
            at: at(second),
            method: "GET".into(),
            target: "/".into(),
            action: Action { name: name.into(), ..Action::default() },
            answer: answered.then(Answer::default),
            request_body: Some("{}".into()),
            response_body: None,
            output: Some(Printed { text: "root".into(), truncated: false }),
            build: Some(Build { made: answered, error: None }),
        }
    })
}

/// What containers hold beyond their images, and how the container was known when it was looked at.
fn opened() -> impl Strategy<Value = Looked> {
    (run(), any::<bool>()).prop_map(|(run, found)| {
        let packages = if found { vec!["/lib/flask.dist-info".to_owned()] } else { Vec::new() };
        Looked { packages: vec![(Arc::new(run), packages)], ..Looked::default() }
    })
}

fn probed() -> impl Strategy<Value = Looked> {
    (prop_oneof![Just("a"), Just("b")], any::<bool>(), 20..30_i64).prop_map(|(id, answers, second)| {
        let outcome = match answers {
            true => Ok(HttpAnswer { status: 200, body: "ahoy".into(), ..HttpAnswer::default() }),
            false => Err(Silence::Refused),
        };
        let probe = Probe { port: 80, path: "/".into(), at: at(second), outcome };
        Looked { probes: [(id.to_owned(), vec![probe])].into(), ..Looked::default() }
    })
}

fn happened() -> impl Strategy<Value = Happened> {
    prop_oneof![
        4 => run().prop_map(Happened::Run),
        3 => call().prop_map(Happened::Call),
        1 => prop_oneof![Just("1"), Just("2")].prop_map(|answer| Happened::Answer(answer.into())),
        1 => proptest::collection::vec(run(), 0..3)
            .prop_map(|runs| Happened::Past(Past { since: at(10), runs, things: Vec::new() })),
        1 => probed().prop_map(Happened::Learned),
        1 => opened().prop_map(Happened::Learned),
    ]
}

/// As the screen does: through the session, which also says what is to be kept.
fn on_the_screen(session: &mut Session, happened: &Happened) -> Vec<Keep> {
    let outputs: Vec<Output> = match happened {
        Happened::Answer(answer) => session.answer_task(ID, "How many?", answer),
        Happened::Learned(looked) => session.learned(ID, 1, None, looked),
        Happened::Run(run) => outputs(session.saw(Sight::Run(run))),
        Happened::Call(call) => outputs(session.saw(Sight::Call(call))),
        Happened::Past(past) => outputs(session.saw(Sight::Past(past))),
    };
    let kept = outputs.into_iter().filter_map(|output| match output {
        Output::Keep(keep) => Some(keep),
        _ => None,
    });
    kept.collect()
}

fn outputs(all: Vec<(String, Output)>) -> Vec<Output> {
    all.into_iter().map(|(_, output)| output).collect()
}

/// As `pilotwhale shell` and the rehearsal do.
fn without_a_screen(attempt: &mut Attempt, happened: &Happened) -> Vec<Keep> {
    match happened {
        Happened::Answer(answer) => vec![attempt.answered("How many?", answer)],
        Happened::Learned(looked) => attempt.learned(None, looked),
        Happened::Run(run) => attempt.saw(Sight::Run(run)).keep,
        Happened::Call(call) => attempt.saw(Sight::Call(call)).keep,
        Happened::Past(past) => attempt.saw(Sight::Past(past)).keep,
    }
}

fn evidence(attempt: &Attempt) -> Evidence {
    attempt.evidence(Some(&Snapshot::default()), &Looked::default(), BTreeMap::new())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whoever_records_comes_to_the_same_evidence_and_verdicts(
        stream in proptest::collection::vec(happened(), 0..30),
        restart in 0..30_usize,
    ) {
        let dir = tempfile::tempdir().expect("a folder");
        let open = |name: &str| Store::open(&dir.path().join(name)).expect("a store").store;
        let (mut of_screen, mut of_shell) = (open("screen"), open("shell"));
        let mut session = begun(at(10), Kept::default());
        let mut shell = Attempt::new(1, at(10), exercise().needs(), Kept::default());
        let mut rehearsal = shell.clone();
        for (n, happened) in stream.iter().enumerate() {
            if n == restart {
                // The app and the shell are started anew, and take up what was kept.
                session = begun(at(10), of_screen.kept(ID, 1).expect("it can be read"));
                let kept = of_shell.kept(ID, 1).expect("it can be read");
                shell = Attempt::new(1, at(10), exercise().needs(), kept);
            }
            for keep in on_the_screen(&mut session, happened) {
                of_screen.keep(ID, 1, &keep).expect("it is kept");
            }
            for keep in without_a_screen(&mut shell, happened) {
                of_shell.keep(ID, 1, &keep).expect("it is kept");
            }
            without_a_screen(&mut rehearsal, happened);
        }
        let graded = |store: &Store| {
            let kept = store.kept(ID, 1).expect("it can be read");
            evidence(&Attempt::new(1, at(10), exercise().needs(), kept))
        };
        let on_screen = evidence(session.attempt(ID).expect("it was begun"));
        prop_assert_eq!(&evidence(&rehearsal), &on_screen);
        prop_assert_eq!(&evidence(&shell), &on_screen);
        prop_assert_eq!(&graded(&of_screen), &on_screen);
        prop_assert_eq!(&graded(&of_shell), &on_screen);
        let verdicts = |evidence: &Evidence| lab::grade(&exercise(), evidence, &BTreeMap::new());
        prop_assert_eq!(verdicts(&graded(&of_shell)), verdicts(&on_screen));
        let keeps = |run: &Run| run.env.contains_key("SECRET") || run.env_given.iter().flatten().any(|name| name == "SECRET");
        prop_assert!(!on_screen.runs.iter().any(keeps));
    }
}

/// A screen's exercise on a watched engine, without the screen.
struct Open {
    session: Session,
    engine: Engine,
    updates: tokio::sync::mpsc::Receiver<Update>,
    _observed: Observation,
    here: Arc<Snapshot>,
    folder: tempfile::TempDir,
    pasts: usize,
    verdicts: usize,
}

impl Open {
    async fn begin(at: &Endpoint) -> Self {
        let (observed, updates) = Observation::begin(at);
        let engine = Engine::connect(at).await.expect("it answers");
        let mut session = begun(Timestamp::now(), Kept::default());
        let (since, needs) = session.to_record().expect("it is under way");
        observed.record(since, &needs);
        session.step_all(&Input::Resume);
        session.step(ID, Input::Begun { run: 1, outcome: Ok(()) });
        let folder = tempfile::tempdir().expect("a folder");
        let here = Arc::default();
        Self { session, engine, updates, _observed: observed, here, folder, pasts: 0, verdicts: 0 }
    }

    /// Goes on like the app until this is so.
    async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            let update = timeout(PATIENCE, self.updates.recv()).await;
            let update = update.unwrap_or_else(|_| panic!("not seen: {what}")).expect("it is watched");
            let mut outputs = match update {
                Update::Run(run) => self.session.saw(Sight::Run(&run)),
                Update::Thing(thing) => self.session.saw(Sight::Thing(&thing)),
                Update::Past(past) => {
                    self.pasts += 1;
                    self.session.saw(Sight::Past(&past))
                }
                Update::Snapshot(here) => {
                    self.here = here;
                    self.session.step_all(&Input::Seen)
                }
                Update::Link(Link::Live) => self.session.step_all(&Input::EngineBack),
                Update::Link(_) => Vec::new(),
            };
            // The first grading was asked for when it began.
            if self.verdicts == 0 && !self.here.images.is_empty() {
                outputs.push((ID.into(), Output::Grade { run: 1 }));
            }
            while let Some((_, output)) = outputs.pop() {
                if let Output::Grade { run } = output {
                    let more = self.grade(run).await;
                    outputs.extend(more.into_iter().map(|output| (ID.to_owned(), output)));
                }
            }
        }
    }

    /// What was recorded of the learner's container.
    fn own(&self) -> Option<&Run> {
        let attempt = self.session.attempt(ID)?;
        attempt.kept().runs.iter().find(|run| run.id == OWN).map(|run| &**run)
    }

    async fn grade(&mut self, run: u64) -> Vec<Output> {
        let attempt = self.session.attempt(ID).expect("it was begun").clone();
        let looked = lab::look(Ok(&self.engine), &attempt, &self.here, self.folder.path()).await;
        let evidence = attempt.evidence(Some(&self.here), &looked, BTreeMap::new());
        let report = Box::new(lab::grade(&exercise(), &evidence, &BTreeMap::new()));
        self.session.learned(ID, run, Some(&self.here), &looked);
        self.verdicts += 1;
        self.session.step(ID, Input::Graded { run, report })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_verdict_asks_the_engine_for_what_is_watched() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = QuietEngine::new(folder.path(), Own::default());
    let at = Endpoint { uri: engine.uri(), why: "the test's".into() };
    let mut open = Open::begin(&at).await;
    open.until("the beginning", |open| open.pasts == 1 && open.verdicts > 0).await;
    let asked = engine.take_asked();
    assert_eq!(asked.iter().filter(|asked| is_replay(asked)).count(), 1, "history is read at the beginning");
    assert_eq!(asked.iter().filter(|asked| asked.contains("/history")).count(), 1, "nginx is looked into");
    assert_eq!(open.session.exercise(ID).map(|state| state.phase.clone()), Some(Phase::Working));

    // The learner's container is looked at as it is made and as it is started, its log read along, and it is opened.
    engine.say(OWN, "create");
    open.until("how it was made", |open| open.own().is_some_and(|run| run.argv.is_some())).await;
    engine.say(OWN, "start");
    let is_known = |run: &Run| run.networks == ["web"] && run.output.is_some();
    open.until("that it runs", |open| {
        let attempt = open.session.attempt(ID).expect("it was begun");
        open.own().is_some_and(is_known) && attempt.unknown_packages().next().is_none()
    })
    .await;
    let asked = engine.take_asked();
    let count = |what: &str| {
        asked.iter().filter(|asked| asked.starts_with(&format!("/containers/{OWN}/{what}"))).count()
    };
    assert_eq!((count("json"), count("logs")), (2, 1), "{asked:?}");
    assert!(!asked.iter().any(|asked| is_replay(asked)), "{asked:?}");

    // What a container does that is none of the exercise's.
    for round in 0..5 {
        for action in ["die", "start"] {
            let before = open.verdicts;
            engine.say(FOREIGN, action);
            open.until("what the other does", |open| open.verdicts > before).await;
        }
        engine.say(FOREIGN, "exec_start: ls");
        // The pane asks for the row of that container.
        let asked = engine.take_asked();
        let more: Vec<_> = asked.iter().filter(|asked| !asked.starts_with("/containers/json?")).collect();
        assert!(more.is_empty(), "round {round}: {more:?}");
    }

    engine.hang_up();
    open.until("the engine again", |open| open.pasts == 2).await;
    let asked = engine.take_asked();
    assert_eq!(asked.iter().filter(|asked| is_replay(asked)).count(), 1, "and after a reconnect: {asked:?}");
    assert!(!asked.iter().any(|asked| asked.contains("/history")), "an image does not change: {asked:?}");
}
