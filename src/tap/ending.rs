//! A container that a client is about to end can be looked at once more before: nobody can ask it anything afterwards.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::action;
use super::target::Target;

/// The client waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);
/// Calls after which a container does not answer any more.
const ENDS: [&str; 4] = ["container-remove", "container-stop", "container-kill", "container-restart"];

/// The call is passed on once `go_on` was used or dropped.
#[derive(Debug)]
pub struct Ending {
    /// By name or id, as the client gave it.
    pub container: String,
    pub go_on: oneshot::Sender<()>,
}

/// Waits where the request would end a container and somebody wants to look at it.
pub(super) async fn last_look(lookers: Option<&mpsc::Sender<Ending>>, target: &Target) {
    let Some(lookers) = lookers else { return };
    let action = action::of(target, None);
    let Some(container) = action.object.filter(|_| ENDS.contains(&action.name.as_str())) else { return };
    let (go_on, looked) = oneshot::channel();
    if lookers.try_send(Ending { container, go_on }).is_ok() {
        // However it went: the client goes on.
        let _ = timeout(PATIENCE, looked).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_ends_a_container_waits_for_who_looks_and_nothing_else_does() {
        let (lookers, mut endings) = mpsc::channel(4);
        let looks = tokio::spawn(async move {
            let mut seen = Vec::new();
            while let Some(Ending { container, go_on }) = endings.recv().await {
                seen.push(container);
                drop(go_on);
            }
            seen
        });
        for (method, target) in [
            ("DELETE", "/v1.45/containers/web?force=1"),
            ("POST", "/containers/abc/stop"),
            ("POST", "/containers/abc/start"),
            ("DELETE", "/images/web"),
        ] {
            last_look(Some(&lookers), &Target::of(method, target)).await;
        }
        last_look(None, &Target::of("DELETE", "/containers/web")).await;
        drop(lookers);
        assert_eq!(looks.await.unwrap(), ["web", "abc"]);
    }
}
