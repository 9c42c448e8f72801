//! Reaches the verdicts: from the engine and what was kept, or again from what was saved.

use std::collections::{BTreeMap, BTreeSet};

use super::saved::{Judged, Saved};
use crate::check::{Report as Verdicts, TaskReport, Verdict};
use crate::cli::desk::{Desk, Stopped, connect, wait};
use crate::cli::print::tell;
use crate::cli::report::{Graded, Status};
use crate::course::{Exercise, Task};
use crate::engine::{Engine, EngineError};
use crate::facts::Evidence;
use crate::lab;
use crate::progress::{Event, ExerciseProgress, Progress, Stage};
use crate::session::{Attempt, consequences};

/// Judges what is under way, records what follows, and says what it was judged by. `also_passed` looks again at what
/// has passed: not for a verdict, which stands, but for evidence that others can judge.
pub(in crate::cli) fn judge(
    desk: &mut Desk,
    exercises: &[Exercise],
    also_passed: bool,
) -> Result<(Vec<Graded>, Vec<Judged>), Stopped> {
    let events = desk.store.events()?;
    wait(async {
        // Asked only once, and only if somebody needs the answer.
        let mut engine: Option<Result<Engine, EngineError>> = None;
        let (mut graded, mut judged) = (Vec::new(), Vec::new());
        for exercise in exercises {
            let state = desk.state(&exercise.id);
            let looks = exercise.faults.is_empty()
                && (state.stage == Stage::Working || (also_passed && state.stage == Stage::Passed));
            if !looks {
                graded.push(verdict(exercise, state, None).0);
                continue;
            }
            if engine.is_none() {
                engine = Some(connect().await);
            }
            let engine = engine.as_ref().unwrap_or(&Err(EngineError::Absent));
            let kept = desk.store.kept(&exercise.id, state.run)?;
            let needs = exercise.drawn(&state.vars).needs();
            let mut attempt = Attempt::new(state.run, state.begun.unwrap_or_default(), needs, kept);
            let folder = desk.paths.exercise_folder(&exercise.id);
            let gathered = lab::gather(engine.as_ref(), &mut attempt, &folder, state.found_in());
            let (evidence, keep) = gathered.await;
            let (result, follows) = verdict(exercise, state.clone(), Some(&evidence));
            if state.stage == Stage::Working {
                // What is seen now may be removed before the next look.
                let kept = keep.iter().try_for_each(|what| desk.store.keep(&exercise.id, state.run, what));
                let now = jiff::Timestamp::now();
                let follows: Vec<_> = follows.into_iter().map(|event| (now, event)).collect();
                if let Err(error) = kept.and_then(|()| desk.store.append_all(&follows)) {
                    // The verdict stands, though it could not be written down.
                    tell!("pilotwhale: the verdict is not saved: {error}\n  {}", error.remedy());
                }
            }
            graded.push(result);
            let events = events.iter().filter(|e| e.event.exercise() == Some(&exercise.id)).cloned();
            judged.push(Judged { exercise: exercise.id.clone(), events: events.collect(), evidence });
        }
        Ok((graded, judged))
    })?
}

/// Reaches the verdict again. What the file does not speak of was not begun.
pub(super) fn again(exercise: &Exercise, saved: &Saved) -> Graded {
    let Some(judged) = saved.exercises.iter().find(|judged| judged.exercise == exercise.id) else {
        return verdict(exercise, ExerciseProgress::default(), None).0;
    };
    let state = Progress::fold(judged.events.clone()).exercise(&exercise.id);
    verdict(exercise, state, Some(&judged.evidence)).0
}

/// The verdict on one exercise, and the events that follow from it.
fn verdict(
    exercise: &Exercise,
    mut state: ExerciseProgress,
    evidence: Option<&Evidence>,
) -> (Graded, Vec<Event>) {
    let exercise = &exercise.drawn(&state.vars);
    let shown = evidence.map(|evidence| lab::grade(exercise, evidence, &BTreeMap::new()));
    let shown = shown.iter().flat_map(|report| &report.tasks).filter(|task| task.verdict.is_pass());
    let shown = shown.map(|task| task.id.clone()).collect();
    let (verdicts, events) = match evidence {
        _ if !exercise.faults.is_empty() => {
            (lab::grade(exercise, &Evidence::default(), &state.passed), Vec::new())
        }
        Some(evidence) if state.stage == Stage::Working => {
            let verdicts = lab::grade(exercise, evidence, &state.passed);
            let events = consequences(exercise, &state, &verdicts, &BTreeSet::new());
            (verdicts, events)
        }
        _ => (settled(exercise, &state), Vec::new()),
    };
    let status = if !exercise.faults.is_empty() {
        Status::Error
    } else if verdicts.passed() {
        Status::Pass
    } else if state.stage == Stage::NotStarted {
        Status::NotStarted
    } else if verdicts.could_not_check() {
        Status::Error
    } else {
        Status::Fail
    };
    let now = jiff::Timestamp::now();
    events.iter().for_each(|event| state.note(event, Some(now)));
    (Graded { status, verdicts, state, shown }, events)
}

/// An exercise that need not be judged: it passed, or was never begun.
fn settled(exercise: &Exercise, state: &ExerciseProgress) -> Verdicts {
    let passed = state.stage == Stage::Passed;
    let verdict = |task: &Task| match state.passed.get(&task.id) {
        Some(found) if passed => Verdict::Pass { found: found.clone() },
        _ if passed && task.bonus => {
            Verdict::NotYet { expected: "this before the rest: the exercise has passed without it".into() }
        }
        _ if passed => Verdict::Pass { found: "it passed before".into() },
        _ if exercise.on_slides => Verdict::NotYet { expected: "the lesson to be opened".into() },
        _ => Verdict::NotYet {
            expected: format!("the exercise to be begun: pilotwhale begin {}", exercise.id),
        },
    };
    let tasks = exercise
        .tasks
        .iter()
        .map(|t| TaskReport { bonus: t.bonus, ..TaskReport::new(&t.id, &t.title, t.points, verdict(t)) });
    Verdicts {
        exercise: exercise.id.clone(),
        title: exercise.title.clone(),
        tasks: tasks.collect(),
        runs_seen: 0,
    }
}
