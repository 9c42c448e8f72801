//! `pilotwhale course lint`: what an author should look at, without an engine.

use std::io::IsTerminal;
use std::sync::Arc;

use crate::cli::Ending;
use crate::cli::chosen::Chosen;
use crate::cli::desk::{Stopped, say};
use crate::course::{Course, Diagnostic, Severity, lint};
use crate::tui::screen::lesson::{Overflow, overflows};

/// The smallest screen that lessons are written for.
const SCREEN: (u16, u16) = (80, 24);

pub(super) fn run(chosen: &Chosen) -> Result<Ending, Stopped> {
    let course = Arc::new(chosen.load()?);
    let mut found = course.diagnostics.clone();
    found.extend(lint(&course, &chosen.source()));
    found.extend(too_large(&course));
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    found.iter().for_each(|diagnostic| say(&format!("{}\n\n", diagnostic.render(colour))));
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

/// One warning for each slide, about the step that needs most.
fn too_large(course: &Arc<Course>) -> Vec<Diagnostic> {
    let (width, height) = SCREEN;
    let mut worst: Vec<Overflow> = Vec::new();
    for step in overflows(course, width, height) {
        match worst.last_mut().filter(|last| (last.lesson, last.slide) == (step.lesson, step.slide)) {
            Some(last) => {
                last.rows = last.rows.max(step.rows);
                last.columns = last.columns.max(step.columns);
            }
            None => worst.push(step),
        }
    }
    let told = |overflow: Overflow| {
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
