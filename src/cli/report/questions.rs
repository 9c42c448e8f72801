//! The questions of the lessons in a report: told for each lesson, and no part of points, status or exit code.

use serde::Serialize;

use crate::check::Outcome;
use crate::course::{Course, Quiz, unspell};
use crate::progress::{Event, Progress, Stamped};

/// The questions of one lesson.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Questions {
    /// The lesson's.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) questions: Vec<Question>,
}

#[derive(Debug, Serialize)]
pub(super) struct Question {
    pub(super) id: String,
    pub(super) question: String,
    pub(super) status: Answered,
    /// How often it was answered.
    pub(super) tries: u32,
    pub(super) hints: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answered {
    /// At some time, whatever was answered after that.
    Right,
    NotRightYet,
    Open,
}

impl Answered {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::NotRightYet => "not-right-yet",
            Self::Open => "open",
        }
    }
}

impl Questions {
    /// All of the course, by lesson; a lesson without questions is left out.
    pub(in crate::cli) fn of(course: &Course, progress: &Progress) -> Vec<Self> {
        let asking = course.lessons.iter().filter(|lesson| !lesson.deck.quizzes.is_empty());
        let each = asking.map(|lesson| Self {
            id: lesson.id.clone(),
            title: lesson.title.clone(),
            questions: lesson
                .deck
                .quizzes
                .iter()
                .map(|quiz| Question::of(&lesson.id, quiz, progress))
                .collect(),
        });
        each.collect()
    }

    /// The same from saved events. What was answered is graded again, and what the events say of it is not believed.
    pub(in crate::cli) fn again(course: &Course, events: &[Stamped]) -> Vec<Self> {
        let graded = events.iter().cloned().map(|mut stamped| {
            if let Event::QuizAnswered { lesson, quiz: id, answer, correct, score } = &mut stamped.event {
                let lesson = course.lessons.iter().find(|l| l.id == *lesson);
                let quiz = lesson.and_then(|lesson| lesson.deck.quizzes.iter().find(|quiz| quiz.id == *id));
                let grade = quiz.zip(unspell(answer)).map(|(quiz, response)| quiz.grade(&response));
                let grade = grade.unwrap_or_default();
                (*correct, *score) = (grade.correct, grade.score);
            }
            stamped
        });
        Self::of(course, &Progress::fold(graded))
    }

    /// How many of them stand so.
    pub(super) fn count(&self, status: Answered) -> usize {
        self.questions.iter().filter(|question| question.status == status).count()
    }

    pub(super) fn outcome(&self) -> Outcome {
        if self.count(Answered::NotRightYet) > 0 {
            Outcome::Wrong
        } else if self.count(Answered::Open) > 0 {
            Outcome::Open
        } else {
            Outcome::Done
        }
    }
}

impl Question {
    fn of(lesson: &str, quiz: &Quiz, progress: &Progress) -> Self {
        let state = progress.quizzes.get(&(lesson.to_owned(), quiz.id.clone()));
        Self {
            id: quiz.id.clone(),
            question: quiz.question.clone(),
            status: match state {
                Some(state) if state.ever_correct => Answered::Right,
                Some(state) if state.attempts > 0 => Answered::NotRightYet,
                _ => Answered::Open,
            },
            tries: state.map_or(0, |state| state.attempts),
            hints: state.map_or(0, |state| state.hints.min(quiz.hints.len())),
        }
    }
}

/// What a report on questions rests on.
pub(in crate::cli) fn is_about_a_question(stamped: &Stamped) -> bool {
    matches!(stamped.event, Event::QuizAnswered { .. } | Event::QuizHint { .. })
}
