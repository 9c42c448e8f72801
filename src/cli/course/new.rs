//! `pilotwhale course new DIR`: a small course to begin with.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::Ending;
use crate::cli::desk::Stopped;
use crate::cli::print::say;

/// Write a small course into a new folder: one lesson and one exercise, which pass `lint` and `test`
#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder; it must not be there yet, or be empty.
    dir: PathBuf,
}

const FILES: [(&str, &str); 4] = [
    ("lessons/course.yaml", include_str!("../../../assets/new-course/lessons/course.yaml")),
    ("lessons/01-hello/lesson.md", include_str!("../../../assets/new-course/lessons/01-hello/lesson.md")),
    (
        "exercises/say-it/exercise.yaml",
        include_str!("../../../assets/new-course/exercises/say-it/exercise.yaml"),
    ),
    ("exercises/say-it/solution.md", include_str!("../../../assets/new-course/exercises/say-it/solution.md")),
];

pub(super) fn run(args: &Args) -> Result<Ending, Stopped> {
    let dir = &args.dir;
    let is_taken = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    };
    if is_taken {
        let what = format!("{} is there already, and is not an empty folder", dir.display());
        return Err(Stopped::usage(what, "Give the name of a new folder."));
    }
    let mut text = String::new();
    for (name, content) in FILES {
        let path = dir.join(name);
        write(&path, content).map_err(|error| Stopped {
            what: format!("{} can't be written: {error}", path.display()),
            remedy: "Give a folder in which you can write.".into(),
            ending: Ending::CouldNot,
        })?;
        text += &format!("  wrote  {}\n", path.display());
    }
    let dir = dir.display();
    say(&format!(
        "{text}\nOpen it:       pilotwhale --course {dir}\nLook through:  pilotwhale course lint --course {dir}\n\
         Rehearse:      pilotwhale course test --course {dir}\n",
    ));
    Ok(Ending::Done)
}

fn write(path: &Path, content: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}
