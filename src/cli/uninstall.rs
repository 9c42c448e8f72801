//! `pilotwhale uninstall`: lists what pilotwhale keeps on this machine, asks, and removes that; and says how the program itself goes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Ending;
use super::desk::{Stopped, agreed};
use super::print::say;
use crate::engine::private::{self, Plan};
use crate::paths::Paths;

/// Remove what pilotwhale keeps on this machine: it lists everything, and asks first
///
/// Your exercise folders hold your own work: they stay, unless you say --work. What was made on the engine is removed by
/// `pilotwhale clean`, which has to come first.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Remove the exercise folders as well, with your work in them
    #[arg(long)]
    work: bool,
    /// Do it without asking
    #[arg(long, short)]
    yes: bool,
}

pub(super) fn run(args: &Args) -> Result<Ending, Stopped> {
    let paths = Paths::of_user().map_err(|e| Stopped::usage(e.to_string(), ""))?;
    let own = Plan { state: paths.state.clone(), runtime: paths.runtime.clone(), asked: false, keep: false };
    if private::running(&own).is_some() {
        return Err(Stopped {
            what: "an engine of pilotwhale's own is running".into(),
            remedy: "Close pilotwhale first. An engine that was kept ends with the next pilotwhale that is started \
                     without --keep-engine."
                .into(),
            ending: Ending::CouldNot,
        });
    }
    let (kept, work) = (kept(&paths), work(&paths));
    let mut doomed = kept;
    let mut text = String::new();
    if args.work {
        doomed.extend(work);
    } else {
        work.iter().for_each(|thing| text += &format!("  {}\n", thing.line()));
        if !text.is_empty() {
            text = format!("Your own work stays (--work removes it too):\n{text}");
        }
    }
    if paths.ledger_file().is_file() {
        text += "What was made on the engine can be told from yours only until then: run `pilotwhale clean` first.\n";
    }
    text += &format!("Remove the program itself with: {}\n", program());
    if doomed.is_empty() {
        say(&format!("Nothing of pilotwhale's is kept here.\n{text}"));
        return Ok(Ending::Done);
    }
    let lines: String = doomed.iter().map(|thing| format!("  {}\n", thing.line())).collect();
    say(&format!("Kept on this machine, and to be removed:\n{lines}{text}"));
    if !args.yes && !agreed("Remove this?")? {
        say("Nothing was changed.\n");
        return Ok(Ending::NotYet);
    }
    let mut failed = false;
    for thing in &doomed {
        if let Err(error) = fs::remove_dir_all(&thing.path) {
            failed = true;
            say(&format!("{} stays: {error}\n", thing.path.display()));
        }
    }
    // PILOTWHALE_HOME itself, where nothing else is in it
    if let Some(home) = paths.state.parent().filter(|home| paths.config.parent() == Some(home)) {
        let _ = fs::remove_dir(home);
    }
    say(if failed { "The rest was removed.\n" } else { "All of this was removed.\n" });
    Ok(if failed { Ending::CouldNot } else { Ending::Done })
}

/// A folder that is there.
struct Thing {
    path: PathBuf,
    what: &'static str,
    bytes: u64,
}

impl Thing {
    fn at(path: &Path, what: &'static str) -> Option<Self> {
        let is_folder = fs::symlink_metadata(path).is_ok_and(|about| about.is_dir() || about.is_symlink());
        is_folder.then(|| Self { path: path.to_owned(), what, bytes: size(path).unwrap_or_default() })
    }

    fn line(&self) -> String {
        format!("{}  {}, {}", self.path.display(), self.what, amount(self.bytes))
    }
}

fn kept(paths: &Paths) -> Vec<Thing> {
    let things = [
        (&paths.state, "progress, classes, logs, and the images of an engine of its own"),
        (&paths.config, "your keys"),
        (&paths.runtime, "sockets"),
    ];
    let mut kept: Vec<Thing> = Vec::new();
    for (path, what) in things {
        // without a folder of the system's for them, sockets are with the progress
        if !kept.iter().any(|thing| path.starts_with(&thing.path)) {
            kept.extend(Thing::at(path, what));
        }
    }
    kept
}

