//! What the shell shows, for whoever draws it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::selection::SelectionRange;
use alacritty_terminal::term::TermMode;
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::color::Colors;
use alacritty_terminal::vte::ansi::{Color as AnsiColor, CursorShape as AnsiShape, NamedColor};

use super::emulator::Emulator;
use super::modes::Modes;

/// The shell's screen; clones show the same one. It outlives its shell and then keeps what was last shown.
#[derive(Clone)]
pub struct Screen(Arc<Shared>);

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Screen")
    }
}

struct Shared {
    emulator: Mutex<Emulator>,
    /// The screen changed since it was last read.
    dirty: AtomicBool,
}

/// What a drag selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectBy {
    Cell,
    Word,
    Line,
}

impl Screen {
    pub(super) fn new(emulator: Emulator) -> Self {
        Self(Arc::new(Shared { emulator: Mutex::new(emulator), dirty: AtomicBool::new(false) }))
    }

    /// The reader thread waits while `look` runs.
    pub fn read<R>(&self, look: impl FnOnce(&View<'_>) -> R) -> R {
        // Cleared before the lock: a change in between is announced again rather than lost.
        self.0.dirty.store(false, Ordering::Release);
        let emulator = self.lock();
        let selection = emulator.term().selection.as_ref().and_then(|range| range.to_range(emulator.term()));
        look(&View { emulator: &emulator, selection })
    }

    /// Positive is back into the history.
    pub fn scroll(&self, lines: i32) {
        self.lock().scroll(lines);
    }

    pub fn scroll_to_bottom(&self) {
        self.lock().scroll_to_bottom();
    }

    pub fn select_start(&self, row: u16, col: u16, by: SelectBy) {
        self.lock().select_start(row, col, by);
    }

    pub fn select_to(&self, row: u16, col: u16) {
        self.lock().select_to(row, col);
    }

    pub fn select_none(&self) {
        self.lock().select_none();
    }

    /// The selected text, wrapped lines joined; None when nothing is selected.
    pub fn selection_text(&self) -> Option<String> {
        self.lock().selection_text()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Emulator> {
        self.0.emulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if nobody has been told yet of a change since the last read.
    pub(super) fn mark_dirty(&self) -> bool {
        !self.0.dirty.swap(true, Ordering::AcqRel)
    }
}

/// The screen at one moment.
pub struct View<'a> {
    emulator: &'a Emulator,
    selection: Option<SelectionRange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub col: u16,
    pub row: u16,
    pub shape: CursorShape,
    pub blinks: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorShape {
    /// As the learner's own terminal has it.
    Own,
    Block,
    Underline,
    Beam,
}

/// One place of the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell<'a> {
    pub glyph: char,
    /// Combining characters on top of it.
    pub marks: &'a [char],
    pub width: Width,
    pub fg: Color,
    pub bg: Color,
    pub underline: Color,
    pub look: Look,
    pub selected: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    Narrow,
    /// Covers the next cell too.
    Wide,
    /// Covered by the wide one before it.
    Covered,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underlined: bool,
    pub inverse: bool,
    pub hidden: bool,
    pub struck: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// The terminal's own foreground or background.
    Own,
    Indexed(u8),
    Rgb(u8, u8, u8),
}

impl View<'_> {
    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        let term = self.emulator.term();
        (term.columns() as u16, term.screen_lines() as u16)
    }

    /// None while it is hidden, or the view is scrolled back.
    pub fn cursor(&self) -> Option<Cursor> {
        let term = self.emulator.term();
        if self.lines_back() > 0 || !term.mode().contains(TermMode::SHOW_CURSOR) {
            return None;
        }
        let point = term.grid().cursor.point;
        let shape = match term.cursor_style().shape {
            AnsiShape::Hidden => return None,
            AnsiShape::Underline => CursorShape::Underline,
            AnsiShape::Beam => CursorShape::Beam,
            AnsiShape::Block => CursorShape::Block,
            AnsiShape::HollowBlock => CursorShape::Own,
        };
        let blinks = term.cursor_style().blinking;
        Some(Cursor { col: point.column.0 as u16, row: point.line.0 as u16, shape, blinks })
    }

