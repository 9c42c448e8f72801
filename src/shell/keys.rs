//! Keys and pasted text, as the bytes that a terminal program expects.

use termwiz::input::{KeyCode as Code, KeyCodeEncodeModes, KeyboardEncoding, Modifiers};

use super::modes::Modes;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub code: KeyCode,
    pub mods: Mods,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCode {
    Char(char),
    Enter,
    Tab,
    Backspace,
    Esc,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Insert,
    Delete,
    F(u8),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mods {
    pub shift: bool,
    pub alt: bool,
    pub ctrl: bool,
}

/// What xterm sends for a key; empty for a key that it doesn't send at all.
pub(super) fn encode(key: Key, modes: &Modes) -> Vec<u8> {
    let mut mods = Modifiers::NONE;
    mods.set(Modifiers::SHIFT, key.mods.shift);
    mods.set(Modifiers::ALT, key.mods.alt);
    mods.set(Modifiers::CTRL, key.mods.ctrl);
    let code = match key.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Tab => {
            // There is no legacy form for Ctrl-Tab; the encoder's own would show up as text in a shell.
            mods.remove(Modifiers::CTRL);
            Code::Tab
        }
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Esc => Code::Escape,
        KeyCode::Up => Code::UpArrow,
        KeyCode::Down => Code::DownArrow,
        KeyCode::Left => Code::LeftArrow,
        KeyCode::Right => Code::RightArrow,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Insert => Code::Insert,
        KeyCode::Delete => Code::Delete,
        KeyCode::F(number) => Code::Function(number),
    };
    if let KeyCode::F(number @ 13..=20) = key.code {
        return high_function(number, &key.mods);
    }
    let encoding = KeyCodeEncodeModes {
        encoding: KeyboardEncoding::Xterm,
        application_cursor_keys: modes.application_cursor,
        newline_mode: modes.newline,
        modify_other_keys: None,
    };
    code.encode(mods, encoding, true).map(String::into_bytes).unwrap_or_default()
}

/// F13 to F20 as the VT220 numbers them, with gaps (terminfo's kf13 of `xterm-new` is Shift-F1 and tells less).
fn high_function(number: u8, mods: &Mods) -> Vec<u8> {
    let code = [25, 26, 28, 29, 31, 32, 33, 34][usize::from(number - 13)];
    let modifier = 1 + u8::from(mods.shift) + 2 * u8::from(mods.alt) + 4 * u8::from(mods.ctrl);
    match modifier {
        1 => format!("\x1b[{code}~"),
        _ => format!("\x1b[{code};{modifier}~"),
    }
    .into_bytes()
}

/// Text as a terminal hands on a paste: in brackets that it can't break out of where the program asked for them,
/// else with the line ends that the Enter key sends.
pub(super) fn paste(text: &str, modes: &Modes) -> Vec<u8> {
    if modes.bracketed_paste {
        let inner: String = text.chars().filter(|c| !matches!(c, '\x1b' | '\x03')).collect();
        format!("\x1b[200~{inner}\x1b[201~").into_bytes()
    } else {
        text.replace("\r\n", "\r").replace('\n', "\r").into_bytes()
    }
}

/// What puts a command on the prompt and doesn't run it. A here document keeps its lines where the program takes a paste in
/// brackets; all else becomes one line.
pub(super) fn command(text: &str, modes: &Modes) -> Vec<u8> {
    if keeps_lines(text) && modes.bracketed_paste {
        paste(text, modes)
    } else {
        paste(&command_line(text), modes)
    }
}

/// Whether a command is no longer itself as one line.
pub(super) fn keeps_lines(text: &str) -> bool {
    text.contains("<<") && text.contains('\n')
}

