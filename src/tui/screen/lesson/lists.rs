//! The lists that lead elsewhere: slides of the lesson, search, contents of the course, and what there is to read.

use ratatui::layout::{Position, Rect};

use super::{LessonPane, exercises};
use crate::course::{Lesson, Severity};
use crate::session::{Phase, Place, Spot};
use crate::tui::action::Action;
use crate::tui::effect::Effect;
use crate::tui::screen::answering::Answering;
use crate::tui::screen::contents::{Contents, Entry, Mark, Row};
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

    /// Whether something is wrong, and not only told.
    pub fn has_mistakes(&self) -> bool {
        self.session.course().diagnostics.iter().any(|d| d.severity != Severity::Note)
    }

    /// How a deck was read, and whether something in it is not right, in one line.
    pub fn said(&self) -> Option<String> {
        let found = &self.session.course().diagnostics;
        match found.iter().filter(|d| d.severity != Severity::Note).count() {
            0 => found.first().map(|note| note.message.clone()),
            1 => Some("One thing in this deck is not right: e shows it".into()),
            count => Some(format!("{count} things in this deck are not right: e shows them")),
        }
    }

    pub fn contents(&self) -> Contents {
        let course = self.session.course();
        let (bookmarks, wrong) = (self.session.bookmarks(), self.session.not_right());
        let digits = course.lessons.len().saturating_sub(1).to_string().len();
        let mut entries = Vec::new();
        for (at, lesson) in course.lessons.iter().enumerate() {
            let (questions, tasks) = (self.session.questions(lesson), self.session.tasks(lesson));
            let all = questions.with(tasks);
            let text = if course.lessons.len() == 1 {
                lesson.title.clone()
            } else {
                format!("{at:digits$}  {}", lesson.title)
            };
            let row = Row::Lesson { questions, tasks, minutes: lesson.minutes };
            let place = Place { lesson: at, slide: 0, step: 0 };
            entries.push(Entry { text, mark: Mark::of(all), row, place });
            let mut below = self.exercises_of(at, lesson);
            let here = |spots: &[Spot], mark, what: &dyn Fn(&Spot) -> String| -> Vec<Entry> {
                let of_lesson = spots.iter().filter(|spot| spot.place.lesson == at);
                let entry = |spot: &Spot| {
                    let (text, place) = (spot.words.replace('`', ""), spot.place);
                    Entry { mark, text, row: Row::Below(what(spot)), place }
                };
                of_lesson.map(entry).collect()
            };
            below.extend(here(&wrong, Mark::Wrong, &|_| "question, not right yet".into()));
            let slide = |spot: &Spot| format!("bookmark, slide {}", spot.place.slide + 1);
            below.extend(here(&bookmarks, Mark::Bookmark, &slide));
            below.sort_by_key(|entry| entry.place);
            entries.extend(below);
        }
        Contents::new(course.title.clone(), entries, self.session.score(), self.lesson)
    }

    fn exercises_of(&self, at: usize, lesson: &Lesson) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (slide, id) in exercises::on_slides(&lesson.deck) {
            let Some(exercise) = self.session.course().exercise(&id) else { continue };
            let state = self.session.exercise(&id);
            let (mark, what) = match state.map(|s| &s.phase) {
                Some(Phase::Passed) => (Mark::Done, "exercise, done".to_owned()),
                Some(Phase::Idle) if state.is_some_and(|s| s.record.ever_passed) => {
                    (Mark::Done, "exercise, done before".to_owned())
                }
                Some(Phase::Idle) | None => (Mark::Open, format!("exercise, {} min", exercise.minutes)),
                Some(_) => {
                    let done = state.map_or(0, |s| s.record.passed.len());
                    (Mark::Begun, format!("exercise, {done} of {} tasks", exercise.tasks.len()))
                }
            };
            let place = Place { lesson: at, slide, step: 0 };
            entries.push(Entry { mark, text: exercise.title.clone(), row: Row::Below(what), place });
        }
        entries
    }
}
