//! Judging what the learner typed in: the way out for tasks whose commands leave nothing behind.

use serde::{Deserialize, Serialize};

use super::bound::{self, Bound};
use super::pattern::Pattern;
use super::text::quoted;
use super::verdict::Verdict;
use crate::facts::Evidence;

/// A question with exactly one of `equals`, `regex` and `number`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AnswerMatch {
    /// The question.
    pub prompt: String,
    /// The text, whatever its blanks, in small or capital letters; or a value such as `$c.short-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
    /// A regular expression that fits somewhere in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<Pattern>,
    /// A number, in whatever way it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<f64>,
}

pub(super) fn judge(wanted: &AnswerMatch, bound: &Bound<'_>, evidence: &Evidence) -> Verdict {
    let expected = format!("an answer: {}", wanted.prompt);
    let answer = evidence.answers.get(&wanted.prompt).map(|a| a.trim()).filter(|a| !a.is_empty());
    let Some(answer) = answer else { return Verdict::NotYet { expected } };
    if wanted.equals.as_deref().is_some_and(|text| bound::names(text).any(|name| bound.contains_key(name))) {
        return Verdict::CouldNotCheck {
            reason: "The value that is asked for could not be looked at.".into(),
            remedy: "Do it again while pilotwhale is open.".into(),
        };
    }
    if wanted.accepts(answer) {
        return Verdict::Pass { found: format!("you answered {}", quoted(answer)) };
    }
    let is_number = answer.parse::<f64>().is_ok();
    let differs = match wanted.number {
        Some(_) if !is_number => "it is not a number",
        // neither of them may give the answer away
        _ => "it is not what was asked for",
    };
    Verdict::NotRight {
        expected,
        found: quoted(answer),
        nearest: None,
        differs: differs.into(),
        advice: None,
    }
}

impl AnswerMatch {
    fn accepts(&self, answer: &str) -> bool {
        if let Some(want) = &self.equals {
            let plain = |text: &str| text.split_whitespace().collect::<String>().to_ascii_lowercase();
            return plain(answer) == plain(want);
        }
        if let Some(pattern) = &self.regex {
            return pattern.is_match(answer);
        }
        let is = |want: f64| answer.parse::<f64>().is_ok_and(|number| (number - want).abs() < 1e-9);
        self.number.is_some_and(is)
    }

    pub(super) fn mistakes(&self) -> Vec<String> {
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
