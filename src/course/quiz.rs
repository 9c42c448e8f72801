//! A question in a lesson: its kinds, how an answer is graded, and what is said of it.

use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub struct Quiz {
    /// Unique in its lesson; made from the question where the author gives none.
    pub id: String,
    pub question: String,
    pub kind: QuizKind,
    pub hints: Vec<String>,
    /// Said once the answer is right or was revealed.
    pub explanation: Option<String>,
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum QuizKind {
    /// Think first, then look.
    Reveal {
        answer: String,
    },
    Single {
        choices: Vec<Choice>,
    },
    Multiple {
        choices: Vec<Choice>,
    },
    /// Any of these, case and blanks forgiven; `patterns` are whole-answer regular expressions.
    Text {
        accepted: Vec<String>,
        patterns: Vec<String>,
    },
    Number {
        answer: f64,
        tolerance: f64,
    },
    /// The items in their right order; they are shown shuffled.
    Order {
        items: Vec<String>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub text: String,
    pub correct: bool,
    pub feedback: Option<String>,
}

/// What the learner gave. Indices are those of `choices` and `items` as the author wrote them.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    Revealed,
    Picked(Vec<usize>),
    Typed(String),
    Ordered(Vec<usize>),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grade {
    pub correct: bool,
    /// From 0 to 1; partial for multiple and order.
    pub score: f64,
    /// One sentence for the answer as a whole.
    pub message: String,
    /// For each choice or item that was picked wrongly, left out wrongly, or has feedback of its own.
    pub per_item: BTreeMap<usize, String>,
}
