//! Who must not come in, what must not come through, and whoever else is no learner at a screen.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::client;

use super::*;
use crate::class::wire::Farewell;

pub(super) type Raw = client::TlsStream<TcpStream>;

pub(super) async fn raw(code: &JoinCode) -> Raw {
    let stream = TcpStream::connect(code.address).await.unwrap();
    let name = tls::server_name(code.address.ip());
    tls::connector(code).unwrap().connect(name, stream).await.unwrap()
}

pub(super) async fn send(raw: &mut Raw, bytes: &[u8]) -> std::io::Result<()> {
    raw.write_all(&(bytes.len() as u32).to_be_bytes()).await?;
    raw.write_all(bytes).await?;
    raw.flush().await
}

/// The next message, or None where the host has hung up.
pub(super) async fn next(raw: &mut Raw) -> Option<serde_json::Value> {
    let read = async {
        let mut length = [0; 4];
        raw.read_exact(&mut length).await.ok()?;
        let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
        raw.read_exact(&mut bytes).await.ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    timeout(PATIENCE, read).await.expect("the host hangs up or answers")
}

pub(super) fn hello(raw: &Raw, code: &JoinCode, protocol: u16, name: &str) -> Vec<u8> {
    let proof = tls::proof(raw.get_ref().1, &code.secret).unwrap();
    serde_json::to_vec(&serde_json::json!({
        "say": "hello", "protocol": protocol, "pilotwhale": "0.0.9", "learner": "ab".repeat(16), "name": name,
        "proof": proof, "course": "docker", "course_version": "1",
    }))
    .unwrap()
}

#[test]
fn without_the_secret_nobody_comes_in_and_guessing_ends() {
    let mut class = Class::open();
    run(async {
        let mut wrong = class.code();
        wrong.secret[0] ^= 1;
        let mut intruder = pupil(wrong, "Eve");
        let out = intruder.hears("it is refused", |h| matches!(h, Heard::Out { .. })).await;
        assert!(matches!(out, Heard::Out { why, .. } if why.contains("join code")));
        let mut guesses = 1;
        loop {
            let stream = TcpStream::connect(wrong.address).await.unwrap();
            let name = tls::server_name(wrong.address.ip());
            // In the end there is not even a handshake.
            let Ok(mut raw) = tls::connector(&wrong).unwrap().connect(name, stream).await else { break };
            let hello = hello(&raw, &wrong, VERSION, "Eve");
            send(&mut raw, &hello).await.unwrap();
            assert_eq!(next(&mut raw).await.unwrap()["why"]["because"], "secret");
            assert_eq!(next(&mut raw).await, None);
            guesses += 1;
            assert!(guesses < 100, "nobody stops the guessing");
        }
        assert!(guesses >= 10, "a few mistakes are forgiven, not {guesses}");
        assert_eq!(class.roster.known(), 0);
        class.close().await;
    });
}

#[test]
fn another_certificate_is_told_nothing() {
    let (mut class, mut between) = (Class::open(), Class::open());
    run(async {
        // The address of one, the certificate of the other.
        let code = JoinCode { address: between.code().address, ..class.code() };
        let mut ana = pupil(code, "Ana");
        let away = ana.hears("it is noticed", |h| matches!(h, Heard::Away { .. })).await;
        assert!(matches!(away, Heard::Away { why, .. } if why.contains("somebody else")));
        class.close().await;
        between.close().await;
        assert_eq!(between.roster.known(), 0);
    });
}

#[test]
fn other_versions_are_told_what_to_do() {
    let mut class = Class::open();
    run(async {
        for protocol in [0, VERSION + 1] {
            let mut raw = raw(&class.code()).await;
            let hello = hello(&raw, &class.code(), protocol, "Old");
            send(&mut raw, &hello).await.unwrap();
            let answer = next(&mut raw).await.unwrap();
            assert_eq!(answer["why"]["because"], "protocol");
            assert_eq!(answer["why"]["newest"], VERSION);
            let why: Refusal = serde_json::from_value(answer["why"].clone()).unwrap();
            assert!(!why.remedy().is_empty());
        }
        class.close().await;
    });
}

#[test]
fn oversized_and_malformed_messages_end_the_line_and_nothing_else() {
    let mut class = Class::open();
    run(async {
        let mut ana = pupil(class.code(), "Ana");
        ana.joins().await;
        let code = class.code();
        // Before anything is proven.
        for bytes in [&b"GET / HTTP/1.1"[..], b"{}", b"\xff\xfe", &[b'x'; LARGEST_HELLO + 1]] {
            let mut raw = raw(&code).await;
            let _ = send(&mut raw, bytes).await;
            assert_eq!(next(&mut raw).await, None);
        }
        // From somebody who was let in.
        let out_of_order = r#"{"say":"progress","events":[{"seq":2,"at":"2026-01-01T00:00:00Z","event":{"kind":"x"}},{"seq":1,"at":"2026-01-01T00:00:00Z","event":{"kind":"x"}}]}"#;
        let no_event = r#"{"say":"progress","events":[{"seq":1,"at":"2026-01-01T00:00:00Z","event":7}]}"#;
        let huge = vec![b' '; LARGEST + 1];
        for bytes in [b"[1,2]", out_of_order.as_bytes(), no_event.as_bytes(), &huge] {
            let mut raw = raw(&code).await;
            let hello = hello(&raw, &code, VERSION, "Eve");
            send(&mut raw, &hello).await.unwrap();
            assert_eq!(next(&mut raw).await.unwrap()["say"], "welcome");
            let _ = send(&mut raw, bytes).await;
            while next(&mut raw).await.is_some() {}
        }
        ana.moves(0..2);
        class.until("the others go on", |r| seq(r, "Ana") == 2).await;
        assert_eq!(class.seq("Eve"), 0);
        class.close().await;
    });
}

#[test]
fn a_name_is_cleaned_before_it_reaches_a_screen() {
    let mut class = Class::open();
    run(async {
        let code = class.code();
        let mut first = raw(&code).await;
        let said = hello(&first, &code, VERSION, "\u{1b}[2J\u{202e}Eve\u{7}");
        send(&mut first, &said).await.unwrap();
        assert_eq!(next(&mut first).await.unwrap()["name"], "[2JEve");
        let mut second = raw(&code).await;
        let said = hello(&second, &code, VERSION, "\u{200b}\u{1b}");
        send(&mut second, &said).await.unwrap();
        assert_eq!(next(&mut second).await.unwrap()["why"]["because"], "name");
        class.close().await;
    });
}

#[test]
fn who_takes_nothing_does_not_hold_up_the_others() {
    let mut class = Class::open();
    run(async {
        let code = class.code();
        let mut deaf = raw(&code).await;
        let said = hello(&deaf, &code, VERSION, "Deaf");
        send(&mut deaf, &said).await.unwrap();
        let mut ana = pupil(code, "Ana");
        ana.joins().await;
        for slide in 1..3000 {
            class.lead(go(slide));
        }
        ana.hears("the last slide", |h| is_at(h, 2999)).await;
        class.close().await;
    });
}

#[test]
fn who_is_silent_at_the_door_makes_room_and_does_not_hold_up_a_learner() {
    let mut class = Class::open();
    run(async {
        let code = class.code();
        let mut silent = Vec::new();
        for _ in 0..crate::class::room::MOST {
            silent.push(TcpStream::connect(code.address).await.unwrap());
        }
        let mut ana = pupil(code, "Ana");
        ana.joins().await;
        // Those who had their time are gone; she has not waited until it was over for all of them.
        let is_open = |stream: &TcpStream| matches!(stream.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
        assert!(silent.iter().filter(|stream| is_open(stream)).count() >= crate::class::room::MOST / 2);
        ana.moves(0..1);
        class.until("she is in", |r| seq(r, "Ana") == 1).await;
        class.close().await;
    });
}

#[test]
fn a_door_that_is_closed_lets_in_who_was_here_and_nobody_else() {
    let mut class = Class::open();
    run(async {
        let code = class.code();
        let mut ana = raw(&code).await;
        let said = hello(&ana, &code, VERSION, "Ana");
        send(&mut ana, &said).await.unwrap();
        assert_eq!(next(&mut ana).await.unwrap()["say"], "welcome");
        class.lead(Lead::Door { open: false });
        let mut bob = pupil(code, "Bob");
        let away = bob.hears("he is told", |h| matches!(h, Heard::Away { .. })).await;
        assert!(matches!(away, Heard::Away { why, .. } if why.contains("nobody new")));
        let mut again = raw(&code).await;
        let said = hello(&again, &code, VERSION, "Ana");
        send(&mut again, &said).await.unwrap();
        assert_eq!(next(&mut again).await.unwrap()["say"], "welcome");
        class.lead(Lead::Door { open: true });
        bob.joins().await;
        class.close().await;
    });
}

#[test]
fn an_audience_sees_all_and_is_not_on_the_board() {
    let mut class = Class::open();
    run(async {
        class.lead(go(3));
        let (_ask, asked) = mpsc::channel(1);
        let (out, mut heard) = mpsc::channel(64);
        let course = ("docker".into(), "1".into());
        let identity = Identity::passing().unwrap();
        let joining =
            Joining { code: class.code(), identity, name: "screen".into(), role: Role::Audience, course };
        let history = Box::new(Remembered::default());
        tokio::spawn(follow(joining, history, Arc::default(), asked, out, Stage::default()));
        loop {
            let news = timeout(PATIENCE, heard.recv()).await.unwrap().unwrap();
            if is_at(&news, 3) {
                break;
            }
        }
        let mut ana = pupil(class.code(), "Ana");
        ana.joins().await;
        class.until("Ana", |r| r.here() == 1).await;
        assert_eq!(class.roster.known(), 1);
        class.close().await;
    });
}

#[test]
fn a_class_that_ends_says_so() {
    let mut class = Class::open();
    run(async {
        let code = class.code();
        let mut raw = raw(&code).await;
        let said = hello(&raw, &code, VERSION, "Ana");
        send(&mut raw, &said).await.unwrap();
        assert_eq!(next(&mut raw).await.unwrap()["say"], "welcome");
        class.close().await;
        let mut last = None;
        while let Some(message) = next(&mut raw).await {
            last = Some(message);
        }
        let why: Farewell = serde_json::from_value(last.unwrap()["why"].clone()).unwrap();
        assert_eq!(why, Farewell::Ended);
    });
}
