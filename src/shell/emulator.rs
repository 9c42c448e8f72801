//! The terminal model: bytes of the child in; a grid of cells, replies and events out.

use std::cell::Cell as Flag;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use alacritty_terminal::event::{Event, EventListener};
use alacritty_terminal::grid::{Dimensions, Scroll};
use alacritty_terminal::index::{Column, Line, Point, Side};
use alacritty_terminal::selection::{Selection, SelectionType};
use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::term::{Config, Osc52, Term, TermMode, viewport_to_point};
use alacritty_terminal::vte::ansi::{
    Attr, CharsetIndex, CursorShape, CursorStyle, Handler, NamedColor, NamedMode, NamedPrivateMode,
    Processor, Rgb,
};

use super::control::{Control, Controls};
use super::filter::{Filter, Mark, Piece, Told};
use super::modes::{self, Modes};
use super::palette;
use super::prompt::{Prompt, Shown, Standing};
use super::screen::SelectBy;

const LONGEST_TITLE: usize = 200;

thread_local! {
    static PARSING: Flag<bool> = const { Flag::new(false) };
}

/// Whether this thread is inside the emulator, where a panic is caught and survived. A panic hook that takes the
/// screen down must ask this first.
pub fn is_guarded() -> bool {
    PARSING.get()
}

/// How the terminal is set up.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) cols: u16,
    pub(super) rows: u16,
    pub(super) scrollback: usize,
    /// Answered to a program that asks for the terminal's colours.
    pub(super) foreground: (u8, u8, u8),
    pub(super) background: (u8, u8, u8),
    /// Only marks with this sender count; None: any.
    pub(super) aid: Option<String>,
    /// What commands print is handed on, too.
    pub(super) tells_output: bool,
}

/// What the bytes led to, besides a changed screen.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Produced {
    /// To be written to the child at once.
    pub(super) replies: Vec<u8>,
    pub(super) clipboard: Option<String>,
    /// The bell rang, once or more.
    pub(super) bell: bool,
    /// The newest notification (OSC 9 or 777), cleaned.
    pub(super) notice: Option<String>,
    pub(super) commands: Vec<Command>,
    /// Lines that were entered at the prompt.
    pub(super) run: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    Started,
    Printed(Vec<u8>),
    Ended(Option<i32>),
}

/// Collects the emulator's events while it parses.
#[derive(Clone, Default)]
struct Outbox(Arc<Mutex<Vec<Event>>>);

impl EventListener for Outbox {
    fn send_event(&self, event: Event) {
        let is_of_use = matches!(
            event,
            Event::PtyWrite(_)
                | Event::ColorRequest(..)
                | Event::ClipboardStore(..)
                | Event::Title(_)
                | Event::ResetTitle
                | Event::Bell
        );
        if is_of_use {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        }
    }
}

struct Size {
    cols: usize,
    rows: usize,
}

impl Size {
    /// One column is too few for a wide character and makes the model panic.
    fn clamped(cols: u16, rows: u16) -> Self {
        Self { cols: usize::from(cols.clamp(2, 4096)), rows: usize::from(rows.clamp(1, 4096)) }
    }
}

impl Dimensions for Size {
    fn total_lines(&self) -> usize {
        self.rows
    }

    fn screen_lines(&self) -> usize {
        self.rows
    }

    fn columns(&self) -> usize {
        self.cols
    }
}

pub(super) struct Emulator {
    term: Term<Outbox>,
    parser: Processor,
    filter: Filter,
    controls: Controls,
    outbox: Outbox,
    setup: Setup,
    title: String,
    folder: Option<PathBuf>,
    command_runs: bool,
    prompt: Prompt,
    /// The modes that a command found, so that it can't leave others behind.
    found: Option<TermMode>,
    produced: Produced,
}

impl Emulator {
    pub(super) fn new(setup: Setup) -> Self {
        let outbox = Outbox::default();
        Self {
            term: new_term(&setup, outbox.clone()),
            parser: Processor::new(),
            filter: Filter::default(),
            controls: Controls::default(),
            outbox,
            prompt: Prompt::new(setup.aid.is_some()),
            found: None,
            setup,
            title: String::new(),
            folder: None,
            command_runs: false,
            produced: Produced::default(),
        }
    }

