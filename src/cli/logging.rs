//! Where the app writes what it does: a file, never the screen.

use tracing_subscriber::EnvFilter;

use crate::paths::{Paths, make_private, private};

/// Logs warnings to `pilotwhale.log` in the state folder, or what `PILOTWHALE_LOG` asks for. Without a writable folder
/// there is no log, and the app works all the same.
pub(super) fn start(paths: &Paths) {
    paths.keep_private();
    let file = make_private(&paths.state)
        .and_then(|()| private().create(true).append(true).open(paths.state.join("pilotwhale.log")));
    let Ok(file) = file else { return };
    let filter = EnvFilter::try_from_env("PILOTWHALE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // A second call in one process, as in tests, keeps the first.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(file)
        .with_ansi(false)
        .log_internal_errors(false)
        .try_init();
}
