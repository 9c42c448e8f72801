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

pub(super) fn draw(class: &str, code: &JoinCode, here: usize, area: Rect, buf: &mut Buffer, theme: &Theme) {
    Clear.render(area, buf);
    buf.set_style(area, theme.text);
    let groups = code.groups();
    let mut lines = vec![
        Line::styled(format!("The class {class} is open"), theme.title),
        Line::from(""),
        Line::styled("Join it with", theme.text),
        Line::styled("pilotwhale join CODE", theme.strong),
        Line::from(""),
    ];
    let most = (usize::from(area.width) + 3) / (LETTER * 5 + 3);
    let low = usize::from(area.height) < lines.len() + groups.len().div_ceil(most.clamp(1, 4)) * 4 + 4;
    if most == 0 || low {
        // Too small for large letters: four groups a line, as they are typed.
        lines.extend(groups.chunks(4).map(|g| Line::styled(g.join(" - "), theme.strong)));
    } else {
        for groups in groups.chunks(most.min(4)) {
            for row in [0, 2, 4] {
                let drawn: Vec<String> = groups.iter().map(|group| large(group, row)).collect();
                lines.push(Line::styled(drawn.join("   "), theme.heading));
            }
            lines.push(Line::from(""));
        }
    }
    lines.push(Line::from(""));
    lines.push(Line::styled(code.to_string(), theme.text));
    let only = if code.address.ip().is_loopback() { " (only this machine can reach it)" } else { "" };
    lines.push(Line::styled(format!("{}{only} · {here} here", code.address), theme.dim));
    lines.push(Line::styled("Capitals, blanks and dashes don't matter. Esc closes this.", theme.dim));
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    let place = Rect { y: area.y + (area.height - height) / 2, height, ..area };
    Paragraph::new(lines).centered().render(place, buf);
}

/// Columns of a letter with the gap after it.
const LETTER: usize = 4;

/// Two rows of pixels as one row of half blocks.
fn large(group: &str, row: u16) -> String {
    let mut out = String::new();
    for letter in group.chars() {
        let bits = GLYPHS.iter().find(|(c, _)| *c == letter).map_or(0, |(_, bits)| *bits);
        let pixel = |row: u16, column: u16| row < 5 && bits >> (14 - (row * 3 + column)) & 1 == 1;
        for column in 0..3 {
            out.push(match (pixel(row, column), pixel(row + 1, column)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        out.push(' ');
    }
    out.pop();
    out
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
        assert_eq!([0, 2, 4].map(|row| large("70", row)), ["▀▀█ █▀█", " █  █ █", " ▀  ▀▀▀"]);
    }
}
