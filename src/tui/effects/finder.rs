//! Finds the engine of this session: the one that the docker command would use, else one of our own.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::mpsc::Sender;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use super::belt::Belt;
use super::line::EngineLine;
use super::shell::ShellSeat;
use super::tap::TapSeat;
use super::{Wanted, lock};
use crate::check::Needs;
use crate::engine::private::{self, Private};
use crate::engine::{self, Endpoint, EngineError, OsRelease, Prospect, Surroundings, Update};
use crate::facts::Link;
use crate::lab::Observation;
use crate::tui::msg::Msg;

/// Looks when it is asked to, until an engine was found once; from then on the watch keeps the connection.
pub(super) struct Finder {
    wanted: Arc<Wanted>,
    out: Sender<Msg>,
    line: EngineLine,
    shell: ShellSeat,
    belt: Belt,
    tap: TapSeat,
    found: Arc<Mutex<Found>>,
    /// The look that is under way, or was the last.
    task: Option<JoinHandle<()>>,
    /// Ends a private engine that is still starting.
    give_up: Arc<Notify>,
}

#[derive(Default)]
struct Found {
    observed: Option<Observation>,
    /// What is to be recorded, for an engine that is found later.
    recorded: Option<(Timestamp, Needs)>,
    private: Option<Private>,
    /// A private engine that failed to start is tried again only when the learner asks.
    failed: Option<NoEngine>,
    looked: bool,
}

/// Why there is no engine, and what to do.
#[derive(Clone)]
struct NoEngine {
    reason: String,
    remedy: String,
    /// A command that helps, for the prompt.
    command: Option<String>,
}

impl Finder {
    pub(super) fn new(
        wanted: Arc<Wanted>,
        out: Sender<Msg>,
        line: EngineLine,
        shell: ShellSeat,
        (belt, tap): (Belt, TapSeat),
    ) -> Self {
        Self {
            wanted,
            out,
            line,
            shell,
            belt,
            tap,
            found: Arc::default(),
            task: None,
            give_up: Arc::default(),
        }
    }

    /// Finds or starts an engine, gives it to the shell, and follows it. `asked`: by the learner, who wants everything
    /// tried again; else something only gave a reason to look. Nothing while there is an engine, or a look under way.
    pub(super) fn look(&mut self, asked: bool) {
        let busy = self.task.as_ref().is_some_and(|task| !task.is_finished());
        if busy || lock(&self.found).observed.is_some() {
            return;
        }
        let (out, wanted, line, shell) =
            (self.out.clone(), Arc::clone(&self.wanted), self.line.clone(), self.shell.clone());
        let (belt, tap) = (self.belt.clone(), self.tap.clone());
        let (found, give_up) = (Arc::clone(&self.found), Arc::clone(&self.give_up));
        self.task = Some(tokio::spawn(async move {
            let (first, failed) = {
                let mut found = lock(&found);
                let failed = if asked { None } else { found.failed.clone() };
                (!std::mem::replace(&mut found.looked, true), failed)
            };
            match find(&wanted, &out, failed.as_ref(), &give_up).await {
                Ok(Engine { endpoint, own, tell }) => {
                    let prefix = own.as_ref().map(Private::shell_prefix).unwrap_or_default();
                    lock(&found).private = own;
                    let _ = out
                        .send(Msg::Endpoint { why: endpoint.why.clone(), machine: endpoint.other_machine() })
                        .await;
                    if let Some(machine) = endpoint.other_machine() {
                        let _ = out.send(Msg::Notice(elsewhere(&machine))).await;
                    }
                    belt.open(&wanted.paths.ledger_file(), &endpoint.uri).await;
                    let (mut observed, updates) = Observation::begin(&endpoint);
                    let looks = observed.last_looks();
                    let runtime = &wanted.paths.runtime;
                    let host = tap.start(&endpoint, runtime, wanted.tap, &belt, looks, &shell).await;
                    // The docker command comes to the engine itself without being told; to the tap it does not.
                    let host = (tell || host != endpoint.uri).then_some(host.as_str());
                    let podman = host.is_some() && engine::is_podman(&endpoint).await;
                    match first {
                        true => shell.open(host, podman, prefix),
                        false => shell.give(host, podman, prefix),
                    }
                    line.set(endpoint).await;
                    let mut found = lock(&found);
                    if let Some((since, needs)) = &found.recorded {
                        observed.record(*since, needs);
                    }
                    found.observed = Some(observed);
                    drop(found);
                    tokio::spawn(pass_on(updates, out));
                }
                Err(Failure { why, of_our_own }) => {
                    let NoEngine { reason, remedy, command } = why.clone();
                    if of_our_own {
                        lock(&found).failed = Some(why);
                    }
                    let _ = out.send(Msg::Endpoint { why: String::new(), machine: None }).await;
                    let _ = out.send(Msg::Link(Link::Absent { reason, remedy })).await;
                    let _ = out.send(Msg::Install(command)).await;
                    if first {
                        shell.open(None, false, Vec::new());
                    }
                }
            }
        }));
    }

