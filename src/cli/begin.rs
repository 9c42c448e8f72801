//! `pilotwhale begin ID`: lays the files of an exercise, and from now on what is done counts.

use std::fmt::Write as _;

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Desk, Stopped, wait};
use super::observing::Observing;
use super::print::say;
use super::trust::trust;
use crate::check::Outcome;
use crate::cli::print::tell;
use crate::course::draw;
use crate::engine::{Surroundings, discover};
use crate::lab::{self, LabError, SetUp, Trust};
use crate::paths::Paths;
use crate::progress::{Event, Stage};
use crate::tap::ShellRoot;

/// Start an exercise: its folder is made, and what you do from now on counts.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The exercise's id.
    id: String,
}

pub(super) fn run(args: &Args, chosen: &Chosen, wants_tap: bool) -> Result<Ending, Stopped> {
    let mut desk = Desk::open(chosen)?;
    let exercise = desk.exercise(&args.id)?;
    lab::sound(&exercise)?;
    let state = desk.state(&args.id);
    let goes_on = state.stage == Stage::Working;
    let seed = u64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or_default();
    let vars = if goes_on { state.vars.clone() } else { draw(&exercise.vars, seed) };
    let exercise = exercise.drawn(&vars);
    let folder = desk.paths.exercise_folder(&args.id);
    // Who begins an exercise without a script need not be asked about the others'.
    let trust = match exercise.setup {
        Some(_) => trust(chosen, &desk.course, &desk.paths)?,
        None => Trust::Nobody,
    };
    if exercise.setup.is_some() && !trust.holds() {
        return Err(LabError::Untrusted.into());
    }
    let begun = lab::begin(&folder, &exercise)?;
    let mut text = String::new();
    if goes_on {
        // Beginning twice must not take away what was reached already.
        let _ = writeln!(text, "{} was begun already and goes on.", exercise.title);
    } else {
        let event = Event::ExerciseBegun { exercise: exercise.id.clone(), run: state.run + 1, vars };
        desk.store.append(event)?;
        let _ = writeln!(text, "{} has begun.", exercise.title);
    }
    let attempt = if goes_on { state.run } else { state.run + 1 };
    if exercise.setup.is_some() {
        // What the script makes is the course's, and goes with it.
        let observing = observed(&desk.paths, wants_tap);
        let docker_host = observing.as_ref().map(|observing| observing.tap.docker_host());
        let set_up = SetUp { trust, docker_host, notes: desk.paths.set_up_notes() };
        wait(async {
            let outcome = set_up.run(&folder, &exercise, attempt).await;
            if let Some(observing) = observing {
                observing.end(|_| ()).await;
            }
            outcome
        })??;
    }
    let _ = writeln!(text, "  folder  {}", folder.display());
    for path in &begun.laid {
        let _ = writeln!(text, "  laid    {}", path.display());
    }
    for path in &begun.kept {
        let _ = writeln!(text, "  yours   {} (kept as it is)", path.display());
    }
    let _ = writeln!(text, "\n{}\n", exercise.brief.trim_end());
    for task in &exercise.tasks {
        let done = goes_on && state.passed.contains_key(&task.id);
        let outcome = if done { Outcome::Done } else { Outcome::Open };
        let _ = writeln!(text, "  {} {}", outcome.mark(), task.title);
    }
    let _ = writeln!(text, "\nWhen you have done it: pilotwhale grade {}", exercise.id);
    say(&text);
    Ok(Ending::Done)
}

fn observed(paths: &Paths, wants_tap: bool) -> Option<Observing> {
    let endpoint = discover(&Surroundings::of_this_machine()).chosen.filter(|_| wants_tap)?;
    let observing = Observing::begin(&endpoint, paths, &ShellRoot::default(), None);
    observing.inspect_err(|why| tell!("pilotwhale: it is not noted what the set-up script makes: {why}")).ok()
}
