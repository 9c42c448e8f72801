//! The log of one container: bounded, readable, searchable, held still or following its end.

use std::collections::VecDeque;

use unicode_width::UnicodeWidthChar;

use crate::facts::{LogEnd, LogLine, Stream};
use crate::tui::widget::ink::{Ink, InkLine};

const MOST_LINES: usize = 10_000;
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// A longer line is cut; nobody reads it here, and it must not push everything else out.
const LONGEST: usize = 16 * 1024;

#[derive(Clone, Debug, Default)]
pub(super) struct Logs {
    lines: VecDeque<LogLine>,
    bytes: usize,
    /// Number of the oldest line that is kept, counted from the first that ever came.
    first: u64,
    /// Line and row in it that is drawn first; None follows the end.
    top: Option<(u64, usize)>,
    pub(super) filter: String,
    pub(super) ended: Option<LogEnd>,
    pub(super) asked: bool,
    size: (usize, usize),
}

impl Logs {
    /// Forgets the lines, for a follower that begins again; filter and place stay.
    pub(super) fn restart(&mut self) {
        self.lines.clear();
        self.bytes = 0;
        self.first = 0;
        self.ended = None;
        self.top = None;
    }

    pub(super) fn push(&mut self, lines: Vec<LogLine>, ended: Option<LogEnd>) {
        for line in lines {
            let line = LogLine { stream: line.stream, text: plain(&line.text) };
            self.bytes += line.text.len();
            self.lines.push_back(line);
            while self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES {
                let Some(gone) = self.lines.pop_front() else { break };
                self.bytes -= gone.text.len();
                self.first += 1;
            }
        }
        self.ended = ended;
    }

