//! `pilotwhale course test [ID…]`: rehearses a course on a real engine.

use std::time::Instant;

use super::rehearsed::{Format, Reporter};
use crate::cli::Ending;
use crate::cli::chosen::Chosen;
use crate::cli::desk::{Stopped, say, wait};
use crate::course::Course;
use crate::engine::{EngineError, Surroundings, discover};
use crate::lab::{Rehearsal, RehearsalError, Told};
use crate::paths::path_with_us;

/// Rehearse a course on a real engine: runs what its slides and exercises say, typed into a real shell.
///
/// Runs the course's own commands as you, in a home folder that is thrown away. Exit code: 0 all is as the course says,
/// 2 something is not, 3 it could not be rehearsed.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Ids of lessons and exercises; all of the course where none is given.
    ids: Vec<String>,
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl From<RehearsalError> for Stopped {
    fn from(error: RehearsalError) -> Self {
        Self { what: error.to_string(), remedy: error.remedy(), ending: Ending::CouldNot }
    }
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let course = chosen.load()?;
    check_ids(&course, &args.ids)?;
    let mut reporter = Reporter::new(args.format);
    let started = Instant::now();
    let interrupted = wait(rehearse(&course, &args.ids, &mut reporter))??;
    say(&reporter.summary(&course, started.elapsed()));
    Ok(match (interrupted, reporter.mistakes()) {
        (true, _) => Ending::CouldNot,
        (false, 0) => Ending::Done,
        (false, _) => Ending::Usage,
    })
}

/// True where it was stopped from the keyboard. What was made is removed either way.
async fn rehearse(course: &Course, ids: &[String], reporter: &mut Reporter) -> Result<bool, Stopped> {
    let discovery = discover(&Surroundings::of_this_machine());
    let endpoint = discovery.chosen.as_ref();
    let endpoint = endpoint.ok_or_else(|| discovery.problem().unwrap_or(EngineError::Absent))?;
    let env = path_with_us().map(|path| ("PATH".to_owned(), path)).into_iter().collect();
    let mut rehearsal = Rehearsal::open(course, endpoint, env).await?;
    let mut tell = |told: &Told<'_>| reporter.tell(told);
    let outcome = tokio::select! {
        outcome = rehearsal.run(ids, &mut tell) => Some(outcome),
        _ = tokio::signal::ctrl_c() => None,
    };
    reporter.left(rehearsal.close().await?);
    match outcome {
        Some(outcome) => outcome.map(|()| false).map_err(Stopped::from),
        None => Ok(true),
    }
}

fn check_ids(course: &Course, ids: &[String]) -> Result<(), Stopped> {
    let all: Vec<&str> = course.lessons.iter().map(|lesson| lesson.id.as_str()).collect();
    match ids.iter().find(|id| !all.contains(&id.as_str())) {
        Some(unknown) => Err(Stopped::usage(
            format!("the course has no {unknown}"),
            format!("It has: {}.", all.join(", ")),
        )),
        None => Ok(()),
    }
}
