//! Who uses the private engine: each app that does holds a share of one lock, and the last one out stops the engine.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// This app's part in the lock; given back when it is dropped, and by a crash.
#[derive(Debug)]
pub(super) struct Users(File);

impl Users {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self)
    }

    /// Nobody else uses the engine, starts it or stops it, and nobody begins to before `share` or the end of this. Where it fails,
    /// a share that was held may be gone.
    pub(super) fn alone(&self) -> bool {
        free(self.0.try_lock())
    }

    /// One of those that use it; false while somebody is alone.
    pub(super) fn share(&self) -> bool {
        free(self.0.try_lock_shared())
    }

    pub(super) fn leave(&self) {
        let _ = self.0.unlock(); // what can't be unlocked was not locked
    }
}

/// On a disk that knows no locks everybody is alone.
fn free(locked: Result<(), TryLockError>) -> bool {
    !matches!(locked, Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_out_is_alone() {
        let folder = tempfile::tempdir().unwrap();
        let user = || Users::at(&folder.path().join("users")).unwrap();
        let (first, second) = (user(), user());
        assert!(first.alone());
        assert!(!second.alone() && !second.share(), "while the first one starts the engine");
        assert!(first.share() && second.share());
        assert!(!first.alone(), "the second one uses it");
        drop(first);
        let third = user();
        assert!(!third.alone() && third.share());
        third.leave();
        assert!(second.alone());
        assert!(!third.share(), "while the second one stops the engine");
        drop(second);
        assert!(third.alone());
    }
}
