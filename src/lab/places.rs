//! What is at the paths that a verdict speaks of: the exercise's folder, and what containers mount of this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::facts::{MountKind, Place, Run};

/// Paths that are looked at; more are not mounted in one exercise.
const MOST: usize = 100;

/// The folder by all its names. A shell may know it with links in it, and the engine with links followed.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let mut names = vec![folder.display().to_string()];
    names.extend(fs::canonicalize(folder).ok().map(|path| path.display().to_string()));
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

pub(super) fn look(folder: &Path, asked: &BTreeSet<&str>, runs: &[Run]) -> BTreeMap<String, Place> {
    let own = asked.iter().map(|path| folder.join(path.trim_start_matches("./")).display().to_string());
    let binds = runs.iter().flat_map(|run| &run.mounts).filter(|mount| mount.kind == MountKind::Bind);
    let all: BTreeSet<String> = own.chain(binds.map(|mount| mount.source.clone())).collect();
    all.into_iter().take(MOST).map(|path| (path.clone(), place(Path::new(&path)))).collect()
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
        let found = look(dir.path(), &["./hello.py"].into(), &runs);
        let of = |name: &str| found.get(&path(name)).copied();
        assert_eq!(of("hello.py"), Some(Place::File));
        assert_eq!((of("made"), of("gone")), (Some(Place::EmptyFolder), Some(Place::Missing)));
        assert_eq!(look(dir.path(), &BTreeSet::new(), &runs).len(), 2);
    }

    #[cfg(unix)]
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
