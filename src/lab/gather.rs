//! Collects what a verdict is reached from: what was seen while it happened, and what the engine says now.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::{http, packages, places, things};
use crate::check::{self, Asked, Needs, Report, TaskReport, Verdict};
use crate::course::{Diagnostic, Exercise, TaskMode};
use crate::engine::{Engine, EngineError};
use crate::facts::reference::names_of;
use crate::facts::{Evidence, Image, Kept, Kind, Network, Output, Run, RunSource, Snapshot, Thing, Volume};

/// One attempt at an exercise.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// When it began.
    pub since: Timestamp,
    /// The folder in which the learner works.
    pub folder: PathBuf,
    /// Ids of what tasks that passed had found, by the names that later tasks use.
    pub bound: BTreeMap<String, String>,
}

/// Everything since the exercise began. `kept` are the runs that were seen while they lived, which hold the output
/// of what is gone by now, and the calls of the learner's commands. What is costly is looked up only where the exercise's
/// checks ask for it. An engine that does not answer is a problem in the evidence, not an error.
pub async fn gather(
    engine: Result<&Engine, &EngineError>,
    exercise: &Exercise,
    attempt: &Attempt,
    kept: &Kept,
) -> Evidence {
    let since = attempt.since;
    let needs = exercise.needs();
    let mut evidence = Evidence { since, gathered: Timestamp::now(), ..Evidence::default() };
    match engine {
        Ok(engine) => match ask(engine, since).await {
            Ok((images, volumes, networks, (runs, passed))) => {
                evidence.engine = Some(engine.info().clone());
                evidence.images = images;
                evidence.volumes = volumes;
                evidence.networks = networks;
                evidence.runs = merge(since, &known_gone(&kept.runs, &runs), runs);
                let images = passed.iter().filter(|thing| thing.kind == Kind::Image);
                evidence.tagged = images.map(|thing| thing.id.clone()).collect();
                if needs.things {
                    evidence.things = things::known(&kept.things, passed, &evidence);
                }
                look_into_images(engine, &needs, &mut evidence).await;
                ask_ports(engine.machine(), &needs, &mut evidence).await;
                if needs.packages {
                    packages::look(engine, &mut evidence.runs).await;
                }
            }
            Err(error) => problem(&error, kept, &mut evidence),
        },
        Err(error) => problem(error, kept, &mut evidence),
    }
    evidence.runs = evidence.runs.iter().map(|run| run.keeping(&needs.variables)).collect();
    evidence.folders = places::names(&attempt.folder);
    evidence.places = places::look(&attempt.folder, &needs.paths, &evidence.runs);
    evidence.files = places::files(&attempt.folder, &needs, &kept.seen);
    evidence.listing = places::listing(&attempt.folder);
    for url in needs.addresses {
        let answer = http::get(url.clone()).await;
        evidence.fetched.insert(url, answer);
    }
    evidence.seen = kept.seen.iter().filter(|call| call.at >= since).cloned().collect();
    evidence.seen.sort_by_key(|call| (call.at, call.call));
    evidence.answers = kept.answers.clone();
    evidence.bound = attempt.bound.clone();
    evidence
}

/// How many images are looked into for one verdict.
const MOST_IMAGES: usize = 40;

type Here = (Vec<Image>, Vec<Volume>, Vec<Network>, (Vec<Run>, Vec<Thing>));

async fn ask(engine: &Engine, since: Timestamp) -> Result<Here, EngineError> {
    tokio::try_join!(engine.images(), engine.volumes(), engine.networks(), engine.past(since))
}

/// Those that may be meant: young ones, those that containers were made from, and those that the checks name.
async fn look_into_images(engine: &Engine, needs: &Needs, evidence: &mut Evidence) {
    if !needs.image_configs {
        return;
    }
    let (since, runs, tagged) = (evidence.since, &evidence.runs, &evidence.tagged);
    let meant = |image: &&mut Image| {
        let names = names_of(image);
        let bases = needs.images.iter().filter_map(|n| n.based_on.as_deref());
        image.created.is_none_or(|at| at.as_second() >= since.as_second())
            || tagged.contains(&image.id)
            || runs.iter().any(|run| run.content().is(image.content()))
            || needs.images.iter().chain(bases).any(|asked| asked.same_repo(&names))
    };
    for image in evidence.images.iter_mut().filter(meant).take(MOST_IMAGES) {
        // One that is gone meanwhile is the next event's business.
        if let Ok(mut config) = engine.image_config(&image.id).await {
            config.env.retain(|name, _| needs.variables.contains(name));
            image.config = Some(Box::new(config));
        }
    }
}

/// A server may need some seconds until it answers; what is silent for longer is judged as it is.
const YOUNG: SignedDuration = SignedDuration::from_secs(10);

