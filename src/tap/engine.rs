//! One client's own connection to the engine: opened with its first request, and again after the engine closed it.

use std::io;

use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::task::AbortHandle;

use super::body::Outgoing;
use crate::dial::Dialer;

/// Headers that one message may have; docker's own have a dozen.
pub(super) const MOST_HEADERS: usize = 256;

/// Closed when it is dropped; an upgraded connection has left it by then.
pub(super) struct Line {
    engine: Dialer,
    open: Option<Open>,
}

struct Open {
    sender: http1::SendRequest<Outgoing>,
    task: AbortHandle,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) enum Unsent {
    /// Nobody listens there.
    Unreachable(io::Error),
    /// It went away while it had the request.
    Lost(hyper::Error),
}

impl Line {
    pub(super) fn new(engine: Dialer) -> Self {
        Self { engine, open: None }
    }

    /// Waits for the head of the answer, however long that takes.
    pub(super) async fn send(
        &mut self,
        mut request: Request<Outgoing>,
    ) -> Result<Response<Incoming>, Unsent> {
        loop {
            let fresh = self.open.as_ref().is_none_or(|open| open.sender.is_closed());
            if fresh {
                self.open = Some(open(&self.engine).await?);
            }
            let Some(open) = &mut self.open else { continue };
            if let Err(error) = open.sender.ready().await {
                self.open = None;
                if fresh {
                    return Err(Unsent::Lost(error));
                }
                continue;
            }
            match open.sender.try_send_request(request).await {
                Ok(response) => return Ok(response),
                Err(mut failed) => {
                    self.open = None;
                    match failed.take_message() {
                        // It had closed before it saw any of this, so it may be said again.
                        Some(unsent) if !fresh => request = unsent,
                        _ => return Err(Unsent::Lost(failed.into_error())),
                    }
                }
            }
        }
    }
}

async fn open(engine: &Dialer) -> Result<Open, Unsent> {
    let stream = engine.dial().await.map_err(Unsent::Unreachable)?;
    let (sender, connection) = http1::Builder::new()
        .preserve_header_case(true)
        .max_headers(MOST_HEADERS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(Unsent::Lost)?;
    let task = tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "the engine's connection ended");
        }
    });
    Ok(Open { sender, task: task.abort_handle() })
}
