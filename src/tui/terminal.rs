//! The learner's own terminal: taken over at the start, given back at the end, also after a panic.

use std::io::{self, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::SetCursorStyle;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste, EnableFocusChange,
    EnableMouseCapture, KeyboardEnhancementFlags, PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::layout::{Rect, Size};

use super::watchdog::{self, Watchdog};
use super::widget::terminal::{Cursor, CursorShape, is_guarded};

static TAKEN: AtomicBool = AtomicBool::new(false);
/// The terminal's title was put aside, and another one is shown.
static TITLED: AtomicBool = AtomicBool::new(false);
/// The cursor has another shape than the learner's.
static SHAPED: AtomicBool = AtomicBool::new(false);

/// XTWINOPS 22 and 23: the title is put aside, and brought back.
const PUSH_TITLE: &str = "\x1b[22;0t";
const POP_TITLE: &str = "\x1b[23;0t";

/// What of the shell shows around the frame: the shape of the cursor, and the terminal's title. Written only where it changes.
#[derive(Default)]
pub(super) struct Around {
    cursor: Option<(CursorShape, bool)>,
    title: Option<String>,
}

impl Around {
    pub(super) fn show(&mut self, (cursor, title): (Option<Cursor>, Option<String>)) -> io::Result<()> {
        let cursor = cursor.map(|c| (c.shape, c.blinks)).filter(|(shape, _)| *shape != CursorShape::Own);
        if cursor != self.cursor {
            SHAPED.store(cursor.is_some(), Ordering::SeqCst);
            execute!(stdout(), style(cursor))?;
            self.cursor = cursor;
        }
        if title != self.title {
            match &title {
                Some(title) => {
                    if !TITLED.swap(true, Ordering::SeqCst) {
                        execute!(stdout(), Print(PUSH_TITLE))?;
                    }
                    execute!(stdout(), SetTitle(title))?;
                }
                None => bring_title_back()?,
            }
            self.title = title;
        }
        Ok(())
    }
}

fn bring_title_back() -> io::Result<()> {
    if TITLED.swap(false, Ordering::SeqCst) { execute!(stdout(), Print(POP_TITLE)) } else { Ok(()) }
}

fn style(cursor: Option<(CursorShape, bool)>) -> SetCursorStyle {
    match cursor {
        None | Some((CursorShape::Own, _)) => SetCursorStyle::DefaultUserShape,
        Some((CursorShape::Block, true)) => SetCursorStyle::BlinkingBlock,
        Some((CursorShape::Block, false)) => SetCursorStyle::SteadyBlock,
        Some((CursorShape::Underline, true)) => SetCursorStyle::BlinkingUnderScore,
        Some((CursorShape::Underline, false)) => SetCursorStyle::SteadyUnderScore,
        Some((CursorShape::Beam, true)) => SetCursorStyle::BlinkingBar,
        Some((CursorShape::Beam, false)) => SetCursorStyle::SteadyBar,
    }
}

/// Takes the terminal over; it is given back when this is dropped.
pub(super) struct Taken {
    _watchdog: Option<Watchdog>,
}

pub(super) fn take() -> io::Result<Taken> {
    let taken = Taken { _watchdog: watchdog::start() };
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(
        stdout(),
        EnterAlternateScreen,
        EnableMouseCapture,
        EnableBracketedPaste,
        EnableFocusChange,
        // Terminals that do not know it ignore it; those that do then tell Esc from Alt and Ctrl-i from Tab.
        PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES),
        cursor::Hide
    )?;
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // The emulator catches its own panics and goes on: the screen stays the app's.
        if is_guarded() {
            return;
        }
        give_back();
        previous(info);
    }));
    Ok(taken)
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

/// Safe to call twice. What fails here fails because the terminal is gone, and then there is nobody to tell.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = bring_title_back();
    if SHAPED.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), SetCursorStyle::DefaultUserShape);
    }
    write_back();
    let _ = disable_raw_mode();
}

/// The modes that every screen of the app has set.
pub(super) fn write_back() {
    let _ = execute!(
        stdout(),
        PopKeyboardEnhancementFlags,
        DisableFocusChange,
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        cursor::Show
    );
}

/// More columns and cells than any screen has: what a terminal claims beyond them is not drawn.
const MOST_COLUMNS: u16 = 2000;
const MOST_CELLS: u32 = 400_000;

/// The part of a window that is drawn on; memory goes with its cells.
pub(super) fn drawn_on(size: Size) -> Rect {
    let width = size.width.min(MOST_COLUMNS);
    let most_rows = MOST_CELLS / u32::from(width.max(1));
    Rect::new(0, 0, width, size.height.min(u16::try_from(most_rows).unwrap_or(u16::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_drawn_on_as_far_as_a_screen_goes() {
        let drawn = |width, height| drawn_on(Size::new(width, height)).as_size();
        for (width, height) in [(80, 24), (2000, 200), (7, 57_142), (1, u16::MAX), (0, 5), (0, 0)] {
            assert_eq!(drawn(width, height), Size::new(width, height));
        }
        assert_eq!(drawn(2001, 200), Size::new(2000, 200));
        assert_eq!(drawn(2000, 201), Size::new(2000, 200));
        assert_eq!(drawn(u16::MAX, u16::MAX), Size::new(2000, 200));
        assert_eq!(drawn(100, u16::MAX), Size::new(100, 4000));
    }
}