    /// Never panics: a model that does is replaced by an empty one of the same size.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Produced {
        self.guard(|emulator| emulator.parse(bytes));
        self.prompt.printed();
        self.type_what_waited();
        self.produced.run = self.prompt.take_run();
        std::mem::take(&mut self.produced)
    }

    fn type_what_waited(&mut self) {
        let Some((text, keys)) = self.prompt.due() else { return };
        let modes = self.modes();
        let bytes = self.prompt.put(&text, &modes);
        self.produced.replies.extend(bytes);
        if !keys.is_empty() {
            self.sent(&keys);
            self.produced.replies.extend(keys);
        }
    }

    pub(super) fn prompt(&mut self) -> &mut Prompt {
        &mut self.prompt
    }

    pub(super) fn standing(&self) -> Standing {
        self.prompt.standing(&self.shown())
    }

    /// The learner's keys go to the shell itself.
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        let shown = self.shown();
        self.prompt.sent(bytes, &shown);
    }

    /// What the screen shows behind the prompt.
    fn shown(&self) -> Shown {
        let grid = self.term.grid();
        let point = grid.cursor.point;
        let cursor = (point.line.0 as u16, point.column.0 as u16);
        let Some((row, col)) = self.prompt.end().filter(|end| *end <= cursor) else {
            return Shown { cursor, text: String::new() };
        };
        let mut text = String::new();
        for line in row..=cursor.0 {
            let from = if line == row { usize::from(col) } else { 0 };
            for col in from..self.term.columns() {
                let cell = &grid[Line(i32::from(line))][Column(col)];
                if !cell.flags.contains(Flags::WIDE_CHAR_SPACER) {
                    text.push(cell.c);
                }
            }
        }
        Shown { cursor, text: text.trim_end().to_owned() }
    }

    /// The cell before the cursor holds something, and it is not the prompt that ends there.
    pub(super) fn is_behind_a_word(&self) -> bool {
        let grid = self.term.grid();
        let point = grid.cursor.point;
        let at_end = self.prompt.end() == Some((point.line.0 as u16, point.column.0 as u16));
        point.column.0 > 0
            && !at_end
            && !self.prompt.is_behind_blank()
            && !grid[point.line][point.column - 1].c.is_whitespace()
    }

    /// What a program is told that asks for the terminal's colours; one that is not known stays as it is.
    pub(super) fn set_colors(&mut self, foreground: Option<(u8, u8, u8)>, background: Option<(u8, u8, u8)>) {
        self.setup.foreground = foreground.unwrap_or(self.setup.foreground);
        self.setup.background = background.unwrap_or(self.setup.background);
    }

    fn parse(&mut self, bytes: &[u8]) {
        let mut filter = std::mem::take(&mut self.filter);
        filter.feed(bytes, |piece| self.take(piece));
        self.filter = filter;
        self.settle();
    }

    /// When a synchronised update that was begun must be shown even if its end never comes.
    pub(super) fn sync_deadline(&self) -> Option<Instant> {
        self.parser.sync_timeout().sync_timeout()
    }

    pub(super) fn end_sync(&mut self) -> Produced {
        self.guard(|emulator| {
            emulator.parser.stop_sync(&mut emulator.term);
            emulator.settle();
        });
        std::mem::take(&mut self.produced)
    }

    /// Clamped to at least 2 columns and 1 row; the size that it got.
    pub(super) fn resize(&mut self, cols: u16, rows: u16) -> (u16, u16) {
        let size = Size::clamped(cols, rows);
        (self.setup.cols, self.setup.rows) = (size.cols as u16, size.rows as u16);
        self.controls.forget_margins();
        self.guard(|emulator| emulator.term.resize(size));
        (self.setup.cols, self.setup.rows)
    }

    fn guard(&mut self, work: impl FnOnce(&mut Self)) {
        PARSING.set(true);
        let outcome = catch_unwind(AssertUnwindSafe(|| work(self)));
        PARSING.set(false);
        if outcome.is_err() {
            tracing::error!("the terminal model panicked; it starts again empty");
            let fresh = Self::new(self.setup.clone());
            *self = Self {
                title: std::mem::take(&mut self.title),
                folder: self.folder.take(),
                command_runs: self.command_runs,
                ..fresh
            };
        }
    }

    fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Bytes(bytes) => {
                if self.setup.tells_output && self.command_runs {
                    match self.produced.commands.last_mut() {
                        Some(Command::Printed(printed)) => printed.extend_from_slice(bytes),
                        _ => self.produced.commands.push(Command::Printed(bytes.to_vec())),
                    }
                }
                self.parser.advance(&mut self.term, bytes);
            }
            Piece::SoftReset => {
                self.parser.stop_sync(&mut self.term);
                self.controls = Controls::default();
                soft_reset(&mut self.term);
            }
            // Inside a synchronised update the model keeps bytes back, and nothing may overtake them.
            Piece::Control(_, bytes) if self.sync_deadline().is_some() => {
                self.parser.advance(&mut self.term, bytes);
            }
            Piece::Control(control, _) => {
                if matches!(control, Control::Report(_) | Control::Setting(_)) {
                    self.settle();
                }
                self.controls.carry_out(&control, &mut self.term, &mut self.produced.replies);
            }
            Piece::Version => {
                self.settle();
                let name = concat!("\x1bP>|pilotwhale(", env!("CARGO_PKG_VERSION"), ")\x1b\\");
                self.produced.replies.extend_from_slice(name.as_bytes());
            }
            Piece::Told(Told::Notice(text)) => self.produced.notice = Some(cleaned(&text)),
            Piece::Told(Told::Folder(folder)) => self.folder = Some(folder),
            Piece::Told(Told::Mark(mark, aid)) => {
                if self.setup.aid.is_none() || self.setup.aid == aid {
                    self.mark(mark);
                }
            }
        }
    }

    fn mark(&mut self, mark: Mark) {
        let point = self.term.grid().cursor.point;
        match mark {
            Mark::PromptStart => {
                self.put_back_modes();
                self.prompt.starts();
            }
            Mark::PromptEnd => self.prompt.ends((point.line.0 as u16, point.column.0 as u16)),
            Mark::CommandStart if !self.command_runs => {
                self.command_runs = true;
                self.found = Some(*self.term.mode());
                self.produced.commands.push(Command::Started);
            }
            // A shell also tells the status when Enter was pressed on an empty prompt.
            Mark::CommandEnd(status) if self.command_runs => {
                self.command_runs = false;
                self.put_back_modes();
                self.produced.commands.push(Command::Ended(status));
            }
            _ => {}
        }
    }

    /// A program that was killed has not put back what it had asked of the terminal.
    fn put_back_modes(&mut self) {
        let Some(found) = self.found.take() else { return };
        self.parser.stop_sync(&mut self.term);
        modes::put_back(&mut self.term, found);
        let point = self.term.grid().cursor.point;
        let wraps = self.term.grid().cursor.input_needs_wrap;
        self.controls.forget_margins();
        self.term.set_scrolling_region(1, None);
        let cursor = &mut self.term.grid_mut().cursor;
        (cursor.point, cursor.input_needs_wrap, cursor.charsets) = (point, wraps, Default::default());
        self.term.set_active_charset(CharsetIndex::G0);
        self.term.terminal_attribute(Attr::Reset);
        self.term.set_hyperlink(None);
        self.term.set_cursor_style(None);
    }

    /// Turns the events so far into replies and the like.
    fn settle(&mut self) {
        let events = std::mem::take(&mut *self.outbox.0.lock().unwrap_or_else(PoisonError::into_inner));
        for event in events {
            match event {
                Event::PtyWrite(text) => self.produced.replies.extend_from_slice(text.as_bytes()),
                Event::ColorRequest(index, answer) => {
                    let color = self.term.colors()[index].unwrap_or_else(|| self.own_color(index));
                    self.produced.replies.extend_from_slice(answer(color).as_bytes());
                }
                Event::ClipboardStore(_, text) => self.produced.clipboard = Some(text),
                Event::Title(title) => {
                    self.title = cleaned(&title);
                }
                Event::ResetTitle => self.title.clear(),
                Event::Bell => self.produced.bell = true,
                _ => {}
            }
        }
    }

    fn own_color(&self, index: usize) -> Rgb {
        let rgb = |(r, g, b)| Rgb { r, g, b };
        match u8::try_from(index) {
            Ok(index) => rgb(palette::xterm(index)),
            Err(_) if index == NamedColor::Background as usize => rgb(self.setup.background),
            Err(_) => rgb(self.setup.foreground),
        }
    }

    pub(super) fn term(&self) -> &Term<impl EventListener + use<>> {
        &self.term
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub(super) fn modes(&self) -> Modes {
        Modes::of(*self.term.mode())
    }

    pub(super) fn scroll(&mut self, lines: i32) {
        self.term.scroll_display(Scroll::Delta(lines));
    }

    pub(super) fn scroll_to_bottom(&mut self) {
        self.term.scroll_display(Scroll::Bottom);
    }

    pub(super) fn set_focus(&mut self, focused: bool) {
        self.term.is_focused = focused;
    }

    pub(super) fn select_start(&mut self, row: u16, col: u16, by: SelectBy) {
        let kind = match by {
            SelectBy::Cell => SelectionType::Simple,
            SelectBy::Word => SelectionType::Semantic,
            SelectBy::Line => SelectionType::Lines,
        };
        let point = self.point(row, col);
        self.term.selection = Some(Selection::new(kind, point, Side::Left));
    }

    pub(super) fn select_to(&mut self, row: u16, col: u16) {
        let point = self.point(row, col);
        if let Some(selection) = &mut self.term.selection {
            selection.update(point, Side::Right);
            selection.include_all();
        }
    }

    pub(super) fn select_none(&mut self) {
        self.term.selection = None;
    }

    /// None when nothing is selected.
    pub(super) fn selection_text(&self) -> Option<String> {
        self.term.selection_to_string().filter(|text| !text.is_empty())
    }

    fn point(&self, row: u16, col: u16) -> Point {
        let row = usize::from(row).min(self.term.screen_lines() - 1);
        let col = usize::from(col).min(self.term.columns() - 1);
        viewport_to_point(self.term.grid().display_offset(), Point::new(row, Column(col)))
    }
}

