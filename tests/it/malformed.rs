//! Requests that no docker client sends: refused before the engine hears of them, or passed on so that they can be read in one way only.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pilotwhale::tap::{Event, Options, Tap};
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::support::fake_engine::{FakeEngine, Heard};

/// Only ever used up by a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);

struct Bench {
    tap: Tap,
    engine: FakeEngine,
    seen: mpsc::Receiver<Event>,
    _folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder =
            tempfile::Builder::new().prefix("pw-").tempdir().expect("a temporary folder can be made");
        let engine = FakeEngine::new(folder.path());
        let (events, seen) = mpsc::channel(4096);
        let options = Options {
            upstream: engine.path().to_owned(),
            folder: folder.path().join("tap"),
            shell: Default::default(),
            guard: None,
            last_looks: None,
        };
        let tap = Tap::start(options, events).expect("a tap can be started");
        Self { tap, engine, seen, _folder: folder }
    }

    fn connect(&self) -> UnixStream {
        let stream = UnixStream::connect(self.tap.socket()).expect("the tap listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit for a test that fails");
        stream
    }

    /// All that is answered to `bytes`, until the tap closes.
    fn says(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // it may close before it has read all
        let _ = stream.write_all(bytes);
        let mut said = Vec::new();
        // closed with some of it unread, a socket says "reset" after what it had to say
        let _ = stream.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    }

    #[track_caller]
    fn refuses(&self, bytes: &[u8], status: u16) {
        let (before, shown) =
            (self.engine.heard().len(), String::from_utf8_lossy(&bytes[..bytes.len().min(200)]));
        let said = self.says(bytes);
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{shown:?}: {said}");
        assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{shown:?}: {said}");
        assert_eq!(self.engine.heard()[before..], [], "{shown:?}");
    }

    /// The one request that the engine hears of these bytes.
    #[track_caller]
    fn passes(&self, bytes: &[u8]) -> Heard {
        let (before, shown) =
            (self.engine.heard().len(), String::from_utf8_lossy(&bytes[..bytes.len().min(200)]));
        let said = self.says(bytes);
        assert!(said.contains(" 200 OK\r\n"), "{shown:?}: {said}");
        let heard = self.engine.heard().split_off(before);
        assert_eq!(heard.len(), 1, "{shown:?}");
        heard.into_iter().next().expect("one")
    }
}

/// The last request of a connection, so that the tap closes it.
fn request(target: &str, more: &str) -> Vec<u8> {
    format!("POST {target} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n{more}\r\n").into_bytes()
}

#[test]
fn targets_that_may_be_read_in_two_ways_are_refused() {
    let bench = Bench::new();
    for target in [
        "http://docker/containers/json",
        "unix://docker/containers/json",
        "//containers/json",
        "/v1.43//containers/json",
        "/images/../containers/yours",
        "/./containers/json",
        "/containers/%2e%2e/images/x",
        "/containers/%2E/json",
        "/containers%2f..%2fimages",
        "/containers/x%00y",
        "/containers/x%zz",
        "*",
    ] {
        // what stays open after a refusal in the middle is closed by the request itself
        bench.refuses(&request(target, ""), 400);
    }
    bench.refuses(b"CONNECT docker:80 HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n", 400);
    assert_eq!(
        bench.passes(&request("/v1.43/images/a%2Fb/json?x=//../%2e", "")).target(),
        "/v1.43/images/a%2Fb/json?x=//../%2e"
    );
}

#[test]
fn no_request_line_no_request() {
    let bench = Bench::new();
    for bytes in [
        b"GET\r\n\r\n".as_slice(),
        b"GET / \r\n\r\n",
        b"GET /x HTTP/9.1\r\n\r\n",
        b"G\0ET /x HTTP/1.1\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS client\r\n\r\n",
        b"GET /x HTTP/1.1\r\nNo colon\r\n\r\n",
        b"GET /x HTTP/1.1\r\nA: b\0c\r\n\r\n",
        b"GET /x HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
    ] {
        bench.refuses(bytes, 400);
    }
    assert_eq!(bench.passes(&request("/after", "")).target(), "/after");
}

