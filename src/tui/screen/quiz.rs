//! A question on a slide: what the learner has marked or typed so far, and what is said of it.

mod draw;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crossterm::event::KeyEvent;

use crate::course::{Choice, Grade, Quiz, QuizKind, Response};
use crate::tui::action::Action;
use crate::tui::widget::field::Field;

/// What the app must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// The action was not for the quiz.
    No,
    /// It is only drawn differently now.
    Drawn,
    /// Grade this, then call `set_result`.
    Submit(Response),
    /// Count a hint, then call `set_hints`.
    Hint,
}

/// Names of keys for the line that says what to do next; from the keymap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyNames {
    pub answer: String,
    pub toggle: String,
    pub hint: String,
}

impl Default for KeyNames {
    fn default() -> Self {
        Self { answer: "Enter".into(), toggle: "Space".into(), hint: "H".into() }
    }
}

/// Choices and items are counted as the author wrote them, except `cursor`, which counts rows as they are shown.
#[derive(Clone, Debug)]
pub struct QuizView {
    quiz: Quiz,
    /// Whether keys go to the quiz.
    active: bool,
    cursor: usize,
    picked: BTreeSet<usize>,
    /// For `Order`: the items from top to bottom.
    order: Vec<usize>,
    /// For `Order`: the item under the cursor moves with it.
    held: bool,
    field: Field,
    hints: usize,
    grade: Option<Grade>,
    /// Answered, and what is right is said later, to everybody at once.
    handed_in: bool,
    /// Answered, and what is said of it is shown once the answer is kept.
    waits: bool,
    /// For each line that was laid last, the row of choices that it belongs to.
    rows: Vec<Option<usize>>,
    /// The first line that was laid after the choices, where the verdict and hints stand.
    after: usize,
}

impl QuizView {
    pub fn new(quiz: Quiz) -> Self {
        let order = match &quiz.kind {
            QuizKind::Order { items } => shuffled(items.len(), &quiz.id),
            _ => Vec::new(),
        };
        Self {
            quiz,
            active: false,
            cursor: 0,
            picked: BTreeSet::new(),
            order,
            held: false,
            field: Field::default(),
            hints: 0,
            grade: None,
            handed_in: false,
            waits: false,
            rows: Vec::new(),
            after: 0,
        }
    }

    pub fn quiz(&self) -> &Quiz {
        &self.quiz
    }

    pub fn is_active(&self) -> bool {
        self.active
    }

    /// Keys go to it, and there is no answer yet.
    pub fn is_answering(&self) -> bool {
        self.active && self.grade.is_none() && !self.handed_in
    }

    /// Takes no other answer until `set_result` or `hand_in`.
    pub fn wait(&mut self) {
        self.waits = true;
    }

    /// Keeps what is right to itself, until `set_result`.
    pub fn hand_in(&mut self) {
        (self.held, self.active, self.grade, self.handed_in) = (false, false, None, true);
        self.waits = false;
    }

