//! The progress file: events and runs in SQLite, safe against `kill -9`, full disks and other programs' bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

pub use super::schema::StoreError;
use super::{Event, Stamped, schema};
use crate::facts::{Keep, Kept, Observed, Run, Thing};

/// Calls that are kept of one exercise.
const MOST_SEEN: i64 = 5000;

/// The open file. An event that `append` has answered for is on the disk.
#[derive(Debug)]
pub struct Store {
    pub(super) db: Connection,
    path: PathBuf,
}

/// A store, and where an unreadable file that stood in its place was put.
#[derive(Debug)]
pub struct Opened {
    pub store: Store,
    pub set_aside: Option<PathBuf>,
}

impl Store {
    /// Opens or makes the file with its folder. A file that is damaged or no database is renamed, never overwritten.
    pub fn open(path: &Path) -> Result<Opened, StoreError> {
        make_folder(path).map_err(|e| StoreError::from_io(path, &e))?;
        match schema::open(path) {
            Ok(db) => Ok(Opened { store: Self { db, path: path.into() }, set_aside: None }),
            Err(StoreError::Damaged(_)) => {
                let aside = set_aside(path).map_err(|e| StoreError::from_io(path, &e))?;
                let db = schema::open(path)?;
                Ok(Opened { store: Self { db, path: path.into() }, set_aside: Some(aside) })
            }
            Err(error) => Err(error),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn append(&mut self, event: Event) -> Result<Stamped, StoreError> {
        let mut stamped = self.append_all(&[(Timestamp::now(), event)])?;
        stamped.pop().ok_or_else(|| StoreError::Other {
            path: self.path.clone(),
            cause: "an event was written and did not come back".into(),
        })
    }

    /// All of them or none. Numbers go on from the last one, also when another process wrote in between.
    pub fn append_all(&mut self, events: &[(Timestamp, Event)]) -> Result<Vec<Stamped>, StoreError> {
        self.append_rows(events).map_err(|e| self.said(e))
    }

    fn append_rows(&mut self, events: &[(Timestamp, Event)]) -> rusqlite::Result<Vec<Stamped>> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut seq: i64 = tx.query_row("SELECT coalesce(max(seq), 0) FROM events", [], |row| row.get(0))?;
        let mut stamped = Vec::with_capacity(events.len());
        {
            let mut insert = tx.prepare_cached("INSERT INTO events (seq, at, event) VALUES (?1, ?2, ?3)")?;
            for (at, event) in events {
                seq += 1;
                insert.execute(params![seq, at.to_string(), as_json(event)?])?;
                stamped.push(Stamped { seq, at: *at, event: event.clone() });
            }
        }
        tx.commit()?;
        Ok(stamped)
    }

    pub fn events(&self) -> Result<Vec<Stamped>, StoreError> {
        self.events_after(0)
    }

    /// What came after this number, for example from another process. An event that this version does not know is
    /// passed over and left in the file.
    pub fn events_after(&self, seq: i64) -> Result<Vec<Stamped>, StoreError> {
        let read = |row: &Row<'_>| -> rusqlite::Result<Option<Stamped>> {
            let (seq, at, event): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (Ok(at), Ok(event)) = (at.parse(), serde_json::from_str(&event)) else {
                tracing::warn!(seq, "an event of the progress file is not known to this version");
                return Ok(None);
            };
            Ok(Some(Stamped { seq, at, event }))
        };
        let rows = || -> rusqlite::Result<Vec<Stamped>> {
            let mut query =
                self.db.prepare_cached("SELECT seq, at, event FROM events WHERE seq > ?1 ORDER BY seq")?;
            query.query_map([seq], read)?.filter_map(Result::transpose).collect()
        };
        rows().map_err(|e| self.said(e))
    }

    /// Keeps one thing that was recorded of an attempt.
    pub fn keep(&mut self, exercise: &str, attempt: u64, what: &Keep) -> Result<(), StoreError> {
        match what {
            Keep::Run(run) => self.keep_run(exercise, attempt, run),
            Keep::Call(call) => self.keep_call(exercise, attempt, call),
            Keep::Answer { prompt, answer } => self.keep_answer(exercise, attempt, prompt, answer),
            Keep::Things(things) => self.keep_things(exercise, attempt, things),
        }
    }

    /// A later look at a container is united with an earlier one.
    fn keep_run(&mut self, exercise: &str, attempt: u64, run: &Run) -> Result<(), StoreError> {
        let write = || -> rusqlite::Result<()> {
            let mut query = self
                .db
                .prepare_cached("SELECT run FROM runs WHERE exercise = ?1 AND attempt = ?2 AND id = ?3")?;
            let before: Option<String> = query
                .query_row(params![exercise, attempt.cast_signed(), run.id], |row| row.get(0))
                .optional()?;
            let before = before.and_then(|text| serde_json::from_str::<Run>(&text).ok());
            let run = match before {
                Some(before) => before.with(run.clone()),
                None => run.clone(),
            };
            let mut upsert = self.db.prepare_cached(
                "INSERT INTO runs (exercise, attempt, id, run) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET run = excluded.run",
            )?;
            upsert.execute(params![exercise, attempt.cast_signed(), run.id, as_json(&run)?])?;
            Ok(())
        };
        write().map_err(|e| self.said(e))
    }

