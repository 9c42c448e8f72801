//! Progress in one file that can be carried to another machine, and back in.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Store, StoreError, schema};

/// Marks a file as carried progress, and says of which course.
const ABOUT: &str = "CREATE TABLE portable (course TEXT NOT NULL) STRICT";

/// Why progress could not be taken in. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PortableError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{} is no progress that was exported", .0.display())]
    NoProgress(PathBuf),
    #[error("{path} is about the course {course}", path = .path.display())]
    OtherCourse { path: PathBuf, course: String },
    #[error("{} is there already", .0.display())]
    Taken(PathBuf),
}

impl PortableError {
    pub fn remedy(&self) -> String {
        match self {
            Self::Store(error) => error.remedy(),
            Self::NoProgress(_) => "pilotwhale progress export FILE writes such a file.".into(),
            Self::OtherCourse { .. } => "Open that course with --course, and import it there.".into(),
            Self::Taken(_) => "Give another name: no file is written over.".into(),
        }
    }
}

impl Store {
    /// Writes everything into a new file, as it is at one moment, also while the app is open.
    pub fn export(&self, to: &Path, course: &str) -> Result<(), PortableError> {
        if to.exists() {
            return Err(PortableError::Taken(to.into()));
        }
        let written = || -> rusqlite::Result<()> {
            self.db.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
            let copy = Connection::open(to)?;
            copy.execute_batch(ABOUT)?;
            copy.execute("INSERT INTO portable VALUES (?1)", [course])?;
            Ok(())
        };
        written().map_err(|e| StoreError::from_sqlite(to, &e).into())
    }

    /// Puts the file's progress in the place of what is here, all of it or nothing. What was here is written to
    /// `kept` first.
    pub fn import(&mut self, from: &Path, course: &str, kept: &Path) -> Result<(), PortableError> {
        let none = |_| PortableError::NoProgress(from.into());
        let file = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(none)?;
        let of: String = file.query_row("SELECT course FROM portable", [], |row| row.get(0)).map_err(none)?;
        if of != course {
            return Err(PortableError::OtherCourse { path: from.into(), course: of });
        }
        self.export(kept, course)?;
        // An older file gets its missing tables in a copy: what others gave is not written to.
        let copy = kept.with_extension("coming");
        let prepared = file.execute("VACUUM INTO ?1", [copy.to_string_lossy()]);
        let outcome = prepared
            .map_err(|e| StoreError::from_sqlite(&copy, &e))
            .and_then(|_| schema::open(&copy).map(drop))
            .and_then(|()| self.take(&copy).map_err(|e| StoreError::from_sqlite(self.path(), &e)));
        for tail in ["coming", "coming-wal", "coming-shm"] {
            // Some of them were never made.
            let _ = std::fs::remove_file(kept.with_extension(tail));
        }
        Ok(outcome?)
    }

    fn take(&mut self, copy: &Path) -> rusqlite::Result<()> {
        self.db.execute("ATTACH ?1 AS coming", [copy.to_string_lossy()])?;
        let taken = self.replace();
        self.db.execute("DETACH coming", [])?;
        taken
    }

    fn replace(&mut self) -> rusqlite::Result<()> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let tables: Vec<String> = tx
            .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for table in tables {
            tx.execute(&format!("DELETE FROM main.{table}"), [])?;
            tx.execute(&format!("INSERT INTO main.{table} SELECT * FROM coming.{table}"), [])?;
        }
        tx.commit()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use std::sync::Arc;

    use super::*;
    use crate::facts::Keep;
    use crate::facts::Run;
    use crate::progress::Event;

    fn store(path: &Path) -> Store {
        Store::open(path).unwrap().store
    }

    fn moved(slide: usize) -> Event {
        Event::Moved { lesson: "l".into(), slide, step: 0 }
    }

    #[test]
    fn what_is_carried_is_all_that_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mut here = store(&at("here"));
        let events: Vec<_> = (0..300).map(|n| (Timestamp::now(), moved(n))).collect();
        here.append_all(&events).unwrap();
        let run = Arc::new(Run { id: "c".into(), ..Run::default() });
        here.keep("e", 1, &Keep::Run(run)).unwrap();
        here.keep("e", 1, &Keep::Answer { prompt: "which?".into(), answer: "this".into() }).unwrap();
        here.export(&at("carried"), "docker").unwrap();
        assert!(matches!(here.export(&at("carried"), "docker"), Err(PortableError::Taken(_))));

        let mut there = store(&at("there"));
        there.append(moved(999)).unwrap();
        // Open elsewhere at the same time, as the app may be.
        let other = store(&at("there"));
        there.import(&at("carried"), "docker", &at("kept")).unwrap();
        assert_eq!(there.events().unwrap(), here.events().unwrap());
        assert_eq!(other.events().unwrap(), here.events().unwrap());
        assert_eq!(there.kept("e", 1).unwrap(), here.kept("e", 1).unwrap());
        assert_eq!(there.append(moved(1)).unwrap().seq, 301);
        // What was there is a file of the same kind.
        there.import(&at("kept"), "docker", &at("kept too")).unwrap();
        let back: Vec<Event> = there.events().unwrap().into_iter().map(|stamped| stamped.event).collect();
        assert_eq!(back, [moved(999)]);
        let mut left: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
        left.sort();
        assert_eq!(left, ["carried", "here", "kept", "kept too", "there"]);
    }

    #[test]
    fn what_is_no_progress_of_this_course_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mut here = store(&at("here"));
        here.append(moved(1)).unwrap();
        here.export(&at("other"), "podman").unwrap();
        std::fs::write(at("text"), "this is no database").unwrap();
        Connection::open(at("empty")).unwrap().execute_batch("CREATE TABLE x (y)").unwrap();
        here.export(&at("newer"), "docker").unwrap();
        Connection::open(at("newer")).unwrap().pragma_update(None, "user_version", 99).unwrap();
        for (n, name) in ["other", "text", "empty", "missing", "newer"].iter().enumerate() {
            let error = here.import(&at(name), "docker", &at(&format!("kept{n}"))).unwrap_err();
            assert!(!error.remedy().is_empty(), "{name}: {error}");
            assert_eq!(here.events().unwrap().len(), 1, "{name}");
            assert_eq!(at(name).exists(), *name != "missing");
        }
    }
}
