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
}

impl QuietEngine {
    pub(crate) fn new(folder: &Path) -> Self {
        let path = folder.join("engine.sock");
        let listener = UnixListener::bind(&path).expect("binds");
        let state = Shared::default();
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

    /// Tells of something that happened to the container.
    pub(crate) fn say(&self, action: &str) {
        let nobody = |state: &mut State| state.watching.is_empty();
        let waited = self.state.1.wait_timeout_while(lock(&self.state), PATIENCE, nobody);
        let (mut state, over) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!over.timed_out(), "nobody waits for events");
        state.now += 1;
        let nanos = 1_900_000_000_000_000_000 + state.now;
        let event = format!(
            r#"{{"Type":"container","Action":"{action}","Actor":{{"ID":"{FOREIGN}","Attributes":{{"name":"foreign","image":"nginx","exitCode":"0"}}}},"time":1900000000,"timeNano":{nanos}}}"#
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
        let body = answer(&asked);
        lock(state).asked.push(asked);
        if is_live {
            stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
            )?;
            lock(state).watching.push(stream.try_clone()?);
            state.1.notify_all();
            continue;
        }
        let (status, body) = body.map_or((404, r#"{"message":"no such thing"}"#), |body| (200, body));
        write!(
            stream,
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
}

fn answer(asked: &str) -> Option<&'static str> {
    Some(match asked.split('?').next().unwrap_or_default() {
        "/images/json" => {
            r#"[{"Id":"sha256:aa","ParentId":"","RepoTags":["nginx:latest"],"RepoDigests":[],"Created":1000,"Size":5,"SharedSize":-1,"Labels":{},"Containers":-1}]"#
        }
        image if image.starts_with("/images/") && image.ends_with("/json") => {
            r#"{"Id":"sha256:aa","RepoTags":["nginx:latest"],"Config":{"Cmd":["nginx"]},"RootFS":{"Type":"layers","Layers":[]}}"#
        }
        image if image.ends_with("/history") => "[]",
        "/version" => r#"{"Version":"26.1.0","ApiVersion":"1.45","Os":"linux","Arch":"amd64"}"#,
        "/info" => r#"{"NCPU":1,"MemTotal":1024,"SystemTime":"2030-03-17T17:46:40Z"}"#,
        "/containers/json" => {
            r#"[{"Id":"ff00000000000000000000000000000000000000000000000000000000000000","Names":["/foreign"],"Image":"nginx","ImageID":"sha256:aa","Command":"nginx","Created":1000,"State":"running","Status":"Up 2 hours","Ports":[]}]"#
        }
        "/volumes" => r#"{"Volumes":[],"Warnings":[]}"#,
        "/networks" => "[]",
        "/events" => "",
        _ => return None,
    })
}
