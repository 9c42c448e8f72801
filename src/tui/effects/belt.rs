//! The app's side of the guard: the ledger of the engine in use, and the deletes that wait for an answer.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::mpsc::{self, Sender};
use tokio::sync::oneshot;

use super::lock;
use crate::lab::observe;
use crate::tap::guard::{Question, Said};
use crate::tap::ledger::{Ledger, Made};
use crate::tui::msg::Msg;

/// What the guard may say before the app has read it; a question waits where there is no room.
const ROOM: usize = 64;

/// Clones share it.
#[derive(Clone)]
pub(super) struct Belt {
    out: Sender<Msg>,
    ledger: Arc<Mutex<Option<Arc<Ledger>>>>,
    /// Dropping the app refuses what is in here.
    waiting: Arc<Mutex<HashMap<u64, oneshot::Sender<bool>>>>,
}

impl Belt {
    pub(super) fn new(out: Sender<Msg>) -> Self {
        Self { out, ledger: Arc::default(), waiting: Arc::default() }
    }

    /// Opens the ledger of this engine and marks what is in it. Without a usable file it works in memory, and says so.
    pub(super) async fn open(&self, file: &Path, uri: &str) {
        let mut trouble = None;
        let ledger = observe::open_ledger(file, uri, |error| {
            tracing::error!(%error, "no ledger");
            trouble = Some(Msg::Trouble { what: error.to_string(), remedy: error.remedy() });
        });
        if let Some(trouble) = trouble {
            let _ = self.out.send(trouble).await;
        }
        *lock(&self.ledger) = Some(Arc::clone(&ledger));
        let _ = self.out.send(made(&ledger)).await;
    }

    /// The ledger that is open, for a tap on its engine, and a guard's way to ask in the app.
    pub(super) fn voice(&self) -> Option<(Arc<Ledger>, Sender<Said>)> {
        let ledger = Arc::clone(lock(&self.ledger).as_ref()?);
        if let Err(error) = ledger.begin() {
            tracing::error!(%error, "the ledger could not be written");
        }
        let (app, said) = mpsc::channel(ROOM);
        tokio::spawn(listen(self.clone(), Arc::clone(&ledger), said));
        Some((ledger, app))
    }

    pub(super) fn answer(&self, question: u64, yes: bool) {
        if let Some(reply) = lock(&self.waiting).remove(&question) {
            // a client that went away needs no answer
            let _ = reply.send(yes);
        }
    }

    /// The containers that the course made, where the tap looked on at that moment; else nobody can say.
    pub(super) fn made_since(&self, moment: Timestamp) -> Option<BTreeSet<String>> {
        lock(&self.ledger).as_ref()?.containers_since(moment)
    }

    /// The tap has stopped; what waits is refused.
    pub(super) fn end(&self) {
        lock(&self.waiting).clear();
        if let Some(ledger) = lock(&self.ledger).take()
            && let Err(error) = ledger.end()
        {
            tracing::error!(%error, "the ledger could not be written");
        }
    }
}

async fn listen(belt: Belt, ledger: Arc<Ledger>, mut said: mpsc::Receiver<Said>) {
    while let Some(said) = said.recv().await {
        let msg = match said {
            Said::Ask(question) => hold(&belt, question),
            Said::Notice(text) => Msg::Notice(text),
            Said::Ledger => made(&ledger),
        };
        if belt.out.send(msg).await.is_err() {
            break;
        }
    }
}

/// Keeps the way back to the client. Where the client goes away first, the question is taken off the screen.
fn hold(belt: &Belt, question: Question) -> Msg {
    let Question { id, command, objects, mut reply } = question;
    let (answer, answered) = oneshot::channel();
    lock(&belt.waiting).insert(id, answer);
    let (out, waiting) = (belt.out.clone(), Arc::clone(&belt.waiting));
    tokio::spawn(async move {
        tokio::select! {
            yes = answered => drop(reply.send(yes.unwrap_or(false))),
            () = reply.closed() => {
                lock(&waiting).remove(&id);
                let _ = out.send(Msg::AskOver(id)).await;
            }
        }
    });
    Msg::Ask { question: id, command, objects }
}

fn made(ledger: &Ledger) -> Msg {
    let all: HashSet<String> =
        ledger.entries().into_iter().filter(|e| e.kind != Made::Reference).map(|e| e.id).collect();
    Msg::Made(all)
}
