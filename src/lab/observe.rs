//! Sets up what an engine is observed with: the tap with its ledger and guard, the watch, and who asks servers. The screen,
//! `pilotwhale shell` and the rehearsal all begin here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

use super::servers::Servers;
use crate::check::Needs;
use crate::engine::{self, Endpoint, Update, Watcher};
use crate::tap::guard::{Guard, Said};
use crate::tap::ledger::{Ledger, LedgerError, engine_of};
use crate::tap::{Ending, Event, Options, ShellRoot, Tap, TapError};

/// Calls that nobody took yet; more than these are dropped and never delay a command.
const ROOM: usize = 4096;
/// What the watch may tell before it waits.
const NEWS: usize = 64;
/// Containers that are about to be ended at once.
const ENDINGS: usize = 16;

/// Why an engine can't be tapped.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The tap needs a socket to stand before.
    #[error("only engines with a socket on this machine can be watched, and not {0}")]
    Remote(String),
    #[error(transparent)]
    Tap(#[from] TapError),
}

impl ObserveError {
    pub fn remedy(&self) -> String {
        match self {
            Self::Remote(_) => "Set DOCKER_HOST to a unix:// address.".into(),
            Self::Tap(error) => error.remedy(),
        }
    }
}

/// The ledger of the engine at this address. Without a usable file it works in memory, and `say` is told why.
pub fn open_ledger(file: &Path, uri: &str, say: impl FnOnce(&LedgerError)) -> Arc<Ledger> {
    let engine = engine_of(uri);
    Arc::new(Ledger::open(file, &engine).unwrap_or_else(|error| {
        say(&error);
        Ledger::in_memory(&engine)
    }))
}

/// One engine that is observed.
pub struct Observation {
    watcher: Watcher,
    servers: Servers,
    tasks: Vec<JoinHandle<()>>,
}

/// A tap before the engine.
pub struct Tapped {
    pub tap: Tap,
    pub calls: Receiver<Event>,
}

impl Observation {
    /// Begins to watch. `Update`s come in order; what servers answer comes as a `Run`.
    pub fn begin(endpoint: &Endpoint) -> (Self, Receiver<Update>) {
        let (told, mut updates) = mpsc::channel(NEWS);
        let (news, out) = mpsc::channel(NEWS);
        let servers = Servers::new(endpoint.clone(), news.clone());
        let notes = servers.clone();
        let pass_on = tokio::spawn(async move {
            while let Some(update) = updates.recv().await {
                match &update {
                    Update::Run(run) => notes.note(run),
                    Update::Past(past) => past.runs.iter().for_each(|run| notes.note(&Arc::new(run.clone()))),
                    Update::Link(_) | Update::Snapshot(_) | Update::Thing(_) => {}
                }
                if news.send(update).await.is_err() {
                    break;
                }
            }
        });
        let watcher = engine::watch(endpoint.clone(), told);
        (Self { watcher, servers, tasks: vec![pass_on] }, out)
    }

    /// What has to be recorded for the attempts that are under way: the first of them began at `since`.
    pub fn record(&self, since: Timestamp, needs: &Needs) {
        self.watcher.remember(since);
        self.ask_servers(needs);
    }

    /// What servers are asked from now on, while they live.
    pub fn ask_servers(&self, needs: &Needs) {
        self.servers.want(needs);
    }

    /// A command of the shell has ended; it may have done what no event tells.
    pub fn command_ended(&self) {
        self.watcher.command_ended();
    }

    /// Somebody waits for an answer of the engine, and none comes.
    pub fn doubt(&self) {
        self.watcher.doubt();
    }

    /// Who wants to look at containers before a client of the tap ends them.
    pub fn last_looks(&mut self) -> Sender<Ending> {
        let (lookers, endings) = mpsc::channel(ENDINGS);
        self.tasks.push(tokio::spawn(self.servers.clone().before_the_end(endings)));
        lookers
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Puts a tap before the engine at this address, with a guard that asks through `voice`; where nobody can be asked, what is
/// the learner's stays. `folder` is for the tap's socket alone.
pub fn tap(
    uri: &str,
    folder: PathBuf,
    shell: &ShellRoot,
    ledger: &Arc<Ledger>,
    voice: Option<Sender<Said>>,
    last_looks: Option<Sender<Ending>>,
) -> Result<Tapped, ObserveError> {
    let upstream = uri.strip_prefix("unix://").map(PathBuf::from);
    let upstream = upstream.ok_or_else(|| ObserveError::Remote(uri.to_owned()))?;
    let (sender, calls) = mpsc::channel(ROOM);
    let guard = Some(Guard::new(Arc::clone(ledger), voice));
    let options = Options { upstream, folder, shell: shell.clone(), guard, last_looks };
    Ok(Tapped { tap: Tap::start(options, sender)?, calls })
}
