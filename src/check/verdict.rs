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

    pub fn into_found(self) -> Option<String> {
        match self {
            Self::Pass { found } => Some(found),
            _ => None,
        }
    }

    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Pass { .. } => Outcome::Done,
            Self::NotYet { .. } => Outcome::Open,
            Self::NotRight { .. } => Outcome::Wrong,
            Self::CouldNotCheck { .. } => Outcome::Unknown,
        }
    }

    pub fn word(&self) -> &'static str {
        self.outcome().word()
    }
}

/// How something stands, wherever it is listed: the one table of marks and their words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Open,
    Wrong,
    Unknown,
}

impl Outcome {
    /// One sign for a list, of one column in every terminal: ✔ and ✘ are as wide as an emoji in some.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Done => "✓",
            Self::Open => "○",
            Self::Wrong => "✗",
            Self::Unknown => "?",
        }
    }

    /// Stands beside the sign, so that the sign never carries the meaning alone.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Open => "not yet",
            Self::Wrong => "not right",
            Self::Unknown => "could not check",
        }
    }
}

/// What is known of one condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
    /// It can't be seen, now or ever.
    Unknown,
    /// It isn't so yet, and may become so while the container lives.
    Pending,
}
