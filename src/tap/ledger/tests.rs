//! The ledger against a plain map, over histories by chance, crashes and second readers.

use std::collections::BTreeSet;
use std::io::Write;

use proptest::prelude::*;

use super::*;

fn at(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("state/ledger.jsonl")
}

fn open(path: &Path) -> Ledger {
    Ledger::open(path, "/run/docker.sock").unwrap()
}

const KINDS: [Made; 5] = [Made::Container, Made::Network, Made::Volume, Made::Image, Made::Reference];

#[derive(Clone, Debug)]
enum Step {
    Record(Made, u8, u8),
    Forget(Made, u8, u8),
    /// The program ends, perhaps in the middle of a line.
    Crash(String),
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop::sample::select(KINDS.to_vec());
    prop_oneof![
        4 => (kind.clone(), 0..6u8, 0..4u8).prop_map(|(k, id, name)| Step::Record(k, id, name)),
        2 => (kind, 0..6u8, 0..4u8).prop_map(|(k, id, name)| Step::Forget(k, id, name)),
        1 => "[^\n]{0,30}".prop_map(Step::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn it_owns_what_was_recorded_and_nothing_else(history in prop::collection::vec(step(), 0..60)) {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = open(&at(&dir));
        let watcher = open(&at(&dir));
        let mut truth = BTreeSet::new();
        for step in history {
            match step {
                Step::Record(kind, id, name) => {
                    let (id, name) = (format!("id{id}"), format!("name{name}"));
                    ledger.record(kind, &id, &name).unwrap();
                    truth.insert(key(kind, &id, &name));
                }
                Step::Forget(kind, id, name) => {
                    let (id, name) = (format!("id{id}"), format!("name{name}"));
                    ledger.forget(kind, &id, &name).unwrap();
                    truth.remove(&key(kind, &id, &name));
                }
                Step::Crash(torn) => {
                    drop(ledger);
                    OpenOptions::new().append(true).open(at(&dir)).unwrap().write_all(torn.as_bytes()).unwrap();
                    ledger = open(&at(&dir));
                }
            }
            for kind in KINDS {
                for n in 0..6 {
                    let (id, name) = (format!("id{n}"), format!("name{n}"));
                    if kind == Made::Reference {
                        let known = ledger.entries().iter().any(|entry| entry.kind == kind && entry.name == name);
                        prop_assert_eq!(known, truth.contains(&key(kind, "", &name)));
                        prop_assert!(!ledger.owns(kind, &id));
                    } else {
                        prop_assert_eq!(ledger.owns(kind, &id), truth.contains(&key(kind, &id, "")));
                    }
                }
            }
        }
        let keys = |l: &Ledger| l.entries().iter().map(Entry::key).collect::<BTreeSet<_>>();
        prop_assert_eq!(&keys(&ledger), &truth);
        prop_assert_eq!(watcher.entries(), ledger.entries());
        prop_assert_eq!(open(&at(&dir)).entries(), ledger.entries());
    }

    /// What a crash leaves of a line, in the middle of what others go on writing, never makes anything the course's.
    #[test]
    fn a_torn_line_owns_nothing(
        steps in prop::collection::vec((step(), prop::sample::select(KINDS.to_vec()), any::<prop::sample::Index>()), 1..30),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let writers = [open(&at(&dir)), open(&at(&dir))];
        let mut raw = OpenOptions::new().append(true).open(at(&dir)).unwrap();
        let mut recorded = BTreeSet::new();
        for (number, (step, kind, cut)) in steps.into_iter().enumerate() {
            let writer = &writers[number % 2];
            match step {
                Step::Record(kind, id, name) => {
                    let (id, name) = (format!("id{id}"), format!("name{name}"));
                    writer.record(kind, &id, &name).unwrap();
                    prop_assert!(kind == Made::Reference || writer.owns(kind, &id), "a torn line takes no other with it");
                    recorded.insert(key(kind, &id, &name));
                }
                Step::Forget(kind, id, name) => writer.forget(kind, &format!("id{id}"), &format!("name{name}")).unwrap(),
                Step::Crash(_) => {
                    let whole = Line {
                        did: Did::Made,
                        at: Timestamp::now(),
                        engine: "/run/docker.sock".into(),
                        kind: Some(kind),
                        id: "foreign".into(),
                        name: "foreign".into(),
                        words: Vec::new(),
                        born: None,
                    };
                    let whole = serde_json::to_string(&whole).unwrap();
                    raw.write_all(&whole.as_bytes()[..cut.index(whole.len())]).unwrap();
                }
            }
        }
        for ledger in [&writers[0], &writers[1], &open(&at(&dir))] {
            for kind in KINDS {
                prop_assert!(!ledger.owns(kind, "foreign") && !ledger.owns_reference("foreign", "foreign"));
            }
            prop_assert!(ledger.entries().iter().all(|entry| recorded.contains(&entry.key())));
        }
    }

    #[test]
    fn no_file_makes_it_fail_or_own_something(content in prop::collection::vec(any::<u8>(), 0..200)) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(at(&dir).parent().unwrap()).unwrap();
        fs::write(at(&dir), content).unwrap();
        let ledger = open(&at(&dir));
        prop_assert!(ledger.entries().is_empty());
        ledger.record(Made::Volume, "data", "data").unwrap();
        prop_assert!(open(&at(&dir)).owns(Made::Volume, "data"));
    }
}

#[test]
fn engines_do_not_mix_and_the_file_is_private() {
    let dir = tempfile::tempdir().unwrap();
    let one = open(&at(&dir));
    one.record(Made::Container, "c", "web").unwrap();
    let other = Ledger::open(&at(&dir), "/other.sock").unwrap();
    assert!(one.owns(Made::Container, "c") && !other.owns(Made::Container, "c"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(at(&dir)).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_name_that_moved_to_other_content_is_not_ours() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(&at(&dir));
    ledger.record(Made::Reference, "sha256:1", "app:latest").unwrap();
    assert!(ledger.owns_reference("app:latest", "sha256:1"));
    assert!(!ledger.owns_reference("app:latest", "sha256:2"));
    ledger.record(Made::Reference, "sha256:2", "app:latest").unwrap();
    assert!(
        ledger.owns_reference("app:latest", "sha256:2") && !ledger.owns_reference("app:latest", "sha256:1")
    );
}

#[test]
fn it_knows_when_it_looked() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = open(&at(&dir));
    let before = Timestamp::now();
    assert!(!ledger.looked_at(before));
    ledger.begin().unwrap();
    assert!(!ledger.looked_at(before) && ledger.looked_at(Timestamp::now()));
    ledger.end().unwrap();
    assert!(!ledger.looked_at(Timestamp::now()));
}

#[test]
fn a_ledger_that_cannot_be_opened_says_what_follows_from_it() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("state"), "").unwrap();
    let error = Ledger::open(&at(&dir), "x").unwrap_err();
    assert!(error.remedy().contains("as yours"), "{error}");
}
