//! What host and learner say to each other: versioned, bounded, and only ever data. No message names a program, a file or
//! a key, and nothing that arrives is run: a command of the instructor's is text that a learner may take to the prompt.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::codec::{Decoder, Encoder, LengthDelimitedCodec};

use super::clean::clean_text;
use super::shown::Step;
use super::standing::Standing;
use crate::progress::{Event, Stamped};

/// Counts up when older programs would misread a message. New kinds and fields need no new number.
pub(super) const VERSION: u16 = 1;
/// The oldest that is understood.
pub(super) const OLDEST: u16 = 1;
/// Bytes of one message to the host.
pub(super) const LARGEST: usize = 64 * 1024;
/// Bytes of one message to a learner: notes and commands of the instructor are in it.
pub(super) const LARGEST_STANDING: usize = 256 * 1024;
/// Bytes of the first message, from somebody who has proven nothing yet.
pub(super) const LARGEST_HELLO: usize = 2 * 1024;
/// Events of one message, and their bytes.
pub(super) const MOST_EVENTS: usize = 200;
const EVENT_BYTES: usize = LARGEST / 2;
/// Bytes of one event; a larger one is none that this program makes.
const LARGEST_EVENT: usize = 8 * 1024;
/// Characters of one text in an event.
const TEXT: usize = 400;

/// Who a learner is to one class, for as long as it lasts. Says nothing about them, and is told to nobody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LearnerId(String);

impl LearnerId {
    pub(super) const LENGTH: usize = 32;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl LearnerId {
    /// From at least 16 bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().take(Self::LENGTH / 2).map(|byte| format!("{byte:02x}")).collect())
    }
}

impl TryFrom<String> for LearnerId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fine = text.len() == Self::LENGTH && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if fine { Ok(Self(text)) } else { Err("not a learner's id") }
    }
}

impl From<LearnerId> for String {
    fn from(id: LearnerId) -> Self {
        id.0
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    #[default]
    Learner,
    /// A screen that shows the class and takes no part.
    Audience,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Hello {
    pub protocol: u16,
    pub pilotwhale: String,
    #[serde(default)]
    pub role: Role,
    pub learner: LearnerId,
    pub name: String,
    /// Made from the join code's secret and this very connection.
    pub proof: String,
    pub course: String,
    pub course_version: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "kebab-case")]
pub(super) enum ToHost {
    Hello(Hello),
    /// In the order of their numbers, and only after the last ones were kept.
    Progress {
        events: Vec<SentEvent>,
    },
    Hand {
        up: bool,
    },
    /// The learner's shell, which they share for help; None when it is shared no more.
    Shell {
        step: Option<Step>,
    },
    Alive,
    #[serde(other)]
    Unknown,
}

/// The event as it stands, because a host that doesn't know its kind still keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SentEvent {
    pub seq: i64,
    pub at: Timestamp,
    pub event: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "kebab-case")]
