//! What the host keeps of a class in SQLite: its keys, who is in it, and everybody's progress, each event once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::code::SECRET;
use super::tls::{self, Made};
use super::wire::SentEvent;
use super::{Change, ClassError, LearnerId, Standing};
use crate::progress::{Stamped, StoreError};

const VERSION: i64 = 1;
const TABLES: &str = "
CREATE TABLE class (
    one INTEGER PRIMARY KEY CHECK (one = 1), certificate BLOB NOT NULL, key BLOB NOT NULL, secret BLOB NOT NULL,
    port INTEGER NOT NULL, course TEXT NOT NULL, standing TEXT NOT NULL, poll_from INTEGER NOT NULL
) STRICT;
CREATE TABLE learners (id TEXT PRIMARY KEY, name TEXT NOT NULL, shown TEXT NOT NULL UNIQUE, hand TEXT) STRICT;
CREATE TABLE events (
    number INTEGER PRIMARY KEY, learner TEXT NOT NULL REFERENCES learners, seq INTEGER NOT NULL, at TEXT NOT NULL,
    came TEXT NOT NULL, event TEXT NOT NULL, UNIQUE (learner, seq)
) STRICT;
";

/// The open file of one class.
#[derive(Debug)]
pub struct ClassStore {
    db: Connection,
    path: PathBuf,
}

/// What makes a class the same one after a restart.
#[derive(Clone)]
pub struct Founding {
    pub(super) certificate: Vec<u8>,
    pub(super) key: Vec<u8>,
    pub(super) secret: [u8; SECRET],
    /// 0 until it was listened on for the first time.
    pub(super) port: u16,
    pub course: String,
}

/// One learner as they are kept.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub id: LearnerId,
    pub shown: String,
    pub hand: Option<Timestamp>,
    pub have: i64,
    pub have_at: Option<Timestamp>,
    /// Of all events that are kept.
    pub bytes: u64,
}

/// Events of one learner that have come together.
pub(super) struct Arrival {
    pub learner: LearnerId,
    pub events: Vec<SentEvent>,
}

impl ClassStore {
    /// Opens or makes the file, readable for its owner alone: the class's key is in it.
    pub fn open(path: &Path) -> Result<Self, ClassError> {
        prepare(path).map_err(|e| StoreError::from_io(path, &e))?;
        Self::connect(path)
    }

    /// Opens the file of a class that was held before.
    pub fn existing(path: &Path) -> Result<Option<Self>, ClassError> {
        if path.is_file() { Self::connect(path).map(Some) } else { Ok(None) }
    }

