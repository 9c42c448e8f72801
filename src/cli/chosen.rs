//! Which course is meant: decided here for every subcommand, and with it where progress and work are kept.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::desk::Stopped;
use super::help::COURSE;
use crate::cli::print::{point_out, tell};
use crate::course::{self, Course, Diagnostic, LoadError, Severity, Source};
use crate::paths::{BESIDE, Paths};

/// The course that was asked for on the command line.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct Chosen {
    /// Use the course in this folder instead of the built-in one
    #[arg(long, global = true, help_heading = COURSE, value_name = "DIR")]
    course: Option<PathBuf>,

    /// Let the set-up scripts of that course run, without being shown them
    #[arg(long, global = true, help_heading = COURSE)]
    trust: bool,
}

impl Chosen {
    pub(super) fn source(&self) -> Source {
        self.course.clone().map_or(Source::Embedded, Source::Folder)
    }

    pub(super) fn trusts(&self) -> bool {
        self.trust
    }

    /// The course, and the folders in which its progress and the work on it are.
    pub(super) fn open(&self) -> Result<(Course, Paths), Stopped> {
        let course = self.load()?;
        complain(&course);
        let paths = Paths::of_user().map_err(|e| Stopped::usage(e.to_string(), ""))?;
        paths.keep_private();
        let paths = paths_for(paths, &self.source(), &course);
        if let Some((what, why)) = paths.news() {
            tell!("pilotwhale: {what}: {why}.");
        }
        Ok((course, paths))
    }

    pub(super) fn load(&self) -> Result<Course, Stopped> {
        course::load(&self.source()).map_err(Stopped::from)
    }
}

/// Mistakes that are shown whole; a course that is not finished may have hundreds.
const SHOWN: usize = 10;

/// What is not run, judged or shown as its author meant it.
pub(super) fn complain(course: &Course) {
    let errors: Vec<&Diagnostic> =
        course.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    errors.iter().take(SHOWN).for_each(|error| point_out(error, true));
    if let Some(more) = errors.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        tell!("pilotwhale: and {more} more mistakes: `pilotwhale course lint` shows them all");
    }
}

impl From<LoadError> for Stopped {
    fn from(error: LoadError) -> Self {
        Self::usage(error.to_string(), error.remedy())
    }
}

/// A course from a folder has a place of its own even where it calls itself like the built-in one: what passes in a
/// changed copy says nothing about the original.
pub(super) fn paths_for(paths: Paths, source: &Source, course: &Course) -> Paths {
    match source {
        Source::Embedded | Source::Deck(_) => paths,
        Source::Folder(folder) => paths.for_course(&key(&course.id, folder)),
    }
}

/// The course's id, so that its folder may be moved; a course without a usable one is known by its place.
fn key(id: &str, folder: &Path) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    // an ending of ours would be the name of another course's work, put beside a source
    let is_ours = format!("-{id}").ends_with(BESIDE);
    if (1..=60).contains(&id.len()) && id.chars().all(is_plain) && !is_ours {
        return id.to_owned();
    }
    let place = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let digest = Sha256::digest(place.as_os_str().as_encoded_bytes());
    digest[..6].iter().fold("unnamed-".to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_no_name_of_a_folder_is_not_used_as_one() {
        assert_eq!(key("advanced-2", Path::new("/a")), "advanced-2");
        for id in ["", "..", "a/b", "Ä", "x y", "work", "docker-work", &"a".repeat(61)] {
            let one = key(id, Path::new("/nowhere/a"));
            assert!(one.starts_with("unnamed-") && one.len() == 20, "{one}");
            assert_eq!(one, key(id, Path::new("/nowhere/a")));
            assert_ne!(one, key(id, Path::new("/nowhere/b")));
        }
    }

    #[test]
    fn only_a_course_from_a_folder_is_kept_apart() {
        let paths = Paths::of_user().unwrap();
        let course = Course { id: "docker".into(), ..Course::default() };
        let of = |source| paths_for(paths.clone(), &source, &course);
        assert_eq!(of(Source::Embedded), paths);
        let other = of(Source::Folder("/x".into()));
        assert_ne!(other.progress_file(), paths.progress_file());
        assert_ne!(other.exercise_folder("run-python"), paths.exercise_folder("run-python"));
        assert_eq!(other.ledger_file(), paths.ledger_file());
    }
}
