//! Rules about a course as a whole, beyond what reading its files finds.

mod docker;
mod effects;
pub(super) mod exercises;
mod lessons;
mod links;
mod literals;
mod taught;

use super::{Course, Diagnostic, Source};

/// What an author should look at; the course runs all the same. In the order of the course.
pub fn lint(course: &Course, source: &Source) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let mut taught = taught::Taught::default();
    for (at, lesson) in course.lessons.iter().enumerate() {
        lessons::lesson(course, at, lesson, source, &mut taught, &mut out);
    }
    let exercises = course.exercises.iter().filter(|exercise| !exercise.on_slides);
    for exercise in exercises {
        exercises::exercise(course, exercise, &mut out);
    }
    out
}
