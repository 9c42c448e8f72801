//! Grading an answer to a question.

use std::collections::BTreeMap;

use super::{Choice, Grade, Quiz, QuizKind, Response};

impl Quiz {
    pub fn grade(&self, response: &Response) -> Grade {
        match (&self.kind, response) {
            (QuizKind::Reveal { .. }, Response::Revealed) => right(),
            (QuizKind::Single { choices } | QuizKind::Multiple { choices }, Response::Picked(picked)) => {
                of_choices(choices, picked)
            }
            (QuizKind::Text { accepted, patterns }, Response::Typed(text)) => {
                let plain = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
                let typed = plain(text);
                let fits = |p: &String| {
                    regex::Regex::new(&format!("(?i)^(?:{p})$")).is_ok_and(|r| r.is_match(text.trim()))
                };
                yes_or_no(accepted.iter().any(|a| plain(a) == typed) || patterns.iter().any(fits))
            }
            (QuizKind::Number { answer, tolerance }, Response::Typed(text)) => {
                let number: Option<f64> = text.trim().replace(',', ".").parse().ok();
                yes_or_no(number.is_some_and(|n| (n - answer).abs() <= *tolerance))
            }
            (QuizKind::Order { items }, Response::Ordered(order)) => {
                let placed = order.iter().enumerate().filter(|(at, item)| at == *item).count();
                let mut grade = yes_or_no(placed == items.len() && order.len() == items.len());
                grade.score = placed as f64 / items.len().max(1) as f64;
                grade
            }
            _ => Grade { message: "That is no answer to this question.".into(), ..Grade::default() },
        }
    }
}

fn right() -> Grade {
    Grade { correct: true, score: 1.0, message: "Right.".into(), per_item: BTreeMap::new() }
}

fn yes_or_no(correct: bool) -> Grade {
    if correct { right() } else { Grade { message: "Not right.".into(), ..Grade::default() } }
}

fn of_choices(choices: &[Choice], picked: &[usize]) -> Grade {
    let fits = |(at, choice): &(usize, &Choice)| choice.correct == picked.contains(at);
    let fitting = choices.iter().enumerate().filter(fits).count();
    let mut grade = yes_or_no(fitting == choices.len() && picked.iter().all(|p| *p < choices.len()));
    grade.score = if grade.correct || picked.is_empty() { grade.score } else { 0.0 };
    for (at, choice) in choices.iter().enumerate().filter(|(at, _)| picked.contains(at)) {
        grade.per_item.extend(choice.feedback.clone().map(|f| (at, f)));
    }
    grade
}
