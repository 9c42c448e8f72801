//! The picture of the engine that events are applied to. No I/O, no clock.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::convert::has_ended;
use super::event::{Change, Event, Happening, NOT_LABELS};
use super::read::sort_containers;
use crate::facts::{Container, ContainerState, Snapshot};

/// More ids than this are refreshed by one whole list instead.
const FEW: usize = 32;
/// Containers that events alone may tell of, and that may be marked between two lists; beyond it a whole list is asked for.
const MOST: usize = 2000;

/// Events change it at once; what an event does not tell is marked and asked for soon after.
#[derive(Debug, Default)]
pub(super) struct Model {
    rest: Snapshot,
    containers: HashMap<String, Container>,
    pub dirty: Dirty,
    /// Containers that events spoke of since the refresh in flight was asked for: its answer is older than they are.
    touched: HashSet<String>,
    /// How often a list said that a container runs which an event said has ended: engines tell of an end before
    /// their own lists know it.
    doubts: HashMap<String, u32>,
}

/// After so many lists in a row they are believed; that is about a second.
const DOUBTS: u32 = 50;

/// What must be asked for again.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Dirty {
    pub containers: BTreeSet<String>,
    pub all_containers: bool,
    pub images: bool,
    pub volumes: bool,
    pub networks: bool,
}

impl Dirty {
    pub(super) fn everything() -> Self {
        Self { all_containers: true, images: true, volumes: true, networks: true, ..Self::default() }
    }

