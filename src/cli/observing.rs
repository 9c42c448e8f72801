//! A tap before the learner's engine with what it makes written down, for commands without a screen.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::{self, Receiver};

use crate::cli::print::tell;
use crate::engine::Endpoint;
use crate::facts::Observed;
use crate::paths::Paths;
use crate::tap::guard::Guard;
use crate::tap::ledger::{Ledger, engine_of};
use crate::tap::{Event, Options, ShellRoot, Tap};

/// Calls that were not written down yet; more than these are dropped and never delay a command.
const ROOM: usize = 4096;

pub(super) struct Observing {
    pub(super) tap: Tap,
    pub(super) events: Receiver<Event>,
    ledger: Arc<Ledger>,
}

impl Observing {
    /// The reason where there can be no tap. A ledger that can't be opened is said, and kept in memory.
    pub(super) fn begin(endpoint: &Endpoint, paths: &Paths, root: &ShellRoot) -> Result<Self, String> {
        let uri = &endpoint.uri;
        let Some(upstream) = uri.strip_prefix("unix://").map(PathBuf::from) else {
            return Err(format!("only engines with a socket on this machine can be watched, and not {uri}"));
        };
        let engine = engine_of(uri);
        let ledger = Ledger::open(&paths.ledger_file(), &engine).unwrap_or_else(|error| {
            tell!("pilotwhale: {error}. {}", error.remedy());
            Ledger::in_memory(&engine)
        });
        let ledger = Arc::new(ledger);
        if let Err(error) = ledger.begin() {
            tell!("pilotwhale: {error}. {}", error.remedy());
        }
        let (sender, events) = mpsc::channel(ROOM);
        let options = Options {
            upstream,
            folder: paths.runtime.join(format!("tap-{}", std::process::id())),
            shell: root.clone(),
            // Nobody can be asked here.
            guard: Some(Guard::new(Arc::clone(&ledger), None)),
        };
        let tap = Tap::start(options, sender).map_err(|e| format!("{e}. {}", e.remedy()))?;
        Ok(Self { tap, events, ledger })
    }

    /// Ends the calls that are left, and tells of them.
    pub(super) async fn end(self, mut tell: impl FnMut(&Observed)) {
        let Self { tap, mut events, ledger } = self;
        // With it ends the channel.
        drop(tap);
        while let Some(event) = events.recv().await {
            if let Event::Seen(call) = event {
                tell(&call);
            }
        }
        if let Err(error) = ledger.end() {
            tell!("pilotwhale: {error}. {}", error.remedy());
        }
    }
}
