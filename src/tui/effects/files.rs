//! Reads a lesson again when its file changes on disk.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::Sender;

use super::{TheCourse, lock};
use crate::course::{Source, load};
use crate::tui::msg::Msg;

/// Many editors empty a file and then write it: what is read before this much quiet may be half of it.
const QUIET: Duration = Duration::from_millis(25);

pub(super) struct Files {
    reader: Reader,
    watcher: Option<RecommendedWatcher>,
}

impl Files {
    /// What is read takes the place of `course`.
    pub(super) fn new(source: Source, course: TheCourse, out: Sender<Msg>) -> Self {
        Self { reader: Reader { source, course, out }, watcher: None }
    }

    /// Watches the folders of these files: editors replace a file by renaming another over it, which a watch on the
    /// file itself would miss.
    pub(super) fn watch(&mut self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        // Changes are told by whole paths.
        let paths: Vec<PathBuf> = paths.into_iter().map(|p| std::path::absolute(&p).unwrap_or(p)).collect();
        let watched: BTreeSet<PathBuf> = paths.iter().cloned().collect();
        let (changed, changes) = mpsc::channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            let written = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_));
            if written && event.paths.iter().any(|p| watched.contains(p)) {
                // The thread that listens ends with this watcher.
                let _ = changed.send(());
            }
        });
        let mut watcher = match watcher {
            Ok(watcher) => watcher,
            // Too many watches on this machine, say: the key that reads again still works.
            Err(error) => return tracing::warn!(%error, "lessons are not watched"),
        };
        let folders: BTreeSet<PathBuf> = paths.iter().filter_map(|p| p.parent().map(PathBuf::from)).collect();
        for folder in folders {
            if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
                tracing::warn!(%error, folder = %folder.display(), "not watched");
            }
        }
        self.watcher = Some(watcher);
        let reader = self.reader.clone();
        let thread = std::thread::Builder::new().name("lessons".into());
        if let Err(error) = thread.spawn(move || listen(&changes, &reader)) {
            tracing::warn!(%error, "lessons are not watched");
        }
    }

    pub(super) fn reload(&self) {
        let reader = self.reader.clone();
        tokio::task::spawn_blocking(move || reader.read());
    }
}

/// Reads once after each burst of changes.
fn listen(changes: &Receiver<()>, reader: &Reader) {
    while changes.recv().is_ok() {
        loop {
            match changes.recv_timeout(QUIET) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        reader.read();
    }
}

#[derive(Clone)]
struct Reader {
    source: Source,
    course: TheCourse,
    out: Sender<Msg>,
}

impl Reader {
    fn read(&self) {
        let msg = match load(&self.source) {
            Ok(course) => {
                let course = Arc::new(course);
                // What is graded from now on is what the learner is shown.
                *lock(&self.course) = Arc::clone(&course);
                Msg::Reloaded(course)
            }
            Err(error) => {
                Msg::Trouble { what: error.to_string(), remedy: "the lesson stays as it was".into() }
            }
        };
        let _ = self.out.blocking_send(msg);
    }
}