pub(super) enum ToLearner {
    Welcome(Welcome),
    Refused {
        why: Refusal,
    },
    /// `now` is the host's clock, so that a learner's may be wrong.
    Standing {
        now: Timestamp,
        standing: Standing,
    },
    /// All events up to this one are on the host's disk.
    Kept {
        seq: i64,
    },
    /// For this learner alone.
    Hint {
        exercise: String,
        task: String,
        text: String,
    },
    /// The instructor has seen the hand.
    HandDown,
    /// The instructor's shell; None when it is shown no more.
    Shell {
        step: Option<Step>,
    },
    /// The learner's shell is looked at no more.
    ShellClosed {
        why: Closed,
    },
    Alive,
    Bye {
        why: Farewell,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Welcome {
    pub class: String,
    pub pilotwhale: String,
    pub course: String,
    pub course_version: String,
    /// As the class sees it.
    pub name: String,
    /// The last event that the host has, and when it happened: a history that has another there is not the same.
    pub have: i64,
    pub have_at: Option<Timestamp>,
    /// A learner's shell can be looked at there. Hosts of before pass it over, and a learner must not believe that they
    /// are helped.
    #[serde(default)]
    pub takes_shells: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum Closed {
    ByInstructor,
    /// So many share theirs already that no more can be looked at.
    Full,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub(super) enum Refusal {
    /// The host speaks these, and nothing else.
    Protocol {
        oldest: u16,
        newest: u16,
        pilotwhale: String,
    },
    Secret,
    /// Nothing is left of the name that could be shown.
    Name,
    Full,
    /// Nobody new is let in for now.
    Closed,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub(super) enum Farewell {
    /// The same learner has joined again, elsewhere.
    Elsewhere,
    /// The host was ended by its instructor.
    Ended,
    #[serde(other)]
    Unknown,
}

/// Whether this is sent to a class. What is the learner's own business stays: a new kind of event must be decided here.
pub(super) fn shared(event: &Event) -> bool {
    match event {
        Event::Moved { .. }
        | Event::QuizAnswered { .. }
        | Event::QuizHint { .. }
        | Event::ExerciseBegun { .. }
        | Event::TaskPassed { .. }
        | Event::TaskLost { .. }
        | Event::Attempt { .. }
        | Event::HintTaken { .. }
        | Event::SolutionShown { .. }
        | Event::ExercisePassed { .. }
        | Event::ExerciseReset { .. } => true,
        Event::Bookmarked { .. } => false,
    }
}

/// As many of them as one message holds, and the number of the last one that was looked at.
pub(super) fn batch(events: &[Stamped]) -> (Vec<SentEvent>, i64) {
    let (mut sent, mut bytes, mut last) = (Vec::new(), 0, 0);
    for stamped in events {
        if shared(&stamped.event)
            && let Ok(mut event) = serde_json::to_value(&stamped.event)
        {
            tidy(&mut event);
            let size = event.to_string().len();
            if bytes + size > EVENT_BYTES || sent.len() == MOST_EVENTS {
                break;
            }
            if size <= LARGEST_EVENT {
                bytes += size;
                sent.push(SentEvent { seq: stamped.seq, at: stamped.at, event });
            }
        }
        last = stamped.seq;
    }
    (sent, last)
}

impl SentEvent {
    /// Fit to be kept and shown. None where it is no event at all.
    pub(super) fn tidied(mut self) -> Option<Self> {
        tidy(&mut self.event);
        let is_event = self.event.get("kind").is_some_and(Value::is_string);
        (self.seq > 0 && is_event && self.event.to_string().len() <= LARGEST_EVENT).then_some(self)
    }

    /// None for a kind that this version does not know.
    pub(super) fn stamped(&self) -> Option<Stamped> {
        let event = serde_json::from_value(self.event.clone()).ok()?;
        Some(Stamped { seq: self.seq, at: self.at, event })
    }
}

/// Every text is cut and cleaned. serde_json itself refuses what is nested too deeply.
fn tidy(value: &mut Value) {
    match value {
        Value::String(text) => {
            if text.chars().nth(TEXT).is_some() {
                *text = text.chars().take(TEXT).collect::<String>() + "…";
            }
            *text = clean_text(text);
        }
        Value::Array(all) => all.iter_mut().for_each(tidy),
        Value::Object(all) => all.values_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Why a connection can't go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("the connection broke: {0}")]
    Broken(#[from] std::io::Error),
    #[error("a message was not understood: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// One message as the bytes that go out; the same bytes may go to many.
pub(super) fn spell(message: &impl Serialize) -> Bytes {
    // Messages are plain data with text keys: serde_json has nothing to refuse.
    serde_json::to_vec(message).map(Bytes::from).unwrap_or_default()
}

/// Frames of four bytes of length and so much JSON. The limit holds for what comes in.
#[derive(Debug)]
pub(super) struct Frames<T> {
    lengths: LengthDelimitedCodec,
    kind: std::marker::PhantomData<fn() -> T>,
}

impl<T> Frames<T> {
    pub(super) fn up_to(most: usize) -> Self {
        let lengths = LengthDelimitedCodec::builder().max_frame_length(most).new_codec();
        Self { lengths, kind: std::marker::PhantomData }
    }

    pub(super) fn allow(&mut self, most: usize) {
        self.lengths.set_max_frame_length(most);
    }
}

impl<T: for<'a> Deserialize<'a>> Decoder for Frames<T> {
    type Item = T;
    type Error = WireError;

    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<T>, WireError> {
        match self.lengths.decode(buffer)? {
            Some(frame) => Ok(Some(serde_json::from_slice(&frame)?)),
            None => Ok(None),
        }
    }
}

impl<T> Encoder<Bytes> for Frames<T> {
    type Error = WireError;

    fn encode(&mut self, message: Bytes, buffer: &mut BytesMut) -> Result<(), WireError> {
        let length = u32::try_from(message.len()).map_err(std::io::Error::other)?;
        buffer.reserve(4 + message.len());
        buffer.put_u32(length);
        buffer.put(message);
        Ok(())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol { pilotwhale, .. } => {
                write!(f, "the class runs pilotwhale {}, which yours can't talk to", clean_text(pilotwhale))
            }
            Self::Secret => f.write_str("the join code is not of this class any more"),
            Self::Name => f.write_str("your name has no letter that can be shown"),
            Self::Full => f.write_str("the class is full"),
            Self::Closed => f.write_str("the class lets nobody new in for now"),
            Self::Unknown => f.write_str("the class said no"),
        }
    }
}

impl Refusal {
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::Protocol { newest, .. } if *newest < VERSION => {
                "Ask the instructor for a newer pilotwhale."
            }
            Self::Protocol { .. } => "Install the pilotwhale that the class uses.",
            Self::Secret => "Ask for the join code of today.",
            Self::Name => "Join with --as and a name in letters.",
            Self::Full | Self::Closed => "Ask the instructor; it is tried again by itself.",
            Self::Unknown => "Ask the instructor; perhaps their pilotwhale is newer.",
        }
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
