//! A socket that passes everything on to the engine, until the test cuts it.

use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

/// Belongs to one test: cutting it takes the engine away from that test alone. Needs a tokio runtime.
pub(crate) struct Relay {
    path: PathBuf,
    upstream: PathBuf,
    task: Option<JoinHandle<()>>,
}

impl Relay {
    /// An open relay to the engine at `uri`, with its socket in `folder`.
    pub(crate) fn to(uri: &str, folder: &Path) -> Self {
        let upstream = uri.strip_prefix("unix://").expect("the tests' engine is a unix socket");
        let mut relay = Self { path: folder.join("relay.sock"), upstream: upstream.into(), task: None };
        relay.open();
        relay
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// For `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    pub(crate) fn open(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        let listener = UnixListener::bind(&self.path).expect("binds");
        let upstream = self.upstream.clone();
        self.task = Some(tokio::spawn(async move {
            // Dropped together with this task: every connection is cut.
            let mut all = tokio::task::JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let upstream = upstream.clone();
                all.spawn(async move {
                    if let Ok(mut far) = UnixStream::connect(upstream).await {
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        }));
    }

    /// Cuts every connection, and refuses new ones.
    pub(crate) fn cut(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
        let _ = std::fs::remove_file(&self.path);
    }
}
