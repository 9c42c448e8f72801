//! The learner's own terminal: taken over at the start, given back at the end, also after a panic.

use std::io::{self, Write, stdout};
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
pub(super) struct Taken(());

pub(super) fn take() -> io::Result<Taken> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let taken = Taken(());
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
    let mut out = stdout();
    let _ = bring_title_back();
    if SHAPED.swap(false, Ordering::SeqCst) {
        let _ = execute!(out, SetCursorStyle::DefaultUserShape);
    }
    let _ = execute!(
        out,
        PopKeyboardEnhancementFlags,
        DisableFocusChange,
        DisableBracketedPaste,
        DisableMouseCapture,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
    let _ = out.flush();
}
