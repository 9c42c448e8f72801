//! What is worth coming back to: slides with a bookmark, and questions that were answered and are not right yet.

use super::{Place, Session};
use crate::course::{BlockKind, Course, Slide};
use crate::progress::Event;

/// A place with the words that tell it from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub place: Place,
    pub words: String,
}

impl Session {
    /// Marks the slide that is seen, or takes its mark away.
    pub fn toggle_bookmark(&mut self) -> Vec<Event> {
        let Some((lesson, slide)) = slide_at(&self.course, self.place) else { return Vec::new() };
        let found = self.bookmarks.iter().find(|((id, at), title)| {
            **id == lesson && spot(&self.course, id, *at, title).is_some_and(|s| s.place.is_on(self.place))
        });
        let event = match found {
            Some(((_, at), title)) => {
                Event::Bookmarked { lesson, slide: *at, title: title.clone(), set: false }
            }
            None => {
                Event::Bookmarked { lesson, slide: self.place.slide, title: slide.title.clone(), set: true }
            }
        };
        if let Event::Bookmarked { lesson, slide, title, set } = &event {
            let key = (lesson.clone(), *slide);
            match set {
                true => self.bookmarks.insert(key, title.clone()),
                false => self.bookmarks.remove(&key),
            };
        }
        vec![event]
    }

    /// In the course's order; what the course does not have any more is passed over.
    pub fn bookmarks(&self) -> Vec<Spot> {
        let all = self.bookmarks.iter();
        let mut spots: Vec<Spot> =
            all.filter_map(|((lesson, at), title)| spot(&self.course, lesson, *at, title)).collect();
        spots.sort_by_key(|spot| spot.place);
        spots.dedup_by_key(|spot| spot.place);
        spots
    }

    pub fn is_bookmarked(&self) -> bool {
        self.bookmarks().iter().any(|spot| spot.place.is_on(self.place))
    }

    /// Questions that were answered, and never rightly, in the course's order.
    pub fn not_right(&self) -> Vec<Spot> {
        let mut spots = Vec::new();
        for (at, lesson) in self.course.lessons.iter().enumerate() {
            for (slide, content) in lesson.deck.slides.iter().enumerate() {
                for block in &content.blocks {
                    let BlockKind::Quiz(index) = block.kind else { continue };
                    let Some(quiz) = lesson.deck.quizzes.get(index) else { continue };
                    let state = self.quiz(&lesson.id, &quiz.id);
                    if state.attempts > 0 && !state.ever_correct {
                        let place = Place { lesson: at, slide, step: block.reveal };
                        spots.push(Spot { place, words: quiz.question.clone() });
                    }
                }
            }
        }
        spots
    }

    /// The next such question after the slide that is seen, round the course; with how many there are.
    pub fn next_not_right(&self) -> Option<(Place, usize)> {
        let spots = self.not_right();
        let here = (self.place.lesson, self.place.slide);
        let after = spots.iter().find(|spot| (spot.place.lesson, spot.place.slide) > here);
        after.or(spots.first()).map(|spot| (spot.place, spots.len()))
    }
}

fn slide_at(course: &Course, place: Place) -> Option<(String, &Slide)> {
    let lesson = course.lessons.get(place.lesson)?;
    Some((lesson.id.clone(), lesson.deck.slides.get(place.slide)?))
}

/// Where a bookmark leads: lessons are edited, so the nearest slide of the same title, else the same number.
fn spot(course: &Course, lesson: &str, at: usize, title: &str) -> Option<Spot> {
    let lesson = course.lesson_index(lesson)?;
    let slides = &course.lessons.get(lesson)?.deck.slides;
    let same = slides.iter().enumerate().filter(|(_, slide)| slide.title == title).map(|(i, _)| i);
    let slide = same.min_by_key(|i| i.abs_diff(at)).unwrap_or(at.min(slides.len().checked_sub(1)?));
    Some(Spot { place: Place { lesson, slide, step: 0 }, words: slides.get(slide)?.title.clone() })
}

#[cfg(test)]
#[path = "review_tests.rs"]
mod tests;
