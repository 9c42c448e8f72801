//! Asks servers on this machine for an answer: what containers publish, and addresses that a check names.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::Duration;

use jiff::Timestamp;
use ureq::Agent;

use crate::facts::{HttpAnswer, Port, Probe, Run, Silence};

const PATIENCE: Duration = Duration::from_secs(2);
/// What is kept of a body.
const KEPT: u64 = 64 * 1024;
/// Requests for one verdict; more ports are not published in an exercise.
const MOST: usize = 16;

/// Asks each published port of a container for each of the paths. `machine` is the name under which this machine reaches them.
/// One that is in the machine's own network publishes nothing: of it, the ports are asked that the checks name.
pub(super) async fn probe(
    machine: &str,
    run: &Run,
    named: &BTreeSet<u16>,
    paths: &BTreeSet<String>,
) -> Vec<Probe> {
    let published = run.ports.iter().filter(|port| port.protocol == "tcp");
    let mut doors: Vec<(String, u16)> =
        published.filter_map(|port| Some((host_of(machine, port), port.host?))).collect();
    if run.networks.iter().any(|network| network == "host") {
        doors.extend(named.iter().map(|port| (machine.to_owned(), *port)));
    }
    // The same port for the other kind of address.
    doors.sort_by_key(|(_, port)| *port);
    doors.dedup_by_key(|(_, port)| *port);
    let mut probes = Vec::new();
    for (host, port) in doors {
        for path in paths {
            if probes.len() < MOST {
                let outcome = get(format!("http://{host}:{port}{path}")).await;
                probes.push(Probe { port, path: path.clone(), at: Timestamp::now(), outcome });
            }
        }
    }
    probes
}

/// A port may be published on one address of the machine alone.
fn host_of(machine: &str, port: &Port) -> String {
    match port.host_ip.as_deref() {
        Some(ip) if !matches!(ip, "0.0.0.0" | "::" | "") => {
            if ip.contains(':') {
                format!("[{ip}]")
            } else {
                ip.to_owned()
            }
        }
        _ => machine.to_owned(),
    }
}

/// One GET. Other answers than 200 are answers, too; where they lead on to is not followed.
pub(super) async fn get(url: String) -> Result<HttpAnswer, Silence> {
    let asked = tokio::task::spawn_blocking(move || ask(&url));
    asked.await.unwrap_or(Err(Silence::Strange))
}

fn ask(url: &str) -> Result<HttpAnswer, Silence> {
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        // A proxy of the learner's knows nothing of this machine's ports.
        .proxy(None)
        .build()
        .into();
    let mut answer = agent.get(url).call().map_err(|error| silence(&error))?;
    let server = answer.headers().get("server").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(KEPT).lossy_utf8(true).read_to_string();
    Ok(HttpAnswer { status, server, body: body.unwrap_or_default() })
}

fn silence(error: &ureq::Error) -> Silence {
    match error {
        ureq::Error::Timeout(_) => Silence::Slow,
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => Silence::Refused,
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => Silence::Refused,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Silence::Slow,
            _ => Silence::Closed,
        },
        _ => Silence::Strange,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// A server that says this once.
    fn server(says: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(says.as_bytes());
        });
        port
    }

    fn publishes(port: u16) -> Run {
        let port = Port {
            container: 5000,
            protocol: "tcp".into(),
            host_ip: Some("127.0.0.1".into()),
            host: Some(port),
        };
        Run { ports: vec![port], ..Run::default() }
    }

    #[tokio::test]
    async fn an_answer_has_status_server_and_body() {
        let port = server("HTTP/1.1 404 NO\r\nServer: tiny\r\nContent-Length: 5\r\n\r\nhello");
        let probes = probe("localhost", &publishes(port), &BTreeSet::new(), &["/x".into()].into()).await;
        let answer = HttpAnswer { status: 404, server: "tiny".into(), body: "hello".into() };
        assert_eq!(probes[0].outcome, Ok(answer));
        assert_eq!((probes[0].port, probes[0].path.as_str()), (port, "/x"));
    }

    #[tokio::test]
    async fn in_the_machines_own_network_the_named_ports_are_asked() {
        let port = server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        let run = Run { networks: vec!["host".into()], ..Run::default() };
        let probes = probe("127.0.0.1", &run, &[port].into(), &["/".into()].into()).await;
        assert_eq!(probes[0].outcome.as_ref().map(|answer| answer.body.as_str()), Ok("hi"));
        assert!(probe("127.0.0.1", &Run::default(), &[port].into(), &["/".into()].into()).await.is_empty());
    }

    #[tokio::test]
    async fn no_answer_has_a_reason() {
        let outcome = async |port| {
            probe("localhost", &publishes(port), &BTreeSet::new(), &["/".into()].into())
                .await
                .remove(0)
                .outcome
        };
        assert_eq!(outcome(server("")).await, Err(Silence::Closed));
        assert_eq!(outcome(server("SSH-2.0-x\r\n\r\n")).await, Err(Silence::Strange));
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(outcome(free).await, Err(Silence::Refused));
    }
}
