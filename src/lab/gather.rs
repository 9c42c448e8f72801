//! Looks up what a verdict needs and nobody watches, and judges.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{http, packages, places};
use crate::check::{self, Asked, Report, TaskReport, Verdict};
use crate::course::{Diagnostic, Exercise, TaskMode};
use crate::engine::{Engine, EngineError};
use crate::facts::{Evidence, Keep, Looked, Probe, Run, Snapshot};
use crate::session::{Attempt, Sight};

/// A server may need some seconds until it answers; what is silent for longer is judged as it is.
const YOUNG: SignedDuration = SignedDuration::from_secs(10);

/// For who has not watched: all that the engine holds and remembers, and then what a `look` finds. Gives what is to be kept
/// of it. An engine that does not answer is a problem in the evidence, not an error.
pub async fn gather(
    engine: Result<&Engine, &EngineError>,
    attempt: &mut Attempt,
    folder: &Path,
    bound: BTreeMap<String, String>,
) -> (Evidence, Vec<Keep>) {
    let mut keep = Vec::new();
    let asked = match engine {
        Ok(engine) => tokio::try_join!(engine.snapshot(), engine.past(attempt.since)),
        Err(error) => return without(error, attempt, folder, bound).await,
    };
    let (here, past) = match asked {
        Ok(both) => both,
        Err(error) => return without(&error, attempt, folder, bound).await,
    };
    keep.extend(attempt.saw(Sight::Past(&past)).keep);
    let looked = look(engine, attempt, &here, folder).await;
    keep.extend(attempt.learned(Some(&here), &looked));
    (attempt.evidence(Some(&here), &looked, bound), keep)
}

async fn without(
    error: &EngineError,
    attempt: &Attempt,
    folder: &Path,
    bound: BTreeMap<String, String>,
) -> (Evidence, Vec<Keep>) {
    let looked = Looked { problems: vec![problem(error)], ..look_around(attempt, folder).await };
    (attempt.evidence(None, &looked, bound), Vec::new())
}

/// What a verdict on what is watched needs beside it: `here` is what was seen of the engine last. Of the engine it asks how
/// images are set up that are new and what containers have gained of which something new was seen, and nothing else.
pub async fn look(
    engine: Result<&Engine, &EngineError>,
    attempt: &Attempt,
    here: &Snapshot,
    folder: &Path,
) -> Looked {
    let mut looked = look_around(attempt, folder).await;
    match engine {
        Ok(engine) => {
            for id in attempt.unknown_images(here) {
                // One that is gone meanwhile is the next event's business.
                if let Ok(mut config) = engine.image_config(&id).await {
                    config.env.retain(|name, _| attempt.needs().variables.contains(name));
                    looked.images.insert(id, Arc::new(config));
                }
            }
            for run in attempt.running() {
                let probes = ask_servers(&engine.endpoint().host(), run, attempt).await;
                if !probes.is_empty() {
                    looked.probes.insert(run.id.clone(), probes);
                }
            }
            // That it answers is news: what came in until then is part of the same verdict.
            let mut after = attempt.clone();
            after.learned(None, &looked);
            for run in after.unknown_packages() {
                if let Some(found) = packages::look(engine, run).await {
                    looked.packages.push((Arc::clone(run), found));
                }
            }
        }
        Err(error) => looked.problems.push(problem(error)),
    }
    looked.at = Timestamp::now();
    looked
}

async fn ask_servers(machine: &str, run: &Run, attempt: &Attempt) -> Vec<Probe> {
    let needs = attempt.needs();
    match needs.requests.is_empty() {
        true => Vec::new(),
        false => http::probe(machine, run, &needs.ports, &needs.requests).await,
    }
}

/// What is found without the engine: the exercise's folder, and addresses that the checks name.
async fn look_around(attempt: &Attempt, folder: &Path) -> Looked {
    let needs = attempt.needs();
    let (runs, seen) = (attempt.kept().runs.iter(), attempt.kept().seen.iter());
    let mut looked = Looked {
        at: Timestamp::now(),
        folders: places::names(folder),
        places: places::look(folder, &needs.paths, runs.map(|run| &**run)),
        files: places::files(folder, needs, seen.map(|call| &**call)),
        listing: places::listing(folder),
        ..Looked::default()
    };
    for url in &needs.addresses {
        looked.fetched.insert(url.clone(), http::get(url.clone()).await);
    }
    looked
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

fn problem(error: &EngineError) -> (String, String) {
    (sentence(&error.to_string()), error.remedy())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Kept, Run};

    #[tokio::test]
    async fn no_engine_is_a_problem_with_a_remedy() {
        let kept = Kept { runs: vec![Arc::new(Run { id: "a".into(), ..Run::default() })], ..Kept::default() };
        let mut attempt = Attempt::new(1, Timestamp::UNIX_EPOCH, Default::default(), kept);
        let folder = Path::new("/nowhere");
        let asked = gather(Err(&EngineError::Absent), &mut attempt, folder, BTreeMap::new()).await;
        let (evidence, keep) = asked;
        assert!(evidence.engine.is_none() && keep.is_empty());
        assert_eq!(evidence.runs.len(), 1);
        assert!(evidence.problems[0].0.starts_with("No container engine"));
        assert!(!evidence.problems[0].1.is_empty());
    }
}
