//! The progress file against what the world does to files: kills, garbage, full and read-only disks, two writers.

use std::process::{Command, Stdio};

use super::*;
use crate::facts::{self, Action, Answer, Origin};
use crate::progress::{Journal, Progress};

fn event(n: usize) -> Event {
    Event::Moved { lesson: "01-why".into(), slide: n, step: 0 }
}

fn open(path: &Path) -> Store {
    let opened = Store::open(path).unwrap();
    assert_eq!(opened.set_aside, None);
    opened.store
}

fn seqs(store: &Store) -> Vec<i64> {
    store.events().unwrap().iter().map(|e| e.seq).collect()
}

fn seen(call: u64, status: u16) -> Observed {
    Observed {
        call,
        command: facts::Command { pid: 1, argv: vec!["docker".into()], origin: Origin::Typed },
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        method: "GET".into(),
        target: "/info".into(),
        action: Action::default(),
        answer: Some(Answer { status, ..Answer::default() }),
        request_body: None,
        response_body: Some("{}".into()),
        output: None,
        build: None,
    }
}

#[test]
fn calls_and_answers_are_kept_without_their_bodies() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("progress.sqlite3");
    let mut store = open(&path);
    store.keep_call("e", 1, &seen(1, 101)).unwrap();
    store.keep_call("e", 1, &seen(2, 200)).unwrap();
    store.keep_call("e", 1, &seen(1, 200)).unwrap();
    store.keep_call("e", 2, &seen(3, 200)).unwrap();
    store.keep_answer("e", 1, "How many?", "2").unwrap();
    store.keep_answer("e", 1, "How many?", "3").unwrap();
    drop(store);
    let kept = open(&path).kept("e", 1).unwrap();
    let bare = |call| Observed { response_body: None, ..seen(call, 200) };
    assert_eq!(kept.seen.iter().map(|call| Observed::clone(call)).collect::<Vec<_>>(), [bare(1), bare(2)]);
    assert_eq!(kept.answers["How many?"], "3");
    assert!(open(&path).kept("other", 1).unwrap().seen.is_empty());
}

#[test]
fn a_file_of_the_first_version_gets_the_new_tables_and_keeps_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("progress.sqlite3");
    let mut store = open(&path);
    store.append(event(1)).unwrap();
    drop(store);
    let db = Connection::open(&path).unwrap();
    db.execute_batch("DROP TABLE things; DROP TABLE seen; DROP TABLE answers; PRAGMA user_version = 1")
        .unwrap();
    drop(db);
    let mut store = open(&path);
    assert_eq!(seqs(&store), [1]);
    store.keep_call("e", 1, &seen(1, 200)).unwrap();
    assert_eq!(store.kept("e", 1).unwrap().seen.len(), 1);
}

#[test]
fn what_was_appended_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/er/progress.sqlite3");
    let mut store = open(&path);
    let first = store.append(event(1)).unwrap();
    store.append(event(2)).unwrap();
    let run = |id: &str, name: &str| Run { id: id.into(), name: name.into(), ..Run::default() };
    for (id, name) in [("1", "a"), ("2", "b"), ("1", "a again")] {
        store.keep_run("e", 1, &run(id, name)).unwrap();
    }
    drop(store);
    let store = open(&path);
    assert_eq!(store.events().unwrap()[0], first);
    assert_eq!(seqs(&store), [1, 2]);
    assert_eq!(seqs(&store), store.events_after(0).unwrap().iter().map(|e| e.seq).collect::<Vec<_>>());
    assert_eq!(store.events_after(1).unwrap().len(), 1);
    assert_eq!(store.runs("e", 1).unwrap(), [run("1", "a again"), run("2", "b")]);
    assert!(store.runs("e", 2).unwrap().is_empty());
    assert_eq!(Progress::fold(store.events().unwrap()).place.unwrap().slide, 2);
}

#[cfg(unix)]
#[test]
fn the_folder_is_the_learners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    open(&dir.path().join("state/progress.sqlite3"));
    let mode = std::fs::metadata(dir.path().join("state")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// Not a test by itself: the process that the kill test starts and kills. It says each number that is safe.
#[test]
fn child_that_writes() {
    let Some(path) = std::env::var_os("PILOTWHALE_TEST_CHILD_WRITES") else { return };
    let mut store = open(Path::new(&path));
    for n in 1.. {
        let seq = store.append(event(n)).unwrap().seq;
        use std::io::Write;
        // Past the test harness's capture, which takes `println!`.
        // In one piece, or the kill could tear the line.
        std::io::stderr().lock().write_all(format!("saved {seq}\n").as_bytes()).unwrap();
    }
}

#[test]
fn kill_9_takes_nothing_that_was_answered_for() {
    use std::io::{BufRead, BufReader};
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("progress.sqlite3");
    let mut safe = 0;
    for round in 0..5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "progress::store::tests::child_that_writes", "--nocapture"])
            .env("PILOTWHALE_TEST_CHILD_WRITES", &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = |line: String| {
            if let Some(seq) = line.strip_prefix("saved ") {
                safe = seq.parse().unwrap();
            }
        };
        lines.by_ref().filter(|l| l.starts_with("saved ")).take(7 + round * 3).for_each(&mut said);
        child.kill().unwrap();
        child.wait().unwrap();
        lines.for_each(&mut said);
        let store = open(&path);
        let seqs = seqs(&store);
        assert!(seqs.len() as i64 >= safe, "{safe} were answered for, {} are there", seqs.len());
        assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
    }
    assert!(safe > 0);
}

