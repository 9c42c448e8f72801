//! What the ledger holds and the engine still has, in an order in which it can be removed.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{Engine, EngineError};
use crate::facts::reference::listed;
use crate::facts::{Kind, Snapshot, short_id};
use crate::tap::ledger::{Entry, Made};

/// One thing to remove, with what the ledger loses by it.
#[derive(Debug, PartialEq)]
pub struct Thing {
    pub kind: Kind,
    /// What the engine is asked to remove.
    pub target: String,
    pub line: String,
    /// What should be known before.
    pub note: &'static str,
    pub entries: Vec<Entry>,
}

/// What to remove, and what of the ledger is gone already.
#[derive(Debug, Default, PartialEq)]
pub struct Sweep {
    /// In an order in which nothing holds up what comes after it.
    pub remove: Vec<Thing>,
    pub gone: Vec<Entry>,
}

/// What of the ledger is still there. An image loses the names that are the course's and still stand for the same
/// content; the last name goes only where the content is the course's too.
pub fn plan(entries: Vec<Entry>, here: &Snapshot) -> Sweep {
    let mut plan = Sweep::default();
    let contents: BTreeSet<String> =
        entries.iter().filter(|e| e.kind == Made::Image).map(|e| e.id.clone()).collect();
    let mut names: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for image in &here.images {
        // a digest keeps an image only where it has no tag
        let of = if image.tags.is_empty() { &image.digests } else { &image.tags };
        names.insert(&image.id, of.iter().map(|name| listed(name)).collect());
    }
    let ours: BTreeSet<(String, String)> = entries
        .iter()
        .filter(|e| e.kind == Made::Reference)
        .map(|e| (e.id.clone(), e.name.clone()))
        .collect();
    let all_ours =
        |id: &str, names: &BTreeSet<String>| names.iter().all(|n| ours.contains(&(id.to_owned(), n.clone())));
    for entry in entries {
        let thing = |kind, target: &str, line: String, entry: &Entry| Thing {
            kind,
            target: target.into(),
            line,
            note: "",
            entries: vec![entry.clone()],
        };
        let found = match entry.kind {
            Made::Container => here.container(&entry.id).map(|c| {
                let note = if c.state.is_running() { ", which runs" } else { "" };
                Thing { note, ..thing(Kind::Container, &c.id, format!("container {}", c.name), &entry) }
            }),
            Made::Network => here
                .networks
                .iter()
                .find(|n| n.id == entry.id)
                .map(|n| thing(Kind::Network, &n.id, format!("network {}", n.name), &entry)),
            Made::Volume => {
                here.volumes.iter().find(|v| v.name == entry.id && entry.is_of(v.created)).map(|v| Thing {
                    note: ", with the data in it",
                    ..thing(Kind::Volume, &v.name, format!("volume {}", v.name), &entry)
                })
            }
            Made::Reference => match names.get(entry.id.as_str()) {
                Some(of) if of.contains(&entry.name) => {
                    if all_ours(&entry.id, of) && !contents.contains(&entry.id) {
                        continue; // its content was there before
                    }
                    Some(thing(Kind::Image, &entry.name, format!("image {}", entry.name), &entry))
                }
                // a digest beside tags goes with the last tag
                Some(_) if entry.name.contains('@') => continue,
                _ => None,
            },
            Made::Image => match names.get(entry.id.as_str()) {
                Some(of) if of.is_empty() => {
                    let short = short_id(&entry.id);
                    Some(thing(Kind::Image, &entry.id, format!("image {short} without a name"), &entry))
                }
                Some(_) => continue,
                None => None,
            },
        };
        match found {
            Some(thing) => plan.remove.push(thing),
            None => plan.gone.push(entry),
        }
    }
    let order = |thing: &Thing| match thing.kind {
        Kind::Container => 0,
        Kind::Network => 1,
        Kind::Volume => 2,
        Kind::Image => 3,
    };
    plan.remove.sort_by_key(order);
    plan
}

/// A container goes whatever it does.
pub async fn remove(engine: &Engine, thing: &Thing) -> Result<(), EngineError> {
    match thing.kind {
        Kind::Container => engine.remove_by_force(&thing.target).await,
        kind => engine.remove(kind, &thing.target).await,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::facts::{Container, Image, Volume};

    fn entry(kind: Made, id: &str, name: &str) -> Entry {
        Entry { at: Timestamp::UNIX_EPOCH, kind, id: id.into(), name: name.into(), born: None }
    }

    #[test]
    fn only_what_the_ledger_holds_goes_and_containers_go_first() {
        let image = |id: &str, tags: &[&str]| Image {
            id: id.into(),
            tags: tags.iter().map(|t| (*t).to_owned()).collect(),
            ..Image::default()
        };
        let here = Snapshot {
            containers: ["mine", "yours"]
                .map(|id| Container { id: id.into(), name: format!("n-{id}"), ..Container::default() })
                .to_vec(),
            volumes: ["data", "other"].map(|name| Volume { name: name.into(), ..Volume::default() }).to_vec(),
            images: vec![
                image("i1", &["app:latest"]),
                image("i2", &["pulled:1", "yours:1"]),
                image("i3", &["moved:1"]),
                image("i4", &[]),
                image("i5", &["named:1"]),
            ],
            ..Snapshot::default()
        };
        let entries = vec![
            entry(Made::Image, "i1", ""),
            entry(Made::Reference, "i1", "app:latest"),
            entry(Made::Reference, "i2", "pulled:1"),
            entry(Made::Reference, "i-old", "moved:1"),
            entry(Made::Reference, "i5", "named:1"),
            entry(Made::Image, "i4", ""),
            entry(Made::Volume, "data", "data"),
            entry(Made::Volume, "vanished", "vanished"),
            entry(Made::Container, "mine", "x"),
        ];
        let plan = plan(entries, &here);
        let targets: Vec<&str> = plan.remove.iter().map(|t| t.target.as_str()).collect();
        assert_eq!(targets, ["mine", "data", "app:latest", "pulled:1", "i4"]);
        let gone: Vec<&str> = plan.gone.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(gone, ["moved:1", "vanished"]);
    }

    #[test]
    fn a_volume_that_was_made_again_under_the_name_is_another_one() {
        let (then, now) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(60).unwrap());
        for (made, there, goes) in [
            (Some(then), Some(then), 1),
            (Some(then), Some(now), 0),
            // written by an older version, or an engine that does not say
            (None, Some(now), 1),
            (Some(then), None, 1),
        ] {
            let volume = Volume { name: "data".into(), created: there, ..Volume::default() };
            let here = Snapshot { volumes: vec![volume], ..Snapshot::default() };
            let plan = plan(vec![Entry { born: made, ..entry(Made::Volume, "data", "data") }], &here);
            assert_eq!((plan.remove.len(), plan.gone.len()), (goes, 1 - goes), "{made:?} {there:?}");
        }
    }
}
