//! A tap before the learner's engine with what it makes written down, for commands without a screen.

use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, Sender};

use crate::cli::print::tell;
use crate::engine::Endpoint;
use crate::facts::Observed;
use crate::lab::observe::{self, Tapped};
use crate::paths::Paths;
use crate::tap::ledger::{Ledger, LedgerError};
use crate::tap::{Ending, Event, ShellRoot, Tap};

pub(super) struct Observing {
    pub(super) tap: Tap,
    pub(super) calls: Receiver<Event>,
    ledger: Arc<Ledger>,
}

impl Observing {
    /// The reason where there can be no tap. A ledger that can't be opened is said, and kept in memory.
    pub(super) fn begin(
        endpoint: &Endpoint,
        paths: &Paths,
        root: &ShellRoot,
        last_looks: Option<Sender<Ending>>,
    ) -> Result<Self, String> {
        let ledger = observe::open_ledger(&paths.ledger_file(), &endpoint.uri, complain);
        if let Err(error) = ledger.begin() {
            complain(&error);
        }
        let folder = paths.runtime.join(format!("tap-{}", std::process::id()));
        // Nobody can be asked here.
        let tapped = observe::tap(endpoint, folder, root, &ledger, None, last_looks);
        let Tapped { tap, calls } = tapped.map_err(|e| format!("{e}. {}", e.remedy()))?;
        Ok(Self { tap, calls, ledger })
    }

    /// Ends the calls that are left, and tells of them.
    pub(super) async fn end(self, mut tell: impl FnMut(&Observed)) {
        let Self { tap, mut calls, ledger } = self;
        // With it ends the channel.
        drop(tap);
        while let Some(event) = calls.recv().await {
            if let Event::Seen(call) = event {
                tell(&call);
            }
        }
        if let Err(error) = ledger.end() {
            complain(&error);
        }
    }
}

fn complain(error: &LedgerError) {
    tell!("pilotwhale: {error}. {}", error.remedy());
}
