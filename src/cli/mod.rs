//! The command line: one file a subcommand.

mod begin;
mod chosen;
mod class;
mod clean;
mod course;
mod desk;
mod doctor;
mod fitted;
mod grade;
mod help;
mod join;
mod list;
mod logging;
mod observing;
mod pages;
mod play;
mod print;
mod progress;
mod reached;
mod report;
mod reset;
mod shell;
mod slides;
mod submit;
mod trust;
mod uninstall;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::cli::print::tell;
use crate::tui;

/// Learn Docker by doing: slides, a live picture of the engine and a real shell
#[derive(Parser)]
#[command(name = "pilotwhale", version = help::VERSION, after_help = help::BELOW)]
struct Cli {
    #[command(flatten)]
    screen: play::Screen,

    #[command(flatten)]
    chosen: chosen::Chosen,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    List(list::Args),
    /// Open any patat or pandoc deck, or print it
    Slides(slides::SlidesArgs),
    Doctor(doctor::Args),
    Begin(begin::Args),
    Grade(grade::Args),
    Submit(submit::Args),
    Report(reached::Args),
    Reset(reset::Args),
    Clean(clean::Args),
    Progress(progress::Args),
    Shell(shell::Args),
    Course(course::Args),
    Join(join::Args),
    Class(class::Args),
    /// Used by the app itself: gives its terminal back after it was killed
    #[command(name = tui::watchdog::SUBCOMMAND, hide = true)]
    TerminalBack {
        modes: String,
    },
    Completions(pages::Completions),
    Man(pages::Man),
    Uninstall(uninstall::Args),
}

/// How a subcommand ended, as the number that scripts see. clap itself exits with 2 for a wrong usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    /// Everything that was asked for holds.
    Done = 0,
    NotYet = 1,
    /// Wrong usage, or an author's mistake.
    Usage = 2,
    /// The world was in the way: no engine, no terminal, no disk.
    CouldNot = 3,
}

/// Parses the arguments, runs the subcommand and says how it ended.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let chosen = &cli.chosen;
    match cli.command {
        Some(Command::List(args)) => ended(list::run(&args, chosen)),
        Some(Command::Slides(args)) => {
            slides::run(&args, &cli.screen).unwrap_or_else(|stopped| ended(Err(stopped)))
        }
        Some(Command::Doctor(args)) => answered(doctor::run(&args)),
        Some(Command::Begin(args)) => ended(begin::run(&args, chosen, cli.screen.wants_tap())),
        Some(Command::Grade(args)) => ended(grade::run(&args, chosen)),
        Some(Command::Shell(args)) => {
            shell::run(&args, chosen, &cli.screen).unwrap_or_else(|stopped| ended(Err(stopped)))
        }
        Some(Command::Submit(args)) => ended(submit::run(&args, chosen)),
        Some(Command::Report(args)) => ended(reached::run(&args, chosen)),
        Some(Command::Reset(args)) => ended(reset::run(&args, chosen)),
        Some(Command::Course(args)) => ended(course::run(&args, chosen)),
        Some(Command::Progress(args)) => ended(progress::run(&args, chosen)),
        Some(Command::Clean(args)) => ended(clean::run(&args)),
        Some(Command::Join(args)) => {
            join::run(&args, chosen, &cli.screen).unwrap_or_else(|stopped| ended(Err(stopped)))
        }
        Some(Command::Class(args)) => {
            class::run(&args, chosen, &cli.screen).unwrap_or_else(|stopped| ended(Err(stopped)))
        }
        Some(Command::TerminalBack { modes }) => {
            tui::watchdog::watch(&modes);
            ExitCode::SUCCESS
        }
        Some(Command::Completions(args)) => ended(Ok(pages::completions(&args))),
        Some(Command::Man(args)) => ended(pages::man(&args)),
        Some(Command::Uninstall(args)) => ended(uninstall::run(&args)),
        None => play::course(&cli.screen, chosen).unwrap_or_else(|stopped| ended(Err(stopped))),
    }
}

fn ended(outcome: Result<Ending, desk::Stopped>) -> ExitCode {
    let ending = outcome.unwrap_or_else(|stopped| {
        tell!("pilotwhale: {stopped}");
        stopped.ending
    });
    ExitCode::from(ending as u8)
}

fn answered(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        tell!("pilotwhale: {error:#}");
        ExitCode::from(Ending::Usage as u8)
    })
}
