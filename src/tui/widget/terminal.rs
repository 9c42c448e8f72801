//! Draws the shell's screen, and turns the outer terminal's keys and mouse into the shell's.

mod addresses;
mod shown;

use std::num::NonZeroU16;

use crossterm::event::{
    KeyCode as OuterCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::buffer::{Buffer, Cell as Target, CellDiffOption, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color as Paint, Modifier, Style};

use super::hyperlink;
use crate::shell::{Button, Cell, Color, Key, KeyCode, Mods, Mouse, MouseKind, View, Width};
pub use crate::shell::{Cursor, CursorShape, Screen, is_guarded};
pub use shown::{draw_shown, shown};

/// Combining characters of one cell that are drawn: no script has more, and a program may send a million.
const MOST_MARKS: usize = 8;

/// How the screen is to look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Appearance {
    /// Laid over what is selected.
    pub selection: Style,
    /// Drop the program's colours (NO_COLOR); bold, underline and reverse stay.
    pub without_colors: bool,
}

/// What was drawn, for whatever is around it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// On the frame, with its shape; None while it is hidden, scrolled away or cut off.
    pub cursor: Option<(u16, u16, CursorShape)>,
    pub lines_back: usize,
    pub history: usize,
    pub title: String,
}

impl Drawn {
    /// Said over the pane while it is scrolled back, where it looks like a shell that hangs.
    pub fn scroll_label(&self) -> Option<String> {
        match self.lines_back {
            0 => None,
            1 => Some("↑ 1 line back".to_owned()),
            lines => Some(format!("↑ {lines} lines back")),
        }
    }

    /// Where a scrollbar's thumb begins and how long it is, on a bar of `length` cells; None without a history.
    pub fn thumb(&self, length: u16) -> Option<(u16, u16)> {
        if self.history == 0 || length == 0 {
            return None;
        }
        let bar = usize::from(length);
        let size = (bar * bar / (bar + self.history)).max(1);
        let top = (bar - size) * (self.history - self.lines_back.min(self.history)) / self.history;
        Some((top as u16, size as u16))
    }
}

/// Copies the visible part of `screen` over `area`; what the screen doesn't cover is cleared.
pub fn draw(screen: &Screen, area: Rect, buffer: &mut Buffer, appearance: &Appearance) -> Drawn {
    let area = area.intersection(*buffer.area());
    screen.read(|view| {
        let (cols, rows) = view.size();
        for row in 0..area.height {
            let mut cells = view.row(row);
            for col in 0..area.width {
                let target = &mut buffer[(area.x + col, area.y + row)];
                target.reset();
                let Some(cell) = cells.next() else { continue };
                let is_cut = cell.width == Width::Wide && col + 1 >= area.width.min(cols);
                paint(&cell, is_cut, target, appearance);
            }
            link(view, row, Rect { y: area.y + row, height: 1, ..area }, buffer);
        }
        let cursor = view
            .cursor()
            .filter(|cursor| cursor.col < area.width.min(cols) && cursor.row < area.height.min(rows))
            .map(|cursor| (area.x + cursor.col, area.y + cursor.row, cursor.shape));
        Drawn {
            cursor,
            lines_back: view.lines_back(),
            history: view.history(),
            title: view.title().to_owned(),
        }
    })
}

/// Makes the row's addresses such that a click opens them: a program's own links, and what reads like one.
fn link(view: &View<'_>, row: u16, place: Rect, buffer: &mut Buffer) {
    let mut own = vec![false; usize::from(place.width)];
    for (cells, uri) in view.links(row) {
        if cells.start < place.width && addresses::is_passed_on(&uri) {
            let end = cells.end.min(place.width);
            own[usize::from(cells.start)..usize::from(end)].fill(true);
            let cells = Rect { x: place.x + cells.start, width: end - cells.start, ..place };
            hyperlink::link(buffer, cells, &uri);
        }
    }
    let text: Vec<char> = view.row(row).take(own.len()).map(|cell| cell.glyph).collect();
    for (cells, url) in addresses::plain(&text) {
        if !own[cells.clone()].contains(&true) {
            let cells = Rect { x: place.x + cells.start as u16, width: cells.len() as u16, ..place };
            hyperlink::link(buffer, cells, &url);
        }
    }
}

