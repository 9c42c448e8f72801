//! Looks at the child's bytes before the emulator does: sequences it doesn't know, and what a shell tells about itself.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use percent_encoding::percent_decode;

use super::control::Control;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
/// Longest CSI sequence that could be one of ours; anything longer is passed on unread.
const LONGEST_CSI: usize = 64;
/// Longest OSC that is read here.
const LONGEST_REPORT: usize = 4096;
/// The emulator buffers a whole OSC; one that never ends is cut off here.
const LONGEST_OSC: usize = 4 << 20;

/// What the filter hands on, in the order of the bytes.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    Bytes(&'a [u8]),
    /// DECSTR.
    SoftReset,
    /// XTVERSION: who are you?
    Version,
    /// What the emulator would do otherwise, with its bytes.
    Control(Control, &'a [u8]),
    Told(Told),
}

/// What a shell tells about itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    /// OSC 7.
    Folder(PathBuf),
    /// OSC 9 or OSC 777: something for the learner's desktop.
    Notice(String),
    /// OSC 133, with the `aid` of the shell that sent it.
    Mark(Mark, Option<String>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mark {
    PromptStart,
    PromptEnd,
    CommandStart,
    CommandEnd(Option<i32>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Ground,
    Escape,
    Csi,
    Osc,
    /// `ESC #`.
    Hash,
    /// `ESC P`, as long as it may be a DECRQSS.
    Request,
    /// An ESC at its end.
    RequestEnd,
}

/// Invariant: `held` is non-empty only in the states other than `Ground` and `Osc`, and then holds the sequence's bytes of
/// earlier reads.
#[derive(Debug, Default)]
pub(super) struct Filter {
    state: State,
    held: Vec<u8>,
    params: Vec<u8>,
    report: Vec<u8>,
    osc_length: usize,
}

impl Filter {
    /// Every byte of `input` is emitted, replaced, or held back until the rest of its sequence comes.
    pub(super) fn feed(&mut self, input: &[u8], mut emit: impl FnMut(Piece<'_>)) {
        // `from`: first byte not yet handed on. `start`: where the current sequence begins, 0 if in an earlier read.
        let (mut from, mut start, mut at) = (0, 0, 0);
        while at < input.len() {
            match self.state {
                State::Ground => match input[at..].iter().position(|&byte| byte == ESC) {
                    Some(distance) => {
                        start = at + distance;
                        at = start + 1;
                        self.state = State::Escape;
                    }
                    None => break,
                },
                State::Escape => {
                    match input[at] {
                        b'[' => {
                            self.params.clear();
                            self.state = State::Csi;
                        }
                        b']' => {
                            self.let_go(&mut emit);
                            self.report.clear();
                            self.osc_length = 0;
                            self.state = State::Osc;
                        }
                        ESC => {
                            self.let_go(&mut emit);
                            start = at;
                        }
                        b'#' => self.state = State::Hash,
                        b'P' => {
                            self.params.clear();
                            self.state = State::Request;
                        }
                        byte @ (b'7' | b'8' | b'c') => {
                            let control = match byte {
                                b'7' => Control::Save,
                                b'8' => Control::Restore,
                                _ => Control::Reset,
                            };
                            let whole = [ESC, byte];
                            self.hand_on(&input[from..start.max(from)], control, &whole, &mut emit);
                            from = at + 1;
                        }
                        _ => {
                            self.let_go(&mut emit);
                            self.state = State::Ground;
                        }
                    }
                    at += 1;
                }
                State::Csi => match input[at] {
                    byte @ 0x20..=0x3f if self.params.len() < LONGEST_CSI => {
                        self.params.push(byte);
                        at += 1;
                    }
                    end @ 0x40..=0x7e => {
                        at += 1;
                        self.state = State::Ground;
                        if let Some(ours) = recognise(&self.params, end) {
                            if from < start {
                                emit(Piece::Bytes(&input[from..start]));
                            }
                            self.held.clear();
                            ours.replay(&self.params, end, &mut emit);
                            from = at;
                        } else {
                            self.let_go(&mut emit);
                        }
                    }
                    // Not a sequence that could be ours; the byte is looked at again as text.
                    _ => {
                        self.let_go(&mut emit);
                        self.state = State::Ground;
                    }
                },
                State::Hash => {
                    if input[at] == b'8' {
                        self.hand_on(&input[from..start.max(from)], Control::Align, b"\x1b#8", &mut emit);
                        at += 1;
                        from = at;
                    } else {
                        self.let_go(&mut emit);
                        self.state = State::Ground;
                    }
                }
                State::Request => match input[at] {
                    ESC => {
                        self.state = State::RequestEnd;
                        at += 1;
                    }
                    byte @ 0x20..=0x7e if self.may_be_request(byte) => {
                        self.params.push(byte);
                        at += 1;
                    }
                    _ => {
                        self.let_go(&mut emit);
                        self.state = State::Ground;
                    }
                },
                State::RequestEnd => {
                    if input[at] == b'\\' && self.params.starts_with(b"$q") {
                        let setting = Control::Setting(self.params[2..].to_vec());
                        let whole = [b"\x1bP", &self.params[..], b"\x1b\\"].concat();
                        self.hand_on(&input[from..start.max(from)], setting, &whole, &mut emit);
                        at += 1;
                        from = at;
                    } else {
                        self.let_go(&mut emit);
                        self.state = State::Ground;
                    }
                }
                State::Osc => {
                    let rest = &input[at..];
                    let end = rest.iter().position(|byte| matches!(*byte, ESC | BEL | CAN | SUB));
                    let body = &rest[..end.unwrap_or(rest.len())];
                    if self.report.len() + body.len() <= LONGEST_REPORT {
                        self.report.extend_from_slice(body);
                    }
                    self.osc_length += body.len();
                    at += body.len();
                    if end.is_some() {
                        if self.osc_length <= LONGEST_REPORT
                            && let Some(told) = read_report(&self.report)
                        {
                            if from < at {
                                emit(Piece::Bytes(&input[from..at]));
                                from = at;
                            }
                            emit(Piece::Told(told));
                        }
                        // ESC begins the terminator, and perhaps something else.
                        start = at;
                        self.state = if input[at] == ESC { State::Escape } else { State::Ground };
                        at += 1;
                    } else if self.osc_length > LONGEST_OSC {
                        emit(Piece::Bytes(&input[from..at]));
                        emit(Piece::Bytes(&[CAN]));
                        from = at;
                        self.state = State::Ground;
                    }
                }
            }
        }
        let end = if matches!(self.state, State::Ground | State::Osc) { input.len() } else { start };
        if from < end {
            emit(Piece::Bytes(&input[from..end]));
        }
        self.held.extend_from_slice(&input[end.max(from)..]);
    }

    /// A whole sequence of ours, with what came before it.
    fn hand_on(&mut self, before: &[u8], control: Control, whole: &[u8], emit: &mut impl FnMut(Piece<'_>)) {
        if !before.is_empty() {
            emit(Piece::Bytes(before));
        }
        self.held.clear();
        self.state = State::Ground;
        emit(Piece::Control(control, whole));
    }

    /// Whether `ESC P` with what follows can still be a DECRQSS, whose longest setting has few characters.
    fn may_be_request(&self, next: u8) -> bool {
        match self.params.len() {
            0 => next == b'$',
            1 => next == b'q',
            length => length < 6,
        }
    }

    /// Hands on what was held back of a sequence that turned out to be none of ours.
    fn let_go(&mut self, emit: &mut impl FnMut(Piece<'_>)) {
        if !self.held.is_empty() {
            emit(Piece::Bytes(&self.held));
            self.held.clear();
        }
    }
}

/// A CSI sequence that the emulator doesn't know.
enum Ours {
    SoftReset,
    Version,
    /// DECSET or DECRST with one of the older alternate-screen modes among its numbers.
    OldScreenModes,
    Control(Control),
}

fn recognise(params: &[u8], end: u8) -> Option<Ours> {
    match (params, end) {
        (b"!", b'p') => Some(Ours::SoftReset),
        (b">" | b">0", b'q') => Some(Ours::Version),
        ([b'?', modes @ ..], b'h' | b'l')
            if modes.split(|&byte| byte == b';').any(|mode| matches!(mode, b"47" | b"1047" | b"1048")) =>
        {
            Some(Ours::OldScreenModes)
        }
        _ => Control::of_csi(params, end).map(Ours::Control),
    }
}

impl Ours {
    fn replay(self, params: &[u8], end: u8, emit: &mut impl FnMut(Piece<'_>)) {
        match self {
            Self::SoftReset => emit(Piece::SoftReset),
            Self::Version => emit(Piece::Version),
            Self::Control(control) => {
                let whole = [b"\x1b[", params, &[end]].concat();
                emit(Piece::Control(control, &whole));
            }
            Self::OldScreenModes => {
                for mode in params[1..].split(|&byte| byte == b';') {
                    let bytes = match (mode, end) {
                        // The emulator knows only 1049, which also keeps the cursor of each screen.
                        (b"47" | b"1047", _) => {
                            let whole = [b"\x1b[?1049", &[end][..]].concat();
                            emit(Piece::Control(Control::Screen(end == b'h'), &whole));
                            continue;
                        }
                        (b"1048", b'h') => {
                            emit(Piece::Control(Control::Save, b"\x1b7"));
                            continue;
                        }
                        (b"1048", _) => {
                            emit(Piece::Control(Control::Restore, b"\x1b8"));
                            continue;
                        }
                        (mode, _) => [b"\x1b[?", mode, &[end]].concat(),
                    };
                    emit(Piece::Bytes(&bytes));
                }
            }
        }
    }
}

fn read_report(report: &[u8]) -> Option<Told> {
    if let Some(url) = report.strip_prefix(b"7;") {
        let after_scheme = url.strip_prefix(b"file://")?;
        let path = &after_scheme[after_scheme.iter().position(|&byte| byte == b'/')?..];
        return Some(Told::Folder(PathBuf::from(OsString::from_vec(percent_decode(path).collect()))));
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if let Some(notice) = report.strip_prefix(b"9;") {
        // A number means something else there, as `4;` does for the progress of a task.
        let is_number =
            notice.split(|byte| *byte == b';').next().is_some_and(|n| n.iter().all(u8::is_ascii_digit));
        return (!is_number).then(|| Told::Notice(text(notice)));
    }
    if let Some(notice) = report.strip_prefix(b"777;notify;") {
        let mut parts = notice.splitn(2, |byte| *byte == b';');
        let (title, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let between = if title.is_empty() || body.is_empty() { "" } else { ": " };
        return Some(Told::Notice(text(title) + between + &text(body)));
    }
    let body = std::str::from_utf8(report.strip_prefix(b"133;")?).ok()?;
    let mut fields = body.split(';');
    let kind = fields.next()?;
    let aid = body.split(';').find_map(|field| field.strip_prefix("aid=")).map(str::to_owned);
    let mark = match kind {
        "A" => Mark::PromptStart,
        "B" => Mark::PromptEnd,
        "C" => Mark::CommandStart,
        "D" => Mark::CommandEnd(fields.next().and_then(|status| status.parse().ok())),
        _ => return None,
    };
    Some(Told::Mark(mark, aid))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Runs `reads` through a fresh filter; bytes come out joined, the rest as its debug form between braces.
    fn run(reads: &[&[u8]]) -> String {
        let mut filter = Filter::default();
        let mut out = Vec::new();
        for read in reads {
            filter.feed(read, |piece| match piece {
                Piece::Bytes(bytes) => out.extend_from_slice(bytes),
                Piece::Control(control, _) => out.extend_from_slice(format!("{{{control:?}}}").as_bytes()),
                other => out.extend_from_slice(format!("{{{other:?}}}").as_bytes()),
            });
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn text_and_known_sequences_pass_untouched() {
        for text in
            ["plain", "a\x1b[31mred\x1b[m", "\x1b[?25l\x1b[?1049h", "\x1b(0lqk\x1b(B", "\x1bPtmux;\x1b\\"]
        {
            assert_eq!(run(&[text.as_bytes()]), text);
        }
    }

    #[test]
    fn soft_reset_and_version_are_taken_out() {
        assert_eq!(run(&[b"a\x1b[!pb\x1b[>qc\x1b[>0qd"]), "a{SoftReset}b{Version}c{Version}d");
    }

    #[test]
    fn old_screen_modes_become_the_known_one() {
        assert_eq!(run(&[b"\x1b[?47h|\x1b[?1047l"]), "{Screen(true)}|{Screen(false)}");
        assert_eq!(run(&[b"\x1b[?1048h|\x1b[?1048l"]), "{Save}|{Restore}");
        assert_eq!(run(&[b"\x1b[?1048;1047;25h"]), "{Save}{Screen(true)}\x1b[?25h");
    }

    #[test]
    fn a_sequence_split_anywhere_reads_the_same() {
        let whole =
            b"x\x1b[?47h\x1b]133;D;3;aid=k\x07y\x1b[!p\x1b[1;31mz\x1b]7;file://h/a%20b\x1b\\!\x1bP$qm\x1b\\\x1b#8\x1b7\x1b[3A"
                .as_slice();
        let expected = run(&[whole]);
        for cut in 0..=whole.len() {
            assert_eq!(run(&[&whole[..cut], &whole[cut..]]), expected, "cut at {cut}");
        }
        let single: Vec<&[u8]> = whole.chunks(1).collect();
        assert_eq!(run(&single), expected);
    }

    #[test]
    fn what_only_looks_like_ours_passes_untouched() {
        for text in [
            "\x1b#3a",
            "\x1bP$p\x1b\\",
            "\x1bP1$r0m\x1b\\",
            "\x1bP$qtoo long\x1b\\",
            "\x1bPq#0;2;0;0;0\x1b\\",
            "\x1b[1;2A",
            "\x1b[2J",
            "\x1b[?2J",
            "\x1b[>c",
            "\x1b[5n",
            "\x1b[1;2;3r",
            "\x1b[?1;2s",
            "\x1b[1u",
        ] {
            assert_eq!(run(&[text.as_bytes()]), text, "{text:?}");
            let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
            assert_eq!(run(&single), text, "{text:?} byte by byte");
        }
    }

    #[test]
    fn marks_carry_status_and_sender() {
        assert!(run(&[b"\x1b]133;D;130;aid=k\x07"]).contains("Mark(CommandEnd(Some(130)), Some(\"k\"))"));
        assert!(run(&[b"\x1b]133;D\x07"]).contains("Mark(CommandEnd(None), None)"));
        assert!(run(&[b"\x1b]133;C\x1b\\"]).contains("CommandStart"));
        assert!(run(&[b"\x1b]133;A;cl=m\x07\x1b]133;B\x07"]).contains("PromptEnd"));
    }

    #[test]
    fn notifications_are_told() {
        for (sent, told) in [
            ("\x1b]9;Built\x07", "Built"),
            ("\x1b]777;notify;Build;done; all of it\x1b\\", "Build: done; all of it"),
            ("\x1b]777;notify;Build\x07", "Build"),
        ] {
            assert!(
                run(&[sent.as_bytes()]).contains(&format!("{:?}", Told::Notice(told.into()))),
                "{sent:?}"
            );
        }
        for sent in ["\x1b]9;4;1;50\x07", "\x1b]9;\x07", "\x1b]777;precmd\x07"] {
            assert!(!run(&[sent.as_bytes()]).contains("Notice"), "{sent:?}");
        }
    }

    #[test]
    fn an_endless_osc_is_cut_off() {
        let mut filter = Filter::default();
        let mut cut = false;
        filter.feed(b"\x1b]0;", |_| {});
        for _ in 0..=LONGEST_OSC / 4096 {
            filter.feed(&[b'y'; 4096], |piece| cut |= piece == Piece::Bytes(&[CAN]));
        }
        assert!(cut);
        assert_eq!(filter.state, State::Ground);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_reordered(reads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8)) {
            let all: Vec<u8> = reads.concat();
            let refs: Vec<&[u8]> = reads.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(run(&refs), run(&[&all]));
        }
    }
}
