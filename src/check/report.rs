//! The verdicts on a whole exercise: one judge for the screen, the command line and a class.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bound::{self, Bound, Object};
use super::finding::{Miss, Near};
use super::search::{self, Choice};
use super::verdict::Verdict;
use super::{Check, Needs, build, choices, seen};
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
    /// What happened between the tries and may be why: a build that failed, or a file that has changed since the image
    /// was built. Advice beside the verdict, where it is no pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meanwhile: Option<String>,
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
            meanwhile: None,
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
        let is_done =
            |id: &String| passed.contains_key(id) || done.iter().any(|t| t.id == *id && t.verdict.is_pass());
        if let Some(found) = before {
            report.verdict = Verdict::Pass { found: found.clone() };
            report.bound = remembered(task, evidence);
        } else {
            judge_task(&tasks[..n], task, evidence, &mut report);
            // What comes too early is explained, and passes when its time has come.
            if let Some(id) = task.needs.iter().find(|id| !is_done(id))
                && !matches!(report.verdict, Verdict::NotRight { .. })
            {
                let first = tasks.iter().find(|t| t.id == id).map_or(id.as_str(), |t| t.title);
                report.verdict = first_to_be_done(first);
                report.bound.clear();
            }
        }
        done.push(report);
    }
    Report { exercise: exercise.into(), title: title.into(), tasks: done, runs_seen: evidence.runs.len() }
}

fn remembered(task: &Asked<'_>, evidence: &Evidence) -> BTreeMap<String, String> {
    let known = |name: &str| Some((name.to_owned(), evidence.bound.get(name)?.clone()));
    task.check.names().into_iter().filter_map(known).collect()
}

fn first_to_be_done(title: &str) -> Verdict {
    Verdict::NotYet { expected: format!("the task «{title}» to be done first") }
}

fn judge_task(earlier: &[Asked<'_>], task: &Asked<'_>, evidence: &Evidence, report: &mut TaskReport) {
    let wanted: Vec<String> = [task.check]
        .into_iter()
        .chain(task.when_wrong.iter().map(|w| &w.when))
        .flat_map(Check::references)
        .collect();
    let Premises { held, meant, lacking } = premises(earlier, &wanted, evidence);
    let mut miss = match lacking {
        // What it speaks of is not there yet.
        Some(verdict) => Miss::from(verdict),
        None => match choices(task.check, held.clone(), evidence) {
            Ok(choices) => {
                report.verdict = super::passed(choices.first());
                let names = task.check.names();
                let bound = choices.first().into_iter().flat_map(|choice| &choice.bound);
                let own = bound.filter(|(name, _)| names.contains(&name.as_str()));
                report.bound = own.map(|(name, object)| (name.clone(), object.key().to_owned())).collect();
                return;
            }
            Err(miss) => *miss,
        },
    };
    // The newest try speaks, also where what it was made from is not what the earlier tasks ask for.
    for Meant { choice, object, why } in &meant {
        let mut other = match choices(task.check, vec![choice.clone()], evidence) {
            Ok(list) => {
                Miss { verdict: why.clone(), near: list.first().and_then(|choice| choice.near(evidence)) }
            }
            Err(other) => *other,
        };
        let says_nothing = matches!(other.verdict, Verdict::NotYet { .. }) || other.verdict == *why;
        if held.is_empty() && says_nothing {
            other.verdict = miss.verdict.clone();
        }
        let is_about_it = other.near.is_some_and(|near| near.object.is_of(object));
        if is_about_it && (other.is_newer_than(&miss) || other.is_of_the_same(&miss)) {
            miss = other;
        }
    }
    let starts: Vec<Choice<'_>> = held.into_iter().chain(meant.into_iter().map(|m| m.choice)).collect();
    report.verdict = miss.verdict;
    advise(task, &starts, miss.near, evidence, report);
    report.meanwhile = meanwhile(task, evidence);
}

/// Only of a task for which a build matters.
fn meanwhile(task: &Asked<'_>, evidence: &Evidence) -> Option<String> {
    Needs::of([task.check]).builds.then(|| build::meanwhile(evidence)).flatten()
}

/// What the names of earlier tasks can stand for.
#[derive(Default)]
struct Premises<'e> {
    /// Whatever satisfies those tasks now, and what they had found when they passed; newest first.
    held: Vec<Choice<'e>>,
    /// What the learner meant for them, and what does not satisfy them.
    meant: Vec<Meant<'e>>,
    /// Why nothing is held.
    lacking: Option<Verdict>,
}

struct Meant<'e> {
    choice: Choice<'e>,
    object: Object<'e>,
    /// Why it does not satisfy the task that gives it its name.
    why: Verdict,
}

