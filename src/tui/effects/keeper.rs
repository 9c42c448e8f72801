//! The thread that writes progress, so that no key waits for a disk.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use tokio::sync::Notify;
use tokio::sync::mpsc::Sender as Outbox;

use crate::facts::Keep;
use crate::progress::{Event, Journal};
use crate::tui::msg::Msg;

enum Job {
    Prepare,
    Record(Event),
    Keep { exercise: String, attempt: u64, what: Keep },
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

    pub(super) fn record(&self, event: Event) {
        self.send(Job::Record(event));
    }

    pub(super) fn keep(&self, exercise: String, attempt: u64, what: Keep) {
        self.send(Job::Keep { exercise, attempt, what });
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
            Job::Record(event) => {
                let answered = is_answer(&event);
                let kept = journal.record(event).map(|_| saved.notify_one());
                if answered {
                    // Also where it could not be written: it waits in memory, and that was said.
                    let _ = out.blocking_send(Msg::Kept);
                }
                kept
            }
            Job::Keep { exercise, attempt, what } => match journal.store() {
                Some(store) => store.keep(&exercise, attempt, &what),
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

/// What the learner waits to see kept.
fn is_answer(event: &Event) -> bool {
    matches!(event, Event::QuizAnswered { .. })
}
