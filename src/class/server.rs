//! The host's network side: listens, lets in who has the secret, and speaks with each of them on a line of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::codec::Framed;

use super::clean::clean_name;
use super::code::{JoinCode, SECRET};
use super::hub::{self, Change, Host, Hub, Met, ToHub, standing_frame};
use super::limit::Limiter;
use super::room::{Comes, Room};
use super::shown::Shown;
use super::stage::{Seats, Stage};
use super::store::ClassStore;
use super::tls;
use super::wire::{
    self, Frames, Hello, LARGEST, LARGEST_HELLO, MOST_EVENTS, OLDEST, Refusal, Role, SentEvent, ToHost,
    ToLearner, VERSION, Welcome,
};
use super::{ClassError, Identity, Joining, LearnerId, Standing};

/// For somebody to prove that they may come in. Longer than any test, where nobody may have waited for it.
const ENTRY: Duration = Duration::from_secs(if cfg!(test) { 3600 } else { 10 });
/// Who takes no bytes for so long is dropped, and comes back when they can.
const SLOW: Duration = Duration::from_secs(10);
/// A line on which nothing was heard for so long is dead.
pub(super) const SILENCE: Duration = Duration::from_secs(20);
pub(super) const HEARTBEAT: Duration = Duration::from_secs(6);
/// Messages that wait for one learner.
const WAITING: usize = 32;
/// Messages of one learner in a second; more of them wait.
const PACE: u32 = 50;
/// Open files of the host, where the system allows so many.
const FILES: u64 = 16_384;
/// Changes that wait for the board, in batches.
const BOARD: usize = 64;

/// How a class is to be held.
#[derive(Clone, Debug)]
pub struct Hosting {
    pub file: PathBuf,
    pub class: String,
    /// Where to listen; without it on all addresses, at the port of the last time.
    pub bind: Option<SocketAddr>,
    /// What the join code says, where that is another address than the one listened on.
    pub advertise: Option<SocketAddr>,
    /// Id and version.
    pub course: (String, String),
}

/// A class that is open.
pub struct Opened {
    pub host: Host,
    pub code: JoinCode,
    /// Begins with everything that was known before.
    pub changes: mpsc::Receiver<Vec<Change>>,
    pub standing: Standing,
}

struct Door {
    acceptor: TlsAcceptor,
    secret: [u8; SECRET],
    class: String,
    course: (String, String),
    hub: Sender<ToHub>,
    standings: watch::Receiver<Standing>,
    /// To the instructor's shell.
    seats: Seats,
    limiter: Mutex<Limiter>,
    room: Mutex<Room<AbortHandle>>,
    lines: AtomicU64,
}

/// Opens the class: its file, its address, and the threads that serve it.
pub fn open(hosting: Hosting) -> Result<Opened, ClassError> {
    let mut store = ClassStore::open(&hosting.file)?;
    let founding = store.founding(&hosting.course.0)?;
    let address = hosting.bind.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::UNSPECIFIED, founding.port)));
    let address = if address.port() == 0 { SocketAddr::new(address.ip(), founding.port) } else { address };
    let network = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("class-net")
        .enable_all()
        .build()
        .map_err(ClassError::Work)?;
    raise_file_limit();
    let listener = network
        .block_on(TcpListener::bind(address))
        .map_err(|cause| ClassError::Listen { address, cause })?;
    let local = listener.local_addr().map_err(|cause| ClassError::Listen { address, cause })?;
    store.keep_port(local.port())?;
    let standing = store.standing()?;

    let code = JoinCode {
        address: hosting.advertise.unwrap_or_else(|| reachable(local)),
        pin: tls::pin(&founding.certificate),
        secret: founding.secret,
    };
    let (standings, standings_out) = watch::channel(standing.clone());
    let (news, changes) = mpsc::channel(BOARD);
    let (to_hub, thread) = hub::start(Hub::new(store, standings, news)?).map_err(ClassError::Work)?;
    let stage = Stage::default();
    let made = tls::Made { certificate: founding.certificate, key: founding.key };
    let door = Arc::new(Door {
        acceptor: tls::acceptor(made)?,
        secret: founding.secret,
        class: hosting.class,
        course: hosting.course,
        hub: to_hub.clone(),
        standings: standings_out,
        seats: stage.seats(),
        limiter: Mutex::default(),
        room: Mutex::default(),
        lines: AtomicU64::new(0),
    });
    network.spawn(listen(listener, door));
    let host = Host { hub: to_hub, stage, thread: Some(thread), network: Some(network) };
    Ok(Opened { host, code, changes, standing })
}