/// Asks what runs for the paths that a check speaks of.
async fn ask_ports(machine: &str, needs: &Needs, evidence: &mut Evidence) {
    if needs.requests.is_empty() {
        return;
    }
    for run in evidence.runs.iter_mut().filter(|run| run.is_running()) {
        let probes = http::probe(machine, run, &needs.ports, &needs.requests).await;
        run.learn(probes);
    }
}

/// Whether a server that was started a moment ago is still silent: it is worth asking again soon.
pub fn is_starting(evidence: &Evidence) -> bool {
    evidence.runs.iter().filter(|run| run.is_running()).any(|run| {
        // The two times are of two clocks; where those are far apart, it is judged as it is.
        let age = run.started.map(|at| evidence.gathered.duration_since(at).abs());
        let young = age.is_some_and(|age| age < YOUNG);
        young && run.probes.iter().any(|probe| probe.outcome.is_err())
    })
}

/// What was learnt by asking and can't be asked again later: what servers answered, and what was here.
pub fn learned(evidence: &Evidence, kept: &Kept) -> Kept {
    let known = |run: &Run| {
        let same = |k: &Run| k.id == run.id && k.probes == run.probes && k.packages == run.packages;
        kept.runs.iter().any(same)
    };
    let asked = |run: &Run| !run.probes.is_empty() || run.packages.is_some();
    let runs = evidence.runs.iter().filter(|run| asked(run) && !known(run));
    let things = if evidence.things == kept.things { Vec::new() } else { evidence.things.clone() };
    Kept { runs: runs.cloned().collect(), things, ..Kept::default() }
}

fn problem(error: &EngineError, kept: &Kept, evidence: &mut Evidence) {
    evidence.problems.push((sentence(&error.to_string()), error.remedy()));
    evidence.runs = merge(evidence.since, &kept.runs, Vec::new());
}

/// What was recorded and is not there any more was removed, also where the engine has forgotten when.
fn known_gone(recorded: &[Run], fresh: &[Run]) -> Vec<Run> {
    let here = |run: &Run| fresh.iter().any(|other| other.id == run.id);
    recorded.iter().map(|run| Run { removed: run.removed || !here(run), ..run.clone() }).collect()
}

