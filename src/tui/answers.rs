//! What the outer terminal answers when it is asked for its colours, told apart from keys, however late it comes.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tokio::time::Instant;

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// The colours that the outer terminal says it has; `None` where it has not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colors {
    pub foreground: Option<Rgb>,
    pub background: Option<Rgb>,
}

impl Colors {
    /// Whether text is lighter than what is behind it; `None` while the background is not known.
    pub fn is_dark(self) -> Option<bool> {
        let background = brightness(self.background?);
        Some(background < self.foreground.map_or(128.0, brightness))
    }
}

/// The luma of ITU-R BT.601, 0 to 255.
fn brightness((red, green, blue): Rgb) -> f64 {
    0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue)
}

/// Asks for foreground and background (OSC 10 and 11), and for the device attributes (DA1), which every terminal answers.
pub const QUESTIONS: &[u8] = b"\x1b]10;?\x07\x1b]11;?\x07\x1b[c";

/// Whether a terminal of this name understands the questions. GNU screen passes them on and mixes up the answers.
pub fn may_be_asked(term: Option<&str>) -> bool {
    !matches!(term, None | Some("" | "dumb" | "linux" | "Eterm" | "screen"))
        && !term.is_some_and(|term| term.starts_with("screen."))
}

/// An Esc that nothing follows for so long was a key.
const ESCAPE: Duration = Duration::from_millis(40);
/// What has begun like an answer and does not go on for so long was keys.
const BEGUN: Duration = Duration::from_millis(500);
/// An answer that stops in its middle does not come to its end.
const BROKEN: Duration = Duration::from_secs(2);
/// An answer to a question of colour has some thirty characters.
const LONGEST: usize = 64;

/// Takes the answers out of the events. crossterm reads them as keys: `ESC ]` as Alt-], or as Esc and `]` where a read ends between
/// the two, then a key for each character.
#[derive(Debug, Default)]
pub struct Answers {
    colors: Colors,
    /// Something is asked and not answered. Else every event is what it seems.
    awaited: bool,
    /// When the last colour was told; the device attributes come behind it.
    told: Option<Instant>,
    state: State,
    /// Keys that may turn out to be an answer's beginning.
    held: Vec<Event>,
    body: String,
    since: Option<Instant>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Keys,
    Escape,
    /// `ESC ]`, with the digits of its number.
    Number,
    /// `ESC ] NUMBER ;`: no learner types that.
    Body,
    /// An Esc in it, which ends it together with a `\`.
    BodyEscape,
    /// `ESC [`, with what a report of the terminal has after it.
    Report,
}

impl Answers {
    /// The questions were sent.
    pub fn ask(&mut self) {
        self.awaited = true;
    }

    /// The events that are none of an answer's, in their order, and the colours when something new was said of them.
    pub fn take(&mut self, now: Instant, event: Event) -> (Vec<Event>, Option<Colors>) {
        let before = self.colors;
        self.awaited &= self.told.is_none_or(|told| now.duration_since(told) < BROKEN);
        let mut out = Vec::new();
        match event {
            Event::Key(key) if self.awaited || self.state != State::Keys => self.key(key, &mut out),
            // The mouse may move and the focus change while an answer is under way.
            other => out.push(other),
        }
        self.since = (self.state != State::Keys).then_some(now);
        if self.told.is_none() && self.colors.foreground.is_some() && self.colors.background.is_some() {
            self.told = Some(now);
        }
        (out, (self.colors != before).then_some(self.colors))
    }

    /// When `expire` is to be called, if nothing comes until then.
    pub fn deadline(&self) -> Option<Instant> {
        let patience = match self.state {
            State::Keys => return None,
            State::Escape => ESCAPE,
            State::Number | State::Report => BEGUN,
            State::Body | State::BodyEscape => BROKEN,
        };
        self.since.map(|since| since + patience)
    }

    /// Nothing more has come: what was held were keys.
    pub fn expire(&mut self) -> Vec<Event> {
        self.since = None;
        match self.state {
            // Some end theirs with an Esc alone.
            State::BodyEscape => self.answered(),
            State::Body => drop(self.let_go()),
            _ => return self.let_go(),
        }
        Vec::new()
    }

    fn let_go(&mut self) -> Vec<Event> {
        self.state = State::Keys;
        self.body.clear();
        std::mem::take(&mut self.held)
    }

