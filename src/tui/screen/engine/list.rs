//! The state of one list: which row is selected, what the filter says, how far it is scrolled, what is folded.

use std::collections::HashSet;

use super::tables::{self, Tab};
use crate::facts::Snapshot;

#[derive(Clone, Debug, Default)]
pub(super) struct List {
    /// The rows, in the order they are shown.
    pub(super) shown: Vec<Listed>,
    /// The row itself, not its place: others come and go above it.
    pub(super) selected: Option<Key>,
    /// Where it is, or was.
    pub(super) at: usize,
    pub(super) top: usize,
    /// The learner has selected a row. Until then it is the first one, so that what is new is seen.
    moved: bool,
    pub(super) filter: String,
    /// Compose projects of which only the name is shown. A filter looks into them too.
    folded: HashSet<String>,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// Place in the snapshot's own list, and whether it stands below its project.
    Item {
        at: usize,
        in_project: bool,
    },
    Project(String),
}

/// What a row is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// An object's id; for a volume its name.
    Object(String),
    Project(String),
}

impl List {
    /// After the snapshot, the filter or what is folded has changed.
    pub(super) fn refresh(&mut self, snapshot: &Snapshot, tab: Tab) {
        let mut order = tables::order(snapshot, tab);
        let mut folded = &self.folded;
        let nothing = HashSet::new();
        if !self.filter.is_empty() {
            order.retain(|&i| tables::matches(snapshot, tab, i, &self.filter));
            folded = &nothing;
        }
        self.shown = match tab {
            Tab::Containers => by_project(snapshot, &order, folded),
            _ => order.into_iter().map(|at| Listed::Item { at, in_project: false }).collect(),
        };
        let known = self.selected.as_ref().filter(|_| self.moved);
        let kept = known
            .and_then(|key| self.shown.iter().position(|row| row.key(snapshot, tab).as_ref() == Some(key)));
        self.point_at(snapshot, tab, kept.unwrap_or(self.at));
    }

    /// Selects the row, or the last one where there are fewer.
    pub(super) fn select(&mut self, snapshot: &Snapshot, tab: Tab, at: usize) {
        self.moved = true;
        self.point_at(snapshot, tab, at);
    }

    /// The object that is selected, if one is.
    pub(super) fn object(&self) -> Option<&str> {
        match &self.selected {
            Some(Key::Object(id)) => Some(id),
            _ => None,
        }
    }

    /// The compose project whose row is selected.
    pub(super) fn project(&self) -> Option<&str> {
        match &self.selected {
            Some(Key::Project(name)) => Some(name),
            _ => None,
        }
    }

    /// Folds the selected row's project, or unfolds it; the project's row is selected then. False where there is none.
    pub(super) fn toggle(&mut self, snapshot: &Snapshot, tab: Tab) -> bool {
        let Some(name) = self.project_of_row(snapshot) else { return false };
        if !self.folded.remove(&name) {
            self.folded.insert(name.clone());
        }
        self.moved = true;
        self.selected = Some(Key::Project(name));
        self.refresh(snapshot, tab);
        true
    }

    pub(super) fn is_folded(&self, project: &str) -> bool {
        self.filter.is_empty() && self.folded.contains(project)
    }

    fn project_of_row(&self, snapshot: &Snapshot) -> Option<String> {
        match self.shown.get(self.at)? {
            Listed::Project(name) => Some(name.clone()),
            Listed::Item { at, in_project: true } => {
                snapshot.containers.get(*at)?.compose().map(|compose| compose.project.to_owned())
            }
            Listed::Item { .. } => None,
        }
    }

    fn point_at(&mut self, snapshot: &Snapshot, tab: Tab, at: usize) {
        self.at = at.min(self.shown.len().saturating_sub(1));
        self.selected = self.shown.get(self.at).and_then(|row| row.key(snapshot, tab));
    }

    /// The rows to draw in a room of that height, scrolled so that the selected one is among them.
    pub(super) fn window(&mut self, height: usize) -> &[Listed] {
        let last_top = self.shown.len().saturating_sub(height);
        if self.at < self.top {
            self.top = self.at;
        } else if self.at >= self.top + height {
            self.top = (self.at + 1).saturating_sub(height);
        }
        self.top = self.top.min(last_top);
        let end = (self.top + height).min(self.shown.len());
        &self.shown[self.top..end]
    }
}

impl Listed {
    fn key(&self, snapshot: &Snapshot, tab: Tab) -> Option<Key> {
        match self {
            Self::Item { at, .. } => tables::key(snapshot, tab, *at).map(|id| Key::Object(id.to_owned())),
            Self::Project(name) => Some(Key::Project(name.clone())),
        }
    }
}

/// A project stands where its newest container would, and its containers below it, by service.
fn by_project(snapshot: &Snapshot, order: &[usize], folded: &HashSet<String>) -> Vec<Listed> {
    let compose = |at: usize| snapshot.containers[at].compose();
    let mut rows = Vec::new();
    let mut seen = HashSet::new();
    for &at in order {
        let Some(project) = compose(at).map(|compose| compose.project) else {
            rows.push(Listed::Item { at, in_project: false });
            continue;
        };
        if !seen.insert(project) {
            continue;
        }
        rows.push(Listed::Project(project.to_owned()));
        if folded.contains(project) {
            continue;
        }
        let mut members: Vec<usize> =
            order.iter().copied().filter(|&at| compose(at).is_some_and(|c| c.project == project)).collect();
        members.sort_by_key(|&at| compose(at).map(|c| (c.one_off, c.service, c.number)));
        rows.extend(members.into_iter().map(|at| Listed::Item { at, in_project: true }));
    }
    rows
}
