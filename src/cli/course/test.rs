//! `pilotwhale course test [ID…]`: rehearses a course on a real engine.

use std::time::Instant;

use tokio::signal::unix::{SignalKind, signal};

use super::rehearsed::{Format, Reporter};
use crate::cli::Ending;
use crate::cli::chosen::Chosen;
use crate::cli::desk::{Stopped, wait};
use crate::cli::print::say;
use crate::course::Course;
use crate::engine::{EngineError, Surroundings, discover};
use crate::lab::{Rehearsal, RehearsalError, Told, Trust, Vary};
use crate::paths::path_with_us;

/// Rehearse a course on a real engine: runs what its slides and exercises say, typed into a real shell.
///
/// Runs the course's own commands as you, in a home folder that is thrown away. Exit code: 0 all is as the course says,
/// 1 a weaker check would not be noticed, 2 something is not as the course says, 3 it could not be rehearsed.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Ids of lessons and exercises; all of the course where none is given.
    ids: Vec<String>,
    /// Also ask whether the wrong ways are enough: judges what was seen once more, with one condition of a check left out at
    /// a time, and says what no wrong way notices.
    #[arg(long)]
    mutate: bool,
    /// Also go each right and each wrong way as it could be written otherwise: options, commands, names, Dockerfile. With `=all`
    /// each way in every such writing, which takes long.
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "some")]
    vary: Option<HowMuch>,
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum HowMuch {
    /// Each way once, so that every rewrite comes to its turn
    Some,
    /// Each way with every rewrite by itself, too
    All,
}

impl From<HowMuch> for Vary {
    fn from(how_much: HowMuch) -> Self {
        match how_much {
            HowMuch::Some => Self::Some,
            HowMuch::All => Self::All,
        }
    }
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
    // Whoever asks for a course to be run trusts the text that it has now.
    let source = chosen.source();
    let trust = Trust::Text { hash: source.content_hash(), source };
    let interrupted = wait(rehearse(&course, args, trust, &mut reporter))??;
    say(&reporter.summary(&course, started.elapsed(), interrupted));
    Ok(match (interrupted, reporter.mistakes(), reporter.unnoticed()) {
        (true, ..) => Ending::CouldNot,
        (false, 0, 0) => Ending::Done,
        (false, 0, _) => Ending::NotYet,
        (false, ..) => Ending::Usage,
    })
}

/// True where it was stopped from outside. What was made is removed either way.
async fn rehearse(
    course: &Course,
    args: &Args,
    trust: Trust,
    reporter: &mut Reporter,
) -> Result<bool, Stopped> {
    let discovery = discover(&Surroundings::of_this_machine());
    let endpoint = discovery.chosen.as_ref();
    let endpoint = endpoint.ok_or_else(|| discovery.problem().unwrap_or(EngineError::Absent))?;
    let env = path_with_us().map(|path| ("PATH".to_owned(), path)).into_iter().collect();
    let mut rehearsal = Rehearsal::open(course, endpoint, env, trust).await?;
    let mut tell = |told: &Told<'_>| reporter.tell(told);
    let outcome = tokio::select! {
        outcome = rehearsal.run(&args.ids, args.vary.map(Vary::from), &mut tell) => Some(outcome),
        () = stopped() => None,
    };
    if args.mutate {
        reporter.mutations(rehearsal.mutations().clone());
    }
    reporter.left(rehearsal.close().await?);
    match outcome {
        Some(outcome) => outcome.map(|()| false).map_err(Stopped::from),
        None => Ok(true),
    }
}

/// Ends when somebody asks this program to end.
async fn stopped() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        },
        // Then only the keyboard can.
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

fn check_ids(course: &Course, ids: &[String]) -> Result<(), Stopped> {
    let lessons = course.lessons.iter().map(|lesson| lesson.id.as_str());
    let exercises = course.exercises.iter().filter(|exercise| !exercise.on_slides);
    let all: Vec<&str> = lessons.chain(exercises.map(|exercise| exercise.id.as_str())).collect();
    match ids.iter().find(|id| !all.contains(&id.as_str())) {
        Some(unknown) => Err(Stopped::usage(
            format!("the course has no {unknown}"),
            format!("It has: {}.", all.join(", ")),
        )),
        None => Ok(()),
    }
}
