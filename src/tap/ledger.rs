//! What the course made on an engine and still keeps: lines of JSON that only grow, so that a crash loses nothing.
//!
//! A line is written before the answer that it comes from is passed on. A line that was torn by a crash is ignored, and
//! so is what it told: an object that is not in the ledger counts as the learner's. Several programs may hold the same
//! file open; each sees the others' lines. Lines are not forced to the disk: a power failure may lose the last ones.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

#[derive(Debug, thiserror::Error)]
#[error("the list of what the course made could not be used ({path}): {source}")]
pub struct LedgerError {
    path: PathBuf,
    source: io::Error,
}

impl LedgerError {
    pub fn remedy(&self) -> String {
        "Until that is mended, pilotwhale treats everything on the engine as yours. Is the disk full, or the folder not yours?"
            .into()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Made {
    Container,
    Network,
    /// Its id is its name.
    Volume,
    /// The content of an image.
    Image,
    /// One name of an image; `id` is the content that it stood for.
    Reference,
}

/// One thing that the course made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    pub kind: Made,
    pub id: String,
    /// What it was called when it was made; may be empty.
    pub name: String,
    /// Of a volume, by the engine's own clock: a name may be given away again.
    pub born: Option<Timestamp>,
}

/// A request to make something, written down before the engine heard it. While its answer is not, only the engine knows whether it was
/// carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub at: Timestamp,
    pub kind: Made,
    /// What it is to be called; empty where the engine chooses.
    pub name: String,
    /// The command that asked, without secrets.
    pub words: Vec<String>,
    token: String,
}

/// What was made since some moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Since {
    /// The tap looked on at that moment already: what is not among the entries was not made in the course's shell.
    pub is_all: bool,
    pub entries: Vec<Entry>,
}

impl Asked {
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether the command speaks of what is called so.
    pub fn names(&self, name: &str) -> bool {
        !name.is_empty() && self.words.iter().any(|word| word == name)
    }

    /// Whether the program that asked is gone, so that nobody waits for the answer any more.
    pub fn is_left(&self) -> bool {
        let pid = self.token.split('-').next().and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw);
        pid.is_none_or(|pid| test_kill_process(pid) == Err(Errno::SRCH))
    }
}

impl Entry {
    /// Whether a volume that is there is this one. Where one of them does not say when it was made, the name decides.
    pub fn is_of(&self, born: Option<Timestamp>) -> bool {
        self.born.zip(born).is_none_or(|(then, now)| then == now)
    }

    fn key(&self) -> Key {
        key(self.kind, &self.id, &self.name)
    }
}

type Key = (Made, String);

