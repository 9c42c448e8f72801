//! What a report adds to the record of an exercise: the same for the screen and for the command line.

use std::collections::BTreeSet;

use crate::check::{Report, Verdict};
use crate::course::{Exercise, TaskMode};
use crate::progress::{Event, ExerciseProgress, Stage};

/// The events that a report leads to, given what was recorded before. A wrong try counts once for each difference;
/// `known` holds differences that are no tries, because they were there before the learner did anything.
/// 'Could not check' leads to nothing.
pub fn consequences(
    exercise: &Exercise,
    record: &ExerciseProgress,
    report: &Report,
    known: &BTreeSet<(String, String)>,
) -> Vec<Event> {
    if record.stage != Stage::Working {
        return Vec::new();
    }
    let mut events = Vec::new();
    let mut all_hold = !exercise.tasks.is_empty();
    for task in &exercise.tasks {
        let sticky = task.mode == TaskMode::Edge;
        let held = record.passed.contains_key(&task.id);
        let told = report.tasks.iter().find(|t| t.id == task.id);
        let verdict = told.map(|t| &t.verdict);
        all_hold &= task.bonus || verdict.is_some_and(Verdict::is_pass) || (held && sticky);
        let of = || (exercise.id.clone(), record.run, task.id.clone());
        match verdict {
            Some(Verdict::Pass { found }) if !held => {
                let (exercise, run, task) = of();
                let bound = told.map(|t| t.bound.clone()).unwrap_or_default();
                events.push(Event::TaskPassed { exercise, run, task, found: found.clone(), bound });
            }
            Some(Verdict::NotYet { .. } | Verdict::NotRight { .. }) if held && !sticky => {
                let (exercise, run, task) = of();
                events.push(Event::TaskLost { exercise, run, task });
            }
            _ => {}
        }
        if let Some(Verdict::NotRight { differs, .. }) = verdict
            && !(held && sticky)
            && !known.contains(&(task.id.clone(), differs.clone()))
            && !record.attempts.get(&task.id).is_some_and(|all| all.contains(differs))
        {
            let (exercise, run, task) = of();
            events.push(Event::Attempt { exercise, run, task, differs: differs.clone() });
        }
    }
    if all_hold {
        let (exercise, run) = (exercise.id.clone(), record.run);
        events.push(Event::ExercisePassed { exercise, run, assisted: record.assisted });
    }
    events
}
