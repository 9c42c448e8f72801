//! The seat in a class: the line to a host, or the host itself, and what comes from either.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::shell::ShellSeat;
use crate::class::{Asked, Change, Heard, History, Host, Joining, Lead, SHOW_EVERY, Stage, follow};
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
    /// Where the shell is seen from while it is shown.
    stage: Stage,
    shows: Option<JoinHandle<()>>,
    tasks: Vec<JoinHandle<()>>,
}

impl ClassSeat {
    /// `saved` says when there is something new to tell a class.
    pub(super) fn take(attending: Attending, saved: Arc<Notify>, out: Sender<Msg>) -> Self {
        match attending {
            Attending::Alone => Self::default(),
            Attending::Follows(joining, history) => {
                let ((ask, asked), (say, mut heard)) = (mpsc::channel(8), mpsc::channel::<Heard>(32));
                let (complain, stage) = (out.clone(), Stage::default());
                let shell = stage.clone();
                let line = tokio::spawn(async move {
                    if let Err(error) = follow(*joining, history, saved, asked, say, shell).await {
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
                Self { ask: Some(ask), stage, tasks: vec![line, ear], ..Self::default() }
            }
            Attending::Leads(host, mut changes) => {
                let ear = tokio::spawn(async move {
                    while let Some(changes) = changes.recv().await {
                        if out.send(Msg::Class(changes)).await.is_err() {
                            break;
                        }
                    }
                });
                let stage = host.stage().clone();
                Self { host: Some(host), stage, tasks: vec![ear], ..Self::default() }
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

    /// Shows the shell to the class that is led, or to the instructor who is followed; or shows it no more.
    pub(super) fn show_shell(&mut self, on: bool, shell: &ShellSeat) {
        if let Some(before) = self.shows.take() {
            before.abort();
        }
        if !on {
            return self.stage.end();
        }
        self.stage.begin(shell.shown());
        let (stage, shell, changed) = (self.stage.clone(), shell.clone(), shell.changed());
        self.shows = Some(tokio::spawn(async move {
            loop {
                changed.notified().await;
                stage.show(shell.shown());
                // What changes meanwhile is seen afterwards, in one state.
                sleep(SHOW_EVERY).await;
            }
        }));
    }

    pub(super) async fn end(&mut self) {
        self.stage.end();
        for task in self.tasks.drain(..).chain(self.shows.take()) {
            task.abort();
        }
        if let Some(host) = self.host.take() {
            // It waits for the disk and for goodbyes.
            let _ = tokio::task::spawn_blocking(move || host.end()).await;
        }
    }
}
