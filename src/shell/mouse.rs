//! Mouse reports, in the format that the running program asked for.

use super::keys::Mods;
use super::modes::{Modes, MouseFormat, MouseReports};

/// Row and column count from 0 at the shell's own top left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    pub row: u16,
    pub col: u16,
    pub mods: Mods,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    Down(Button),
    Up(Button),
    Drag(Button),
    Moved,
    WheelUp,
    WheelDown,
    WheelLeft,
    WheelRight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    Left,
    Middle,
    Right,
}

/// None when the program didn't ask for this report, or its format can't express the place.
pub(super) fn report(mouse: Mouse, modes: &Modes) -> Option<Vec<u8>> {
    let wanted = match mouse.kind {
        MouseKind::Moved => MouseReports::Motion,
        MouseKind::Drag(_) => MouseReports::Drags,
        _ => MouseReports::Clicks,
    };
    if modes.mouse < wanted {
        return None;
    }
    let button = |button| match button {
        Button::Left => 0,
        Button::Middle => 1,
        Button::Right => 2,
    };
    let code = match mouse.kind {
        MouseKind::Down(which) | MouseKind::Up(which) => button(which),
        MouseKind::Drag(which) => button(which) + 32,
        MouseKind::Moved => 3 + 32,
        MouseKind::WheelUp => 64,
        MouseKind::WheelDown => 65,
        MouseKind::WheelLeft => 66,
        MouseKind::WheelRight => 67,
    };
    let is_release = matches!(mouse.kind, MouseKind::Up(_));
    let mods =
        4 * u32::from(mouse.mods.shift) + 8 * u32::from(mouse.mods.alt) + 16 * u32::from(mouse.mods.ctrl);
    let (col, row) = (u32::from(mouse.col) + 1, u32::from(mouse.row) + 1);
    if modes.mouse_format == MouseFormat::Sgr {
        let end = if is_release { 'm' } else { 'M' };
        return Some(format!("\x1b[<{};{col};{row}{end}", code + mods).into_bytes());
    }
    // The older formats have one code for every button's release.
    let code = if is_release { 3 } else { code };
    let mut bytes = b"\x1b[M".to_vec();
    for value in [code + mods, col, row] {
        let value = value + 32;
        match modes.mouse_format {
            MouseFormat::Utf8 if value < 2048 => {
                bytes.extend(char::from_u32(value)?.encode_utf8(&mut [0; 4]).as_bytes());
            }
            MouseFormat::X10 => bytes.push(u8::try_from(value).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(kind: MouseKind, col: u16, row: u16) -> Mouse {
        Mouse { kind, row, col, mods: Mods::default() }
    }

    fn modes(mouse: MouseReports, mouse_format: MouseFormat) -> Modes {
        Modes { mouse, mouse_format, ..Modes::default() }
    }

    #[test]
    fn sgr_names_the_button_also_on_release() {
        let modes = modes(MouseReports::Clicks, MouseFormat::Sgr);
        assert_eq!(report(at(MouseKind::Down(Button::Left), 0, 0), &modes).unwrap(), b"\x1b[<0;1;1M");
        assert_eq!(report(at(MouseKind::Up(Button::Right), 299, 9), &modes).unwrap(), b"\x1b[<2;300;10m");
        assert_eq!(report(at(MouseKind::WheelDown, 4, 5), &modes).unwrap(), b"\x1b[<65;5;6M");
        let ctrl = Mouse {
            mods: Mods { ctrl: true, ..Mods::default() },
            ..at(MouseKind::Down(Button::Middle), 0, 0)
        };
        assert_eq!(report(ctrl, &modes).unwrap(), b"\x1b[<17;1;1M");
    }

    #[test]
    fn only_what_was_asked_for_is_reported() {
        let drag = at(MouseKind::Drag(Button::Left), 1, 1);
        assert_eq!(report(drag, &modes(MouseReports::Clicks, MouseFormat::Sgr)), None);
        assert!(report(drag, &modes(MouseReports::Drags, MouseFormat::Sgr)).is_some());
        let moved = at(MouseKind::Moved, 1, 1);
        assert_eq!(report(moved, &modes(MouseReports::Drags, MouseFormat::Sgr)), None);
        assert_eq!(report(moved, &modes(MouseReports::Motion, MouseFormat::Sgr)).unwrap(), b"\x1b[<35;2;2M");
        assert_eq!(report(at(MouseKind::WheelUp, 0, 0), &Modes::default()), None);
    }

    #[test]
    fn the_old_formats_stop_where_they_end() {
        let x10 = modes(MouseReports::Clicks, MouseFormat::X10);
        assert_eq!(report(at(MouseKind::Down(Button::Left), 0, 1), &x10).unwrap(), b"\x1b[M !\"");
        assert_eq!(report(at(MouseKind::Up(Button::Left), 0, 1), &x10).unwrap(), b"\x1b[M#!\"");
        assert_eq!(report(at(MouseKind::Down(Button::Left), 222, 0), &x10).unwrap(), b"\x1b[M \xff!");
        assert_eq!(report(at(MouseKind::Down(Button::Left), 223, 0), &x10), None);
        let utf8 = modes(MouseReports::Clicks, MouseFormat::Utf8);
        assert_eq!(
            report(at(MouseKind::Down(Button::Left), 223, 0), &utf8).unwrap(),
            "\x1b[M \u{100}!".as_bytes()
        );
        assert_eq!(report(at(MouseKind::Down(Button::Left), 2100, 0), &utf8), None);
    }
}
