//! Requests to one engine, in the version of the API that both sides know.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::http::uri::PathAndQuery;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::UnixStream;
use tower_service::Service;

use super::Dialer;
use super::allowance::{Allowance, Kind};

/// Connections that are kept for the next request where opening one is costly: a handshake, or an ssh of its own.
const KEPT: usize = 4;
const KEPT_FOR: Duration = Duration::from_secs(60);
/// Read at once.
const READ: usize = 16 << 10;
/// The one path that is asked without a version, because its answer tells the engine's.
const PING: &str = "/_ping";
const VERSION_HEADER: &str = "api-version";

/// A version of the engine's API, such as 1.51.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: usize,
    pub minor: usize,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// The way there could say it.
    Because(io::Error),
    Broken(legacy::Error),
}

/// Puts requests to one engine. The first answer to a ping settles the version: the engine's, or `newest` where that is
/// older. Every request after it names that version, so that answers keep their form whatever the engine learns.
pub struct Api<B> {
    dialer: Dialer,
    newest: Version,
    agreed: OnceLock<Version>,
    http: legacy::Client<Connector, B>,
}

impl<B> Api<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    pub fn new(dialer: Dialer, newest: Version) -> Self {
        let kept = if dialer.address().is_socket() { 0 } else { KEPT };
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(kept)
            .pool_idle_timeout(KEPT_FOR)
            .pool_timer(TokioTimer::new())
            .build(Connector(dialer.clone()));
        Self { dialer, newest, agreed: OnceLock::new(), http }
    }

    pub async fn send(&self, mut request: Request<B>) -> Result<Response<Incoming>, Unanswered> {
        let is_ping = request.uri().path() == PING;
        if let Some(version) = self.agreed.get().filter(|_| !is_ping) {
            *request.uri_mut() = versioned(request.uri(), *version).map_err(Unanswered::Because)?;
        }
        let kind = Kind::of(request.uri().path());
        let response = self.http.request(request).await.map_err(|error| self.why(error))?;
        if let Some(allowance) = response.extensions().get::<Allowance>().filter(|_| kind != Kind::Whole) {
            allowance.begins(kind);
        }
        let told = response.headers().get(VERSION_HEADER).and_then(|value| value.to_str().ok());
        if let Some(engine) = told.and_then(Version::parse).filter(|_| is_ping) {
            // Settled once: an engine that was updated meanwhile still knows what it knew.
            let _ = self.agreed.set(engine.min(self.newest));
        }
        Ok(response)
    }

    fn why(&self, error: legacy::Error) -> Unanswered {
        match self.dialer.last_words() {
            Some(words) => Unanswered::Because(io::Error::other(words)),
            None => Unanswered::Broken(error),
        }
    }
}

fn versioned(uri: &Uri, version: Version) -> io::Result<Uri> {
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let mut parts = uri.clone().into_parts();
    let path = PathAndQuery::try_from(format!("/v{}.{}{path}", version.major, version.minor));
    parts.path_and_query = Some(path.map_err(io::Error::other)?);
    Uri::from_parts(parts).map_err(io::Error::other)
}

/// Opens connections for the client, whatever address it believes to ask.
#[derive(Clone, Debug)]
struct Connector(Dialer);

impl Service<Uri> for Connector {
    type Response = Dialed;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Dialed>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let dialer = self.0.clone();
        Box::pin(async move { dialer.dial().await.map(Dialed::new) })
    }
}

struct Dialed {
    stream: TokioIo<UnixStream>,
    allowance: Allowance,
    read: Box<[u8]>,
}

impl Dialed {
    fn new(stream: UnixStream) -> Self {
        Self { stream: TokioIo::new(stream), allowance: Allowance::default(), read: vec![0; READ].into() }
    }
}

impl Connection for Dialed {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.allowance.clone())
    }
}

impl Read for Dialed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, allowance, read } = &mut *self;
        let room = into.remaining().min(read.len());
        let mut read = ReadBuf::new(&mut read[..room]);
        ready!(Pin::new(stream.inner_mut()).poll_read(context, &mut read))?;
        allowance.take(read.filled()).map_err(io::Error::other)?;
        into.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl Write for Dialed {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.allowance.begins(Kind::Whole);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_put_before_the_path() {
        let uri: Uri = "http://docker/containers/json?all=true".parse().unwrap();
        let named = versioned(&uri, Version { major: 1, minor: 41 }).unwrap();
        assert_eq!(named.to_string(), "http://docker/v1.41/containers/json?all=true");
        assert_eq!(Version::parse("1.51"), Some(Version { major: 1, minor: 51 }));
        assert_eq!(Version::parse("1.9").max(Version::parse("1.41")), Version::parse("1.41"));
        for strange in ["", "1", "1.x", "../../x.1", "1.41/"] {
            assert_eq!(Version::parse(strange), None, "{strange}");
        }
    }
}
