//! Takes the clients in, and passes each of their requests on to the engine.

use std::convert::Infallible;
use std::os::unix::net::UnixListener as Bound;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, UPGRADE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{self, Upgraded};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, oneshot};

use super::body::{self, Outgoing};
use super::engine::{Line, MOST_HEADERS, Unsent};
use super::lookup::Lookup;
use super::settle::{Judged, Pending, json, judge, said};
use super::target::Target;
use super::upgrade::{Begun, join};
use super::witness::{Call, Witness};
use super::{Event, Options, ending, grpc, path, who};
use crate::facts::Command;

/// What a client says first that speaks HTTP/2 without asking.
const HTTP2: &[u8] = b"PRI * HTTP/2.0";

/// Until `stopped` is dropped or sent.
pub(super) fn run(listener: Bound, options: Options, witness: Witness, stopped: oneshot::Receiver<()>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return witness.tell(Event::Failed(error.to_string())),
    };
    runtime.block_on(async {
        tokio::select! {
            failed = accept(listener, Arc::new(options), &witness) => {
                tracing::error!(error = %failed, "the tap has stopped");
                witness.tell(Event::Failed(failed.to_string()));
            }
            _ = stopped => {}
        }
    });
    // What is left in the background must not keep the app from ending.
    runtime.shutdown_background();
}

