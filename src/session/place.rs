//! A place in a course: lesson, slide and step, always one that exists.

use crate::course::Course;
use crate::progress;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub lesson: usize,
    pub slide: usize,
    pub step: usize,
}

impl Place {
    /// Whether both are on the same slide.
    pub fn is_on(self, other: Self) -> bool {
        (self.lesson, self.slide) == (other.lesson, other.slide)
    }

    pub(super) fn of(course: &Course, saved: Option<&progress::Place>) -> Self {
        let found = saved.and_then(|p| {
            course.lesson_index(&p.lesson).map(|lesson| Self { lesson, slide: p.slide, step: p.step })
        });
        found.unwrap_or_default().clamped(course)
    }

    /// The nearest place that exists: lessons shrink while they are edited.
    pub(super) fn clamped(self, course: &Course) -> Self {
        let lesson = self.lesson.min(course.lessons.len().saturating_sub(1));
        let slides = slides(course, lesson);
        let slide = self.slide.min(slides.saturating_sub(1));
        let steps = steps(course, lesson, slide);
        // A slide that is gone took its steps with it: show the last one whole.
        let step = if slide < self.slide || lesson < self.lesson { usize::MAX } else { self.step };
        Self { lesson, slide, step: step.min(steps - 1) }
    }

    pub(super) fn in_new(self, old: &Course, new: &Course) -> Self {
        let id = old.lessons.get(self.lesson).map(|l| l.id.as_str()).unwrap_or_default();
        Self { lesson: new.lesson_index(id).unwrap_or(self.lesson), ..self }.clamped(new)
    }
}

fn slides(course: &Course, lesson: usize) -> usize {
    course.lessons.get(lesson).map_or(0, |l| l.deck.slides.len())
}

/// At least one, also where there is no slide.
fn steps(course: &Course, lesson: usize, slide: usize) -> usize {
    course.lessons.get(lesson).and_then(|l| l.deck.slides.get(slide)).map_or(1, |s| s.steps.max(1))
}