/// Text of a program's for somewhere else than its own screen: without control characters and those that turn the writing round.
fn cleaned(text: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_control() && !turns(c)).take(LONGEST_TITLE).collect()
}

fn new_term(setup: &Setup, outbox: Outbox) -> Term<Outbox> {
    let config = Config {
        scrolling_history: setup.scrollback,
        kitty_keyboard: false,
        osc52: Osc52::OnlyCopy,
        // No program can ask for this one, so it stands for the shape that nobody has asked for.
        default_cursor_style: CursorStyle { shape: CursorShape::HollowBlock, blinking: false },
        ..Config::default()
    };
    Term::new(config, &Size::clamped(setup.cols, setup.rows), outbox)
}

/// DECSTR: modes, margins, attributes and the saved cursor go back to their defaults; text and cursor stay.
fn soft_reset(term: &mut Term<Outbox>) {
    let point = term.grid().cursor.point;
    term.unset_mode(NamedMode::Insert.into());
    term.unset_private_mode(NamedPrivateMode::Origin.into());
    term.unset_private_mode(NamedPrivateMode::CursorKeys.into());
    term.set_private_mode(NamedPrivateMode::LineWrap.into());
    term.set_private_mode(NamedPrivateMode::ShowCursor.into());
    term.unset_keypad_application_mode();
    term.set_scrolling_region(1, None);
    term.terminal_attribute(Attr::Reset);
    term.set_active_charset(CharsetIndex::G0);
    let grid = term.grid_mut();
    grid.cursor.charsets = Default::default();
    grid.cursor.point = point;
    grid.saved_cursor = alacritty_terminal::grid::Cursor::<Cell>::default();
}

#[cfg(test)]
mod tests;
