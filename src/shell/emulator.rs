//! The terminal model: bytes of the child in; a grid of cells, replies and events out.

use std::cell::Cell as Flag;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use alacritty_terminal::event::{Event, EventListener};
use alacritty_terminal::grid::{Dimensions, Scroll};
use alacritty_terminal::index::{Column, Point, Side};
use alacritty_terminal::selection::{Selection, SelectionType};
use alacritty_terminal::term::cell::Cell;
use alacritty_terminal::term::{Config, Osc52, Term, viewport_to_point};
use alacritty_terminal::vte::ansi::{
    Attr, CharsetIndex, Handler, NamedColor, NamedMode, NamedPrivateMode, Processor, Rgb,
};

use super::filter::{Filter, Mark, Piece, Told};
use super::modes::Modes;
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
    pub(super) commands: Vec<Command>,
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
    outbox: Outbox,
    setup: Setup,
    title: String,
    folder: Option<PathBuf>,
    command_runs: bool,
    produced: Produced,
}

impl Emulator {
    pub(super) fn new(setup: Setup) -> Self {
        let outbox = Outbox::default();
        Self {
            term: new_term(&setup, outbox.clone()),
            parser: Processor::new(),
            filter: Filter::default(),
            outbox,
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
        std::mem::take(&mut self.produced)
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
                soft_reset(&mut self.term);
            }
            Piece::Version => {
                self.settle();
                let name = concat!("\x1bP>|pilotwhale(", env!("CARGO_PKG_VERSION"), ")\x1b\\");
                self.produced.replies.extend_from_slice(name.as_bytes());
            }
            Piece::Told(Told::Folder(folder)) => self.folder = Some(folder),
            Piece::Told(Told::Mark(mark, aid)) => {
                if self.setup.aid.is_none() || self.setup.aid == aid {
                    self.mark(mark);
                }
            }
        }
    }

    fn mark(&mut self, mark: Mark) {
        match mark {
            Mark::CommandStart if !self.command_runs => {
                self.command_runs = true;
                self.produced.commands.push(Command::Started);
            }
            // A shell also tells the status when Enter was pressed on an empty prompt.
            Mark::CommandEnd(status) if self.command_runs => {
                self.command_runs = false;
                self.produced.commands.push(Command::Ended(status));
            }
            _ => {}
        }
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
                    self.title = title.chars().filter(|c| !c.is_control()).take(LONGEST_TITLE).collect();
                }
                Event::ResetTitle => self.title.clear(),
                _ => {}
            }
        }
    }

    fn own_color(&self, index: usize) -> Rgb {
        let rgb = |(r, g, b)| Rgb { r, g, b };
        match u8::try_from(index) {
            Ok(index) => rgb(palette(index)),
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

fn new_term(setup: &Setup, outbox: Outbox) -> Term<Outbox> {
    let config = Config {
        scrolling_history: setup.scrollback,
        kitty_keyboard: false,
        osc52: Osc52::OnlyCopy,
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

/// xterm's default palette.
fn palette(index: u8) -> (u8, u8, u8) {
    const NAMED: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    match index {
        0..=15 => NAMED[usize::from(index)],
        16..=231 => {
            let step = |value: u8| if value == 0 { 0 } else { 55 + 40 * value };
            let cube = index - 16;
            (step(cube / 36), step(cube / 6 % 6), step(cube % 6))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn emulator(cols: u16, rows: u16) -> Emulator {
        Emulator::new(Setup {
            cols,
            rows,
            scrollback: 50,
            foreground: (255, 255, 255),
            background: (0, 0, 0),
            aid: None,
            tells_output: false,
        })
    }

    #[test]
    fn a_panic_costs_the_screen_and_nothing_more() {
        let mut emulator = emulator(20, 5);
        emulator.advance(b"text\x1b]2;title\x07");
        emulator.guard(|_| {
            assert!(is_guarded());
            panic!("on purpose");
        });
        assert!(!is_guarded());
        assert_eq!(emulator.title(), "title");
        emulator.advance(b"more");
        emulator.select_start(0, 0, SelectBy::Line);
        emulator.select_to(0, 0);
        assert_eq!(emulator.selection_text().unwrap(), "more\n");
    }

    #[test]
    fn a_soft_reset_keeps_text_and_cursor() {
        let mut emulator = emulator(20, 5);
        emulator.advance(b"\x1b[2;4r\x1b[?6h\x1b[?25l\x1b[?1h\x1b[2;3Hab\x1b[!p");
        assert_eq!(emulator.advance(b"\x1b[6n").replies, b"\x1b[3;5R");
        assert!(!emulator.modes().application_cursor);
        assert_eq!(emulator.advance(b"\x1b8\x1b[6n").replies, b"\x1b[1;1R");
    }

    #[test]
    fn replies_keep_the_order_of_the_questions() {
        let replies = emulator(20, 5).advance(b"\x1b[c\x1b[>q\x1b[5n").replies;
        let text = String::from_utf8(replies).unwrap();
        assert!(text.starts_with("\x1b[?6c\x1bP>|") && text.ends_with("\x1b\\\x1b[0n"), "{text:?}");
    }

    #[test]
    fn the_old_alternate_screens_keep_the_first_one() {
        let mut emulator = emulator(20, 5);
        emulator.advance(b"first\x1b[?1047hsecond");
        assert!(emulator.modes().alternate_screen);
        emulator.advance(b"\x1b[?1047l");
        emulator.select_start(0, 0, SelectBy::Line);
        emulator.select_to(0, 0);
        assert_eq!(emulator.selection_text().unwrap(), "first\n");
    }

    #[derive(Clone, Debug)]
    enum Step {
        Bytes(Vec<u8>),
        Text(String),
        Resize(u16, u16),
        Scroll(i32),
        Select(u16, u16),
    }

    fn step() -> impl Strategy<Value = Step> {
        let sequence = "\x1b(\\[[?>]?[0-9;]{0,8}[@A-Za-z]|[78DEMc=>]|\\(0|\\(B|#8)";
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60).prop_map(Step::Bytes),
            "[a-z漢字❤\u{fe0f}\u{200d}👩🔬\u{301}ｶﾞ👍🏽\t\r\n]{0,60}".prop_map(Step::Text),
            prop::collection::vec(sequence, 1..6).prop_map(|all| Step::Text(all.concat())),
            (0..90u16, 0..30u16).prop_map(|(cols, rows)| Step::Resize(cols, rows)),
            (-60..60i32).prop_map(Step::Scroll),
            (0..40u16, 0..100u16).prop_map(|(row, col)| Step::Select(row, col)),
        ]
    }

    proptest! {
        // Past the guard, so that a panic is seen.
        #[test]
        fn no_bytes_and_no_size_make_the_model_panic(steps in prop::collection::vec(step(), 0..60)) {
            let mut emulator = emulator(20, 6);
            for step in steps {
                match step {
                    Step::Bytes(bytes) => emulator.parse(&bytes),
                    Step::Text(text) => emulator.parse(text.as_bytes()),
                    Step::Resize(cols, rows) => emulator.term.resize(Size::clamped(cols, rows)),
                    Step::Scroll(lines) => emulator.scroll(lines),
                    Step::Select(row, col) => {
                        emulator.select_start(row / 2, col / 2, SelectBy::Word);
                        emulator.select_to(row, col);
                    }
                }
                emulator.selection_text();
            }
        }
    }
}
