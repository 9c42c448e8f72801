//! The thread that writes progress, so that no key waits for a disk.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use tokio::sync::Notify;
use tokio::sync::mpsc::Sender as Outbox;

use crate::facts::{Observed, Run, Thing};
use crate::progress::{Event, Journal};
use crate::tui::msg::Msg;

enum Job {
    Prepare,
    Record(Event),
    /// Says when all that came before it is kept.
    Tell(Sender<()>),
    KeepRun {
        exercise: String,
        attempt: u64,
        run: Arc<Run>,
    },
    KeepSeen {
        exercise: String,
        attempt: u64,
        call: Arc<Observed>,
    },
    KeepThings {
        exercise: String,
        attempt: u64,
        things: Vec<Thing>,
    },
    KeepAnswer {
        exercise: String,
        attempt: u64,
        prompt: String,
        answer: String,
    },
}

pub(super) struct Keeper {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// `saved` is told after each event that was kept.
    pub(super) fn start(journal: Journal, out: Outbox<Msg>, saved: Arc<Notify>) -> Self {
        let (jobs, todo) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("progress".into())
            .spawn(move || keep(journal, &todo, &out, &saved));
        if let Err(error) = &thread {
            tracing::error!(%error, "no thread for progress");
        }
        Self { jobs: Some(jobs), thread: thread.ok() }
    }

    /// An answer is shown only once it is kept, however soon the program may be killed; a disk that hangs is not
    /// waited for.
    pub(super) fn record(&self, event: Event) {
        let is_answer = matches!(event, Event::QuizAnswered { .. });
        self.send(Job::Record(event));
        if is_answer {
            let (done, kept) = mpsc::channel();
            self.send(Job::Tell(done));
            let _ = kept.recv_timeout(std::time::Duration::from_secs(2));
        }
    }

    pub(super) fn keep_run(&self, exercise: String, attempt: u64, run: Arc<Run>) {
        self.send(Job::KeepRun { exercise, attempt, run });
    }

    pub(super) fn keep_seen(&self, exercise: String, attempt: u64, call: Arc<Observed>) {
        self.send(Job::KeepSeen { exercise, attempt, call });
    }

    pub(super) fn keep_things(&self, exercise: String, attempt: u64, things: Vec<Thing>) {
        self.send(Job::KeepThings { exercise, attempt, things });
    }

    pub(super) fn keep_answer(&self, exercise: String, attempt: u64, prompt: String, answer: String) {
        self.send(Job::KeepAnswer { exercise, attempt, prompt, answer });
    }

    fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The thread ends only when this sender is dropped.
            let _ = jobs.send(job);
        }
    }

    /// Returns when all is written.
    pub(super) async fn end(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn keep(mut journal: Journal, todo: &Receiver<Job>, out: &Outbox<Msg>, saved: &Notify) {
    let mut complained = false;
    // The file first, so that a folder which cannot be written is told of at the start.
    let mut next = Some(Job::Prepare);
    while let Some(job) = next.take().or_else(|| todo.recv().ok()) {
        let outcome = match job {
            Job::Prepare => journal.prepare(),
            Job::Tell(done) => {
                // Nobody listens any more where it took too long.
                let _ = done.send(());
                continue;
            }
            Job::Record(event) => journal.record(event).map(|_| saved.notify_one()),
            Job::KeepRun { exercise, attempt, run } => match journal.store() {
                Some(store) => store.keep_run(&exercise, attempt, &run),
                None => Ok(()),
            },
            Job::KeepSeen { exercise, attempt, call } => match journal.store() {
                Some(store) => store.keep_seen(&exercise, attempt, &call),
                None => Ok(()),
            },
            Job::KeepThings { exercise, attempt, things } => match journal.store() {
                Some(store) => store.keep_things(&exercise, attempt, &things),
                None => Ok(()),
            },
            Job::KeepAnswer { exercise, attempt, prompt, answer } => match journal.store() {
                Some(store) => store.keep_answer(&exercise, attempt, &prompt, &answer),
                None => Ok(()),
            },
        };
        match outcome {
            Ok(()) if complained => {
                complained = false;
                let what = "Progress is saved again".to_owned();
                let _ = out.blocking_send(Msg::Trouble { what, remedy: String::new() });
            }
            Ok(()) => {}
            Err(error) => {
                tracing::error!(%error, "progress was not saved");
                // Said once; what waits is written with the next event.
                if !complained {
                    let _ =
                        out.blocking_send(Msg::Trouble { what: error.to_string(), remedy: error.remedy() });
                }
                complained = true;
            }
        }
    }
    if journal.waiting() > 0
        && let Err(error) = journal.save()
    {
        tracing::error!(%error, "progress was not saved at the end");
    }
}
