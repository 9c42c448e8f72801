//! Puts the tap between the shell and the engine, and says so where it can't be there.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::{Receiver, Sender};

use super::belt::Belt;
use super::lock;
use super::shell::ShellSeat;
use crate::lab::observe::{self, Tapped};
use crate::tap::{Ending, Event, ShellRoot, Tap};
use crate::tui::msg::Msg;

/// Where the tap sits, while there is one. Clones share it.
#[derive(Clone)]
pub(super) struct TapSeat {
    out: Sender<Msg>,
    tap: Arc<Mutex<Option<Tap>>>,
    root: ShellRoot,
}

impl TapSeat {
    pub(super) fn new(out: Sender<Msg>, root: ShellRoot) -> Self {
        Self { out, tap: Arc::default(), root }
    }

    /// What `DOCKER_HOST` has to be for the shell: the tap, or the engine itself where there can be none.
    pub(super) async fn start(
        &self,
        uri: &str,
        runtime: &Path,
        wanted: bool,
        belt: &Belt,
        last_looks: Sender<Ending>,
        shell: &ShellSeat,
    ) -> String {
        let begun = match wanted {
            true => self.begin(uri, runtime, belt, last_looks, shell),
            false => Err("pilotwhale was started with --no-tap".into()),
        };
        match begun {
            Ok(host) => {
                self.say(true, String::new()).await;
                host
            }
            Err(reason) => {
                tracing::warn!(reason, "no tap");
                self.say(false, reason).await;
                uri.to_owned()
            }
        }
    }

    fn begin(
        &self,
        uri: &str,
        runtime: &Path,
        belt: &Belt,
        last_looks: Sender<Ending>,
        shell: &ShellSeat,
    ) -> Result<String, String> {
        let (ledger, voice) = belt.voice().ok_or("no ledger was opened")?;
        let folder = runtime.join(format!("tap-{}", std::process::id()));
        let tapped = observe::tap(uri, folder, &self.root, &ledger, Some(voice), Some(last_looks));
        let Tapped { tap, calls } = tapped.map_err(|e| format!("{e}. {}", e.remedy()))?;
        let host = tap.docker_host();
        *lock(&self.tap) = Some(tap);
        tokio::spawn(self.clone().pass_on(calls, uri.to_owned(), shell.clone()));
        Ok(host)
    }

    async fn pass_on(self, mut seen: Receiver<Event>, uri: String, shell: ShellSeat) {
        while let Some(event) = seen.recv().await {
            match event {
                Event::Seen(call) => {
                    if self.out.send(Msg::Observed(call)).await.is_err() {
                        break;
                    }
                }
                Event::Failed(why) => {
                    // the next shell reaches the engine without it
                    shell.set_docker_host(&uri);
                    let what = format!("The shell can't reach the engine any more: {why}");
                    let remedy = "start the shell again; it will then talk to the engine directly".into();
                    let _ = self.out.send(Msg::Trouble { what, remedy }).await;
                    self.say(false, why).await;
                }
            }
        }
    }

    async fn say(&self, on: bool, reason: String) {
        let _ = self.out.send(Msg::Observing { on, reason }).await;
    }

    pub(super) async fn end(&self) {
        let tap = lock(&self.tap).take();
        // It waits for its thread.
        let _ = tokio::task::spawn_blocking(move || drop(tap)).await;
    }
}
