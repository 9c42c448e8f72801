//! Says no to a client that speaks gRPC, in its own language: over HTTP/2, to every call that it makes.
//!
//! A refusal in HTTP/1.1 never reaches the learner: buildx takes it for an engine without BuildKit, and looks for a builder of its own.
//! Frames are those of RFC 9113; an answer is a head alone with a status and words, as
//! <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md> has it.

use std::io;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What a client says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Length (3), kind, flags, stream (4).
const HEAD: usize = 9;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;
/// The stream ends with this, and so do its headers.
const WHOLE: u8 = 0x1 | 0x4;
/// The longest frame that a client may send to who has not said otherwise.
const LONGEST: usize = 16 * 1024;
const PERMISSION_DENIED: &str = "7";

/// Until the client goes away, which is the end that it always has.
pub(super) async fn refuse(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), why: &str) -> io::Result<()> {
    let mut said = BytesMut::new();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    while said.len() < PREFACE.len() {
        more(stream, &mut said).await?;
    }
    if !said.starts_with(PREFACE) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    said.advance(PREFACE.len());
    let answer = answer(why);
    loop {
        while said.len() < HEAD {
            more(stream, &mut said).await?;
        }
        let length = usize::from(said[0]) << 16 | usize::from(said[1]) << 8 | usize::from(said[2]);
        let (kind, flags) = (said[3], said[4]);
        let id = u32::from_be_bytes([said[5] & 0x7f, said[6], said[7], said[8]]);
        if length > LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        while said.len() < HEAD + length {
            more(stream, &mut said).await?;
        }
        let body = said.split_to(HEAD + length).split_off(HEAD);
        match kind {
            SETTINGS if flags & ACK == 0 => stream.write_all(&frame(SETTINGS, ACK, 0, &[])).await?,
            PING if flags & ACK == 0 => stream.write_all(&frame(PING, ACK, 0, &body)).await?,
            HEADERS => stream.write_all(&frame(HEADERS, WHOLE, id, &answer)).await?,
            _ => {}
        }
    }
}

async fn more(stream: &mut (impl AsyncRead + Unpin), said: &mut BytesMut) -> io::Result<()> {
    match stream.read_buf(said).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn frame(kind: u8, flags: u8, stream: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(0).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), body].concat()
}

/// Headers, none of which is to be remembered (RFC 7541, 6.2.2), after the status 200 of the table that everybody has.
fn answer(why: &str) -> Vec<u8> {
    const OK: u8 = 0x88;
    let mut headers = vec![OK];
    for (name, value) in [
        ("content-type", "application/grpc"),
        ("grpc-status", PERMISSION_DENIED),
        ("grpc-message", &in_percent(why)),
    ] {
        headers.push(0);
        text(&mut headers, name.as_bytes());
        text(&mut headers, value.as_bytes());
    }
    headers
}

/// A string without Huffman's code: its length in seven bits, and what is more of it in bytes of seven bits after that.
fn text(headers: &mut Vec<u8>, text: &[u8]) {
    const MOST: usize = 0x7f;
    let low = |n: usize| u8::try_from(n & MOST).unwrap_or(0);
    match text.len().checked_sub(MOST) {
        None => headers.push(low(text.len())),
        Some(mut rest) => {
            headers.push(low(MOST));
            while rest > MOST {
                headers.push(low(rest) | 0x80);
                rest >>= 7;
            }
            headers.push(low(rest));
        }
    }
    headers.extend_from_slice(text);
}

/// Printable ASCII stands for itself, but for the percent sign.
fn in_percent(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b' '..=b'~' if byte != b'%' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    #[tokio::test]
    async fn every_call_is_answered_with_the_reason_and_pings_are_too() {
        let why = format!("kept: 100 % \u{e4}\n{}", "x".repeat(400));
        let (mut client, mut server) = duplex(64 * 1024);
        let refused = async {
            let ended = refuse(&mut server, &why).await;
            assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        };
        let asks = async {
            client.write_all(PREFACE).await.unwrap();
            for part in [
                frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 1]),
                frame(SETTINGS, ACK, 0, &[]),
                frame(HEADERS, 4, 1, b"any"),
                frame(0, 1, 1, b"data"),
                frame(PING, 0, 0, b"12345678"),
                frame(HEADERS, 4, 3, b"any"),
            ] {
                client.write_all(&part).await.unwrap();
            }
            let head = answer(&why);
            let expected = [
                frame(SETTINGS, 0, 0, &[]),
                frame(SETTINGS, ACK, 0, &[]),
                frame(HEADERS, WHOLE, 1, &head),
                frame(PING, ACK, 0, b"12345678"),
                frame(HEADERS, WHOLE, 3, &head),
            ]
            .concat();
            let mut answered = vec![0; expected.len()];
            client.read_exact(&mut answered).await.unwrap();
            assert!(answered == expected);
            drop(client);
        };
        tokio::join!(refused, asks);
    }

    #[test]
    fn lengths_and_letters_are_written_as_they_are_read() {
        for (length, written) in
            [(0, vec![0]), (126, vec![126]), (127, vec![127, 0]), (300, vec![127, 173, 1])]
        {
            let mut headers = Vec::new();
            text(&mut headers, &vec![b'x'; length]);
            assert_eq!(headers[..headers.len() - length], written, "{length}");
        }
        assert_eq!(in_percent("a b%\n\u{e4}~"), "a b%25%0A%C3%A4~");
        assert!(answer("no").starts_with(&[0x88, 0, 12]));
    }

    #[tokio::test]
    async fn what_is_no_http2_ends_it() {
        for said in [&b"GET / HTTP/1.1\r\n\r\nxxxxxxxx"[..], &[PREFACE, &[255; 9]].concat()] {
            let (mut client, mut server) = duplex(1024);
            client.write_all(said).await.unwrap();
            let ended = refuse(&mut server, "no").await;
            assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
    }
}
