//! `pilotwhale reset ID`: shows what the exercise made, asks, and removes that and nothing else.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, Write as _};

use super::Ending;
use super::desk::{Desk, Stopped, connect, say, wait};
use crate::lab::{self, Plan};
use crate::progress::{Event, Stage};

/// Put an exercise back to its start: removes the containers that it made, and nothing else.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The exercise's id.
    id: String,
    /// Do it without asking.
    #[arg(long, short)]
    yes: bool,
}

pub(super) fn run(args: &Args) -> Result<Ending, Stopped> {
    let mut desk = Desk::open()?;
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
        let plan = lab::plan_reset(&engine, &exercise, since, &folder).await?;
        say(&describe(&exercise.title, &plan));
        if plan.destroys() && !args.yes && !asked()? {
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

/// Yes only where somebody could be asked and said so.
fn asked() -> Result<bool, Stopped> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Stopped::usage(
            "nobody can be asked, because the input is not a terminal",
            "Say --yes to do what is listed above.",
        ));
    }
    let mut out = std::io::stdout().lock();
    let _ = write!(out, "Do this? [y/N] ");
    let _ = out.flush();
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    Ok(read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
