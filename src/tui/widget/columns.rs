//! Tables whose columns are data: one row of a list says what a column is called, shows and may be left out for.

use super::ink::{Ink, InkLine};

/// One column of a table whose rows are `R`.
pub struct Column<R> {
    pub id: &'static str,
    pub title: &'static str,
    pub width: Width,
    pub align: Align,
    /// 0 is never left out; where it gets narrow the highest number goes first.
    pub priority: u8,
    pub cell: fn(&R) -> InkLine,
}

/// How wide a column is; its content decides within these bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    /// Rather leave the column out than make it narrower than this (or than its content).
    pub least: u16,
    pub most: u16,
    /// Without any content the column is not shown at all.
    pub hide_empty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// A column that has its place: an index into the list of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub column: usize,
    pub x: u16,
    pub width: u16,
}

impl<R> Column<R> {
    /// Blanks after it. A column of one cell is a mark and stands close to what it marks, so it is never the last.
    fn gap(&self) -> u16 {
        if self.width.most == 1 { 1 } else { 2 }
    }
}

impl Width {
    pub const fn fit(least: u16, most: u16) -> Self {
        Self { least, most, hide_empty: false }
    }

    /// Like `fit`, for what most rows have nothing to say about.
    pub const fn if_any(least: u16, most: u16) -> Self {
        Self { least, most, hide_empty: true }
    }
}

/// The widest content of every column, without its title.
pub fn measure<'r, R: 'r>(columns: &[Column<R>], rows: impl Iterator<Item = &'r R>) -> Vec<u16> {
    let mut widest = vec![0u16; columns.len()];
    for row in rows {
        for (column, widest) in columns.iter().zip(&mut widest) {
            if *widest < column.width.most {
                let width = u16::try_from((column.cell)(row).width()).unwrap_or(u16::MAX);
                *widest = (*widest).max(width);
            }
        }
    }
    widest
}

/// Chooses the columns that fit and shares the room out: first what each must have, then by priority what it wants.
pub fn place<R>(columns: &[Column<R>], measured: &[u16], available: u16) -> Vec<Placed> {
    let wants: Vec<u16> = columns
        .iter()
        .zip(measured)
        .map(|(column, content)| {
            let title = u16::try_from(column.title.chars().count()).unwrap_or(0);
            (*content).max(title).min(column.width.most)
        })
        .collect();
    let mut order: Vec<usize> = (0..columns.len())
        .filter(|&i| !(columns[i].width.hide_empty && measured.get(i).copied().unwrap_or(0) == 0))
        .collect();
    order.sort_by_key(|&i| columns[i].priority);

    let mut widths: Vec<Option<u16>> = vec![None; columns.len()];
    let mut used = 0u16;
    // In a narrow room no column may insist on much more than its share.
    let share = if available < 45 { (available / 3).max(12) } else { available };
    let mut gaps = 0u16;
    for &i in &order {
        let need = wants[i].min(columns[i].width.least).min(share);
        let room = available.saturating_sub(used + gaps);
        let width = match room {
            _ if need <= room => need,
            0 => break,
            _ if columns[i].priority == 0 => room,
            // A less important column must not take the place of a more important one.
            _ => break,
        };
        widths[i] = Some(width);
        used += width;
        gaps += columns[i].gap();
    }
    let mut spare = available.saturating_sub(used + gaps.saturating_sub(2));
    for &i in &order {
        if let Some(width) = widths[i] {
            let more = wants[i].saturating_sub(width).min(spare);
            widths[i] = Some(width + more);
            spare -= more;
        }
    }

    let mut x = 0;
    let mut placed = Vec::new();
    for (column, width) in widths.iter().enumerate() {
        if let Some(width) = *width {
            placed.push(Placed { column, x, width });
            x += width + columns[column].gap();
        }
    }
    placed
}

pub fn header<R>(columns: &[Column<R>], placed: &[Placed]) -> InkLine {
    join(placed, |i| (InkLine::of(columns[i].title, Ink::Head), columns[i].align))
}

pub fn row<R>(columns: &[Column<R>], placed: &[Placed], row: &R) -> InkLine {
    join(placed, |i| ((columns[i].cell)(row), columns[i].align))
}

fn join(placed: &[Placed], cell: impl Fn(usize) -> (InkLine, Align)) -> InkLine {
    let mut line = InkLine::new();
    for place in placed {
        line.pad_to(usize::from(place.x));
        let (content, align) = cell(place.column);
        let content = content.cut(usize::from(place.width));
        if align == Align::Right {
            line.pad_to(usize::from(place.x) + usize::from(place.width).saturating_sub(content.width()));
        }
        line.append(&content);
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Row = (&'static str, &'static str, &'static str);

    fn columns() -> [Column<Row>; 3] {
        [
            Column {
                id: "name",
                title: "NAME",
                width: Width::fit(6, 20),
                align: Align::Left,
                priority: 0,
                cell: |row| InkLine::of(row.0, Ink::Text),
            },
            Column {
                id: "note",
                title: "NOTE",
                width: Width::if_any(4, 10),
                align: Align::Left,
                priority: 2,
                cell: |row| InkLine::of(row.1, Ink::Text),
            },
            Column {
                id: "size",
                title: "SIZE",
                width: Width::fit(4, 8),
                align: Align::Right,
                priority: 1,
                cell: |row| InkLine::of(row.2, Ink::Text),
            },
        ]
    }

    fn show(rows: &[Row], width: u16) -> Vec<String> {
        let columns = columns();
        let placed = place(&columns, &measure(&columns, rows.iter()), width);
        std::iter::once(header(&columns, &placed))
            .chain(rows.iter().map(|r| row(&columns, &placed, r)))
            .map(|line| line.text())
            .collect()
    }

    #[test]
    fn the_least_important_column_goes_first() {
        let rows = [("postgres", "ready", "12 MB"), ("web", "", "7 kB")];
        assert_eq!(
            show(&rows, 40),
            ["NAME      NOTE    SIZE", "postgres  ready  12 MB", "web               7 kB"]
        );
        assert_eq!(show(&rows, 15), ["NAME       SIZE", "postgres  12 MB", "web        7 kB"]);
        assert_eq!(show(&rows, 9), ["NAME", "postgres", "web"]);
        assert_eq!(show(&rows, 4), ["NAME", "pos…", "web"]);
    }

    #[test]
    fn a_column_without_content_is_not_shown() {
        assert_eq!(show(&[("web", "", "7 kB")], 40)[0], "NAME  SIZE");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_room(width in 0u16..60, name in 0usize..30, note in 0usize..30) {
            let columns = columns();
            let measured = [name as u16, note as u16, 5];
            let placed = place(&columns, &measured, width);
            if let Some(last) = placed.last() {
                prop_assert!(last.x + last.width <= width);
            }
        }
    }
}