    /// Many are asked for by a whole list.
    fn container(&mut self, id: &str) {
        if !self.all_containers {
            self.containers.insert(id.to_owned());
        }
        if self.containers.len() > FEW {
            self.all_containers = true;
            self.containers.clear();
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

/// A refresh that was answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Fresh {
    /// The ids asked for, None for all of them.
    pub asked: Option<BTreeSet<String>>,
    pub containers: Option<Vec<Container>>,
    pub images: Option<Vec<crate::facts::Image>>,
    pub volumes: Option<Vec<crate::facts::Volume>>,
    pub networks: Option<Vec<crate::facts::Network>>,
}

impl Model {
    /// Hands out what is dirty and starts to remember what events speak of meanwhile.
    pub(super) fn begin_refresh(&mut self) -> Dirty {
        self.touched.clear();
        let mut dirty = std::mem::take(&mut self.dirty);
        if dirty.all_containers {
            dirty.containers.clear();
        }
        dirty
    }

    /// Takes in an answer; true when the picture changed.
    pub(super) fn merge(&mut self, fresh: Fresh) -> bool {
        let mut changed = false;
        if let Some(rows) = fresh.containers {
            let mut missing: Vec<String> = match &fresh.asked {
                Some(asked) => asked.iter().cloned().collect(),
                None => self.containers.keys().cloned().collect(),
            };
            missing.retain(|id| !self.touched.contains(id) && !rows.iter().any(|row| row.id == *id));
            for id in missing {
                changed |= self.containers.remove(&id).is_some();
            }
            for mut row in rows {
                if self.touched.contains(&row.id) || self.is_behind(&row) {
                    continue;
                }
                let before = self.containers.get(&row.id);
                keep_times(&mut row, before);
                if before != Some(&row) {
                    changed = true;
                    self.containers.insert(row.id.clone(), row);
                }
            }
        }
        changed |= replace(&mut self.rest.images, fresh.images);
        changed |= replace(&mut self.rest.volumes, fresh.volumes);
        changed |= replace(&mut self.rest.networks, fresh.networks);
        changed
    }

    /// The list may be older than the event that this container has ended; then it is asked again.
    fn is_behind(&mut self, row: &Container) -> bool {
        let ended = self.containers.get(&row.id).is_some_and(|c| c.state == ContainerState::Exited);
        if !ended || row.state != ContainerState::Running {
            self.doubts.remove(&row.id);
            return false;
        }
        let doubts = self.doubts.entry(row.id.clone()).or_default();
        *doubts += 1;
        if *doubts > DOUBTS {
            self.doubts.remove(&row.id);
            return false;
        }
        self.dirty.container(&row.id);
        true
    }

    pub(super) fn set_engine(&mut self, engine: crate::facts::EngineInfo) {
        self.rest.engine = engine;
    }

    /// Applies one event; true when the picture changed.
    pub(super) fn apply(&mut self, event: &Event) -> bool {
        match &event.what {
            Happening::Container { id, change, attributes } => {
                if self.touched.len() < MOST {
                    self.touched.insert(id.clone());
                } else {
                    // what an answer that is on its way says of it may be older: another one is asked for
                    self.dirty.all_containers = true;
                }
                self.apply_container(id, change, attributes, event.at())
            }
            Happening::Wire { container, .. } => {
                if self.containers.contains_key(container) {
                    self.dirty.container(container);
                }
                false
            }
            Happening::Image(_) => {
                self.dirty.images = true;
                false
            }
            Happening::Volume(_) => {
                self.dirty.volumes = true;
                false
            }
            Happening::Network(_) => {
                self.dirty.networks = true;
                false
            }
            Happening::Engine => {
                self.dirty = Dirty::everything();
                false
            }
        }
    }

    fn apply_container(
        &mut self,
        id: &str,
        change: &Change,
        attributes: &HashMap<String, String>,
        at: Option<Timestamp>,
    ) -> bool {
        if *change == Change::Destroyed {
            self.dirty.containers.remove(id);
            // Anonymous volumes may have gone with it, and no event says so on every engine.
            return self.containers.remove(id).is_some();
        }
        if matches!(change, Change::Exec { .. } | Change::ExecEnded { .. }) {
            return false;
        }
        self.dirty.container(id);
        if *change == Change::Created {
            if self.containers.len() >= MOST && !self.containers.contains_key(id) {
                return false;
            }
            self.containers.entry(id.to_string()).or_insert_with(|| from_event(id, attributes, at));
            return true;
        }
        let Some(row) = self.containers.get_mut(id) else { return false };
        match change {
            Change::Started => {
                row.state = ContainerState::Running;
                row.started = at;
                row.finished = None;
                row.exit_code = None;
            }
            Change::Died { code } => {
                row.state = ContainerState::Exited;
                row.finished = at;
                row.exit_code = *code;
                row.health = None;
            }
            Change::Unpaused => row.state = ContainerState::Running,
            Change::Renamed => {
                if let Some(name) = attributes.get("name") {
                    row.name = name.trim_start_matches('/').to_string();
                }
            }
            Change::Health(health) => row.health = *health,
            // Shown by the refresh only: a commit pauses for some milliseconds, and a row that flashes says nothing.
            Change::Paused => return false,
            _ => return false,
        }
        true
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let mut containers: Vec<Container> = self.containers.values().cloned().collect();
        sort_containers(&mut containers);
        Snapshot { containers, ..self.rest.clone() }
    }
}

/// Exact times of events are better than the words of a list, as long as they can be of the same life.
fn keep_times(row: &mut Container, before: Option<&Container>) {
    let Some(before) = before else { return };
    if before.created.is_some() && before.created.map(|t| t.as_second()) == row.created.map(|t| t.as_second())
    {
        row.created = before.created;
    }
    let close = |exact: Option<Timestamp>, rough: Option<Timestamp>| match (exact, rough) {
        (Some(e), Some(r)) => {
            let apart = e.duration_since(r).abs();
            let age = Timestamp::now().duration_since(r).abs();
            apart <= SignedDuration::from_secs(60).max(age / 2)
        }
        _ => false,
    };
    if close(before.started, row.started) || (has_ended(row.state) && before.started.is_some()) {
        row.started = before.started;
    }
    if close(before.finished, row.finished) {
        row.finished = before.finished;
    }
}

fn from_event(id: &str, attributes: &HashMap<String, String>, at: Option<Timestamp>) -> Container {
    let of = |name: &str| attributes.get(name).cloned().unwrap_or_default();
    Container {
        id: id.to_string(),
        name: of("name"),
        image: of("image"),
        created: at,
        labels: attributes
            .iter()
            .filter(|(k, _)| !NOT_LABELS.contains(&k.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        ..Container::default()
    }
}

fn replace<T: PartialEq>(old: &mut T, new: Option<T>) -> bool {
    match new {
        Some(new) if new != *old => {
            *old = new;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, change: Change) -> Event {
        let attributes = HashMap::from([("name".into(), "web".into()), ("image".into(), "nginx".into())]);
        Event { nanos: 1, what: Happening::Container { id: id.into(), change, attributes } }
    }

    fn row(id: &str, state: ContainerState) -> Container {
        Container { id: id.into(), name: "web".into(), image: "nginx".into(), state, ..Container::default() }
    }

    fn all(rows: Vec<Container>) -> Fresh {
        Fresh { containers: Some(rows), ..Fresh::default() }
    }

    #[test]
    fn a_life() {
        let mut m = Model::default();
        assert!(m.apply(&event("a", Change::Created)));
        assert_eq!(m.snapshot().containers[0].name, "web");
        assert!(m.apply(&event("a", Change::Started)));
        assert_eq!(m.snapshot().containers[0].state, ContainerState::Running);
        assert!(m.apply(&event("a", Change::Died { code: Some(137) })));
        assert_eq!(m.snapshot().containers[0].exit_code, Some(137));
        assert!(m.apply(&event("a", Change::Destroyed)));
        assert!(m.snapshot().containers.is_empty());
    }

    #[test]
    fn an_answer_older_than_an_event_is_not_believed() {
        let mut m = Model::default();
        m.merge(all(vec![row("a", ContainerState::Running), row("b", ContainerState::Running)]));
        m.apply(&event("a", Change::Other));
        m.begin_refresh();
        m.apply(&event("a", Change::Destroyed));
        m.apply(&event("c", Change::Created));
        m.merge(all(vec![row("a", ContainerState::Running)]));
        let ids: Vec<String> = m.snapshot().containers.iter().map(|c| c.id.clone()).collect();
        assert_eq!(ids, ["c"], "a stays gone, b was missing, c is newer than the list");
    }

    #[test]
    fn a_list_that_has_not_heard_of_an_end_is_asked_again_and_believed_at_last() {
        let mut m = Model::default();
        m.apply(&event("a", Change::Created));
        m.apply(&event("a", Change::Started));
        m.apply(&event("a", Change::Died { code: Some(0) }));
        for _ in 0..DOUBTS {
            m.begin_refresh();
            m.merge(all(vec![row("a", ContainerState::Running)]));
            assert_eq!(m.snapshot().containers[0].state, ContainerState::Exited);
            assert!(!m.dirty.is_clean());
        }
        m.begin_refresh();
        m.merge(all(vec![row("a", ContainerState::Running)]));
        assert_eq!(m.snapshot().containers[0].state, ContainerState::Running);
        assert!(m.dirty.is_clean());
    }

    #[test]
    fn replays_change_nothing() {
        let mut m = Model::default();
        m.apply(&event("a", Change::Created));
        m.apply(&event("a", Change::Started));
        let once = m.snapshot();
        m.apply(&event("a", Change::Created));
        m.apply(&event("a", Change::Started));
        assert_eq!(m.snapshot(), once);
    }

    #[test]
    fn many_become_a_whole_list() {
        let mut m = Model::default();
        for n in 0..40 {
            m.apply(&event(&format!("c{n}"), Change::Other));
        }
        let dirty = m.begin_refresh();
        assert!(dirty.all_containers && dirty.containers.is_empty());
        assert!(m.dirty.is_clean());
    }

    #[test]
    fn a_storm_of_events_is_bounded_and_a_whole_list_asked_for() {
        let mut m = Model::default();
        let storm = |m: &mut Model, count: usize| {
            (0..count).filter(|n| m.apply(&event(&format!("c{n}"), Change::Created))).count()
        };
        assert_eq!(storm(&mut m, MOST), MOST);
        assert!(m.dirty.all_containers && m.dirty.containers.is_empty());
        m.begin_refresh();
        assert_eq!(storm(&mut m, 3 * MOST), MOST, "the first ones are known already");
        assert_eq!((m.snapshot().containers.len(), m.touched.len()), (MOST, MOST));
        m.begin_refresh();
        m.merge(all(vec![row("a", ContainerState::Running)]));
        assert_eq!(m.snapshot().containers.len(), 1, "the list settles it");
    }

    #[test]
    fn an_unchanged_answer_is_no_change() {
        let mut m = Model::default();
        assert!(m.merge(all(vec![row("a", ContainerState::Running)])));
        assert!(!m.merge(all(vec![row("a", ContainerState::Running)])));
    }
}
