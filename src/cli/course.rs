//! `pilotwhale course …`: what authors need to keep a course true.

mod lint;
mod new;
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
    /// Look a course through: format, links, quizzes, hints, commands that no slide has shown, literals that are not named,
    /// slides that do not fit 80x24
    ///
    /// Needs no engine. Exit code: 0 nothing was found, 1 only warnings, 2 mistakes.
    Lint,
    New(new::Args),
    Test(test::Args),
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    match &args.command {
        Command::Lint => lint::run(chosen),
        Command::New(args) => new::run(args),
        Command::Test(args) => test::run(args, chosen),
    }
}
