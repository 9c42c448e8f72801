//! An engine of a few fixed objects that counts what it is asked, and says by itself what a test makes it say.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Only ever used up by a test that fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A container that was there before anything began.
pub(crate) const FOREIGN: &str = "ff00000000000000000000000000000000000000000000000000000000000000";
/// A container that is made while somebody watches. It prints `ahoy`, and is in the network `web` once it was started.
pub(crate) const OWN: &str = "aa00000000000000000000000000000000000000000000000000000000000000";

/// Listens until the test's process ends.
pub(crate) struct QuietEngine {
    path: PathBuf,
    state: Shared,
}

/// The condition is that somebody waits for events.
type Shared = Arc<(Mutex<State>, Condvar)>;

#[derive(Default)]
struct State {
    /// Paths without the version, with their queries.
    asked: Vec<String>,
    /// Who waits for events.
    watching: Vec<UnixStream>,
    now: i64,
    own: Own,
    own_runs: bool,
}

/// What is so of the container `OWN`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Own {
    /// Published from this port of the machine, once it was started.
    pub(crate) port: Option<u16>,
    /// A path that its file system has gained.
    pub(crate) installed: Option<&'static str>,
}

impl QuietEngine {
    pub(crate) fn new(folder: &Path, own: Own) -> Self {
        let path = folder.join("engine.sock");
        let listener = UnixListener::bind(&path).expect("binds");
        let state = Shared::new((Mutex::new(State { own, ..State::default() }), Condvar::new()));
        let of = Arc::clone(&state);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let state = Arc::clone(&of);
                // A client that goes away ends its thread, and nothing else.
                std::thread::spawn(move || drop(serve(stream, &state)));
            }
        });
        Self { path, state }
    }

    pub(crate) fn uri(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    /// What was asked since the last time.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).asked)
    }

    /// Tells of something that happened to one of the two.
    pub(crate) fn say(&self, container: &str, action: &str) {
        let nobody = |state: &mut State| state.watching.is_empty();
        let waited = self.state.1.wait_timeout_while(lock(&self.state), PATIENCE, nobody);
        let (mut state, over) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!over.timed_out(), "nobody waits for events");
        state.now += 1;
        if container == OWN {
            state.own_runs = action == "start";
        }
        let nanos = 1_900_000_000_000_000_000 + state.now;
        let event = format!(
            r#"{{"Type":"container","Action":"{action}","Actor":{{"ID":"{container}","Attributes":{{"name":"{}","image":"nginx","exitCode":"0"}}}},"time":1900000000,"timeNano":{nanos}}}"#,
            name(container),
        );
        let chunk = format!("{:x}\r\n{event}\n\r\n", event.len() + 1);
        state.watching.retain_mut(|stream| stream.write_all(chunk.as_bytes()).is_ok());
    }

    /// Closes the connections that wait for events.
    pub(crate) fn hang_up(&self) {
        for stream in lock(&self.state).watching.drain(..) {
            // One that has gone by itself is closed already.
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the engine is asked for events that have passed.
pub(crate) fn is_replay(asked: &str) -> bool {
    asked.starts_with("/events?") && asked.contains("until=")
}

fn serve(mut stream: UnixStream, state: &Shared) -> std::io::Result<()> {
    let mut from = BufReader::new(stream.try_clone()?);
    loop {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(());
        }
        loop {
            let mut header = String::new();
            from.read_line(&mut header)?;
            if header.trim().is_empty() {
                break;
            }
        }
        let target = line.split(' ').nth(1).unwrap_or_default();
        let asked = match target.strip_prefix("/v1.").and_then(|rest| rest.find('/').map(|at| &rest[at..])) {
            Some(path) => path.to_owned(),
            None => target.to_owned(),
        };
        let is_live = asked.starts_with("/events") && !is_replay(&asked);
        let is_log = asked.starts_with(&format!("/containers/{OWN}/logs"));
        let body = {
            let mut state = lock(state);
            let body = answer(&asked, &state);
            state.asked.push(asked);
            body
        };
        if is_live || is_log {
            // Neither ends: the container goes on.
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            if is_log {
                stream.write_all(b"d\r\n\x01\0\0\0\0\0\0\x05ahoy\n\r\n")?;
                continue;
            }
            lock(state).watching.push(stream.try_clone()?);
            state.1.notify_all();
            continue;
        }
        let missing = || (404, r#"{"message":"no such thing"}"#.to_owned());
        let (status, body) = body.map_or_else(missing, |body| (200, body));
        write!(
            stream,
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
}

fn name(container: &str) -> &str {
    if container == OWN { "web" } else { "foreign" }
}

/// The row of a list.
fn row(container: &str) -> String {
    format!(
        r#"[{{"Id":"{container}","Names":["/{}"],"Image":"nginx","ImageID":"sha256:aa","Command":"nginx","Created":1000,"State":"running","Status":"Up 2 hours","Ports":[]}}]"#,
        name(container),
    )
}

fn inspected(own: Own, runs: bool) -> String {
    let bound = own
        .port
        .filter(|_| runs)
        .map(|port| format!(r#""80/tcp":[{{"HostIp":"127.0.0.1","HostPort":"{port}"}}]"#));
    let ports = bound.unwrap_or_default();
    let (status, started) = if runs { ("running", "2030-03-17T17:46:41Z") } else { ("created", "") };
    let networks = if runs { r#"{"web":{}}"# } else { "{}" };
    format!(
        r#"{{"Id":"{OWN}","Name":"/web","Created":"2030-03-17T17:46:40Z","Path":"nginx","Args":[],"Image":"sha256:aa","State":{{"Status":"{status}","Running":{runs},"StartedAt":"{started}","FinishedAt":"","ExitCode":0,"Error":""}},"Config":{{"Image":"nginx","Cmd":["nginx"],"Env":[]}},"HostConfig":{{"NetworkMode":"web"}},"NetworkSettings":{{"Networks":{networks},"Ports":{{{ports}}}}},"Mounts":[]}}"#
    )
}

fn answer(asked: &str, state: &State) -> Option<String> {
    let path = asked.split('?').next().unwrap_or_default();
    if let Some(of_own) = path.strip_prefix(&format!("/containers/{OWN}")) {
        return match of_own {
            "/json" => Some(inspected(state.own, state.own_runs)),
            "/changes" => {
                let added = state.own.installed.map(|path| format!(r#"{{"Path":"{path}","Kind":1}}"#));
                Some(format!("[{}]", added.unwrap_or_default()))
            }
            _ => None,
        };
    }
    if path == "/containers/json" {
        return Some(row(if asked.contains(OWN) { OWN } else { FOREIGN }));
    }
    Some(fixed(path)?.to_owned())
}

fn fixed(path: &str) -> Option<&'static str> {
    Some(match path {
        "/images/json" => {
            r#"[{"Id":"sha256:aa","ParentId":"","RepoTags":["nginx:latest"],"RepoDigests":[],"Created":1000,"Size":5,"SharedSize":-1,"Labels":{},"Containers":-1}]"#
        }
        image if image.starts_with("/images/") && image.ends_with("/json") => {
            r#"{"Id":"sha256:aa","RepoTags":["nginx:latest"],"Config":{"Cmd":["nginx"]},"RootFS":{"Type":"layers","Layers":[]}}"#
        }
        image if image.ends_with("/history") => "[]",
        "/version" => r#"{"Version":"26.1.0","ApiVersion":"1.45","Os":"linux","Arch":"amd64"}"#,
        "/info" => r#"{"NCPU":1,"MemTotal":1024,"SystemTime":"2030-03-17T17:46:40Z"}"#,
        "/volumes" => r#"{"Volumes":[],"Warnings":[]}"#,
        "/networks" => "[]",
        "/events" => "",
        _ => return None,
    })
}
