//! Asks the guard before a request goes on, and holds the end of its answer until the ledger knows of it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::runtime::Handle;

use super::body::{self, Outgoing};
use super::guard::{Decision, Guard, Request, Watch};
use super::lookup::Lookup;
use super::target::Target;
use crate::facts::Command;

/// A request that may go on, with what is to be written down when it was answered.
pub(super) struct Pending {
    guard: Guard,
    watch: Watch,
    engine: Lookup,
}

/// What becomes of a request.
pub(super) enum Judged {
    Pass(Option<Pending>),
    /// For the one who sent it: why it does not go on.
    Refused(String),
    /// It was carried out already, and this is the JSON that tells how.
    Answered(String),
}

/// May take as long as the learner thinks.
pub(super) async fn judge(
    guard: Option<&Guard>,
    command: &Command,
    target: &Target,
    engine: Lookup,
) -> Judged {
    let Some(guard) = guard else { return Judged::Pass(None) };
    match guard.consider(&Request::of(target, command), &engine).await {
        Decision::Pass(watch) => {
            Judged::Pass(watch.map(|watch| Pending { guard: guard.clone(), watch, engine }))
        }
        Decision::Refuse(message) => Judged::Refused(message),
        Decision::Answer(body) => Judged::Answered(body),
    }
}

impl Pending {
    /// More of the answer passes.
    pub(super) fn told(&self, bytes: &[u8]) {
        self.guard.told(&self.watch, bytes);
    }

    /// For a connection that left HTTP behind and has ended.
    pub(super) async fn ended(self) {
        self.settle(StatusCode::SWITCHING_PROTOCOLS, Bytes::new()).await;
    }

    async fn settle(self, status: StatusCode, body: Bytes) {
        self.guard.settle(self.watch, status.as_u16(), &body, &self.engine).await;
    }

    /// A short answer is kept back as a whole, of a stream the end. What was made is written down even where the client
    /// goes away meanwhile.
    pub(super) async fn hold(self, response: Response<Outgoing>) -> Response<Outgoing> {
        let status = response.status();
        let short = response.headers().contains_key(CONTENT_LENGTH) || response.body().is_end_stream();
        if !short && !self.watch.wants_body() {
            return response
                .map(|body| Held { body, pending: Some((status, self)), end: None }.boxed_unsync());
        }
        let (head, body) = response.into_parts();
        let held = tokio::spawn(async move {
            let body = body.collect().await?.to_bytes();
            self.told(&body);
            self.settle(status, body.clone()).await;
            Ok::<Bytes, hyper::Error>(body)
        });
        match held.await {
            Ok(Ok(body)) => {
                let body = Full::new(body).map_err(|never| match never {}).boxed_unsync();
                Response::from_parts(head, body)
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "an answer broke off");
                said(StatusCode::BAD_GATEWAY, "the engine's answer broke off")
            }
            Err(error) => {
                tracing::error!(%error, "an answer could not be written down");
                said(StatusCode::BAD_GATEWAY, "pilotwhale lost the engine's answer")
            }
        }
    }
}

type End = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A stream whose end waits for the ledger.
struct Held {
    body: Outgoing,
    /// Until the stream has ended.
    pending: Option<(StatusCode, Pending)>,
    end: Option<End>,
}

impl Held {
    /// The ledger's turn, if it has not come yet.
    fn end(&mut self) -> Option<&mut End> {
        if let Some((status, pending)) = self.pending.take() {
            self.end = Some(Box::pin(pending.settle(status, Bytes::new())));
        }
        self.end.as_mut()
    }
}

impl Body for Held {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match ready!(Pin::new(&mut self.body).poll_frame(context)) {
            Some(frame) => {
                let bytes = frame.as_ref().ok().and_then(Frame::data_ref);
                if let (Some(bytes), Some((_, pending))) = (bytes, &self.pending) {
                    pending.told(bytes);
                }
                Poll::Ready(Some(frame))
            }
            None => {
                if let Some(end) = self.end() {
                    ready!(end.as_mut().poll(context));
                    self.end = None;
                }
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pending.is_none() && self.end.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.end();
        if let (Some(end), Ok(runtime)) = (self.end.take(), Handle::try_current()) {
            runtime.spawn(end);
        }
    }
}

/// An answer of the tap itself, in the engine's form.
pub(super) fn said(status: StatusCode, message: &str) -> Response<Outgoing> {
    json(status, serde_json::json!({ "message": message }).to_string())
}

pub(super) fn json(status: StatusCode, body: String) -> Response<Outgoing> {
    let mut response = Response::new(body::words(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
