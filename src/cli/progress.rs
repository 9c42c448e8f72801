//! `pilotwhale progress export|import FILE`: takes what was done to another machine.

use std::path::PathBuf;

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Desk, Stopped, agreed};
use super::print::say;
use crate::progress::PortableError;

/// Carry your progress to another machine, in one file.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Write all of your progress in the course into a new file
    Export {
        /// The file; it must not be there yet
        file: PathBuf,
    },
    /// Put the file's progress in the place of what is here, which is kept in a file beside it
    Import {
        /// A file that `progress export` has written
        file: PathBuf,
        /// Do it without asking
        #[arg(long, short)]
        yes: bool,
    },
}

impl From<PortableError> for Stopped {
    fn from(error: PortableError) -> Self {
        let ending = match error {
            PortableError::Store(_) => Ending::CouldNot,
            _ => Ending::Usage,
        };
        Self { what: error.to_string(), remedy: error.remedy(), ending }
    }
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let mut desk = Desk::open(chosen)?;
    let course = &desk.course.id;
    match &args.what {
        What::Export { file } => {
            desk.store.export(file, course)?;
            say(&format!(
                "Your progress in «{}» is in {}.\nOn the other machine: pilotwhale progress import FILE\n\
                 Files of exercises are not in it: they are in {}.\n",
                desk.course.title,
                file.display(),
                desk.paths.work.display()
            ));
        }
        What::Import { file, yes } => {
            let stamp = jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M%S");
            let kept = desk.paths.course.join(format!("progress-before-{stamp}.sqlite3"));
            let here = desk.progress.seq;
            if here > 0 {
                say(&format!(
                    "There is progress here already. {} takes its place, and what is here is kept as\n  {}\n",
                    file.display(),
                    kept.display()
                ));
                if !yes && !agreed("Do this?")? {
                    say("Nothing was changed.\n");
                    return Ok(Ending::NotYet);
                }
            }
            desk.store.import(file, course, &kept)?;
            say("Your progress is here. If pilotwhale is open, start it again.\n");
        }
    }
    Ok(Ending::Done)
}
