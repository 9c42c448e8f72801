//! Keeps a picture of one engine live: events applied at once, then asked after; reconnects by itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

use super::error::HUNG_UP;
use super::event::Event;
use super::history;
use super::model::{Dirty, Fresh, Model};
use super::post::{Post, carry};
use super::record::{Answer, Job, Recorder};
use super::{Endpoint, Engine, EngineError};
use crate::facts::{Link, Past, Run, Snapshot, Thing};

/// What follows an event is asked for after this long, together with what other events need.
const GATHER: Duration = Duration::from_millis(20);
/// A whole list this often catches what no event tells (untagged builds, lost events).
const RECONCILE: Duration = Duration::from_secs(60);
/// An answer that takes longer than this may never come; what is asked for everything may take longer than that.
const LATE: Duration = Duration::from_secs(3);
/// With what makes one doubt, less than five seconds until a stuck engine is told.
const PING: Duration = Duration::from_millis(1500);
/// Containers listened to at once; further ones are read from their logs.
const LISTENERS: usize = 64;
/// Other questions of the recorder at once, and those that may wait.
const QUESTIONS: usize = 32;
const WAITING: usize = 1024;

#[derive(Clone, Debug)]
pub enum Update {
    Link(Link),
    Snapshot(Arc<Snapshot>),
    Run(Arc<Run>),
    /// An image got a name; a volume or network came or went.
    Thing(Arc<Thing>),
    /// All that the engine remembers since the moment that was given to `Watcher::remember`, with what was seen since:
    /// once then, and after each reconnect.
    Past(Arc<Past>),
}

/// Watching goes on until this is dropped.
#[derive(Debug)]
pub struct Watcher {
    tasks: [JoinHandle<()>; 2],
    wishes: Arc<Wishes>,
}

/// What others ask of the watch, or know that no event tells.
#[derive(Debug, Default)]
struct Wishes {
    command_ended: Notify,
    silent: Notify,
    /// Since when the engine's memory is to be read; each call asks for it anew.
    since: watch::Sender<Option<Timestamp>>,
}

impl Watcher {
    /// A command of the shell has ended. Docker's own image store sends no event of a build without a name, so there
    /// the images are asked for.
    pub fn command_ended(&self) {
        self.wishes.command_ended.notify_one();
    }

    /// Somebody waits for an answer of the engine, and none comes: it is asked whether it is there at all.
    pub fn doubt(&self) {
        self.wishes.silent.notify_one();
    }

