//! What is kept of one attempt at an exercise while it happens, and what is looked up for a verdict on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{HttpAnswer, ImageConfig, Observed, Place, Probe, Run, Silence, TextFile, Thing};

/// What was kept while it happened, for one attempt at one exercise. Clones share what is large.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Every container once, in the order in which they were first seen.
    pub runs: Vec<Arc<Run>>,
    pub seen: Vec<Arc<Observed>>,
    /// By the question.
    pub answers: BTreeMap<String, String>,
    /// Images, volumes and networks that were here at some time.
    pub things: Vec<Thing>,
}

/// One thing to be kept, for a restart and for a headless grade.
#[derive(Clone, Debug, PartialEq)]
pub enum Keep {
    Run(Arc<Run>),
    Call(Arc<Observed>),
    /// What the learner typed in for a task.
    Answer {
        prompt: String,
        answer: String,
    },
    Things(Vec<Thing>),
}

/// What the engine remembers since a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    pub since: Timestamp,
    /// Containers that were made since then, oldest first.
    pub runs: Vec<Run>,
    /// Volumes and networks that came or went, and images that were given a name.
    pub things: Vec<Thing>,
}

/// What was looked up for one verdict, because a check asks for it and nobody watches it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    pub at: Timestamp,
    /// Why something could not be looked at: a sentence and what to do about it.
    pub problems: Vec<(String, String)>,
    /// How images are set up that were not looked into before, by their ids.
    pub images: BTreeMap<String, Arc<ImageConfig>>,
    /// What containers answered, by their ids.
    pub probes: BTreeMap<String, Vec<Probe>>,
    /// Packages that containers hold and their images do not, each with what was known of the container when it was looked at.
    pub packages: Vec<(Arc<Run>, Vec<String>)>,
    /// The exercise's folder by all its names, and what is in it.
    pub folders: Vec<String>,
    pub places: BTreeMap<String, Place>,
    pub files: BTreeMap<String, TextFile>,
    pub listing: Vec<String>,
    /// What answers the addresses that the checks name.
    pub fetched: BTreeMap<String, Result<HttpAnswer, Silence>>,
}
