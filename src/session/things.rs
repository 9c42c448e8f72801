//! What was here at some time since the exercise began: images, volumes and networks, and whether they are gone.

use crate::facts::{Kind, Snapshot, Thing};

/// Everything that was known before, that came or went since then, and that is here now.
pub(super) fn known(before: &[Thing], passed: &[Thing], now: &Snapshot) -> Vec<Thing> {
    let mut all: Vec<Thing> = before.to_vec();
    for thing in passed {
        note(&mut all, thing.clone());
    }
    let thing = |kind, id: &str, names: Vec<String>| Thing { kind, id: id.into(), names, removed: false };
    let images = now.images.iter().filter(|image| !image.tags.is_empty());
    let mut here: Vec<Thing> = images.map(|i| thing(Kind::Image, &i.id, i.tags.clone())).collect();
    here.extend(now.volumes.iter().map(|v| thing(Kind::Volume, &v.name, vec![v.name.clone()])));
    here.extend(now.networks.iter().map(|n| thing(Kind::Network, &n.id, vec![n.name.clone()])));
    for thing in &mut all {
        thing.removed = !here.iter().any(|other| (other.kind, &other.id) == (thing.kind, &thing.id));
    }
    for thing in here {
        note(&mut all, thing);
    }
    all
}

/// Takes in one more look at a thing, whose names add up; whether it says anything new.
pub(super) fn note(all: &mut Vec<Thing>, thing: Thing) -> bool {
    match all.iter_mut().find(|known| (known.kind, &known.id) == (thing.kind, &thing.id)) {
        Some(known) => {
            let before = known.clone();
            known.removed = thing.removed;
            known.names.extend(thing.names.into_iter().filter(|n| !n.is_empty()));
            known.names.sort();
            known.names.dedup();
            *known != before
        }
        None => {
            all.push(thing);
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Image, Volume};

    #[test]
    fn what_is_not_here_any_more_is_gone() {
        let image = Image { id: "i".into(), tags: vec!["nginx:1".into()], ..Image::default() };
        let volume = Volume { name: "data".into(), ..Volume::default() };
        let first = Snapshot { images: vec![image], volumes: vec![volume], ..Snapshot::default() };
        let before = known(&[], &[], &first);
        assert!(before.iter().all(|thing| !thing.removed) && before.len() == 2);
        let brief =
            |removed| Thing { kind: Kind::Volume, id: "brief".into(), names: vec!["brief".into()], removed };
        let after = known(&before, &[brief(false), brief(true)], &Snapshot::default());
        let gone: Vec<(&str, bool)> = after.iter().map(|t| (t.names[0].as_str(), t.removed)).collect();
        assert_eq!(gone, [("nginx:1", true), ("data", true), ("brief", true)]);
        // It came back.
        assert!(!known(&after, &[], &first)[0].removed);
    }
}
