//! Bodies on their way through: each piece is shown to the call and passed on as it is.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::witness::Call;

/// What goes out to a client or to the engine.
pub(super) type Outgoing = UnsyncBoxBody<Bytes, hyper::Error>;

/// The same with the words that the tap says itself.
pub(super) fn words(text: impl Into<Bytes>) -> Outgoing {
    Full::new(text.into()).map_err(|never: Infallible| match never {}).boxed_unsync()
}

#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

/// Holds the call until all has passed, or nobody wants the rest.
pub(super) struct Passing {
    body: Incoming,
    call: Call,
    way: Way,
}

/// Of a request.
pub(super) fn upward(body: Incoming, call: Call) -> Outgoing {
    Passing { body, call, way: Way::Up }.boxed_unsync()
}

/// Of an answer.
pub(super) fn downward(body: Incoming, call: Call) -> Outgoing {
    Passing { body, call, way: Way::Down }.boxed_unsync()
}

impl Body for Passing {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(bytes) = frame.as_ref().and_then(|f| f.as_ref().ok()?.data_ref()) {
            match self.way {
                Way::Up => self.call.asked(bytes),
                Way::Down => self.call.answered(bytes),
            }
        }
        Poll::Ready(frame)
    }

    // Both as the engine or the client said it: hyper frames the body by them.
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
