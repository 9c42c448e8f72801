//! What is looked at closely, an object or the logs of several: which view of it is open and how far it is scrolled.

use super::logs::Logs;
use super::several::Several;
use super::sheet::View;
use crate::facts::{Detail, Difference, Kind};

#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) of: Of,
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
pub(super) enum Of {
    /// An object's id; for a volume its name.
    One(Kind, String),
    Several(Several),
}

#[derive(Clone, Debug)]
pub(super) enum Loaded {
    Waiting,
    Failed(String),
    Ready(Box<Detail>),
}

impl Opened {
    pub(super) fn one(kind: Kind, id: String, name: String) -> Self {
        let logs = Logs::of([(id.clone(), name.clone())]);
        Self::new(Of::One(kind, id), name, View::Summary, logs)
    }

    /// Opened at their logs; they have no other view.
    pub(super) fn several(several: Several, title: String, members: Vec<(String, String)>) -> Self {
        let mut logs = Logs::of(members);
        logs.asked = true;
        Self::new(Of::Several(several), title, View::Logs, logs)
    }

    fn new(of: Of, name: String, view: View, logs: Logs) -> Self {
        Self {
            of,
            name,
            view,
            loaded: Loaded::Waiting,
            logs,
            scroll: 0,
            rows: 0,
            room: 0,
            differences: None,
            gone: false,
        }
    }

    pub(super) fn views(&self) -> &'static [View] {
        match self.of {
            Of::One(Kind::Container, _) => {
                &[View::Summary, View::Logs, View::Environment, View::Mounts, View::Health, View::Changes]
            }
            Of::One(Kind::Image, _) => &[View::Summary, View::Layers, View::Environment],
            Of::One(Kind::Volume | Kind::Network, _) => &[View::Summary],
            Of::Several(_) => &[View::Logs],
        }
    }

    /// The object; None where there are several.
    pub(super) fn object(&self) -> Option<(Kind, &str)> {
        match &self.of {
            Of::One(kind, id) => Some((*kind, id)),
            Of::Several(_) => None,
        }
    }

    pub(super) fn is(&self, kind: Kind, id: &str) -> bool {
        self.object() == Some((kind, id))
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