fn paint(cell: &Cell<'_>, is_cut: bool, target: &mut Target, appearance: &Appearance) {
    // A covered cell stays blank: ratatui skips it because of the width of the one before.
    if cell.width != Width::Covered && !is_cut && (cell.glyph != ' ' || !cell.marks.is_empty()) {
        target.set_char(cell.glyph);
        if matches!(cell.glyph, '\u{ff9e}' | '\u{ff9f}') {
            // ratatui takes a sound mark for two cells wide.
            target.set_diff_option(CellDiffOption::ForcedWidth(NonZeroU16::MIN));
        }
        if !cell.marks.is_empty() {
            add_marks(cell, target);
        }
    }
    if !appearance.without_colors {
        target.fg = color(cell.fg);
        target.bg = color(cell.bg);
        target.underline_color = color(cell.underline);
    }
    let look = cell.look;
    for (is_on, modifier) in [
        (look.bold, Modifier::BOLD),
        (look.dim, Modifier::DIM),
        (look.italic, Modifier::ITALIC),
        (look.underlined, Modifier::UNDERLINED),
        (look.inverse, Modifier::REVERSED),
        (look.hidden, Modifier::HIDDEN),
        (look.struck, Modifier::CROSSED_OUT),
    ] {
        if is_on {
            target.modifier.insert(modifier);
        }
    }
    if cell.selected {
        target.set_style(appearance.selection);
    }
}

/// ratatui trusts the width of a cell's text, the shell's model its own; where the two differ, neighbours vanish. So
/// joiners and variation selectors are left out, and marks that would change the width as well.
fn add_marks(cell: &Cell<'_>, target: &mut Target) {
    let width = if cell.width == Width::Wide { 2 } else { 1 };
    let mut text = String::from(cell.glyph);
    let shown = cell.marks.iter().filter(|mark| !matches!(mark, '\u{200d}' | '\u{fe00}'..='\u{fe0f}'));
    text.extend(shown.take(MOST_MARKS));
    if text.as_str().cell_width() == width {
        target.set_symbol(&text);
    }
}

fn color(color: Color) -> Paint {
    match color {
        Color::Own => Paint::Reset,
        Color::Rgb(r, g, b) => Paint::Rgb(r, g, b),
        Color::Indexed(index) => match index {
            0 => Paint::Black,
            1 => Paint::Red,
            2 => Paint::Green,
            3 => Paint::Yellow,
            4 => Paint::Blue,
            5 => Paint::Magenta,
            6 => Paint::Cyan,
            7 => Paint::Gray,
            8 => Paint::DarkGray,
            9 => Paint::LightRed,
            10 => Paint::LightGreen,
            11 => Paint::LightYellow,
            12 => Paint::LightBlue,
            13 => Paint::LightMagenta,
            14 => Paint::LightCyan,
            15 => Paint::White,
            _ => Paint::Indexed(index),
        },
    }
}

/// None for a release, and for a key that no terminal program is told of.
pub fn key(event: &KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let mut mods = modifiers(event.modifiers);
    let code = match event.code {
        OuterCode::Char(c) => KeyCode::Char(c),
        OuterCode::Enter => KeyCode::Enter,
        OuterCode::Tab => KeyCode::Tab,
        OuterCode::BackTab => {
            mods.shift = true;
            KeyCode::Tab
        }
        OuterCode::Backspace => KeyCode::Backspace,
        OuterCode::Esc => KeyCode::Esc,
        OuterCode::Up => KeyCode::Up,
        OuterCode::Down => KeyCode::Down,
        OuterCode::Left => KeyCode::Left,
        OuterCode::Right => KeyCode::Right,
        OuterCode::Home => KeyCode::Home,
        OuterCode::End => KeyCode::End,
        OuterCode::PageUp => KeyCode::PageUp,
        OuterCode::PageDown => KeyCode::PageDown,
        OuterCode::Insert => KeyCode::Insert,
        OuterCode::Delete => KeyCode::Delete,
        OuterCode::F(number) => KeyCode::F(number),
        OuterCode::Null => {
            mods.ctrl = true;
            KeyCode::Char(' ')
        }
        _ => return None,
    };
    Some(Key { code, mods })
}

/// The event's place must count from the shell's own corner already.
pub fn mouse(event: &MouseEvent) -> Mouse {
    let button = |button| match button {
        MouseButton::Left => Button::Left,
        MouseButton::Middle => Button::Middle,
        MouseButton::Right => Button::Right,
    };
    let kind = match event.kind {
        MouseEventKind::Down(which) => MouseKind::Down(button(which)),
        MouseEventKind::Up(which) => MouseKind::Up(button(which)),
        MouseEventKind::Drag(which) => MouseKind::Drag(button(which)),
        MouseEventKind::Moved => MouseKind::Moved,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        MouseEventKind::ScrollLeft => MouseKind::WheelLeft,
        MouseEventKind::ScrollRight => MouseKind::WheelRight,
    };
    Mouse { kind, row: event.row, col: event.column, mods: modifiers(event.modifiers) }
}