async fn accept(listener: Bound, options: Arc<Options>, witness: &Witness) -> std::io::Error {
    let listener = match UnixListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    let own = rustix::process::geteuid().as_raw();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let Ok(peer) = stream.peer_cred() else { continue };
                if ![own, 0].contains(&peer.uid()) {
                    tracing::warn!(uid = peer.uid(), "another user was turned away");
                    continue;
                }
                let pid = peer.pid().and_then(|pid| u32::try_from(pid).ok()).unwrap_or(0);
                tokio::spawn(serve(stream, pid, Arc::clone(&options), witness.clone()));
            }
            // Too many open files, say: those who wait are still there when some are closed.
            Err(error) => {
                tracing::warn!(%error, "a client could not be let in");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(mut stream: UnixStream, pid: u32, options: Arc<Options>, witness: Witness) {
    let mut first = BytesMut::with_capacity(HTTP2.len());
    while first.len() < HTTP2.len() && HTTP2.starts_with(&first) {
        match stream.read_buf(&mut first).await {
            Ok(0) | Err(_) if first.is_empty() => return,
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    // The client waits for an answer now, so it is still the one that connected.
    let command = who::of(pid, &options.shell).await;
    let begun = Begun { first: first.freeze(), stream };
    if begun.first.starts_with(HTTP2) {
        return opaque(begun, command, &options, &witness).await;
    }
    let client =
        Arc::new(Client { line: Mutex::new(Line::new(options.upstream.clone())), command, options, witness });
    let service = service_fn(move |request| {
        let client = Arc::clone(&client);
        async move { Ok::<_, Infallible>(client.answer(request).await) }
    });
    let served = http1::Builder::new()
        .preserve_header_case(true)
        .auto_date_header(false)
        .max_headers(MOST_HEADERS)
        .header_read_timeout(None)
        // A client that hangs up while it waits is noticed by this, and the engine's side is closed too.
        .half_close(false)
        .serve_connection(TokioIo::new(begun), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, pid, "a client's connection ended");
    }
}

/// HTTP/2 goes through unread.
async fn opaque(mut client: Begun, command: Command, options: &Options, witness: &Witness) {
    let target = Target::of("PRI", "*");
    let call = witness.call(command.clone(), target.clone());
    let lookup = Lookup::new(&options.upstream, &target);
    let pending = match judge(options.guard.as_ref(), &command, &target, lookup).await {
        Judged::Pass(pending) => pending,
        Judged::Refused(why) | Judged::Answered(why) => {
            call.head(StatusCode::FORBIDDEN.as_u16(), false);
            return refused(&mut client, &why).await;
        }
    };
    let Ok(stream) = options.upstream.dial().await else { return };
    call.head(StatusCode::OK.as_u16(), false);
    joined(client, Begun { first: Bytes::new(), stream }, &call, pending).await;
}

/// One connection of a client.
struct Client {
    /// Requests of one connection come one after the other, so nobody waits for this.
    line: Mutex<Line>,
    command: Command,
    options: Arc<Options>,
    witness: Witness,
}

impl Client {
    async fn answer(&self, mut request: Request<Incoming>) -> Response<Outgoing> {
        if let Some(fault) = path::fault(&request) {
            let mut refused = said(StatusCode::BAD_REQUEST, fault);
            // Where its body ends, and the next request begins, may be read in two ways, too.
            refused.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return refused;
        }
        let sent = request.uri().path_and_query().map_or("", |sent| sent.as_str());
        let target = Target::of(request.method().as_str(), sent);
        let call = self.witness.call(self.command.clone(), target.clone());
        let lookup = Lookup::new(&self.options.upstream, &target);
        let guard = self.options.guard.as_ref();
        let pending = match judge(guard, &self.command, &target, lookup).await {
            Judged::Pass(pending) => pending,
            Judged::Refused(why) => {
                call.head(StatusCode::FORBIDDEN.as_u16(), false);
                return if target.segments() == ["grpc"] {
                    refused_in_grpc(request, why)
                } else {
                    said(StatusCode::FORBIDDEN, &why)
                };
            }
            Judged::Answered(body) => {
                call.head(StatusCode::OK.as_u16(), false);
                return json(StatusCode::OK, body);
            }
        };
        ending::last_look(self.options.last_looks.as_ref(), &target).await;
        let from_client = upgrade::on(&mut request);
        let request = request.map(|body| body::upward(body, call.clone()));
        let answered = self.line.lock().await.send(request).await;
        let mut response = match answered {
            Ok(response) => response,
            Err(unsent) => {
                let words = self.unsent_words(&unsent);
                call.head(StatusCode::SERVICE_UNAVAILABLE.as_u16(), false);
                return said(StatusCode::SERVICE_UNAVAILABLE, &words);
            }
        };
        let status = response.status();
        call.head(status.as_u16(), is_json(&response));
        if status != StatusCode::SWITCHING_PROTOCOLS {
            let response = response.map(|body| body::downward(body, call));
            return match pending {
                Some(pending) => pending.hold(response).await,
                None => response,
            };
        }
        // Taken before the client is answered: once its side is over, the line to the engine is dropped.
        match upgrade::on(&mut response).await {
            Ok(engine) => {
                tokio::spawn(async move {
                    match from_client.await {
                        Ok(client) => switched(client, engine, &call, pending).await,
                        Err(error) => tracing::debug!(%error, "the client did not switch"),
                    }
                });
                response.map(|_| body::words(Bytes::new()))
            }
            Err(error) => {
                said(StatusCode::BAD_GATEWAY, &format!("the engine did not switch protocols: {error}"))
            }
        }
    }

    /// In the docker command's own words, and after them what ssh or the encrypted line had to say.
    fn unsent_words(&self, unsent: &Unsent) -> String {
        let engine = self.options.upstream.uri();
        let (words, own) = match unsent {
            Unsent::Unreachable(error) => {
                tracing::debug!(%error, "the engine cannot be reached");
                let words =
                    format!("Cannot connect to the Docker daemon at {engine}. Is the docker daemon running?");
                (words, Some(error.to_string()).filter(|_| error.raw_os_error().is_none()))
            }
            Unsent::Lost(error) => {
                tracing::debug!(%error, "the engine was lost");
                (format!("The Docker daemon at {engine} went away before it answered."), None)
            }
        };
        match self.options.upstream.last_words().or(own) {
            Some(why) => format!("{words} ({why})"),
            None => words,
        }
    }
}

async fn switched(client: Upgraded, engine: Upgraded, call: &Call, pending: Option<Pending>) {
    let (Ok(client), Ok(engine)) =
        (client.downcast::<TokioIo<Begun>>(), engine.downcast::<TokioIo<UnixStream>>())
    else {
        return tracing::error!("a switched connection is not what was accepted");
    };
    // Nothing is left of what was read ahead to tell HTTP/2: a whole request has been read since.
    let client = Begun { first: client.read_buf, stream: client.io.into_inner().stream };
    let engine = Begun { first: engine.read_buf, stream: engine.io.into_inner() };
    joined(client, engine, call, pending).await;
}

/// Changes to gRPC as the engine would, and says no there.
fn refused_in_grpc(mut request: Request<Incoming>, why: String) -> Response<Outgoing> {
    let from_client = upgrade::on(&mut request);
    tokio::spawn(async move {
        match from_client.await {
            Ok(client) => refused(&mut TokioIo::new(client), &why).await,
            Err(error) => tracing::debug!(%error, "the client did not switch"),
        }
    });
    let mut response = Response::new(body::words(Bytes::new()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    response.headers_mut().insert(UPGRADE, HeaderValue::from_static("h2c"));
    response
}

async fn refused(client: &mut (impl AsyncRead + AsyncWrite + Unpin), why: &str) {
    if let Err(error) = grpc::refuse(client, why).await {
        tracing::debug!(%error, "a client that was refused has gone");
    }
}

async fn joined(client: Begun, engine: Begun, call: &Call, pending: Option<Pending>) {
    let Some(pending) = pending else { return join(client, engine, call, |_| {}).await };
    join(client, engine, call, |bytes| pending.told(bytes)).await;
    pending.ended().await;
}

fn is_json<B>(response: &Response<B>) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/json")
}
