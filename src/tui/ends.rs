//! What ends the app from outside: signals, and a terminal that goes away without one.

use std::future::poll_fn;
use std::io::{self, IsTerminal};
use std::task::Poll;

use rustix::event::{self, PollFd, PollFlags};
use rustix::io::Errno;
use rustix::process::Signal;
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::sync::mpsc;

/// All that would end a program at once and that it may take. What a fault of its own raises is not among them: that can't be
/// gone on from, and `watchdog` gives the terminal back.
const ASKED: [Signal; 12] = [
    Signal::TERM,
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::ABORT,
    Signal::USR1,
    Signal::USR2,
    Signal::ALARM,
    Signal::VTALARM,
    Signal::PROF,
    Signal::XCPU,
    Signal::XFSZ,
];

pub(super) struct Ends {
    signals: Vec<unix::Signal>,
    /// Where nobody waits for it, nothing ever comes.
    gone: mpsc::Receiver<()>,
}

impl Ends {
    pub(super) fn new() -> io::Result<Self> {
        let taken = ASKED.iter().map(|of| signal(SignalKind::from_raw(of.as_raw())));
        Ok(Self { signals: taken.collect::<io::Result<_>>()?, gone: await_hangup()? })
    }

    /// Until the app is to end.
    pub(super) async fn come(&mut self) {
        let Self { signals, gone } = self;
        poll_fn(|context| {
            // all are polled, so that each of them wakes
            let asked = signals.iter_mut().filter_map(|of| of.poll_recv(context).is_ready().then_some(()));
            let is_asked = asked.count() > 0;
            let is_gone = matches!(gone.poll_recv(context), Poll::Ready(Some(())));
            if is_asked || is_gone { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Its thread waits in the kernel for nothing but the terminal's end, and ends with the program.
fn await_hangup() -> io::Result<mpsc::Receiver<()>> {
    let terminal = rustix::io::dup(io::stdin())?;
    let (tell, gone) = mpsc::channel(1);
    if !io::stdin().is_terminal() {
        return Ok(gone);
    }
    std::thread::Builder::new().name("hangup".into()).spawn(move || {
        let mut watched = [PollFd::new(&terminal, PollFlags::empty())];
        while let Err(Errno::INTR) = event::poll(&mut watched, None) {}
        if watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) {
            let _ = tell.blocking_send(());
        }
    })?;
    Ok(gone)
}

/// Whether this is what is said of a terminal that is not there any more.
pub(super) fn is_gone(error: &io::Error) -> bool {
    let gone = [Errno::IO, Errno::NXIO, Errno::BADF, Errno::PIPE];
    error.raw_os_error().is_some_and(|raw| gone.iter().any(|errno| errno.raw_os_error() == raw))
}
