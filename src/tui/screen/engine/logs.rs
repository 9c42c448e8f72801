//! The log of one container, or of several in one: bounded, readable, searchable, held still or following its end.

use std::collections::VecDeque;
use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::{Regex, RegexBuilder};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::since::Since;
use super::words;
use crate::facts::{LogEnd, LogFrom, LogLine, Stream};
use crate::tui::widget::ink::{Ink, InkLine};

const MOST_LINES: usize = 10_000;
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// A longer line is cut; nobody reads it here, and it must not push everything else out.
const LONGEST: usize = 16 * 1024;
/// How containers are told apart without colour.
const MARKS: [&str; 8] = ["●", "▲", "■", "◆", "▼", "○", "△", "□"];

/// A container whose lines are among the others.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) ended: Option<LogEnd>,
    /// When its newest line was printed.
    last: Option<Timestamp>,
    /// What it was when the log was asked for: up to here, lines may come again.
    asked_from: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Line {
    /// Place of its source.
    of: usize,
    at: Option<Timestamp>,
    /// By what it is sorted: a line without a time stays behind the one before it.
    order: Option<Timestamp>,
    stream: Stream,
    text: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Logs {
    sources: Vec<Source>,
    /// Of several sources, in the order of time.
    lines: VecDeque<Line>,
    bytes: usize,
    /// Number of the oldest line that is kept, counted from the first that ever came.
    first: u64,
    /// Line and row in it that is drawn first; None follows the end.
    top: Option<(u64, usize)>,
    pub(super) filter: String,
    /// The filter, read as a regular expression as well; None where it is none.
    pattern: Option<Regex>,
    /// Lines that do not match are shown too.
    all: bool,
    /// Times are shown in this zone.
    times: Option<TimeZone>,
    /// Long lines are cut, not broken.
    cut: bool,
    /// Nothing older is wanted.
    pub(super) since: Option<Since>,
    pub(super) asked: bool,
    size: (usize, usize),
}

impl Logs {
    /// Of these containers: id and name.
    pub(super) fn of(containers: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut logs = Self::default();
        for (id, name) in containers {
            logs.join(id, name);
        }
        logs
    }

    /// One container more.
    pub(super) fn join(&mut self, id: String, name: String) {
        self.sources.push(Source { id, name, ended: None, last: None, asked_from: None });
    }

    pub(super) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What is to be followed: each log from its newest line on, which comes again and is taken once.
    pub(super) fn wanted(&mut self, is_wanted: impl Fn(&str) -> bool) -> Vec<LogFrom> {
        let since = self.since.as_ref().map(|since| since.at);
        let wanted = self.sources.iter_mut().filter(|source| is_wanted(&source.id));
        let from = |source: &mut Source| {
            source.ended = None;
            source.asked_from = source.last;
            LogFrom { id: source.id.clone(), since: source.last.or(since) }
        };
        wanted.map(from).collect()
    }

    /// Forgets the lines: others are to come.
    pub(super) fn set_since(&mut self, since: Option<Since>) {
        self.since = since;
        self.lines.clear();
        self.bytes = 0;
        self.first = 0;
        self.top = None;
        for source in &mut self.sources {
            source.last = None;
        }
    }

    /// False where it is none of these containers.
    pub(super) fn push(&mut self, id: &str, lines: Vec<LogLine>, ended: Option<LogEnd>) -> bool {
        let Some(of) = self.sources.iter().position(|source| source.id == id) else { return false };
        for LogLine { at, stream, text } in lines {
            let newest = || self.lines.back().and_then(|line| line.order);
            let order = at.or(self.sources[of].last).or_else(newest);
            let line = Line { of, at, order, stream, text: plain(&text) };
            // What several wrote comes in the order of who was heard first.
            let place = match self.sources.len() {
                1 => self.lines.len(),
                _ => self.lines.partition_point(|before| before.order <= order),
            };
            if order <= self.sources[of].asked_from && self.is_known(&line) {
                continue;
            }
            self.sources[of].last = order.max(self.sources[of].last);
            self.bytes += line.text.len();
            self.lines.insert(place, line);
            if let Some((top, _)) = &mut self.top
                && self.first + place as u64 <= *top
            {
                *top += 1;
            }
            while self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES {
                let Some(gone) = self.lines.pop_front() else { break };
                self.bytes -= gone.text.len();
                self.first += 1;
            }
        }
        self.sources[of].ended = ended;
        true
    }

    /// Whether it is here already, because its log was asked for once more.
    fn is_known(&self, line: &Line) -> bool {
        let same = |known: &Line| {
            (known.of, known.at, known.stream) == (line.of, line.at, line.stream) && known.text == line.text
        };
        let as_new = |known: &&Line| known.order >= line.order;
        line.at.is_some() && self.lines.iter().rev().take_while(as_new).any(same)
    }

    pub(super) fn is_following(&self) -> bool {
        self.top.is_none()
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn found(&self) -> usize {
        self.lines.iter().filter(|line| self.matches(line)).count()
    }

    pub(super) fn text(&self) -> String {
        let zone = self.times.as_ref();
        let mut text = String::new();
        for line in self.lines.iter().filter(|line| self.shows(line)) {
            if let (Some(zone), Some(at)) = (zone, line.at) {
                text += &(words::date(at, zone) + "  ");
            }
            if self.sources.len() > 1 {
                text += &format!("{} | ", self.sources[line.of].name);
            }
            text += &line.text;
            text.push('\n');
        }
        text
    }

    pub(super) fn set_filter(&mut self, filter: String) {
        let read = RegexBuilder::new(&filter).case_insensitive(true).build();
        self.pattern = read.ok().filter(|_| !filter.is_empty());
        self.filter = filter;
    }

    pub(super) fn toggle_all(&mut self) {
        self.all = !self.all;
    }

    pub(super) fn toggle_times(&mut self, zone: &TimeZone) {
        self.times = if self.times.is_none() { Some(zone.clone()) } else { None };
    }

    pub(super) fn toggle_wrap(&mut self) {
        self.cut = !self.cut;
    }

    /// To the next line that matches, or the one before; false where there is none.
    pub(super) fn jump(&mut self, forward: bool) -> bool {
        let Some((at, _)) = self.place() else { return false };
        let is_match = |i: &usize| self.matches(&self.lines[*i]);
        let found = match forward {
            true => (at + 1..self.lines.len()).find(is_match),
            false => (0..at).rev().find(is_match),
        };
        let Some(i) = found else { return false };
        self.top = Some((self.first + i as u64, 0));
        true
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
            rows.extend(self.laid(i, width));
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

    fn shows(&self, line: &Line) -> bool {
        self.all || self.matches(line)
    }

    fn matches(&self, line: &Line) -> bool {
        self.filter.is_empty() || self.next_match(&line.text, 0).is_some()
    }

    /// What comes first of the filter as it stands and as a regular expression.
    fn next_match(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let literal = find(text, &self.filter, from).map(|at| at..at + self.filter.len());
        let read = self.pattern.as_ref().and_then(|pattern| first_match(pattern, text, from));
        [literal, read].into_iter().flatten().min_by_key(|range| range.start)
    }

    fn next_shown(&self, from: usize) -> Option<usize> {
        (from..self.lines.len()).find(|&i| self.shows(&self.lines[i]))
    }

    fn previous_shown(&self, before: usize) -> Option<usize> {
        (0..before.min(self.lines.len())).rev().find(|&i| self.shows(&self.lines[i]))
    }

    fn rows(&self, i: usize) -> usize {
        self.laid(i, self.size.0).len().max(1)
    }

    fn laid(&self, i: usize, width: usize) -> Vec<InkLine> {
        let whose = self.whose(self.lines[i].of);
        let indent = whose.width() + 2;
        let line = self.line(whose, i);
        if self.cut { vec![line.cut(width)] } else { line.wrap(width, indent) }
    }

    /// The mark and the name of a source, where there are several.
    fn whose(&self, of: usize) -> InkLine {
        let mut whose = InkLine::new();
        if self.sources.len() < 2 {
            return whose;
        }
        let room = (self.size.0 / 4).clamp(6, 24);
        let widest = self.sources.iter().map(|source| source.name.width()).max().unwrap_or(0).min(room);
        let ink = Ink::Series(of);
        whose.push(MARKS[of % MARKS.len()], ink);
        whose.push(" ", ink);
        whose.append(&InkLine::of(&self.sources[of].name, ink).cut_middle(widest));
        whose.pad_to(widest + 3);
        whose
    }

    fn line(&self, mut line: InkLine, i: usize) -> InkLine {
        let Line { at: printed, stream, text, .. } = &self.lines[i];
        let (mark, ink) = match stream {
            Stream::Stdout => ("  ", Ink::Text),
            Stream::Stderr => ("! ", Ink::Warn),
        };
        line.push(mark, ink);
        if let (Some(zone), Some(printed)) = (&self.times, printed) {
            line.push(format!("{} ", words::clock(*printed, zone)), Ink::Dim);
        }
        let mut at = 0;
        while let Some(found) = self.next_match(text, at) {
            line.push(&text[at..found.start], Ink::Text);
            at = found.end;
            line.push(&text[found], Ink::Match);
        }
        line.push(&text[at..], Ink::Text);
        line
    }
}

/// What matches nothing, as `x*` does everywhere, is passed over.
fn first_match(pattern: &Regex, text: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    while let Some(found) = pattern.find_at(text, at) {
        if !found.is_empty() {
            return Some(found.range());
        }
        at = found.end() + text[found.end()..].chars().next()?.len_utf8();
    }
    None
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
#[path = "logs_tests.rs"]
mod tests;
