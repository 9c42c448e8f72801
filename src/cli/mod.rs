//! The command line: one file a subcommand.

mod doctor;

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
enum Sub {
    Doctor(doctor::Args),
}

/// Parses the arguments, runs the subcommand and says how it ended.
pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Some(Sub::Doctor(args)) => doctor::run(&args),
        None => Ok(ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("pilotwhale: {error:#}");
        ExitCode::from(2)
    })
}
