//! The host's one thread that knows the class: it writes down what comes, answers when it is safe, and tells the board.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::{mpsc as tokio_mpsc, oneshot, watch};

mod keep;
mod shells;

use super::clean::clean_text;
use super::quota::{self, Quota};
use super::shown::Shown;
use super::stage::Stage;
use super::store::{Arrival, ClassStore};
use super::wire::{self, Closed, Farewell, Refusal, Role, SentEvent, ToLearner};
use super::{Lead, LearnerId, Standing};
use crate::progress::{Event, Stamped, StoreError};

/// Between two counts of a poll: a thousand answers at once are few messages.
const COUNT_EVERY: Duration = Duration::from_millis(250);
/// Messages that are taken before they are written, together.
const BURST: usize = 512;
/// Learners that one class may have.
pub(super) const MOST: usize = 5000;
/// Learners who may share their shells at once: nobody can look at more, and each of them writes all the time.
pub(super) const MOST_SHELLS: usize = 16;

/// Something the board must know.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Met {
        learner: LearnerId,
        name: String,
    },
    Here {
        learner: LearnerId,
        here: bool,
    },
    Hand {
        learner: LearnerId,
        since: Option<Timestamp>,
    },
    Did {
        learner: LearnerId,
        came: Timestamp,
        event: Stamped,
    },
    /// What the shell shows that a learner shares for help; None when they share it no more.
    Shell {
        learner: LearnerId,
        shown: Option<Arc<Shown>>,
    },
    Standing(Standing),
    /// What comes can't be written down; learners keep it until it can.
    Trouble {
        what: String,
        remedy: String,
    },
}

/// What goes to one connection besides the standing.
pub(super) type Direct = tokio_mpsc::Sender<ToLearner>;

pub(super) enum ToHub {
    Join {
        learner: LearnerId,
        name: String,
        role: Role,
        from: IpAddr,
        line: u64,
        direct: Direct,
        answer: oneshot::Sender<Result<Met, Refusal>>,
    },
    /// The answer comes when all is on the disk, and not at all where it can't be written.
    Progress {
        learner: LearnerId,
        events: Vec<SentEvent>,
        kept: oneshot::Sender<i64>,
    },
    Hand {
        learner: LearnerId,
        up: bool,
    },
    Shell {
        learner: LearnerId,
        line: u64,
        shown: Option<Arc<Shown>>,
    },
    Gone {
        learner: LearnerId,
        line: u64,
    },
    Lead(Lead),
    End,
}

/// How the host knows somebody who has come.
pub(super) struct Met {
    pub name: String,
    pub have: i64,
    pub have_at: Option<Timestamp>,
}

/// The instructor's end of a class that is open. Dropping it ends the class.
#[derive(Debug)]
pub struct Host {
    pub(super) hub: Sender<ToHub>,
    pub(super) stage: Stage,
    pub(super) thread: Option<std::thread::JoinHandle<()>>,
    /// Ends the listener and its lines.
    pub(super) network: Option<tokio::runtime::Runtime>,
}

impl Host {
    pub fn lead(&self, lead: Lead) {
        // The thread ends only with this host.
        let _ = self.hub.send(ToHub::Lead(lead));
    }

    /// Where the instructor's shell is shown to all.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Says goodbye and returns when everything is written.
    pub fn end(mut self) {
        self.close();
        if let Some(network) = self.network.take() {
            // The lines have this long to say goodbye.
            network.shutdown_timeout(Duration::from_millis(500));
        }
    }

