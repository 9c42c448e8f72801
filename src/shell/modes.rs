//! What the running program asked of the terminal's input side.

use alacritty_terminal::event::EventListener;
use alacritty_terminal::term::{Term, TermMode};
use alacritty_terminal::vte::ansi::{Handler, NamedMode, NamedPrivateMode};

/// The modes that decide how keys, mouse and pastes are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    pub application_cursor: bool,
    pub newline: bool,
    pub bracketed_paste: bool,
    pub focus_reports: bool,
    pub mouse: MouseReports,
    pub mouse_format: MouseFormat,
    pub alternate_screen: bool,
    /// On the alternate screen, the wheel sends arrow keys.
    pub alternate_scroll: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum MouseReports {
    #[default]
    None,
    Clicks,
    Drags,
    Motion,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MouseFormat {
    #[default]
    X10,
    Utf8,
    Sgr,
}

impl Modes {
    pub(super) fn of(mode: TermMode) -> Self {
        Self {
            application_cursor: mode.contains(TermMode::APP_CURSOR),
            newline: mode.contains(TermMode::LINE_FEED_NEW_LINE),
            bracketed_paste: mode.contains(TermMode::BRACKETED_PASTE),
            focus_reports: mode.contains(TermMode::FOCUS_IN_OUT),
            mouse: if mode.contains(TermMode::MOUSE_MOTION) {
                MouseReports::Motion
            } else if mode.contains(TermMode::MOUSE_DRAG) {
                MouseReports::Drags
            } else if mode.contains(TermMode::MOUSE_REPORT_CLICK) {
                MouseReports::Clicks
            } else {
                MouseReports::None
            },
            mouse_format: if mode.contains(TermMode::SGR_MOUSE) {
                MouseFormat::Sgr
            } else if mode.contains(TermMode::UTF8_MOUSE) {
                MouseFormat::Utf8
            } else {
                MouseFormat::X10
            },
            alternate_screen: mode.contains(TermMode::ALT_SCREEN),
            alternate_scroll: mode.contains(TermMode::ALTERNATE_SCROLL),
        }
    }
}

/// The modes that are set and unset by DECSET and DECRST.
const PRIVATE: [(TermMode, NamedPrivateMode); 13] = [
    // First, because the cursor's other modes belong to the screen that is shown.
    (TermMode::ALT_SCREEN, NamedPrivateMode::SwapScreenAndSetRestoreCursor),
    (TermMode::APP_CURSOR, NamedPrivateMode::CursorKeys),
    (TermMode::MOUSE_REPORT_CLICK, NamedPrivateMode::ReportMouseClicks),
    (TermMode::MOUSE_DRAG, NamedPrivateMode::ReportCellMouseMotion),
    (TermMode::MOUSE_MOTION, NamedPrivateMode::ReportAllMouseMotion),
    (TermMode::FOCUS_IN_OUT, NamedPrivateMode::ReportFocusInOut),
    (TermMode::UTF8_MOUSE, NamedPrivateMode::Utf8Mouse),
    (TermMode::SGR_MOUSE, NamedPrivateMode::SgrMouse),
    (TermMode::BRACKETED_PASTE, NamedPrivateMode::BracketedPaste),
    (TermMode::ALTERNATE_SCROLL, NamedPrivateMode::AlternateScroll),
    (TermMode::LINE_WRAP, NamedPrivateMode::LineWrap),
    (TermMode::SHOW_CURSOR, NamedPrivateMode::ShowCursor),
    (TermMode::ORIGIN, NamedPrivateMode::Origin),
];
const ANSI: [(TermMode, NamedMode); 2] =
    [(TermMode::INSERT, NamedMode::Insert), (TermMode::LINE_FEED_NEW_LINE, NamedMode::LineFeedNewLine)];

/// Brings all modes to what they were; the cursor stays.
pub(super) fn put_back<L: EventListener>(term: &mut Term<L>, found: TermMode) {
    // Unset first: setting one kind of mouse reports takes the others away.
    for set in [false, true] {
        for (bit, mode) in PRIVATE {
            if found.contains(bit) == set && term.mode().contains(bit) != set {
                let cursor = term.grid().cursor.point;
                if set {
                    term.set_private_mode(mode.into());
                } else {
                    term.unset_private_mode(mode.into());
                }
                if bit == TermMode::ORIGIN {
                    term.grid_mut().cursor.point = cursor;
                }
            }
        }
    }
    for (bit, mode) in ANSI {
        match (found.contains(bit), term.mode().contains(bit)) {
            (true, false) => term.set_mode(mode.into()),
            (false, true) => term.unset_mode(mode.into()),
            _ => {}
        }
    }
    match (found.contains(TermMode::APP_KEYPAD), term.mode().contains(TermMode::APP_KEYPAD)) {
        (true, false) => term.set_keypad_application_mode(),
        (false, true) => term.unset_keypad_application_mode(),
        _ => {}
    }
}
