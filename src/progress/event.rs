//! The one vocabulary of progress: what is recorded is what is saved, sent to a class and folded by its board.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An event with its place in the learner's history. `seq` counts from 1 without gaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    pub seq: i64,
    pub at: Timestamp,
    pub event: Event,
}

/// Carries ids, answers and results; never files, environment or what was typed in the shell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// The learner is at this slide now.
    Moved {
        lesson: String,
        slide: usize,
        step: usize,
    },
    QuizAnswered {
        lesson: String,
        quiz: String,
        answer: String,
        correct: bool,
        score: f64,
    },
    QuizHint {
        lesson: String,
        quiz: String,
        level: usize,
    },
    /// A slide got a bookmark, or lost it. The title finds it again when slides have moved.
    Bookmarked {
        lesson: String,
        slide: usize,
        title: String,
        set: bool,
    },
    /// `run` tells attempts at one exercise apart; a new one starts at each begin and reset.
    ExerciseBegun {
        exercise: String,
        run: u64,
        /// What was drawn for this run.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        vars: BTreeMap<String, String>,
    },
    TaskPassed {
        exercise: String,
        run: u64,
        task: String,
        found: String,
        /// Ids of what it was found in, by the names that later tasks use.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        bound: BTreeMap<String, String>,
    },
    /// A level task that was true and is not any more.
    TaskLost {
        exercise: String,
        run: u64,
        task: String,
    },
    /// A judged try that was not right.
    Attempt {
        exercise: String,
        run: u64,
        task: String,
        differs: String,
    },
    HintTaken {
        exercise: String,
        run: u64,
        task: String,
        level: usize,
    },
    SolutionShown {
        exercise: String,
        run: u64,
    },
    ExercisePassed {
        exercise: String,
        run: u64,
        assisted: bool,
    },
    ExerciseReset {
        exercise: String,
        run: u64,
    },
}

impl Event {
    /// The exercise that it is about.
    pub fn exercise(&self) -> Option<&str> {
        self.of_exercise().map(|(exercise, _)| exercise)
    }

    /// The run of that exercise.
    pub fn run(&self) -> Option<u64> {
        self.of_exercise().map(|(_, run)| run)
    }

    fn of_exercise(&self) -> Option<(&str, u64)> {
        match self {
            Self::Moved { .. }
            | Self::QuizAnswered { .. }
            | Self::QuizHint { .. }
            | Self::Bookmarked { .. } => None,
            Self::ExerciseBegun { exercise, run, .. }
            | Self::TaskPassed { exercise, run, .. }
            | Self::TaskLost { exercise, run, .. }
            | Self::Attempt { exercise, run, .. }
            | Self::HintTaken { exercise, run, .. }
            | Self::SolutionShown { exercise, run }
            | Self::ExercisePassed { exercise, run, .. }
            | Self::ExerciseReset { exercise, run } => Some((exercise, *run)),
        }
    }
}
