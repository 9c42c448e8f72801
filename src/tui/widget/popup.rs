//! A framed box on top of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Padding, Widget};

use crate::tui::theme::Theme;

/// Clears a centred box of at most this size, frames it, and returns its inside.
pub fn frame(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    title: &str,
    foot: &str,
    width: u16,
    height: u16,
) -> Rect {
    let outer = place(area, width, height);
    Clear.render(outer, buf);
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.border_focus)
        .style(theme.text)
        .padding(Padding::horizontal(1))
        .title_top(Line::styled(format!(" {title} "), theme.title))
        .title_bottom(Line::styled(format!(" {foot} "), theme.dim).right_aligned());
    let inner = block.inner(outer);
    block.render(outer, buf);
    inner
}

/// Where a box of this inner size goes; never outside the area.
pub fn place(area: Rect, width: u16, height: u16) -> Rect {
    let width = width.saturating_add(4).min(area.width);
    let height = height.saturating_add(2).min(area.height);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}
