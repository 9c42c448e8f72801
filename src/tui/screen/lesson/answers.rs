//! What is done with an answer to a question on a slide, and when it is shown.

use super::{LessonPane, record};
use crate::tui::effect::Effect;
use crate::tui::screen::quiz::Asked;
use crate::tui::widget::markdown::Insert;

impl LessonPane {
    pub(super) fn asked(&mut self, index: usize, asked: Asked) -> Vec<Effect> {
        let lesson = self.lesson_id();
        let Some(id) = self.slides.deck().quizzes.get(index).map(|q| q.id.clone()) else { return Vec::new() };
        let events = match asked {
            Asked::No => return Vec::new(),
            Asked::Drawn => Vec::new(),
            Asked::Submit(response) => {
                let (grade, events) = self.session.answer(&lesson, &id, response);
                if events.is_empty() {
                    self.answered(index, &id, grade);
                } else {
                    if let Some(view) = self.view(index) {
                        view.wait();
                    }
                    self.unkept.push_back((lesson, id, grade));
                }
                events
            }
            Asked::Hint => {
                let events = self.session.quiz_hint(&lesson, &id);
                let shown = self.session.quiz(&lesson, &id).hints;
                if let Some(view) = self.view(index) {
                    view.set_hints(shown);
                }
                events
            }
        };
        self.slides.show_insert(Insert::Quiz(index));
        record(events)
    }

    /// The answer that waited longest is kept, however soon the program may be killed: now it may be shown.
    pub fn answer_kept(&mut self) {
        let Some((lesson, quiz, grade)) = self.unkept.pop_front() else { return };
        let index = self.slides.deck().quizzes.iter().position(|q| q.id == quiz);
        if let Some(index) = index.filter(|_| self.lesson_id() == lesson) {
            self.answered(index, &quiz, grade);
            self.slides.show_insert(Insert::Quiz(index));
        }
    }
}
