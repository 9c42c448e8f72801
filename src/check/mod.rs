//! Judging: which kinds of check there are, and whether the evidence satisfies them. Pure.

mod advice;
mod answer;
mod image;
mod program;
mod report;
mod run;
mod seen;
mod text;
mod verdict;

pub use answer::AnswerMatch;
pub use image::{ImageMatch, Reference, names_of};
pub use report::{Asked, Report, TaskReport, report};
pub use seen::{SeenMatch, SeenStatus};
pub use text::{Text, TextRule};
pub use verdict::Verdict;

use serde::Deserialize;

use crate::facts::Evidence;

/// One question about the evidence, as an author writes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// An image is on this engine.
    Image(ImageMatch),
    /// A container was run since the exercise began; it may be gone.
    Run(RunMatch),
    /// A command asked this of the engine, typed by the learner since the exercise began.
    Seen(SeenMatch),
    /// The learner typed in what they found out.
    Answer(AnswerMatch),
    All(Vec<Check>),
    Any(Vec<Check>),
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunMatch {
    pub image: Option<ImageMatch>,
    /// The program that ran in it, by its base name without version: `python` is also `/usr/local/bin/python3.13`.
    /// A program started by `docker exec`, or typed at a prompt inside, counts too.
    pub program: Option<String>,
    pub exit_code: Option<i64>,
    pub output: Option<OutputMatch>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OutputMatch {
    /// A whole line, blanks at its ends forgiven; what a terminal echoes of the learner's typing never counts.
    pub line: Text,
}

/// Answers one check. Where the engine did not answer, nothing is judged: that is 'could not check'.
///
/// `all` and `any` reason in three values: something that could not be looked at neither fails an `all` that
/// fails anyway, nor spoils an `any` that passes anyway.
pub fn judge(check: &Check, evidence: &Evidence) -> Verdict {
    // What was typed in or seen needs no engine.
    if evidence.engine.is_none() && !check.is_about_words() {
        let (reason, remedy) = evidence.problems.first().cloned().unwrap_or_else(|| {
            ("The container engine did not answer.".into(), "Start it, then check again.".into())
        });
        return Verdict::CouldNotCheck { reason, remedy };
    }
    match check {
        Check::Image(wanted) => image::judge(wanted, evidence),
        Check::Run(wanted) => run::judge(wanted, evidence),
        Check::Seen(wanted) => seen::judge(wanted, evidence),
        Check::Answer(wanted) => answer::judge(wanted, evidence),
        Check::All(checks) => all(checks.iter().map(|c| judge(c, evidence)).collect()),
        Check::Any(checks) => any(checks.iter().map(|c| judge(c, evidence)).collect()),
    }
}

/// The first thing that is known to be missing, in the author's order.
fn all(verdicts: Vec<Verdict>) -> Verdict {
    let open = |v: &&Verdict| matches!(v, Verdict::NotYet { .. } | Verdict::NotRight { .. });
    if let Some(verdict) = verdicts.iter().find(open).or_else(|| verdicts.iter().find(|v| !v.is_pass())) {
        return verdict.clone();
    }
    let found: Vec<String> = verdicts.into_iter().filter_map(Verdict::into_found).collect();
    Verdict::Pass { found: found.join("; ") }
}

fn any(verdicts: Vec<Verdict>) -> Verdict {
    let rank = |v: &Verdict| match v {
        Verdict::Pass { .. } => 0,
        Verdict::CouldNotCheck { .. } => 1,
        Verdict::NotRight { .. } => 2,
        Verdict::NotYet { .. } => 3,
    };
    // `min_by_key` takes the first of equals: the author's order.
    verdicts
        .into_iter()
        .min_by_key(rank)
        .unwrap_or_else(|| Verdict::NotYet { expected: "one of no possibilities".into() })
}

impl Check {
    /// What an author got wrong in it, one sentence each: for the course's lint.
    pub fn mistakes(&self) -> Vec<String> {
        match self {
            Self::Image(wanted) => wanted.mistakes(),
            Self::Run(wanted) => {
                let mut found: Vec<String> = wanted.image.iter().flat_map(ImageMatch::mistakes).collect();
                if let Some(output) = &wanted.output {
                    found.extend(output.line.mistakes());
                }
                if wanted.program.as_deref().is_some_and(|p| p.trim().is_empty()) {
                    found.push("`program` is empty".into());
                }
                if *wanted == RunMatch::default() {
                    found.push("`run` asks for nothing, so that any container would pass".into());
                }
                found
            }
            Self::Seen(wanted) => wanted.mistakes(),
            Self::Answer(wanted) => wanted.mistakes(),
            Self::All(checks) | Self::Any(checks) => {
                let mut found: Vec<String> = checks.iter().flat_map(Self::mistakes).collect();
                if checks.is_empty() {
                    found.push("a list of checks is empty".into());
                }
                found
            }
        }
    }

    /// Every image that the check speaks of.
    pub fn images(&self) -> Vec<&ImageMatch> {
        match self {
            Self::Image(wanted) => vec![wanted],
            Self::Run(wanted) => wanted.image.iter().collect(),
            Self::Seen(_) | Self::Answer(_) => Vec::new(),
            Self::All(checks) | Self::Any(checks) => checks.iter().flat_map(Self::images).collect(),
        }
    }

    /// Whether calls of the learner's commands may be what it is answered from.
    pub fn wants_seen(&self) -> bool {
        match self {
            Self::Image(_) | Self::Run(_) | Self::Answer(_) => false,
            Self::Seen(_) => true,
            Self::All(checks) | Self::Any(checks) => checks.iter().any(Self::wants_seen),
        }
    }

    /// The first question that it puts to the learner.
    pub fn prompt(&self) -> Option<&str> {
        match self {
            Self::Image(_) | Self::Run(_) | Self::Seen(_) => None,
            Self::Answer(wanted) => Some(&wanted.prompt),
            Self::All(checks) | Self::Any(checks) => checks.iter().find_map(Self::prompt),
        }
    }

    /// Whether it can be judged without an engine.
    fn is_about_words(&self) -> bool {
        match self {
            Self::Image(_) | Self::Run(_) => false,
            Self::Seen(_) | Self::Answer(_) => true,
            Self::All(checks) | Self::Any(checks) => checks.iter().all(Self::is_about_words),
        }
    }

    /// Every program that the check asks to have run.
    pub fn programs(&self) -> Vec<&str> {
        match self {
            Self::Image(_) | Self::Seen(_) | Self::Answer(_) => Vec::new(),
            Self::Run(wanted) => wanted.program.as_deref().into_iter().collect(),
            Self::All(checks) | Self::Any(checks) => checks.iter().flat_map(Self::programs).collect(),
        }
    }
}

/// Whether these words run this program, be it through a shell's `-c`.
pub fn runs_program(argv: &[String], program: &str) -> bool {
    program::runs(argv, program)
}

#[cfg(test)]
mod seen_tests;
#[cfg(test)]
mod tests;