    fn key(&mut self, key: KeyEvent, out: &mut Vec<Event>) {
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let plain = match key.code {
            KeyCode::Char(c) if !alt && !control => Some(c),
            _ => None,
        };
        match (self.state, key.code, plain) {
            (State::Keys, KeyCode::Esc, _) => self.hold(key, State::Escape),
            (State::Keys, KeyCode::Char(']'), _) if alt => self.hold(key, State::Number),
            (State::Escape, _, Some(']')) => self.hold(key, State::Number),
            (State::Escape, _, Some('[')) => self.hold(key, State::Report),
            (State::Report, _, Some(c @ ('?' | ';' | '0'..='9'))) if self.body.len() < LONGEST => {
                self.body.push(c);
                self.hold(key, State::Report);
            }
            (State::Report, _, Some('c')) if self.body.starts_with('?') => {
                self.let_go();
            }
            (State::Number, _, Some(c @ '0'..='9')) if self.body.len() < 3 => {
                self.body.push(c);
                self.hold(key, State::Number);
            }
            (State::Number, _, Some(';')) if !self.body.is_empty() => {
                self.body.push(';');
                self.hold(key, State::Body);
            }
            (State::Body, _, Some(c)) if c.is_ascii_graphic() && self.body.len() < LONGEST => {
                self.body.push(c)
            }
            (State::Body, KeyCode::Esc, _) => self.state = State::BodyEscape,
            (State::Body, KeyCode::Char('\\'), _) if alt => self.answered(),
            (State::Body, KeyCode::Char('g'), _) if control => self.answered(),
            (State::BodyEscape, _, Some('\\')) => self.answered(),
            (State::Keys, ..) => out.push(Event::Key(key)),
            (State::Body | State::BodyEscape, ..) => {
                // It stopped in its middle, and this is something new.
                self.let_go();
                self.key(key, out);
            }
            (State::Escape | State::Number | State::Report, ..) => {
                out.extend(self.let_go());
                self.key(key, out);
            }
        }
    }

    fn hold(&mut self, key: KeyEvent, state: State) {
        self.held.push(Event::Key(key));
        self.state = state;
    }

    fn answered(&mut self) {
        let body = std::mem::take(&mut self.body);
        self.let_go();
        match body.split_once(';') {
            Some(("10", color)) => self.colors.foreground = parse(color).or(self.colors.foreground),
            Some(("11", color)) => self.colors.background = parse(color).or(self.colors.background),
            _ => {}
        }
    }
}

/// A colour as X has it (XParseColor): `rgb:RRRR/GGGG/BBBB` with one to four digits each, `rgba:` likewise, or `#RRGGBB`.
fn parse(text: &str) -> Option<Rgb> {
    if let Some(digits) = text.strip_prefix('#') {
        let width = digits.len() / 3;
        let part = |at: usize| scaled(digits.get(at * width..(at + 1) * width)?);
        return Some((part(0)?, part(1)?, part(2)?));
    }
    let parts = text.strip_prefix("rgb:").or_else(|| text.strip_prefix("rgba:"))?;
    let mut parts = parts.split('/').map(scaled);
    Some((parts.next()??, parts.next()??, parts.next()??))
}

