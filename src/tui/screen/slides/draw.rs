//! Copies the laid lines that are in sight to the screen, with marks where there is more.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::SlidesPane;
use crate::tui::theme::Theme;
use crate::tui::widget::hyperlink;
use crate::tui::widget::markdown::{Cut, Laid};

impl SlidesPane {
    /// `area` must be the one that was given to `arrange`.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let text = self.text.intersection(area).intersection(buf.area);
        for (row, line) in text.rows().zip(self.scroll..) {
            let Some(content) = self.laid.lines.get(line) else { break };
            if let Some(fill) = self.laid.fills.get(line).copied().flatten() {
                buf.set_style(row, fill);
            }
            match self.laid.cuts.get(line).copied().flatten() {
                Some(cut) => draw_cut(content, cut, self.sideways, row, buf, theme),
                None => {
                    buf.set_line(row.x, row.y, content, row.width);
                }
            }
        }
        self.draw_matches(text, buf, theme);
        if self.hyperlinks {
            self.draw_links(text, buf);
        }
        self.draw_marks(area.intersection(buf.area), buf, theme);
    }

    fn draw_matches(&self, text: Rect, buf: &mut Buffer, theme: &Theme) {
        for (line, column, width) in &self.matches {
            if let Some(cells) = self.cells(text, *line, *column, *width) {
                buf.set_style(cells, theme.match_);
            }
        }
    }

    fn draw_links(&self, text: Rect, buf: &mut Buffer) {
        for link in &self.laid.links {
            if let Some(cells) = self.cells(text, link.line, link.column, link.width) {
                hyperlink::link(buf, cells, &link.url);
            }
        }
    }

    /// Where these columns of a laid line are on the screen, if they are.
    fn cells(&self, text: Rect, line: usize, column: usize, width: usize) -> Option<Rect> {
        let y = line.checked_sub(self.scroll).filter(|y| *y < usize::from(text.height))?;
        let lead = self.laid.cuts.get(line).copied().flatten().map(|cut| cut.lead);
        let (from, to) = match lead {
            Some(lead) if column >= lead => {
                let shift = |c: usize| c.saturating_sub(self.sideways).max(lead);
                (shift(column), shift(column + width))
            }
            _ => (column, column + width),
        };
        let to = to.min(usize::from(text.width));
        (from < to).then(|| Rect {
            x: text.x + from as u16,
            y: text.y + y as u16,
            width: (to - from) as u16,
            height: 1,
        })
    }

    fn draw_marks(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let total = self.laid.lines.len();
        let height = usize::from(self.text.height);
        if area.is_empty() || total <= height {
            return;
        }
        let (above, below) = (self.scroll, total.saturating_sub(self.scroll + height));
        let mark = match (above, below) {
            (0, below) => format!("▼ {below} more "),
            (above, 0) => format!("▲ {above} above "),
            (above, below) => format!("▲ {above}  ▼ {below} more "),
        };
        let width = (mark.width() as u16).min(area.width);
        buf.set_stringn(area.right() - width, area.bottom() - 1, &mark, usize::from(width), theme.key);
    }
}

/// The lead stays, the rest is moved; `‹` and `›` stand for what is out of sight.
fn draw_cut(line: &Line<'_>, cut: Cut, sideways: usize, row: Rect, buf: &mut Buffer, theme: &Theme) {
    let width = usize::from(row.width);
    let mut column = 0;
    let mut last = Style::new();
    for span in &line.spans {
        for grapheme in span.content.graphemes(true) {
            let wide = grapheme.width();
            let from = if column < cut.lead { Some(column) } else { column.checked_sub(sideways) };
            if let Some(x) = from.filter(|x| (column < cut.lead || *x >= cut.lead) && x + wide <= width) {
                buf.set_stringn(row.x + x as u16, row.y, grapheme, wide, span.style);
            }
            last = span.style;
            column += wide;
        }
    }
    let mut mark = |x: usize, text: &str| {
        if x < width
            && let Some(cell) = buf.cell_mut((row.x + x as u16, row.y))
        {
            cell.set_symbol(text).set_style(last.patch(theme.key));
        }
    };
    if sideways > 0 && column > cut.lead {
        mark(cut.lead, "‹");
    }
    if column > width + sideways {
        mark(width.saturating_sub(1), "›");
    }
}

/// Letters are compared without their case. A match never spans two lines.
pub(super) fn matches(laid: &Laid, query: &str) -> Vec<(usize, usize, usize)> {
    let wanted: Vec<String> = query.graphemes(true).map(str::to_lowercase).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, line) in laid.lines.iter().enumerate() {
        let text: String = line.spans.iter().map(|s| s.content.as_ref()).collect();
        let cells: Vec<(String, usize)> =
            text.graphemes(true).map(|g| (g.to_lowercase(), g.width())).collect();
        let mut at = 0;
        let mut column = 0;
        while at + wanted.len() <= cells.len() {
            if cells[at..].iter().zip(&wanted).all(|((cell, _), want)| cell == want) {
                let width = cells[at..at + wanted.len()].iter().map(|(_, width)| width).sum();
                found.push((index, column, width));
                column += width;
                at += wanted.len();
            } else {
                column += cells[at].1;
                at += 1;
            }
        }
    }
    found
}
