//! Engines that send without end: what is left out is said, and the app stays small.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::Signal;

use crate::support::screen::{Launch, Screen};

/// The most that the app may take, in KB.
#[cfg(target_os = "linux")]
const MOST: u64 = 200 << 10;

/// What an engine does without end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    /// Elements of every list, each of this text.
    List(&'static str),
    /// Events of ever new containers.
    Events,
    /// One event.
    Event,
}

const EVERY_LIST: [&str; 4] = ["/containers/json", "/images/json", "/volumes", "/networks"];

/// Lies at `path`; the number grows with what it has sent.
fn lying_engine(path: &Path, lie: Lie) -> Arc<AtomicUsize> {
    let listener = UnixListener::bind(path).expect("binds");
    let sent = Arc::<AtomicUsize>::default();
    let counts = Arc::clone(&sent);
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let counts = Arc::clone(&counts);
            // a client that has had enough hangs up
            std::thread::spawn(move || drop(serve(stream, lie, &counts)));
        }
    });
    sent
}

fn serve(mut stream: UnixStream, lie: Lie, sent: &AtomicUsize) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = first.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
    let call = EVERY_LIST.iter().find(|call| path.ends_with(*call));
    if lie == Lie::Events && path.contains("/containers/") && call.is_none() {
        // about none of them it answers
        return std::io::copy(&mut stream, &mut std::io::sink()).map(drop);
    }
    let body = match (call, path.rsplit('/').next().unwrap_or_default()) {
        (Some(_), last) if matches!(lie, Lie::List(_)) => {
            let Lie::List(element) = lie else { unreachable!("it was matched") };
            let begins = if last == "volumes" { "{\"Volumes\":[" } else { "[" };
            let elements = format!("{element},").repeat(4096);
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{begins}")?;
            loop {
                stream.write_all(elements.as_bytes())?;
                sent.fetch_add(4096, Ordering::Relaxed);
            }
        }
        (_, "events") => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")?;
            return events(stream, lie, sent);
        }
        (Some(_), "volumes") => r#"{"Volumes":[]}"#,
        (Some(_), _) => "[]",
        (None, "version") => r#"{"Version":"99.0","ApiVersion":"1.51","Os":"linux","Arch":"amd64"}"#,
        (None, "info") => r#"{"SystemTime":"2026-11-30T09:00:00Z","NCPU":2}"#,
        (None, _) => "{}",
    };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn events(stream: UnixStream, lie: Lie, sent: &AtomicUsize) -> std::io::Result<()> {
    let mut stream = BufWriter::new(stream);
    if lie == Lie::Event {
        stream.write_all(b"{\"Type\":\"container\",\"Action\":\"")?;
        loop {
            stream.write_all(&[b'x'; 1 << 16])?;
            sent.fetch_add(1, Ordering::Relaxed);
        }
    }
    if lie != Lie::Events {
        // quiet until the client has gone
        return std::io::copy(stream.get_mut(), &mut std::io::sink()).map(drop);
    }
    let labels = "x".repeat(2000);
    loop {
        let n = sent.fetch_add(1, Ordering::Relaxed);
        writeln!(
            stream,
            "{{\"Type\":\"container\",\"Action\":\"create\",\"Actor\":{{\"ID\":\"{n:064x}\",\"Attributes\":{{\"name\":\"c{n}\",\"image\":\"i\",\"label\":\"{labels}\"}}}},\"time\":1796000000,\"timeNano\":1796000000000000000}}"
        )?;
    }
}

fn begun(lie: Lie) -> (Screen, Arc<AtomicUsize>) {
    let launch = Launch::pilotwhale();
    let path = launch.home().join("engine.sock");
    let sent = lying_engine(&path, lie);
    let screen = launch.env("DOCKER_HOST", format!("unix://{}", path.display())).start();
    screen.wait_for("Welcome");
    (screen, sent)
}

#[track_caller]
fn is_small_and_ends(screen: &Screen, lie: Lie) {
    #[cfg(target_os = "linux")]
    assert!(screen.most_memory() < MOST, "{lie:?}: {} KB", screen.most_memory());
    screen.signal(Signal::TERM);
    assert!(screen.wait_exit().success(), "{lie:?}");
}

#[test]
fn endless_lists_are_said_and_left_out() {
    for element in [
        "{}",
        r#"{"Names":["a","b","c"],"RepoTags":["a","b"]}"#,
        "\"\"",
        "[]",
        "0",
        "{\"Id\":\"\",\"Labels\":{\"a\":\"b\"}}",
    ] {
        let lie = Lie::List(element);
        let (screen, _) = begun(lie);
        // what is no object is not understood, which may be found out before it is too long
        screen.wait_until("the lie", |grid| {
            grid.contains("larger than pilotwhale takes") || grid.contains("not understood")
        });
        is_small_and_ends(&screen, lie);
    }
}

#[test]
fn a_storm_of_events_does_not_fill_the_memory() {
    for (lie, many) in [(Lie::Events, 20_000), (Lie::Event, 16)] {
        let (screen, sent) = begun(lie);
        // only ever used up by a test that fails
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(300);
        while sent.load(Ordering::Relaxed) < many {
            assert!(std::time::Instant::now() < deadline, "{lie:?}: {}", sent.load(Ordering::Relaxed));
            std::thread::yield_now();
        }
        screen.send("<Right>");
        screen.wait_for("Six keys are enough");
        is_small_and_ends(&screen, lie);
    }
}
