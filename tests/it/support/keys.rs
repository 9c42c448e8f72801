//! Keys by name to the bytes that xterm sends for them.

/// `down<Enter>` is the five keys d, o, w, n and Enter. Names: `Enter Tab Esc Space Backspace Delete Insert Up Down Left Right
/// Home End PageUp PageDown F1`…`F12`, with `C-` (Ctrl), `A-` (Alt) or `S-` (Shift) before them, and `lt` for a `<`.
pub(crate) fn bytes(keys: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = keys;
    while let Some(open) = rest.find('<') {
        bytes.extend_from_slice(&rest.as_bytes()[..open]);
        let close = rest[open..].find('>').unwrap_or_else(|| panic!("'{keys}' has a '<' without a '>'"));
        bytes.extend(named(&rest[open + 1..open + close]));
        rest = &rest[open + close + 1..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

fn named(name: &str) -> Vec<u8> {
    let (mut control, mut alt, mut shift) = (false, false, false);
    let mut key = name;
    while key.len() > 2 && key.is_char_boundary(2) {
        match &key[..2] {
            "C-" => control = true,
            "A-" => alt = true,
            "S-" => shift = true,
            _ => break,
        }
        key = &key[2..];
    }
    let modifier = 1 + u8::from(shift) + 2 * u8::from(alt) + 4 * u8::from(control);
    let text = match cursor_key(key) {
        Some((code, last)) if modifier == 1 && code == "1" && last.is_ascii_uppercase() => {
            let lead = if matches!(last, 'P'..='S') { "O" } else { "[" };
            format!("\x1b{lead}{last}")
        }
        Some((code, last)) if modifier == 1 => format!("\x1b[{code}{last}"),
        Some((code, last)) => format!("\x1b[{code};{modifier}{last}"),
        None => return plain(name, key, control, alt, shift),
    };
    text.into_bytes()
}

/// The number and the last character of the key's escape sequence.
fn cursor_key(key: &str) -> Option<(&'static str, char)> {
    Some(match key {
        "Up" => ("1", 'A'),
        "Down" => ("1", 'B'),
        "Right" => ("1", 'C'),
        "Left" => ("1", 'D'),
        "End" => ("1", 'F'),
        "Home" => ("1", 'H'),
        "Insert" => ("2", '~'),
        "Delete" => ("3", '~'),
        "PageUp" => ("5", '~'),
        "PageDown" => ("6", '~'),
        "F1" => ("1", 'P'),
        "F2" => ("1", 'Q'),
        "F3" => ("1", 'R'),
        "F4" => ("1", 'S'),
        "F5" => ("15", '~'),
        "F6" => ("17", '~'),
        "F7" => ("18", '~'),
        "F8" => ("19", '~'),
        "F9" => ("20", '~'),
        "F10" => ("21", '~'),
        "F11" => ("23", '~'),
        "F12" => ("24", '~'),
        _ => return None,
    })
}

fn plain(name: &str, key: &str, control: bool, alt: bool, shift: bool) -> Vec<u8> {
    let mut bytes = match key {
        "Enter" => vec![b'\r'],
        "Tab" if shift => b"\x1b[Z".to_vec(),
        "Tab" => vec![b'\t'],
        "Esc" => vec![0x1b],
        "Space" => vec![b' '],
        "Backspace" => vec![0x7f],
        "lt" => vec![b'<'],
        _ if key.chars().count() == 1 => key.as_bytes().to_vec(),
        _ => panic!("no key is called <{name}>"),
    };
    if control {
        bytes = vec![bytes[0] & 0x1f];
    }
    if alt {
        bytes.insert(0, 0x1b);
    }
    bytes
}

#[test]
fn named_keys_are_what_xterm_sends() {
    assert_eq!(bytes("ls<Enter>"), b"ls\r");
    assert_eq!(bytes("<F12><F1><Right>"), b"\x1b[24~\x1bOP\x1b[C");
    assert_eq!(bytes("<C-c><A-x><S-Tab><C-Space>"), b"\x03\x1bx\x1b[Z\x00");
    assert_eq!(bytes("<C-Right><S-PageUp>"), b"\x1b[1;5C\x1b[5;2~");
    assert_eq!(bytes("a <lt> b"), b"a < b");
}
