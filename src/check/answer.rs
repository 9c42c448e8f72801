//! Judging what the learner typed in: the way out for tasks whose commands leave nothing behind.

use serde::{Deserialize, Serialize};

use super::bound::{self, Bound};
use super::pattern::Pattern;
use super::text::quoted;
use super::typed::{is_read_as, readings};
use super::verdict::Verdict;
use crate::facts::Evidence;

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
    let is_number = readings(answer).iter().any(|text| text.parse::<f64>().is_ok());
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
        let readings = readings(answer);
        if let Some(want) = &self.equals {
            let close = |text: &str| text.split_whitespace().collect::<String>();
            let closed: Vec<String> = readings.iter().map(|text| close(text)).collect();
            return is_read_as(&closed, &close(want));
        }
        if let Some(pattern) = &self.regex {
            return pattern.is_match(answer) || readings.iter().any(|text| pattern.is_match(text));
        }
        let is = |want: f64| {
            let numbers = readings.iter().filter_map(|text| text.parse::<f64>().ok());
            numbers.into_iter().any(|number| (number - want).abs() < 1e-9)
        };
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