    /// Right, or looked at: nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.grade.as_ref().is_some_and(|grade| grade.correct)
    }

    /// Whether `key` must see keys before the keymap does.
    pub fn takes_text(&self) -> bool {
        self.active && !self.waits && self.grade.is_none() && self.is_typed()
    }

    fn is_typed(&self) -> bool {
        matches!(self.quiz.kind, QuizKind::Text { .. } | QuizKind::Number { .. })
    }

    pub fn set_result(&mut self, grade: Grade) {
        (self.held, self.handed_in, self.waits) = (false, false, false);
        if grade.correct {
            self.active = false;
        }
        self.grade = Some(grade);
    }

    /// How many hints are shown.
    pub fn set_hints(&mut self, shown: usize) {
        self.hints = shown.min(self.quiz.hints.len());
    }

    pub fn hints_left(&self) -> usize {
        self.quiz.hints.len() - self.hints
    }

    /// An answer that was kept from before.
    pub fn restore(&mut self, response: &Response, grade: Grade) {
        match response {
            Response::Revealed => {}
            Response::Picked(picked) => self.picked = picked.iter().copied().collect(),
            Response::Typed(text) => self.field = Field::new(text.as_str()),
            Response::Ordered(order) if same_items(order, &self.order) => self.order.clone_from(order),
            Response::Ordered(_) => {}
        }
        self.set_result(grade);
    }

    /// The lines, of those that were laid last, that the learner looks at now: the choice under the cursor, else the verdict and
    /// the hints.
    pub fn focus_rows(&self) -> Option<std::ops::Range<usize>> {
        let choosing = self.active && self.grade.is_none() && self.has_rows();
        if choosing {
            let here = |row: &Option<usize>| *row == Some(self.cursor);
            let from = self.rows.iter().position(here)?;
            return Some(from..self.rows.iter().rposition(here)? + 1);
        }
        (self.active || self.grade.is_some() || self.hints > 0).then_some(self.after..self.rows.len())
    }

    /// Whether the key was typed into the answer.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        self.takes_text() && self.field.key(key)
    }

    /// Whether the text went into the answer.
    pub fn paste(&mut self, text: &str) -> bool {
        let takes = self.takes_text();
        if takes {
            self.field.insert(text);
        }
        takes
    }

    pub fn act(&mut self, action: Action) -> Asked {
        match action {
            Action::Hint if self.hints_left() > 0 && !self.is_done() => Asked::Hint,
            Action::Answer | Action::Confirm => self.answer(),
            _ if !self.active => Asked::No,
            Action::Cancel => {
                self.held = false;
                self.active = false;
                Asked::Drawn
            }
            Action::Up => self.step(false),
            Action::Down => self.step(true),
            Action::Toggle => self.toggle(),
            _ => Asked::No,
        }
    }

    fn answer(&mut self) -> Asked {
        if self.is_done() {
            return Asked::No;
        }
        if self.waits {
            return Asked::Drawn;
        }
        let first = !std::mem::replace(&mut self.active, true);
        // Another try begins with what was there.
        if self.grade.take().is_some() || std::mem::take(&mut self.handed_in) {
            return Asked::Drawn;
        }
        let response = match &self.quiz.kind {
            QuizKind::Reveal { .. } => Response::Revealed,
            _ if first => return Asked::Drawn,
            QuizKind::Single { .. } => {
                self.picked = BTreeSet::from([self.cursor]);
                Response::Picked(vec![self.cursor])
            }
            QuizKind::Multiple { .. } if self.picked.is_empty() => return self.toggle(),
            QuizKind::Multiple { .. } => Response::Picked(self.picked.iter().copied().collect()),
            QuizKind::Text { .. } | QuizKind::Number { .. } if self.field.text().trim().is_empty() => {
                return Asked::Drawn;
            }
            QuizKind::Text { .. } | QuizKind::Number { .. } => Response::Typed(self.field.text().to_owned()),
            QuizKind::Order { .. } => {
                self.held = false;
                Response::Ordered(self.order.clone())
            }
        };
        Asked::Submit(response)
    }

    fn step(&mut self, down: bool) -> Asked {
        let count = self.choices().len().max(self.order.len());
        let to = if down { self.cursor + 1 } else { self.cursor.wrapping_sub(1) };
        // At either end the key is the slide's again: it scrolls.
        if to >= count {
            return Asked::No;
        }
        self.grade = None;
        if self.held {
            self.order.swap(self.cursor, to);
        }
        self.cursor = to;
        Asked::Drawn
    }

    fn toggle(&mut self) -> Asked {
        self.grade = None;
        match &self.quiz.kind {
            QuizKind::Single { .. } => self.picked = BTreeSet::from([self.cursor]),
            QuizKind::Multiple { .. } => {
                if !self.picked.remove(&self.cursor) {
                    self.picked.insert(self.cursor);
                }
            }
            QuizKind::Order { .. } => self.held = !self.held,
            _ => return Asked::No,
        }
        Asked::Drawn
    }

    /// A click on a line of what was laid last. A choice is marked; an item is taken, and put where the next click is.
    pub fn click(&mut self, line: usize) -> Asked {
        if self.is_done() {
            return Asked::No;
        }
        if !self.active || matches!(self.quiz.kind, QuizKind::Reveal { .. }) {
            let row = self.rows.get(line).copied().flatten();
            if row.is_none() || !self.has_rows() {
                return self.answer();
            }
            self.active = true;
        }
        let Some(row) = self.rows.get(line).copied().flatten() else { return Asked::Drawn };
        if self.held && row < self.order.len() {
            let item = self.order.remove(self.cursor);
            self.order.insert(row, item);
            (self.cursor, self.held, self.grade) = (row, false, None);
            return Asked::Drawn;
        }
        self.cursor = row;
        self.toggle();
        Asked::Drawn
    }

    fn has_rows(&self) -> bool {
        !self.order.is_empty() || !self.choices().is_empty()
    }

    fn choices(&self) -> &[Choice] {
        match &self.quiz.kind {
            QuizKind::Single { choices } | QuizKind::Multiple { choices } => choices,
            _ => &[],
        }
    }
}

/// The same on every machine and never in the right order, unless there is only one.
fn shuffled(count: usize, seed: &str) -> Vec<usize> {
    let mut state = seed
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut order: Vec<usize> = (0..count).collect();
    for i in (1..count).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(i, ((state >> 33) as usize) % (i + 1));
    }
    if order.iter().enumerate().all(|(i, item)| i == *item) {
        order.rotate_left(1.min(count));
    }
    order
}

fn same_items(a: &[usize], b: &[usize]) -> bool {
    a.len() == b.len() && b.iter().all(|item| a.contains(item))
}
