//! Reads off the answer to a build, a commit, an import or a load which images came of it, and what a builder said last of what went wrong.
//!
//! The classic builder sends lines of JSON. BuildKit's client speaks gRPC in HTTP/2 on a connection that was HTTP/1.1:
//! its frames are read here as far as they tell of steps that failed and of the image that was exported (RFC 9113 for the
//! frames, <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md> for the messages in them, and
//! `api/services/control/control.proto` of moby/buildkit for what these say).

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::redact;
use crate::facts::reference::listed;
use crate::facts::{Action, Build};

/// What is kept of one line or one message that has not ended; a longer one is not read.
const MOST: usize = 256 * 1024;
/// Streams of one connection that are followed at once.
const STREAMS: usize = 64;
/// Hexadecimal digits of an id.
const WHOLE_ID: usize = 64;
/// Of what the builder said.
const SAID: usize = 300;
/// What BuildKit's exporters call the content of an image that they have made: the engine's id is one of them.
const EXPORTED: [&str; 2] = ["containerimage.digest", "containerimage.config.digest"];
/// And the names that they have given to it.
const NAMED: &str = "image.name";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Building {
    told: Told,
    reads: Reads,
}

/// What the builder has said so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    made: bool,
    error: Option<String>,
    /// Of what it made: hexadecimal, whole or the first twelve digits.
    ids: BTreeSet<String>,
    /// Of what it made, pulled or took from an archive, as lists show them.
    names: BTreeSet<String>,
    /// Those of an archive: it tells no ids of what has names.
    loaded: BTreeSet<String>,
    /// The step that runs only names an image that is here already.
    at_base: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reads {
    Lines(Vec<u8>),
    Frames(Frames),
}

impl Building {
    /// Of the classic builder, and of what loads an archive.
    pub(super) fn in_lines() -> Self {
        Self { told: Told::default(), reads: Reads::Lines(Vec::new()) }
    }

    /// Of BuildKit.
    pub(super) fn in_frames() -> Self {
        Self { told: Told::default(), reads: Reads::Frames(Frames::default()) }
    }

    /// None where no image is built on this connection.
    pub(super) fn of(meaning: &Action, status: u16) -> Option<Self> {
        match (meaning.name.as_str(), status) {
            ("image-build", 200) => Some(Self::in_lines()),
            ("buildkit-grpc", 101) | ("h2-opaque", 200) => Some(Self::in_frames()),
            _ => None,
        }
    }

    /// More of the answer passes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let told = &mut self.told;
        match &mut self.reads {
            Reads::Lines(open) => {
                open.extend_from_slice(bytes);
                while let Some(end) = open.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = open.drain(..=end).collect();
                    told.line(&line);
                }
                if open.len() > MOST {
                    open.clear();
                }
            }
            Reads::Frames(frames) => frames.take(bytes, &mut |message| told.message(message)),
        }
    }

    /// What came of it, once it has ended.
    pub(super) fn outcome(&self) -> Build {
        let Told { made, error, .. } = &self.told;
        let error = error.as_ref().filter(|_| !made);
        Build { made: *made, error: error.map(|error| redact::text(&short(error))) }
    }

    /// Whether the builder has said that it made this content.
    pub(super) fn made(&self, id: &str) -> bool {
        let id = id.trim_start_matches("sha256:");
        self.told.ids.iter().any(|told| id.starts_with(told.as_str()))
    }

    /// Whether an archive has brought what has this name.
    pub(super) fn loaded(&self, name: &str) -> bool {
        self.told.loaded.contains(name)
    }

    /// The names that the builder has said that it gave, or pulled, as lists show them.
    pub(super) fn names(&self) -> &BTreeSet<String> {
        &self.told.names
    }
}

/// One line without what only a builder needs to know.
fn short(error: &str) -> String {
    let line = error.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    line.chars().take(SAID).collect()
}

impl Told {
    fn line(&mut self, line: &[u8]) {
        let Ok(said) = serde_json::from_slice::<Value>(line) else { return };
        if let Some(id) = said.pointer("/aux/ID").and_then(Value::as_str) {
            self.made = true;
            self.id(id);
        }
        // of a commit, and of Podman's import
        if let Some(id) = said.get("Id").and_then(Value::as_str) {
            self.id(id);
        }
        let message = said.pointer("/errorDetail/message").or_else(|| said.get("error"));
        if let Some(message) = message.and_then(Value::as_str) {
            self.error = Some(message.to_owned());
        }
        // Podman's own answer to a load
        let loaded = said.get("Names").and_then(Value::as_array).into_iter().flatten();
        loaded.filter_map(Value::as_str).for_each(|name| self.loaded(name));
        let text = ["stream", "status"].iter().find_map(|key| said.get(key)?.as_str()).unwrap_or_default();
        self.words(text.trim());
    }

    /// One line in the words of the classic builder, which Podman says with other dashes and capitals.
    fn words(&mut self, text: &str) {
        let after = |words: &[&str]| words.iter().find_map(|begin| text.strip_prefix(begin));
        if let Some(step) = after(&["Step ", "STEP "]) {
            self.at_base = step.split_whitespace().any(|word| word.eq_ignore_ascii_case("FROM"));
        } else if let Some(name) = after(&["Status: Downloaded newer image for "]) {
            self.names.insert(listed(name));
            self.at_base = false;
        } else if let Some(name) = after(&["Successfully tagged "]) {
            self.names.insert(listed(name));
        } else if let Some(name) = after(&["Loaded image: "]) {
            self.loaded(name);
        } else if let Some(id) = after(&["---> ", "--> ", "Successfully built ", "Loaded image ID: "]) {
            // a base that was here, or came from elsewhere meanwhile, is not what the build made
            if !std::mem::take(&mut self.at_base) {
                self.id(id);
            }
        } else if text.trim_start_matches("sha256:").len() == WHOLE_ID {
            // an import, and a build that was asked to be quiet, say nothing else
            self.id(text);
        }
    }

    fn loaded(&mut self, name: &str) {
        self.names.insert(listed(name));
        self.loaded.insert(listed(name));
    }

    fn id(&mut self, id: &str) {
        let id = id.trim_start_matches("sha256:");
        if id.len() >= 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.ids.insert(id.to_owned());
        }
    }

    /// Of BuildKit: how far the steps are, or what its exporters answer, in pairs (1) of a key (1) and a value (2).
    fn message(&mut self, message: &[u8]) {
        if let Some(error) = failed_step(message) {
            self.error = Some(error);
        }
        for (_, pair) in fields(message).filter(|(number, _)| *number == 1) {
            let text = |wanted| std::str::from_utf8(fields(pair).find(|(n, _)| *n == wanted)?.1).ok();
            match (text(1), text(2)) {
                (Some(key), Some(id)) if EXPORTED.contains(&key) => {
                    self.made = true;
                    self.id(id);
                }
                (Some(NAMED), Some(names)) => self.names.extend(names.split(',').map(listed)),
                _ => {}
            }
        }
    }
}

/// HTTP/2 as far as it carries messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