    /// Reads once what the engine remembers since then, and again after each reconnect. What containers of that time
    /// do from now on is recorded, too. A later call takes the place of an earlier one.
    pub fn remember(&self, since: Timestamp) {
        self.wishes.since.send_replace(Some(since));
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Starts to watch. Of snapshots only the latest waits where the receiver is slow; of a run, its latest state.
pub fn watch(endpoint: Endpoint, updates: mpsc::Sender<Update>) -> Watcher {
    let post = Arc::new(Post::default());
    let wishes = Arc::<Wishes>::default();
    let carry = tokio::spawn(carry(post.clone(), updates));
    let mut watch = Watch {
        endpoint,
        post,
        wishes: wishes.clone(),
        model: Model::default(),
        recorder: Recorder::default(),
        resume: None,
        lost: None,
        seen: false,
    };
    let keep = tokio::spawn(async move { watch.keep().await });
    Watcher { tasks: [keep, carry], wishes }
}

struct Watch {
    endpoint: Endpoint,
    post: Arc<Post>,
    wishes: Arc<Wishes>,
    model: Model,
    recorder: Recorder,
    /// Engine's time of the last event, in nanoseconds; None asks for events from now on.
    resume: Option<i64>,
    lost: Option<Timestamp>,
    /// The engine answered at least once.
    seen: bool,
}

impl Watch {
    async fn keep(&mut self) {
        let (first, longest) = if self.endpoint.uri.starts_with("unix:") {
            (Duration::from_millis(100), Duration::from_secs(1))
        } else {
            (Duration::from_secs(1), Duration::from_secs(15))
        };
        let mut pause = first;
        let mut told = None;
        loop {
            let live = Instant::now();
            let error = self.session(&mut told).await;
            tracing::info!(%error, uri = self.endpoint.uri, "the engine is not watched any more");
            if matches!(error, EngineError::Incompatible { .. } | EngineError::TooLarge) {
                // The same event would come again from the replay, for ever.
                self.resume = None;
            }
            if live.elapsed() > longest * 2 {
                pause = first;
            }
            let remedy = error.remedy();
            let link = if self.seen {
                let since = *self.lost.get_or_insert_with(Timestamp::now);
                Link::Lost { since, reason: error.in_short(), remedy }
            } else {
                Link::Absent { reason: error.to_string(), remedy }
            };
            if told.as_ref() != Some(&link) {
                told = Some(link.clone());
                self.post.link(link);
            }
            sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    /// One connection, from subscribing to its end; returns why it ended.
    async fn session(&mut self, told: &mut Option<Link>) -> EngineError {
        match self.live(told).await {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }

    async fn live(&mut self, told: &mut Option<Link>) -> Result<std::convert::Infallible, EngineError> {
        let engine = Engine::connect(&self.endpoint).await?;
        let (_, clock) = engine.read_info().await?;
        // Subscribed from a moment that the engine itself named, so that nothing falls between it and the list.
        let since = match self.resume {
            Some(nanos) => Timestamp::from_nanosecond(i128::from(nanos) + 1).unwrap_or(clock),
            None => clock,
        };
        self.resume = i64::try_from(since.as_nanosecond()).ok();
        let mut tasks = JoinSet::new();
        let (events_in, mut events) = mpsc::channel(4096);
        tasks.spawn(read_events(engine.clone(), since, events_in));
        let (answers_in, mut answers) = mpsc::channel::<Answer>(256);
        let mut jobs = Jobs {
            listening: HashMap::new(),
            engine: engine.clone(),
            answers: answers_in,
            listeners: Arc::new(Semaphore::new(LISTENERS)),
            questions: Arc::new(Semaphore::new(QUESTIONS)),
        };

        for job in self.recorder.reconnected() {
            jobs.start(job, &mut tasks);
        }
        self.model.dirty = Dirty::default();
        self.model.begin_refresh();
        let all = engine.snapshot().await?;
        let tells_of_builds = all.engine.containerd;
        self.model.set_engine(all.engine);
        self.model.merge(Fresh {
            asked: None,
            containers: Some(all.containers),
            images: Some(all.images),
            volumes: Some(all.volumes),
            networks: Some(all.networks),
        });
        self.seen = true;
        self.lost = None;
        *told = Some(Link::Live);
        self.post.snapshot(self.model.snapshot());
        self.post.link(Link::Live);

        let mut refresh: Option<JoinHandle<Result<Fresh, EngineError>>> = None;
        let mut ask_at: Option<Instant> = None;
        let mut ping: Option<JoinHandle<Result<(), EngineError>>> = None;
        // When an answer that is waited for is so late that the engine may be stuck.
        let mut late_at = Instant::now();
        let mut whole_at = Instant::now() + RECONCILE;
        let mut since = self.wishes.since.subscribe();
        let mut past = since.borrow_and_update().map(|since| read_back(&engine, since));
        let wishes = Arc::clone(&self.wishes);
        loop {
            let mut changed = false;
            tokio::select! {
                event = events.recv() => {
                    let Some(event) = event else {
                        return Err(EngineError::Unreachable {
                            at: self.endpoint.uri.clone(),
                            reason: HUNG_UP.into(),
                        });
                    };
                    changed |= self.take(event?, &mut jobs, &mut tasks);
                    while let Ok(event) = events.try_recv() {
                        changed |= self.take(event?, &mut jobs, &mut tasks);
                    }
                }
                Some(answer) = answers.recv() => {
                    for job in self.recorder.answered(answer) {
                        jobs.start(job, &mut tasks);
                    }
                }
                () = sleep_until(ask_at.unwrap_or(whole_at)), if refresh.is_none() && ask_at.is_some() => {
                    ask_at = None;
                    let dirty = self.model.begin_refresh();
                    refresh = Some(tokio::spawn(ask(engine.clone(), dirty)));
                    late_at = Instant::now() + LATE;
                }
                () = sleep_until(late_at), if refresh.is_some() && ping.is_none() => {
                    ping = Some(tokio::spawn(ask_whether_there(engine.clone())));
                }
                () = wishes.silent.notified(), if ping.is_none() => {
                    ping = Some(tokio::spawn(ask_whether_there(engine.clone())));
                }
                there = async { match ping.as_mut() { Some(p) => p.await, None => std::future::pending().await } } => {
                    ping = None;
                    late_at = Instant::now() + LATE;
                    match there {
                        Ok(there) => there?,
                        Err(failed) => tracing::error!(%failed, "a ping broke"),
                    }
                }
                fresh = async { match refresh.as_mut() { Some(r) => r.await, None => std::future::pending().await } } => {
                    refresh = None;
                    match fresh {
                        Ok(fresh) => changed |= self.model.merge(fresh?),
                        Err(failed) => tracing::error!(%failed, "a refresh broke"),
                    }
                }
                told = async { match past.as_mut() { Some(p) => p.await, None => std::future::pending().await } } => {
                    past = None;
                    match told {
                        Ok(told) => {
                            let (told, more) = self.recorder.read_back(told?);
                            more.into_iter().for_each(|job| jobs.start(job, &mut tasks));
                            self.post.past(told);
                        }
                        Err(failed) => tracing::error!(%failed, "reading back broke"),
                    }
                }
                Ok(()) = since.changed(), if past.is_none() => {
                    past = since.borrow_and_update().map(|since| read_back(&engine, since));
                }
                () = wishes.command_ended.notified() => self.model.dirty.images |= !tells_of_builds,
                () = sleep_until(whole_at) => self.model.dirty = Dirty::everything(),
                Some(_) = tasks.join_next() => {}
            }
            if self.model.dirty.all_containers {
                whole_at = Instant::now() + RECONCILE;
            }
            if !self.model.dirty.is_clean() && ask_at.is_none() {
                ask_at = Some(Instant::now() + GATHER);
            }
            if changed {
                self.post.snapshot(self.model.snapshot());
            }
            for run in self.recorder.changed() {
                self.post.run(run);
            }
        }
    }

    fn take(&mut self, event: Event, jobs: &mut Jobs, tasks: &mut JoinSet<()>) -> bool {
        if event.nanos > 0 {
            self.resume = self.resume.max(Some(event.nanos));
        }
        if let Some(thing) = history::passing(&event.what) {
            self.post.thing(thing);
        }
        for job in self.recorder.observe(&event) {
            jobs.start(job, tasks);
        }
        self.model.apply(&event)
    }
}

/// An engine that works answers this at once, whatever else it is doing.
async fn ask_whether_there(engine: Engine) -> Result<(), EngineError> {
    engine.ask("ping", PING, engine.docker.ping()).await.map(drop)
}

fn read_back(engine: &Engine, since: Timestamp) -> JoinHandle<Result<Past, EngineError>> {
    let engine = engine.clone();
    tokio::spawn(async move { engine.past(since).await })
}

/// Reads events as fast as they come: an engine drops what a slow reader leaves lying.
async fn read_events(engine: Engine, since: Timestamp, events: mpsc::Sender<Result<Event, EngineError>>) {
    use bollard::query_parameters::EventsOptionsBuilder;
    use futures_util::StreamExt;

    let types = vec!["container", "image", "volume", "network", "daemon"];
    let options = EventsOptionsBuilder::new()
        .since(&super::history::seconds(since))
        .filters(&HashMap::from([("type", types)]))
        .build();
    let mut stream = engine.docker.events(Some(options));
    while let Some(message) = stream.next().await {
        let event = match message {
            Ok(message) => match Event::read(message) {
                Some(event) => Ok(event),
                None => continue,
            },
            Err(error) => Err(engine.sort(error)),
        };
        let over = event.is_err();
        if events.send(event).await.is_err() || over {
            return;
        }
    }
}

async fn ask(engine: Engine, dirty: Dirty) -> Result<Fresh, EngineError> {
    let containers = async {
        if dirty.all_containers {
            engine.containers(None).await.map(Some)
        } else if dirty.containers.is_empty() {
            Ok(None)
        } else {
            let ids: Vec<String> = dirty.containers.iter().cloned().collect();
            engine.containers(Some(&ids)).await.map(Some)
        }
    };
    let images = async { if dirty.images { engine.images().await.map(Some) } else { Ok(None) } };
    let volumes = async { if dirty.volumes { engine.volumes().await.map(Some) } else { Ok(None) } };
    let networks = async { if dirty.networks { engine.networks().await.map(Some) } else { Ok(None) } };
    let (containers, images, volumes, networks) = tokio::try_join!(containers, images, volumes, networks)?;
    let asked = (!dirty.all_containers).then_some(dirty.containers);
    Ok(Fresh { asked, containers, images, volumes, networks })
}

/// Carries out what the recorder wants to know.
struct Jobs {
    engine: Engine,
    answers: mpsc::Sender<Answer>,
    listeners: Arc<Semaphore>,
    questions: Arc<Semaphore>,
    listening: HashMap<String, AbortHandle>,
}

impl Jobs {
    fn start(&mut self, job: Job, tasks: &mut JoinSet<()>) {
        if tasks.len() >= WAITING {
            while tasks.try_join_next().is_some() {}
        }
        if tasks.len() >= WAITING && !matches!(job, Job::StopListening(_)) {
            // What its events tell is known, and no more.
            return tracing::warn!(?job, "left out: more happens on the engine than can be asked about");
        }
        let (engine, answers) = (self.engine.clone(), self.answers.clone());
        match job {
            Job::Inspect(id) => {
                let questions = self.questions.clone();
                tasks.spawn(async move {
                    let _turn = questions.acquire_owned().await;
                    let seen = engine.inspect_run(&id).await.map(Box::new);
                    // Fails only when the watch is over.
                    let _ = answers.send(Answer::Inspected { id, seen }).await;
                });
            }
            Job::ReadLog(id) => {
                let questions = self.questions.clone();
                tasks.spawn(async move {
                    let _turn = questions.acquire_owned().await;
                    let output = engine.printed(&id).await.ok();
                    let _ = answers.send(Answer::Output { id, output, done: true }).await;
                });
            }
            Job::InspectExec { container, exec } => {
                let questions = self.questions.clone();
                tasks.spawn(async move {
                    let _turn = questions.acquire_owned().await;
                    // What is forgotten already stays as the event told it.
                    if let Ok(seen) = engine.inspect_exec(&exec).await {
                        let _ = answers.send(Answer::Exec { container, seen: Box::new(seen) }).await;
                    }
                });
            }
            Job::StopListening(id) => {
                if let Some(task) = self.listening.remove(&id) {
                    task.abort();
                }
            }
            Job::Follow(id) => {
                self.listening.retain(|_, task| !task.is_finished());
                let Ok(turn) = self.listeners.clone().try_acquire_owned() else { return };
                let key = id.clone();
                let task = tasks.spawn(async move {
                    let _turn = turn;
                    let tell = |output| {
                        let _ = answers.try_send(Answer::Output {
                            id: id.clone(),
                            output: Some(output),
                            done: false,
                        });
                    };
                    engine.follow(&id, tell).await;
                });
                self.listening.insert(key, task);
            }
            Job::Listen(id) => {
                let turn = self.listeners.clone().try_acquire_owned();
                self.listening.retain(|_, task| !task.is_finished());
                let key = id.clone();
                let task = tasks.spawn(async move {
                    let heard = match &turn {
                        Ok(_) => {
                            let tell = |output| {
                                // A full queue loses one of many looks at the same growing text.
                                let _ = answers.try_send(Answer::Output {
                                    id: id.clone(),
                                    output: Some(output),
                                    done: false,
                                });
                            };
                            engine.listen(&id, tell).await.ok()
                        }
                        Err(_) => None,
                    };
                    let answer = match heard {
                        Some(output) => Answer::Output { id, output: Some(output), done: true },
                        None => Answer::Deaf { id },
                    };
                    let _ = answers.send(answer).await;
                });
                self.listening.insert(key, task);
            }
        }
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
