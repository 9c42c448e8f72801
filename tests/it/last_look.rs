//! What an attempt did before its container was removed counts: it is looked at once more before the engine is told.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use jiff::Timestamp;
use pilotwhale::check::Check;
use pilotwhale::engine::{Endpoint, Update};
use pilotwhale::facts::Run;
use pilotwhale::lab::Observation;
use pilotwhale::tap::{Options, ShellRoot, Tap};
use serde_json::json;
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::timeout;

use crate::support::quiet_engine::{OWN, Own, QuietEngine};

/// Only ever used up by a test that fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that says `ahoy` until the test's process ends.
fn server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        while let Ok((mut client, _)) = listener.accept() {
            let mut head = [0; 1024];
            // A client that goes away is answered no more.
            let _ = client.read(&mut head);
            let _ =
                client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nahoy");
        }
    });
    port
}

async fn until(what: &str, updates: &mut Receiver<Update>, is_so: impl Fn(&Run) -> bool) {
    loop {
        let update = timeout(PATIENCE, updates.recv()).await;
        let update = update.unwrap_or_else(|_| panic!("not seen: {what}")).expect("it is watched");
        if matches!(update, Update::Run(run) if run.id == OWN && is_so(&run)) {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_container_answered_and_installed_is_known_before_it_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = Own { port: Some(server()), installed: Some("/lib/site-packages/flask-3.1.2.dist-info") };
    let engine = QuietEngine::new(folder.path(), own);
    let at = Endpoint { uri: engine.uri(), why: "the test's".into() };
    let (mut observed, mut updates) = Observation::begin(&at);
    let check = json!({"run": {"installs": false, "http": {"path": "/", "body": "ahoy"}}});
    let check: Check = serde_json::from_value(check).expect("it is a check");
    observed.record(Timestamp::now(), &pilotwhale::check::Needs::of([&check]));
    let (calls, _told) = mpsc::channel(64);
    let options = Options {
        upstream: folder.path().join("engine.sock"),
        folder: folder.path().join("tap"),
        shell: ShellRoot::default(),
        guard: None,
        last_looks: Some(observed.last_looks()),
    };
    let tap = Tap::start(options, calls).expect("it starts");

    engine.say(OWN, "create");
    until("how it was made", &mut updates, |run| run.argv.is_some()).await;
    engine.say(OWN, "start");
    until("what it answers", &mut updates, |run| {
        run.probes.iter().any(|probe| probe.outcome.as_ref().is_ok_and(|answer| answer.body == "ahoy"))
    })
    .await;
    engine.take_asked();

    let socket = tap.socket().to_owned();
    let removal = tokio::task::spawn_blocking(move || {
        let mut client = UnixStream::connect(socket).expect("the tap listens");
        let request =
            format!("DELETE /containers/{OWN}?force=1 HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
        client.write_all(request.as_bytes()).expect("it is asked");
        client.read_to_end(&mut Vec::new()).expect("it is answered");
    });
    until("what was installed", &mut updates, |run| {
        run.packages.as_deref() == Some(&["/lib/site-packages/flask-3.1.2.dist-info".to_owned()])
    })
    .await;
    removal.await.expect("it was asked");
    let asked = engine.take_asked();
    let at = |what: &str| asked.iter().position(|asked| *asked == format!("/containers/{OWN}{what}"));
    let (looked, removed) = (at("/changes"), at("?force=1"));
    assert!(looked.is_some() && looked < removed, "{asked:?}");
}
