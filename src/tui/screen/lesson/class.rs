//! What a class needs of the lesson: where things are, whether the learner is busy, and a question that is open to all.

use super::{LessonPane, exercises};
use crate::class::Poll;
use crate::course::{Block, BlockKind, Course, Grade, Quiz, step_text};
use crate::session::{Place, QuizState};
use crate::tui::screen::quiz::QuizView;

/// A question that the whole class is asked: what is right is said when it is closed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    lesson: String,
    quiz: String,
    handed_in: bool,
}

impl LessonPane {
    pub fn course(&self) -> &Course {
        self.session.course()
    }

    pub fn place(&self) -> Place {
        Place { lesson: self.lesson, slide: self.slides.slide(), step: self.slides.step() }
    }

    /// Whether something is being typed or chosen that moving on would take away.
    pub fn is_busy(&self) -> bool {
        let quiz = self.quiz_here().and_then(|index| self.quizzes.get(&index));
        self.over.is_some() || self.count.is_some() || quiz.is_some_and(|view| view.is_answering())
    }

    /// The place in this course, or the nearest one to it; None where the lesson is not in it.
    pub fn place_at(&self, lesson: &str, slide: usize, step: usize) -> Option<Place> {
        let lesson = self.course().lesson_index(lesson)?;
        let slides = &self.course().lessons[lesson].deck.slides;
        let slide = slide.min(slides.len().saturating_sub(1));
        let steps = slides.get(slide).map_or(1, |s| s.steps.max(1));
        Some(Place { lesson, slide, step: step.min(steps - 1) })
    }

    /// The slide that the question is on, whole.
    pub fn place_of_quiz(&self, lesson: &str, quiz: &str) -> Option<Place> {
        let deck = &self.course().lessons.get(self.course().lesson_index(lesson)?)?.deck;
        let index = deck.quizzes.iter().position(|q| q.id == quiz)?;
        let asks = |block: &Block| matches!(block.kind, BlockKind::Quiz(i) if i == index);
        let slide = deck.slides.iter().position(|s| s.blocks.iter().any(asks))?;
        self.place_at(lesson, slide, usize::MAX)
    }

    /// The slide that the exercise is on, or the lesson whose tasks it is.
    pub fn place_of_exercise(&self, id: &str) -> Option<Place> {
        let lessons = &self.course().lessons;
        let on = |(_, exercise): &(usize, String)| exercise == id;
        let found = lessons.iter().find_map(|lesson| {
            let (slide, _) = exercises::on_slides(&lesson.deck).into_iter().find(on)?;
            self.place_at(&lesson.id, slide, usize::MAX)
        });
        found.or_else(|| self.place_at(id, 0, 0))
    }

    /// `3 Images, slide 4`, for a sentence.
    pub fn name_of(&self, place: Place) -> String {
        let title = self.course().lessons.get(place.lesson).map(|l| l.title.as_str()).unwrap_or_default();
        format!("{} {title}, slide {}", place.lesson, place.slide + 1)
    }

    /// Lesson and id of the question on this slide.
    pub fn poll_here(&self) -> Option<(String, String)> {
        let index = self.quiz_here()?;
        Some((self.lesson_id(), self.slides.deck().quizzes.get(index)?.id.clone()))
    }

    pub fn speaker_notes(&self) -> String {
        self.slides.current().map(|s| s.notes.join("\n\n")).unwrap_or_default()
    }

    /// Title and text of the step after this one.
    pub fn next_text(&self) -> (String, String) {
        let deck = self.slides.deck();
        let (slide, step) = (self.slides.slide(), self.slides.step());
        let steps = self.slides.current().map_or(1, |s| s.steps);
        let (slide, step) = if step + 1 < steps { (slide, step + 1) } else { (slide + 1, 0) };
        match deck.slides.get(slide) {
            Some(next) => {
                let text = step_text(next, step, deck);
                // The title stands above already.
                let body = text
                    .strip_prefix('#')
                    .and_then(|t| t.split_once('\n'))
                    .map(|(_, body)| body.trim_start());
                (next.title.clone(), body.map_or(text.clone(), str::to_owned))
            }
            None => {
                let after = self.course().lessons.get(self.lesson + 1);
                ("the lesson is over".into(), after.map(|l| format!("Then: {}", l.title)).unwrap_or_default())
            }
        }
    }

    /// Takes a question that was opened or closed for the whole class.
    pub fn set_poll(&mut self, poll: Option<&Poll>) {
        let open = poll.filter(|p| p.open);
        let same = match (&self.polled, open) {
            (Some(asked), Some(poll)) => (&asked.lesson, &asked.quiz) == (&poll.lesson, &poll.quiz),
            (None, None) => true,
            _ => false,
        };
        if !same {
            self.polled = open.map(|poll| Asked {
                lesson: poll.lesson.clone(),
                quiz: poll.quiz.clone(),
                handed_in: false,
            });
            // Made anew: without an old answer while it is open, with what is right after it.
            self.quizzes.clear();
        }
    }

    /// Whether this question is open to the class now.
    fn is_polled(&self, quiz: &str) -> bool {
        self.polled.as_ref().is_some_and(|asked| asked.quiz == quiz && asked.lesson == self.lesson_id())
    }

    /// With what was answered before. A question that is open to the class keeps the result to itself.
    pub(super) fn made_view(&self, quiz: Quiz, state: &QuizState) -> QuizView {
        let asked = self.polled.as_ref().filter(|_| self.is_polled(&quiz.id));
        let mut view = QuizView::new(quiz);
        view.set_hints(state.hints);
        if let Some((response, grade)) = state.answer.as_ref().filter(|_| asked.is_none_or(|a| a.handed_in)) {
            view.restore(response, grade.clone());
        }
        if asked.is_some_and(|a| a.handed_in) {
            view.hand_in();
        }
        view
    }

    pub(super) fn answered(&mut self, index: usize, quiz: &str, grade: Grade) {
        let polled = self.is_polled(quiz);
        if let Some(asked) = self.polled.as_mut().filter(|_| polled) {
            asked.handed_in = true;
        }
        if let Some(view) = self.quizzes.get_mut(&index) {
            if polled { view.hand_in() } else { view.set_result(grade) }
        }
    }
}
