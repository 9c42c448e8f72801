//! A shell's screen on its way to a class, and one that came from there: drawn like any other, and obeyed by nobody.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthChar;

use super::{Appearance, paint};
use crate::class;
use crate::shell::{Cell, Color, Look, Screen, Width};

/// What the screen shows, to be shown elsewhere. What is hidden on it stays so, and what is selected is one's own.
pub fn shown(screen: &Screen) -> class::Shown {
    screen.read(|view| {
        let (columns, count) = view.size();
        let row = |row| {
            class::Row::of(view.row(row).filter(|cell| cell.width != Width::Covered).map(|cell| {
                class::Cell {
                    glyph: if cell.look.hidden { ' ' } else { cell.glyph },
                    marks: if cell.look.hidden { &[] } else { cell.marks },
                    width: if cell.width == Width::Wide { 2 } else { 1 },
                    look: class::Look {
                        fg: paint_of(cell.fg),
                        bg: paint_of(cell.bg),
                        bold: cell.look.bold,
                        dim: cell.look.dim,
                        italic: cell.look.italic,
                        underlined: cell.look.underlined,
                        inverse: cell.look.inverse,
                        struck: cell.look.struck,
                    },
                }
            }))
        };
        let cursor = view.cursor().map(|cursor| (cursor.col, cursor.row));
        class::Shown::new(columns, (0..count).map(row).collect(), cursor)
    })
}

/// Draws a screen of elsewhere from this column and row on; `area` is cleared first.
pub fn draw_shown(
    shown: &class::Shown,
    (left, top): (u16, u16),
    area: Rect,
    buffer: &mut Buffer,
    appearance: &Appearance,
) {
    let area = area.intersection(*buffer.area());
    for place in area.positions() {
        buffer[place].reset();
    }
    for (row, y) in shown.rows().skip(top.into()).zip(area.y..area.bottom()) {
        let mut column = 0;
        for piece in row.pieces() {
            let mut glyphs = piece.text.chars().peekable();
            while let Some(glyph) = glyphs.next() {
                let marks: Vec<char> =
                    std::iter::from_fn(|| glyphs.next_if(|c| c.width() == Some(0))).collect();
                let wide = glyph.width() == Some(2);
                let at = column;
                column += if wide { 2 } else { 1 };
                let Some(x) = u16::checked_sub(at, left).filter(|x| *x < area.width) else { continue };
                let is_cut = wide && x + 1 >= area.width;
                let width = if wide { Width::Wide } else { Width::Narrow };
                let cell = cell_in(glyph, &marks, width, piece.look);
                paint(&cell, is_cut, &mut buffer[(area.x + x, y)], appearance);
                if wide && !is_cut {
                    let covered = Cell { width: Width::Covered, ..cell };
                    paint(&covered, false, &mut buffer[(area.x + x + 1, y)], appearance);
                }
            }
        }
    }
    let cursor =
        shown.cursor().and_then(|(column, row)| Some((column.checked_sub(left)?, row.checked_sub(top)?)));
    if let Some((x, y)) = cursor.filter(|(x, y)| *x < area.width && *y < area.height) {
        buffer[(area.x + x, area.y + y)].modifier.toggle(Modifier::REVERSED);
    }
}

fn cell_in(glyph: char, marks: &[char], width: Width, look: class::Look) -> Cell<'_> {
    let color = |paint| match paint {
        class::Paint::Own => Color::Own,
        class::Paint::Indexed(index) => Color::Indexed(index),
        class::Paint::Rgb(r, g, b) => Color::Rgb(r, g, b),
    };
    Cell {
        glyph,
        marks,
        width,
        fg: color(look.fg),
        bg: color(look.bg),
        underline: Color::Own,
        look: Look {
            bold: look.bold,
            dim: look.dim,
            italic: look.italic,
            underlined: look.underlined,
            inverse: look.inverse,
            hidden: false,
            struck: look.struck,
        },
        selected: false,
    }
}

fn paint_of(color: Color) -> class::Paint {
    match color {
        Color::Own => class::Paint::Own,
        Color::Indexed(index) => class::Paint::Indexed(index),
        Color::Rgb(r, g, b) => class::Paint::Rgb(r, g, b),
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw;
    use super::super::tests::shown as printed;
    use super::*;

    #[test]
    fn it_looks_there_as_it_does_here() {
        let text = "\x1b[1;31;44mA\x1b[0;38;5;200;4mB\x1b[0;38;2;1;2;3;7;9mC\x1b[m\tD\r\n漢字 ❤\u{fe0f}x e\u{301} ｶ\u{ff9e}y 👍🏽 z\r\n\x1b[41m漢\x1b[m$ ";
        let shell = printed(text, 30, 5);
        let area = Rect::new(2, 1, 30, 5);
        let (mut here, mut there) = (Buffer::empty(area), Buffer::empty(area));
        let drawn = draw(&shell.screen(), area, &mut here, &Appearance::default());
        draw_shown(&shown(&shell.screen()), (0, 0), area, &mut there, &Appearance::default());
        let (x, y, _) = drawn.cursor.unwrap();
        assert!(there[(x, y)].modifier.contains(Modifier::REVERSED), "the cursor is a block");
        there[(x, y)].modifier.remove(Modifier::REVERSED);
        assert_eq!(there, here);
    }

    #[test]
    fn what_is_hidden_stays_hidden() {
        let shell = printed("a\x1b[8mpassword\x1b[mb", 20, 2);
        let row = shown(&shell.screen()).rows().next().unwrap().clone();
        let text: String = row.pieces().iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(text, "a        b");
    }

    #[test]
    fn a_part_of_it_is_drawn_from_a_corner_on() {
        let shell = printed("0123456\r\nab漢字ef\r\nlast", 10, 3);
        let area = Rect::new(0, 0, 3, 2);
        let mut buffer = Buffer::filled(area, ratatui::buffer::Cell::new("#"));
        draw_shown(&shown(&shell.screen()), (3, 1), area, &mut buffer, &Appearance::default());
        let row = |y| (0..3).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        assert_eq!(row(0), " 字 ", "half of a sign is none");
        assert_eq!(row(1), "t  ");
        draw_shown(&shown(&shell.screen()), (90, 90), area, &mut buffer, &Appearance::default());
        assert_eq!((0..3).map(|x| buffer[(x, 0)].symbol()).collect::<String>(), "   ");
    }
}