fn premises<'e>(earlier: &[Asked<'_>], wanted: &[String], evidence: &'e Evidence) -> Premises<'e> {
    let mut wanted = wanted.to_vec();
    let mut needed: Vec<&Asked<'_>> = Vec::new();
    for task in earlier.iter().rev() {
        if task.check.names().iter().any(|name| wanted.iter().any(|w| w == name)) {
            wanted.extend(task.check.references());
            needed.insert(0, task);
        }
    }
    let mut all = Premises { held: vec![Choice::default()], ..Premises::default() };
    for task in needed {
        all.take_in(task, evidence);
    }
    // What the earlier tasks found is theirs to tell.
    for choice in all.held.iter_mut().chain(all.meant.iter_mut().map(|meant| &mut meant.choice)) {
        *choice = Choice { bound: std::mem::take(&mut choice.bound), ..Choice::default() };
    }
    all
}

impl<'e> Premises<'e> {
    /// The same with the names that one task more gives.
    fn take_in(&mut self, task: &Asked<'_>, evidence: &'e Evidence) {
        let known = |name: &str| Object::of_id(evidence.bound.get(name)?, evidence);
        let names = task.check.names();
        let before: Bound<'e> =
            names.iter().filter_map(|name| Some(((*name).to_owned(), known(name)?))).collect();
        let base = self.held.first().or(self.meant.first().map(|meant| &meant.choice)).cloned();
        let base = base.unwrap_or_default();
        let mut held = Vec::new();
        if !self.held.is_empty() {
            match choices(task.check, self.held.clone(), evidence) {
                Ok(choices) => held = choices,
                Err(miss) if before.is_empty() => {
                    self.lacking = Some(match miss.verdict {
                        unseen @ Verdict::CouldNotCheck { .. } => unseen,
                        _ => first_to_be_done(task.title),
                    });
                }
                Err(_) => {}
            }
            if !before.is_empty() {
                held.extend(self.held.iter().map(|choice| {
                    let mut choice = choice.clone();
                    choice.bound.extend(before.clone());
                    choice
                }));
            }
        }
        let mut meant: Vec<Meant<'e>> = Vec::new();
        for (name, object, why) in search::missed(task.check, &base, evidence) {
            // Where the right container is known, later tasks are about that one; of images the newest is tried.
            if held.is_empty() || object.is_image() {
                let mut choice = base.clone();
                choice.bound.insert(name, object);
                meant.push(Meant { choice, object, why });
            }
        }
        for Meant { choice, object, why } in std::mem::take(&mut self.meant) {
            let more = choices(task.check, vec![choice], evidence).unwrap_or_default();
            meant.extend(more.into_iter().map(|choice| Meant { choice, object, why: why.clone() }));
        }
        (self.held, self.meant) = (held, meant);
    }
}

/// What the engine refused last, or else the first rule that holds. A rule speaks of the newest object that it holds for: what holds for an older try alone is of no
/// use any more.
fn advise<'e>(
    task: &Asked<'_>,
    starts: &[Choice<'e>],
    near: Option<Near<'e>>,
    evidence: &'e Evidence,
    report: &mut TaskReport,
) {
    let asks_for_container =
        task.check.leaves().into_iter().any(|leaf| matches!(leaf, Check::Run(_) | Check::Container(_)));
    let is_up_to_date = |choice: &Choice<'e>| {
        let Some(near) = near.filter(|_| !choice.absent) else { return true };
        let mut same_kind = choice.objects.iter().filter(|object| object.is_kind_of(&near.object)).peekable();
        same_kind.peek().is_none()
            || same_kind.any(|object| object.is(&near.object) || object.at(evidence) > near.at)
    };
    // A container that was never made leaves nothing but the refusal.
    if asks_for_container
        && let Some(refused) = seen::refused(evidence)
        && near.is_none_or(|near| near.at.is_none_or(|tried| tried < refused.at))
        && let Verdict::NotYet { expected } | Verdict::NotRight { expected, .. } = &mut report.verdict
    {
        let (differs, advice) = match refused.name_taken {
            true => (
                "its name is taken, so no container was made",
                "Another container has that name: docker ps -a shows it. Remove it, or take another name."
                    .into(),
            ),
            false => {
                ("Docker refused it, so no container was made", format!("Docker says: {}", refused.message))
            }
        };
        report.verdict = Verdict::NotRight {
            expected: std::mem::take(expected),
            found: refused.words,
            nearest: None,
            differs: differs.into(),
            advice: Some(advice),
        };
        return;
    }
    for rule in task.when_wrong {
        let Ok(choices) = choices(&rule.when, starts.to_vec(), evidence) else { continue };
        let up_to_date = choices.iter().filter(|choice| is_up_to_date(choice));
        let newest = up_to_date.rev().max_by_key(|choice| choice.near(evidence).and_then(|near| near.at));
        let Some(choice) = newest else { continue };
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
}
