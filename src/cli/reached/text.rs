//! What was reached, for a terminal.

use std::fmt::Write as _;

use super::Reached;
use crate::check::Outcome;

pub(super) fn print(reached: &Reached) -> String {
    let mut text = format!("{}\n", reached.course.title);
    let name = reached.name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
    let _ = writeln!(text, "{name}{}\n", reached.date);
    for (what, share) in reached.sums() {
        let _ = writeln!(text, "  {what:<16} {:>4} of {}", share.done, share.of);
    }
    if !reached.exercises.is_empty() {
        text.push_str("\nExercises\n");
    }
    for exercise in &reached.exercises {
        let (mark, word, points) = (exercise.outcome.mark(), exercise.word(), exercise.points);
        let _ =
            writeln!(text, "  {mark} {word:<15} {}, {} of {} points", exercise.title, points.done, points.of);
    }
    if reached.open.is_empty() {
        text.push_str("\nNothing is open: you have reached all of the course.\n");
    } else {
        text.push_str("\nOpen\n");
    }
    for open in &reached.open {
        let _ = writeln!(text, "  {} {}: {}", Outcome::Open.mark(), open.title, open.words());
    }
    let _ = writeln!(text, "\nCourse {}", reached.course_line());
    text
}