fn key(kind: Made, id: &str, name: &str) -> Key {
    (kind, if kind == Made::Reference { name } else { id }.to_owned())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Did {
    Made,
    Gone,
    /// The tap began to look, and stopped.
    Begin,
    End,
    /// Something is to be made, and its answer has come. The id is a token that both have.
    Asked,
    Answered,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Line {
    did: Did,
    at: Timestamp,
    engine: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<Made>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    words: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    born: Option<Timestamp>,
}

/// The ledger of one engine. Lines of other engines share the file and are left alone.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    engine: String,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// None keeps everything in memory.
    file: Option<File>,
    read_to: u64,
    made: BTreeMap<Key, Entry>,
    looked: Vec<(Timestamp, Option<Timestamp>)>,
    /// By their tokens.
    asked: BTreeMap<String, Asked>,
}

/// Tells the requests of one program apart.
static ASKED: AtomicU64 = AtomicU64::new(1);

impl Ledger {
    /// Opens or makes the file, readable for its owner alone. `engine` tells engines apart: the path of its socket.
    pub fn open(path: &Path, engine: &str) -> Result<Self, LedgerError> {
        let failed = |source| LedgerError { path: path.into(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(failed)?;
        let ledger = Self {
            path: path.into(),
            engine: engine.into(),
            book: Mutex::new(Book { file: Some(file), ..Book::default() }),
        };
        ledger.catch_up(&mut ledger.lock()).map_err(failed)?;
        Ok(ledger)
    }

    /// For where no file can be had: it knows what this program saw, and no more.
    pub fn in_memory(engine: &str) -> Self {
        Self { path: PathBuf::new(), engine: engine.into(), book: Mutex::default() }
    }

    /// Notes what was made. When this returns, it is in the file.
    pub fn record(&self, kind: Made, id: &str, name: &str) -> Result<(), LedgerError> {
        self.write(Did::Made, Some(kind), id, name)
    }

    /// The same of a volume, with the time that the engine gives for it.
    pub fn record_volume(&self, name: &str, born: Option<Timestamp>) -> Result<(), LedgerError> {
        self.add(Line { born, ..self.line(Did::Made, Some(Made::Volume), name, name) })
    }

    /// Notes that something is gone. For a `Reference` the name says which, else the id.
    pub fn forget(&self, kind: Made, id: &str, name: &str) -> Result<(), LedgerError> {
        if !self.has(kind, id, name) {
            return Ok(());
        }
        self.write(Did::Gone, Some(kind), id, name)
    }

    /// Notes what is about to be asked for; gives the token with which `answered` is to be called, whatever the answer is. When this
    /// returns, it is in the file.
    pub fn ask(&self, kind: Made, name: &str, words: Vec<String>) -> Result<String, LedgerError> {
        let token = format!("{}-{}", std::process::id(), ASKED.fetch_add(1, Ordering::Relaxed));
        let line = Line { words, ..self.line(Did::Asked, Some(kind), &token, name) };
        self.add(line).map(|()| token)
    }

    /// What came of it is in the file, if anything did.
    pub fn answered(&self, token: &str) -> Result<(), LedgerError> {
        self.add(self.line(Did::Answered, None, token, ""))
    }

    /// What other programs asked for and never wrote down the answer to, and what this one still waits for.
    pub fn unanswered(&self) -> Vec<Asked> {
        self.current().asked.values().cloned().collect()
    }

    pub fn owns(&self, kind: Made, id: &str) -> bool {
        kind != Made::Reference && self.has(kind, id, "")
    }

    /// Whether the volume that has this name now is the one that the course made.
    pub fn owns_volume(&self, name: &str, born: Option<Timestamp>) -> bool {
        let book = self.current();
        book.made.get(&key(Made::Volume, name, "")).is_some_and(|entry| entry.is_of(born))
    }

    /// Whether this name of an image is the course's, and still stands for the content that it stood for.
    pub fn owns_reference(&self, name: &str, id: &str) -> bool {
        let book = self.current();
        book.made.get(&key(Made::Reference, "", name)).is_some_and(|entry| entry.id == id)
    }

    /// Everything that was made and is not known to be gone, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        let mut all: Vec<Entry> = self.current().made.values().cloned().collect();
        all.sort_by_cached_key(|entry| (entry.at, entry.key()));
        all
    }

    /// What the course made since that moment and still keeps, and whether that is everything.
    pub fn since(&self, moment: Timestamp) -> Since {
        let mut entries = self.entries();
        entries.retain(|entry| entry.at >= moment);
        Since { is_all: self.looked_at(moment), entries }
    }

    /// The tap looks from now on.
    pub fn begin(&self) -> Result<(), LedgerError> {
        self.write(Did::Begin, None, "", "")
    }

    /// It has stopped; nothing is written where it had not begun.
    pub fn end(&self) -> Result<(), LedgerError> {
        match self.current().looked.last() {
            Some((_, None)) => {}
            _ => return Ok(()),
        }
        self.write(Did::End, None, "", "")
    }

    /// Whether the tap looked at that moment; after a crash it is taken to have looked until the next beginning.
    pub fn looked_at(&self, moment: Timestamp) -> bool {
        let book = self.current();
        book.looked.iter().any(|(from, to)| *from <= moment && to.is_none_or(|to| moment <= to))
    }

    fn has(&self, kind: Made, id: &str, name: &str) -> bool {
        self.current().made.contains_key(&key(kind, id, name))
    }

    /// The book with the lines that other programs have added. Where they can't be read, what is known stays.
    fn current(&self) -> MutexGuard<'_, Book> {
        let mut book = self.lock();
        if let Err(error) = self.catch_up(&mut book) {
            tracing::warn!(%error, "the ledger could not be read again");
        }
        book
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, did: Did, kind: Option<Made>, id: &str, name: &str) -> Line {
        let (at, engine) = (Timestamp::now(), self.engine.clone());
        Line { did, at, engine, kind, id: id.into(), name: name.into(), words: Vec::new(), born: None }
    }

    fn write(&self, did: Did, kind: Option<Made>, id: &str, name: &str) -> Result<(), LedgerError> {
        self.add(self.line(did, kind, id, name))
    }

    fn add(&self, line: Line) -> Result<(), LedgerError> {
        let failed = |source| LedgerError { path: self.path.clone(), source };
        let mut text = serde_json::to_string(&line).map_err(|e| failed(e.into()))?;
        text.push('\n');
        let mut book = self.lock();
        self.catch_up(&mut book).map_err(failed)?;
        let read_to = book.read_to;
        let Some(file) = &mut book.file else {
            book.apply(line);
            return Ok(());
        };
        if file.metadata().map_err(failed)?.len() > read_to {
            // somebody's last line was torn: this one begins on a line of its own
            text.insert(0, '\n');
        }
        // one call, so that the lines of two programs never mix
        file.write_all(text.as_bytes()).map_err(failed)?;
        self.catch_up(&mut book).map_err(failed)
    }

    /// Reads on from where it stopped, up to the last whole line.
    fn catch_up(&self, book: &mut Book) -> io::Result<()> {
        let Some(file) = &mut book.file else { return Ok(()) };
        let length = file.metadata()?.len();
        if length < book.read_to {
            let file = book.file.take();
            *book = Book { file, ..Book::default() };
            return self.catch_up(book);
        }
        if length == book.read_to {
            return Ok(());
        }
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(book.read_to))?;
        file.read_to_end(&mut tail)?;
        let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') else { return Ok(()) };
        book.read_to += end as u64 + 1;
        for line in tail[..end].split(|byte| *byte == b'\n') {
            if let Ok(line) = serde_json::from_slice::<Line>(line)
                && line.engine == self.engine
            {
                book.apply(line);
            }
        }
        Ok(())
    }
}

