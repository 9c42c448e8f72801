//! The command line: one file a subcommand.

mod begin;
mod desk;
mod doctor;
mod grade;
mod report;
mod reset;
pub mod slides;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Learn Docker by doing: slides, a live picture of the engine and a real shell.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Sub>,
}

#[derive(Subcommand)]
enum Command {
    Begin(begin::Args),
    Grade(grade::Args),
    Reset(reset::Args),
    Doctor(doctor::Args),
    /// Open any patat or pandoc deck, or print it.
    Slides(slides::SlidesArgs),
}

/// How a subcommand ended, as the number that scripts see. clap itself exits with 2 for a wrong usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    /// Everything that was asked for holds.
    Done = 0,
    NotYet = 1,
    /// Wrong usage, or an author's mistake.
    Usage = 2,
    /// The world was in the way: no engine, no disk.
    CouldNot = 3,
}

/// Parses the arguments, runs the subcommand and says how it ended.
pub fn run() -> ExitCode {
    match Cli::parse().command {
        Some(Command::Begin(args)) => ended(begin::run(&args)),
        Some(Command::Grade(args)) => ended(grade::run(&args)),
        Some(Command::Reset(args)) => ended(reset::run(&args)),
        Some(Command::Doctor(args)) => answered(doctor::run(&args)),
        Some(Command::Slides(args)) => answered(slides::run(&args).map(|()| ExitCode::SUCCESS)),
        None => ExitCode::SUCCESS,
    }
}

fn ended(outcome: Result<Ending, desk::Stopped>) -> ExitCode {
    let ending = outcome.unwrap_or_else(|stopped| {
        eprintln!("pilotwhale: {stopped}");
        stopped.ending
    });
    ExitCode::from(ending as u8)
}

fn answered(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        eprintln!("pilotwhale: {error:#}");
        ExitCode::from(Ending::Usage as u8)
    })
}
