//! The answer to 'is this task done?', with what a learner needs to know when it is not.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Verdict {
    Pass {
        /// What satisfied it, in words: 'container quiet_fox printed it'.
        found: String,
    },
    /// Nothing that looks like an attempt was seen.
    NotYet { expected: String },
    /// Something was tried and it is not what the task asks for.
    NotRight {
        expected: String,
        found: String,
        nearest: Option<String>,
        differs: String,
        advice: Option<String>,
    },
    /// The world was in the way; never counted as an attempt.
    CouldNotCheck { reason: String, remedy: String },
}

impl Verdict {
    pub fn is_pass(&self) -> bool {
        matches!(self, Self::Pass { .. })
    }
}

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
}