    fn connect(path: &Path) -> Result<Self, ClassError> {
        let said = |e: rusqlite::Error| StoreError::from_sqlite(path, &e);
        let mut db = Connection::open(path).map_err(said)?;
        db.busy_timeout(Duration::from_secs(5)).map_err(said)?;
        let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(said)?;
        if version > VERSION {
            return Err(StoreError::Newer(path.into()).into());
        }
        db.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))
            .map_err(said)?;
        db.pragma_update(None, "synchronous", "normal").map_err(said)?;
        if version < VERSION {
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(said)?;
            tx.execute_batch(TABLES).map_err(said)?;
            tx.pragma_update(None, "user_version", VERSION).map_err(said)?;
            tx.commit().map_err(said)?;
        }
        Ok(Self { db, path: path.into() })
    }

    fn said(&self, error: rusqlite::Error) -> StoreError {
        StoreError::from_sqlite(&self.path, &error)
    }

    /// The class that the file holds; a new one where it holds none yet.
    pub fn founding(&mut self, course: &str) -> Result<Founding, ClassError> {
        if let Some(found) = self.founded()? {
            return Ok(found);
        }
        let Made { certificate, key } = tls::make()?;
        let founding = Founding { certificate, key, secret: tls::random()?, port: 0, course: course.into() };
        self.db
            .execute(
                "INSERT INTO class VALUES (1, ?1, ?2, ?3, 0, ?4, '{}', 0)",
                params![founding.certificate, founding.key, founding.secret, course],
            )
            .map_err(|e| self.said(e))?;
        Ok(founding)
    }

    pub fn founded(&self) -> Result<Option<Founding>, ClassError> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?, row.get(3)?, row.get(4)?))
        };
        let found = self
            .db
            .query_row("SELECT certificate, key, secret, port, course FROM class", [], read)
            .optional()
            .map_err(|e| self.said(e))?;
        let Some((certificate, key, secret, port, course)) = found else { return Ok(None) };
        let secret = secret.try_into().map_err(|_| ClassError::NoClass(self.path.display().to_string()))?;
        Ok(Some(Founding { certificate, key, secret, port, course }))
    }

    pub(super) fn keep_port(&self, port: u16) -> Result<(), StoreError> {
        self.db.execute("UPDATE class SET port = ?1", [port]).map(drop).map_err(|e| self.said(e))
    }

    /// What the class was shown last. Of a newer version's, what this one understands.
    pub fn standing(&self) -> Result<Standing, StoreError> {
        let text: String = self
            .db
            .query_row("SELECT standing FROM class", [], |row| row.get(0))
            .map_err(|e| self.said(e))?;
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    pub(super) fn keep_standing(&self, standing: &Standing) -> Result<(), StoreError> {
        let text = serde_json::to_string(standing).unwrap_or_default();
        self.db.execute("UPDATE class SET standing = ?1", [text]).map(drop).map_err(|e| self.said(e))
    }

    /// From now on answers count for a new poll.
    pub(super) fn begin_poll(&self) -> Result<(), StoreError> {
        let sql = "UPDATE class SET poll_from = (SELECT coalesce(max(number), 0) FROM events)";
        self.db.execute(sql, []).map(drop).map_err(|e| self.said(e))
    }

    /// Events that came since the poll began, in the order in which they came.
    pub(super) fn since_poll(&self) -> Result<Vec<(LearnerId, Stamped)>, StoreError> {
        let since = self.arrivals("WHERE number > (SELECT poll_from FROM class)")?;
        Ok(since.into_iter().map(|(learner, _, event)| (learner, event)).collect())
    }

    pub(super) fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<Entry>> {
            let mut query = self.db.prepare(
                "SELECT l.id, l.shown, l.hand, coalesce(e.seq, 0), e.at,
                      (SELECT coalesce(sum(length(event)), 0) FROM events WHERE learner = l.id) FROM learners l
                 LEFT JOIN events e ON e.learner = l.id
                      AND e.seq = (SELECT max(seq) FROM events WHERE learner = l.id)
                 ORDER BY l.rowid",
            )?;
            let all = query.query_map([], |row| {
                let (id, hand, at): (String, Option<String>, Option<String>) =
                    (row.get(0)?, row.get(2)?, row.get(4)?);
                let Ok(id) = LearnerId::try_from(id) else { return Ok(None) };
                let time = |text: Option<String>| text.and_then(|text| text.parse().ok());
                let (shown, have) = (row.get(1)?, row.get(3)?);
                let bytes = u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0);
                Ok(Some(Entry { id, shown, hand: time(hand), have, have_at: time(at), bytes }))
            })?;
            all.filter_map(Result::transpose).collect()
        };
        rows().map_err(|e| self.said(e))
    }

    /// All that is known, as what has happened since an empty roster.
    pub fn changes(&self) -> Result<Vec<Change>, StoreError> {
        let mut changes = Vec::new();
        for entry in self.entries()? {
            changes.push(Change::Met { learner: entry.id.clone(), name: entry.shown });
            changes.push(Change::Hand { learner: entry.id, since: entry.hand });
        }
        let did = self.arrivals("")?;
        changes.extend(did.into_iter().map(|(learner, came, event)| Change::Did { learner, came, event }));
        Ok(changes)
    }

    /// In the order in which they came; kinds that this version doesn't know are passed over.
    fn arrivals(&self, which: &str) -> Result<Vec<(LearnerId, Timestamp, Stamped)>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<_>> {
            let mut query = self.db.prepare(&format!(
                "SELECT learner, seq, at, came, event FROM events {which} ORDER BY number"
            ))?;
            let all = query.query_map([], |row| {
                let text = |i| row.get::<_, String>(i);
                let (learner, at, came, event) = (text(0)?, text(2)?, text(3)?, text(4)?);
                let seq = row.get(1)?;
                let read = || {
                    let (at, event) = (at.parse().ok()?, serde_json::from_str(&event).ok()?);
                    let learner = LearnerId::try_from(learner).ok()?;
                    Some((learner, came.parse().ok()?, Stamped { seq, at, event }))
                };
                Ok(read())
            })?;
            all.filter_map(Result::transpose).collect()
        };
        rows().map_err(|e| self.said(e))
    }

    /// Writes down a learner who has come for the first time, or under another name. Answers with the name that nobody
    /// else has.
    pub(super) fn enrol(&mut self, id: &LearnerId, name: &str) -> Result<String, StoreError> {
        self.enrol_row(id, name).map_err(|e| self.said(e))
    }

    fn enrol_row(&mut self, id: &LearnerId, name: &str) -> rusqlite::Result<String> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known: Option<(String, String)> = tx
            .query_row("SELECT name, shown FROM learners WHERE id = ?1", [id.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        if let Some((_, shown)) = known.filter(|(before, _)| before == name) {
            return Ok(shown);
        }
        let taken: BTreeMap<String, ()> = tx
            .prepare("SELECT shown FROM learners WHERE id != ?1")?
            .query_map([id.as_str()], |row| Ok((row.get(0)?, ())))?
            .collect::<rusqlite::Result<_>>()?;
        let names = (1..).map(|n| if n == 1 { name.to_owned() } else { format!("{name} ({n})") });
        let shown = names.into_iter().find(|shown| !taken.contains_key(shown)).unwrap_or_default();
        tx.execute(
            "INSERT INTO learners (id, name, shown) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, shown = excluded.shown",
            params![id.as_str(), name, shown],
        )?;
        tx.commit()?;
        Ok(shown)
    }

    pub(super) fn keep_hand(&self, id: &LearnerId, since: Option<Timestamp>) -> Result<(), StoreError> {
        let sql = "UPDATE learners SET hand = ?2 WHERE id = ?1";
        let since = since.map(|at| at.to_string());
        self.db.execute(sql, params![id.as_str(), since]).map(drop).map_err(|e| self.said(e))
    }

    /// All of them or none, in one go. What was here already is left as it is.
    pub(super) fn append(&mut self, arrivals: &[Arrival], came: Timestamp) -> Result<(), StoreError> {
        let mut write = || -> rusqlite::Result<()> {
            let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            {
                let mut insert = tx.prepare_cached(
                    "INSERT OR IGNORE INTO events (learner, seq, at, came, event) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?;
                let came = came.to_string();
                for Arrival { learner, events } in arrivals {
                    for e in events {
                        let (at, event) = (e.at.to_string(), e.event.to_string());
                        insert.execute(params![learner.as_str(), e.seq, at, came, event])?;
                    }
                }
            }
            tx.commit()
        };
        write().map_err(|e| StoreError::from_sqlite(&self.path, &e))
    }
}

/// Folder and file for the owner alone, before anything is in it.
fn prepare(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    if let Some(folder) = path.parent() {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
