//! Puts the two streams of a program together line by line, so that neither cuts the other's lines.

use serde::{Deserialize, Serialize};

use super::{Plain, Stream};

/// What a container printed, up to a bound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// Plain lines: terminal control sequences and carriage returns are taken out.
    pub text: String,
    pub truncated: bool,
}

/// Keeps at most `limit` bytes of text, the first ones.
pub struct Lines {
    plain: Plain,
    limit: usize,
    open: [Vec<u8>; 2],
}

impl Lines {
    pub fn new(limit: usize) -> Self {
        Self { plain: Plain::new(limit), limit, open: [Vec::new(), Vec::new()] }
    }

    /// More of one stream.
    pub fn feed(&mut self, stream: Stream, bytes: &[u8]) {
        let open = match stream {
            Stream::Stdout => &mut self.open[0],
            Stream::Stderr => &mut self.open[1],
        };
        open.extend_from_slice(bytes);
        if let Some(end) = open.iter().rposition(|b| *b == b'\n') {
            self.plain.feed(&open[..=end]);
            open.drain(..=end);
        }
        if open.len() > self.limit {
            self.plain.feed(open);
            open.clear();
        }
    }

    /// More of what a terminal showed: there the two are one.
    pub fn feed_terminal(&mut self, bytes: &[u8]) {
        self.plain.feed(bytes);
    }

    pub fn is_full(&self) -> bool {
        self.plain.is_full()
    }

    /// The output so far, lines that have not ended yet included.
    pub fn output(&self) -> Output {
        let mut plain = self.plain.clone();
        for open in &self.open {
            if !open.is_empty() {
                plain.feed(open);
                plain.feed(b"\n");
            }
        }
        Output { text: plain.text(), truncated: plain.is_full() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_do_not_cut_each_others_lines() {
        let mut lines = Lines::new(1000);
        lines.feed(Stream::Stdout, b"one ");
        lines.feed(Stream::Stderr, b"oops\n");
        lines.feed(Stream::Stdout, b"line\nlast");
        assert_eq!(lines.output().text, "oops\none line\nlast");
        assert!(!lines.output().truncated);
    }
}
