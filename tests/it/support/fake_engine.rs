//! An engine that answers every request with its target, and remembers exactly what it heard.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One request, as the bytes said it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) line: String,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Heard {
    pub(crate) fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The headers that say where the body ends.
    pub(crate) fn framing(&self) -> Vec<(&str, &str)> {
        let all = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(|(name, _)| ["content-length", "transfer-encoding"].contains(name)).collect()
    }
}

/// Listens until the test's process ends.
pub(crate) struct FakeEngine {
    path: PathBuf,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl FakeEngine {
    pub(crate) fn new(folder: &Path) -> Self {
        let path = folder.join("engine.sock");
        let listener = UnixListener::bind(&path).expect("binds");
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let hears = Arc::clone(&heard);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let heard = Arc::clone(&hears);
                // a client that goes away in the middle is what some tests are about
                std::thread::spawn(move || drop(serve(stream, &heard)));
            }
        });
        Self { path, heard }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        lock(&self.heard).clone()
    }
}

fn lock(heard: &Mutex<Vec<Heard>>) -> MutexGuard<'_, Vec<Heard>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: UnixStream, heard: &Mutex<Vec<Heard>>) -> io::Result<()> {
    let mut from = BufReader::new(stream.try_clone()?);
    loop {
        let Some(mut request) = head(&mut from)? else { return Ok(()) };
        if request.line.starts_with("PRI ") {
            lock(heard).push(request);
            // HTTP/2 as far as a relay is concerned: bytes both ways
            stream.write_all(b"engine speaks: ")?;
            io::copy(&mut from, &mut stream)?;
            return stream.shutdown(std::net::Shutdown::Write);
        }
        request.body = match request.framing().as_slice() {
            [] => Vec::new(),
            [("content-length", length)] => {
                let mut body = vec![0; length.parse().map_err(io::Error::other)?];
                from.read_exact(&mut body)?;
                body
            }
            [("transfer-encoding", coding)] if coding.eq_ignore_ascii_case("chunked") => chunks(&mut from)?,
            // may be read in two ways: the test looks at what was heard
            _ => {
                lock(heard).push(request);
                return Ok(());
            }
        };
        let said = request.target().to_owned();
        lock(heard).push(request);
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{said}", said.len())?;
    }
}

/// None at the end of the connection.
fn head(from: &mut impl BufRead) -> io::Result<Option<Heard>> {
    let mut request = Heard::default();
    if from.read_line(&mut request.line)? == 0 {
        return Ok(None);
    }
    request.line = request.line.trim_end().to_owned();
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { return Ok(Some(request)) };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn chunks(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        from.read_line(&mut size)?;
        let size = usize::from_str_radix(size.trim_end(), 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; size + 2];
        from.read_exact(&mut chunk)?;
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&chunk[..size]);
    }
}
