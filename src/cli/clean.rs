//! `pilotwhale clean`: lists what the course made and still keeps on the engine, asks, and removes that and nothing else.

use std::sync::Arc;

use super::Ending;
use super::desk::{Stopped, agreed, connect, wait};
use super::print::say;
use crate::engine::EngineError;
use crate::lab::sweep;
use crate::paths::Paths;
use crate::tap::ledger::{Ledger, LedgerError, engine_of};
use crate::tap::settle_unanswered;

/// Remove everything from the engine that was made in the course's shell
///
/// Containers, networks, volumes and images: it lists them, and asks first.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Do it without asking.
    #[arg(long, short)]
    yes: bool,
}

impl From<LedgerError> for Stopped {
    fn from(error: LedgerError) -> Self {
        Self { what: error.to_string(), remedy: error.remedy(), ending: Ending::CouldNot }
    }
}

pub(super) fn run(args: &Args) -> Result<Ending, Stopped> {
    let paths = Paths::of_user().map_err(|e| Stopped::usage(e.to_string(), ""))?;
    wait(async {
        let engine = connect().await?;
        let ledger = Arc::new(Ledger::open(&paths.ledger_file(), &engine_of(&engine.endpoint().uri))?);
        settle_unanswered(&ledger, &engine.endpoint().dialer()).await;
        let plan = sweep::plan(ledger.entries(), &engine.snapshot().await?);
        for gone in &plan.gone {
            ledger.forget(gone.kind, &gone.id, &gone.name)?;
        }
        if plan.remove.is_empty() {
            say("Nothing is left of what was made in the course's shell.\n");
            return Ok(Ending::Done);
        }
        let lines: String =
            plan.remove.iter().map(|thing| format!("  {}{}\n", thing.line, thing.note)).collect();
        say(&format!("Made in the course's shell, and still here:\n{lines}"));
        if !args.yes && !agreed("Remove all of this?")? {
            say("Nothing was changed.\n");
            return Ok(Ending::NotYet);
        }
        let mut failed = 0;
        for thing in &plan.remove {
            match sweep::remove(&engine, thing).await {
                Ok(()) | Err(EngineError::NotFound { .. }) => {
                    for entry in &thing.entries {
                        ledger.forget(entry.kind, &entry.id, &entry.name)?;
                    }
                    say(&format!("Removed the {}.\n", thing.line));
                }
                Err(error) => {
                    failed += 1;
                    say(&format!("The {} stays: {error}. {}\n", thing.line, error.remedy()));
                }
            }
        }
        Ok(if failed == 0 { Ending::Done } else { Ending::CouldNot })
    })?
}
