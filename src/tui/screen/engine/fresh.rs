//! What just changed: the difference of two snapshots, remembered for a moment.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::facts::{Container, Kind, Snapshot};

/// Marks are shown so long.
const FOR: SignedDuration = SignedDuration::from_secs(4);

/// Changed things with the time their mark ends; None until the time is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Fresh {
    marks: HashMap<(Kind, String), Option<Timestamp>>,
}

impl Fresh {
    pub(super) fn compare(&mut self, old: &Snapshot, new: &Snapshot) {
        let before: HashMap<&str, &Container> = old.containers.iter().map(|c| (c.id.as_str(), c)).collect();
        for container in &new.containers {
            let changed = before.get(container.id.as_str()).is_none_or(|b| looks(b) != looks(container));
            if changed {
                self.mark(Kind::Container, &container.id);
            }
        }
        let before: HashMap<&str, &Vec<String>> =
            old.images.iter().map(|i| (i.id.as_str(), &i.tags)).collect();
        for image in &new.images {
            if before.get(image.id.as_str()).is_none_or(|tags| **tags != image.tags) {
                self.mark(Kind::Image, &image.id);
            }
        }
        for volume in &new.volumes {
            if !old.volumes.iter().any(|v| v.name == volume.name) {
                self.mark(Kind::Volume, &volume.name);
            }
        }
        for network in &new.networks {
            if !old.networks.iter().any(|n| n.id == network.id) {
                self.mark(Kind::Network, &network.id);
            }
        }
    }

    fn mark(&mut self, kind: Kind, id: &str) {
        self.marks.insert((kind, id.to_owned()), None);
    }

    /// Returns whether any mark ended.
    pub(super) fn tick(&mut self, now: Timestamp) -> bool {
        for end in self.marks.values_mut() {
            end.get_or_insert(now.checked_add(FOR).unwrap_or(Timestamp::MAX));
        }
        let before = self.marks.len();
        self.marks.retain(|_, end| end.is_some_and(|end| end > now));
        self.marks.len() != before
    }

    pub(super) fn is(&self, kind: Kind, id: &str) -> bool {
        // Most of the time nothing is, and then no key has to be made for the question.
        !self.marks.is_empty() && self.marks.contains_key(&(kind, id.to_owned()))
    }

    /// When a mark ends next; `now` where one still waits to be told the time.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        self.marks.values().map(|end| end.unwrap_or(now)).min()
    }

    pub(super) fn any(&self, kind: Kind) -> bool {
        self.marks.keys().any(|(marked, _)| *marked == kind)
    }
}

/// The part of a container whose change is worth a mark.
fn looks(c: &Container) -> impl PartialEq + '_ {
    (c.state, &c.name, c.exit_code, c.health, c.started, &c.ports, &c.networks)
}
