//! `pilotwhale course …`: what authors need to keep a course true.

mod rehearsed;
mod test;

use super::Ending;
use super::chosen::Chosen;
use super::desk::Stopped;

/// For authors: keep a course true.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Test(test::Args),
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    match &args.command {
        Command::Test(args) => test::run(args, chosen),
    }
}
