//! Judging: which kinds of check there are, and whether the evidence satisfies them. Pure.

mod advice;
mod answer;
mod author;
mod bound;
pub mod build;
mod built;
mod condition;
mod dockerfile;
mod exec;
mod file;
mod finding;
mod gone;
mod http;
mod image;
mod leaf;
mod mistake;
mod mount;
mod mutant;
mod needs;
mod network;
mod number;
mod output;
mod outside;
mod pattern;
mod port;
mod printer;
mod program;
mod report;
mod run;
mod script;
mod search;
mod seen;
mod text;
mod texts;
mod typed;
mod unicode;
mod verdict;
mod volume;

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
pub use report::{Asked, Report, TaskReport, WhenWrong, report};
pub use run::{RunMatch, StateWord};
pub use seen::{SeenMatch, SeenStatus};
pub use text::{Text, TextRule};
pub use typed::{is_read_as, readings};
pub use unicode::{is_unseen, only_looks_plain};
pub use verdict::{Outcome, Verdict};
pub use volume::VolumeMatch;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::facts::Evidence;
use finding::Miss;
use search::Choice;
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

/// Answers one check. Where the engine did not answer, nothing is judged: that is 'could not check'.
pub fn judge(check: &Check, evidence: &Evidence) -> Verdict {
    match choices(check, vec![Choice::default()], evidence) {
        Ok(choices) => passed(choices.first()),
        Err(miss) => miss.verdict,
    }
}

fn passed(choice: Option<&Choice<'_>>) -> Verdict {
    let found = choice.map(|choice| choice.found.as_slice()).unwrap_or_default();
    // Where a later check found the same and more, that says it all.
    let later = |n: usize, part: &str| found[n + 1..].iter().any(|more| more.starts_with(part));
    let parts = found.iter().enumerate().filter(|(n, part)| !later(*n, part));
    Verdict::Pass { found: parts.map(|(_, part)| part.as_str()).collect::<Vec<_>>().join("; ") }
}

fn choices<'e>(
    check: &Check,
    from: Vec<Choice<'e>>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>> {
    // What was typed in or seen needs no engine.
    if evidence.engine.is_none() && !check.is_about_words() {
        let (reason, remedy) = evidence.problems.first().cloned().unwrap_or_else(|| {
            ("The container engine did not answer.".into(), "Start it, then check again.".into())
        });
        return Err(Verdict::CouldNotCheck { reason, remedy }.into());
    }
    search::narrow(check, from, evidence)
}

impl Check {
    fn parts(&self) -> &[Check] {
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

    /// Whether it can be judged without an engine.
    fn is_about_words(&self) -> bool {
        self.leaves().into_iter().all(|leaf| {
            matches!(
                leaf,
                Self::Seen(_) | Self::Answer(_) | Self::File(_) | Self::Dockerfile(_) | Self::Http(_)
            )
        })
    }

    /// The name that it gives to what it finds.
    fn binds(&self) -> Option<&str> {
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
    fn each_text(&self, tell: &mut dyn FnMut(&str)) {
        self.clone().visit(&mut |text, _| {
            tell(text);
            None
        });
    }

    /// The names that it speaks of; what it calls the things that it finds is not among them.
    fn references(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.each_text(&mut |text| found.extend(bound::names(text).map(str::to_owned)));
        found.sort();
        found.dedup();
        found
    }

    /// The same check with other texts in it: values of variables and of bound names. Names that stand for an object
    /// stay.
    pub fn with_texts(&self, change: &dyn Fn(&str) -> String) -> Self {
        let mut other = self.clone();
        other.visit(&mut |text, means| {
            let stays = means == Means::Object && bound::bare(text).is_some();
            (!stays).then(|| change(text))
        });
        other
    }

    fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Whether these words run this program, be it through a shell's `-c`.
pub fn runs_program(argv: &[String], program: &str) -> bool {
    program::runs(argv, program)
}

#[cfg(test)]
mod exec_tests;
#[cfg(test)]
mod field_tests;
#[cfg(test)]
mod found_tests;
#[cfg(test)]
mod name_tests;
#[cfg(test)]
mod seen_tests;
#[cfg(test)]
mod sequence_tests;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;
