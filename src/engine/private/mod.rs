//! An engine of pilotwhale's own: its data, socket and processes apart from any other on this machine.

mod error;
mod netns;
mod process;
mod traces;
mod users;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

pub use error::PrivateError;

use self::process::Running;
use self::users::Users;
use super::{Endpoint, Engine};

/// How often an engine that another app uses may be found silent.
const MOST_UNANSWERED: u32 = 5;

/// Where it lives and how apart it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its images and containers go to `engine/` in here.
    pub state: PathBuf,
    /// Its socket; a short path, because a socket's may have 107 bytes at most.
    pub runtime: PathBuf,
    /// `--private`: beside whatever other engine there is.
    pub asked: bool,
    /// Leave it running when the app ends.
    pub keep: bool,
}

/// How it is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// dockerd as root, in this machine's own network.
    Plain,
    /// dockerd as root, in a network namespace.
    Namespace,
    /// dockerd without root, by rootlesskit.
    Rootless,
    Podman,
}

/// A private engine that answers. `stop` it, or leave it running: the next start finds it again.
#[derive(Debug)]
pub struct Private {
    endpoint: Endpoint,
    running: Running,
    plan: Plan,
    users: Users,
    /// It ran already and was taken over.
    pub adopted: bool,
}

/// Starts the private engine, or takes over the one that an earlier session left running. Ends what it began and gives
/// up as soon as `stop` is notified.
///
/// More arguments for dockerd may be given in PILOTWHALE_DOCKERD_ARGS, divided by blanks.
pub async fn start(plan: &Plan, stop: &Notify) -> Result<Private, PrivateError> {
    let socket = plan.runtime.join("engine.sock");
    if socket.as_os_str().len() > 90 {
        return Err(PrivateError::PathTooLong { path: socket });
    }
    process::make_folders(plan)?;
    let users = process::users(plan)?;
    let mut unanswered = 0;
    while !users.alone() {
        // Another app uses it, or is about to start or to stop it.
        if users.share() {
            if let Some(running) = answering(plan, &socket).await {
                return Ok(Private::taken_over(running, &socket, plan, users));
            }
            users.leave();
            unanswered += 1;
        }
        if unanswered == MOST_UNANSWERED {
            return Err(PrivateError::InUse);
        }
        if tokio::time::timeout(Duration::from_millis(100), stop.notified()).await.is_ok() {
            return Err(PrivateError::GivenUp);
        }
    }
    if let Some(running) = answering(plan, &socket).await {
        // at once: whoever comes in between takes over the same engine
        users.share();
        return Ok(Private::taken_over(running, &socket, plan, users));
    }
    if let Some(running) = Running::left_over(plan) {
        running.end().await;
        process::forget(plan);
    }
    let how = choose(plan.asked)?;
    // A socket that nobody listens on would be taken for an engine that is slow to start.
    let _ = std::fs::remove_file(&socket);
    let mut running = process::launch(plan, how, &socket).await?;
    let endpoint = endpoint(&socket, how);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(45);
    let mut stopped = false;
    loop {
        if Engine::connect(&endpoint).await.is_ok() {
            users.share();
            return Ok(Private { endpoint, running, plan: plan.clone(), users, adopted: false });
        }
        let late = tokio::time::Instant::now() > deadline;
        if stopped {
            running.end().await;
            process::forget(plan);
            return Err(PrivateError::GivenUp);
        }
        if late || !running.is_alive_child() {
            running.end().await;
            process::forget(plan);
            let log = process::last_lines(&process::log_file(plan));
            return Err(if late { PrivateError::Silent { log } } else { PrivateError::Died { log } });
        }
        stopped = tokio::time::timeout(Duration::from_millis(100), stop.notified()).await.is_ok();
    }
}

