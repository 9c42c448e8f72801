//! Follows the log of one container, in whole lines.

use std::collections::VecDeque;
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::Engine;
use super::capture::refusal;
use crate::facts::{LogEnd, LogFrom, LogLine, Plain, Stream};

/// Lines of the past that are shown at first, and at most where a time is given.
const TAIL: &str = "500";
const TAIL_SINCE: &str = "10000";
/// Lines that come close together are sent together.
const GATHER: Duration = Duration::from_millis(15);
/// At most so many lines wait for a slow reader; older ones are dropped, as they would scroll away anyway.
const WAITING: usize = 10_000;
const LONGEST: usize = 16 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogUpdate {
    pub id: String,
    pub lines: Vec<LogLine>,
    /// Set once no more will come.
    pub ended: Option<LogEnd>,
}

/// Starts to follow; abort the handle to stop.
pub fn follow_logs(engine: Engine, log: LogFrom, updates: mpsc::Sender<LogUpdate>) -> JoinHandle<()> {
    tokio::spawn(follow(engine, log, updates))
}

async fn follow(engine: Engine, log: LogFrom, updates: mpsc::Sender<LogUpdate>) {
    let LogFrom { id, since } = log;
    let mut options = LogsOptionsBuilder::new().follow(true).stdout(true).stderr(true).timestamps(true);
    options = match since.and_then(|since| i32::try_from(since.as_second()).ok()) {
        Some(second) => options.since(second).tail(TAIL_SINCE),
        None => options.tail(TAIL),
    };
    let mut stream = engine.docker.logs(&id, Some(options.build()));
    let mut split = Splitter::default();
    let mut waiting: VecDeque<LogLine> = VecDeque::new();
    let mut due: Option<Instant> = None;
    let ended = loop {
        tokio::select! {
            chunk = stream.next() => match chunk {
                Some(Ok(chunk)) => {
                    if let Some(refusal) = refusal(&chunk) {
                        break LogEnd::Unreadable(refusal.to_string());
                    }
                    split.take(chunk, &mut waiting);
                    while waiting.len() > WAITING {
                        waiting.pop_front();
                    }
                    if !waiting.is_empty() {
                        due = due.or_else(|| Some(Instant::now() + GATHER));
                    }
                }
                Some(Err(error)) => break LogEnd::Unreadable(engine.sort(error).to_string()),
                None => break LogEnd::Stopped,
            },
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                due = None;
                let lines = waiting.drain(..).collect();
                if updates.send(LogUpdate { id: id.clone(), lines, ended: None }).await.is_err() {
                    return;
                }
            }
        }
    };
    split.finish(&mut waiting);
    // Nobody is there to tell when this fails.
    let _ = updates.send(LogUpdate { id, lines: waiting.into(), ended: Some(ended) }).await;
}

/// Cuts each stream into lines of its own.
#[derive(Debug, Default)]
struct Splitter {
    out: Open,
    err: Open,
}

/// A line whose end has not come yet.
#[derive(Debug, Default)]
struct Open {
    at: Option<Timestamp>,
    text: Vec<u8>,
}

impl Splitter {
    fn take(&mut self, chunk: LogOutput, lines: &mut VecDeque<LogLine>) {
        let (open, stream, bytes) = match chunk {
            LogOutput::StdErr { message } => (&mut self.err, Stream::Stderr, message),
            LogOutput::StdOut { message } | LogOutput::StdIn { message } | LogOutput::Console { message } => {
                (&mut self.out, Stream::Stdout, message)
            }
        };
        for (n, piece) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
            // The engine writes a time before each line, and before each part of a line that is very long.
            let (at, text) = if n == 0 || open.text.is_empty() { timed(piece) } else { (None, piece) };
            open.at = open.at.or(at);
            open.text.extend_from_slice(text);
            if piece.ends_with(b"\n") || open.text.len() > LONGEST {
                lines.push_back(open.end(stream));
            }
        }
    }

    fn finish(&mut self, lines: &mut VecDeque<LogLine>) {
        for (open, stream) in [(&mut self.out, Stream::Stdout), (&mut self.err, Stream::Stderr)] {
            if !open.text.is_empty() {
                lines.push_back(open.end(stream));
            }
        }
    }
}

impl Open {
    fn end(&mut self, stream: Stream) -> LogLine {
        let Self { at, text } = std::mem::take(self);
        LogLine { at, stream, text: clean(&text) }
    }
}

/// The time that it begins with, where it does, and the rest.
fn timed(piece: &[u8]) -> (Option<Timestamp>, &[u8]) {
    let end = piece.iter().take(40).position(|b| *b == b' ');
    let time = end.and_then(|end| std::str::from_utf8(&piece[..end]).ok()?.parse().ok().zip(Some(end)));
    time.map_or((None, piece), |(at, end)| (Some(at), &piece[end + 1..]))
}

fn clean(line: &[u8]) -> String {
    if line.iter().all(|b| (0x20..0x7f).contains(b) || *b == b'\n') {
        return String::from_utf8_lossy(line).trim_end_matches('\n').to_string();
    }
    let mut plain = Plain::new(LONGEST);
    plain.feed(line);
    plain.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let mut s = Splitter::default();
        let mut lines = VecDeque::new();
        s.take(LogOutput::StdOut { message: "a\nb".into() }, &mut lines);
        s.take(LogOutput::StdErr { message: "\x1b[31mred\x1b[0m\r\n".into() }, &mut lines);
        s.take(LogOutput::StdOut { message: "c\n\n".into() }, &mut lines);
        s.take(LogOutput::StdOut { message: "end".into() }, &mut lines);
        s.finish(&mut lines);
        let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(texts, ["a", "red", "bc", "", "end"]);
        assert_eq!(lines[1].stream, Stream::Stderr);
    }

    #[test]
    fn times_go_before_the_lines() {
        let mut s = Splitter::default();
        let mut lines = VecDeque::new();
        let time = "2026-11-30T10:11:12.000000001Z";
        s.take(LogOutput::StdOut { message: format!("{time} a\n{time} \n").into() }, &mut lines);
        s.take(LogOutput::StdOut { message: format!("{time} one, ").into() }, &mut lines);
        s.take(LogOutput::StdOut { message: format!("{time} goes on\nno time\n").into() }, &mut lines);
        let read: Vec<_> = lines.iter().map(|l| (l.at.is_some(), l.text.as_str())).collect();
        assert_eq!(read, [(true, "a"), (true, ""), (true, "one, goes on"), (false, "no time")]);
        assert_eq!(lines[0].at, time.parse().ok());
    }
}
