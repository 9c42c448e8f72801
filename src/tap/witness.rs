//! Writes down one call as it passes, and tells of it without ever making it wait.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::building::Building;
use super::printed::Printed;
use super::redact::{self, Side};
use super::target::Target;
use super::{Event, action};
use crate::facts::{Answer, Command, Observed, Origin};

/// What is kept of one body at most; a longer one isn't kept at all.
const MOST_KEPT: usize = 64 * 1024;

/// Between what a command printed and telling of it: the first of it soon, the rest at leisure.
const SOON: Duration = Duration::from_millis(120);
const LEISURE: Duration = Duration::from_secs(1);

/// How many events found no room. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Missed(Arc<AtomicU64>);

impl Missed {
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Numbers the calls of one tap and tells of them. Clones share it.
#[derive(Clone)]
pub(super) struct Witness {
    events: mpsc::Sender<Event>,
    missed: Missed,
    calls: Arc<AtomicU64>,
}

impl Witness {
    pub(super) fn new(events: mpsc::Sender<Event>, missed: Missed) -> Self {
        Self { events, missed, calls: Arc::default() }
    }

    pub(super) fn tell(&self, event: Event) {
        if self.events.try_send(event).is_err() {
            self.missed.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A call begins.
    pub(super) fn call(&self, command: Command, target: Target) -> Call {
        let meaning = action::of(&target, None);
        let asked = redact::wants(&meaning, Side::Request) || action::needs_body(&target);
        let inner = Inner {
            witness: self.clone(),
            number: self.calls.fetch_add(1, Ordering::Relaxed) + 1,
            command,
            at: Timestamp::now(),
            began: Instant::now(),
            target,
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            state: Mutex::new(State {
                asked: asked.then(Vec::new),
                answered: None,
                wants_answer: redact::wants(&meaning, Side::Response),
                head: None,
                printed: None,
                building: None,
                telling: false,
                pause: SOON,
            }),
        };
        Call(Arc::new(inner))
    }
}

/// One call. Clones share it; the last one that goes tells its end.
#[derive(Clone)]
pub(super) struct Call(Arc<Inner>);

struct Inner {
    witness: Witness,
    number: u64,
    command: Command,
    at: Timestamp,
    began: Instant,
    target: Target,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    state: Mutex<State>,
}

struct State {
    /// What is kept of the bodies; None where nothing is, or where it was too long.
    asked: Option<Vec<u8>>,
    answered: Option<Vec<u8>>,
    wants_answer: bool,
    /// Status, and microseconds until it came.
    head: Option<(u16, u64)>,
    /// What a command in a container prints.
    printed: Option<Printed>,
    /// What a builder says.
    building: Option<Building>,
    /// It will be told in a moment.
    telling: bool,
    pause: Duration,
}

impl Call {
    /// More of the request passes.
    pub(super) fn asked(&self, bytes: &[u8]) {
        self.0.bytes_in.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let mut state = self.0.lock();
        // What comes once the connection has left HTTP is no part of the request.
        if state.head.is_none_or(|(status, _)| status != 101) {
            keep(&mut state.asked, bytes);
        }
    }

    /// More of the answer passes.
    pub(super) fn answered(&self, bytes: &[u8]) {
        self.0.bytes_out.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let mut state = self.0.lock();
        keep(&mut state.answered, bytes);
        state.building.iter_mut().for_each(|building| building.take(bytes));
        let is_news = state.printed.as_mut().is_some_and(|printed| printed.keep(bytes));
        if is_news && !std::mem::replace(&mut state.telling, true) {
            let pause = std::mem::replace(&mut state.pause, LEISURE);
            tokio::spawn(Self::tell_later(Arc::downgrade(&self.0), pause));
        }
    }

    /// A command at whose prompt somebody sits may go on for hours. One that has ended was told of already.
    async fn tell_later(call: Weak<Inner>, pause: Duration) {
        tokio::time::sleep(pause).await;
        if let Some(inner) = call.upgrade() {
            inner.lock().telling = false;
            inner.tell(false);
        }
    }

    /// The head of the answer has come. `json` where its body is that.
    pub(super) fn head(&self, status: u16, json: bool) {
        let micros = u64::try_from(self.0.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        {
            let mut state = self.0.lock();
            state.head = Some((status, micros));
            let kept = json && status != 101 && (state.wants_answer || status >= 400);
            state.answered = kept.then(Vec::new);
            if self.0.command.origin == Origin::Typed {
                let meaning = action::of(&self.0.target, state.asked.as_deref());
                state.printed = Printed::of(&meaning, status);
                let builds = self.0.command.argv.iter().any(|word| word == "build");
                state.building = Building::of(&meaning, status).filter(|_| builds);
            }
        }
        self.0.tell(false);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, ended: bool) {
        let state = self.lock();
        let meaning = action::of(&self.target, state.asked.as_deref());
        let body = |side, kept: &Option<Vec<u8>>| redact::body(&meaning, side, kept.as_deref()?);
        let answer = state.head.map(|(status, micros)| Answer {
            status,
            message: state
                .answered
                .as_deref()
                .filter(|_| status >= 400)
                .and_then(|b| redact::message(&meaning, b)),
            micros,
            bytes_out: self.bytes_out.load(Ordering::Relaxed),
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            ended,
        });
        let observed = Observed {
            call: self.number,
            command: self.command.clone(),
            at: self.at,
            method: self.target.method.clone(),
            target: redact::target(self.target.sent()),
            request_body: body(Side::Request, &state.asked),
            response_body: if ended { body(Side::Response, &state.answered) } else { None },
            output: state.printed.as_ref().map(Printed::output),
            build: state.building.as_ref().filter(|_| ended).map(Building::outcome),
            action: meaning,
            answer,
        };
        drop(state);
        self.witness.tell(Event::Seen(Arc::new(observed)));
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.tell(true);
    }
}

fn keep(kept: &mut Option<Vec<u8>>, bytes: &[u8]) {
    match kept {
        Some(so_far) if so_far.len() + bytes.len() <= MOST_KEPT => so_far.extend_from_slice(bytes),
        Some(_) => *kept = None,
        None => {}
    }
}
