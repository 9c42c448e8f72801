//! The command line: one file a subcommand.

use std::process::ExitCode;

use clap::Parser;

/// Learn Docker by doing: slides, a live picture of the engine and a real shell.
#[derive(Parser)]
#[command(version)]
struct Cli {}

/// Parses the arguments, runs the subcommand and says how it ended.
pub fn run() -> ExitCode {
    let _cli = Cli::parse();
    ExitCode::SUCCESS
}
