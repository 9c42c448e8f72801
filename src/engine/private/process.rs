//! The private engine's process: launched with all its folders set, found again by its pid, and ended.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::netns::Net;
use super::traces::Traces;
use super::users::Users;
use super::{How, Plan, PrivateError};

/// What is written down of it, for a later session to take over or to clear away.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Running {
    pid: i32,
    pub how: How,
    pub net: Option<Net>,
    /// Of a dockerd in this machine's own network: what to put back after it.
    #[serde(default)]
    traces: Option<Traces>,
    /// Stands in the command line of our process and of no other.
    mark: String,
    #[serde(skip)]
    child: Option<Child>,
}

pub(super) fn make_folders(plan: &Plan) -> Result<(), PrivateError> {
    use std::os::unix::fs::PermissionsExt;
    for folder in [&home(plan), &plan.runtime] {
        let made = fs::create_dir_all(folder)
            .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o700)));
        made.map_err(|e| failed(format!("cannot make {}", folder.display()), &e))?;
    }
    Ok(())
}

pub(super) fn users(plan: &Plan) -> Result<Users, PrivateError> {
    let path = home(plan).join("users");
    Users::at(&path).map_err(|e| failed(format!("cannot open {}", path.display()), &e))
}

/// Starts it; it may need some seconds until it answers.
pub(super) async fn launch(plan: &Plan, how: How, socket: &Path) -> Result<Running, PrivateError> {
    let home = home(plan);
    let data = home.join("data");
    let host = format!("unix://{}", socket.display());
    let net = match how {
        How::Namespace => Some(Net::up(&tag(&home)).await?),
        _ => None,
    };
    let traces = match how {
        How::Plain => Some(Traces::look().await),
        _ => None,
    };
    let mut words: Vec<String> = Vec::new();
    if let Some(net) = &net {
        words.extend(net.prefix());
        if let Some(resolver) = reachable_resolver() {
            let mount = "mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
            words.extend(["unshare", "-m", "sh", "-c", mount, "-", resolver].map(String::from));
        }
    }
    if how == How::Podman {
        let (root, run) = (data.display().to_string(), plan.runtime.join("podman").display().to_string());
        words.extend(
            ["podman", "--root", &root, "--runroot", &run, "system", "service", "--time", "0"]
                .map(String::from),
        );
        words.push(host);
    } else {
        let program = if how == How::Rootless { "dockerd-rootless.sh" } else { "dockerd" };
        let exec = plan.runtime.join("x").display().to_string();
        let pidfile = plan.runtime.join("engine.pid");
        // dockerd refuses to start while the pid of a killed one is on file and in use by anybody.
        let _ = fs::remove_file(&pidfile);
        // A containerd of the system may be shared: names of our own keep its contents apart.
        let names = format!("pilotwhale-{}", tag(&home));
        words.extend([program, "-H", &host, "--data-root", &data.display().to_string()].map(String::from));
        words.extend(["--exec-root", &exec, "--pidfile", &pidfile.display().to_string()].map(String::from));
        words.extend(["--containerd-namespace", &names, "--containerd-plugins-namespace"].map(String::from));
        words.push(format!("{names}-plugins"));
        if let Some(net) = &net {
            words.extend(["--mtu".into(), net.mtu.to_string()]);
        }
        let more = std::env::var("PILOTWHALE_DOCKERD_ARGS").unwrap_or_default();
        words.extend(more.split_whitespace().map(String::from));
    }
    match spawn(plan, how, &words) {
        Ok(child) => {
            let pid = i32::try_from(child.id()).unwrap_or(0);
            let running =
                Running { pid, how, net, traces, mark: data.display().to_string(), child: Some(child) };
            let text = serde_json::to_string(&running).unwrap_or_default();
            if let Err(e) = fs::write(note_file(plan), text) {
                let error = failed("cannot write down the private engine's pid".into(), &e);
                running.end().await;
                return Err(error);
            }
            Ok(running)
        }
        Err(error) => {
            if let Some(net) = &net {
                net.down().await;
            }
            Err(error)
        }
    }
}

fn spawn(plan: &Plan, how: How, words: &[String]) -> Result<Child, PrivateError> {
    use std::os::unix::process::CommandExt;
    let log = File::create(log_file(plan))
        .map_err(|e| failed("cannot write the private engine's log".into(), &e))?;
    let also = log.try_clone().map_err(|e| failed("cannot write the private engine's log".into(), &e))?;
    let mut command = Command::new(&words[0]);
    // A group of its own: Ctrl-C in our terminal is not for it.
    command.args(&words[1..]).stdin(Stdio::null()).stdout(log).stderr(also).process_group(0);
    command.env_remove("DOCKER_HOST").env_remove("DOCKER_CONTEXT");
    if how == How::Rootless {
        // rootlesskit keeps its state there, and would meet the learner's own rootless Docker.
        command.env("XDG_RUNTIME_DIR", &plan.runtime);
    }
    command.spawn().map_err(|e| failed(format!("cannot start {}", words[0]), &e))
}

