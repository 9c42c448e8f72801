//! Tables: columns shrink and cells wrap until they fit; where that cannot be, each row becomes a list of its cells.

use ratatui::style::Style;
use ratatui::text::Span;

use super::inline::Flow;
use super::row::Row;
use crate::course::{Align, Table};
use crate::tui::theme::Theme;

/// Columns between two cells.
const GAP: usize = 3;
/// A column is never narrower than its longest word, unless that is longer than this.
const WORD: usize = 12;

pub(super) fn rows(table: &Table, width: usize, style: Style, theme: &Theme) -> Vec<Row> {
    let columns = table.head.len().max(table.rows.iter().map(Vec::len).max().unwrap_or(0));
    if columns == 0 {
        return Vec::new();
    }
    let head_style = style.patch(theme.table_head);
    let flows = |cells: &[Vec<_>], style: Style| -> Vec<Flow> {
        (0..columns).map(|i| Flow::new(cells.get(i).map_or(&[], Vec::as_slice), style, theme)).collect()
    };
    let head = flows(&table.head, head_style);
    let body: Vec<Vec<Flow>> = table.rows.iter().map(|cells| flows(cells, style)).collect();

    let Some(widths) = fit(&head, &body, columns, width) else { return stacked(&head, &body, width, theme) };
    let align = |i: usize| table.align.get(i).copied().unwrap_or(Align::Left);
    let has_head = head.iter().any(|flow| flow.natural_width() > 0);
    let mut out = Vec::new();
    if has_head {
        out.extend(lines(&head, &widths, align, theme));
        out.push(rule(&widths, "─", "─┼─", theme));
    }
    let body: Vec<Vec<Row>> = body.iter().map(|cells| lines(cells, &widths, align, theme)).collect();
    // Once a cell wraps, only a rule tells one row from the next.
    let wrapped = body.iter().any(|row| row.len() > 1);
    for (i, row) in body.into_iter().enumerate() {
        if wrapped && i > 0 {
            out.push(rule(&widths, "┈", "┈┼┈", theme));
        }
        out.extend(row);
    }
    out
}

fn fit(head: &[Flow], body: &[Vec<Flow>], columns: usize, width: usize) -> Option<Vec<usize>> {
    let room = width.checked_sub(GAP * (columns - 1))?;
    let cells = |i: usize| std::iter::once(&head[i]).chain(body.iter().map(move |row| &row[i]));
    let mut widths: Vec<usize> =
        (0..columns).map(|i| cells(i).map(Flow::natural_width).max().unwrap_or(1).max(1)).collect();
    let least: Vec<usize> = (0..columns)
        .map(|i| cells(i).map(Flow::longest_word).max().unwrap_or(1).clamp(1, WORD).min(widths[i]))
        .collect();
    if least.iter().sum::<usize>() > room {
        return None;
    }
    let mut total: usize = widths.iter().sum();
    while total > room {
        let widest = (0..columns).filter(|i| widths[*i] > least[*i]).max_by_key(|i| widths[*i])?;
        // Down to the next widest at once, so that a huge cell costs no more than a small one.
        let next =
            (0..columns).filter(|i| *i != widest).map(|i| widths[i]).filter(|w| *w < widths[widest]).max();
        let target = next.unwrap_or(0).max(least[widest]).min(widths[widest] - 1);
        let cut = (widths[widest] - target).min(total - room);
        widths[widest] -= cut;
        total -= cut;
    }
    Some(widths)
}

/// The lines of one row of cells.
fn lines(cells: &[Flow], widths: &[usize], align: impl Fn(usize) -> Align, theme: &Theme) -> Vec<Row> {
    let wrapped: Vec<Vec<Row>> = cells.iter().zip(widths).map(|(cell, width)| cell.wrap(*width)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    (0..height)
        .map(|line| {
            let mut row = Row::default();
            let mut column = 0;
            for (i, cell) in wrapped.iter().enumerate() {
                if i > 0 {
                    row.spans.push(Span::styled(" │ ", theme.border));
                    column += GAP;
                }
                let cell = cell.get(line).cloned().unwrap_or_default();
                let free = widths[i].saturating_sub(cell.width());
                let before = match align(i) {
                    Align::Left => 0,
                    Align::Center => free / 2,
                    Align::Right => free,
                };
                row.spans.push(Span::raw(" ".repeat(before)));
                row.links.extend(cell.links.into_iter().map(|mut link| {
                    link.column += column + before;
                    link
                }));
                row.spans.extend(cell.spans);
                if i + 1 < wrapped.len() {
                    row.spans.push(Span::raw(" ".repeat(free - before)));
                }
                column += widths[i];
            }
            row
        })
        .collect()
}

fn rule(widths: &[usize], line: &str, cross: &str, theme: &Theme) -> Row {
    let text: Vec<String> = widths.iter().map(|width| line.repeat(*width)).collect();
    Row::new(vec![Span::styled(text.join(cross), theme.border)])
}

/// `Head: cell` for each cell, a rule between rows.
fn stacked(head: &[Flow], body: &[Vec<Flow>], width: usize, theme: &Theme) -> Vec<Row> {
    let rule = || Row::new(vec![Span::styled("─".repeat(width), theme.border)]);
    let mut out = Vec::new();
    if body.is_empty() {
        return head.iter().flat_map(|flow| flow.wrap(width)).collect();
    }
    for (i, cells) in body.iter().enumerate() {
        if i > 0 {
            out.push(rule());
        }
        for (head, cell) in head.iter().zip(cells) {
            if head.natural_width() > 0 {
                out.extend(head.wrap(width));
            }
            let indent = if width > 8 { 2 } else { 0 };
            out.extend(cell.wrap(width - indent).into_iter().map(|mut row| {
                row.indent(&[Span::raw(" ".repeat(indent))]);
                row
            }));
        }
    }
    out
}