    /// How far the view is scrolled back.
    pub fn lines_back(&self) -> usize {
        self.emulator.term().grid().display_offset()
    }

    /// Lines above the screen.
    pub fn history(&self) -> usize {
        self.emulator.term().grid().history_size()
    }

    pub fn title(&self) -> &str {
        self.emulator.title()
    }

    /// The folder that the shell last told of.
    pub fn folder(&self) -> Option<PathBuf> {
        self.emulator.folder().map(PathBuf::from)
    }

    pub fn modes(&self) -> Modes {
        self.emulator.modes()
    }

    /// The links that programs put into a row (OSC 8), with the columns they stand in.
    pub fn links(&self, row: u16) -> Vec<(std::ops::Range<u16>, String)> {
        let term = self.emulator.term();
        let line = Line(i32::from(row) - self.lines_back() as i32);
        let cols = if usize::from(row) < term.screen_lines() { term.columns() as u16 } else { 0 };
        let mut found: Vec<(std::ops::Range<u16>, String)> = Vec::new();
        for col in 0..cols {
            let Some(link) = term.grid()[line][Column(usize::from(col))].hyperlink() else { continue };
            match found.last_mut() {
                Some((cells, uri)) if cells.end == col && uri == link.uri() => cells.end += 1,
                _ => found.push((col..col + 1, link.uri().to_owned())),
            }
        }
        found
    }

    /// The cells of one row; none below the last row.
    pub fn row(&self, row: u16) -> impl Iterator<Item = Cell<'_>> {
        let term = self.emulator.term();
        let (colors, selection) = (term.colors(), self.selection);
        let line = Line(i32::from(row) - self.lines_back() as i32);
        let cols = if usize::from(row) < term.screen_lines() { term.columns() } else { 0 };
        (0..cols).map(move |col| {
            let cell = &term.grid()[line][Column(col)];
            let flags = cell.flags;
            let is_selected =
                |col| selection.is_some_and(|range| range.contains(Point::new(line, Column(col))));
            Cell {
                // A tab keeps its place in the grid, for copying.
                glyph: if cell.c < ' ' { ' ' } else { cell.c },
                marks: cell.zerowidth().unwrap_or_default(),
                width: if flags.contains(Flags::WIDE_CHAR) {
                    Width::Wide
                } else if flags.contains(Flags::WIDE_CHAR_SPACER) {
                    Width::Covered
                } else {
                    Width::Narrow
                },
                fg: color(cell.fg, colors),
                bg: color(cell.bg, colors),
                underline: cell.underline_color().map_or(Color::Own, |which| color(which, colors)),
                look: Look {
                    bold: flags.contains(Flags::BOLD),
                    dim: flags.contains(Flags::DIM),
                    italic: flags.contains(Flags::ITALIC),
                    underlined: flags.intersects(Flags::ALL_UNDERLINES),
                    inverse: flags.contains(Flags::INVERSE),
                    hidden: flags.contains(Flags::HIDDEN),
                    struck: flags.contains(Flags::STRIKEOUT),
                },
                selected: is_selected(col) || (flags.contains(Flags::WIDE_CHAR) && is_selected(col + 1)),
            }
        })
    }
}

fn color(color: AnsiColor, overrides: &Colors) -> Color {
    let rgb_or = |index: usize, otherwise| match overrides[index] {
        Some(rgb) => Color::Rgb(rgb.r, rgb.g, rgb.b),
        None => otherwise,
    };
    match color {
        AnsiColor::Spec(rgb) => Color::Rgb(rgb.r, rgb.g, rgb.b),
        AnsiColor::Indexed(index) => rgb_or(usize::from(index), Color::Indexed(index)),
        AnsiColor::Named(name) => {
            let index = name as usize;
            match name {
                NamedColor::DimBlack
                | NamedColor::DimRed
                | NamedColor::DimGreen
                | NamedColor::DimYellow
                | NamedColor::DimBlue
                | NamedColor::DimMagenta
                | NamedColor::DimCyan
                | NamedColor::DimWhite => Color::Indexed((index - NamedColor::DimBlack as usize) as u8),
                _ => rgb_or(index, u8::try_from(index).map_or(Color::Own, Color::Indexed)),
            }
        }
    }
}
