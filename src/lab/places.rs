//! What is at the paths that a verdict speaks of: files of the exercise's folder, and what containers mount.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::check::{Needs, build};
use crate::course::files::{self, Unread};
use crate::facts::{MountKind, Observed, Place, Run, TextFile};

/// Paths that are looked at; more are not mounted in one exercise.
const MOST: usize = 100;
/// Bytes that are read of a file; what learners write is smaller.
const READ: u64 = 256 * 1024;

/// The folder by all its names. A shell may know it with links in it, and the engine with links followed.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let mut names = vec![folder.display().to_string()];
    names.extend(fs::canonicalize(folder).ok().map(|path| path.display().to_string()));
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

pub(super) fn look<'r>(
    folder: &Path,
    asked: &BTreeSet<String>,
    runs: impl Iterator<Item = &'r Run>,
) -> BTreeMap<String, Place> {
    let own = asked.iter().map(|path| {
        let path = path.trim_start_matches("./");
        (folder.join(path).display().to_string(), own_place(folder, path))
    });
    let binds = runs.flat_map(|run| &run.mounts).filter(|mount| mount.kind == MountKind::Bind);
    let binds: BTreeSet<&String> = binds.map(|mount| &mount.source).collect();
    let binds = binds.into_iter().map(|path| (path.clone(), place(Path::new(path))));
    binds.take(MOST).chain(own.take(MOST)).collect()
}

/// The files of the folder that the checks speak of, as far as they are there. Where builds matter, also the
/// Dockerfiles that they were told to read, and what these name.
pub(super) fn files<'c>(
    folder: &Path,
    needs: &Needs,
    seen: impl Iterator<Item = &'c Observed>,
) -> BTreeMap<String, TextFile> {
    let mut asked = needs.files.clone();
    if needs.builds {
        asked.extend(seen.filter_map(build::dockerfile).map(str::to_owned));
    }
    let mut files = read(folder, &asked);
    if needs.builds {
        let named = files.values().filter_map(|file| file.text.as_deref()).flat_map(build::copied).collect();
        files.extend(read(folder, &named));
    }
    files
}

fn read(folder: &Path, asked: &BTreeSet<String>) -> BTreeMap<String, TextFile> {
    let file = |path: &String| {
        // a build may have been told the whole path
        let below = Path::new(path).strip_prefix(folder).ok().and_then(Path::to_str).unwrap_or(path);
        let file = files::open(folder, below).ok()?;
        let about = file.metadata().ok()?;
        let changed = about.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
        let mut bytes = Vec::new();
        file.take(READ).read_to_end(&mut bytes).ok()?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Some((path.clone(), TextFile { text: String::from_utf8(bytes).ok(), sha256, changed }))
    };
    asked.iter().take(MOST).filter_map(file).collect()
}

/// The names in the folder.
pub(super) fn listing(folder: &Path) -> Vec<String> {
    let Ok(all) = fs::read_dir(folder) else { return Vec::new() };
    let names = all.take(MOST).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Of what a check speaks of: it looks at nothing outside of the folder.
fn own_place(folder: &Path, path: &str) -> Place {
    match files::open(folder, path) {
        Ok(_) => Place::File,
        Err(Unread::Folder) => place(&folder.join(path)),
        Err(Unread::Outside) => Place::Outside,
        Err(Unread::Special) => Place::Special,
        // one that may not be read is there all the same
        Err(Unread::Other(_)) => Place::File,
        Err(Unread::Missing | Unread::TooLong(_)) => Place::Missing,
    }
}

fn place(path: &Path) -> Place {
    let Ok(what) = fs::metadata(path) else { return Place::Missing };
    if !what.is_dir() {
        return Place::File;
    }
    match fs::read_dir(path).map(|mut all| all.next().is_none()) {
        Ok(true) => Place::EmptyFolder,
        _ => Place::Folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Mount;

    #[test]
    fn a_folder_that_the_engine_made_is_told_from_a_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("hello.py"), "x").unwrap();
        fs::create_dir(dir.path().join("made")).unwrap();
        let path = |name: &str| dir.path().join(name).display().to_string();
        let mount = |source: &str| Mount {
            kind: MountKind::Bind,
            source: source.into(),
            target: "/x".into(),
            read_only: false,
        };
        let mounts = vec![mount(&path("made")), mount(&path("gone"))];
        let runs = [Run { mounts, ..Run::default() }];
        let found = look(dir.path(), &["./hello.py".into()].into(), runs.iter());
        let of = |name: &str| found.get(&path(name)).copied();
        assert_eq!(of("hello.py"), Some(Place::File));
        assert_eq!((of("made"), of("gone")), (Some(Place::EmptyFolder), Some(Place::Missing)));
        assert_eq!(look(dir.path(), &BTreeSet::new(), runs.iter()).len(), 2);
        let files = read(dir.path(), &["hello.py".into(), "gone.py".into()].into());
        assert_eq!(files["hello.py"].text.as_deref(), Some("x"));
        assert!(files["hello.py"].sha256.starts_with("2d711642b726b044"), "{files:?}");
        assert_eq!((files.len(), listing(dir.path())), (1, vec!["hello.py".to_owned(), "made".to_owned()]));
    }

    #[test]
    fn nothing_outside_of_the_folder_is_read_whatever_a_course_or_a_link_says() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("work");
        fs::create_dir(&folder).unwrap();
        fs::write(dir.path().join("secret"), "secret").unwrap();
        fs::write(folder.join("own"), "own").unwrap();
        for (to, name) in [("../secret", "Dockerfile"), ("/dev/zero", "zero"), ("own", "inside")] {
            std::os::unix::fs::symlink(to, folder.join(name)).unwrap();
        }
        let absolute = folder.join("own").display().to_string();
        let asked = ["../secret", "Dockerfile", "zero", "inside", &absolute];
        let asked: BTreeSet<String> = asked.map(str::to_owned).into();
        let files = read(&folder, &asked);
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(names, [absolute.as_str(), "inside"]);
        let places = look(&folder, &asked, [].iter());
        let of = |name: &str| places.get(&folder.join(name).display().to_string()).copied();
        assert_eq!((of("Dockerfile"), of("../secret")), (Some(Place::Outside), Some(Place::Outside)));
        assert_eq!((of("zero"), of("inside")), (Some(Place::Outside), Some(Place::File)));
    }

    #[test]
    fn a_link_is_another_name() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().join("real");
        fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, dir.path().join("link")).unwrap();
        let names = names(&dir.path().join("link"));
        assert!(names[0].ends_with("link") && names[1].ends_with("real"), "{names:?}");
    }
}
