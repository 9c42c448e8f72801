//! The state of one list: which object is selected, what the filter says, how far it is scrolled.

use super::tables::{self, Tab};
use crate::facts::Snapshot;

#[derive(Clone, Debug, Default)]
pub(super) struct List {
    /// Indices into the snapshot's list, in the order they are shown.
    pub(super) shown: Vec<usize>,
    /// The object itself, not its place: rows come and go above it.
    pub(super) selected: Option<String>,
    /// Where it is, or was.
    pub(super) at: usize,
    pub(super) top: usize,
    /// The learner has selected a row. Until then it is the first one, so that what is new is seen.
    moved: bool,
    pub(super) filter: String,
}

impl List {
    /// After the snapshot or the filter has changed.
    pub(super) fn refresh(&mut self, snapshot: &Snapshot, tab: Tab) {
        self.shown = tables::order(snapshot, tab);
        if !self.filter.is_empty() {
            self.shown.retain(|&i| tables::matches(snapshot, tab, i, &self.filter));
        }
        let known = self.selected.as_deref().filter(|_| self.moved);
        let kept =
            known.and_then(|key| self.shown.iter().position(|&i| tables::key(snapshot, tab, i) == Some(key)));
        self.point_at(snapshot, tab, kept.unwrap_or(self.at));
    }

    /// Selects the row, or the last one where there are fewer.
    pub(super) fn select(&mut self, snapshot: &Snapshot, tab: Tab, at: usize) {
        self.moved = true;
        self.point_at(snapshot, tab, at);
    }

    fn point_at(&mut self, snapshot: &Snapshot, tab: Tab, at: usize) {
        self.at = at.min(self.shown.len().saturating_sub(1));
        self.selected =
            self.shown.get(self.at).and_then(|&i| tables::key(snapshot, tab, i)).map(str::to_owned);
    }

    /// The rows to draw in a room of that height, scrolled so that the selected one is among them.
    pub(super) fn window(&mut self, height: usize) -> &[usize] {
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
