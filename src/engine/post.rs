//! What the watch has to tell and nobody took yet: of a picture the newest alone, of a container its latest state.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc};

use super::Update;
use crate::facts::{Link, Past, Run, Snapshot, Thing};

/// What waits to be sent.
#[derive(Debug, Default)]
pub(super) struct Post {
    waiting: Mutex<Waiting>,
    more: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    link: Option<Link>,
    snapshot: Option<Arc<Snapshot>>,
    runs: VecDeque<Arc<Run>>,
    things: VecDeque<Arc<Thing>>,
    past: Option<Arc<Past>>,
}

impl Post {
    fn put(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        self.more.notify_one();
    }

    pub(super) fn link(&self, link: Link) {
        self.put(|w| w.link = Some(link));
    }

    pub(super) fn snapshot(&self, snapshot: Snapshot) {
        self.put(|w| w.snapshot = Some(Arc::new(snapshot)));
    }

    pub(super) fn run(&self, run: Run) {
        self.put(|w| match w.runs.iter_mut().find(|r| r.id == run.id) {
            Some(waiting) => *waiting = Arc::new(run),
            None => {
                if w.runs.len() >= 256 {
                    w.runs.pop_front();
                }
                w.runs.push_back(Arc::new(run));
            }
        });
    }

    pub(super) fn thing(&self, thing: Thing) {
        self.put(|w| {
            if w.things.len() >= 256 {
                w.things.pop_front();
            }
            w.things.push_back(Arc::new(thing));
        });
    }

    /// It holds what waited to be told of its runs.
    pub(super) fn past(&self, past: Past) {
        self.put(|w| {
            w.runs.retain(|run| !past.runs.iter().any(|told| told.id == run.id));
            w.past = Some(Arc::new(past));
        });
    }

    fn take(&self) -> Option<Update> {
        let mut w = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // The snapshot before the word that it is live.
        let snapshot = w.snapshot.take().map(Update::Snapshot);
        snapshot
            .or_else(|| w.link.take().map(Update::Link))
            .or_else(|| w.past.take().map(Update::Past))
            .or_else(|| w.things.pop_front().map(Update::Thing))
            .or_else(|| w.runs.pop_front().map(Update::Run))
    }
}

pub(super) async fn carry(post: Arc<Post>, updates: mpsc::Sender<Update>) {
    loop {
        // A place first, then the news: what waits stays replaceable until it can really go.
        let Ok(place) = updates.reserve().await else { return };
        loop {
            match post.take() {
                Some(update) => {
                    place.send(update);
                    break;
                }
                None => post.more.notified().await,
            }
        }
    }
}
