//! Control functions that the terminal model leaves out or gets wrong, as the VT510's manual and xterm's ctlseqs have them.

use std::fmt::Write;

use alacritty_terminal::event::EventListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::{Term, TermMode};
use alacritty_terminal::vte::ansi::{ClearMode, Color, CursorShape, Handler, NamedColor, NamedPrivateMode};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Control {
    /// CUU and CUD, CPL and CNL: so many rows down, or up where negative, and perhaps to the first column.
    Rows {
        by: i32,
        first_column: bool,
    },
    /// CHA and HPA; from 1.
    Column(usize),
    /// ED 1.
    EraseAbove,
    /// DECALN.
    Align,
    /// DECSTBM; from 1, and 0 for the last row.
    Margins(usize, usize),
    /// DECSC and DECRC.
    Save,
    Restore,
    /// DECRST of DECOM, which also homes the cursor.
    EndOrigin,
    /// RIS.
    Reset,
    /// The alternate screen of modes 47 and 1047, which leaves the cursor where it is.
    Screen(bool),
    /// DSR in the two forms, and DA1 and DA3: what is asked for.
    Report(Vec<u8>),
    /// DECRQSS: the setting that is asked for.
    Setting(Vec<u8>),
}

impl Control {
    /// From the parameters and the end of a CSI sequence.
    pub(super) fn of_csi(params: &[u8], end: u8) -> Option<Self> {
        let number = |default: usize| match params {
            b"" => Some(default),
            digits if digits.len() < 6 && digits.iter().all(u8::is_ascii_digit) => {
                std::str::from_utf8(digits).ok()?.parse().ok()
            }
            _ => None,
        };
        let count = || Some(i32::try_from(number(1)?.max(1)).unwrap_or(i32::MAX));
        Some(match end {
            b'A' => Self::Rows { by: -count()?, first_column: false },
            b'B' => Self::Rows { by: count()?, first_column: false },
            b'F' => Self::Rows { by: -count()?, first_column: true },
            b'E' => Self::Rows { by: count()?, first_column: true },
            b'G' | b'`' => Self::Column(number(1)?),
            b'J' if params == b"1" => Self::EraseAbove,
            b'l' if params == b"?6" => Self::EndOrigin,
            b's' if params.is_empty() => Self::Save,
            b'u' if params.is_empty() => Self::Restore,
            b'n' if params == b"6" || params.starts_with(b"?") => Self::Report([params, b"n"].concat()),
            b'c' if matches!(params, b"" | b"0" | b"=" | b"=0") => Self::Report([params, b"c"].concat()),
            b'r' => {
                let text = std::str::from_utf8(params).ok()?;
                let mut numbers = text.split(';').map(|n| if n.is_empty() { Ok(0) } else { n.parse() });
                let (top, bottom) = (numbers.next()?.ok()?, numbers.next().unwrap_or(Ok(0)).ok()?);
                numbers.next().is_none().then_some(Self::Margins(top, bottom))?
            }
            _ => return None,
        })
    }
}

/// What the model keeps to itself of these.
#[derive(Debug, Default)]
pub(super) struct Controls {
    /// First and last row of the scroll region; None for all rows.
    margins: Option<(i32, i32)>,
    /// Whether the saved cursor counts from the region's corner.
    saved_origin: bool,
}

impl Controls {
    /// The region is the whole screen again.
    pub(super) fn forget_margins(&mut self) {
        self.margins = None;
    }

    pub(super) fn carry_out<L: EventListener>(
        &mut self,
        control: &Control,
        term: &mut Term<L>,
        replies: &mut Vec<u8>,
    ) {
        let last_row = term.screen_lines() as i32 - 1;
        let (top, bottom) = self.margins.unwrap_or((0, last_row));
        match control {
            Control::Rows { by, first_column } => {
                let cursor = &mut term.grid_mut().cursor;
                let row = cursor.point.line.0;
                // From outside of the region, only the screen is a limit.
                let target = if *by < 0 {
                    row.saturating_add(*by).max(if row >= top { top } else { 0 })
                } else {
                    row.saturating_add(*by).min(if row <= bottom { bottom } else { last_row })
                };
                cursor.point.line = Line(target);
                cursor.input_needs_wrap = false;
                if *first_column {
                    cursor.point.column = Column(0);
                }
            }
            Control::Column(number) => {
                let last = term.columns() - 1;
                let cursor = &mut term.grid_mut().cursor;
                cursor.point.column = Column(number.saturating_sub(1).min(last));
                cursor.input_needs_wrap = false;
            }
            Control::EraseAbove => {
                term.clear_screen(ClearMode::Above);
                if term.grid().cursor.point.line == 1 {
                    term.grid_mut().reset_region(..Line(1));
                }
            }
            Control::Align => {
                self.margins = None;
                term.set_scrolling_region(1, None);
                term.decaln();
                let cursor = &mut term.grid_mut().cursor;
                (cursor.point.line, cursor.point.column) = (Line(0), Column(0));
                cursor.input_needs_wrap = false;
            }
            Control::Margins(first, last) => {
                let lines = term.screen_lines();
                let last = if *last == 0 { lines } else { (*last).min(lines) };
                let first = (*first).max(1);
                if first < last {
                    self.margins = (first > 1 || last < lines).then_some((first as i32 - 1, last as i32 - 1));
                    term.set_scrolling_region(first, Some(last));
                }
            }
            Control::Save => {
                term.save_cursor_position();
                self.saved_origin = term.mode().contains(TermMode::ORIGIN);
            }
            Control::Restore => {
                if self.saved_origin {
                    term.set_private_mode(NamedPrivateMode::Origin.into());
                } else {
                    term.unset_private_mode(NamedPrivateMode::Origin.into());
                }
                term.restore_cursor_position();
            }
            Control::EndOrigin => {
                term.unset_private_mode(NamedPrivateMode::Origin.into());
                term.goto(0, 0);
            }
            Control::Reset => {
                *self = Self::default();
                term.reset_state();
            }
            Control::Screen(alternate) => {
                if term.mode().contains(TermMode::ALT_SCREEN) != *alternate {
                    let cursor = term.grid().cursor.clone();
                    term.swap_alt();
                    term.grid_mut().cursor = cursor;
                }
            }
            Control::Report(asked) => self.report(asked, term, replies),
            Control::Setting(asked) => {
                let setting = self.setting(asked, term);
                let answer = match setting {
                    Some(setting) => format!("\x1bP1$r{setting}{}\x1b\\", String::from_utf8_lossy(asked)),
                    None => "\x1bP0$r\x1b\\".to_owned(),
                };
                replies.extend_from_slice(answer.as_bytes());
            }
        }
    }

