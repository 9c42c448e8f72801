//! Requests and streams that no client and no engine sends. `bench/fuzz` runs these for minutes.

use proptest::prelude::*;
use tokio::io::AsyncWriteExt;

use super::*;
use crate::facts::{Action, Command};

/// What has a meaning in a target.
const PARTS: [&str; 30] = [
    "/",
    "//",
    "/v1.43",
    "/libpod",
    "/containers",
    "/images",
    "/volumes",
    "/networks",
    "/create",
    "/prune",
    "/json",
    "/web",
    "/..",
    "/.",
    "%2F",
    "%2e",
    "%00",
    "%",
    "%c3%a4",
    "?",
    "&",
    "=",
    "#",
    "+",
    "t=a:1",
    "force=1",
    "v=1",
    "filters=%7B%7D",
    "é",
    "\u{0}",
];

fn targets() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PARTS[..]), 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    /// What is decoded is decoded once, and whoever reads it reads the same.
    #[test]
    fn fuzz_target(method in "[A-Za-z]{0,7}", sent in targets(), argv in prop::collection::vec("[-a-z=:./]{0,12}", 0..6)) {
        let target = Target::of(&method, &sent);
        prop_assert_eq!(&target.method, &method.to_uppercase());
        prop_assert!(sent.starts_with(target.prefix()) && sent.contains(target.sent()));
        prop_assert!(target.segments().iter().all(|part| !part.is_empty() && !part.contains('/')));
        // a path that nobody encoded is read as it stands
        if !sent.contains(['%', '?', '#']) {
            prop_assert_eq!(format!("{}{}", target.prefix(), target.path()), sent.clone());
        }
        let command = Command { argv, ..Command::default() };
        let _ = format!("{:?}", guard::Request::of(&target, &command));
        let _ = (action::of(&target, None), redact::target(&sent));
    }

    /// However a stream is cut, the same is read of it.
    #[test]
    fn fuzz_building(bytes in prop::collection::vec(prop_oneof![
        Just(vec![0, 0, 5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]), Just(b"{\"aux\":{\"ID\":\"sha256:1\"}}\n".to_vec()),
        Just(b"{\"stream\":\" ---> 001122334455\\n\"}\n".to_vec()), prop::collection::vec(any::<u8>(), 0..40),
    ], 0..20), cuts in prop::collection::vec(1..30usize, 1..20)) {
        let bytes = bytes.concat();
        for name in ["image-build", "buildkit-grpc"] {
            let status = if name == "image-build" { 200 } else { 101 };
            let action = Action { name: name.into(), ..Action::default() };
            let new = || building::Building::of(&action, status).unwrap();
            let (mut whole, mut pieces) = (new(), new());
            whole.take(&bytes);
            let mut rest = &bytes[..];
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                pieces.take(now);
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!((whole.outcome(), whole.names()), (pieces.outcome(), pieces.names()));
        }
    }

    /// A client that is refused in gRPC may say anything.
    #[test]
    fn fuzz_grpc(said in prop::collection::vec(any::<u8>(), 0..300), is_http2 in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let said = if is_http2 { [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &said[..]].concat() } else { said };
        runtime.block_on(async {
            let (mut client, mut server) = tokio::io::duplex(64 * 1024);
            client.write_all(&said).await.unwrap();
            client.shutdown().await.unwrap();
            assert!(grpc::refuse(&mut server, "no").await.is_err(), "it ends when the client does");
        });
    }
}
