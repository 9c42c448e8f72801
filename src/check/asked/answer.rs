//! What the learner is asked to type in.

use serde::{Deserialize, Serialize};

use super::pattern::Pattern;

/// A question with exactly one of `equals`, `regex` and `number`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AnswerMatch {
    /// The question.
    pub prompt: String,
    /// The text, whatever its blanks, in small or capital letters, with quotes and dashes of any kind; or a value such as `$c.short-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// A regular expression that fits somewhere in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<Pattern>,
    /// A number, in whatever way it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<f64>,
}

impl AnswerMatch {
    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.prompt.trim().is_empty() {
            found.push("`prompt` is empty".into());
        }
        let kinds = [self.equals.is_some(), self.regex.is_some(), self.number.is_some()];
        if kinds.into_iter().filter(|given| *given).count() != 1 {
            found.push("`answer` needs exactly one of `equals`, `regex` and `number`".into());
        }
        if self.equals.as_deref().is_some_and(|text| text.trim().is_empty()) {
            found.push("`equals` is empty".into());
        }
        found
    }
}
