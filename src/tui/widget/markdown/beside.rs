//! Columns of a slide beside each other.

use ratatui::text::Span;

use super::row::Row;

/// Blank columns between two.
pub(super) const GAP: usize = 3;
/// Narrower than this, a line holds too few words.
const LEAST: usize = 20;

/// How wide each column is by its share; none where there is no room for all.
pub(super) fn widths(shares: &[u16], columns: usize, width: usize) -> Option<Vec<usize>> {
    let room = width.checked_sub(GAP * columns.checked_sub(1)?)?;
    let share = |n: usize| usize::from(shares.get(n).copied().unwrap_or(1).max(1));
    let total: usize = (0..columns).map(share).sum();
    let widths: Vec<usize> = (0..columns).map(|n| room * share(n) / total).collect();
    (columns > 1 && widths.iter().all(|w| *w >= LEAST)).then_some(widths)
}

/// Row by row. None where a row that is not wrapped is wider than its column, or where two hold code or a quiz in one row: what
/// a row belongs to is one thing.
pub(super) fn joined(columns: Vec<Vec<Row>>, widths: &[usize]) -> Option<Vec<Row>> {
    let fits = |(rows, width): (&Vec<Row>, &usize)| rows.iter().all(|row| row.width() <= *width);
    let owners = columns.iter().filter(|rows| rows.iter().any(|row| row.part.is_some())).count();
    if owners > 1 || !columns.iter().zip(widths).all(fits) {
        return None;
    }
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    let mut out = Vec::with_capacity(height);
    for _ in 0..height {
        let mut row = Row { reveal: usize::MAX, ..Row::default() };
        let mut at = 0;
        for (column, width) in columns.iter_mut().zip(widths) {
            let cell = column.next();
            if let Some(mut cell) = cell {
                let used = cell.width();
                row.reveal = row.reveal.min(cell.reveal);
                row.part = row.part.or(cell.part);
                row.links.extend(cell.links.drain(..).map(|mut link| {
                    link.column += at;
                    link
                }));
                row.spans.append(&mut cell.spans);
                row.spans.push(Span::styled(" ".repeat(width - used), cell.fill.unwrap_or_default()));
            } else {
                row.spans.push(Span::raw(" ".repeat(*width)));
            }
            row.spans.push(Span::raw(" ".repeat(GAP)));
            at += width + GAP;
        }
        row.spans.pop();
        out.push(row);
    }
    Some(out)
}