    /// What has to be recorded from now on, of this engine or of one that is found later.
    pub(super) fn record(&self, since: Timestamp, needs: Needs) {
        let mut found = lock(&self.found);
        if let Some(observed) = &found.observed {
            observed.record(since, &needs);
        }
        found.recorded = Some((since, needs));
    }

    /// Ends a look that is under way, and the private engine.
    pub(super) async fn end(&mut self) {
        self.give_up.notify_one();
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
        let (observed, private) = {
            let mut found = lock(&self.found);
            (found.observed.take(), found.private.take())
        };
        drop(observed);
        if let Some(private) = private {
            private.stop().await;
        }
    }

    /// What others know of the engine that is watched, if one is.
    pub(super) fn watched(&self) -> Watched {
        Watched(Arc::clone(&self.found))
    }

    /// Whether the end takes a moment, because an engine has to be stopped first.
    pub(super) fn has_engine_to_stop(&self) -> bool {
        lock(&self.found).private.as_ref().is_some_and(Private::ends_now)
    }
}

/// Passes on to the watch what it cannot see.
pub(super) struct Watched(Arc<Mutex<Found>>);

impl Watched {
    pub(super) fn command_ended(&self) {
        self.tell(Observation::command_ended);
    }

    pub(super) fn doubt(&self) {
        self.tell(Observation::doubt);
    }

    fn tell(&self, what: impl Fn(&Observation)) {
        if let Some(observed) = &lock(&self.0).observed {
            what(observed);
        }
    }
}

struct Engine {
    endpoint: Endpoint,
    own: Option<Private>,
    /// The docker command does not come to it by itself.
    tell: bool,
}

struct Failure {
    why: NoEngine,
    /// It is a private engine that failed to start.
    of_our_own: bool,
}

async fn find(
    wanted: &Wanted,
    out: &Sender<Msg>,
    failed: Option<&NoEngine>,
    give_up: &Notify,
) -> Result<Engine, Failure> {
    let discovery = engine::discover(&Surroundings::of_this_machine());
    let plan = private::Plan {
        state: wanted.paths.state.clone(),
        runtime: wanted.paths.runtime.clone(),
        asked: wanted.private,
        keep: wanted.keep_engine,
    };
    if !wanted.private {
        match engine::prospect(&discovery, &plan) {
            Prospect::Found(endpoint) => {
                let tell = !discovery.docker_finds(&endpoint);
                return Ok(Engine { endpoint, own: None, tell });
            }
            Prospect::Nothing(problem) => return Err(Failure { why: nothing(&problem), of_our_own: false }),
            Prospect::OwnRuns(_) | Prospect::Own(_) => {}
        }
    }
    if let Some(failed) = failed {
        return Err(Failure { why: failed.clone(), of_our_own: true });
    }
    let _ = out.send(Msg::Starting).await;
    match private::start(&plan, give_up).await {
        Ok(private) => {
            for note in private.notes() {
                let _ = out.send(Msg::Trouble { what: note, remedy: String::new() }).await;
            }
            Ok(Engine { endpoint: private.endpoint().clone(), own: Some(private), tell: true })
        }
        Err(error) => {
            tracing::warn!(%error, "no private engine");
            let mut remedy = error.remedy();
            if wanted.private && discovery.chosen.is_some() {
                remedy.push_str(" Without --private, pilotwhale uses the engine that runs here.");
            }
            let why = match &error {
                private::PrivateError::Died { .. } | private::PrivateError::Silent { .. } => {
                    format!("pilotwhale tried to start an engine of its own: {error}")
                }
                _ => format!("pilotwhale could not start an engine of its own: {error}"),
            };
            Err(Failure { why: NoEngine { reason: why, remedy, command: None }, of_our_own: true })
        }
    }
}

/// What the slides say of this machine is then true of another one.
fn elsewhere(machine: &str) -> String {
    format!(
        "The engine is on {machine}. Folders to mount are those there, and localhost:8081 is {machine}:8081"
    )
}

/// What to say and to offer where nothing answers and nothing of our own can be started.
fn nothing(problem: &EngineError) -> NoEngine {
    let cure = engine::cure(problem, &OsRelease::of_this_machine(), &engine::Present::of_this_machine());
    NoEngine {
        reason: problem.to_string(),
        remedy: cure.as_ref().map_or_else(|| problem.remedy(), |cure| cure.note.clone()),
        command: cure.and_then(|cure| cure.command),
    }
}

/// Passes on what the engine says until the app ends; the connection heals itself.
async fn pass_on(mut updates: mpsc::Receiver<Update>, out: Sender<Msg>) {
    while let Some(update) = updates.recv().await {
        let msg = match update {
            Update::Link(link) => Msg::Link(link),
            Update::Snapshot(snapshot) => Msg::Snapshot(snapshot),
            Update::Run(run) => Msg::Run(run),
            Update::Thing(thing) => Msg::Thing(thing),
            Update::Past(past) => Msg::Past(past),
        };
        if out.send(msg).await.is_err() {
            break;
        }
    }
}