/// A second screen of a class that is open on this machine, from the class's own file. None where there is no such class.
pub fn as_audience(
    file: &Path,
    address: Option<SocketAddr>,
    course: (String, String),
) -> Result<Option<Joining>, ClassError> {
    let Some(store) = ClassStore::existing(file)? else { return Ok(None) };
    let Some(founding) = store.founded()? else { return Ok(None) };
    let address = address.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, founding.port)));
    let code = JoinCode { address, pin: tls::pin(&founding.certificate), secret: founding.secret };
    let (identity, name) = (Identity::passing()?, "audience".into());
    Ok(Some(Joining { code, identity, name, role: Role::Audience, course }))
}

/// The address under which others find this machine. A datagram socket is told of a destination and sends nothing: that
/// makes the system choose the way out.
fn reachable(local: SocketAddr) -> SocketAddr {
    if !local.ip().is_unspecified() {
        return local;
    }
    let way_out = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    };
    let ip = way_out().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip());
    SocketAddr::new(ip, local.port())
}

/// Every learner is one open file; many systems begin with 1,024.
pub(super) fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum.map_or(FILES, |most| most.min(FILES)).max(limit.current.unwrap_or(FILES));
    // Refused where the system says so, and then a class is as large as it can be.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit });
}

async fn listen(listener: TcpListener, door: Arc<Door>) {
    loop {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of files, most likely: those who are in go on, and the next ones wait.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let from = from.ip();
        if !lock(&door.limiter).allows(from, Instant::now()) {
            continue;
        }
        let Some(place) = Place::at(&door, from).await else { continue };
        let (number, door_of) = (place.number, Arc::clone(&door));
        let enters = tokio::spawn(async move {
            let entered = timeout(ENTRY, enter(stream, from, &door_of)).await;
            drop(place);
            if let Ok(Some(line)) = entered {
                // Of its own: what ends a place at the door ends no line.
                tokio::spawn(line.serve());
            }
        });
        lock(&door.room).ends_by(number, enters.abort_handle());
    }
}

/// A place at the door, until it is dropped.
struct Place {
    door: Arc<Door>,
    number: u64,
}

