//! What the running program asked of the terminal's input side.

use alacritty_terminal::term::TermMode;

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
