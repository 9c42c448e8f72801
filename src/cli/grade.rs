//! `pilotwhale grade [ID…]`: judges exercises without a screen, on the same state as the screen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Desk, Stopped, connect, exercise_of, say, wait};
use super::report::{self, Format, Graded, Status};
use crate::check::{Report, TaskReport, Verdict};
use crate::course::Exercise;
use crate::engine::{Engine, EngineError};
use crate::facts::Evidence;
use crate::lab;
use crate::progress::{ExerciseProgress, Stage};
use crate::session::consequences;

/// Judge exercises. Exit code: 0 all passed, 1 not yet, 2 wrong usage, 3 could not check.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The exercises' ids; all of the course where none is given.
    ids: Vec<String>,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Judge this file of evidence instead of asking the engine; nothing is recorded.
    #[arg(long, value_name = "FILE", conflicts_with = "save_evidence")]
    evidence: Option<PathBuf>,
    /// Write down what the verdict was reached from, for one exercise.
    #[arg(long, value_name = "FILE")]
    save_evidence: Option<PathBuf>,
}

/// A verdict that can be reached again: what was asked of which exercise, and everything that was seen.
#[derive(Serialize, Deserialize)]
struct Saved {
    format: u32,
    exercise: String,
    /// Tasks that had passed before, with what was found.
    passed: BTreeMap<String, String>,
    evidence: Evidence,
}

const FORMAT: u32 = 1;

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    if let Some(file) = &args.evidence {
        return replay(file, args, chosen);
    }
    let mut desk = Desk::open(chosen)?;
    let mut exercises = Vec::new();
    for id in &args.ids {
        exercises.push(desk.exercise(id)?);
    }
    if args.ids.is_empty() {
        exercises.clone_from(&desk.course.exercises);
    }
    if args.save_evidence.is_some() && exercises.len() != 1 {
        return Err(Stopped::usage(
            "--save-evidence is for one exercise",
            "Say its id: pilotwhale grade ID --save-evidence FILE",
        ));
    }
    let save = args.save_evidence.as_deref();
    let graded = wait(async {
        // Asked only once, and only if somebody needs the answer.
        let mut engine: Option<Result<Engine, EngineError>> = None;
        let mut graded = Vec::new();
        for exercise in &exercises {
            let state = desk.state(&exercise.id);
            if state.stage == Stage::Working {
                if engine.is_none() {
                    engine = Some(connect().await);
                }
                let engine = engine.as_ref().unwrap_or(&Err(EngineError::Absent));
                graded.push(judge(&mut desk, exercise, state, engine.as_ref(), save).await?);
            } else {
                graded.push(settled(exercise, state));
            }
        }
        Ok::<_, Stopped>(graded)
    })??;
    say(&report::print(args.format, &desk.course, &graded)?);
    Ok(ending(&graded))
}

/// Asks the engine, judges, and records what follows.
async fn judge(
    desk: &mut Desk,
    exercise: &Exercise,
    mut state: ExerciseProgress,
    engine: Result<&Engine, &EngineError>,
    save: Option<&Path>,
) -> Result<Graded, Stopped> {
    let kept = desk.store.kept(&exercise.id, state.run)?;
    let evidence = lab::gather(engine, state.begun.unwrap_or_default(), &kept).await;
    if let Some(file) = save {
        write(
            file,
            &Saved {
                format: FORMAT,
                exercise: exercise.id.clone(),
                passed: state.passed.clone(),
                evidence: evidence.clone(),
            },
        )?;
    }
    let report = lab::grade(exercise, &evidence, &state.passed);
    let now = jiff::Timestamp::now();
    let events = consequences(exercise, &state, &report, &BTreeSet::new());
    let events: Vec<_> = events.into_iter().map(|event| (now, event)).collect();
    // What is seen now may be removed before the next look.
    let mut new_runs = evidence.runs.iter().filter(|run| !kept.runs.contains(run));
    let kept = new_runs.try_for_each(|run| desk.store.keep_run(&exercise.id, state.run, run));
    let saved = if events.is_empty() { kept } else { kept.and(desk.store.append_all(&events).map(drop)) };
    if let Err(error) = saved {
        // The verdict stands, though it could not be written down.
        eprintln!("pilotwhale: the verdict is not saved: {error}\n  {}", error.remedy());
    }
    events.iter().for_each(|(at, event)| state.note(event, Some(*at)));
    Ok(Graded { status: status(&report), report, state })
}

/// An exercise that need not be judged: it passed, or was never begun.
fn settled(exercise: &Exercise, state: ExerciseProgress) -> Graded {
    let passed = state.stage == Stage::Passed;
    let verdict = |id: &str| match state.passed.get(id) {
        Some(found) if passed => Verdict::Pass { found: found.clone() },
        _ if passed => Verdict::Pass { found: "it passed before".into() },
        _ => Verdict::NotYet {
            expected: format!("the exercise to be begun: pilotwhale begin {}", exercise.id),
        },
    };
    let tasks = exercise.tasks.iter().map(|t| TaskReport {
        id: t.id.clone(),
        title: t.title.clone(),
        points: t.points,
        verdict: verdict(&t.id),
    });
    let tasks = tasks.collect();
    let report = Report { exercise: exercise.id.clone(), title: exercise.title.clone(), tasks, runs_seen: 0 };
    Graded { status: if passed { Status::Passed } else { Status::NotStarted }, report, state }
}

fn status(report: &Report) -> Status {
    if report.passed() {
        Status::Passed
    } else if report.could_not_check() {
        Status::CouldNotCheck
    } else {
        Status::NotYet
    }
}

fn ending(graded: &[Graded]) -> Ending {
    let of = |g: &Graded| match g.status {
        Status::Passed => Ending::Done,
        Status::NotYet | Status::NotStarted => Ending::NotYet,
        Status::CouldNotCheck => Ending::CouldNot,
    };
    graded.iter().map(of).max().unwrap_or(Ending::Done)
}

/// Judges a saved file, without an engine and without the learner's progress.
fn replay(file: &Path, args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let unreadable = |why: String| {
        Stopped::usage(
            format!("{} is no evidence: {why}", file.display()),
            "pilotwhale grade ID --save-evidence FILE writes such a file.",
        )
    };
    let text = std::fs::read_to_string(file).map_err(|e| unreadable(e.to_string()))?;
    let saved: Saved = serde_json::from_str(&text).map_err(|e| unreadable(e.to_string()))?;
    if saved.format != FORMAT {
        return Err(unreadable(format!(
            "its format is {}, and this pilotwhale reads {FORMAT}",
            saved.format
        )));
    }
    if args.ids.iter().any(|id| *id != saved.exercise) {
        return Err(Stopped::usage(format!("{} is about {}", file.display(), saved.exercise), ""));
    }
    let course = chosen.load()?;
    let exercise = exercise_of(&course, &saved.exercise)?;
    let report = lab::grade(&exercise, &saved.evidence, &saved.passed);
    let state = ExerciseProgress { begun: Some(saved.evidence.since), ..ExerciseProgress::default() };
    let graded = [Graded { status: status(&report), report, state }];
    say(&report::print(args.format, &course, &graded)?);
    Ok(ending(&graded))
}

fn write(file: &Path, saved: &Saved) -> Result<(), Stopped> {
    let failed = |why: String| Stopped {
        what: format!("{} can't be written: {why}", file.display()),
        remedy: "Give another name after --save-evidence.".into(),
        ending: Ending::CouldNot,
    };
    let text = serde_json::to_string_pretty(saved).map_err(|e| failed(e.to_string()))?;
    std::fs::write(file, text + "\n").map_err(|e| failed(e.to_string()))
}
