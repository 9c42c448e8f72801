//! Judging what the learner typed in: the way out for tasks whose commands leave nothing behind.

use super::AnswerMatch;
use super::asked::names;
use super::asked::text::quoted;
use super::bound::Bound;
use super::typed::{is_read_as, readings};
use super::verdict::Verdict;
use crate::facts::Evidence;

pub(super) fn judge(wanted: &AnswerMatch, bound: &Bound<'_>, evidence: &Evidence) -> Verdict {
    let expected = format!("an answer: {}", wanted.prompt);
    let answer = evidence.answers.get(&wanted.prompt).map(|a| a.trim()).filter(|a| !a.is_empty());
    let Some(answer) = answer else { return Verdict::NotYet { expected } };
    if wanted.equals.as_deref().is_some_and(|text| names::names(text).any(|name| bound.contains_key(name))) {
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
}
