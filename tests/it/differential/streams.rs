//! Streams through the tap: whole, without delay, many at once, cut off, and the engine gone and back.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::plain::plain;
use super::{EngineUnderTest, prepared};
use crate::support::relay::Relay;
use crate::support::tapped::Tapped;

fn docker(host: &str, args: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.args(args).env("DOCKER_HOST", host).env_remove("DOCKER_CONTEXT");
    command
}

/// Starts a client whose input and output are the test's.
fn client(host: &str, args: &[&str]) -> Child {
    docker(host, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the docker CLI is installed")
}

fn kill(mut client: Child) {
    client.kill().expect("it can be killed");
    client.wait().expect("it ends");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn twenty_megabytes_go_in_and_come_out_whole() {
    let d = prepared("diff-bulk");
    let tapped = Tapped::before(d.host());
    let mut state = 1_u64;
    let sent: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    })
    .take(20_000_000)
    .collect();
    let name = d.name("in-and-out");
    let mut cat = client(tapped.host(), &["run", "-i", "--rm", "--name", &name, "busybox", "cat"]);
    let mut input = cat.stdin.take().expect("it is piped");
    let mut output = cat.stdout.take().expect("it is piped");
    let came = std::thread::scope(|scope| {
        scope.spawn(|| {
            input.write_all(&sent).expect("it is taken");
            drop(input);
        });
        let mut came = Vec::new();
        output.read_to_end(&mut came).expect("it comes");
        came
    });
    assert!(cat.wait().expect("it ends").success());
    assert_eq!(came.len(), sent.len());
    assert_eq!(Sha256::digest(&came), Sha256::digest(&sent));
}