impl Place {
    /// None where this address has enough of them.
    async fn at(door: &Arc<Door>, from: IpAddr) -> Option<Self> {
        loop {
            let comes = lock(&door.room).comes(from, Instant::now());
            match comes {
                Comes::In(number, makes_room) => {
                    if let Some(silent) = makes_room {
                        silent.abort();
                    }
                    return Some(Self { door: Arc::clone(door), number });
                }
                Comes::Away => return None,
                Comes::Later(wait) => tokio::time::sleep(wait).await,
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.door.room).leaves(self.number);
    }
}

type Wire = Framed<TlsStream<TcpStream>, Frames<ToHost>>;

/// Somebody who was let in.
struct Line {
    wire: Wire,
    role: Role,
    learner: LearnerId,
    number: u64,
    direct: mpsc::Receiver<ToLearner>,
    standings: watch::Receiver<Standing>,
    seats: Seats,
    /// What this learner's shell shows, while they share it.
    shell: Option<Arc<Shown>>,
    hub: Sender<ToHub>,
}

/// Only an answer to a right proof says anything of the class.
async fn enter(stream: TcpStream, from: IpAddr, door: &Door) -> Option<Line> {
    let _ = stream.set_nodelay(true);
    let tls = door.acceptor.accept(stream).await.ok()?;
    // Different for each connection, so that how long a comparison takes tells nothing.
    let expected = tls::proof(tls.get_ref().1, &door.secret).ok()?;
    let mut wire: Wire = Framed::new(tls, Frames::up_to(LARGEST_HELLO));
    let hello = match wire.next().await {
        Some(Ok(ToHost::Hello(hello))) => hello,
        Some(_) => {
            lock(&door.limiter).failed(from, Instant::now());
            return None;
        }
        None => return None,
    };
    let (direct_in, direct) = mpsc::channel(WAITING);
    let number = door.lines.fetch_add(1, Ordering::Relaxed);
    let (learner, role) = (hello.learner.clone(), hello.role);
    match admit(hello, &expected, from, door, number, direct_in).await {
        Ok(welcome) => {
            wire.send(wire::spell(&ToLearner::Welcome(welcome))).await.ok()?;
            let mut standings = door.standings.clone();
            let frame = standing_frame(&standings.borrow_and_update());
            wire.send(frame).await.ok()?;
            wire.codec_mut().allow(LARGEST);
            let (mut seats, hub) = (door.seats.clone(), door.hub.clone());
            seats.anew();
            Some(Line { wire, role, learner, number, direct, standings, seats, shell: None, hub })
        }
        Err(why) => {
            let _ = wire.send(wire::spell(&ToLearner::Refused { why })).await;
            let _ = wire.close().await;
            None
        }
    }
}

async fn admit(
    hello: Hello,
    expected: &str,
    from: IpAddr,
    door: &Door,
    line: u64,
    direct: hub::Direct,
) -> Result<Welcome, Refusal> {
    let pilotwhale = env!("CARGO_PKG_VERSION").to_owned();
    if !(OLDEST..=VERSION).contains(&hello.protocol) {
        return Err(Refusal::Protocol { oldest: OLDEST, newest: VERSION, pilotwhale });
    }
    if hello.proof != expected {
        lock(&door.limiter).failed(from, Instant::now());
        return Err(Refusal::Secret);
    }
    let name = clean_name(&hello.name);
    if name.is_empty() {
        return Err(Refusal::Name);
    }
    let (answer, answered) = oneshot::channel();
    let join = ToHub::Join { learner: hello.learner, name, role: hello.role, from, line, direct, answer };
    let sent = door.hub.send(join);
    let Met { name, have, have_at } = match sent {
        Ok(()) => answered.await.unwrap_or(Err(Refusal::Full))?,
        Err(_) => return Err(Refusal::Full),
    };
    let (course, course_version) = door.course.clone();
    Ok(Welcome {
        class: door.class.clone(),
        pilotwhale,
        course,
        course_version,
        name,
        have,
        have_at,
        takes_shells: true,
    })
}

impl Line {
    /// Until the learner goes, falls silent, takes nothing more, or says what is no message.
    async fn serve(mut self) {
        let mut beat = interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        let mut pace = (Instant::now(), 0);
        loop {
            let goes_on = tokio::select! {
                message = self.wire.next() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(message)) => {
                            keep_pace(&mut pace).await;
                            self.heard(message).await
                        }
                        Some(Err(error)) => {
                            tracing::info!(%error, "a line of the class ended");
                            false
                        }
                        None => false,
                    }
                }
                changed = self.standings.changed() => match changed {
                    Ok(()) => {
                        // The newest alone: who is slow misses what nobody needs any more.
                        let frame = standing_frame(&self.standings.borrow_and_update());
                        self.say(frame).await
                    }
                    Err(_) => false,
                },
                frame = self.seats.next() => self.say(frame).await,
                // The hub knows no lines but those of learners.
                message = self.direct.recv(), if self.role == Role::Learner => match message {
                    Some(message) => {
                        let last = matches!(message, ToLearner::Bye { .. });
                        self.say(wire::spell(&message)).await && !last
                    }
                    None => false,
                },
                _ = beat.tick() => {
                    heard.elapsed() < SILENCE && self.say(wire::spell(&ToLearner::Alive)).await
                }
            };
            if !goes_on {
                break;
            }
        }
        let _ = self.hub.send(ToHub::Gone { learner: self.learner, line: self.number });
        let _ = timeout(SLOW, self.wire.close()).await;
    }

    async fn say(&mut self, message: Bytes) -> bool {
        matches!(timeout(SLOW, self.wire.send(message)).await, Ok(Ok(())))
    }

    /// False where the line must end. The next message is read only when this one is dealt with.
    async fn heard(&mut self, message: ToHost) -> bool {
        let learner = self.learner.clone();
        match message {
            ToHost::Alive | ToHost::Unknown => true,
            ToHost::Hello(_) => false,
            _ if self.role == Role::Audience => false,
            ToHost::Hand { up } => self.hub.send(ToHub::Hand { learner, up }).is_ok(),
            ToHost::Shell { step } => {
                self.shell = match step.map(|step| Shown::after(self.shell.as_deref(), step)) {
                    Some(Ok(shown)) => Some(Arc::new(shown)),
                    Some(Err(error)) => {
                        tracing::info!(%error, "a line of the class ended");
                        return false;
                    }
                    None => None,
                };
                let (line, shown) = (self.number, self.shell.clone());
                self.hub.send(ToHub::Shell { learner, line, shown }).is_ok()
            }
            ToHost::Progress { events } => {
                let sent = events.len();
                let events: Vec<SentEvent> = events.into_iter().filter_map(SentEvent::tidied).collect();
                let in_order = events.is_sorted_by(|a, b| a.seq < b.seq);
                if events.len() != sent || sent > MOST_EVENTS || !in_order {
                    return false;
                }
                let (kept, answer) = oneshot::channel();
                if self.hub.send(ToHub::Progress { learner, events, kept }).is_err() {
                    return false;
                }
                match answer.await {
                    Ok(seq) => self.say(wire::spell(&ToLearner::Kept { seq })).await,
                    Err(_) => false,
                }
            }
        }
    }
}

/// Who says more in a second than a person can, waits for the next one.
async fn keep_pace((since, count): &mut (Instant, u32)) {
    *count += 1;
    let passed = since.elapsed();
    if passed >= Duration::from_secs(1) {
        (*since, *count) = (Instant::now(), 0);
    } else if *count > PACE {
        tokio::time::sleep(Duration::from_secs(1) - passed).await;
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
