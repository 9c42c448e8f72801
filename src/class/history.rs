//! A learner's events as the class is told of them: from the progress file, or from memory.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::progress::{Event, Stamped, Store, StoreError};

/// Events in the order of their numbers.
pub trait History: Send + 'static {
    fn after(&mut self, seq: i64) -> Result<Vec<Stamped>, StoreError>;
}

impl History for Store {
    fn after(&mut self, seq: i64) -> Result<Vec<Stamped>, StoreError> {
        self.events_after(seq)
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