/// The engine that an earlier or another app has started, where it still answers.
async fn answering(plan: &Plan, socket: &Path) -> Option<Running> {
    let running = Running::left_over(plan)?;
    let answers =
        running.is_alive() && wait_for(&endpoint(socket, running.how), Duration::from_secs(5)).await;
    answers.then_some(running)
}

impl Private {
    fn taken_over(running: Running, socket: &Path, plan: &Plan, users: Users) -> Self {
        Self { endpoint: endpoint(socket, running.how), running, plan: plan.clone(), users, adopted: true }
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub fn how(&self) -> How {
        self.running.how
    }

    /// What to put before a program so that `localhost` means the same to it as to the engine; empty if it does anyway.
    pub fn shell_prefix(&self) -> Vec<String> {
        self.running.net.as_ref().map(netns::Net::prefix).unwrap_or_default()
    }

    /// It ends with this session: the plan does not say to keep it, and from here on no other app can come to use it.
    pub fn ends_now(&self) -> bool {
        !self.plan.keep && self.users.alone()
    }

    /// What a learner should know of it, as sentences.
    pub fn notes(&self) -> Vec<String> {
        match self.running.how {
            How::Plain => Vec::new(),
            How::Namespace => vec![
                "Ports that you publish on this engine answer in this shell (curl localhost:8081), not in a browser"
                    .into(),
            ],
            How::Rootless => {
                vec!["The private engine runs without root: ports below 1024 cannot be published.".into()]
            }
            How::Podman => vec!["The private engine is Podman: a few answers differ from Docker's.".into()],
        }
    }

    /// Stops it, unless the plan says to keep it or another app still uses it: the last one out stops it.
    pub async fn stop(self) {
        if !self.ends_now() {
            return;
        }
        self.running.end().await;
        process::forget(&self.plan);
    }
}

/// A program on the PATH, or where a user's PATH often does not reach.
pub fn program(name: &str) -> Option<PathBuf> {
    process::find(name)
}

/// Where the private engine listens that an app has started, as far as its process lives.
pub fn running(plan: &Plan) -> Option<Endpoint> {
    let running = Running::left_over(plan).filter(Running::is_alive)?;
    Some(endpoint(&plan.runtime.join("engine.sock"), running.how))
}

/// True if a private engine could be started here at all.
pub fn can_start(asked: bool) -> Result<How, PrivateError> {
    choose(asked)
}

fn choose(asked: bool) -> Result<How, PrivateError> {
    let root = rustix::process::geteuid().is_root();
    let dockerd = process::find("dockerd").is_some();
    if dockerd && root && cfg!(target_os = "linux") {
        // A second dockerd in the same network rewrites the first one's firewall.
        if !asked && !process::another_dockerd_here() {
            return Ok(How::Plain);
        }
        for tool in ["ip", "nsenter", "iptables"] {
            if process::find(tool).is_none() {
                return Err(PrivateError::ToolMissing { tool: tool.into() });
            }
        }
        return Ok(How::Namespace);
    }
    if !root && process::find("dockerd-rootless.sh").is_some() && process::find("rootlesskit").is_some() {
        return match process::find("newuidmap") {
            Some(_) => Ok(How::Rootless),
            None => Err(PrivateError::ToolMissing { tool: "newuidmap".into() }),
        };
    }
    if process::find("podman").is_some() && cfg!(target_os = "linux") {
        return Ok(How::Podman);
    }
    Err(if dockerd { PrivateError::NotRoot } else { PrivateError::NotInstalled })
}

fn endpoint(socket: &Path, how: How) -> Endpoint {
    let why = match how {
        How::Plain | How::Podman => "pilotwhale's own",
        How::Namespace => "pilotwhale's own, set apart",
        How::Rootless => "pilotwhale's own, without root",
    };
    Endpoint::socket(socket, why)
}

async fn wait_for(endpoint: &Endpoint, limit: Duration) -> bool {
    let trying = async {
        while Engine::connect(endpoint).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(limit, trying).await.is_ok()
}
