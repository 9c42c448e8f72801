//! The board's knowledge of everybody in the class: a pure fold over what the host reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Change, LearnerId, Shown};
use crate::course::Course;
use crate::progress::{Event, Progress, Stage, Stamped};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    learners: BTreeMap<LearnerId, Learner>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learner {
    /// As it is shown: no two are the same.
    pub name: String,
    pub progress: Progress,
    pub here: bool,
    /// Since when the hand is up.
    pub hand: Option<Timestamp>,
    /// What their shell shows, while they share it for help.
    pub shell: Option<Arc<Shown>>,
    /// When something was last reached: a task, a right answer, a new slide.
    pub advanced: Option<Timestamp>,
    /// What was last tried and was not right: exercise, task, difference.
    pub wrong: Option<(String, String, String)>,
}

/// Learners who are held up by the same thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Stuck {
    pub exercise: String,
    pub task: String,
    pub differs: String,
    pub learners: Vec<LearnerId>,
}

impl Roster {
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Met { learner, name } => self.entry(learner).name.clone_from(name),
            Change::Here { learner, here } => self.entry(learner).here = *here,
            Change::Hand { learner, since } => self.entry(learner).hand = *since,
            Change::Shell { learner, shown } => self.entry(learner).shell.clone_from(shown),
            Change::Did { learner, came, event } => self.entry(learner).did(event, *came),
            Change::Standing(_) | Change::Trouble { .. } => {}
        }
    }

    fn entry(&mut self, id: &LearnerId) -> &mut Learner {
        self.learners.entry(id.clone()).or_default()
    }

    pub fn learner(&self, id: &LearnerId) -> Option<&Learner> {
        self.learners.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&LearnerId, &Learner)> {
        self.learners.iter()
    }

    pub fn here(&self) -> usize {
        self.learners.values().filter(|l| l.here).count()
    }

    pub fn known(&self) -> usize {
        self.learners.len()
    }

    /// The names of those who share their shells.
    pub fn shells(&self) -> Vec<&str> {
        self.learners.values().filter(|l| l.shell.is_some()).map(|l| l.name.as_str()).collect()
    }

    /// Raised hands, the first one first.
    pub fn hands(&self) -> Vec<(&LearnerId, Timestamp)> {
        let mut hands: Vec<_> = self.learners.iter().filter_map(|(id, l)| Some((id, l.hand?))).collect();
        hands.sort_by(|a, b| (a.1, a.0).cmp(&(b.1, b.0)));
        hands
    }

    /// Where most are held up, most learners first.
    pub fn stuck(&self) -> Vec<Stuck> {
        let mut by_difference: BTreeMap<&(String, String, String), Vec<LearnerId>> = BTreeMap::new();
        for (id, learner) in &self.learners {
            if let Some(wrong) = learner.stuck_on() {
                by_difference.entry(wrong).or_default().push(id.clone());
            }
        }
        let mut all: Vec<Stuck> = by_difference
            .into_iter()
            .map(|((exercise, task, differs), learners)| Stuck {
                exercise: exercise.clone(),
                task: task.clone(),
                differs: differs.clone(),
                learners,
            })
            .collect();
        all.sort_by_key(|stuck| std::cmp::Reverse(stuck.learners.len()));
        all
    }
}

impl Learner {
    fn did(&mut self, event: &Stamped, came: Timestamp) {
        if event.seq <= self.progress.seq {
            return;
        }
        let before = self.progress.place.clone();
        self.progress.apply(event);
        let reached = match &event.event {
            Event::Attempt { exercise, task, differs, .. } => {
                self.wrong = Some((exercise.clone(), task.clone(), differs.clone()));
                false
            }
            Event::Moved { .. } => self.progress.place != before,
            Event::QuizAnswered { correct, .. } => *correct,
            Event::TaskPassed { .. } | Event::ExercisePassed { .. } | Event::ExerciseBegun { .. } => true,
            _ => false,
        };
        if reached {
            // A learner's clock may go ahead of the host's, and old news may come late.
            let when = event.at.min(came);
            self.advanced = self.advanced.max(Some(when));
        }
    }

    /// The last wrong try, as long as its task is open.
    pub fn stuck_on(&self) -> Option<&(String, String, String)> {
        self.wrong.as_ref().filter(|(exercise, task, _)| {
            self.progress
                .exercises
                .get(exercise)
                .is_some_and(|e| e.stage == Stage::Working && !e.passed.contains_key(task))
        })
    }

    /// Exercise and task that they are at: the one they are stuck on, or the first open one of what they began last.
    pub fn works_on<'a>(&'a self, course: &'a Course) -> Option<(&'a str, &'a str)> {
        if let Some((exercise, task, _)) = self.stuck_on() {
            return Some((exercise, task));
        }
        let working = self.progress.exercises.iter().filter(|(_, e)| e.stage == Stage::Working);
        let (id, state) = working.max_by_key(|(_, e)| e.begun)?;
        let open = course.exercise(id)?.tasks.iter().find(|task| !state.passed.contains_key(&task.id))?;
        Some((id, &open.id))
    }

    pub fn without_progress(&self, now: Timestamp) -> Option<SignedDuration> {
        self.advanced.map(|at| now.duration_since(at).max(SignedDuration::ZERO))
    }

    pub fn attempts(&self) -> usize {
        self.progress.exercises.values().map(|e| e.attempts()).sum()
    }

    pub fn hints(&self) -> usize {
        let quizzes: usize = self.progress.quizzes.values().map(|q| q.hints).sum();
        quizzes + self.progress.exercises.values().map(|e| e.hints_taken()).sum::<usize>()
    }

    /// Tasks that hold, of all of the exercise.
    pub fn tasks(&self, course: &Course, exercise: &str) -> (usize, usize) {
        let of = course.exercise(exercise).map_or(0, |e| e.tasks.len());
        let state = self.progress.exercises.get(exercise);
        let passed = state.map_or(0, |e| if e.stage == Stage::Passed { of } else { e.passed.len().min(of) });
        (passed, of)
    }
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