impl Book {
    fn apply(&mut self, line: Line) {
        match (line.did, line.kind) {
            (Did::Made, Some(kind)) => {
                let entry = Entry { at: line.at, kind, id: line.id, name: line.name, born: line.born };
                self.made.insert(entry.key(), entry);
            }
            (Did::Gone, Some(kind)) => {
                self.made.remove(&key(kind, &line.id, &line.name));
            }
            (Did::Begin, _) => {
                self.close(line.at);
                self.looked.push((line.at, None));
            }
            (Did::End, _) => self.close(line.at),
            (Did::Asked, Some(kind)) => {
                let asked = Asked { at: line.at, kind, name: line.name, words: line.words, token: line.id };
                self.asked.insert(asked.token.clone(), asked);
            }
            (Did::Answered, _) => drop(self.asked.remove(&line.id)),
            (Did::Made | Did::Gone | Did::Asked, None) => {}
        }
    }

    fn close(&mut self, at: Timestamp) {
        if let Some((_, to @ None)) = self.looked.last_mut() {
            *to = Some(at);
        }
    }
}

/// What tells the engine at this address from others: the socket itself, whatever link leads to it.
pub fn engine_of(uri: &str) -> String {
    let Some(path) = uri.strip_prefix("unix://") else { return uri.into() };
    fs::canonicalize(path).map_or_else(|_| path.into(), |path| path.display().to_string())
}

#[cfg(test)]
mod tests;