#[test]
fn bodies_whose_end_is_not_clear_are_refused() {
    let bench = Bench::new();
    for headers in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 5x\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length : 5\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding : chunked\r\n",
    ] {
        bench.refuses(&[request("/x", headers), b"hello!".to_vec()].concat(), 400);
    }
    // in HTTP/1.0 there are no chunks
    bench.refuses(b"POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

#[test]
fn with_two_ways_to_frame_it_the_engine_hears_one_and_no_second_request() {
    let bench = Bench::new();
    let second = "GET /smuggled HTTP/1.1\r\nHost: docker\r\n\r\n";
    for headers in [
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
    ] {
        let first = format!("POST /first HTTP/1.1\r\nHost: docker\r\n{headers}\r\n0\r\n\r\n{second}");
        let heard = bench.passes(first.as_bytes());
        assert_eq!(heard.target(), "/first");
        assert_eq!(heard.framing(), [("transfer-encoding", "chunked")]);
    }
}

#[test]
fn headers_have_a_limit_and_the_tap_outlives_it() {
    let bench = Bench::new();
    let many = |count: usize| (0..count).map(|at| format!("X-{at}: y\r\n")).collect::<String>();
    assert_eq!(bench.passes(&request("/many", &many(200))).headers.len(), 202);
    bench.refuses(&request("/too-many", &many(400)), 431);
    let long = |length: usize| format!("X-Long: {}\r\n", "y".repeat(length));
    assert!(
        bench
            .passes(&request("/long", &long(64 * 1024)))
            .headers
            .iter()
            .any(|(name, value)| name == "x-long" && value.len() == 64 * 1024)
    );
    bench.refuses(&request("/too-long", &long(2 * 1024 * 1024)), 431);
    assert_eq!(bench.passes(&request("/after", "")).target(), "/after");
}

#[test]
fn what_is_unusual_and_clear_passes() {
    let bench = Bench::new();
    assert_eq!(bench.passes(b"GET /old HTTP/1.0\r\n\r\n").target(), "/old");
    let chunked =
        [request("/x", "Transfer-Encoding: chunked\r\n"), b"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".to_vec()]
            .concat();
    assert_eq!(bench.passes(&chunked).body, b"abcde");
    let both_equal =
        [request("/x", "Content-Length: 5\r\nContent-Length: 5\r\n"), b"hello".to_vec()].concat();
    let heard = bench.passes(&both_equal);
    assert_eq!((heard.framing().len(), heard.body.as_slice()), (1, b"hello".as_slice()));

    // several at once are answered in their order
    let three =
        [b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), request("/3", "")]
            .concat();
    let said = bench.says(&three);
    let at = |word: &str| said.find(word).unwrap_or(usize::MAX);
    assert!(at("/1") < at("/2") && at("/2") < at("/3") && at("/3") < usize::MAX, "{said}");

    // one that comes a byte at a time
    let mut stream = bench.connect();
    for byte in request("/slow", "Content-Length: 2\r\n").iter().chain(b"hi") {
        stream.write_all(&[*byte]).expect("it is taken");
    }
    let mut said = String::new();
    stream.read_to_string(&mut said).expect("it is answered");
    assert!(said.ends_with("/slow"), "{said}");

    let expecting = request("/expecting", "Expect: 100-continue\r\nContent-Length: 2\r\n");
    let mut stream = bench.connect();
    stream.write_all(&expecting).expect("it is taken");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).expect("it may go on");
    assert_eq!(go_on, *b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hi").expect("it is taken");
    let mut said = String::new();
    stream.read_to_string(&mut said).expect("it is answered");
    assert!(said.ends_with("/expecting"), "{said}");
}

#[test]
fn http_2_goes_through_unread() {
    let mut bench = Bench::new();
    let mut stream = bench.connect();
    let frames = b"\0\0\0\x04\0\0\0\0\0 any bytes \xff\xfe\0";
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\n").expect("it is taken");
    stream.write_all(frames).expect("it is taken");
    stream.shutdown(std::net::Shutdown::Write).expect("it can stop talking");
    let mut said = Vec::new();
    stream.read_to_end(&mut said).expect("it ends");
    assert_eq!(said, [b"engine speaks: ".as_slice(), frames].concat());
    assert_eq!(bench.engine.heard().len(), 1);
    drop(bench.tap);
    let mut names = Vec::new();
    while let Some(Event::Seen(call)) = bench.seen.blocking_recv() {
        names.push((call.action.name.clone(), call.answer.as_ref().is_some_and(|answer| answer.ended)));
    }
    assert_eq!(names, [("h2-opaque".to_owned(), false), ("h2-opaque".to_owned(), true)]);
}

