//! The tables of the progress file, and what SQLite's answers mean to a person.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

/// Counts up with each change of the tables. A newer one is never touched.
pub(super) const VERSION: i64 = 3;

const TABLES: &str = "
CREATE TABLE events (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, event TEXT NOT NULL) STRICT;
CREATE TABLE runs (
    exercise TEXT NOT NULL, attempt INTEGER NOT NULL, id TEXT NOT NULL, run TEXT NOT NULL,
    PRIMARY KEY (exercise, attempt, id)
) STRICT;
";

/// Since version 2: calls of the learner's commands, and what they typed in as an answer.
const SEEN: &str = "
CREATE TABLE seen (
    exercise TEXT NOT NULL, attempt INTEGER NOT NULL, call TEXT NOT NULL, observed TEXT NOT NULL,
    UNIQUE (exercise, attempt, call)
) STRICT;
CREATE TABLE answers (
    exercise TEXT NOT NULL, attempt INTEGER NOT NULL, prompt TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (exercise, attempt, prompt)
) STRICT;
";

/// Since version 3: images, volumes and networks that were here at some time.
const THINGS: &str = "
CREATE TABLE things (
    exercise TEXT NOT NULL, attempt INTEGER NOT NULL, id TEXT NOT NULL, thing TEXT NOT NULL,
    PRIMARY KEY (exercise, attempt, id)
) STRICT;
";

/// What went wrong with the progress file. The screen goes on in memory with each of them.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk that holds {} is full", .0.display())]
    Full(PathBuf),
    #[error("{} can't be written", .0.display())]
    ReadOnly(PathBuf),
    #[error("{} was written by a newer pilotwhale", .0.display())]
    Newer(PathBuf),
    #[error("{} is in use by another program", .0.display())]
    Busy(PathBuf),
    #[error("{} is damaged", .0.display())]
    Damaged(PathBuf),
    #[error("{path} can't be used: {cause}", path = .path.display())]
    Other { path: PathBuf, cause: String },
}

impl StoreError {
    /// What to do. A screen adds that until then everything is kept in memory (`Journal`).
    pub fn remedy(&self) -> String {
        match self {
            Self::Full(_) => "Make some room on it, then try again.".into(),
            Self::ReadOnly(path) => format!(
                "Let your user write the folder {}, or set PILOTWHALE_HOME to another folder.",
                path.parent().unwrap_or(path).display()
            ),
            Self::Newer(_) => {
                "Use the newer pilotwhale, or set PILOTWHALE_HOME to another folder; the file is left as it is.".into()
            }
            Self::Busy(_) => "Close the other pilotwhale or wait a moment, then try again.".into(),
            Self::Damaged(_) => {
                "Start pilotwhale again: it sets the file aside and begins a new one.".into()
            }
            Self::Other { .. } => "Set PILOTWHALE_HOME to a folder that can be written.".into(),
        }
    }

    pub(crate) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_path_buf();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(path),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly(path)
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(path),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged(path),
            // SQLite says 'I/O error' for some of its files where the disk is full; ask the disk itself.
            Some(ErrorCode::SystemIoFailure) if is_full(&path) => Self::Full(path),
            _ => Self::Other { cause: error.to_string(), path },
        }
    }

    pub(crate) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        let path = path.to_path_buf();
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full(path),
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly(path)
            }
            _ => Self::Other { cause: error.to_string(), path },
        }
    }
}

#[cfg(unix)]
fn is_full(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(path);
    rustix::fs::statvfs(folder).is_ok_and(|s| s.f_bavail * s.f_frsize < 64 * 1024)
}

#[cfg(not(unix))]
fn is_full(_path: &Path) -> bool {
    false
}

/// Opens the file and makes its tables where there are none. Nothing is written before the version is known.
///
/// `synchronous=NORMAL` in WAL mode: an event that was appended has left this process, so that no `kill -9` takes it
/// back, and it has left at once: with FULL an answer waited behind the disk's own pace, and a kill in that time lost
/// what the learner had been shown. A flat battery can cost the last moments, and never the file.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let said = |e: rusqlite::Error| StoreError::from_sqlite(path, &e);
    let mut db = Connection::open(path).map_err(said)?;
    db.busy_timeout(Duration::from_secs(5)).map_err(said)?;
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(said)?;
    if version > VERSION {
        return Err(StoreError::Newer(path.into()));
    }
    let sound: String = db.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(said)?;
    if sound != "ok" {
        return Err(StoreError::Damaged(path.into()));
    }
    // Where WAL can't be had (some network folders), SQLite stays with its rollback journal, which is as safe.
    db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0)).map_err(said)?;
    db.pragma_update(None, "synchronous", "normal").map_err(said)?;
    if version < VERSION {
        make_tables(&mut db).map_err(said)?;
    }
    Ok(db)
}

/// In one transaction that begins with the write lock, so that two first starts at once make them once.
fn make_tables(db: &mut Connection) -> rusqlite::Result<()> {
    let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // Each step adds to what the one before has made.
    for (step, tables) in (1..).zip([TABLES, SEEN, THINGS]) {
        if version < step {
            tx.execute_batch(tables)?;
            tx.pragma_update(None, "user_version", step)?;
        }
    }
    tx.commit()
}
