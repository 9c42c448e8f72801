//! `pilotwhale grade [ID…]`: judges exercises without a screen, on the same state as the screen.

mod judge;
mod saved;

use std::path::{Path, PathBuf};

use super::Ending;
use super::chosen::{Chosen, complain};
use super::desk::{Desk, Stopped, exercise_of};
use super::print::say;
use super::report::{self, Format, Graded, Questions, Report, Status};
use crate::cli::print::tell;
use crate::course::{Course, Exercise, Source};
pub(super) use judge::judge;
pub(super) use saved::Saved;

/// Judge exercises and the tasks of lessons
///
/// Exit code: 0 all passed, 1 not yet, 2 wrong usage or a mistake in the course, 3 could not check.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Ids of exercises, or of lessons with tasks; all of the course where none is given.
    ids: Vec<String>,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Judge what was saved in this file, without an engine; nothing is recorded.
    #[arg(long, value_name = "FILE", conflicts_with = "save_evidence")]
    evidence: Option<PathBuf>,
    /// The evidence must have been handed in under this handle.
    #[arg(long = "as", value_name = "HANDLE", requires = "evidence")]
    handle: Option<String>,
    /// Save what the verdicts are reached from, so that they can be reached again with --evidence.
    #[arg(long, value_name = "FILE")]
    save_evidence: Option<PathBuf>,
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let source = chosen.source();
    // Who names some asks about these alone, and not about the questions of all lessons.
    let all = args.ids.is_empty();
    let faulty;
    let report = match &args.evidence {
        Some(file) => {
            let course = chosen.load()?;
            complain(&course);
            faulty = course.exercises.iter().any(|exercise| !exercise.faults.is_empty());
            replay(file, args, course, &source)?
        }
        None => {
            let mut desk = Desk::open(chosen)?;
            let exercises = asked(&desk.course, &args.ids)?;
            faulty = exercises.iter().any(|exercise| !exercise.faults.is_empty());
            let (graded, judged) = judge(&mut desk, &exercises, args.save_evidence.is_some())?;
            if let Some(file) = &args.save_evidence {
                let asked = exercises.iter().map(|exercise| exercise.id.clone()).collect();
                let saved = Saved::new(&desk.course, &source, None, asked, judged);
                if all { saved.with_questions(desk.store.events()?) } else { saved }.write(file)?;
            }
            let report = Report::new(&desk.course, &source, graded, None, None);
            let questions = || Questions::of(&desk.course, &desk.progress);
            if all { report.with_questions(questions()) } else { report }
        }
    };
    say(&report::print(args.format, &report)?);
    Ok(match report.status {
        Status::Pass => Ending::Done,
        Status::Fail | Status::NotStarted => Ending::NotYet,
        Status::Error if faulty => Ending::Usage,
        Status::Error => Ending::CouldNot,
    })
}

/// The exercises with these ids, or all. Also those that were not begun: a total that others compare must not depend
/// on what a learner has opened.
fn asked(course: &Course, ids: &[String]) -> Result<Vec<Exercise>, Stopped> {
    if ids.is_empty() {
        return Ok(course.exercises.clone());
    }
    ids.iter().map(|id| exercise_of(course, id)).collect()
}

/// Judges a saved file, without an engine and without the progress on this machine.
fn replay(file: &Path, args: &Args, course: Course, source: &Source) -> Result<Report, Stopped> {
    let saved = Saved::read(file)?;
    if let Some(handle) = &args.handle
        && saved.origin.learner.as_ref() != Some(handle)
    {
        let whose = saved.origin.learner.as_deref().unwrap_or("nobody");
        let what = format!("{} was handed in by {whose}, and not by {handle}", file.display());
        return Err(Stopped::usage(what, "It may have been copied: ask both."));
    }
    let ids = if args.ids.is_empty() { &saved.asked } else { &args.ids };
    if let Some(id) = ids.iter().find(|id| !saved.asked.contains(id)) {
        let what = format!("{} says nothing about {id}", file.display());
        return Err(Stopped::usage(what, format!("It is about: {}.", saved.asked.join(", "))));
    }
    let exercises = asked(&course, ids)?;
    let graded: Vec<Graded> = exercises.iter().map(|exercise| judge::again(exercise, &saved)).collect();
    let learner = saved.origin.learner.clone();
    let mut report = Report::new(&course, source, graded, learner, Some(saved.origin));
    if let Some(events) = saved.questions.filter(|_| args.ids.is_empty()) {
        report = report.with_questions(Questions::again(&course, &events));
    }
    if report.is_of_another_course() {
        tell!(
            "pilotwhale: this evidence was saved with another text of the course; the verdicts are those of \
             the text that is used here"
        );
    }
    Ok(report)
}
