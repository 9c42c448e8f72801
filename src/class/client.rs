//! A learner's end: joins, follows, sends what was done, and comes back by itself whatever happens to the network.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::codec::Framed;

use super::clean::{clean_line, clean_name, clean_text};
use super::code::JoinCode;
use super::history::History;
use super::identity::Identity;
use super::server::{HEARTBEAT, SILENCE};
use super::shown::Shown;
use super::stage::{Seats, Stage};
use super::tls;
use super::wire::{
    self, Closed, Farewell, Frames, Hello, LARGEST_STANDING, Refusal, Role, ToHost, ToLearner, VERSION,
    Welcome, WireError,
};
use super::{ClassError, Standing};
use crate::progress::Stamped;

const CONNECT: Duration = Duration::from_secs(10);
/// The first wait before it is tried again; doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(400);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// What is needed to join.
pub struct Joining {
    pub code: JoinCode,
    pub identity: Identity,
    pub name: String,
    pub role: Role,
    /// Id and version.
    pub course: (String, String),
}

/// What the learner wants of the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Hand(bool),
    /// Now, and not after the wait.
    TryAgain,
}

/// What is heard of the class.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Joined {
        class: String,
        name: String,
        course: String,
        course_version: String,
        /// The host can show a learner's shell to the instructor.
        takes_shells: bool,
    },
    /// It is tried again by itself.
    Away {
        why: String,
        remedy: String,
    },
    /// Not tried again unless asked for.
    Out {
        why: String,
        remedy: String,
    },
    /// `ahead` is what must be added to this machine's clock to have the host's.
    Standing {
        standing: Box<Standing>,
        ahead: jiff::SignedDuration,
    },
    /// Everything that was done is on the host's disk.
    AllKept,
    Hint {
        exercise: String,
        task: String,
        text: String,
    },
    HandDown,
    /// What the instructor's shell shows; None when it is shown no more.
    Shell(Option<Arc<Shown>>),
    /// The shell that was shared is looked at no more.
    ShellClosed(Closed),
}

type Wire = Framed<TlsStream<TcpStream>, Frames<ToLearner>>;

/// Why a line ended.
enum End {
    /// Whoever listens is gone.
    Done,
    Away(Trouble),
    Out(Trouble),
    /// The host has other events of this learner: from now on they are somebody new.
    OtherHistory,
}

struct Trouble {
    what: String,
    remedy: String,
}

fn trouble(what: impl Into<String>, remedy: &str) -> Trouble {
    Trouble { what: what.into(), remedy: remedy.into() }
}

/// Follows a class until `heard` is closed. `saved` says that there may be new events in the history; what `shell` shows
/// is shared with the instructor.
pub async fn follow(
    joining: Joining,
    history: Box<dyn History>,
    saved: Arc<Notify>,
    mut asked: mpsc::Receiver<Asked>,
    heard: mpsc::Sender<Heard>,
    shell: Stage,
) -> Result<(), ClassError> {
    let connector = tls::connector(&joining.code)?;
    let mut follower =
        Follower { joining, history: Some(history), saved, heard, hand: false, seats: shell.seats() };
    let mut wait = FIRST_WAIT;
    loop {
        let mut joined = false;
        let again = match follower.line(&connector, &mut asked, &mut joined).await {
            End::Done => return Ok(()),
            End::OtherHistory => {
                follower.joining.identity.renew()?;
                continue;
            }
            End::Away(why) => {
                wait = if joined { FIRST_WAIT } else { (wait * 2).min(LONGEST_WAIT) };
                let pause = jittered(wait)?;
                let away = Heard::Away { why: why.what, remedy: why.remedy };
                if follower.heard.send(away).await.is_err() {
                    return Ok(());
                }
                Some(Instant::now() + pause)
            }
            End::Out(why) => {
                let out = Heard::Out { why: why.what, remedy: why.remedy };
                if follower.heard.send(out).await.is_err() {
                    return Ok(());
                }
                None
            }
        };
        if !follower.pause(again, &mut asked).await {
            return Ok(());
        }
    }
}

/// Between half and all of it, so that a class does not come back in one moment.
fn jittered(wait: Duration) -> Result<Duration, ClassError> {
    let [byte] = tls::random::<1>()?;
    Ok(wait / 2 + wait / 2 * u32::from(byte) / 255)
}

struct Follower {
    joining: Joining,
    /// Lent to a thread while it is read.
    history: Option<Box<dyn History>>,
    saved: Arc<Notify>,
    heard: mpsc::Sender<Heard>,
    /// Told to the host again whenever it is met again.
    hand: bool,
    seats: Seats,
}

impl Follower {
    /// False where nobody listens any more.
    async fn pause(&mut self, until: Option<Instant>, asked: &mut mpsc::Receiver<Asked>) -> bool {
        let closed = self.heard.clone();
        loop {
            tokio::select! {
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => return true,
                ask = asked.recv() => match ask {
                    Some(Asked::TryAgain) => return true,
                    Some(Asked::Hand(up)) => self.hand = up,
                    None => return false,
                },
                () = closed.closed() => return false,
            }
        }
    }

