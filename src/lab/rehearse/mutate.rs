//! Whether the wrong ways are enough: a check that asks for less must let one of them pass.

use std::collections::BTreeSet;

use super::play::Judged;
use super::trial::Failure;
use crate::check::Check;
use crate::course::{Diagnostic, Exercise, Severity, Task};
use crate::lab;

/// How many weaker checks were tried, and what nobody notices in them.
#[derive(Clone, Debug, Default)]
pub struct Mutations {
    pub tried: usize,
    pub unnoticed: Vec<Diagnostic>,
}

impl Mutations {
    pub(super) fn add(&mut self, other: Self) {
        self.tried += other.tried;
        self.unnoticed.extend(other.unnoticed);
    }
}

/// Judges again what was seen where nothing must pass, with each condition of each task left out.
pub(super) fn mutations(exercise: &Exercise, failures: &[Failure]) -> Mutations {
    let mut found = Mutations::default();
    for task in &exercise.tasks {
        // Each attempt has values of its own in its checks: its mutants are told apart by their place in the list.
        let failures = failures.iter().filter(|failure| failure.tasks.contains(&task.id));
        let noticed: BTreeSet<usize> = failures.flat_map(|failure| noticed(failure, task)).collect();
        for (n, mutant) in task.check.mutants().into_iter().enumerate() {
            found.tried += 1;
            if !noticed.contains(&n) {
                let (at, how) = (mutant.at.join("."), mutant.how);
                let message = format!("no reject notices if `{}` is checked with `{at}`: {how}", task.id);
                let help = "add a wrong way in which only this is wrong, or leave the condition out";
                found.unnoticed.push(exercise.manuscript.mistake(
                    Severity::Warning,
                    task.line,
                    message,
                    help,
                ));
            }
        }
    }
    found
}

/// The mutants of this task that let pass what its check does not.
fn noticed(failure: &Failure, task: &Task) -> Vec<usize> {
    let Some(own) = failure.exercise.task(&task.id) else { return Vec::new() };
    let passes = |check: &Check, judged: &Judged| {
        let mut exercise = failure.exercise.clone();
        exercise.tasks.iter_mut().filter(|t| t.id == task.id).for_each(|t| t.check = check.clone());
        let report = lab::grade(&exercise, &judged.evidence, &judged.passed);
        report.tasks.iter().any(|t| t.id == task.id && t.verdict.is_pass())
    };
    let failed: Vec<&Judged> = failure.judged.iter().filter(|judged| !passes(&own.check, judged)).collect();
    let mutants = own.check.mutants().into_iter().enumerate();
    mutants
        .filter(|(_, mutant)| failed.iter().any(|judged| passes(&mutant.check, judged)))
        .map(|(n, _)| n)
        .collect()
}