#[test]
fn an_unreadable_file_is_set_aside_and_kept_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("progress.sqlite3");
    let mut asides = Vec::new();
    for garbage in
        ["this is no database, and it is long enough to be looked at as one: ".repeat(30), "short".into()]
    {
        for part in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(dir.path().join(format!("progress.sqlite3{part}")));
        }
        std::fs::write(&path, &garbage).unwrap();
        let Opened { mut store, set_aside } = Store::open(&path).unwrap();
        store.append(event(1)).unwrap();
        let aside = set_aside.unwrap();
        assert!(aside.file_name().unwrap().to_string_lossy().starts_with("progress.sqlite3.unreadable-2"));
        assert_eq!(std::fs::read_to_string(&aside).unwrap(), garbage);
        assert!(!asides.contains(&aside));
        asides.push(aside);
    }
}

#[test]
fn a_torn_database_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("progress.sqlite3");
    let mut store = open(&path);
    for n in 0..300 {
        store.append_all(&vec![(Timestamp::now(), event(n)); 10]).unwrap();
    }
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    let len = bytes.len();
    bytes[4096..len / 2].fill(0x5a);
    std::fs::write(&path, &bytes).unwrap();
    let opened = Store::open(&path).unwrap();
    assert_eq!(std::fs::read(opened.set_aside.unwrap()).unwrap(), bytes);
    assert!(opened.store.events().unwrap().is_empty());
}

#[test]
fn a_newer_file_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("progress.sqlite3");
    let db = Connection::open(&path).unwrap();
    db.execute_batch("PRAGMA user_version = 99; CREATE TABLE other (x)").unwrap();
    drop(db);
    let before = std::fs::read(&path).unwrap();
    let (mut journal, outcome) = Journal::open(&path);
    let error = outcome.unwrap_err();
    assert!(matches!(error, StoreError::Newer(_)), "{error}");
    assert!(!error.remedy().is_empty());
    assert!(matches!(journal.record(event(1)), Err(StoreError::Newer(_))));
    assert_eq!(journal.waiting(), 1);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_said() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "").unwrap();
    let error = Store::open(&dir.path().join("file/progress.sqlite3")).unwrap_err();
    assert!(!error.remedy().is_empty(), "{error}");
}

#[test]
fn many_writers_at_once_lose_nothing_and_leave_no_gap() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("progress.sqlite3");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut store = open(&path);
                (0..25).for_each(|n| drop(store.append(event(n)).unwrap()));
            });
        }
    });
    assert_eq!(seqs(&open(&path)), (1..=100).collect::<Vec<_>>());
}

#[test]
fn an_event_of_tomorrow_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir.path().join("p"));
    store.append(event(1)).unwrap();
    let row = "INSERT INTO events VALUES (2, '2026-11-23T00:00:00Z', '{\"kind\":\"flew\"}')";
    store.db.execute_batch(row).unwrap();
    assert_eq!(store.append(event(3)).unwrap().seq, 3);
    assert_eq!(seqs(&store), [1, 3]);
}

/// A small disk of its own. None where the tests may not mount one.
#[cfg(target_os = "linux")]
struct SmallDisk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
            .arg(dir.path())
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|s| s.success()) {
            return Some(Self(dir));
        }
        println!("skipped: mounting a small disk needs root");
        None
    }

    fn remount(&self, how: &str) {
        let status =
            Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(self.0.path()).status();
        assert!(status.unwrap().success());
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_what_was_done_is_saved_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else { return };
    let path = disk.0.path().join("progress.sqlite3");
    let filler = disk.0.path().join("filler");
    let (mut journal, outcome) = Journal::open(&path);
    outcome.unwrap();
    journal.record(event(0)).unwrap();
    // As much as goes in, then the rest in small pieces.
    for size in [64 * 1024, 4096, 512] {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&filler).unwrap();
        while file.write_all(&vec![0; size]).is_ok() {}
    }
    let mut failed = None;
    for n in 1..2000 {
        if let Err(error) = journal.record(event(n)) {
            failed = Some((n, error));
            break;
        }
    }
    let (n, error) = failed.expect("the disk never filled up");
    assert!(matches!(error, StoreError::Full(_)), "{error}");
    assert!(error.remedy().contains("room"));
    assert_eq!(journal.waiting(), 1);
    assert!(journal.record(event(n + 1)).is_err());
    std::fs::remove_file(&filler).unwrap();
    journal.record(event(n + 2)).unwrap();
    assert_eq!(journal.waiting(), 0);
    drop(journal);
    assert_eq!(seqs(&open(&path)).len(), n + 3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_from_the_start_is_said() {
    let Some(disk) = SmallDisk::mount() else { return };
    std::fs::write(disk.0.path().join("filler"), vec![0; 256 * 1024]).unwrap();
    let path = disk.0.path().join("progress.sqlite3");
    let (mut journal, outcome) = Journal::open(&path);
    assert!(outcome.is_ok() && !path.exists(), "{outcome:?}");
    let outcome = journal.prepare();
    assert!(matches!(outcome, Err(StoreError::Full(_))), "{outcome:?}");
    assert!(journal.record(event(1)).is_err());
    std::fs::remove_file(disk.0.path().join("filler")).unwrap();
    assert_eq!(journal.record(event(2)).unwrap().len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_said() {
    let Some(disk) = SmallDisk::mount() else { return };
    let path = disk.0.path().join("state/progress.sqlite3");
    disk.remount("ro");
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly(_)), "{error}");
    disk.remount("rw");
    drop(open(&path));
    disk.remount("ro");
    let (mut journal, outcome) = Journal::open(&path);
    let error = outcome.map(|_| journal.record(event(1)).unwrap_err()).unwrap_or_else(|e| e);
    assert!(matches!(error, StoreError::ReadOnly(_)), "{error}");
    assert!(error.remedy().contains("PILOTWHALE_HOME"));
}
