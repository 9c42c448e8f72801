//! Turns what a program sent to a terminal into the plain lines that a person saw.

/// A line longer than this is cut: no line that matters is.
const WIDEST: usize = 16 * 1024;
/// Rows that a cursor may still go back up to; older ones are fixed.
const REACH: usize = 200;

/// A small terminal without edges: it follows carriage returns, backspaces, and the cursor and erase sequences
/// that line editors use. Bytes may arrive in any pieces. Keeps at most `limit` bytes of text, the first ones.
#[derive(Clone, Debug)]
pub struct Plain {
    done: String,
    rows: Vec<Vec<char>>,
    row: usize,
    col: usize,
    state: State,
    partial: Vec<u8>,
    limit: usize,
    truncated: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Ground,
    Escape,
    /// After ESC and an intermediate byte: one more byte belongs to it.
    Charset,
    Csi(String),
    /// OSC, DCS, APC, PM: skipped up to BEL or ESC \.
    Text {
        escaped: bool,
    },
}

impl Plain {
    pub fn new(limit: usize) -> Self {
        Self {
            done: String::new(),
            rows: vec![Vec::new()],
            row: 0,
            col: 0,
            state: State::Ground,
            partial: Vec::new(),
            limit,
            truncated: false,
        }
    }

    /// True once text was dropped; more input changes nothing then.
    pub fn is_full(&self) -> bool {
        self.truncated
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        if self.truncated {
            return;
        }
        self.partial.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.partial);
        let mut rest = held.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    text.chars().for_each(|c| self.take(c));
                    break;
                }
                Err(e) => {
                    let (good, bad) = rest.split_at(e.valid_up_to());
                    String::from_utf8_lossy(good).chars().for_each(|c| self.take(c));
                    match e.error_len() {
                        Some(n) => {
                            self.take(char::REPLACEMENT_CHARACTER);
                            rest = &bad[n..];
                        }
                        None => {
                            self.partial = bad.to_vec();
                            break;
                        }
                    }
                }
            }
        }
        self.settle(REACH);
    }

    /// Whether the last line is not ended yet, as where a program stands at its prompt.
    pub fn is_within_line(&self) -> bool {
        self.rows.get(self.row).is_some_and(|row| !row.is_empty())
    }

    /// The text so far, without blanks at the ends of lines and without empty lines at the end.
    pub fn text(&self) -> String {
        let mut text = self.done.clone();
        for row in &self.rows {
            push_line(&mut text, row);
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// Moves rows that are out of reach to the finished text.
    fn settle(&mut self, keep: usize) {
        if self.rows.len() <= keep {
            return;
        }
        let old = self.rows.len() - keep;
        for row in self.rows.drain(..old) {
            if self.done.len() >= self.limit {
                self.truncated = true;
                continue;
            }
            push_line(&mut self.done, &row);
        }
        self.row = self.row.saturating_sub(old);
    }

    fn take(&mut self, c: char) {
        match &mut self.state {
            State::Ground => self.ground(c),
            State::Escape => {
                self.state = match c {
                    '[' => State::Csi(String::new()),
                    ']' | 'P' | '_' | '^' | 'X' => State::Text { escaped: false },
                    '(' | ')' | '*' | '+' | '#' | '%' | ' ' => State::Charset,
                    'c' => {
                        self.page();
                        State::Ground
                    }
                    _ => State::Ground,
                };
            }
            State::Charset => self.state = State::Ground,
            State::Csi(args) => match c {
                '\u{40}'..='\u{7e}' => {
                    let args = std::mem::take(args);
                    self.state = State::Ground;
                    self.csi(c, &args);
                }
                '\u{20}'..='\u{3f}' if args.len() < 64 => args.push(c),
                '\u{20}'..='\u{3f}' => {}
                _ => {
                    self.state = State::Ground;
                    self.ground(c);
                }
            },
            State::Text { escaped } => match c {
                '\u{7}' => self.state = State::Ground,
                '\\' if *escaped => self.state = State::Ground,
                '\u{1b}' => *escaped = true,
                _ => *escaped = false,
            },
        }
    }

    fn ground(&mut self, c: char) {
        match c {
            '\u{1b}' => self.state = State::Escape,
            '\n' => {
                self.row += 1;
                self.col = 0;
                if self.row >= self.rows.len() {
                    self.rows.push(Vec::new());
                    if self.rows.len() > REACH * 2 {
                        self.settle(REACH);
                    }
                }
            }
            '\r' => self.col = 0,
            '\u{8}' => self.col = self.col.saturating_sub(1),
            '\t' => {
                let to = (self.col / 8 + 1) * 8;
                while self.col < to {
                    self.put(' ');
                }
            }
            c if c.is_control() => {}
            c => self.put(c),
        }
    }

    fn put(&mut self, c: char) {
        if self.col >= WIDEST {
            self.truncated = true;
            return;
        }
        let line = &mut self.rows[self.row];
        while line.len() < self.col {
            line.push(' ');
        }
        match line.get_mut(self.col) {
            Some(cell) => *cell = c,
            None => line.push(c),
        }
        self.col += 1;
    }

    fn csi(&mut self, last: char, args: &str) {
        let mut numbers =
            args.trim_start_matches(['?', '>', '<', '=']).split(';').map(|n| n.parse::<usize>().ok());
        let first = numbers.next().flatten();
        let n = first.unwrap_or(1).clamp(1, WIDEST);
        let col = self.col;
        let line = &mut self.rows[self.row];
        match last {
            'C' => self.col = (col + n).min(WIDEST),
            'D' => self.col = col.saturating_sub(n),
            'G' | '`' => self.col = n - 1,
            'A' => self.row = self.row.saturating_sub(n),
            'B' => self.row = (self.row + n).min(self.rows.len() - 1),
            'K' => match first.unwrap_or(0) {
                0 => line.truncate(col),
                1 => line.iter_mut().take(col + 1).for_each(|c| *c = ' '),
                _ => line.clear(),
            },
            'P' if col < line.len() => drop(line.drain(col..(col + n).min(line.len()))),
            '@' if col < line.len() => {
                drop(line.splice(col..col, std::iter::repeat_n(' ', n.min(WIDEST - col))))
            }
            'X' => line.iter_mut().skip(col).take(n).for_each(|c| *c = ' '),
            'J' if first.unwrap_or(0) == 0 => {
                line.truncate(col);
                self.rows.truncate(self.row + 1);
            }
            'J' => self.page(),
            'H' | 'f' if args.is_empty() || args == "1;1" => self.page(),
            _ => {}
        }
    }

    /// A cleared screen starts below what was printed: output is never forgotten.
    fn page(&mut self) {
        if self.rows.last().is_some_and(|r| !r.is_empty()) {
            self.rows.push(Vec::new());
        }
        self.row = self.rows.len() - 1;
        self.col = 0;
    }
}

fn push_line(text: &mut String, row: &[char]) {
    let start = text.len();
    text.extend(row);
    text.truncate(start + text[start..].trim_end().len());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(bytes: &[u8]) -> String {
        let mut p = Plain::new(1 << 16);
        p.feed(bytes);
        p.text()
    }

    #[test]
    fn what_a_person_saw() {
        let table: [(&[u8], &str); 16] = [
            (b"hello\r\nworld\r\n", "hello\nworld"),
            (b"\x1b[31mred\x1b[0m plain\n", "red plain"),
            (b"10%\r20%\r100%\n", "100%"),
            (b"abc\x08\x08XY\n", "aXY"),
            (b">>> prnt\x08\x08\x08\x1b[Kint('x')\r\nx\r\n", ">>> pint('x')\nx"),
            (b"\x1b]0;title\x07after\n", "after"),
            (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", "link"),
            (b"\x1b[?2004h>>> 1\x1b[?2004l\r\n", ">>> 1"),
            (b"abcdef\x1b[3D\x1b[P\n", "abcef"),
            (b"abc\x1b[2D\x1b[@X\n", "aXbc"),
            (b"one\ntwo\x1b[1A\x1b[Gx\x1b[Jy\n", "xy"),
            (b"kept\x1b[2J\x1b[Hnew", "kept\nnew"),
            (b"\x1b(Btext\n", "text"),
            (b"a\tb\n", "a       b"),
            ("h\u{e9}llo \u{1f40b}\n".as_bytes(), "h\u{e9}llo \u{1f40b}"),
            (b"bad \xff byte", "bad \u{fffd} byte"),
        ];
        for (bytes, want) in table {
            assert_eq!(plain(bytes), want, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_prompt_stands_within_a_line() {
        for (bytes, within) in
            [(&b"a\n"[..], false), (b"\x07", false), (b"a\n>>> ", true), (b"a\n\x1b[?2004h", false)]
        {
            let mut p = Plain::new(100);
            p.feed(bytes);
            assert_eq!(p.is_within_line(), within, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn pieces_make_no_difference() {
        let all = "caf\u{e9}\x1b[31m!\x1b[0m\r\nna\u{ef}ve\r\n".as_bytes();
        let mut p = Plain::new(1 << 16);
        all.chunks(1).for_each(|c| p.feed(c));
        assert_eq!(p.text(), plain(all));
    }

    #[test]
    fn bounded() {
        let mut p = Plain::new(1000);
        for _ in 0..10_000 {
            p.feed(b"0123456789\n");
        }
        assert!(p.is_full());
        assert!(p.text().len() < 1000 + REACH * 24);
        let mut one_line = Plain::new(1000);
        one_line.feed(&vec![b'x'; 1 << 20]);
        assert!(one_line.is_full());
        assert!(one_line.text().len() <= WIDEST + 1);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(chunks in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..60), 0..12)) {
            let mut p = Plain::new(4096);
            for c in &chunks {
                p.feed(c);
            }
            let _ = p.text();
        }

        #[test]
        fn no_sequences_panic(text in "(\x1b\\[[0-9;]{0,4}[A-Za-z@]|[a-z\r\n\t\x08]){0,60}") {
            let mut p = Plain::new(4096);
            p.feed(text.as_bytes());
            let _ = p.text();
        }
    }
}
