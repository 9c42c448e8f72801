//! Reads off a build's stream whether an image came of it, and what the builder said last of what went wrong.
//!
//! The classic builder sends lines of JSON. BuildKit's client speaks gRPC in HTTP/2 on a connection that was HTTP/1.1:
//! its frames are read here as far as they tell of steps that failed and of the image that was exported (RFC 9113 for the
//! frames, <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md> for the messages in them, and
//! `api/services/control/control.proto` of moby/buildkit for what these say).

use std::collections::HashMap;

use serde_json::Value;

use super::redact;
use crate::facts::{Action, Build};

/// What is kept of one line or one message that has not ended; a longer one is not read.
const MOST: usize = 256 * 1024;
/// Streams of one connection that are followed at once.
const STREAMS: usize = 64;
/// Of what the builder said.
const SAID: usize = 300;
/// What a builder answers of an image that it has made, by the name of BuildKit's exporter.
const EXPORTED: [&[u8]; 2] = [b"containerimage.digest", b"containerimage.config.digest"];

pub(super) struct Building {
    made: bool,
    error: Option<String>,
    reads: Reads,
}

enum Reads {
    Lines(Vec<u8>),
    Frames(Frames),
}

impl Building {
    /// None where no image is built on this connection.
    pub(super) fn of(meaning: &Action, status: u16) -> Option<Self> {
        let reads = match (meaning.name.as_str(), status) {
            ("image-build", 200) => Reads::Lines(Vec::new()),
            ("buildkit-grpc", 101) | ("h2-opaque", 200) => Reads::Frames(Frames::default()),
            _ => return None,
        };
        Some(Self { made: false, error: None, reads })
    }

    /// More of the answer passes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        match &mut self.reads {
            Reads::Lines(open) => {
                open.extend_from_slice(bytes);
                while let Some(end) = open.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = open.drain(..=end).collect();
                    read_line(&line, &mut self.made, &mut self.error);
                }
                if open.len() > MOST {
                    open.clear();
                }
            }
            Reads::Frames(frames) => frames.take(bytes, &mut |message| {
                let exported = |name: &&[u8]| message.windows(name.len()).any(|part| part == *name);
                self.made |= EXPORTED.iter().any(exported);
                if let Some(error) = failed_step(message) {
                    self.error = Some(error);
                }
            }),
        }
    }

    /// What came of it, once it has ended.
    pub(super) fn outcome(&self) -> Build {
        let error = self.error.as_ref().filter(|_| !self.made);
        Build { made: self.made, error: error.map(|error| redact::text(&short(error))) }
    }
}

/// One line without what only a builder needs to know.
fn short(error: &str) -> String {
    let line = error.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    line.chars().take(SAID).collect()
}

fn read_line(line: &[u8], made: &mut bool, error: &mut Option<String>) {
    let Ok(said) = serde_json::from_slice::<Value>(line) else { return };
    *made |= said.pointer("/aux/ID").is_some();
    let message = said.pointer("/errorDetail/message").or_else(|| said.get("error"));
    if let Some(message) = message.and_then(Value::as_str) {
        *error = Some(message.to_owned());
    }
}

/// HTTP/2 as far as it carries messages.
#[derive(Default)]
struct Frames {
    open: Vec<u8>,
    /// Of a frame that is too long to be kept, or of no interest: bytes that are still to come.
    skip: usize,
    /// What has come of the messages of each stream.
    streams: HashMap<u32, Vec<u8>>,
}

/// Length (3), kind, flags, stream (4).
const HEAD: usize = 9;
const DATA: u8 = 0;
const PADDED: u8 = 0x8;

impl Frames {
    fn take(&mut self, bytes: &[u8], tell: &mut dyn FnMut(&[u8])) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.open.extend_from_slice(&bytes[skipped..]);
        let mut at = 0;
        while let Some(head) = self.open.get(at..at + HEAD) {
            let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
            let (kind, flags) = (head[3], head[4]);
            let stream = u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]);
            let body = at + HEAD;
            if kind != DATA || length > MOST {
                let here = self.open.len() - body;
                self.skip = length.saturating_sub(here);
                at = body + length.min(here);
                if self.skip > 0 {
                    break;
                }
                continue;
            }
            let Some(payload) = self.open.get(body..body + length) else { break };
            let padding = if flags & PADDED != 0 { payload.first().copied() } else { None };
            let from = usize::from(padding.is_some());
            let end = length.saturating_sub(usize::from(padding.unwrap_or(0))).max(from);
            if self.streams.len() < STREAMS || self.streams.contains_key(&stream) {
                let kept = self.streams.entry(stream).or_default();
                kept.extend_from_slice(&payload[from..end]);
                messages(kept, tell);
                if kept.is_empty() || kept.len() > MOST {
                    self.streams.remove(&stream);
                }
            }
            at = body + length;
        }
        self.open.drain(..at);
    }
}

/// Each message has a byte that says whether it is compressed, and its length in four.
fn messages(kept: &mut Vec<u8>, tell: &mut dyn FnMut(&[u8])) {
    let mut at = 0;
    while let Some(head) = kept.get(at..at + 5) {
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let Some(message) = kept.get(at + 5..).and_then(|rest| rest.get(..length)) else { break };
        if head[0] == 0 {
            tell(message);
        }
        at += 5 + length;
    }
    kept.drain(..at);
}

/// The step that failed, of a message that tells how far the steps are: `vertexes` (1) with their `digest` (1), `name`
/// (3) and `error` (7). A step that was only cancelled because of another one is not it.
fn failed_step(message: &[u8]) -> Option<String> {
    fields(message).filter(|(number, _)| *number == 1).find_map(|(_, step)| {
        let of = |wanted| fields(step).find(|(number, _)| *number == wanted);
        let text = |wanted| std::str::from_utf8(of(wanted)?.1).ok();
        text(1).filter(|digest| digest.starts_with("sha256:"))?;
        let error = text(7).filter(|error| !error.is_empty() && !error.ends_with("context canceled"))?;
        // The path that is missing stands at the end of all that was tried with it.
        let error = match error.rfind("::") {
            Some(at) if error.ends_with("not found") => {
                error[at..].split_once(": ").map_or(error, |(_, rest)| rest)
            }
            _ => error,
        };
        Some(match text(3) {
            Some(name) => format!("{name}: {error}"),
            None => error.to_owned(),
        })
    })
}

/// The fields of a protobuf message that have a length, by their numbers; it ends where it can't be read.
fn fields(mut rest: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    std::iter::from_fn(move || {
        loop {
            let (key, after) = number(rest)?;
            let (skip, is_text) = match key & 7 {
                0 => (after.len() - number(after)?.1.len(), false),
                1 => (8, false),
                5 => (4, false),
                2 => {
                    let (length, after_length) = number(after)?;
                    let head = after.len() - after_length.len();
                    (head.checked_add(usize::try_from(length).ok()?)?, true)
                }
                _ => return None,
            };
            let value = after.get(..skip)?;
            rest = &after[skip..];
            if is_text {
                let head = value.len() - usize::try_from(number(value)?.0).ok()?;
                return Some((key >> 3, &value[head..]));
            }
        }
    })
}

/// Seven bits in each byte, the lowest first.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (n, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(n).ok()? * 7)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[n + 1..]));
        }
    }
    None
}

#[cfg(test)]
#[path = "building_tests.rs"]
mod tests;
