//! The lists that lead elsewhere: slides of the lesson, search, contents of the course, and what there is to read.

use ratatui::layout::{Position, Rect};

use super::{LessonPane, exercises};
use crate::session::Phase;
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::screen::answering::Answering;
use crate::tui::screen::contents::{Contents, Entry};
use crate::tui::screen::notes::Notes;
use crate::tui::screen::overview::Overview;
use crate::tui::screen::search::Search;
use crate::tui::screen::slides::Hit;

/// A list on top of the slide.
pub(super) enum Over {
    Overview(Overview),
    Search(Search),
    Answering(Answering),
}

/// A row of such a list.
enum Chosen {
    Slide(usize),
    Hit(Hit),
}

impl LessonPane {
    /// Whether a list lies on top of the slide.
    pub fn is_covered(&self) -> bool {
        self.over.is_some()
    }

    /// A verb for the list on top of the slide.
    pub fn over_act(&mut self, action: Action) -> Vec<Effect> {
        if action == Action::Cancel {
            self.over = None;
            return Vec::new();
        }
        if let Some(Over::Answering(_)) = self.over {
            return if action == Action::Confirm { self.hand_in() } else { Vec::new() };
        }
        let chosen = match &mut self.over {
            Some(Over::Overview(list)) => list.act(action).map(Chosen::Slide),
            Some(Over::Search(search)) => search.act(action).map(Chosen::Hit),
            Some(Over::Answering(_)) | None => None,
        };
        self.leave_list(chosen)
    }

    pub fn over_click(&mut self, area: Rect, at: Position) -> Vec<Effect> {
        let chosen = match &self.over {
            Some(Over::Overview(list)) => list.click(area, at).map(Chosen::Slide),
            Some(Over::Search(search)) => search.click(area, at).map(Chosen::Hit),
            Some(Over::Answering(_)) | None => None,
        };
        self.leave_list(chosen)
    }

    /// Closes the list and goes where its row leads; it stays open while nothing is chosen.
    fn leave_list(&mut self, chosen: Option<Chosen>) -> Vec<Effect> {
        let Some(chosen) = chosen else { return Vec::new() };
        let over = self.over.take();
        let moved = match (chosen, over) {
            (Chosen::Slide(slide), _) => self.slides.go(slide, 0),
            (Chosen::Hit(hit), Some(Over::Search(search))) => {
                self.slides.set_query(search.query());
                self.slides.go_to_hit(&hit)
            }
            (Chosen::Hit(hit), _) => self.slides.go_to_hit(&hit),
        };
        self.follow(moved)
    }

    pub fn notes(&self) -> Notes {
        Notes::of_slide(self.slides.current().map(|s| s.notes.as_slice()).unwrap_or_default())
    }

    /// What the author of this course got wrong; None where nothing is.
    pub fn mistakes(&self) -> Option<Notes> {
        let mistakes = &self.session.course().diagnostics;
        (!mistakes.is_empty()).then(|| Notes::of_mistakes(mistakes))
    }

    pub fn contents(&self) -> Contents {
        let course = self.session.course();
        let mut entries = Vec::new();
        for (at, lesson) in course.lessons.iter().enumerate() {
            let quizzes = lesson.deck.quizzes.len();
            let right = lesson
                .deck
                .quizzes
                .iter()
                .filter(|q| self.session.quiz(&lesson.id, &q.id).ever_correct)
                .count();
            let mut note = match lesson.deck.slides.len() {
                1 => "1 slide".to_owned(),
                count => format!("{count} slides"),
            };
            if quizzes > 0 {
                note.push_str(&format!(" · {right} of {quizzes} questions right"));
            }
            let mark = match right {
                0 => "○",
                n if n == quizzes => "✓",
                _ => "◐",
            };
            let text = if course.lessons.len() == 1 {
                lesson.title.clone()
            } else {
                format!("{at}  {}", lesson.title)
            };
            entries.push(Entry { text, mark, note, lesson: at, slide: None, indent: false });
            for (slide, id) in exercises::on_slides(&lesson.deck) {
                let Some(exercise) = course.exercise(&id) else { continue };
                let state = self.session.exercise(&id);
                let phase = state.map(|s| &s.phase);
                let (mark, note) = match phase {
                    Some(Phase::Passed) => ("✓", "exercise, done".to_owned()),
                    Some(Phase::Idle) | None => {
                        ("○", format!("exercise, about {} minutes", exercise.minutes))
                    }
                    Some(_) => ("◐", "exercise, begun".to_owned()),
                };
                let text = exercise.title.clone();
                entries.push(Entry { text, mark, note, lesson: at, slide: Some(slide), indent: true });
            }
        }
        Contents::new(course.title.clone(), entries, self.lesson)
    }
}
