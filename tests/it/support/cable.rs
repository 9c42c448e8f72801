//! A network cable of a test's own: passes everything on, until the test pulls it.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Needs a tokio runtime.
pub(crate) struct Cable {
    pub(crate) near: SocketAddr,
    pub(crate) far: SocketAddr,
    task: Option<JoinHandle<()>>,
}

impl Cable {
    /// Its near end is on loopback; `far` may begin to listen later.
    pub(crate) async fn to(far: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let near = listener.local_addr().expect("it is bound");
        let mut cable = Self { near, far, task: None };
        cable.carry(listener);
        cable
    }

    fn carry(&mut self, listener: TcpListener) {
        let far = self.far;
        self.task = Some(tokio::spawn(async move {
            // Dropped together with this task: every connection is cut.
            let mut all = tokio::task::JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                all.spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(far).await {
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        }));
    }

    pub(crate) async fn pull(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
    }

    pub(crate) async fn plug_in(&mut self) {
        let listener = TcpListener::bind(self.near).await.expect("its address is still its own");
        self.carry(listener);
    }
}
