//! The state of one question: what was answered, how it was graded, which hints were shown.

use crate::course::{Grade, Quiz, Response, unspell};
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