/// One to four hexadecimal digits of the whole range, brought to 0 to 255.
fn scaled(digits: &str) -> Option<u8> {
    let most = match digits.len() {
        length @ 1..=4 => (1_u32 << (4 * length)) - 1,
        _ => return None,
    };
    let value = u32::from_str_radix(digits, 16).ok()?;
    u8::try_from((value * 255 + most / 2) / most).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What crossterm makes of these bytes, where each of `reads` comes in one read.
    fn events(reads: &[&str]) -> Vec<Event> {
        let mut out = Vec::new();
        for read in reads {
            let mut chars = read.chars().peekable();
            while let Some(c) = chars.next() {
                let (code, mods) = match (c, chars.peek()) {
                    ('\x1b', Some('[')) => {
                        // A whole report is kept by crossterm for itself.
                        for c in chars.by_ref() {
                            if c == 'c' {
                                break;
                            }
                        }
                        continue;
                    }
                    ('\x1b', Some(_)) => {
                        (KeyCode::Char(chars.next().expect("it was peeked")), KeyModifiers::ALT)
                    }
                    ('\x1b', None) => (KeyCode::Esc, KeyModifiers::NONE),
                    ('\x07', _) => (KeyCode::Char('g'), KeyModifiers::CONTROL),
                    (c, _) => (KeyCode::Char(c), KeyModifiers::NONE),
                };
                out.push(Event::Key(KeyEvent::new(code, mods)));
            }
        }
        out
    }

    fn run(answers: &mut Answers, reads: &[&str]) -> (Vec<Event>, Option<Colors>) {
        let (mut keys, mut told) = (Vec::new(), None);
        for event in events(reads) {
            let (more, colors) = answers.take(Instant::now(), event);
            keys.extend(more);
            told = colors.or(told);
        }
        (keys, told)
    }

    fn asked() -> Answers {
        let mut answers = Answers::default();
        answers.ask();
        answers
    }

    const LIGHT: &str = "\x1b]10;rgb:1111/2222/3333\x1b\\\x1b]11;rgb:ffff/ffff/dddd\x07\x1b[?62;22c";

    #[test]
    fn an_answer_split_anywhere_is_no_key() {
        let expected = Colors { foreground: Some((0x11, 0x22, 0x33)), background: Some((255, 255, 0xdd)) };
        for cut in 1..LIGHT.len() {
            let mut answers = asked();
            let (keys, told) = run(&mut answers, &[&LIGHT[..cut], &LIGHT[cut..]]);
            // crossterm keeps a report over reads, unless the read ends behind its ESC.
            let after: Vec<Event> = keys.into_iter().chain(answers.expire()).collect();
            let kept_by_crossterm = cut > LIGHT.find("\x1b[").unwrap() + 1;
            assert!(kept_by_crossterm || after.is_empty(), "cut at {cut}: {after:?}");
            assert_eq!(told, Some(expected), "cut at {cut}");
        }
        let single: Vec<&str> =
            LIGHT[..LIGHT.find("\x1b[").unwrap()].split("").filter(|c| !c.is_empty()).collect();
        assert_eq!(run(&mut asked(), &single), (Vec::new(), Some(expected)));
    }

    #[test]
    fn keys_stay_keys_while_an_answer_is_awaited() {
        for typed in ["b", "]", "/r", "\x1b]x", "\x1b]1x", "\x1b\\", "a\x1b]"] {
            let mut answers = asked();
            let (mut keys, told) = run(&mut answers, &[typed]);
            keys.extend(answers.expire());
            assert_eq!((keys, told), (events(&[typed]), None), "{typed:?}");
        }
        // Esc is let go as soon as something else follows, or nothing.
        let mut answers = asked();
        assert_eq!(run(&mut answers, &["\x1b"]).0, []);
        assert!(answers.deadline().is_some());
        assert_eq!(answers.expire(), events(&["\x1b"]));
        assert_eq!(answers.deadline(), None);
        assert_eq!(run(&mut answers, &["\x1b", "j"]).0, events(&["\x1b", "j"]));
    }

    #[test]
    fn keys_around_an_answer_keep_their_order() {
        let (keys, _) = run(
            &mut asked(),
            &["a", "\x1b]11;rgb:0/0/0\x07", "b", "\x1b]11;rgb:00", "\x1b[?6c", "\x1b]10;?"],
        );
        assert_eq!(keys, events(&["a", "b"]));
    }

    #[test]
    fn a_terminal_that_was_not_asked_answers_nothing() {
        let (keys, told) = run(&mut Answers::default(), &["\x1b]11;"]);
        assert_eq!((keys, told), (events(&["\x1b]11;"]), None));
        // and one that has answered has no more to say
        let mut answers = asked();
        run(&mut answers, &[LIGHT]);
        let later = Instant::now() + BROKEN;
        let escape = events(&["\x1b"]).remove(0);
        assert_eq!(answers.take(later, escape.clone()), (vec![escape], None));
    }

    #[test]
    fn an_answer_that_stops_takes_no_keys_with_it() {
        let mut answers = asked();
        assert_eq!(run(&mut answers, &["\x1b]11;rgb:"]).0, []);
        assert!(answers.deadline().is_some());
        assert_eq!(answers.expire(), []);
        assert_eq!(run(&mut answers, &["q"]).0, events(&["q"]));
    }

    #[test]
    fn colours_in_all_forms() {
        for text in
            ["rgb:ffff/8080/0000", "rgb:ff/80/00", "rgba:ffff/8080/0000/ffff", "#ff8000", "rgb:fff/808/000"]
        {
            assert_eq!(parse(text), Some((255, 128, 0)), "{text}");
        }
        for text in ["", "red", "rgb:ff/80", "rgb:fffff/0/0", "#ff", "rgb://"] {
            assert_eq!(parse(text), None, "{text}");
        }
        let of = |foreground, background| Colors { foreground, background }.is_dark();
        assert_eq!(of(None, Some((30, 30, 30))), Some(true));
        assert_eq!(of(Some((0, 0, 0)), Some((253, 246, 227))), Some(false));
        assert_eq!(of(Some((255, 255, 255)), None), None);
    }

    #[test]
    fn who_cannot_answer_is_not_asked() {
        for term in [Some("xterm-256color"), Some("tmux-256color"), Some("foot"), Some("screen-256color")] {
            assert!(may_be_asked(term), "{term:?}");
        }
        for term in [None, Some("dumb"), Some("linux"), Some("screen"), Some("screen.xterm")] {
            assert!(!may_be_asked(term), "{term:?}");
        }
    }
}