    pub(super) fn is_following(&self) -> bool {
        self.top.is_none()
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn found(&self) -> usize {
        self.lines.iter().filter(|line| self.shows(line)).count()
    }

    pub(super) fn text(&self) -> String {
        let shown = self.lines.iter().filter(|line| self.shows(line));
        shown.map(|line| format!("{}\n", line.text)).collect()
    }

    /// The room that scrolling is counted in.
    pub(super) fn fit(&mut self, width: usize, height: usize) {
        self.size = (width, height);
    }

    pub(super) fn toggle_follow(&mut self) {
        self.top = if self.top.is_none() { self.tail() } else { None };
    }

    pub(super) fn follow(&mut self) {
        self.top = None;
    }

    pub(super) fn rewind(&mut self) {
        self.top = self.next_shown(0).map(|i| (self.first + i as u64, 0));
        self.follow_at_end();
    }

    pub(super) fn up(&mut self, rows: usize) {
        let Some((mut i, mut skip)) = self.place() else { return };
        for _ in 0..rows {
            if skip > 0 {
                skip -= 1;
            } else if let Some(before) = self.previous_shown(i) {
                i = before;
                skip = self.rows(i).saturating_sub(1);
            } else {
                break;
            }
        }
        self.top = Some((self.first + i as u64, skip));
        // A log that fits needs no scrolling and must not stop to follow.
        self.follow_at_end();
    }

    pub(super) fn down(&mut self, rows: usize) {
        if self.top.is_none() {
            return;
        }
        let Some((mut i, mut skip)) = self.place() else { return };
        for _ in 0..rows {
            if skip + 1 < self.rows(i) {
                skip += 1;
            } else if let Some(after) = self.next_shown(i + 1) {
                i = after;
                skip = 0;
            } else {
                break;
            }
        }
        self.top = Some((self.first + i as u64, skip));
        self.follow_at_end();
    }

    pub(super) fn page(&self) -> Vec<InkLine> {
        let (width, height) = self.size;
        let mut rows = Vec::new();
        let Some((mut i, skip)) = self.place() else { return rows };
        loop {
            rows.extend(self.line(i).wrap(width, 2));
            if rows.len() >= height + skip {
                break;
            }
            match self.next_shown(i + 1) {
                Some(after) => i = after,
                None => break,
            }
        }
        rows.drain(..skip.min(rows.len()));
        rows.truncate(height);
        rows
    }

    /// Index and row of what is drawn first.
    fn place(&self) -> Option<(usize, usize)> {
        let (seq, skip) = match self.top {
            Some(top) => top,
            None => self.tail()?,
        };
        let kept = usize::try_from(seq.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let skip = if seq < self.first { 0 } else { skip };
        let i = self.next_shown(kept).or_else(|| self.previous_shown(self.lines.len()))?;
        let skip = if i == kept { skip.min(self.rows(i).saturating_sub(1)) } else { 0 };
        Some((i, skip))
    }

    /// Where to begin so that the last row is the end of the log.
    fn tail(&self) -> Option<(u64, usize)> {
        let mut room = self.size.1.max(1);
        let mut i = self.previous_shown(self.lines.len())?;
        loop {
            let rows = self.rows(i);
            if rows >= room {
                return Some((self.first + i as u64, rows - room));
            }
            room -= rows;
            match self.previous_shown(i) {
                Some(before) => i = before,
                None => return Some((self.first + i as u64, 0)),
            }
        }
    }

    fn follow_at_end(&mut self) {
        if let (Some(tail), Some(top)) = (self.tail(), self.top)
            && top >= tail
        {
            self.top = None;
        }
    }

    fn shows(&self, line: &LogLine) -> bool {
        self.filter.is_empty() || find(&line.text, &self.filter, 0).is_some()
    }

    fn next_shown(&self, from: usize) -> Option<usize> {
        (from..self.lines.len()).find(|&i| self.shows(&self.lines[i]))
    }

    fn previous_shown(&self, before: usize) -> Option<usize> {
        (0..before.min(self.lines.len())).rev().find(|&i| self.shows(&self.lines[i]))
    }

    fn rows(&self, i: usize) -> usize {
        self.line(i).wrap(self.size.0, 2).len().max(1)
    }

    fn line(&self, i: usize) -> InkLine {
        let LogLine { stream, text } = &self.lines[i];
        let (mark, ink) = match stream {
            Stream::Stdout => ("  ", Ink::Text),
            Stream::Stderr => ("! ", Ink::Warn),
        };
        let mut line = InkLine::of(mark, ink);
        let mut at = 0;
        while let Some(found) = find(text, &self.filter, at) {
            line.push(&text[at..found], Ink::Text);
            at = found + self.filter.len();
            line.push(&text[found..at], Ink::Match);
        }
        line.push(&text[at..], Ink::Text);
        line
    }
}

/// Byte position of the next match. Case is forgiven for ASCII only, so that positions stay the same.
fn find(text: &str, filter: &str, from: usize) -> Option<usize> {
    if filter.is_empty() || from + filter.len() > text.len() {
        return None;
    }
    let (hay, needle) = (text.as_bytes(), filter.as_bytes());
    (from..=hay.len() - needle.len()).find(|&i| {
        hay[i..i + needle.len()].eq_ignore_ascii_case(needle)
            && text.is_char_boundary(i)
            && text.is_char_boundary(i + needle.len())
    })
}

/// Without control sequences; what a carriage return painted over is left out, as a terminal would.
fn plain(raw: &str) -> String {
    let raw = raw.trim_end_matches(['\r', '\n']);
    let mut text = String::new();
    let mut column = 0;
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                Some('[') => while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {},
                Some(']' | 'P' | 'X' | '^' | '_') => {
                    while let Some(c) = chars.next() {
                        if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                            break;
                        }
                    }
                }
                Some(' '..='/') => {
                    chars.next();
                }
                _ => {}
            },
            '\u{9b}' => while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {},
            '\r' | '\n' => {
                text.clear();
                column = 0;
            }
            '\u{8}' => {
                if let Some(gone) = text.pop() {
                    column -= gone.width().unwrap_or(0).min(column);
                }
            }
            '\t' => {
                let blanks = 8 - column % 8;
                text.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            c if c.is_control() => {}
            c => {
                text.push(c);
                column += c.width().unwrap_or(0);
            }
        }
        if text.len() > LONGEST {
            text.push('…');
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn out(text: impl Into<String>) -> LogLine {
        LogLine { stream: Stream::Stdout, text: text.into() }
    }

    fn of(count: usize) -> Logs {
        let mut logs = Logs::default();
        logs.fit(20, 3);
        logs.push((1..=count).map(|i| out(format!("line {i}"))).collect(), None);
        logs
    }

    fn shown(logs: &Logs) -> Vec<String> {
        logs.page().iter().map(|line| line.text().trim_start().to_owned()).collect()
    }

    #[test]
    fn it_follows_until_it_is_scrolled_and_again_at_the_end() {
        let mut logs = of(10);
        assert_eq!(shown(&logs), ["line 8", "line 9", "line 10"]);
        logs.up(2);
        assert_eq!(shown(&logs), ["line 6", "line 7", "line 8"]);
        logs.push(vec![out("line 11")], None);
        assert_eq!(shown(&logs), ["line 6", "line 7", "line 8"], "held still");
        logs.down(2);
        assert!(!logs.is_following());
        logs.down(1);
        assert!(logs.is_following());
        logs.rewind();
        assert_eq!(shown(&logs), ["line 1", "line 2", "line 3"]);
        logs.follow();
        assert_eq!(shown(&logs)[2], "line 11");
        logs.toggle_follow();
        logs.push(vec![out("line 12")], None);
        assert_eq!(shown(&logs)[2], "line 11");
    }

    #[test]
    fn it_is_bounded_in_lines_and_in_bytes() {
        let mut logs = of(0);
        logs.push((0..MOST_LINES + 50).map(|i| out(i.to_string())).collect(), None);
        assert_eq!(logs.len(), MOST_LINES);
        logs.rewind();
        assert_eq!(shown(&logs)[0], "50");
        logs.push(vec![out("new")], None);
        assert_eq!(shown(&logs)[0], "51", "what is gone is not shown");
        logs.push((0..1000).map(|_| out("x".repeat(8000))).collect(), None);
        assert!(logs.bytes <= MOST_BYTES && logs.len() < MOST_LINES);
        logs.push(vec![out("y".repeat(100_000))], None);
        assert!(logs.lines.back().unwrap().text.len() <= LONGEST + 4);
    }

    #[test]
    fn a_filter_keeps_what_matches_and_marks_it() {
        let mut logs = of(12);
        logs.push(vec![LogLine { stream: Stream::Stderr, text: "an ERROR here, error".to_owned() }], None);
        logs.filter = "Error".to_owned();
        assert_eq!(logs.found(), 1);
        logs.fit(60, 3);
        let line = InkLine::of("! ", Ink::Warn)
            .with("an ", Ink::Text)
            .with("ERROR", Ink::Match)
            .with(" here, ", Ink::Text)
            .with("error", Ink::Match);
        assert_eq!(logs.page(), [line]);
        logs.filter = "nothing like it".to_owned();
        assert_eq!(logs.page(), []);
        logs.up(3);
        logs.down(3);
    }

    #[test]
    fn a_line_longer_than_the_page_can_be_read_to_its_end() {
        let mut logs = of(0);
        logs.fit(10, 3);
        logs.push(vec![out("abcdefgh ".repeat(10)), out("end")], None);
        assert_eq!(shown(&logs)[2], "end");
        logs.rewind();
        assert_eq!(shown(&logs), ["abcdefgh", "abcdefgh", "abcdefgh"]);
        for _ in 0..12 {
            logs.down(1);
        }
        assert!(logs.is_following());
    }

    #[test]
    fn control_sequences_are_taken_out() {
        assert_eq!(
            plain("\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}x\u{1b}]8;;u\u{1b}\\y\u{1b}(Bz\r"),
            "red xyz"
        );
        assert_eq!(plain("10%\r50%\rdone"), "done");
        assert_eq!(plain("a\tb\u{8}c\0"), "a       c");
        assert_eq!(plain("日\tx"), "日      x");
    }

    proptest! {
        #[test]
        fn nothing_panics_and_nothing_is_too_wide(
            texts in prop::collection::vec("\\PC{0,60}", 0..20),
            filter in "\\PC{0,2}",
            moves in prop::collection::vec((0u8..6, 0usize..30), 0..20),
            width in 0usize..40, height in 0usize..10,
        ) {
            let mut logs = Logs { filter, ..Logs::default() };
            logs.fit(width, height);
            for text in texts {
                logs.push(vec![out(text)], None);
            }
            for (what, n) in moves {
                match what {
                    0 => logs.up(n),
                    1 => logs.down(n),
                    2 => logs.toggle_follow(),
                    3 => logs.rewind(),
                    4 => logs.follow(),
                    _ => logs.fit(n + 4, height),
                }
                let (width, height) = logs.size;
                let page = logs.page();
                prop_assert!(page.len() <= height);
                prop_assert!(width < 4 || page.iter().all(|line| line.width() <= width));
            }
        }
    }
}
