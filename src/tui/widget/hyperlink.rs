//! Makes cells that are already drawn open an address in terminals that can (OSC 8).

use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Longer addresses are left alone: terminals drop them.
const LONGEST: usize = 2000;

/// The escape sequence goes into the symbol of each cell, whose width is then told to ratatui, so that cursor moves and the
/// comparison of frames stay right. Cells of one address share an id: a terminal shows them as one link also over two lines.
pub fn link(buf: &mut Buffer, row: Rect, url: &str) {
    let safe = |c: char| c.is_ascii_graphic();
    let url: String = url.chars().filter(|c| safe(*c) || !(c.is_control() || c.is_whitespace())).collect();
    if url.len() > LONGEST {
        return;
    }
    let url = ascii(&url);
    let id =
        url.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let row = row.intersection(buf.area);
    let mut x = row.x;
    while x < row.right() {
        let Some(cell) = buf.cell_mut((x, row.y)) else { return };
        let width = (cell.symbol().width() as u16).max(1);
        if let Some(forced) = NonZeroU16::new(width) {
            let symbol = format!("\x1b]8;id={id:x};{url}\x1b\\{}\x1b]8;;\x1b\\", cell.symbol());
            cell.set_symbol(&symbol).set_diff_option(CellDiffOption::ForcedWidth(forced));
        }
        x += width;
    }
}

/// The protocol allows printable ASCII only.
fn ascii(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() {
            out.push(char::from(byte))
        } else {
            out.push_str(&format!("%{byte:02X}"))
        }
    }
    out
}

/// What a terminal shows of a symbol.
pub fn shown(symbol: &str) -> &str {
    let Some(rest) = symbol.strip_prefix("\x1b]8;") else { return symbol };
    let from = rest.find("\x1b\\").map_or(0, |at| at + 2);
    let to = rest.rfind("\x1b]8;;").unwrap_or(rest.len());
    rest.get(from..to).unwrap_or(symbol)
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    fn drawn(text: &str, url: &str) -> Buffer {
        let area = Rect::new(0, 0, 20, 1);
        let mut buf = Buffer::empty(area);
        buf.set_string(2, 0, text, Style::new());
        link(&mut buf, Rect::new(2, 0, text.width() as u16, 1), url);
        buf
    }

    #[test]
    fn the_text_that_is_seen_stays() {
        let buf = drawn("ab 名前 c", "https://example.org/ü x");
        let text: String = buf.content.iter().map(|c| shown(c.symbol())).collect();
        // A wide character is followed by a cell of its own that is never written.
        assert!(text.starts_with("  ab 名 前  c"), "{text:?}");
        let first = buf[(2, 0)].symbol();
        assert!(
            first.starts_with("\x1b]8;id=") && first.contains(";https://example.org/%C3%BCx\x1b\\a"),
            "{first:?}"
        );
    }

    #[test]
    fn frames_are_compared_rightly() {
        let (before, after) = (drawn("ab 名前 c", "https://a"), drawn("ab 名前 d", "https://a"));
        let changed: Vec<(u16, &str)> =
            before.diff(&after).iter().map(|(x, _, c)| (*x, shown(c.symbol()))).collect();
        assert_eq!(changed, [(10, "d")]);
        // From linked to plain text, every cell is written again.
        let mut plain = Buffer::empty(before.area);
        plain.set_string(2, 0, "ab 名前 c", Style::new());
        let changed: String = before.diff(&plain).iter().map(|(_, _, c)| c.symbol()).collect();
        assert_eq!(changed, "ab 名前 c");
    }

    #[test]
    fn an_address_cannot_leave_its_sequence() {
        let buf = drawn("x", "https://a\x1b\\\x07b c");
        assert!(buf[(2, 0)].symbol().contains(";https://a\\bc\x1b\\x"));
    }
}
