//! Writing progress down without ever losing it while the app lives: what can't be saved now is saved later.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Event, Opened, Stamped, Store, StoreError};

/// A store that may be missing, with the events that wait for it. Waiting events are tried again, in order,
/// with each new one.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    store: Option<Store>,
    waiting: Vec<(Timestamp, Event)>,
}

impl Journal {
    /// Without a usable file it works in memory; the error is there to be shown.
    ///
    /// A file that is not there yet is left to `prepare`: making it waits for the disk several times, and the first
    /// frame must not.
    pub fn open(path: &Path) -> (Self, Result<Option<PathBuf>, StoreError>) {
        let mut journal = Self { path: path.into(), store: None, waiting: Vec::new() };
        if matches!(path.try_exists(), Ok(false)) {
            return (journal, Ok(None));
        }
        let outcome = match Store::open(path) {
            Ok(Opened { store, set_aside }) => {
                journal.store = Some(store);
                Ok(set_aside)
            }
            Err(error) => Err(error),
        };
        (journal, outcome)
    }

    /// Keeps nothing: for a deck that is only looked at.
    pub fn in_memory() -> Self {
        Self { path: PathBuf::new(), store: None, waiting: Vec::new() }
    }

    pub fn store(&mut self) -> Option<&mut Store> {
        self.store.as_mut()
    }

    /// How many events are in memory alone.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Saves the event and everything that waited before it. On an error it is kept, and the error says what to do.
    pub fn record(&mut self, event: Event) -> Result<Vec<Stamped>, StoreError> {
        self.waiting.push((Timestamp::now(), event));
        self.save()
    }

    /// Makes or opens the file where that has not been done; waits for the disk.
    pub fn prepare(&mut self) -> Result<(), StoreError> {
        if self.store.is_none() && !self.path.as_os_str().is_empty() {
            self.store = Some(Store::open(&self.path)?.store);
        }
        Ok(())
    }

    /// Tries again to save what waits.
    pub fn save(&mut self) -> Result<Vec<Stamped>, StoreError> {
        if self.path.as_os_str().is_empty() {
            self.waiting.clear();
        }
        if self.waiting.is_empty() {
            return Ok(Vec::new());
        }
        self.prepare()?;
        let Some(mut store) = self.store.take() else { return Ok(Vec::new()) };
        let outcome = store.append_all(&self.waiting);
        // A damaged file is opened anew the next time, which sets it aside.
        if !matches!(outcome, Err(StoreError::Damaged(_))) {
            self.store = Some(store);
        }
        if outcome.is_ok() {
            self.waiting.clear();
        }
        outcome
    }
}
