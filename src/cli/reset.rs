//! `pilotwhale reset ID`: shows what the exercise made, asks, and removes that and nothing else.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Desk, Stopped, agreed, connect, wait};
use super::print::say;
use crate::lab::{self, Plan};
use crate::progress::{Event, Stage};
use crate::tap::ledger::{Ledger, Since, engine_of};
use crate::tap::settle_unanswered;

/// Put an exercise back to its start
///
/// Removes the containers that it made, with networks and volumes of theirs, and nothing else.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The exercise's id.
    id: String,
    /// Do it without asking.
    #[arg(long, short)]
    yes: bool,
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let mut desk = Desk::open(chosen)?;
    let exercise = desk.exercise(&args.id)?;
    let state = desk.state(&args.id);
    if state.stage == Stage::NotStarted {
        say(&format!("{} was not begun: there is nothing to reset.\n", exercise.title));
        return Ok(Ending::Done);
    }
    let folder = desk.paths.exercise_folder(&args.id);
    let since = state.begun.unwrap_or_default();
    wait(async {
        let engine = connect().await?;
        let ledger = Ledger::open(&desk.paths.ledger_file(), &engine_of(&engine.endpoint().uri)).ok();
        let made = match ledger.map(Arc::new) {
            Some(ledger) => {
                settle_unanswered(&ledger, &engine.endpoint().dialer()).await;
                ledger.since(since)
            }
            None => Since::default(),
        };
        let plan = lab::plan_reset(&engine, &exercise, since, &folder, &made).await?;
        say(&describe(&exercise.title, &plan));
        if plan.destroys() && !args.yes && !agreed("Do this?")? {
            say("Nothing was changed.\n");
            return Ok(Ending::NotYet);
        }
        let done = lab::reset(&engine, &exercise, &folder, &plan).await?;
        desk.store.append(Event::ExerciseReset { exercise: exercise.id.clone(), run: state.run })?;
        let mut text: String = done.iter().map(|line| format!("{line}\n")).collect();
        let _ = writeln!(text, "{} is back at its start: pilotwhale begin {}", exercise.title, exercise.id);
        say(&text);
        Ok(Ending::Done)
    })?
}

fn describe(title: &str, plan: &Plan) -> String {
    let lines: String = plan.lines().iter().map(|line| format!("  {line}\n")).collect();
    format!("Reset of {title}:\n{lines}")
}
