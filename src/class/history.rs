//! A learner's events as the class is told of them: from the progress file, or from memory.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::progress::{Event, Stamped, Store, StoreError};

/// Events in the order of their numbers.
pub trait History: Send + 'static {
    fn after(&mut self, seq: i64) -> Result<Vec<Stamped>, StoreError>;
}

/// The progress file at this path, opened when it is first read: the app may be making it at this moment.
#[derive(Debug)]
pub struct Filed {
    path: PathBuf,
    store: Option<Store>,
}

impl Filed {
    pub fn at(path: PathBuf) -> Self {
        Self { path, store: None }
    }
}

impl History for Filed {
    fn after(&mut self, seq: i64) -> Result<Vec<Stamped>, StoreError> {
        let store = match &self.store {
            Some(store) => store,
            None => self.store.insert(Store::open(&self.path)?.store),
        };
        store.events_after(seq)
    }
}

/// Kept in memory: of a simulated learner, or where there is no file.
#[derive(Clone, Debug, Default)]
pub struct Remembered(Arc<Mutex<Vec<Stamped>>>);

impl Remembered {
    pub fn record(&self, event: Event) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seq = events.last().map_or(1, |last| last.seq + 1);
        events.push(Stamped { seq, at: Timestamp::now(), event });
    }
}

impl History for Remembered {
    fn after(&mut self, seq: i64) -> Result<Vec<Stamped>, StoreError> {
        let events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(events.iter().filter(|e| e.seq > seq).cloned().collect())
    }
}
