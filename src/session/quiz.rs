//! The state of one question: what was answered, how it was graded, which hints were shown.

use crate::course::{Grade, Quiz, Response};
use crate::progress::QuizProgress;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuizState {
    /// The last answer with its grade; None before the first one.
    pub answer: Option<(Response, Grade)>,
    pub attempts: u32,
    /// Shown so far.
    pub hints: usize,
    pub best: f64,
    pub ever_correct: bool,
}

impl QuizState {
    /// The last answer is graded again, because the question may have changed since.
    pub(super) fn from_progress(quiz: &Quiz, done: &QuizProgress) -> Self {
        let answer = unspell(&done.answer).filter(|_| done.attempts > 0).map(|response| {
            let grade = quiz.grade(&response);
            (response, grade)
        });
        Self {
            answer,
            attempts: done.attempts,
            hints: done.hints.min(quiz.hints.len()),
            best: done.best,
            ever_correct: done.ever_correct,
        }
    }

    pub(super) fn answered(&mut self, response: Response, grade: Grade) {
        self.attempts += 1;
        self.best = self.best.max(grade.score);
        self.ever_correct |= grade.correct;
        self.answer = Some((response, grade));
    }
}

/// An answer as one line for the record: `revealed`, `picked 0 2`, `typed pod`, `ordered 2 0 1`.
pub fn spell(response: &Response) -> String {
    let joined = |indices: &[usize]| indices.iter().map(|i| format!(" {i}")).collect::<String>();
    match response {
        Response::Revealed => "revealed".into(),
        Response::Picked(indices) => format!("picked{}", joined(indices)),
        Response::Typed(text) => format!("typed {text}"),
        Response::Ordered(indices) => format!("ordered{}", joined(indices)),
    }
}

/// The inverse of `spell`.
pub fn unspell(line: &str) -> Option<Response> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let indices = || rest.split_whitespace().map(|i| i.parse().ok()).collect::<Option<Vec<usize>>>();
    match word {
        "revealed" => Some(Response::Revealed),
        "picked" => indices().map(Response::Picked),
        "typed" => Some(Response::Typed(rest.into())),
        "ordered" => indices().map(Response::Ordered),
        _ => None,
    }
}
