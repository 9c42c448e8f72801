//! The verdicts on a whole exercise: one judge for the screen, the command line and a class.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bound::{self, Bound, Object};
use super::search::Choice;
use super::{Check, Verdict, choices, seen};
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
    /// Not needed for the pass.
    #[serde(default)]
    pub bonus: bool,
    pub verdict: Verdict,
    /// What was found, by the names that the check gave it: ids, for the tasks that speak of it later.
    #[serde(default)]
    pub bound: BTreeMap<String, String>,
    /// From here it can't become right: starting over is the way out.
    #[serde(default)]
    pub stuck: bool,
}

impl TaskReport {
    pub fn new(id: &str, title: &str, points: u32, verdict: Verdict) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            points,
            bonus: false,
            verdict,
            bound: BTreeMap::new(),
            stuck: false,
        }
    }
}

impl TaskReport {
    /// Points that it brings, of those that are asked for: a bonus task is asked for none, so that nobody loses by it.
    pub fn counts(&self) -> (u32, u32) {
        let reached = if self.verdict.is_pass() { self.points } else { 0 };
        (reached, if self.bonus { 0 } else { self.points })
    }
}

impl Report {
    pub fn passed(&self) -> bool {
        self.tasks.iter().filter(|t| !t.bonus).all(|t| t.verdict.is_pass())
    }

    pub fn could_not_check(&self) -> bool {
        let needed = self.tasks.iter().filter(|t| !t.bonus);
        needed.into_iter().any(|t| matches!(t.verdict, Verdict::CouldNotCheck { .. }))
    }

    /// Points reached, and points that there are to reach.
    pub fn points(&self) -> (u32, u32) {
        let each = self.tasks.iter().map(TaskReport::counts);
        each.fold((0, 0), |(reached, of), more| (reached + more.0, of + more.1))
    }
}

/// Advice for what learners really do wrong: where the check holds, this is said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WhenWrong {
    #[serde(rename = "if")]
    pub when: Check,
    /// May hold `$name` and `$name.value` of what the check found.
    pub say: String,
    /// From here it can't become right: the learner is offered to start over.
    #[serde(default)]
    pub stuck: bool,
}

/// One task, as far as judging needs to know it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub points: u32,
    pub bonus: bool,
    /// Done once is done; otherwise it must be true now.
    pub sticky: bool,
    /// Ids of tasks that come first.
    pub needs: &'a [String],
    pub check: &'a Check,
    pub when_wrong: &'a [WhenWrong],
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
    let tasks: Vec<Asked<'a>> = tasks.into_iter().collect();
    let mut done: Vec<TaskReport> = Vec::new();
    for (n, task) in tasks.iter().enumerate() {
        let mut report = TaskReport {
            bonus: task.bonus,
            ..TaskReport::new(task.id, task.title, task.points, Verdict::NotYet { expected: String::new() })
        };
        let before = passed.get(task.id).filter(|_| task.sticky);
        let missing = |id: &&String| !done.iter().any(|t| t.id == **id && t.verdict.is_pass());
        if let Some(found) = before {
            report.verdict = Verdict::Pass { found: found.clone() };
            report.bound = remembered(task, evidence);
        } else if let Some(id) = task.needs.iter().find(missing) {
            let first = tasks.iter().find(|t| t.id == id).map_or(id.as_str(), |t| t.title);
            report.verdict = Verdict::NotYet { expected: format!("the task «{first}» to be done first") };
        } else {
            judge_task(&tasks[..n], task, evidence, &mut report);
        }
        done.push(report);
    }
    Report { exercise: exercise.into(), title: title.into(), tasks: done, runs_seen: evidence.runs.len() }
}

fn remembered(task: &Asked<'_>, evidence: &Evidence) -> BTreeMap<String, String> {
    let known = |name: &str| Some((name.to_owned(), evidence.bound.get(name)?.clone()));
    task.check.names().into_iter().filter_map(known).collect()
}