impl Running {
    /// What an earlier session wrote down.
    pub(super) fn left_over(plan: &Plan) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(note_file(plan)).ok()?).ok()
    }

    /// The process lives and is ours; a pid may have been given to another since.
    pub(super) fn is_alive(&self) -> bool {
        let line = fs::read(format!("/proc/{}/cmdline", self.pid)).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(&self.mark)
    }

    /// As `is_alive`, but a child that has ended and waits to be reaped is not.
    pub(super) fn is_alive_child(&mut self) -> bool {
        match self.child.as_mut().map(Child::try_wait) {
            Some(Ok(Some(_))) => false,
            Some(_) => true,
            None => self.is_alive(),
        }
    }

    /// Ends it, gently first, and takes down what it did to the network.
    pub(super) async fn end(mut self) {
        if let Some(pid) = Pid::from_raw(self.pid)
            && self.is_alive_child()
        {
            // Fails only if it is gone, which is what we want.
            let _ = kill_process(pid, Signal::TERM);
            for round in 0..400 {
                if !self.is_alive_child() {
                    break;
                }
                if round == 300 {
                    let _ = kill_process(pid, Signal::KILL);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        if let Some(net) = &self.net {
            net.down().await;
        }
        if let Some(traces) = &self.traces {
            traces.clear().await;
        }
    }
}

/// Removes the traces of one that has ended; its images and containers stay.
pub(super) fn forget(plan: &Plan) {
    // One that was killed leaves its mounts, and the next one mounts over them. Deepest first.
    let table = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let (data, runtime) = (home(plan).join("data"), plan.runtime.join("x"));
    let points = table.lines().filter_map(|line| line.split(' ').nth(1)).map(Path::new);
    let ours: Vec<&Path> = points.filter(|p| p.starts_with(&data) || p.starts_with(&runtime)).collect();
    for point in ours.into_iter().rev() {
        let _ = Command::new("umount").arg(point).stderr(Stdio::null()).status();
    }
    for file in [note_file(plan), plan.runtime.join("engine.sock"), plan.runtime.join("engine.pid")] {
        let _ = fs::remove_file(file);
    }
}

pub(super) fn log_file(plan: &Plan) -> PathBuf {
    home(plan).join("engine.log")
}

/// The end of its log, for an error message.
pub(super) fn last_lines(log: &Path) -> String {
    let text = fs::read(log).map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(6)..].join("\n")
}

/// A program on the PATH, or where a user's PATH often does not reach.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// True if a dockerd lives in our network namespace, or its bridge is there and may be somebody's.
pub(super) fn another_dockerd_here() -> bool {
    let ours = fs::read_link("/proc/self/ns/net").ok();
    fs::read_dir("/proc").into_iter().flatten().flatten().any(|entry| {
        let folder = entry.path();
        fs::read_to_string(folder.join("comm")).is_ok_and(|c| c.trim() == "dockerd")
            && fs::read_link(folder.join("ns/net")).ok() == ours
    })
}

/// A resolver on this machine's loopback (systemd-resolved) is out of reach in another namespace: the file with the
/// servers behind it.
fn reachable_resolver() -> Option<&'static str> {
    const BEHIND: &str = "/run/systemd/resolve/resolv.conf";
    let text = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let mut servers = text.lines().filter_map(|l| l.strip_prefix("nameserver")).peekable();
    let only_loopback = servers.peek().is_some() && servers.all(|s| s.trim().starts_with("127."));
    (only_loopback && Path::new(BEHIND).is_file()).then_some(BEHIND)
}

fn home(plan: &Plan) -> PathBuf {
    plan.state.join("engine")
}

fn note_file(plan: &Plan) -> PathBuf {
    home(plan).join("running.json")
}

/// Eight digits that differ from one state folder to another.
fn tag(home: &Path) -> String {
    let digest = Sha256::digest(home.as_os_str().as_encoded_bytes());
    digest.iter().take(4).map(|b| format!("{b:02x}")).collect()
}

fn failed(what: String, error: &std::io::Error) -> PrivateError {
    PrivateError::Failed { what, reason: error.to_string() }
}
