//! What an author writes in a check: its kinds, their conditions, their words and their mistakes. Knows no evidence.

pub(super) mod answer;
pub(super) mod dockerfile;
pub(super) mod exec;
pub(super) mod file;
pub(super) mod gone;
pub(super) mod http;
pub(super) mod image;
pub(super) mod mistake;
pub(super) mod mount;
pub(super) mod mutant;
pub(super) mod names;
pub(super) mod needs;
pub(super) mod network;
pub(super) mod number;
pub(super) mod output;
pub(super) mod pattern;
pub(super) mod port;
pub(super) mod run;
pub(super) mod seen;
pub(super) mod text;
pub(super) mod texts;
pub(super) mod unicode;
pub(super) mod volume;

pub use answer::AnswerMatch;
pub use dockerfile::{DockerfileMatch, Form};
pub use exec::{ExecMatch, ExecOf};
pub use file::FileMatch;
pub use gone::{GoneContainer, GoneMatch, GoneNamed};
pub use http::{AnswerOfPort, HttpMatch};
pub use image::{ImageAsked, ImageMatch};
pub use mistake::Mistake;
pub use mount::{MountMatch, MountWord};
pub use mutant::Mutant;
pub use needs::Needs;
pub use network::NetworkMatch;
pub use number::{Number, NumberRule};
pub use output::OutputMatch;
pub use pattern::Pattern;
pub use port::{PortAsked, PortMatch};
pub use run::{RunMatch, StateWord};
pub use seen::{SeenMatch, SeenStatus};
pub use text::{Text, TextRule};
pub use unicode::{is_unseen, only_looks_plain};
pub use volume::VolumeMatch;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use texts::{Means, Texts};

/// One question about the evidence, as an author writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// An image is on this engine.
    Image(Box<ImageMatch>),
    /// A container was made since the exercise began, and is here now.
    Container(Box<RunMatch>),
    /// A container was run since the exercise began; it may be gone.
    Run(Box<RunMatch>),
    /// A volume was made since the exercise began, and is here now.
    Volume(VolumeMatch),
    /// A network was made since the exercise began, and is here now.
    Network(NetworkMatch),
    /// An address of this machine answers now.
    Http(HttpMatch),
    /// A command was run inside a container.
    Exec(ExecMatch),
    /// A file is in the exercise's folder.
    File(FileMatch),
    /// A Dockerfile is in the exercise's folder, and says this.
    Dockerfile(DockerfileMatch),
    /// Something was here since the exercise began, and was removed.
    Gone(GoneMatch),
    /// A command asked this of the engine, typed by the learner since the exercise began.
    Seen(SeenMatch),
    /// The learner typed in what they found out.
    Answer(AnswerMatch),
    /// All of these hold, with one choice of objects for the names in them.
    All(Vec<Check>),
    /// One of these holds.
    Any(Vec<Check>),
    /// None of these holds.
    None(Vec<Check>),
    /// So many objects satisfy it.
    Count(CountMatch),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CountMatch {
    /// A check of one kind of object.
    pub of: Box<Check>,
    /// How many there are.
    pub is: Number,
}

impl Default for Check {
    /// Nothing satisfies it.
    fn default() -> Self {
        Self::Any(Vec::new())
    }
}

impl Check {
    pub(super) fn parts(&self) -> &[Check] {
        match self {
            Self::All(checks) | Self::Any(checks) | Self::None(checks) => checks,
            Self::Count(wanted) => std::slice::from_ref(&wanted.of),
            _ => &[],
        }
    }

    /// Every check of one kind of object in it.
    pub fn leaves(&self) -> Vec<&Check> {
        match self {
            Self::All(_) | Self::Any(_) | Self::None(_) | Self::Count(_) => {
                self.parts().iter().flat_map(Self::leaves).collect()
            }
            leaf => vec![leaf],
        }
    }

    /// The first question that it puts to the learner.
    pub fn prompt(&self) -> Option<&str> {
        self.leaves().into_iter().find_map(|leaf| match leaf {
            Self::Answer(wanted) => Some(wanted.prompt.as_str()),
            _ => None,
        })
    }

    /// The name that it gives to what it finds.
    pub(super) fn binds(&self) -> Option<&str> {
        match self {
            Self::Image(wanted) => wanted.bind.as_deref(),
            Self::Container(wanted) | Self::Run(wanted) => wanted.bind.as_deref(),
            Self::Volume(wanted) => wanted.bind.as_deref(),
            Self::Network(wanted) => wanted.bind.as_deref(),
            _ => None,
        }
    }

    /// The names that later checks may use: those inside a `none` or a `count` are not among them.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::All(checks) | Self::Any(checks) => checks.iter().flat_map(Self::names).collect(),
            leaf => leaf.binds().into_iter().collect(),
        }
    }

    /// Shows each text in it, in any order.
    pub(super) fn each_text(&self, tell: &mut dyn FnMut(&str)) {
        self.clone().visit(&mut |text, _| {
            tell(text);
            None
        });
    }

    /// The names that it speaks of; what it calls the things that it finds is not among them.
    pub(super) fn references(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.each_text(&mut |text| found.extend(names::names(text).map(str::to_owned)));
        found.sort();
        found.dedup();
        found
    }

    /// The same check with other texts in it: values of variables and of bound names. Names that stand for an object
    /// stay.
    pub fn with_texts(&self, change: &dyn Fn(&str) -> String) -> Self {
        let mut other = self.clone();
        other.visit(&mut |text, means| {
            let stays = means == Means::Object && names::bare(text).is_some();
            (!stays).then(|| change(text))
        });
        other
    }

    pub(super) fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// What it asks for, in a few words with an article.
    pub fn describe(&self) -> String {
        let list =
            |checks: &[Self], word: &str| checks.iter().map(Self::describe).collect::<Vec<_>>().join(word);
        match self {
            Self::Image(wanted) => wanted.describe(),
            Self::Container(wanted) => run::expected(wanted, true),
            Self::Run(wanted) => run::expected(wanted, false),
            Self::Volume(wanted) => wanted.describe(),
            Self::Network(wanted) => wanted.describe(),
            Self::Http(wanted) => wanted.describe(),
            Self::Exec(wanted) => wanted.describe(),
            Self::File(wanted) => wanted.describe(),
            Self::Dockerfile(wanted) => wanted.describe(),
            Self::Gone(wanted) => wanted.describe(),
            Self::Seen(wanted) => wanted.describe(),
            Self::Answer(wanted) => format!("an answer: {}", wanted.prompt),
            Self::All(checks) => list(checks, ", and "),
            Self::Any(checks) => list(checks, ", or "),
            Self::None(checks) => format!("none of: {}", list(checks, ", ")),
            Self::Count(wanted) => format!("{} of: {}", wanted.is.describe(), wanted.of.describe()),
        }
    }
}
