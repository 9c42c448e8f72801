//! The verdicts on a whole exercise: one judge for the screen, the command line and a class.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Check, Verdict, judge};
use crate::facts::Evidence;

/// The verdicts on one exercise, in the order of its tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub exercise: String,
    pub title: String,
    pub tasks: Vec<TaskReport>,
    /// How many runs were looked at, so that a learner sees that it looked.
    pub runs_seen: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskReport {
    pub id: String,
    pub title: String,
    pub points: u32,
    pub verdict: Verdict,
}

impl Report {
    pub fn passed(&self) -> bool {
        self.tasks.iter().all(|t| t.verdict.is_pass())
    }

    pub fn could_not_check(&self) -> bool {
        self.tasks.iter().any(|t| matches!(t.verdict, Verdict::CouldNotCheck { .. }))
    }

    /// Points reached, and points there are.
    pub fn points(&self) -> (u32, u32) {
        let of = |tasks: &mut dyn Iterator<Item = &TaskReport>| tasks.map(|t| t.points).sum();
        (of(&mut self.tasks.iter().filter(|t| t.verdict.is_pass())), of(&mut self.tasks.iter()))
    }
}

/// One task, as far as judging needs to know it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub points: u32,
    /// Done once is done; otherwise it must be true now.
    pub sticky: bool,
    pub check: &'a Check,
}

/// Judges every task. `passed` holds the tasks that passed before, with what was found then: a sticky one stays
/// passed whatever the evidence says now, also when there is no engine to ask.
pub fn report<'a>(
    exercise: &str,
    title: &str,
    tasks: impl IntoIterator<Item = Asked<'a>>,
    evidence: &Evidence,
    passed: &BTreeMap<String, String>,
) -> Report {
    let tasks = tasks.into_iter().map(|task| {
        let before = passed.get(task.id).filter(|_| task.sticky);
        let verdict = match before {
            Some(found) => Verdict::Pass { found: found.clone() },
            None => judge(task.check, evidence),
        };
        TaskReport { id: task.id.into(), title: task.title.into(), points: task.points, verdict }
    });
    Report {
        exercise: exercise.into(),
        title: title.into(),
        tasks: tasks.collect(),
        runs_seen: evidence.runs.len(),
    }
}
