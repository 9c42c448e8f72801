//! The join code, large enough to be read from the last row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Widget};

use crate::class::JoinCode;
use crate::tui::theme::Theme;

/// Three columns and five rows for each letter of the code's alphabet, row by row from the top, the left bit first.
const GLYPHS: &[(char, u16)] = &[
    ('0', 0b111_101_101_101_111),
    ('1', 0b010_110_010_010_111),
    ('2', 0b111_001_111_100_111),
    ('3', 0b111_001_011_001_111),
    ('4', 0b101_101_111_001_001),
    ('5', 0b111_100_111_001_111),
    ('6', 0b111_100_111_101_111),
    ('7', 0b111_001_010_010_010),
    ('8', 0b111_101_111_101_111),
    ('9', 0b111_101_111_001_111),
    ('A', 0b010_101_111_101_101),
    ('B', 0b110_101_110_101_110),
    ('C', 0b011_100_100_100_011),
    ('D', 0b110_101_101_101_110),
    ('E', 0b111_100_110_100_111),
    ('F', 0b111_100_110_100_100),
    ('G', 0b011_100_101_101_011),
    ('H', 0b101_101_111_101_101),
    ('J', 0b001_001_001_101_010),
    ('K', 0b101_101_110_101_101),
    ('M', 0b101_111_111_101_101),
    ('N', 0b110_101_101_101_101),
    ('P', 0b110_101_110_100_100),
    ('Q', 0b010_101_101_110_011),
    ('R', 0b110_101_110_101_101),
    ('S', 0b011_100_010_001_110),
    ('T', 0b111_010_010_010_010),
    ('V', 0b101_101_101_101_010),
    ('W', 0b101_101_111_111_101),
    ('X', 0b101_101_010_101_101),
    ('Y', 0b101_101_010_010_010),
    ('Z', 0b111_001_010_100_111),
];

/// Rows beside the letters.
const WORDS: usize = 8;

pub(super) fn draw(class: &str, code: &JoinCode, here: usize, area: Rect, buf: &mut Buffer, theme: &Theme) {
    Clear.render(area, buf);
    buf.set_style(area, theme.text);
    let groups = code.groups();
    let mut lines = vec![Line::styled(format!("The class {class} is open"), theme.title), Line::from("")];
    match Size::fitting(area, groups.len()) {
        Some(size) => {
            for groups in groups.chunks(size.a_line) {
                for row in 0..size.rows() {
                    let drawn: Vec<String> = groups.iter().map(|group| size.row_of(group, row)).collect();
                    lines.push(Line::styled(drawn.join(&" ".repeat(size.gap())), theme.heading));
                }
                lines.push(Line::from(""));
            }
        }
        // Too small for large letters: four groups a line, as they are typed.
        None => lines.extend(groups.chunks(4).map(|g| Line::styled(g.join(" - "), theme.strong))),
    }
    lines.push(Line::styled(format!("pilotwhale join {code}"), theme.strong));
    lines.push(Line::from(""));
    let only = if code.address.ip().is_loopback() { ", which only this machine can reach" } else { "" };
    for words in [
        format!("The code holds the address {}{only},", code.address),
        "a pin of this class's certificate, so that nobody else can answer, and a secret.".into(),
        "Who has the code can join. Capitals, blanks and dashes don't matter.".into(),
    ] {
        lines.push(Line::styled(words, theme.text));
    }
    lines.push(Line::styled(format!("{here} here"), theme.ok));
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    let place = Rect { y: area.y + (area.height - height) / 2, height, ..area };
    Paragraph::new(lines).centered().render(place, buf);
}

/// How large the letters are, and how many groups stand in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    /// A pixel is two columns and a row, and not one and a half.
    double: bool,
    a_line: usize,
}

impl Size {
    /// The largest that there is room for.
    fn fitting(area: Rect, groups: usize) -> Option<Self> {
        let sizes = [(true, 4), (true, 2), (false, 4), (false, 3), (false, 2), (false, 1)];
        sizes.into_iter().map(|(double, a_line)| Self { double, a_line }).find(|size| {
            let width = size.a_line * size.group() + (size.a_line - 1) * size.gap();
            let height = groups.div_ceil(size.a_line) * (size.rows() + 1) + WORDS;
            width <= usize::from(area.width) && height <= usize::from(area.height)
        })
    }

    fn rows(self) -> usize {
        if self.double { 5 } else { 3 }
    }

    /// Columns of one pixel.
    fn pixel(self) -> usize {
        if self.double { 2 } else { 1 }
    }

    /// Columns of five letters with a pixel between them.
    fn group(self) -> usize {
        (5 * 4 - 1) * self.pixel()
    }

    fn gap(self) -> usize {
        3 * self.pixel()
    }

    fn row_of(self, group: &str, row: usize) -> String {
        let mut letters = Vec::new();
        for letter in group.chars() {
            let bits = GLYPHS.iter().find(|(c, _)| *c == letter).map_or(0, |(_, bits)| *bits);
            let pixel = |row: usize, column: usize| row < 5 && bits >> (14 - (row * 3 + column)) & 1 == 1;
            let blocks = (0..3).map(|column| {
                if self.double {
                    return if pixel(row, column) { "██" } else { "  " };
                }
                match (pixel(2 * row, column), pixel(2 * row + 1, column)) {
                    (true, true) => "█",
                    (true, false) => "▀",
                    (false, true) => "▄",
                    (false, false) => " ",
                }
            });
            letters.push(blocks.collect::<String>());
        }
        letters.join(&" ".repeat(self.pixel()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_a_code_has_a_form_of_its_own() {
        let mut forms: Vec<u16> = GLYPHS.iter().map(|(_, bits)| *bits).collect();
        forms.sort_unstable();
        forms.dedup();
        assert_eq!((forms.len(), GLYPHS.len()), (32, 32));
        let [small, large] = [false, true].map(|double| Size { double, a_line: 1 });
        assert_eq!([0, 1, 2].map(|row| small.row_of("70", row)), ["▀▀█ █▀█", " █  █ █", " ▀  ▀▀▀"]);
        assert_eq!([0, 1].map(|row| large.row_of("70", row)), ["██████  ██████", "    ██  ██  ██"]);
    }

    #[test]
    fn letters_are_as_large_as_there_is_room_for() {
        let fits = |width, height| {
            Size::fitting(Rect::new(0, 0, width, height), 8).map(|size| (size.double, size.a_line))
        };
        assert_eq!(fits(200, 57), Some((true, 4)));
        assert_eq!(fits(120, 38), Some((true, 2)));
        assert_eq!(fits(100, 24), Some((false, 4)));
        assert_eq!(fits(80, 22), Some((false, 3)));
        assert_eq!(fits(30, 22), None);
    }
}
