//! One learner at a time on one engine: what others run there at the same time would count for this one, too.

use std::sync::{Mutex, MutexGuard, PoisonError};

static TURN: Mutex<()> = Mutex::new(());

/// Hold it while an exercise is under way. A test that failed while it held it does not stop the others.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
