//! The relay on the engine's socket: what the learner's docker CLI asks of the engine is passed on, seen and kept.
//!
//! It runs on a thread of its own, so that neither drawing nor a full inbox ever delays a docker command.

pub mod action;
mod body;
mod building;
mod ending;
mod engine;
mod grpc;
pub mod guard;
pub mod ledger;
mod lookup;
mod path;
mod printed;
pub mod redact;
mod relay;
mod settle;
mod socket;
mod target;
mod upgrade;
pub mod who;
mod witness;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use crate::dial::Dialer;
use crate::facts::Observed;
pub use ending::Ending;
pub use guard::Guard;
use ledger::Ledger;
pub use socket::TapError;
pub use target::Target;
pub use who::ShellRoot;
pub use witness::Missed;

/// What the tap stands between.
#[derive(Clone, Debug)]
pub struct Options {
    /// The way to the engine.
    pub upstream: Dialer,
    /// A folder for the tap's socket alone; made, and removed at the end. Short: a socket's path has 107 bytes at most.
    pub folder: PathBuf,
    /// Whose calls count as typed.
    pub shell: ShellRoot,
    /// Judges what would delete; without one everything passes, and nothing is written down.
    pub guard: Option<Guard>,
    /// Who looks once more at a container before a client ends it.
    pub last_looks: Option<mpsc::Sender<Ending>>,
}

/// Writes into the ledger what programs that were killed have asked for and the engine has made. For who looks at the ledger without a tap.
pub async fn settle_unanswered(ledger: &Arc<Ledger>, engine: &Dialer) {
    let lookup = lookup::Lookup::new(engine, &Target::default());
    Guard::new(Arc::clone(ledger), None).settle_unanswered(&lookup).await;
}

/// What the tap tells. It never waits for anyone to read: an event that finds no room is dropped and counted.
#[derive(Clone, Debug)]
pub enum Event {
    /// A call was answered, or has ended.
    Seen(Arc<Observed>),
    /// The tap has stopped by itself; the shell's next docker command will not find it.
    Failed(String),
}

/// The variables with which a docker command reaches this address as it stands: the tap's socket is not encrypted, so what asks for
/// TLS is emptied for it, which docker takes for not set.
pub fn docker_env(host: &str) -> Vec<(String, String)> {
    let asks_for_tls = |name: &&str| host.starts_with("unix://") && std::env::var_os(name).is_some();
    let emptied = ["DOCKER_TLS_VERIFY", "DOCKER_TLS"].into_iter().filter(asks_for_tls);
    let host = ("DOCKER_HOST".to_owned(), host.to_owned());
    emptied.map(|name| (name.to_owned(), String::new())).chain([host]).collect()
}

/// The variable with which the podman command, also where it is called `docker`, goes to this address in place of working by
/// itself, which nobody sees. For an engine that is Podman: it speaks to no other.
pub fn podman_env(host: &str) -> (String, String) {
    ("CONTAINER_HOST".to_owned(), host.to_owned())
}

/// A running tap. Dropped, it closes every connection through it and removes its socket and folder.
#[derive(Debug)]
pub struct Tap {
    place: Option<socket::Place>,
    missed: Missed,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    path: PathBuf,
}

impl Tap {
    /// Listens at once; the engine is first asked for when a client asks something.
    pub fn start(options: Options, events: mpsc::Sender<Event>) -> Result<Self, TapError> {
        let (place, listener) = socket::open(&options.folder)?;
        let path = place.socket();
        let missed = Missed::default();
        let (stop, stopped) = oneshot::channel();
        let witness = witness::Witness::new(events, missed.clone());
        let thread = std::thread::Builder::new()
            .name("tap".into())
            .spawn(move || relay::run(listener, options, witness, stopped))
            .map_err(|source| TapError::NoThread { source })?;
        Ok(Self { place: Some(place), missed, stop: Some(stop), thread: Some(thread), path })
    }

    pub fn socket(&self) -> &Path {
        &self.path
    }

    /// What `DOCKER_HOST` has to be for a program to be seen.
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    /// Events that found no room.
    pub fn missed(&self) -> u64 {
        self.missed.count()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        // The socket goes first: whoever comes now is told so at once.
        self.place.take();
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod fuzz_tests;
