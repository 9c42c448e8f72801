//! `pilotwhale course lint`: what an author should look at, without an engine.

use std::sync::Arc;

use crate::cli::Ending;
use crate::cli::chosen::Chosen;
use crate::cli::desk::Stopped;
use crate::cli::print::{point_out, say};
use crate::course::{Course, Diagnostic, Severity, lint};
use crate::tui::screen::lesson::{Overflow, SCREENS, overflows};

pub(super) fn run(chosen: &Chosen) -> Result<Ending, Stopped> {
    let course = Arc::new(chosen.load()?);
    let mut found = course.diagnostics.clone();
    found.retain(|diagnostic| diagnostic.severity != Severity::Note);
    found.extend(lint(&course, &chosen.source()));
    found.extend(too_large(&course));
    found.iter().for_each(|diagnostic| point_out(diagnostic, false));
    let errors = found.iter().filter(|d| d.severity == Severity::Error).count();
    let (lessons, exercises) =
        (course.lessons.len(), course.exercises.iter().filter(|e| !e.on_slides).count());
    say(&match found.len() {
        0 => format!("Nothing to mend in {lessons} lessons and {exercises} exercises.\n"),
        all => format!("{errors} mistakes and {} warnings.\n", all - errors),
    });
    Ok(match (errors, found.len()) {
        (0, 0) => Ending::Done,
        (0, _) => Ending::NotYet,
        _ => Ending::Usage,
    })
}

/// One warning for each slide: for the first of the screens that it does not fit, about the step that needs most.
fn too_large(course: &Arc<Course>) -> Vec<Diagnostic> {
    let mut worst: Vec<((u16, u16), Overflow)> = Vec::new();
    for screen in SCREENS {
        for step in overflows(course, screen.0, screen.1) {
            match worst.iter_mut().find(|(_, at)| (at.lesson, at.slide) == (step.lesson, step.slide)) {
                Some((first, at)) if *first == screen => {
                    at.rows = at.rows.max(step.rows);
                    at.columns = at.columns.max(step.columns);
                }
                Some(_) => {}
                None => worst.push((screen, step)),
            }
        }
    }
    let told = |((width, height), overflow): ((u16, u16), Overflow)| {
        let lesson = course.lessons.get(overflow.lesson)?;
        let slide = lesson.deck.slides.get(overflow.slide)?;
        let message = match (overflow.rows, overflow.columns) {
            (rows, 0) => format!("this slide is {rows} lines too long for {width}x{height}"),
            (0, columns) => format!("this slide is {columns} columns too wide for {width}x{height}"),
            (rows, columns) => {
                format!(
                    "this slide is {rows} lines too long and {columns} columns too wide for {width}x{height}"
                )
            }
        };
        let help = "make two slides of it, or break its long lines";
        Some(lesson.manuscript.mistake(Severity::Warning, slide.line, message, help))
    };
    worst.into_iter().filter_map(told).collect()
}
