//! The command line: one file a subcommand.

pub mod slides;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Learn Docker by doing: slides, a live picture of the engine and a real shell.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Open any patat or pandoc deck, or print it.
    Slides(slides::SlidesArgs),
}

/// Parses the arguments, runs the subcommand and says how it ended.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Some(Command::Slides(args)) => slides::run(&args),
        None => Ok(()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pilotwhale: {error:#}");
            ExitCode::from(2)
        }
    }
}