/// What is typed is answered before the next is typed: a relay that kept anything back would stand still here.
/// Against the direct way only a ratio is looked at, of exchanges that take turns.
#[test]
#[ignore = "needs an engine: ./test"]
fn nothing_is_kept_back() {
    let d = prepared("diff-delay");
    let tapped = Tapped::before(d.host());
    let mut ways: Vec<Dialogue> = [("d", d.host()), ("t", tapped.host())]
        .map(|(letter, host)| Dialogue::new(host, &d.name(letter)))
        .into();
    let mut ratios: Vec<f64> = (0..60)
        .map(|turn| {
            let took = |way: &mut Dialogue| {
                let begun = Instant::now();
                way.exchange(turn);
                begun.elapsed().as_secs_f64()
            };
            let (direct, through) = ways.split_at_mut(1);
            let direct = took(&mut direct[0]);
            took(&mut through[0]) / direct
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    assert!(ratios[30] < 10.0, "the tap slows an exchange down by {ratios:?}");
}

/// A program that repeats each line, and another client that follows its log.
struct Dialogue {
    typing: Child,
    reading: Child,
    shown: BufReader<std::process::ChildStdout>,
    logged: BufReader<std::process::ChildStdout>,
}

impl Dialogue {
    fn new(host: &str, name: &str) -> Self {
        let mut typing = client(host, &["run", "-i", "--name", name, "busybox", "cat"]);
        writeln!(typing.stdin.as_mut().expect("it is piped"), "ready").expect("it is taken");
        let mut shown = BufReader::new(typing.stdout.take().expect("it is piped"));
        line(&mut shown, "ready");
        let mut reading = client(host, &["logs", "-f", name]);
        let mut logged = BufReader::new(reading.stdout.take().expect("it is piped"));
        line(&mut logged, "ready");
        Self { typing, reading, shown, logged }
    }

    fn exchange(&mut self, turn: usize) {
        let said = format!("turn {turn}");
        writeln!(self.typing.stdin.as_mut().expect("it is piped"), "{said}").expect("it is taken");
        line(&mut self.shown, &said);
        line(&mut self.logged, &said);
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        self.typing.stdin.take();
        for child in [&mut self.typing, &mut self.reading] {
            let _ = child.wait();
        }
    }
}

#[track_caller]
fn line(from: &mut impl BufRead, expected: &str) {
    let mut line = String::new();
    from.read_line(&mut line).expect("it can be read");
    assert_eq!(line.trim_end(), expected);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn clients_that_are_killed_leave_no_descriptor() {
    let d = prepared("diff-killed");
    let tapped = Tapped::before(d.host());
    let name = d.run("quiet", &["-i", "busybox", "sleep", "1000"]);
    let idle = tapped.descriptors();
    let streams: [&[&str]; 8] = [
        &["logs", "-f", &name],
        &["events"],
        &["wait", &name],
        &["attach", &name],
        &["exec", &name, "sleep", "1000"],
        &["exec", "-i", &name, "cat"],
        &["stats", &name],
        &["run", "--rm", "--name", &d.name("front"), "busybox", "sleep", "1000"],
    ];
    let clients: Vec<Child> = streams.iter().map(|args| client(tapped.host(), args)).collect();
    // a connection of the client and one to the engine for each
    tapped.wait_for_descriptors("while they stream", |now| now >= idle + 2 * streams.len());
    clients.into_iter().for_each(kill);
    tapped.wait_for_descriptors("after they were killed", |now| now <= idle);
    assert!(docker(tapped.host(), &["inspect", &name]).output().expect("it runs").status.success());
}

#[test]
#[ignore = "needs an engine: ./test"]
fn fifty_clients_at_once() {
    let d = prepared("diff-fifty");
    let tapped = Tapped::before(d.host());
    let name = d.run("server", &["busybox", "sleep", "1000"]);
    let idle = tapped.descriptors();
    std::thread::scope(|scope| {
        for at in 0..50 {
            let (host, name) = (tapped.host(), name.as_str());
            scope.spawn(move || {
                let word = format!("client-{at}");
                let (args, expected): (Vec<&str>, &str) = match at % 5 {
                    0 => (vec!["exec", name, "echo", &word], &word),
                    1 => (vec!["inspect", "-f", "{{.State.Status}}", name], "running"),
                    2 => (vec!["ps", "--filter", "id=none", "--format", "{{.ID}}"], ""),
                    3 => (vec!["image", "inspect", "-f", "{{.Os}}", "busybox"], "linux"),
                    _ => (vec!["exec", name, "sh", "-c", "seq 20000 | tail -n 1"], "20000"),
                };
                let output = docker(host, &args).output().expect("it runs");
                let said = String::from_utf8_lossy(&output.stdout);
                let error = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success() && said.trim() == expected, "{args:?}: {said}{error}");
            });
        }
    });
    tapped.wait_for_descriptors("after fifty", |now| now <= idle);
}

/// A connection that asks again and again, as a program with a connection of its own does.
fn status(connection: &mut BufReader<UnixStream>) -> u16 {
    connection.get_mut().write_all(b"GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n").expect("it is taken");
    let mut first = String::new();
    connection.read_line(&mut first).expect("an answer");
    let mut length = 0;
    loop {
        let mut header = String::new();
        connection.read_line(&mut header).expect("a header");
        let Some((name, value)) = header.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).expect("a body");
    first.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status")
}

#[test]
#[ignore = "needs an engine: ./test"]
fn an_engine_that_goes_away_and_comes_back() {
    let d = prepared("diff-gone");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let _inside = runtime.enter();
    let folder = tempfile::Builder::new().prefix("pw-").tempdir().expect("a temporary folder can be made");
    let mut relay = Relay::to(d.host(), folder.path());
    let (direct, tapped) = (relay.host(), Tapped::before(&relay.host()));
    let name = d.run("server", &["busybox", "sleep", "1000"]);
    let stream = UnixStream::connect(tapped.socket()).expect("the tap listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit for a test that fails");
    let mut connection = BufReader::new(stream);
    assert_eq!(status(&mut connection), 200);

    let ways = [direct.as_str(), tapped.host()];
    let streams: [&[&str]; 3] = [
        &["logs", "-f", &name],
        &["exec", &name, "sh", "-c", "echo up; exec sleep 1000"],
        &["events", "--since", "10m", "--filter", &format!("container={name}")],
    ];
    let running: Vec<Vec<Child>> =
        ways.iter().map(|host| streams.map(|args| speaking(&d, host, args, &name)).into()).collect();
    relay.cut();
    let ends: Vec<Vec<_>> = running.into_iter().map(|all| all.into_iter().map(end).collect()).collect();
    // An exec that breaks off asks for its status. Directly nobody is there, and the CLI keeps silent; the tap is there,
    // and says why it cannot tell.
    let exec = &ends[1][1];
    assert!(!exec.1 && exec.0.contains("Is the docker daemon running?"), "{exec:?}");
    assert!(!ends[0][1].1, "{ends:?}");
    for at in [0, 2] {
        assert_eq!(ends[0][at], ends[1][at], "streams end as they do directly");
    }
    let without = ways.map(|host| said(host, &["ps"]));
    let sentence =
        |host: &str| format!("Cannot connect to the Docker daemon at {host}. Is the docker daemon running?");
    assert_eq!(without[0], (sentence("HOST"), false));
    // with the engine's own address, which tells more than the tap's
    assert_eq!(without[1], (format!("Error response from daemon: {}", sentence(&direct)), false));
    assert_eq!(status(&mut connection), 503);

    relay.open();
    assert_eq!(status(&mut connection), 200, "on the same connection");
    let back = ways.map(|host| said(host, &["inspect", "-f", "{{.State.Status}}", &name]));
    assert_eq!(back[1], ("running".to_owned(), true));
    assert_eq!(back[0], back[1]);
}

/// A client of which the engine is known to stream already.
fn speaking(engine: &EngineUnderTest, host: &str, args: &[&str], name: &str) -> Child {
    let mut client = docker(host, args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the docker CLI is installed");
    if args[0] == "logs" {
        engine.docker(&["exec", name, "sh", "-c", "echo up >/proc/1/fd/1"]);
    }
    let mut first = [0];
    client.stdout.as_mut().expect("it is piped").read_exact(&mut first).expect("it says something");
    client
}

fn end(client: Child) -> (String, bool) {
    let output = client.wait_with_output().expect("it ends");
    (plain(&output.stderr, &[]), output.status.success())
}

fn said(host: &str, args: &[&str]) -> (String, bool) {
    let output = docker(host, args).output().expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    (plain(&text, &[(host, "HOST")]), output.status.success())
}
