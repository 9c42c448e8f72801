//! `pilotwhale join CODE`: follows a class in one's own course.

use std::process::ExitCode;

use super::chosen::Chosen;
use super::desk::Stopped;
use super::play::{self, InClass, Screen};
use crate::class::{ClassError, Filed, Identity, JoinCode, Joining, Role, clean_name};
use crate::paths::Paths;
use crate::tui::Attending;
use crate::tui::screen::class::{Follow, Seat};

/// Join a class: your slides follow the instructor, and the class sees your progress
#[derive(clap::Args)]
pub(super) struct Args {
    /// The join code that the instructor shows
    #[arg(required = true, num_args = 1..)]
    code: Vec<String>,

    /// The name that the class sees; your user's name where none is given
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(args: &Args, chosen: &Chosen, screen: &Screen) -> Result<ExitCode, Stopped> {
    // Blanks don't matter, so that the code may be typed as it is read.
    let code: JoinCode = args.code.concat().parse().map_err(ClassError::from)?;
    let (course, paths) = chosen.open()?;
    let user = || std::env::var("USER").ok().filter(|name| !name.is_empty());
    let name = clean_name(&args.name.clone().or_else(user).unwrap_or_default());
    if name.is_empty() {
        return Err(Stopped::usage(
            "the class needs a name for you",
            "Join with --as and a name in letters.",
        ));
    }
    let joining = Joining {
        code,
        identity: Identity::of(&paths.class_identity_file())?,
        name,
        role: Role::Learner,
        course: (course.id.clone(), course.version.clone()),
    };
    let history = Filed::at(paths.progress_file());
    let class = InClass {
        seat: Seat::Follows(Box::new(Follow::new(false))),
        attending: Attending::Follows(Box::new(joining), Box::new(history)),
        place: None,
    };
    let paths = Paths::of_user().map_err(|e| Stopped::usage(e.to_string(), ""))?;
    play::in_class(screen, chosen, paths, class)
}