/// A command for the prompt as one line that can't run itself: continued lines are joined, no control characters.
pub(super) fn command_line(text: &str) -> String {
    let mut line = String::new();
    for part in text.trim().lines() {
        let part = part.trim();
        let part = part.strip_suffix('\\').unwrap_or(part).trim_end();
        if !line.is_empty() && !part.is_empty() {
            line.push(' ');
        }
        line.extend(part.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !c.is_control()));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::KeyCode::*;
    use super::*;

    const NONE: Mods = Mods { shift: false, alt: false, ctrl: false };
    const SHIFT: Mods = Mods { shift: true, ..NONE };
    const ALT: Mods = Mods { alt: true, ..NONE };
    const CTRL: Mods = Mods { ctrl: true, ..NONE };
    const CTRL_SHIFT: Mods = Mods { ctrl: true, shift: true, ..NONE };
    const CTRL_ALT: Mods = Mods { ctrl: true, alt: true, ..NONE };

    #[test]
    fn keys_are_sent_as_xterm_sends_them() {
        let cases: &[(KeyCode, Mods, &str)] = &[
            // text
            (Char('a'), NONE, "a"),
            (Char('A'), SHIFT, "A"),
            (Char('A'), NONE, "A"),
            (Char('é'), NONE, "é"),
            (Char('É'), SHIFT, "É"),
            (Char('漢'), NONE, "漢"),
            (Char('!'), SHIFT, "!"),
            (Char(' '), NONE, " "),
            (Char(' '), SHIFT, " "),
            // control characters, also in the forms that other terminals report them in
            (Char('a'), CTRL, "\x01"),
            (Char('c'), CTRL, "\x03"),
            (Char('C'), CTRL_SHIFT, "\x03"),
            (Char('i'), CTRL, "\t"),
            (Char('m'), CTRL, "\r"),
            (Char('z'), CTRL, "\x1a"),
            (Char(' '), CTRL, "\0"),
            (Char('@'), CTRL, "\0"),
            (Char('['), CTRL, "\x1b"),
            (Char('\\'), CTRL, "\x1c"),
            (Char(']'), CTRL, "\x1d"),
            (Char('^'), CTRL, "\x1e"),
            (Char('_'), CTRL, "\x1f"),
            (Char('/'), CTRL, "\x1f"),
            (Char('4'), CTRL, "\x1c"),
            (Char('5'), CTRL, "\x1d"),
            (Char('6'), CTRL, "\x1e"),
            (Char('7'), CTRL, "\x1f"),
            (Char('?'), CTRL, "\x7f"),
            // Alt puts ESC before it
            (Char('b'), ALT, "\x1bb"),
            (Char('.'), ALT, "\x1b."),
            (Char('B'), Mods { shift: true, ..ALT }, "\x1bB"),
            (Char('a'), CTRL_ALT, "\x1b\x01"),
            (Enter, ALT, "\x1b\r"),
            (Esc, ALT, "\x1b\x1b"),
            (Backspace, ALT, "\x1b\x7f"),
            // the named keys
            (Enter, NONE, "\r"),
            (Enter, SHIFT, "\r"),
            (Enter, CTRL, "\r"),
            (Tab, NONE, "\t"),
            (Tab, SHIFT, "\x1b[Z"),
            (Tab, CTRL, "\t"),
            (Backspace, NONE, "\x7f"),
            (Backspace, CTRL, "\x08"),
            (Backspace, SHIFT, "\x7f"),
            (Esc, NONE, "\x1b"),
            (Up, NONE, "\x1b[A"),
            (Down, NONE, "\x1b[B"),
            (Right, NONE, "\x1b[C"),
            (Left, NONE, "\x1b[D"),
            (Home, NONE, "\x1b[H"),
            (End, NONE, "\x1b[F"),
            (Up, SHIFT, "\x1b[1;2A"),
            (Left, ALT, "\x1b[1;3D"),
            (Right, CTRL, "\x1b[1;5C"),
            (Home, CTRL_SHIFT, "\x1b[1;6H"),
            (Down, CTRL_ALT, "\x1b[1;7B"),
            (PageUp, NONE, "\x1b[5~"),
            (PageDown, SHIFT, "\x1b[6;2~"),
            (Insert, NONE, "\x1b[2~"),
            (Delete, NONE, "\x1b[3~"),
            (Delete, CTRL, "\x1b[3;5~"),
            (F(1), NONE, "\x1bOP"),
            (F(4), NONE, "\x1bOS"),
            (F(5), NONE, "\x1b[15~"),
            (F(10), NONE, "\x1b[21~"),
            (F(12), NONE, "\x1b[24~"),
            (F(1), SHIFT, "\x1b[1;2P"),
            (F(5), CTRL, "\x1b[15;5~"),
            (F(13), NONE, "\x1b[25~"),
            (F(15), NONE, "\x1b[28~"),
            (F(17), NONE, "\x1b[31~"),
            (F(20), NONE, "\x1b[34~"),
            (F(20), SHIFT, "\x1b[34;2~"),
            (F(40), NONE, ""),
        ];
        for &(code, mods, expected) in cases {
            let sent = encode(Key { code, mods }, &Modes::default());
            assert_eq!(String::from_utf8_lossy(&sent), expected, "{code:?} {mods:?}");
        }
    }

    #[test]
    fn application_cursor_and_newline_mode_change_what_they_should() {
        let modes = Modes { application_cursor: true, newline: true, ..Modes::default() };
        for (code, mods, expected) in [
            (Up, NONE, "\x1bOA"),
            (Left, NONE, "\x1bOD"),
            (Home, NONE, "\x1bOH"),
            (End, NONE, "\x1bOF"),
            (Up, CTRL, "\x1b[1;5A"),
            (PageUp, NONE, "\x1b[5~"),
            (Enter, NONE, "\r\n"),
            (Char('x'), NONE, "x"),
        ] {
            let sent = encode(Key { code, mods }, &modes);
            assert_eq!(String::from_utf8_lossy(&sent), expected, "{code:?} {mods:?}");
        }
    }

    #[test]
    fn a_paste_cannot_leave_its_brackets() {
        let modes = Modes { bracketed_paste: true, ..Modes::default() };
        assert_eq!(paste("a\n\x1b[201~rm\x03", &modes), b"\x1b[200~a\n[201~rm\x1b[201~");
        assert_eq!(paste("a\r\nb\nc", &Modes::default()), b"a\rb\rc");
    }

    #[test]
    fn a_command_becomes_one_harmless_line() {
        assert_eq!(command_line("docker ps\n"), "docker ps");
        assert_eq!(command_line("docker run \\\n    -d \\\n\tnginx"), "docker run -d nginx");
        assert_eq!(command_line("echo a\necho b\r\n"), "echo a echo b");
        assert_eq!(command_line("a\u{1b}[201~\u{3}b\u{85}"), "a[201~b");
    }
}