    /// In the order in which they were first seen.
    pub fn runs(&self, exercise: &str, attempt: u64) -> Result<Vec<Run>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<Run>> {
            let mut query = self
                .db
                .prepare_cached("SELECT run FROM runs WHERE exercise = ?1 AND attempt = ?2 ORDER BY rowid")?;
            let texts =
                query.query_map(params![exercise, attempt.cast_signed()], |row| row.get::<_, String>(0))?;
            Ok(texts
                .collect::<rusqlite::Result<Vec<_>>>()?
                .iter()
                .filter_map(|t| serde_json::from_str(t).ok())
                .collect())
        };
        rows().map_err(|e| self.said(e))
    }

    /// Keeps a call of the learner's; a later look at it replaces an earlier one. The oldest of many are forgotten.
    fn keep_call(&mut self, exercise: &str, attempt: u64, call: &Observed) -> Result<(), StoreError> {
        let write = || -> rusqlite::Result<()> {
            // Each start of the app counts its calls from 1.
            let key = format!("{} {}", call.at, call.call);
            let bare = Observed { request_body: None, response_body: None, ..call.clone() };
            let mut upsert = self.db.prepare_cached(
                "INSERT INTO seen (exercise, attempt, call, observed) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET observed = excluded.observed",
            )?;
            upsert.execute(params![exercise, attempt.cast_signed(), key, as_json(&bare)?])?;
            let mut forget = self.db.prepare_cached(
                "DELETE FROM seen WHERE exercise = ?1 AND rowid <= (SELECT max(rowid) FROM seen) - ?2",
            )?;
            forget.execute(params![exercise, MOST_SEEN])?;
            Ok(())
        };
        write().map_err(|e| self.said(e))
    }

    /// Keeps what the learner typed in; the last answer to a question counts.
    fn keep_answer(
        &mut self,
        exercise: &str,
        attempt: u64,
        prompt: &str,
        answer: &str,
    ) -> Result<(), StoreError> {
        let write = || -> rusqlite::Result<()> {
            let mut upsert = self.db.prepare_cached(
                "INSERT INTO answers (exercise, attempt, prompt, answer) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET answer = excluded.answer",
            )?;
            upsert.execute(params![exercise, attempt.cast_signed(), prompt, answer])?;
            Ok(())
        };
        write().map_err(|e| self.said(e))
    }

    /// Keeps what was here at some time; a later look replaces an earlier one.
    fn keep_things(&mut self, exercise: &str, attempt: u64, things: &[Thing]) -> Result<(), StoreError> {
        let mut write = || -> rusqlite::Result<()> {
            let tx = self.db.transaction()?;
            {
                let mut upsert = tx.prepare_cached(
                    "INSERT INTO things (exercise, attempt, id, thing) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET thing = excluded.thing",
                )?;
                for thing in things {
                    let id = format!("{:?} {}", thing.kind, thing.id);
                    upsert.execute(params![exercise, attempt.cast_signed(), id, as_json(thing)?])?;
                }
            }
            tx.commit()
        };
        write().map_err(|e| self.said(e))
    }

    fn things(&self, exercise: &str, attempt: u64) -> rusqlite::Result<Vec<Thing>> {
        let mut query = self
            .db
            .prepare_cached("SELECT thing FROM things WHERE exercise = ?1 AND attempt = ?2 ORDER BY rowid")?;
        let texts =
            query.query_map(params![exercise, attempt.cast_signed()], |row| row.get::<_, String>(0))?;
        let texts = texts.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(texts.iter().filter_map(|t| serde_json::from_str(t).ok()).collect())
    }

    /// Everything that was kept of one attempt.
    pub fn kept(&self, exercise: &str, attempt: u64) -> Result<Kept, StoreError> {
        let seen = || -> rusqlite::Result<Vec<Observed>> {
            let mut query = self.db.prepare_cached(
                "SELECT observed FROM seen WHERE exercise = ?1 AND attempt = ?2 ORDER BY rowid",
            )?;
            let texts =
                query.query_map(params![exercise, attempt.cast_signed()], |row| row.get::<_, String>(0))?;
            let texts = texts.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(texts.iter().filter_map(|t| serde_json::from_str(t).ok()).collect())
        };
        let answers = || -> rusqlite::Result<BTreeMap<String, String>> {
            let mut query = self
                .db
                .prepare_cached("SELECT prompt, answer FROM answers WHERE exercise = ?1 AND attempt = ?2")?;
            let rows = query
                .query_map(params![exercise, attempt.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        Ok(Kept {
            runs: self.runs(exercise, attempt)?.into_iter().map(Arc::new).collect(),
            seen: seen().map_err(|e| self.said(e))?.into_iter().map(Arc::new).collect(),
            answers: answers().map_err(|e| self.said(e))?,
            things: self.things(exercise, attempt).map_err(|e| self.said(e))?,
        })
    }

    fn said(&self, error: rusqlite::Error) -> StoreError {
        StoreError::from_sqlite(&self.path, &error)
    }
}

fn as_json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
}

/// What a learner did is nobody else's business: the folder and the file are theirs alone.
fn make_folder(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty() && !f.is_dir()) {
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
        builder.create(folder)?;
    }
    // What SQLite puts beside the file gets the file's own mode.
    let mut options = std::fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.write(true).create_new(true).open(path) {
        Err(error) if !path.exists() => Err(error),
        _ => Ok(()),
    }
}

/// Renames the file and what SQLite keeps beside it to a name that is not taken.
fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let with = |tail: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(tail);
        PathBuf::from(name)
    };
    let day = Timestamp::now().strftime("%Y-%m-%d").to_string();
    let names =
        (1..).map(|n| if n == 1 { format!(".unreadable-{day}") } else { format!(".unreadable-{day}-{n}") });
    let tail = names.into_iter().find(|tail| !with(tail).exists()).unwrap_or_default();
    for part in ["-wal", "-shm"] {
        if with(part).exists() {
            std::fs::rename(with(part), with(&format!("{tail}{part}")))?;
        }
    }
    std::fs::rename(path, with(&tail))?;
    Ok(with(&tail))
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
