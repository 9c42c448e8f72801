//! An engine for tests: it answers what it is told to, falls silent when asked to, and remembers what it heard.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;

use super::Endpoint;

pub(super) struct Fake {
    folder: TempDir,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    told: Mutex<Told>,
    more: Notify,
    events: broadcast::Sender<String>,
}

#[derive(Default)]
struct Told {
    api: String,
    refusal: Option<String>,
    stumbles: Option<(String, usize)>,
    silent: bool,
    heard: Vec<String>,
}

impl Fake {
    /// `api` is what it says of its version; empty says nothing.
    pub(super) fn start(api: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join("d.sock")).unwrap();
        let told = Mutex::new(Told { api: api.into(), ..Told::default() });
        let state = Arc::new(State { told, more: Notify::new(), events: broadcast::channel(16).0 });
        let serves = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // a client that goes away is no matter
                tokio::spawn(serve(stream, Arc::clone(&serves)));
            }
        });
        Self { folder, state, task }
    }

    pub(super) fn endpoint(&self) -> Endpoint {
        Endpoint::socket(&self.folder.path().join("d.sock"), "the test's")
    }

    /// The paths that were asked for, in order, without their queries.
    pub(super) fn heard(&self) -> Vec<String> {
        self.state.told().heard.clone()
    }

    pub(super) fn says_version(&self, api: &str) {
        self.state.told().api = api.into();
    }

    /// Every call that names a version is refused with this.
    pub(super) fn refuses(&self, why: &str) {
        self.state.told().refusal = Some(why.into());
    }

    /// The next calls of this path, so many, end with an error of the engine's own.
    pub(super) fn stumbles(&self, path: &str, times: usize) {
        self.state.told().stumbles = Some((path.into(), times));
    }

    /// Takes every request and answers none, as a process that was stopped.
    pub(super) fn falls_silent(&self, silent: bool) {
        self.state.told().silent = silent;
    }

    pub(super) fn sends(&self, event: &str) {
        self.state.events.send(event.into()).expect("somebody listens");
    }

    /// Until the path was asked for so many times in all.
    pub(super) async fn until_heard(&self, path: &str, times: usize) {
        loop {
            let more = self.state.more.notified();
            if self.heard().iter().filter(|heard| heard.ends_with(path)).count() >= times {
                return;
            }
            more.await;
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }
}

async fn serve(stream: UnixStream, state: Arc<State>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let target = first.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let mut events = state.events.subscribe();
    let (silent, api, refusal, stumbles) = {
        let mut told = state.told();
        told.heard.push(path.clone());
        let stumbles = match &mut told.stumbles {
            Some((at, times)) if *times > 0 && path.ends_with(at.as_str()) => {
                *times -= 1;
                true
            }
            _ => false,
        };
        (told.silent, told.api.clone(), told.refusal.clone(), stumbles)
    };
    state.more.notify_waiters();
    if silent {
        return std::future::pending().await;
    }
    let mut stream = stream.into_inner();
    if path.ends_with("/events") {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n").await?;
        while let Ok(event) = events.recv().await {
            stream.write_all(format!("{event}\n").as_bytes()).await?;
        }
        return Ok(());
    }
    let (status, body) = match refusal.filter(|_| path.starts_with("/v")) {
        Some(why) => ("400 Bad Request", format!(r#"{{"message":"{why}"}}"#)),
        None if stumbles => {
            ("500 Internal Server Error", r#"{"message":"content digest: not found"}"#.into())
        }
        None => ("200 OK", answer(&path)),
    };
    let header = if api.is_empty() { String::new() } else { format!("Api-Version: {api}\r\n") };
    let head = format!(
        "HTTP/1.1 {status}\r\n{header}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await
}

fn answer(path: &str) -> String {
    let call = path.rsplit('/').find(|word| *word != "json").unwrap_or_default();
    match call {
        "_ping" => "OK".into(),
        "version" => r#"{"Version":"99.0","ApiVersion":"1.99","Os":"linux","Arch":"amd64"}"#.into(),
        "info" => r#"{"SystemTime":"2026-11-30T09:00:00Z","NCPU":2}"#.into(),
        "volumes" => r#"{"Volumes":[]}"#.into(),
        _ => "[]".into(),
    }
}