fn modifiers(modifiers: KeyModifiers) -> Mods {
    Mods {
        shift: modifiers.contains(KeyModifiers::SHIFT),
        alt: modifiers.contains(KeyModifiers::ALT),
        ctrl: modifiers.contains(KeyModifiers::CONTROL),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;
    use crate::shell::{Options, SelectBy, Shell, ShellEvent};

    /// What a program that prints `text` leaves on the screen.
    pub(crate) fn shown(text: &str, cols: u16, rows: u16) -> Shell {
        let (sender, events) = channel();
        let options = Options {
            program: Some(vec!["printf".to_owned(), "%s".to_owned(), text.to_owned()]),
            cols,
            rows,
            ..Options::default()
        };
        let shell = Shell::spawn(options, move |event| {
            let _ = sender.send(event);
        })
        .unwrap();
        loop {
            if let ShellEvent::Exited(_) = events.recv_timeout(Duration::from_secs(30)).unwrap() {
                return shell;
            }
        }
    }

    fn drawn(shell: &Shell, area: Rect, appearance: &Appearance) -> (Buffer, Drawn) {
        let mut buffer = Buffer::empty(area);
        let drawn = draw(&shell.screen(), area, &mut buffer, appearance);
        (buffer, drawn)
    }

    #[test]
    fn colours_and_attributes_are_kept() {
        let shell = shown("\x1b[1;31;44mA\x1b[0;38;5;200;4mB\x1b[0;38;2;1;2;3;7mC\x1b[m\tD", 20, 2);
        let (buffer, drawn) = drawn(&shell, Rect::new(0, 0, 20, 2), &Appearance::default());
        let cell = &buffer[(0, 0)];
        assert_eq!((cell.symbol(), cell.fg, cell.bg), ("A", Paint::Red, Paint::Blue));
        assert_eq!(cell.modifier, Modifier::BOLD);
        assert_eq!((buffer[(1, 0)].fg, buffer[(1, 0)].modifier), (Paint::Indexed(200), Modifier::UNDERLINED));
        assert_eq!((buffer[(2, 0)].fg, buffer[(2, 0)].modifier), (Paint::Rgb(1, 2, 3), Modifier::REVERSED));
        assert_eq!((buffer[(3, 0)].symbol(), buffer[(8, 0)].symbol()), (" ", "D"));
        assert_eq!(drawn.cursor, Some((9, 0, CursorShape::Own)));
    }

    #[test]
    fn no_color_keeps_what_is_not_a_colour() {
        let shell = shown("\x1b[1;31;44mA", 20, 2);
        let appearance = Appearance { without_colors: true, ..Appearance::default() };
        let (buffer, _) = drawn(&shell, Rect::new(0, 0, 20, 2), &appearance);
        let cell = &buffer[(0, 0)];
        assert_eq!((cell.fg, cell.bg, cell.modifier), (Paint::Reset, Paint::Reset, Modifier::BOLD));
    }

    #[test]
    fn every_text_is_as_wide_as_its_cells() {
        let shell = shown("漢字 ❤\u{fe0f}x 👩\u{200d}🔬 e\u{301} ｶ\u{ff9e}y ⌚\u{fe0e}z 👍🏽", 40, 2);
        let (buffer, _) = drawn(&shell, Rect::new(0, 0, 40, 2), &Appearance::default());
        shell.screen().read(|view| {
            for (col, cell) in view.row(0).enumerate() {
                let drawn = &buffer[(col as u16, 0)];
                let expected = if cell.width == Width::Wide { 2 } else { 1 };
                assert_eq!(drawn.cell_width(), expected, "{drawn:?} in column {col}");
            }
        });
        let text: String = (0..40).map(|col| buffer[(col, 0)].symbol()).collect();
        assert!(text.contains("e\u{301}"), "{text}");
    }

    #[test]
    fn every_character_alone_is_as_wide_as_its_cells() {
        let mut target = Target::default();
        for c in ('\u{20}'..='\u{2ffff}').filter(|c| !c.is_control()) {
            let width = match unicode_width::UnicodeWidthChar::width(c) {
                Some(1) => Width::Narrow,
                Some(2) => Width::Wide,
                _ => continue,
            };
            let cell = Cell {
                glyph: c,
                marks: &[],
                width,
                fg: Color::Own,
                bg: Color::Own,
                underline: Color::Own,
                look: Default::default(),
                selected: false,
            };
            target.reset();
            paint(&cell, false, &mut target, &Appearance::default());
            assert_eq!(target.cell_width(), if width == Width::Wide { 2 } else { 1 }, "{c:?}");
        }
    }

    #[test]
    fn a_smaller_area_cuts_and_a_larger_one_is_cleared() {
        let shell = shown("漢字\r\nab\r\ncd", 6, 3);
        let (buffer, cut) = drawn(&shell, Rect::new(3, 2, 3, 2), &Appearance::default());
        assert_eq!(buffer[(3, 2)].symbol(), "漢");
        assert_eq!(buffer[(5, 2)].symbol(), " ");
        assert_eq!(cut.cursor, None);
        let area = Rect::new(0, 0, 10, 5);
        let mut buffer = Buffer::filled(area, Target::new("#"));
        draw(&shell.screen(), area, &mut buffer, &Appearance::default());
        assert_eq!(buffer[(9, 4)].symbol(), " ");
        assert_eq!(buffer[(0, 1)].symbol(), "a");
        // Beyond the buffer nothing is drawn, and nothing panics.
        draw(&shell.screen(), Rect::new(8, 4, 30, 30), &mut buffer, &Appearance::default());
    }

    #[test]
    fn what_is_selected_is_marked() {
        let shell = shown("one two", 20, 2);
        shell.screen().select_start(0, 5, SelectBy::Word);
        shell.screen().select_to(0, 5);
        let selection = Style::new().add_modifier(Modifier::REVERSED);
        let (buffer, _) =
            drawn(&shell, Rect::new(0, 0, 20, 2), &Appearance { selection, ..Appearance::default() });
        let marked: String = (0..20)
            .filter(|&col| buffer[(col, 0)].modifier.contains(Modifier::REVERSED))
            .map(|col| buffer[(col, 0)].symbol())
            .collect();
        assert_eq!(marked, "two");
    }

    #[test]
    fn scrolling_back_is_said_and_hides_the_cursor() {
        let lines: String = (0..100).map(|line| format!("line {line}\r\n")).collect();
        let shell = shown(&lines, 20, 10);
        let area = Rect::new(0, 0, 20, 10);
        let (_, at_end) = drawn(&shell, area, &Appearance::default());
        assert_eq!((at_end.scroll_label(), at_end.history), (None, 91));
        assert_eq!(at_end.thumb(10), Some((9, 1)));
        shell.scroll(1000);
        let (buffer, back) = drawn(&shell, area, &Appearance::default());
        assert_eq!(back.scroll_label().unwrap(), "↑ 91 lines back");
        assert_eq!((back.cursor, back.thumb(10)), (None, Some((0, 1))));
        assert_eq!(buffer[(5, 0)].symbol(), "0");
    }

    #[test]
    fn addresses_can_be_clicked() {
        let shell = shown(
            "\x1b]8;;https://a.example/b\x1b\\text\x1b]8;;\x1b\\ 0.0.0.0:8081 \x1b]8;;javascript:x\x07no\x1b]8;;\x07",
            40,
            2,
        );
        let (buffer, _) = drawn(&shell, Rect::new(0, 0, 40, 2), &Appearance::default());
        let symbol = |col: u16| buffer[(col, 0)].symbol().to_owned();
        for (cols, uri) in [(0..4, "https://a.example/b"), (5..17, "http://localhost:8081")] {
            for col in cols {
                assert!(symbol(col).contains(uri), "{col}: {:?}", symbol(col));
            }
        }
        assert_eq!((symbol(4).as_str(), symbol(18).as_str()), (" ", "n"));
    }

    #[test]
    fn a_cell_with_a_million_marks_stays_small() {
        let shell = shown(&format!("a{}b", "\u{301}".repeat(20_000)), 20, 2);
        let (buffer, _) = drawn(&shell, Rect::new(0, 0, 20, 2), &Appearance::default());
        assert_eq!(buffer[(0, 0)].symbol().chars().count(), 1 + MOST_MARKS);
        assert_eq!(buffer[(1, 0)].symbol(), "b");
    }

    #[test]
    fn outer_keys_become_the_shells() {
        let press = |code, modifiers| key(&KeyEvent::new(code, modifiers));
        let plain = Mods::default();
        assert_eq!(
            press(OuterCode::BackTab, KeyModifiers::SHIFT),
            Some(Key { code: KeyCode::Tab, mods: Mods { shift: true, ..plain } })
        );
        assert_eq!(
            press(OuterCode::Char('c'), KeyModifiers::CONTROL),
            Some(Key { code: KeyCode::Char('c'), mods: Mods { ctrl: true, ..plain } })
        );
        assert_eq!(press(OuterCode::CapsLock, KeyModifiers::NONE), None);
        let release = KeyEvent::new_with_kind(OuterCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(key(&release), None);
    }
}