    async fn line(
        &mut self,
        connector: &TlsConnector,
        asked: &mut mpsc::Receiver<Asked>,
        joined: &mut bool,
    ) -> End {
        let entered = timeout(CONNECT, self.enter(connector)).await;
        let (wire, welcome) = match entered {
            Ok(Ok(entered)) => entered,
            Ok(Err(end)) => return end,
            Err(_) => return End::Away(trouble("the class does not answer", NETWORK)),
        };
        let mut line = Line {
            wire,
            have: welcome.have,
            sent: Vec::new(),
            on_the_way: false,
            told_all: false,
            shares: welcome.takes_shells && self.joining.role == Role::Learner,
            instructors: None,
        };
        self.seats.anew();
        *joined = true;
        match self.same_history(&welcome).await {
            Ok(true) => {}
            Ok(false) => return End::OtherHistory,
            Err(end) => return end,
        }
        let arrived = Heard::Joined {
            class: clean_line(&welcome.class),
            name: clean_name(&welcome.name),
            course: clean_line(&welcome.course),
            course_version: clean_line(&welcome.course_version),
            takes_shells: welcome.takes_shells,
        };
        if self.heard.send(arrived).await.is_err() {
            return End::Done;
        }
        if self.hand && !line.say(&ToHost::Hand { up: true }).await {
            return End::Away(trouble(BROKE, NETWORK));
        }
        self.talk(&mut line, asked).await
    }

    async fn enter(&mut self, connector: &TlsConnector) -> Result<(Wire, Welcome), End> {
        let address = self.joining.code.address;
        let stream = TcpStream::connect(address).await.map_err(|error| {
            End::Away(trouble(format!("the class can't be reached at {address}: {error}"), NETWORK))
        })?;
        let _ = stream.set_nodelay(true);
        let tls = connector.connect(tls::server_name(address.ip()), stream).await.map_err(|error| {
            if tls::is_other_certificate(&error) {
                let what = "somebody else answers at the class's address, and nothing was told to them";
                End::Away(trouble(what, "Ask the instructor for the join code of now."))
            } else {
                End::Away(trouble(format!("the class can't be talked to: {error}"), NETWORK))
            }
        })?;
        let proof = tls::proof(tls.get_ref().1, &self.joining.code.secret)
            .map_err(|error| End::Away(trouble(error.to_string(), NETWORK)))?;
        let (course, course_version) = self.joining.course.clone();
        let hello = ToHost::Hello(Hello {
            protocol: VERSION,
            pilotwhale: env!("CARGO_PKG_VERSION").into(),
            role: self.joining.role,
            learner: self.joining.identity.for_class(&self.joining.code),
            name: self.joining.name.clone(),
            proof,
            course,
            course_version,
        });
        let mut wire: Wire = Framed::new(tls, Frames::up_to(LARGEST_STANDING));
        wire.send(wire::spell(&hello)).await.map_err(|_| End::Away(trouble(BROKE, NETWORK)))?;
        match wire.next().await {
            Some(Ok(ToLearner::Welcome(welcome))) => Ok((wire, welcome)),
            Some(Ok(ToLearner::Refused { why: why @ (Refusal::Full | Refusal::Closed) })) => {
                Err(End::Away(trouble(why.to_string(), why.remedy())))
            }
            Some(Ok(ToLearner::Refused { why })) => Err(End::Out(trouble(why.to_string(), why.remedy()))),
            _ => Err(End::Away(trouble(BROKE, NETWORK))),
        }
    }

    /// Reads what came after this number, away from the network's thread.
    async fn events_after(&mut self, seq: i64) -> Result<Vec<Stamped>, End> {
        let Some(mut history) = self.history.take() else { return Ok(Vec::new()) };
        let read = tokio::task::spawn_blocking(move || {
            let events = history.after(seq);
            (history, events)
        });
        let Ok((history, events)) = read.await else { return Err(End::Done) };
        self.history = Some(history);
        events.map_err(|error| End::Away(trouble(error.to_string(), &error.remedy())))
    }

    /// Whether the last event that the host has is the one that is here under its number.
    async fn same_history(&mut self, welcome: &Welcome) -> Result<bool, End> {
        if welcome.have == 0 {
            return Ok(true);
        }
        let events = self.events_after(welcome.have - 1).await?;
        let here = events.first().filter(|e| e.seq == welcome.have).map(|e| e.at);
        Ok(here.is_some() && here == welcome.have_at)
    }