    fn report<L: EventListener>(&self, asked: &[u8], term: &Term<L>, replies: &mut Vec<u8>) {
        let point = term.grid().cursor.point;
        let above = match self.margins {
            Some((top, _)) if term.mode().contains(TermMode::ORIGIN) => top,
            _ => 0,
        };
        let (row, col) = (point.line.0 - above + 1, point.column.0 + 1);
        let answer = match asked {
            b"6n" => format!("\x1b[{row};{col}R"),
            // DECXCPR, on page 1
            b"?6n" => format!("\x1b[?{row};{col};1R"),
            // no printer; user keys can be defined; a North American keyboard; no locator, of no kind
            b"?15n" => "\x1b[?13n".to_owned(),
            b"?25n" => "\x1b[?20n".to_owned(),
            b"?26n" => "\x1b[?27;1;0;0n".to_owned(),
            b"?53n" | b"?55n" => "\x1b[?50n".to_owned(),
            b"?56n" => "\x1b[?57;0n".to_owned(),
            // no room for macros, and none to sum up; nothing was lost; one session
            b"?62n" => "\x1b[0*{".to_owned(),
            [b'?', b'6', b'3', b';', id @ .., b'n'] => {
                format!("\x1bP{}!~0000\x1b\\", String::from_utf8_lossy(id))
            }
            b"?75n" => "\x1b[?70n".to_owned(),
            b"?85n" => "\x1b[?83n".to_owned(),
            // a VT220 with colours
            b"c" | b"0c" => "\x1b[?62;22c".to_owned(),
            b"=c" | b"=0c" => "\x1bP!|00000000\x1b\\".to_owned(),
            _ => return,
        };
        replies.extend_from_slice(answer.as_bytes());
    }

    fn setting<L: EventListener>(&self, asked: &[u8], term: &Term<L>) -> Option<String> {
        Some(match asked {
            b"m" => rendition(term),
            b" q" => {
                let style = term.cursor_style();
                let steady = match style.shape {
                    CursorShape::Block => 2,
                    CursorShape::Underline => 4,
                    CursorShape::Beam => 6,
                    // as the learner has it
                    CursorShape::HollowBlock | CursorShape::Hidden => return Some("0".into()),
                };
                (steady - i32::from(style.blinking)).to_string()
            }
            b"r" => {
                let (top, bottom) = self.margins.unwrap_or((0, term.screen_lines() as i32 - 1));
                format!("{};{}", top + 1, bottom + 1)
            }
            b"t" | b"*|" => term.screen_lines().to_string(),
            b"$|" => term.columns().to_string(),
            b"\"p" => "62;1".into(),
            b"\"q" => "0".into(),
            _ => return None,
        })
    }
}

/// The SGR that the next character gets.
fn rendition<L: EventListener>(term: &Term<L>) -> String {
    let cell = &term.grid().cursor.template;
    let mut out = String::from("0");
    for (flag, number) in [
        (Flags::BOLD, "1"),
        (Flags::DIM, "2"),
        (Flags::ITALIC, "3"),
        (Flags::UNDERLINE, "4"),
        (Flags::DOUBLE_UNDERLINE, "4:2"),
        (Flags::UNDERCURL, "4:3"),
        (Flags::DOTTED_UNDERLINE, "4:4"),
        (Flags::DASHED_UNDERLINE, "4:5"),
        (Flags::INVERSE, "7"),
        (Flags::HIDDEN, "8"),
        (Flags::STRIKEOUT, "9"),
    ] {
        if cell.flags.contains(flag) {
            let _ = write!(out, ";{number}");
        }
    }
    for (color, base) in [(cell.fg, 30), (cell.bg, 40)] {
        let _ = match color {
            Color::Named(NamedColor::Foreground | NamedColor::Background) => Ok(()),
            Color::Named(name) if (name as usize) < 8 => write!(out, ";{}", base + name as usize),
            Color::Named(name) if (name as usize) < 16 => write!(out, ";{}", base + 60 + name as usize - 8),
            Color::Named(_) => Ok(()),
            Color::Indexed(index) => write!(out, ";{}:5:{index}", base + 8),
            Color::Spec(rgb) => write!(out, ";{}:2::{}:{}:{}", base + 8, rgb.r, rgb.g, rgb.b),
        };
    }
    out
}
