//! What the app's thread and the shell's two threads share, and what those two do.

use std::collections::VecDeque;
use std::io::{ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use filedescriptor::{FileDescriptor, POLLERR, POLLHUP, POLLIN, POLLOUT, poll, pollfd};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::ShellEvent;
use super::emulator::{Command, Produced};
use super::pty::{self, Groups};
use super::screen::Screen;

/// Most bytes that wait for a child that doesn't read.
const INPUT_LIMIT: usize = 4 << 20;
/// A read is parsed under the lock; this keeps the drawing thread's wait short.
const READ_SIZE: usize = 64 << 10;
/// How long the output of a child that has exited is waited for.
const DRAIN: Duration = Duration::from_millis(100);
const HANG_UP_GRACE: Duration = Duration::from_millis(300);
const KILL_GRACE: Duration = Duration::from_millis(200);

pub(super) type OnEvent = dyn Fn(ShellEvent) + Send + Sync;

pub(super) struct Link {
    pub(super) master: FileDescriptor,
    pid: Pid,
    input: Mutex<VecDeque<u8>>,
    wake: PipeWriter,
    /// A byte is in the pipe already.
    woken: AtomicBool,
    stop: AtomicBool,
    life: Mutex<Life>,
    changed: Condvar,
    on_event: Box<OnEvent>,
}

struct Life {
    /// Not yet reaped: the process number is still the child's own. Signals are sent only under this lock.
    runs: bool,
    /// All of its output was read.
    drained: bool,
}

impl Link {
    pub(super) fn new(master: FileDescriptor, pid: Pid, wake: PipeWriter, on_event: Box<OnEvent>) -> Self {
        Self {
            master,
            pid,
            input: Mutex::default(),
            wake,
            woken: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            life: Mutex::new(Life { runs: true, drained: false }),
            changed: Condvar::new(),
            on_event,
        }
    }

    /// Queues bytes for the child and returns at once. False if they don't fit any more: the child doesn't read.
    pub(super) fn send(&self, bytes: &[u8]) -> bool {
        {
            let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
            if input.len() + bytes.len() > INPUT_LIMIT {
                return false;
            }
            input.extend(bytes);
        }
        self.wake_up();
        true
    }

    fn wake_up(&self) {
        if !self.woken.swap(true, Ordering::AcqRel) {
            // Fails only when the thread is gone.
            let _ = (&self.wake).write(&[0]);
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid.as_raw_pid().unsigned_abs()
    }

    pub(super) fn runs(&self) -> bool {
        self.life().runs
    }

    /// The name of the program in the terminal's foreground; None for the shell itself, and once that has ended.
    pub(super) fn in_foreground(&self) -> Option<String> {
        let group = self.runs().then(|| rustix::termios::tcgetpgrp(&self.master).ok()).flatten()?;
        (group != self.pid).then(|| pty::name_of(group))
    }

    /// Ends the child and what runs in its foreground; takes at most half a second. No event comes after it.
    pub(super) fn shut_down(&self) {
        if self.stop.swap(true, Ordering::AcqRel) {
            return;
        }
        let groups = {
            let life = self.life();
            let groups = life.runs.then(|| Groups::of(self.pid, &self.master));
            if let Some(groups) = &groups {
                groups.hang_up();
            }
            groups
        };
        if let Some(groups) = groups {
            groups.kill_at(Instant::now() + HANG_UP_GRACE);
            let _ = self.changed.wait_timeout_while(self.life(), KILL_GRACE, |life| life.runs);
        }
        self.wake_up();
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: ShellEvent) {
        if !self.stop.load(Ordering::Acquire) {
            (self.on_event)(event);
        }
    }

    /// The waiter thread. The exit is decided here, not by the end of the output: a background job can keep the
    /// terminal open long after.
    pub(super) fn wait(&self, mut child: Child) {
        // Not reaped yet, so that nobody else can get the number while a signal is under way to it.
        while waitid(WaitId::Pid(self.pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
            .is_err_and(|error| error.kind() == ErrorKind::Interrupted)
        {}
        let mut life = self.life();
        let status = child.wait().ok().and_then(exit_code);
        life.runs = false;
        self.changed.notify_all();
        let drained = self.changed.wait_timeout_while(life, DRAIN, |life| !life.drained);
        drop(drained);
        self.tell(ShellEvent::Exited(status));
    }

    /// The reader thread, which also writes: it never blocks on anything but `poll`, so a stopped child holds up nobody.
    pub(super) fn transfer(&self, screen: &Screen, wake: PipeReader) {
        self.transfer_until_end(screen, wake);
        self.life().drained = true;
        self.changed.notify_all();
    }

    fn transfer_until_end(&self, screen: &Screen, mut wake: PipeReader) {
        let mut buffer = vec![0; READ_SIZE];
        let mut outgoing: VecDeque<u8> = VecDeque::new();
        let mut sync_deadline: Option<Instant> = None;
        loop {
            if outgoing.is_empty() {
                std::mem::swap(&mut outgoing, &mut self.input.lock().unwrap_or_else(PoisonError::into_inner));
            }
            let timeout = sync_deadline
                .map(|at| at.saturating_duration_since(Instant::now()) + Duration::from_millis(1));
            let wanted = if outgoing.is_empty() { POLLIN } else { POLLIN | POLLOUT };
            let mut ready = [
                pollfd { fd: self.master.as_raw_fd(), events: wanted, revents: 0 },
                pollfd { fd: wake.as_raw_fd(), events: POLLIN, revents: 0 },
            ];
            if let Err(filedescriptor::Error::Poll(error)) = poll(&mut ready, timeout)
                && error.kind() != ErrorKind::Interrupted
            {
                return;
            }
            if ready[1].revents != 0 {
                // Before the input is looked at again, so that no wake-up is lost.
                let _ = wake.read(&mut [0; 16]);
                self.woken.store(false, Ordering::Release);
            }
            if self.stop.load(Ordering::Acquire) && !self.runs() {
                return;
            }
            if ready[0].revents & (POLLIN | POLLHUP | POLLERR) != 0 {
                match rustix::io::read(&self.master, &mut buffer[..]) {
                    // No process holds the terminal any more; Linux calls that an error.
                    Ok(0) => return,
                    Ok(count) => {
                        let (produced, deadline) = {
                            let mut emulator = screen.lock();
                            let produced = emulator.advance(&buffer[..count]);
                            (produced, emulator.sync_deadline())
                        };
                        sync_deadline = deadline;
                        self.deliver(produced, screen, &mut outgoing);
                    }
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                    Err(_) => return,
                }
            }
            if sync_deadline.is_some_and(|at| at <= Instant::now()) {
                let produced = screen.lock().end_sync();
                sync_deadline = None;
                self.deliver(produced, screen, &mut outgoing);
            }
            if !outgoing.is_empty()
                && let Ok(count) = rustix::io::write(&self.master, outgoing.as_slices().0)
            {
                outgoing.drain(..count);
            }
        }
    }

    fn deliver(&self, produced: Produced, screen: &Screen, outgoing: &mut VecDeque<u8>) {
        // A child that asks and never reads the answers gets no more of them.
        if outgoing.len() + produced.replies.len() <= INPUT_LIMIT {
            outgoing.extend(produced.replies);
        }
        for command in produced.commands {
            self.tell(match command {
                Command::Started => ShellEvent::CommandStarted,
                Command::Printed(bytes) => ShellEvent::Printed(bytes),
                Command::Ended(status) => ShellEvent::CommandEnded(status),
            });
        }
        for line in produced.run {
            self.tell(ShellEvent::Run(line));
        }
        if produced.bell {
            self.tell(ShellEvent::Bell);
        }
        if let Some(text) = produced.notice {
            self.tell(ShellEvent::Notice(text));
        }
        if let Some(text) = produced.clipboard {
            self.tell(ShellEvent::Clipboard(text));
        }
        if screen.mark_dirty() {
            self.tell(ShellEvent::Dirty);
        }
    }
}

/// A signal counts as 128 and its number, as shells have it.
fn exit_code(status: ExitStatus) -> Option<i32> {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal))
}
