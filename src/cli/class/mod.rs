//! `pilotwhale class …`: hold a class, rehearse one, and take its results away.

mod export;
mod host;
mod orders;
mod simulate;

use std::process::ExitCode;

use sha2::{Digest, Sha256};

use super::Ending;
use super::chosen::Chosen;
use super::desk::Stopped;
use super::play::Screen;
use crate::class::{ClassError, clean_name};
use crate::paths::Paths;

/// Hold a class: an instructor leads, learners follow, and a board shows who is where
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Host(host::Args),
    Simulate(simulate::Args),
    Export(export::Args),
}

/// Which class is meant.
#[derive(clap::Args)]
struct Named {
    /// The class's name; the same name opens the same class again. A pod is a group of whales that keep together
    #[arg(long, value_name = "NAME", default_value = "pod")]
    name: String,
}

pub(super) fn run(args: &Args, chosen: &Chosen, screen: &Screen) -> Result<ExitCode, Stopped> {
    let ending = match &args.command {
        Command::Host(args) => return host::run(args, chosen, screen),
        Command::Simulate(args) => simulate::run(args, chosen)?,
        Command::Export(args) => export::run(args, chosen)?,
    };
    Ok(ExitCode::from(ending as u8))
}

impl From<ClassError> for Stopped {
    fn from(error: ClassError) -> Self {
        let ending = if matches!(error, ClassError::Code(_)) { Ending::Usage } else { Ending::CouldNot };
        Self { what: error.to_string(), remedy: error.remedy(), ending }
    }
}

impl Named {
    /// As it is shown, and the file that it is kept in.
    fn resolve(&self, paths: &Paths) -> Result<(String, std::path::PathBuf), Stopped> {
        let name = clean_name(&self.name);
        if name.is_empty() {
            return Err(Stopped::usage("a class needs a name", "Say --name and a name in letters."));
        }
        let file = paths.class_file(&file_name(&name));
        Ok((name, file))
    }
}

/// The name itself where it can be one of a file.
fn file_name(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    let digest = Sha256::digest(name);
    digest[..6].iter().fold("class_".to_owned(), |name, byte| format!("{name}{byte:02x}"))
}
