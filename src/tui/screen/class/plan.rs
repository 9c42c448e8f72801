//! The plan of the day: from the minutes of the lessons, where a class should be by now and how late it is.

use crate::course::Lesson;
use crate::session::Place;

/// Where a class stands, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    /// Where it should be: a lesson and the minute in it. None where the plan is over.
    pub planned: Option<(usize, i64)>,
    /// Behind the plan; ahead of it where this is negative.
    pub late: i64,
    /// From here to the end of the course.
    pub left: i64,
}

/// None where the lessons have no minutes. `first` is the lesson that the day began with, `passed` the minutes since.
pub(super) fn pace(lessons: &[Lesson], first: usize, here: Place, passed: i64) -> Option<Pace> {
    let until = |lesson: usize| -> i64 { lessons.iter().take(lesson).map(|l| i64::from(l.minutes)).sum() };
    let all = until(lessons.len());
    let now = lessons.get(here.lesson).filter(|_| all > 0)?;
    let slides = i64::try_from(now.deck.slides.len()).unwrap_or(1).max(1);
    let slide = i64::try_from(here.slide).unwrap_or(0).min(slides);
    let at = until(here.lesson) + i64::from(now.minutes) * slide / slides;
    let should = until(first) + passed;
    let planned = (first..lessons.len()).find(|lesson| should < until(lesson + 1));
    Some(Pace {
        planned: planned.map(|lesson| (lesson, should - until(lesson))),
        late: should.min(all) - at,
        left: all - at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Deck, Slide};

    fn lesson(minutes: u32, slides: usize) -> Lesson {
        let deck = Deck { slides: vec![Slide::default(); slides], ..Deck::default() };
        Lesson { minutes, deck, ..Lesson::default() }
    }

    #[test]
    fn a_class_is_late_by_what_the_clock_is_ahead_of_its_slide() {
        let day = [lesson(10, 5), lesson(20, 10), lesson(30, 3)];
        let at = |first, lesson, slide, passed| {
            let pace =
                pace(&day, first, Place { lesson, slide, step: 0 }, passed).expect("there are minutes");
            (pace.planned, pace.late, pace.left)
        };
        assert_eq!(at(0, 0, 0, 0), (Some((0, 0)), 0, 60));
        assert_eq!(
            at(0, 1, 5, 35),
            (Some((2, 5)), 15, 40),
            "half of the second lesson, when the third should be"
        );
        assert_eq!(at(1, 2, 0, 12), (Some((1, 12)), -8, 30), "a day that began with the second lesson");
        assert_eq!(at(0, 2, 0, 90), (None, 30, 30), "the plan is over");
    }

    #[test]
    fn without_minutes_there_is_no_plan() {
        assert_eq!(pace(&[lesson(0, 4)], 0, Place::default(), 10), None);
        assert_eq!(pace(&[], 0, Place::default(), 10), None);
    }
}
