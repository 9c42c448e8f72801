//! Lists of engines whose words are not ours.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::*;
use crate::engine::Endpoint;

/// Podman, while a container has ended and was not yet tidied up: it says so in a word of its own, and knows no `restarting`.
fn podman(target: &str) -> (&'static str, &'static str) {
    let of = |state: &str| target.contains(&format!("%5B%22{state}%22%5D"));
    match target {
        _ if target.contains("/_ping") => ("200 OK", "OK"),
        _ if target.contains("/version") => ("200 OK", r#"{"Version":"5.8.6"}"#),
        _ if !target.contains("status") => (
            "200 OK",
            r#"[{"Id":"a","State":"stopped"},{"Id":"b","State":"exited"},{"Id":"c","State":"running"}]"#,
        ),
        _ if of("running") => ("200 OK", r#"[{"Id":"c","State":"running"}]"#),
        _ if of("exited") => ("200 OK", r#"[{"Id":"b","State":"exited"}]"#),
        _ if of("restarting") || of("dead") => {
            ("500 Internal Server Error", r#"{"message":"unknown container state"}"#)
        }
        _ => ("200 OK", "[]"),
    }
}

async fn serve(stream: UnixStream) -> std::io::Result<()> {
    let mut from = BufReader::new(stream);
    let (mut first, mut line) = (String::new(), String::new());
    from.read_line(&mut first).await?;
    while from.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let (status, body) = podman(first.split(' ').nth(1).unwrap_or_default());
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    from.get_mut().write_all(head.as_bytes()).await?;
    from.read_to_end(&mut Vec::new()).await.map(drop)
}

#[tokio::test]
async fn a_state_that_one_side_does_not_know_takes_no_other_container_along() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.sock");
    let listener = UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    let engine = Engine::connect(&Endpoint::socket(&path, "the test's")).await.unwrap();
    let all = engine.containers(None).await.unwrap();
    let mut ids: Vec<&str> = all.iter().map(|container| container.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["b", "c"]);
}
