//! Asks the servers of an attempt while they live: what one answered counts also when it is gone.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{Instant, sleep};

use super::http;
use crate::check::Needs;
use crate::engine::Update;
use crate::facts::{HttpAnswer, Probe, Run, Silence};
use crate::tap::Ending;

/// Between two tries at a server that is silent.
const PAUSE: Duration = Duration::from_millis(500);
/// A server that is silent for this long after its start is asked again when it is judged, and before it is ended.
const LONGEST: Duration = Duration::from_secs(60);

type Outcomes = Vec<(u16, String, Result<HttpAnswer, Silence>)>;

/// Clones share it.
#[derive(Clone)]
pub(super) struct Servers {
    machine: String,
    news: Sender<Update>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Nothing is asked where no attempt asks for an answer.
    requests: BTreeSet<String>,
    ports: BTreeSet<u16>,
    alive: HashMap<String, Arc<Run>>,
    /// Those that are being asked.
    asked: HashSet<String>,
    /// What was told of each last.
    told: HashMap<String, Outcomes>,
}

impl Servers {
    /// What they answer is told as a look at their container that knows nothing else.
    pub(super) fn new(machine: String, news: Sender<Update>) -> Self {
        Self { machine, news, state: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it is asked for this.
    pub(super) fn want(&self, needs: &Needs) {
        let alive: Vec<String> = {
            let mut state = self.lock();
            state.requests.clone_from(&needs.requests);
            state.ports.clone_from(&needs.ports);
            state.alive.keys().cloned().collect()
        };
        alive.into_iter().for_each(|id| self.begin(id));
    }

    /// A container's life went on.
    pub(super) fn note(&self, run: &Arc<Run>) {
        if run.is_running() {
            self.lock().alive.insert(run.id.clone(), Arc::clone(run));
            self.begin(run.id.clone());
        } else if run.removed || run.finished.is_some() {
            let mut state = self.lock();
            state.alive.remove(&run.id);
            if run.removed {
                state.told.remove(&run.id);
            }
        }
    }

    fn begin(&self, id: String) {
        let mut state = self.lock();
        if !state.requests.is_empty() && state.asked.insert(id.clone()) {
            tokio::spawn(self.clone().ask(id));
        }
    }

    async fn ask(self, id: String) {
        let begun = Instant::now();
        while begun.elapsed() < LONGEST && self.look(&id).await != Some(true) && self.is_alive(&id) {
            sleep(PAUSE).await;
        }
        // A new start is asked anew.
        self.lock().asked.remove(&id);
    }

    fn is_alive(&self, id: &str) -> bool {
        self.lock().alive.contains_key(id)
    }

    /// Asks once. Whether all that it publishes has answered; None where it is not known to run.
    async fn look(&self, id: &str) -> Option<bool> {
        let (run, requests, ports) = {
            let state = self.lock();
            (Arc::clone(state.alive.get(id)?), state.requests.clone(), state.ports.clone())
        };
        let probes = http::probe(&self.machine, &run, &ports, &requests).await;
        let outcomes: Outcomes = probes.iter().map(|p| (p.port, p.path.clone(), p.outcome.clone())).collect();
        let is_news = self.lock().told.insert(id.to_owned(), outcomes.clone()).as_ref() != Some(&outcomes);
        if is_news && !probes.is_empty() {
            let _ = self.news.send(Update::Run(Arc::new(heard(&run, probes)))).await;
        }
        Some(!outcomes.is_empty() && outcomes.iter().all(|(_, _, outcome)| outcome.is_ok()))
    }

    /// Looks once more at what is about to be ended, where nothing has answered yet.
    pub(super) async fn before_the_end(self, mut endings: Receiver<Ending>) {
        while let Some(Ending { container, go_on }) = endings.recv().await {
            let Some(id) = self.silent(&container) else { continue };
            let servers = self.clone();
            tokio::spawn(async move {
                servers.look(&id).await;
                // The client may have gone away meanwhile.
                let _ = go_on.send(());
            });
        }
    }

    fn silent(&self, meant: &str) -> Option<String> {
        let state = self.lock();
        let is_meant = |run: &&Arc<Run>| run.name == meant || run.id.starts_with(meant);
        let run = state.alive.values().find(is_meant).filter(|_| !state.requests.is_empty())?;
        let told = state.told.get(&run.id);
        let answered = told.is_some_and(|all| all.iter().any(|(_, _, outcome)| outcome.is_ok()));
        (!answered).then(|| run.id.clone())
    }
}

/// Only heard: what is known of the container otherwise stays as it is.
fn heard(run: &Run, probes: Vec<Probe>) -> Run {
    Run { id: run.id.clone(), name: run.name.clone(), created: run.created, probes, ..Run::default() }
}
