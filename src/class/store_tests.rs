//! The class's file: names that nobody else has, events once, and the same class after a restart.

use serde_json::json;

use super::*;
use crate::class::Lead;
use crate::progress::Event;

fn id(n: u8) -> LearnerId {
    LearnerId::of(&[n; 16])
}

fn event(seq: i64, slide: usize) -> SentEvent {
    let event = json!({"kind": "moved", "lesson": "l", "slide": slide, "step": 0});
    SentEvent { seq, at: Timestamp::from_second(seq).unwrap(), event }
}

fn arrival(n: u8, seqs: std::ops::RangeInclusive<i64>) -> Arrival {
    Arrival { learner: id(n), events: seqs.map(|seq| event(seq, 1)).collect() }
}

#[test]
fn a_class_is_the_same_one_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/class.sqlite3");
    let mut store = ClassStore::open(&path).unwrap();
    let first = store.founding("docker").unwrap();
    store.keep_port(4800).unwrap();
    let mut standing = Standing::default();
    standing.lead(&Lead::Note("hello".into()), Timestamp::UNIX_EPOCH);
    store.keep_standing(&standing).unwrap();
    drop(store);
    let mut store = ClassStore::open(&path).unwrap();
    let again = store.founding("docker").unwrap();
    assert_eq!((again.certificate, again.key, again.secret), (first.certificate, first.key, first.secret));
    assert_eq!((again.port, store.standing().unwrap()), (4800, standing));
    assert!(ClassStore::existing(&dir.path().join("none")).unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn the_file_with_the_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/class.sqlite3");
    ClassStore::open(&path).unwrap().founding("docker").unwrap();
    for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[test]
fn two_of_one_name_are_told_apart_and_stay_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    let mut store = ClassStore::open(&path).unwrap();
    assert_eq!(store.enrol(&id(1), "Ana").unwrap(), "Ana");
    assert_eq!(store.enrol(&id(2), "Ana").unwrap(), "Ana (2)");
    assert_eq!(store.enrol(&id(3), "Ana").unwrap(), "Ana (3)");
    assert_eq!(store.enrol(&id(1), "Anna").unwrap(), "Anna");
    drop(store);
    let mut store = ClassStore::open(&path).unwrap();
    assert_eq!(store.enrol(&id(2), "Ana").unwrap(), "Ana (2)", "a learner keeps the name of the board");
    let shown: Vec<String> = store.entries().unwrap().into_iter().map(|e| e.shown).collect();
    assert_eq!(shown, ["Anna", "Ana (2)", "Ana (3)"]);
}

#[test]
fn an_event_is_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = ClassStore::open(&dir.path().join("c")).unwrap();
    store.enrol(&id(1), "Ana").unwrap();
    store.enrol(&id(2), "Ben").unwrap();
    store.append(&[arrival(1, 1..=3), arrival(2, 1..=1)], Timestamp::now()).unwrap();
    store.append(&[arrival(1, 2..=5)], Timestamp::now()).unwrap();
    let have: Vec<(i64, Option<Timestamp>)> =
        store.entries().unwrap().into_iter().map(|e| (e.have, e.have_at)).collect();
    assert_eq!(have, [5, 1].map(|n| (n, Timestamp::from_second(n).ok())));
    let did = store.changes().unwrap().into_iter().filter(|c| matches!(c, Change::Did { .. })).count();
    assert_eq!(did, 6);
}

#[test]
fn a_poll_counts_what_came_after_it_was_opened() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = ClassStore::open(&dir.path().join("c")).unwrap();
    store.founding("docker").unwrap();
    store.enrol(&id(1), "Ana").unwrap();
    store.append(&[arrival(1, 1..=2)], Timestamp::now()).unwrap();
    store.begin_poll().unwrap();
    assert!(store.since_poll().unwrap().is_empty());
    store.append(&[Arrival { learner: id(1), events: vec![event(3, 7)] }], Timestamp::now()).unwrap();
    let since = store.since_poll().unwrap();
    assert!(
        matches!(&since[..], [(who, Stamped { event: Event::Moved { slide: 7, .. }, .. })] if *who == id(1))
    );
}

#[test]
fn an_event_of_tomorrow_is_kept_and_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = ClassStore::open(&dir.path().join("c")).unwrap();
    store.enrol(&id(1), "Ana").unwrap();
    let flew = SentEvent { seq: 1, at: Timestamp::UNIX_EPOCH, event: json!({"kind": "flew"}) };
    store.append(&[Arrival { learner: id(1), events: vec![flew, event(2, 0)] }], Timestamp::now()).unwrap();
    assert_eq!(store.entries().unwrap()[0].have, 2);
    let did = store.changes().unwrap().into_iter().filter(|c| matches!(c, Change::Did { .. })).count();
    assert_eq!(did, 1);
}

#[test]
fn a_newer_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c");
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 9").unwrap();
    assert!(matches!(ClassStore::open(&path), Err(ClassError::Store(StoreError::Newer(_)))));
}
