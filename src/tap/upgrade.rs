//! Connections that have left HTTP behind: bytes both ways, each way ending by itself.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Interest, ReadBuf};
use tokio::net::UnixStream;

use super::witness::Call;

const BUFFER: usize = 64 * 1024;

/// A connection of which the first bytes were read already.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) first: Bytes,
    pub(super) stream: UnixStream,
}

/// Passes bytes until one side is gone, and shows the engine's to `heard` first. What was read of a side before is given
/// along.
///
/// A side that only stops talking is told to the other one (`shutdown`), and still hears: the output of
/// `echo hi | docker run -i …` comes after its input has ended.
pub(super) async fn join(client: Begun, engine: Begun, call: &Call, heard: impl Fn(&[u8])) {
    let (mut client_stream, mut engine_stream) = (client.stream, engine.stream);
    let (client_end, engine_end) =
        match (client_stream.as_fd().try_clone_to_owned(), engine_stream.as_fd().try_clone_to_owned()) {
            (Ok(client), Ok(engine)) => (client, engine),
            _ => return tracing::warn!("no descriptors left for an attached connection"),
        };
    let (mut client_reads, mut client_writes) = client_stream.split();
    let (mut engine_reads, mut engine_writes) = engine_stream.split();
    let up = async {
        // An engine that takes no more input may still have output: only this way ends.
        let _ = pass(&client.first, &mut client_reads, &mut engine_writes, |bytes| call.asked(bytes)).await;
        let _ = engine_writes.shutdown().await;
        gone(client_end).await;
    };
    let down = async {
        // A client that takes no more output has gone.
        let see = |bytes: &[u8]| {
            call.answered(bytes);
            heard(bytes);
        };
        if pass(&engine.first, &mut engine_reads, &mut client_writes, see).await.is_ok() {
            let _ = client_writes.shutdown().await;
            gone(engine_end).await;
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

/// Fails only when `to` takes no more; a `from` that breaks has ended.
async fn pass(
    first: &[u8],
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    mut see: impl FnMut(&[u8]),
) -> io::Result<()> {
    if !first.is_empty() {
        see(first);
        to.write_all(first).await?;
    }
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        if read == 0 {
            return Ok(());
        }
        see(&buffer[..read]);
        to.write_all(&buffer[..read]).await?;
    }
}

/// Returns when the other end has closed for good. One that has only stopped talking has not.
///
/// A handle of its own: it is told that it cannot be written to, to hear of the next change, and the stream must never
/// be told that.
async fn gone(end: OwnedFd) {
    let Ok(end) = UnixStream::from_std(end.into()) else { return };
    while let Ok(ready) = end.ready(Interest::WRITABLE).await {
        if ready.is_write_closed() {
            return;
        }
        let _ = end.try_io::<()>(Interest::WRITABLE, || Err(io::ErrorKind::WouldBlock.into()));
    }
}

impl AsyncRead for Begun {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let length = self.first.len().min(buffer.remaining());
        buffer.put_slice(&self.first[..length]);
        self.first.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Begun {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
