//! Judging: which kinds of check there are, and whether the evidence satisfies them. Pure.

mod verdict;

pub use verdict::{Report, TaskReport, Verdict};

use serde::Deserialize;

/// One question about the evidence, as an author writes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// An image is on this engine.
    Image(ImageMatch),
    /// A container was run since the exercise began; it may be gone.
    Run(RunMatch),
    All(Vec<Check>),
    Any(Vec<Check>),
}

/// Picks images by repository and tag. `docker.io/library/` and `:latest` are added where they are left out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageMatch {
    pub repo: String,
    pub tag: Option<Text>,
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

/// A matcher of text: a plain scalar means 'equals'.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Equals(String),
    Rule(TextRule),
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextRule {
    OneOf(Vec<String>),
    Contains(String),
    Prefix(String),
    Suffix(String),
    Regex(String),
    Not(Box<Text>),
}