    fn close(&mut self) {
        let _ = self.hub.send(ToHub::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Without goodbyes: this may happen where nothing may be waited for.
impl Drop for Host {
    fn drop(&mut self) {
        self.close();
        if let Some(network) = self.network.take() {
            network.shutdown_background();
        }
    }
}

struct Line {
    number: u64,
    direct: Direct,
}

struct Known {
    name: String,
    have: i64,
    have_at: Option<Timestamp>,
    line: Option<Line>,
    hand: Option<Timestamp>,
    shell: Shared,
}

/// How it is with a learner's shell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shared {
    #[default]
    No,
    Yes,
    /// It was closed from here, and the learner may not know it yet: nothing is taken until they say that it is over.
    Closed,
}

pub(super) struct Hub {
    store: ClassStore,
    known: HashMap<LearnerId, Known>,
    standing: Standing,
    /// To the poll that is open: the last answer of each.
    answers: BTreeMap<LearnerId, String>,
    count_due: Option<Instant>,
    standings: watch::Sender<Standing>,
    changes: tokio_mpsc::Sender<Vec<Change>>,
    news: Vec<Change>,
    arrivals: Vec<(Arrival, oneshot::Sender<i64>)>,
    quota: Quota,
    /// Learners who were never here may come in.
    is_door_open: bool,
    complained: bool,
    ended: bool,
}

impl Hub {
    pub(super) fn new(
        store: ClassStore,
        standings: watch::Sender<Standing>,
        changes: tokio_mpsc::Sender<Vec<Change>>,
    ) -> Result<Self, StoreError> {
        let (mut known, mut quota) = (HashMap::new(), Quota::default());
        for entry in store.entries()? {
            quota.has(&entry.id, entry.bytes);
            let (have, have_at) = (entry.have, entry.have_at);
            known.insert(
                entry.id,
                Known { name: entry.shown, have, have_at, line: None, hand: entry.hand, shell: Shared::No },
            );
        }
        let standing = store.standing()?;
        let mut hub = Self {
            news: store.changes()?,
            store,
            known,
            standing,
            answers: BTreeMap::new(),
            count_due: None,
            standings,
            changes,
            arrivals: Vec::new(),
            quota,
            is_door_open: true,
            complained: false,
            ended: false,
        };
        for (learner, event) in hub.store.since_poll()? {
            hub.note_answer(&learner, &event.event);
        }
        hub.standing.count(hub.answers.values());
        hub.news.push(Change::Standing(hub.standing.clone()));
        hub.standings.send_replace(hub.standing.clone());
        Ok(hub)
    }

    pub(super) fn run(mut self, inbox: &Receiver<ToHub>) {
        self.tell();
        while !self.ended {
            let first = match self.count_due {
                Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match first {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            for _ in 0..BURST {
                let Ok(message) = inbox.try_recv() else { break };
                self.take(message);
            }
            self.write_down();
            if self.count_due.is_some_and(|due| due <= Instant::now()) {
                self.count();
            }
            self.tell();
        }
        for known in self.known.values() {
            if let Some(line) = &known.line {
                let _ = line.direct.try_send(ToLearner::Bye { why: Farewell::Ended });
            }
        }
    }

    fn take(&mut self, message: ToHub) {
        match message {
            ToHub::Join { learner, name, role, from, line, direct, answer } => {
                let _ = answer.send(self.join(learner, &name, role, from, Line { number: line, direct }));
            }
            ToHub::Progress { learner, events, kept } => {
                self.arrivals.push((Arrival { learner, events }, kept));
            }
            ToHub::Hand { learner, up } => self.hand(learner, up),
            ToHub::Shell { learner, line, shown } => self.shell(learner, line, shown),
            ToHub::Gone { learner, line } => {
                if let Some(known) = self.known.get_mut(&learner)
                    && known.line.as_ref().is_some_and(|l| l.number == line)
                {
                    known.line = None;
                    if std::mem::take(&mut known.shell) == Shared::Yes {
                        self.news.push(Change::Shell { learner: learner.clone(), shown: None });
                    }
                    self.news.push(Change::Here { learner, here: false });
                }
            }
            ToHub::Lead(lead) => self.lead(&lead),
            ToHub::End => self.ended = true,
        }
    }

    fn join(
        &mut self,
        learner: LearnerId,
        name: &str,
        role: Role,
        from: IpAddr,
        line: Line,
    ) -> Result<Met, Refusal> {
        if role == Role::Audience {
            return Ok(Met { name: name.to_owned(), have: 0, have_at: None });
        }
        let is_new = !self.known.contains_key(&learner);
        if is_new && !self.is_door_open {
            return Err(Refusal::Closed);
        }
        if is_new && self.known.len() >= MOST {
            return Err(Refusal::Full);
        }
        if is_new && !self.quota.may_come(from) {
            self.say_once(
                format!("{} learners have come from {from}, and no more of them are let in", quota::FROM_ONE),
                "If they are not yours, close the door: those who are in stay.",
            );
            return Err(Refusal::Full);
        }
        let shown = match self.store.enrol(&learner, name) {
            Ok(shown) => shown,
            Err(error) => {
                self.complain(&error);
                // The class goes on, and so does the learner once the disk can be written again.
                return Err(Refusal::Full);
            }
        };
        if is_new {
            self.quota.came(from);
        }
        let known = self.known.entry(learner.clone()).or_insert_with(|| Known {
            name: String::new(),
            have: 0,
            have_at: None,
            line: None,
            hand: None,
            shell: Shared::No,
        });
        if std::mem::take(&mut known.shell) == Shared::Yes {
            self.news.push(Change::Shell { learner: learner.clone(), shown: None });
        }
        if let Some(before) = known.line.replace(line) {
            let _ = before.direct.try_send(ToLearner::Bye { why: Farewell::Elsewhere });
        }
        if known.name != shown {
            known.name.clone_from(&shown);
            self.news.push(Change::Met { learner: learner.clone(), name: shown.clone() });
        }
        let met = Met { name: shown, have: known.have, have_at: known.have_at };
        self.news.push(Change::Here { learner, here: true });
        Ok(met)
    }

    fn hand(&mut self, learner: LearnerId, up: bool) {
        let Some(known) = self.known.get_mut(&learner) else { return };
        if up == known.hand.is_some() {
            return;
        }
        known.hand = up.then(Timestamp::now);
        let since = known.hand;
        if let Err(error) = self.store.keep_hand(&learner, since) {
            self.complain(&error);
        }
        self.news.push(Change::Hand { learner, since });
    }

    fn lead(&mut self, lead: &Lead) {
        match lead {
            Lead::Hint { to, exercise, task, text } => {
                let hint = ToLearner::Hint {
                    exercise: exercise.clone(),
                    task: task.clone(),
                    text: clean_text(text),
                };
                for (learner, known) in &self.known {
                    if let Some(line) = &known.line
                        && to.as_ref().is_none_or(|to| to == learner)
                    {
                        let _ = line.direct.try_send(hint.clone());
                    }
                }
            }
            Lead::LowerHand(learner) => {
                self.hand(learner.clone(), false);
                if let Some(line) = self.known.get(learner).and_then(|k| k.line.as_ref()) {
                    let _ = line.direct.try_send(ToLearner::HandDown);
                }
            }
            Lead::CloseShell(learner) => self.close_shell(learner),
            Lead::Door { open } => self.is_door_open = *open,
            Lead::OpenPoll { .. } => {
                // What has come until now was no answer to this poll.
                self.write_down();
                self.answers.clear();
                if let Err(error) = self.store.begin_poll() {
                    self.complain(&error);
                }
            }
            _ => {}
        }
        if self.standing.lead(lead, Timestamp::now()) {
            self.count();
        }
    }

    fn say_once(&mut self, what: String, remedy: &str) {
        if self.quota.is_news(&what) {
            self.news.push(Change::Trouble { what, remedy: remedy.into() });
        }
    }

    fn note_answer(&mut self, learner: &LearnerId, event: &Event) {
        let Some(poll) = self.standing.poll.as_ref().filter(|poll| poll.open) else { return };
        if let Event::QuizAnswered { lesson, quiz, answer, .. } = event
            && (lesson, quiz) == (&poll.lesson, &poll.quiz)
        {
            self.answers.insert(learner.clone(), answer.clone());
            self.count_due.get_or_insert_with(|| Instant::now() + COUNT_EVERY);
        }
    }

    /// Counts the poll and sends the standing to everybody.
    fn count(&mut self) {
        self.count_due = None;
        self.standing.count(self.answers.values());
        self.standings.send_replace(self.standing.clone());
        if let Err(error) = self.store.keep_standing(&self.standing) {
            self.complain(&error);
        }
        self.news.push(Change::Standing(self.standing.clone()));
    }

    fn complain(&mut self, error: &StoreError) {
        tracing::error!(%error, "the class's file could not be written");
        if !std::mem::replace(&mut self.complained, true) {
            self.news.push(Change::Trouble { what: error.to_string(), remedy: error.remedy() });
        }
    }

    /// Waits for a board that is slow to take it; one that is gone hears nothing.
    fn tell(&mut self) {
        if !self.news.is_empty() {
            let _ = self.changes.blocking_send(std::mem::take(&mut self.news));
        }
    }
}

/// The thread of a hub, and how it is spoken to.
pub(super) fn start(hub: Hub) -> std::io::Result<(Sender<ToHub>, std::thread::JoinHandle<()>)> {
    let (to_hub, inbox) = mpsc::channel();
    let thread = std::thread::Builder::new().name("class".into()).spawn(move || hub.run(&inbox))?;
    Ok((to_hub, thread))
}

/// The standing as it goes out. The host's clock goes with it.
pub(super) fn standing_frame(standing: &Standing) -> Bytes {
    wire::spell(&ToLearner::Standing { now: Timestamp::now(), standing: standing.clone() })
}
