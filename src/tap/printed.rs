//! Keeps the beginning of what a command prints that `docker exec` started, as it passes.

use super::redact;
use crate::facts::{Action, Lines, Output, Stream};

/// What is kept of one command's output.
const MOST: usize = 64 * 1024;

/// Bytes as the engine sent them. They are read only when somebody is told of them, so that the stream waits for no more
/// than a copy of its first part.
pub(super) struct Printed {
    bytes: Vec<u8>,
    /// Without a terminal the two streams come in frames.
    framed: bool,
    more: bool,
}

impl Printed {
    /// None where nothing is printed to the client.
    pub(super) fn of(meaning: &Action, status: u16) -> Option<Self> {
        let asked = |name: &str| meaning.args.contains_key(name);
        // 200 is the answer to a client that did not ask to leave HTTP.
        let prints = meaning.name == "exec-start" && [101, 200].contains(&status) && !asked("detach");
        prints.then(|| Self { bytes: Vec::new(), framed: !asked("tty"), more: false })
    }

    /// Whether there was anything new to keep.
    pub(super) fn keep(&mut self, bytes: &[u8]) -> bool {
        let kept = bytes.len().min(MOST - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..kept]);
        self.more |= kept < bytes.len();
        kept > 0
    }

    /// Plain lines without secrets.
    pub(super) fn output(&self) -> Output {
        let mut lines = Lines::new(MOST);
        let mut rest = self.bytes.as_slice();
        while self.framed && !rest.is_empty() {
            let Some((stream, piece, after)) = frame(rest) else { break };
            lines.feed(stream, piece);
            rest = after;
        }
        if !self.framed {
            lines.feed_terminal(rest);
        }
        let Output { text, truncated } = lines.output();
        Output { text: redact::text(&text), truncated: truncated || self.more }
    }
}

/// One piece of one stream, which may have been cut off, and what comes after it. None where only a part of a head is
/// left, or something that is none.
fn frame(bytes: &[u8]) -> Option<(Stream, &[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let [kind, 0, 0, 0, length @ ..] = *head else { return None };
    let stream = match kind {
        0 | 1 => Stream::Stdout,
        2 | 3 => Stream::Stderr,
        _ => return None,
    };
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    let (piece, after) = rest.split_at(length.min(rest.len()));
    Some((stream, piece, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tap::{Target, action};

    fn started(asked: &str) -> Option<Printed> {
        let meaning = action::of(&Target::of("POST", "/v1.43/exec/abc/start"), Some(asked.as_bytes()));
        Printed::of(&meaning, 101)
    }

    fn framed(kind: u8, text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap().to_be_bytes();
        [&[kind, 0, 0, 0], length.as_slice(), text.as_bytes()].concat()
    }

    #[test]
    fn two_streams_are_put_together_however_they_are_cut() {
        let bytes = [framed(1, "hel"), framed(2, "oops\n"), framed(1, "lo\nlast")].concat();
        for cut in 0..bytes.len() {
            let mut printed = started(r#"{"Detach":false,"Tty":false}"#).unwrap();
            assert_eq!(printed.keep(&bytes[..cut]), cut > 0);
            assert!(printed.keep(&bytes[cut..]));
            let output = Output { text: "oops\nhello\nlast".into(), truncated: false };
            assert_eq!(printed.output(), output, "cut at {cut}");
        }
    }

    #[test]
    fn a_terminal_has_one_stream() {
        let mut printed = started(r#"{"Detach":false,"Tty":true}"#).unwrap();
        printed.keep(b"\x1b[32m>>> \x1b[0mprint(1)\r\n1\r\n");
        assert_eq!(printed.output().text, ">>> print(1)\n1");
    }

    #[test]
    fn what_is_no_frame_is_nobodys_output() {
        let mut printed = started("{}").unwrap();
        printed.keep(&[framed(1, "good\n"), b"not a frame".to_vec()].concat());
        assert_eq!(printed.output().text, "good");
    }

    #[test]
    fn only_what_comes_to_the_client_is_kept() {
        assert!(started(r#"{"Detach":true}"#).is_none());
        let attach = action::of(&Target::of("POST", "/containers/abc/attach"), None);
        assert!(Printed::of(&attach, 101).is_none());
        let start = action::of(&Target::of("POST", "/exec/abc/start"), None);
        assert!(Printed::of(&start, 404).is_none());
        assert!(Printed::of(&start, 200).is_some());
    }

    #[test]
    fn memory_is_bounded_and_says_so() {
        let mut printed = started(r#"{"Tty":true}"#).unwrap();
        let line = [b'x'; 1000];
        assert!((0..MOST / 1000 + 1).all(|_| printed.keep(&line)));
        assert!(!printed.keep(&line));
        assert_eq!(printed.bytes.len(), MOST);
        assert!(printed.output().truncated);
    }

    #[test]
    fn secrets_are_taken_out() {
        let mut printed = started(r#"{"Tty":true}"#).unwrap();
        printed.keep(b"DB_PASSWORD=hunter2\r\nWHALE=pilot\r\npostgres://ana:s3@db/x\r\n");
        let text = printed.output().text;
        assert!(!text.contains("hunter2") && !text.contains("s3@"), "{text}");
        assert!(text.contains("WHALE=pilot") && text.contains("DB_PASSWORD="), "{text}");
    }
}
