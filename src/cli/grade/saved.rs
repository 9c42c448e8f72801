//! A file of evidence: everything that verdicts were reached from, so that they can be reached again elsewhere.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::Ending;
use crate::cli::desk::Stopped;
use crate::cli::report::{CourseName, Origin, is_about_a_question};
use crate::cli::submit::is_handle;
use crate::course::{Course, Source};
use crate::facts::Evidence;
use crate::progress::Stamped;

const FORMAT: u32 = 2;

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Saved {
    format: u32,
    #[serde(flatten)]
    pub(super) origin: Origin,
    /// The exercises that were to be judged. Those without an entry below were not begun.
    pub(super) asked: Vec<String>,
    pub(super) exercises: Vec<Judged>,
    /// What was recorded of the lessons' questions, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) questions: Option<Vec<Stamped>>,
}

/// What one exercise was judged by.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Judged {
    pub(super) exercise: String,
    /// What was recorded of it before the verdict: beginnings, tries, hints, tasks that had passed.
    pub(super) events: Vec<Stamped>,
    pub(super) evidence: Evidence,
}

impl Saved {
    pub(in crate::cli) fn new(
        course: &Course,
        source: &Source,
        learner: Option<String>,
        asked: Vec<String>,
        exercises: Vec<Judged>,
    ) -> Self {
        let origin = Origin {
            learner,
            saved: jiff::Timestamp::now(),
            pilotwhale: env!("CARGO_PKG_VERSION").into(),
            course: CourseName::of(course, source),
        };
        Self { format: FORMAT, origin, asked, exercises, questions: None }
    }

    pub(in crate::cli) fn with_questions(self, mut events: Vec<Stamped>) -> Self {
        events.retain(is_about_a_question);
        Self { questions: Some(events), ..self }
    }

    pub(in crate::cli) fn as_json(&self) -> Result<String, Stopped> {
        let text = serde_json::to_string_pretty(self).map_err(|error| Stopped {
            what: format!("the evidence can't be written down: {error}"),
            remedy: "This is a mistake in pilotwhale: please report it.".into(),
            ending: Ending::CouldNot,
        })?;
        Ok(text + "\n")
    }

    pub(super) fn write(&self, file: &Path) -> Result<(), Stopped> {
        std::fs::write(file, self.as_json()?).map_err(|error| Stopped {
            what: format!("{} can't be written: {error}", file.display()),
            remedy: "Give another name after --save-evidence.".into(),
            ending: Ending::CouldNot,
        })
    }

    pub(super) fn read(file: &Path) -> Result<Self, Stopped> {
        /// Read first, so that a file of another version is told from a broken one.
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let unreadable = |why: String| {
            Stopped::usage(
                format!("{} is no evidence: {why}", file.display()),
                "pilotwhale grade --save-evidence FILE writes such a file.",
            )
        };
        let text = std::fs::read_to_string(file).map_err(|e| unreadable(e.to_string()))?;
        let head: Head = serde_json::from_str(&text).map_err(|e| unreadable(e.to_string()))?;
        if head.format != FORMAT {
            let why = format!("its format is {}, and this pilotwhale reads {FORMAT}", head.format);
            return Err(unreadable(why));
        }
        let saved: Self = serde_json::from_str(&text).map_err(|e| unreadable(e.to_string()))?;
        if saved.origin.learner.as_deref().is_some_and(|learner| !is_handle(learner)) {
            return Err(unreadable("its learner is no handle".into()));
        }
        Ok(saved)
    }
}
