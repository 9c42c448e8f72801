//! Whose scripts may run on this machine.

use crate::course::Source;

/// The built-in course is part of the program. Any other course is somebody's, and its scripts run only with the text
/// that the learner has said yes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    BuiltIn,
    Nobody,
    /// As long as the course has this content hash.
    Text {
        source: Source,
        hash: String,
    },
}

impl Trust {
    /// Asked anew before each script: the files may have changed since the learner was shown them.
    pub fn holds(&self) -> bool {
        match self {
            Self::BuiltIn => true,
            Self::Nobody => false,
            Self::Text { source, hash } => source.content_hash() == *hash,
        }
    }
}