fn judge_task(earlier: &[Asked<'_>], task: &Asked<'_>, evidence: &Evidence, report: &mut TaskReport) {
    let wanted: Vec<String> = [task.check]
        .into_iter()
        .chain(task.when_wrong.iter().map(|w| &w.when))
        .flat_map(Check::references)
        .collect();
    let start = match premises(earlier, &wanted, evidence) {
        Ok(start) => start,
        // What it speaks of is not there yet; the check itself may not need it.
        Err(verdict) => {
            report.verdict = verdict;
            return;
        }
    };
    match choices(task.check, start.clone(), evidence) {
        Ok(choices) => {
            report.verdict = super::passed(choices.first());
            let names = task.check.names();
            let bound = choices.first().into_iter().flat_map(|choice| &choice.bound);
            let own = bound.filter(|(name, _)| names.contains(&name.as_str()));
            report.bound = own.map(|(name, object)| (name.clone(), object.id().to_owned())).collect();
        }
        Err(verdict) => {
            report.verdict = verdict;
            advise(task, &start, evidence, report);
        }
    }
}

/// What the names of earlier tasks can stand for: whatever satisfies those tasks now, and what they had found when
/// they passed.
fn premises<'e>(
    earlier: &[Asked<'_>],
    wanted: &[String],
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Verdict> {
    let mut wanted = wanted.to_vec();
    let mut needed: Vec<&Asked<'_>> = Vec::new();
    for task in earlier.iter().rev() {
        if task.check.names().iter().any(|name| wanted.iter().any(|w| w == name)) {
            wanted.extend(task.check.references());
            needed.insert(0, task);
        }
    }
    let mut start = vec![Choice::default()];
    for task in needed {
        let mut next = match choices(task.check, start.clone(), evidence) {
            Ok(choices) => choices,
            Err(verdict @ Verdict::CouldNotCheck { .. }) if task.is_forgotten(evidence) => {
                return Err(verdict);
            }
            Err(_) if task.is_forgotten(evidence) => {
                let expected = format!("the task «{}» to be done first", task.title);
                return Err(Verdict::NotYet { expected });
            }
            Err(_) => Vec::new(),
        };
        let names = task.check.names();
        let before: Bound<'e> = names
            .iter()
            .filter_map(|name| {
                Some(((*name).to_owned(), Object::of_id(evidence.bound.get(*name)?, evidence)?))
            })
            .collect();
        if !before.is_empty() {
            next.extend(start.iter().map(|choice| {
                let mut choice = choice.clone();
                choice.bound.extend(before.clone());
                choice
            }));
        }
        start = next;
    }
    // What the earlier tasks found is theirs to tell.
    start.iter_mut().for_each(|choice| choice.found.clear());
    Ok(start)
}

impl Asked<'_> {
    fn is_forgotten(&self, evidence: &Evidence) -> bool {
        !self
            .check
            .names()
            .iter()
            .any(|name| evidence.bound.get(*name).is_some_and(|id| Object::of_id(id, evidence).is_some()))
    }
}

/// The first rule that holds speaks, of the newest object that it holds for.
fn advise<'e>(task: &Asked<'_>, start: &[Choice<'e>], evidence: &'e Evidence, report: &mut TaskReport) {
    let asks_for_container =
        task.check.leaves().into_iter().any(|leaf| matches!(leaf, Check::Run(_) | Check::Container(_)));
    for rule in task.when_wrong {
        let Ok(choices) = choices(&rule.when, start.to_vec(), evidence) else { continue };
        let Some(choice) = choices.last() else { continue };
        let say = bound::put_in(&rule.say, &choice.bound, evidence);
        match &mut report.verdict {
            Verdict::NotRight { advice, .. } => *advice = Some(say),
            Verdict::NotYet { expected } => {
                report.verdict = Verdict::NotRight {
                    expected: std::mem::take(expected),
                    found: choice.found.join("; "),
                    nearest: None,
                    differs: say,
                    advice: None,
                };
            }
            Verdict::Pass { .. } | Verdict::CouldNotCheck { .. } => return,
        }
        report.stuck = rule.stuck;
        return;
    }
    // A container that was never made leaves nothing but the refusal.
    if let Verdict::NotYet { expected } = &mut report.verdict
        && asks_for_container
        && let Some(found) = seen::name_taken(evidence)
    {
        report.verdict = Verdict::NotRight {
            expected: std::mem::take(expected),
            found,
            nearest: None,
            differs: "its name is taken, so no container was made".into(),
            advice: Some(
                "Another container has that name: docker ps -a shows it. Remove it, or take another name."
                    .into(),
            ),
        };
    }
}
