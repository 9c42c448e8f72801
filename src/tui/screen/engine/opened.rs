//! The one object that is looked at closely: which view of it is open and how far it is scrolled.

use super::logs::Logs;
use super::sheet::View;
use crate::facts::{Detail, Difference, Kind};

#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) view: View,
    pub(super) loaded: Loaded,
    pub(super) logs: Logs,
    pub(super) scroll: usize,
    /// Rows of the open view and of the room it has, as last laid out.
    pub(super) rows: usize,
    pub(super) room: usize,
    /// How its files differ from its image's, once that was asked for.
    pub(super) differences: Option<Result<Vec<Difference>, String>>,
    /// It was in a snapshot before and is not any more.
    pub(super) gone: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Loaded {
    Waiting,
    Failed(String),
    Ready(Box<Detail>),
}

impl Opened {
    pub(super) fn new(kind: Kind, id: String, name: String) -> Self {
        Self {
            kind,
            id,
            name,
            view: View::Summary,
            loaded: Loaded::Waiting,
            logs: Logs::default(),
            scroll: 0,
            rows: 0,
            room: 0,
            differences: None,
            gone: false,
        }
    }

    pub(super) fn views(&self) -> &'static [View] {
        match self.kind {
            Kind::Container => {
                &[View::Summary, View::Logs, View::Environment, View::Mounts, View::Health, View::Changes]
            }
            Kind::Image => &[View::Summary, View::Layers, View::Environment],
            Kind::Volume | Kind::Network => &[View::Summary],
        }
    }

    pub(super) fn show(&mut self, view: View) {
        if view != self.view {
            self.view = view;
            self.scroll = 0;
        }
    }

    pub(super) fn step(&mut self, forward: bool) {
        let views = self.views();
        let at = views.iter().position(|&view| view == self.view).unwrap_or(0);
        let step = if forward { 1 } else { views.len() - 1 };
        self.show(views[(at + step) % views.len()]);
    }

    pub(super) fn up(&mut self, rows: usize) {
        if self.view == View::Logs {
            self.logs.up(rows);
        } else {
            self.scroll = self.scroll.saturating_sub(rows);
        }
    }

    pub(super) fn down(&mut self, rows: usize) {
        if self.view == View::Logs {
            self.logs.down(rows);
        } else {
            self.scroll = (self.scroll + rows).min(self.rows.saturating_sub(self.room));
        }
    }

    pub(super) fn top(&mut self) {
        if self.view == View::Logs {
            self.logs.rewind();
        } else {
            self.scroll = 0;
        }
    }

    pub(super) fn bottom(&mut self) {
        if self.view == View::Logs {
            self.logs.follow();
        } else {
            self.scroll = self.rows.saturating_sub(self.room);
        }
    }
}