#[test]
fn what_only_begins_like_http_2_is_a_request() {
    let bench = Bench::new();
    bench.refuses(b"PRI * HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n", 400);
    assert_eq!(
        bench.passes(b"PRINT /x HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n").target(),
        "/x"
    );
    // one that hangs up in the middle of it is no trouble
    let mut stream = bench.connect();
    stream.write_all(b"PRI * HT").expect("it is taken");
    drop(stream);
    assert_eq!(bench.passes(&request("/after", "")).target(), "/after");
}

#[test]
fn nothing_is_heard_after_a_refusal() {
    let first = "POST /first HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let both = format!("{first}GET /second HTTP/1.1\r\nHost: x\r\n\r\n");
    Bench::new().refuses(both.as_bytes(), 400);
}

/// A header that says where the body ends, or seems to. Each value is true of the bytes that follow, read in its own way.
fn framing() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "Content-Length",
        "content-length",
        "Transfer-Encoding",
        "TRANSFER-ENCODING",
        "Transfer_Encoding",
        "X-Content-Length",
    ]);
    let blank = prop::sample::select(vec![": ", ":", " : ", ":\t", ": \t "]);
    let value = prop::sample::select(vec![
        "0",
        "5",
        "005",
        "+5",
        "5,5",
        "chunked",
        "Chunked",
        "identity",
        "chunked, chunked",
        "gzip, chunked",
        "\"chunked\"",
        "",
    ]);
    let end = prop::sample::select(vec!["\r\n", "\n", " \r\n"]);
    (name, blank, value, end).prop_map(|(name, blank, value, end)| format!("{name}{blank}{value}{end}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever a client says of the end of its body, the engine is told one end, and hears the requests that were judged: no more,
    /// no others, in that order.
    #[test]
    fn the_engine_hears_what_was_judged(headers in prop::collection::vec(framing(), 0..4)) {
        let mut bench = Bench::new();
        let mut stream = bench.connect();
        // read as five bytes, as chunks, or as none: there is always a whole request, and perhaps another
        let bytes = format!("POST /first HTTP/1.1\r\nHost: x\r\n{}\r\n0\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n", headers.concat());
        let _ = stream.write_all(bytes.as_bytes());
        let mut first = [0];
        let _ = stream.read(&mut first);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
        drop(bench.tap);
        let mut judged = BTreeMap::new();
        while let Some(Event::Seen(call)) = bench.seen.blocking_recv() {
            judged.insert(call.call, call.target.clone());
        }
        let heard = bench.engine.heard();
        for request in &heard {
            let framing = request.framing();
            let clear = match framing.as_slice() {
                [] => true,
                [("content-length", length)] => length.bytes().all(|b| b.is_ascii_digit()),
                [("transfer-encoding", coding)] => coding.eq_ignore_ascii_case("chunked"),
                _ => false,
            };
            prop_assert!(clear, "{framing:?} of {bytes:?}");
        }
        let heard: Vec<&str> = heard.iter().map(Heard::target).collect();
        let judged: Vec<&str> = judged.values().map(String::as_str).collect();
        prop_assert!(judged.starts_with(&heard), "judged {judged:?}, heard {heard:?}");
        let frames = headers.iter().filter(|h| !h.starts_with("X-") && !h.contains('_')).count();
        if frames > 1 && heard.contains(&"/second") {
            // several may agree; else the connection ends with the first
            let values: Vec<&str> = headers.iter().filter_map(|h| h.split_once(':')).filter(|(name, _)| !name.contains(['X', '_'])).map(|(_, value)| value.trim()).collect();
            prop_assert!(values.iter().all(|value| ["5", "005"].contains(value)), "{bytes:?}");
        }
    }
}
