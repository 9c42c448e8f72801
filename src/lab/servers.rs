//! Asks the containers of an attempt while they live: what a server answered, and what was installed, counts also when it is gone.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::{Instant, sleep};

use super::{http, packages};
use crate::check::Needs;
use crate::engine::{Endpoint, Engine, Update};
use crate::facts::{HttpAnswer, Run, Silence};
use crate::tap::Ending;

/// Between two tries at a server that is silent.
const PAUSE: Duration = Duration::from_millis(500);
/// A server that is silent for this long after its start is asked again when it is judged, and before it is ended.
const LONGEST: Duration = Duration::from_secs(60);

type Outcomes = Vec<(u16, String, Result<HttpAnswer, Silence>)>;

/// Clones share it.
#[derive(Clone)]
pub(super) struct Servers {
    endpoint: Arc<Endpoint>,
    /// Opened when it is first asked.
    engine: Arc<OnceCell<Engine>>,
    news: Sender<Update>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Nothing is asked where no attempt asks for an answer.
    requests: BTreeSet<String>,
    ports: BTreeSet<u16>,
    packages: bool,
    /// All containers that were not removed, by their ids.
    here: HashMap<String, Arc<Run>>,
    /// Those that are being asked.
    asked: HashSet<String>,
    /// What was told of each last.
    told: HashMap<String, Outcomes>,
}

impl Servers {
    /// What they answer is told as a look at their container that knows nothing else.
    pub(super) fn new(endpoint: Endpoint, news: Sender<Update>) -> Self {
        Self { endpoint: Arc::new(endpoint), engine: Arc::default(), news, state: Arc::default() }
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
            state.packages = needs.packages;
            state.here.values().filter(|run| run.is_running()).map(|run| run.id.clone()).collect()
        };
        alive.into_iter().for_each(|id| self.begin(id));
    }

    /// A container's life went on.
    pub(super) fn note(&self, run: &Arc<Run>) {
        if run.removed {
            let mut state = self.lock();
            state.here.remove(&run.id);
            state.told.remove(&run.id);
            return;
        }
        self.lock().here.insert(run.id.clone(), Arc::clone(run));
        if run.is_running() {
            self.begin(run.id.clone());
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
        self.lock().here.get(id).is_some_and(|run| run.is_running())
    }

    /// Asks once. Whether all that it publishes has answered; None where it is not known to run.
    async fn look(&self, id: &str) -> Option<bool> {
        let (run, requests, ports) = {
            let state = self.lock();
            let run = state.here.get(id).filter(|run| run.is_running())?;
            (Arc::clone(run), state.requests.clone(), state.ports.clone())
        };
        let probes = http::probe(self.endpoint.host(), &run, &ports, &requests).await;
        let outcomes: Outcomes = probes.iter().map(|p| (p.port, p.path.clone(), p.outcome.clone())).collect();
        let is_news = self.lock().told.insert(id.to_owned(), outcomes.clone()).as_ref() != Some(&outcomes);
        if is_news && !probes.is_empty() {
            self.tell(Run { probes, ..heard(&run) }).await;
        }
        Some(!outcomes.is_empty() && outcomes.iter().all(|(_, _, outcome)| outcome.is_ok()))
    }

    /// What it has installed until now.
    async fn open(&self, run: &Run) {
        let engine = self.engine.get_or_try_init(|| Engine::connect(&self.endpoint)).await;
        let found = match engine {
            Ok(engine) => packages::look(engine, run).await,
            Err(error) => {
                tracing::debug!(%error, "a container could not be opened before its end");
                None
            }
        };
        if found.is_some() {
            self.tell(Run { packages: found, ..heard(run) }).await;
        }
    }

    async fn tell(&self, run: Run) {
        let _ = self.news.send(Update::Run(Arc::new(run))).await;
    }

    /// Looks once more at what is about to be ended.
    pub(super) async fn before_the_end(self, mut endings: Receiver<Ending>) {
        while let Some(Ending { container, go_on }) = endings.recv().await {
            let Some(look) = self.last_look(&container) else { continue };
            let servers = self.clone();
            tokio::spawn(async move {
                if look.is_silent {
                    servers.look(&look.run.id).await;
                }
                if look.is_closed {
                    servers.open(&look.run).await;
                }
                // The client may have gone away meanwhile.
                let _ = go_on.send(());
            });
        }
    }

    /// None where nothing new can be found.
    fn last_look(&self, meant: &str) -> Option<LastLook> {
        let state = self.lock();
        let is_meant = |run: &&Arc<Run>| run.name == meant || run.id.starts_with(meant);
        let run = state.here.values().find(is_meant)?;
        let told = state.told.get(&run.id);
        let answered = told.is_some_and(|all| all.iter().any(|(_, _, outcome)| outcome.is_ok()));
        let is_silent = run.is_running() && !state.requests.is_empty() && !answered;
        let is_closed = state.packages && run.may_gain_packages();
        (is_silent || is_closed).then(|| LastLook { run: Arc::clone(run), is_silent, is_closed })
    }
}

struct LastLook {
    run: Arc<Run>,
    /// No server in it has answered.
    is_silent: bool,
    /// Nobody knows what was installed in it.
    is_closed: bool,
}

/// Only heard: what is known of the container otherwise stays as it is.
fn heard(run: &Run) -> Run {
    Run { id: run.id.clone(), name: run.name.clone(), created: run.created, ..Run::default() }
}
