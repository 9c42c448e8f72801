//! The seat in a class: the line to a host, or the host itself, and what comes from either.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

use crate::class::{Asked, Change, Heard, History, Host, Joining, Lead, follow};
use crate::tui::msg::Msg;

/// What the app has to do with a class.
#[derive(Default)]
pub enum Attending {
    #[default]
    Alone,
    /// With what is sent of one's own.
    Follows(Box<Joining>, Box<dyn History>),
    Leads(Host, Receiver<Vec<Change>>),
}

#[derive(Default)]
pub(super) struct ClassSeat {
    ask: Option<Sender<Asked>>,
    host: Option<Host>,
    tasks: Vec<JoinHandle<()>>,
}

impl ClassSeat {
    /// `saved` says when there is something new to tell a class.
    pub(super) fn take(attending: Attending, saved: Arc<Notify>, out: Sender<Msg>) -> Self {
        match attending {
            Attending::Alone => Self::default(),
            Attending::Follows(joining, history) => {
                let ((ask, asked), (say, mut heard)) = (mpsc::channel(8), mpsc::channel::<Heard>(32));
                let complain = out.clone();
                let line = tokio::spawn(async move {
                    if let Err(error) = follow(*joining, history, saved, asked, say).await {
                        let (what, remedy) = (error.to_string(), error.remedy());
                        let _ = complain.send(Msg::Trouble { what, remedy }).await;
                    }
                });
                let ear = tokio::spawn(async move {
                    while let Some(heard) = heard.recv().await {
                        if out.send(Msg::Heard(heard)).await.is_err() {
                            break;
                        }
                    }
                });
                Self { ask: Some(ask), host: None, tasks: vec![line, ear] }
            }
            Attending::Leads(host, mut changes) => {
                let ear = tokio::spawn(async move {
                    while let Some(changes) = changes.recv().await {
                        if out.send(Msg::Class(changes)).await.is_err() {
                            break;
                        }
                    }
                });
                Self { ask: None, host: Some(host), tasks: vec![ear] }
            }
        }
    }

    pub(super) fn ask(&self, asked: Asked) {
        if let Some(ask) = &self.ask {
            // A learner who presses a key faster than the network takes it is heard with the last one that fits.
            let _ = ask.try_send(asked);
        }
    }

    pub(super) fn lead(&self, lead: Lead) {
        if let Some(host) = &self.host {
            host.lead(lead);
        }
    }

    pub(super) async fn end(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
        if let Some(host) = self.host.take() {
            // It waits for the disk and for goodbyes.
            let _ = tokio::task::spawn_blocking(move || host.end()).await;
        }
    }
}