/// The folders of this course's exercises and of the other courses'.
fn work(paths: &Paths) -> Vec<Thing> {
    let courses = fs::read_dir(paths.state.join("courses")).into_iter().flatten().flatten();
    let mut others: Vec<PathBuf> =
        courses.map(|entry| paths.clone().for_course(&entry.file_name().to_string_lossy()).work).collect();
    others.sort();
    let what = "exercise folders, with your work";
    Thing::at(&paths.work, what)
        .into_iter()
        .chain(others.iter().filter_map(|path| Thing::at(path, what)))
        .collect()
}

/// Links are not followed.
fn size(path: &Path) -> io::Result<u64> {
    let about = fs::symlink_metadata(path)?;
    if !about.is_dir() {
        return Ok(about.len());
    }
    fs::read_dir(path)?.flatten().try_fold(0, |sum, entry| Ok(sum + size(&entry.path()).unwrap_or_default()))
}

/// In MB, as the engine's lists have it.
fn amount(bytes: u64) -> String {
    match bytes {
        0..100_000 => "less than 0.1 MB".to_owned(),
        bytes => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

fn program() -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let program = program.canonicalize().unwrap_or(program);
    let environment = program.ancestors().nth(2).filter(|folder| folder.join("pyvenv.cfg").is_file());
    how_to_remove(&program, environment)
}

/// `environment` is the Python environment that the program is in.
fn how_to_remove(program: &Path, environment: Option<&Path>) -> String {
    let named = |name: &str| program.components().any(|part| part.as_os_str() == name);
    match environment {
        Some(folder) if folder.join("uv-receipt.toml").is_file() => "uv tool uninstall pilotwhale".into(),
        Some(_) if named("uv") => "uv cache clean pilotwhale".into(),
        Some(_) if named("pipx") => "pipx uninstall pilotwhale".into(),
        Some(folder) => format!("{} -m pip uninstall pilotwhale", folder.join("bin/python").display()),
        None if named("Cellar") => "brew uninstall pilotwhale".into(),
        None if program.starts_with("/usr/bin") => "sudo apt-get remove pilotwhale".into(),
        None if named(".cargo") => "cargo uninstall pilotwhale".into(),
        None => format!("rm {}", program.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_goes_as_it_came() {
        let home = tempfile::tempdir().unwrap();
        let tool = home.path().join("uv/tools/pilotwhale");
        fs::create_dir_all(&tool).unwrap();
        fs::write(tool.join("uv-receipt.toml"), "").unwrap();
        for (program, environment, wanted) in [
            ("/home/lea/.cargo/bin/pilotwhale", None, "cargo uninstall pilotwhale"),
            ("/usr/bin/pilotwhale", None, "sudo apt-get remove pilotwhale"),
            ("/opt/homebrew/Cellar/pilotwhale/0.1.0/bin/pilotwhale", None, "brew uninstall pilotwhale"),
            ("/usr/local/bin/pilotwhale", None, "rm /usr/local/bin/pilotwhale"),
            ("/x/bin/pilotwhale", Some(tool.as_path()), "uv tool uninstall pilotwhale"),
            (
                "/home/lea/.cache/uv/archive-v0/a/bin/pilotwhale",
                Some(Path::new("/a")),
                "uv cache clean pilotwhale",
            ),
            (
                "/home/lea/.local/pipx/venvs/p/bin/pilotwhale",
                Some(Path::new("/a")),
                "pipx uninstall pilotwhale",
            ),
            ("/v/bin/pilotwhale", Some(Path::new("/v")), "/v/bin/python -m pip uninstall pilotwhale"),
        ] {
            assert_eq!(how_to_remove(Path::new(program), environment), wanted, "{program}");
        }
    }
}
