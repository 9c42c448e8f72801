//! Judging what the learner typed in: the way out for tasks whose commands leave nothing behind.

use serde::Deserialize;

use super::text::{Matcher, Text, TextRule, quoted};
use super::verdict::Verdict;
use crate::facts::Evidence;

/// A question with exactly one of `equals`, `regex` and `number`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AnswerMatch {
    pub prompt: String,
    pub equals: Option<String>,
    pub regex: Option<String>,
    pub number: Option<f64>,
}

pub(super) fn judge(wanted: &AnswerMatch, evidence: &Evidence) -> Verdict {
    let expected = format!("an answer: {}", wanted.prompt);
    let answer = evidence.answers.get(&wanted.prompt).map(|a| a.trim()).filter(|a| !a.is_empty());
    let Some(answer) = answer else { return Verdict::NotYet { expected } };
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
            return answer.eq_ignore_ascii_case(want.trim());
        }
        if let Some(pattern) = &self.regex {
            return Matcher::new(&Text::Rule(TextRule::Regex(pattern.clone()))).matches(answer);
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
        let rule = self.regex.clone().map(|pattern| Text::Rule(TextRule::Regex(pattern)));
        found.extend(rule.iter().flat_map(Text::mistakes));
        found.extend(self.equals.clone().map(Text::Equals).iter().flat_map(Text::mistakes));
        found
    }
}