/// The same from what is watched anyway, without a question to the engine: for verdicts that follow an event at once.
/// `runs` are the recorded ones, or those of an earlier `gather` with the recorded ones merged in.
pub fn live(snapshot: &Snapshot, since: Timestamp, now: Timestamp, runs: &[Run]) -> Evidence {
    Evidence {
        since,
        gathered: now,
        engine: Some(snapshot.engine.clone()),
        problems: Vec::new(),
        images: snapshot.images.clone(),
        volumes: snapshot.volumes.clone(),
        networks: snapshot.networks.clone(),
        runs: merge(since, runs, Vec::new()),
        ..Evidence::default()
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// Judges every task of the exercise. `passed` holds what passed before in this run of it.
pub fn grade(exercise: &Exercise, evidence: &Evidence, passed: &BTreeMap<String, String>) -> Report {
    if let Some(fault) = exercise.faults.first() {
        return unjudged(exercise, fault, passed);
    }
    let tasks = exercise.tasks.iter().map(|task| Asked {
        id: &task.id,
        title: &task.title,
        points: task.points,
        bonus: task.bonus,
        sticky: task.mode == TaskMode::Edge,
        needs: &task.needs,
        check: &task.check,
        when_wrong: &task.when_wrong,
    });
    check::report(&exercise.id, &exercise.title, tasks, evidence, passed)
}

/// Of an exercise with a mistake in its file. What passed before stands.
fn unjudged(exercise: &Exercise, fault: &Diagnostic, passed: &BTreeMap<String, String>) -> Report {
    let tasks = exercise.tasks.iter().map(|task| {
        let verdict = match passed.get(&task.id) {
            Some(found) => Verdict::Pass { found: found.clone() },
            None => Verdict::CouldNotCheck {
                reason: format!("The course has a mistake here: {}", fault.short()),
                remedy: "Tell the author of the course: `pilotwhale course lint` shows the line.".into(),
            },
        };
        TaskReport { bonus: task.bonus, ..TaskReport::new(&task.id, &task.title, task.points, verdict) }
    });
    let tasks = tasks.collect();
    Report { exercise: exercise.id.clone(), title: exercise.title.clone(), tasks, runs_seen: 0 }
}

/// Every container once, oldest first, with the best that either source knows of it.
pub fn merge(since: Timestamp, recorded: &[Run], fresh: Vec<Run>) -> Vec<Run> {
    let mut runs: BTreeMap<String, Run> = recorded.iter().map(|run| (run.id.clone(), run.clone())).collect();
    for run in fresh {
        let both = match runs.remove(&run.id) {
            Some(before) => one(before, run),
            None => run,
        };
        runs.insert(both.id.clone(), both);
    }
    let mut runs: Vec<Run> =
        runs.into_values().filter(|run| run.created.is_none_or(|created| created >= since)).collect();
    runs.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    runs
}

/// The fresh look leads where it could inspect the container. Where only events are left, the record does; the
/// events still know how it ended.
fn one(before: Run, now: Run) -> Run {
    let inspected = now.argv.is_some();
    let (mut run, other) = if inspected { (now, before) } else { (before, now) };
    run.removed |= other.removed;
    if run.image_id.is_empty() {
        run.image_id = other.image_id;
        run.manifest = other.manifest;
    }
    run.argv = run.argv.or(other.argv);
    run.command_given = run.command_given.or(other.command_given);
    if run.removed {
        run.state = None;
    }
    // A container that has ended, or was not started yet, has no ports of its own.
    if !run.ports.iter().any(|port| port.host.is_some()) && other.ports.iter().any(|port| port.host.is_some())
    {
        run.ports = other.ports;
    }
    for name in other.image_refs {
        if !run.image_refs.contains(&name) {
            run.image_refs.push(name);
        }
    }
    if !inspected {
        run.started = run.started.or(other.started);
        run.finished = other.finished.or(run.finished);
        run.exit_code = other.exit_code.or(run.exit_code);
    }
    run.env_given = run.env_given.or(other.env_given);
    run.linked.extend(other.linked);
    if run.packages.as_ref().is_none_or(Vec::is_empty) {
        run.packages = other.packages.or(run.packages);
    }
    run.output = longer(run.output, other.output);
    run.learn(other.probes);
    // Who was inspected tells more than who was only heard of.
    if other.execs.len() > run.execs.len() || other.execs.iter().any(|exec| exec.inspected) {
        run.execs = other.execs;
    }
    if other.source == RunSource::Build {
        run.source = RunSource::Build;
    }
    run
}

fn longer(a: Option<Output>, b: Option<Output>) -> Option<Output> {
    match (a, b) {
        (Some(a), Some(b)) if b.text.len() > a.text.len() => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Image;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn run(id: &str, second: i64) -> Run {
        Run { id: id.into(), created: Some(at(second)), ..Run::default() }
    }

    fn output(text: &str) -> Option<Output> {
        Some(Output { text: text.into(), truncated: false })
    }

    #[test]
    fn what_is_gone_keeps_what_was_seen_of_it() {
        let argv = Some(vec!["python3".to_string()]);
        let seen = Run {
            argv: argv.clone(),
            output: output("hello\n"),
            image_refs: vec!["python:3-slim".into()],
            ..run("a", 1)
        };
        let events = Run { removed: true, finished: Some(at(3)), exit_code: Some(0), ..run("a", 1) };
        let merged = merge(at(0), &[seen], vec![events]);
        assert_eq!(merged.len(), 1);
        let run = &merged[0];
        assert_eq!((run.argv.clone(), run.output.clone()), (argv, output("hello\n")));
        assert_eq!((run.removed, run.exit_code, run.finished), (true, Some(0), Some(at(3))));
    }

    #[test]
    fn what_is_here_is_as_the_engine_says_now() {
        let seen = Run { error: "no".into(), output: output("a"), finished: Some(at(2)), ..run("a", 1) };
        let now = Run { argv: Some(vec![]), started: Some(at(5)), output: output("ab"), ..run("a", 1) };
        let merged = merge(at(0), &[seen], vec![now]);
        assert_eq!((merged[0].error.as_str(), merged[0].finished), ("", None));
        assert_eq!(merged[0].output, output("ab"));
    }

    #[test]
    fn only_what_came_after_the_beginning_counts_in_order() {
        let merged = merge(at(10), &[run("old", 1), run("b", 12)], vec![run("c", 13), run("a", 11)]);
        assert_eq!(merged.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn what_is_watched_is_evidence() {
        let image = Image { id: "i".into(), ..Image::default() };
        let snapshot = Snapshot { images: vec![image.clone()], ..Snapshot::default() };
        let evidence = live(&snapshot, at(5), at(9), &[run("b", 7), run("old", 1), run("a", 6)]);
        assert!(evidence.engine.is_some());
        assert_eq!(evidence.images, [image]);
        assert_eq!(evidence.runs.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[tokio::test]
    async fn no_engine_is_a_problem_with_a_remedy() {
        let attempt = Attempt { since: at(0), ..Attempt::default() };
        let kept = Kept { runs: vec![run("a", 1)], ..Kept::default() };
        let evidence = gather(Err(&EngineError::Absent), &Exercise::default(), &attempt, &kept).await;
        assert!(evidence.engine.is_none());
        assert_eq!(evidence.runs.len(), 1);
        assert!(evidence.problems[0].0.starts_with("No container engine"));
        assert!(!evidence.problems[0].1.is_empty());
    }
}