    async fn talk(&mut self, line: &mut Line, asked: &mut mpsc::Receiver<Asked>) -> End {
        let mut beat = interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard_at = Instant::now();
        let (saved, closed) = (Arc::clone(&self.saved), self.heard.clone());
        loop {
            if !line.on_the_way && self.joining.role == Role::Learner {
                match self.push(line).await {
                    Ok(()) => {}
                    Err(end) => return end,
                }
            }
            let alive = tokio::select! {
                message = line.wire.next() => {
                    heard_at = Instant::now();
                    match message {
                        Some(Ok(message)) => match self.take(line, message).await {
                            None => true,
                            Some(end) => return end,
                        },
                        Some(Err(WireError::Malformed(error))) => {
                            tracing::warn!(%error, "the class said what is no message");
                            false
                        }
                        Some(Err(WireError::Broken(_))) | None => false,
                    }
                }
                () = saved.notified() => {
                    line.told_all = false;
                    true
                }
                ask = asked.recv() => match ask {
                    Some(Asked::Hand(up)) => {
                        self.hand = up;
                        line.say(&ToHost::Hand { up }).await
                    }
                    Some(Asked::TryAgain) => true,
                    None => return End::Done,
                },
                frame = self.seats.next(), if line.shares => line.send(frame).await,
                // A laptop that slept finds out here, by the write that fails.
                _ = beat.tick() => heard_at.elapsed() < SILENCE && line.say(&ToHost::Alive).await,
                () = closed.closed() => return End::Done,
            };
            if !alive {
                return End::Away(trouble(BROKE, NETWORK));
            }
        }
    }

    /// Sends the next events, if there are any. The next ones wait until these are kept.
    async fn push(&mut self, line: &mut Line) -> Result<(), End> {
        if line.sent.is_empty() {
            if line.told_all {
                return Ok(());
            }
            line.sent = self.events_after(line.have).await?;
        }
        let (events, last) = wire::batch(&line.sent);
        line.sent.retain(|e| e.seq > last);
        if events.is_empty() {
            // Only events that are not for a class, or none.
            line.have = line.have.max(last);
            line.told_all = true;
            return match self.heard.send(Heard::AllKept).await {
                Ok(()) => Ok(()),
                Err(_) => Err(End::Done),
            };
        }
        line.on_the_way = true;
        if line.say(&ToHost::Progress { events }).await {
            Ok(())
        } else {
            Err(End::Away(trouble(BROKE, NETWORK)))
        }
    }

    /// Some where the line ends by it.
    async fn take(&mut self, line: &mut Line, message: ToLearner) -> Option<End> {
        let heard = match message {
            ToLearner::Standing { now, standing } => Heard::Standing {
                standing: Box::new(standing.cleaned()),
                ahead: now.duration_since(Timestamp::now()),
            },
            ToLearner::Kept { seq } => {
                line.have = line.have.max(seq);
                line.on_the_way = false;
                return None;
            }
            ToLearner::Hint { exercise, task, text } => Heard::Hint {
                exercise: clean_line(&exercise),
                task: clean_line(&task),
                text: clean_text(&text),
            },
            ToLearner::Shell { step } => {
                match step.map(|step| Shown::after(line.instructors.as_deref(), step)) {
                    Some(Ok(shown)) => line.instructors = Some(Arc::new(shown)),
                    Some(Err(error)) => {
                        tracing::warn!(%error, "the class said what is no message");
                        return Some(End::Away(trouble(BROKE, NETWORK)));
                    }
                    None => line.instructors = None,
                }
                Heard::Shell(line.instructors.clone())
            }
            ToLearner::ShellClosed { why } => Heard::ShellClosed(why),
            ToLearner::HandDown => {
                self.hand = false;
                Heard::HandDown
            }
            ToLearner::Bye { why: Farewell::Ended } => {
                return Some(End::Away(trouble(
                    "the class was ended",
                    "It is joined again when it is opened again.",
                )));
            }
            ToLearner::Bye { why: Farewell::Elsewhere } => {
                let what = "you joined the class again elsewhere";
                return Some(End::Out(trouble(what, "Go on there, or come back here.")));
            }
            ToLearner::Bye { why: Farewell::Unknown } => {
                return Some(End::Away(trouble("the class sent you away", "Ask the instructor.")));
            }
            ToLearner::Welcome(_) | ToLearner::Refused { .. } | ToLearner::Alive | ToLearner::Unknown => {
                return None;
            }
        };
        if self.heard.send(heard).await.is_err() { Some(End::Done) } else { None }
    }
}

const BROKE: &str = "the connection to the class broke";
const NETWORK: &str = "Go on; it is tried again by itself, and nothing is lost.";

/// One connection.
struct Line {
    wire: Wire,
    /// The last event that the host has.
    have: i64,
    /// Read, and not sent yet.
    sent: Vec<Stamped>,
    /// Sent, and not yet answered.
    on_the_way: bool,
    /// Nothing new since the history was read last.
    told_all: bool,
    /// The host may be shown this learner's shell.
    shares: bool,
    /// What the instructor's shell shows.
    instructors: Option<Arc<Shown>>,
}

impl Line {
    async fn say(&mut self, message: &ToHost) -> bool {
        self.send(wire::spell(message)).await
    }

    async fn send(&mut self, message: bytes::Bytes) -> bool {
        matches!(timeout(SILENCE, self.wire.send(message)).await, Ok(Ok(())))
    }
}
