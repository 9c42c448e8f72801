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
    /// It gets as narrow as this before a column that can shrink is left out.
    pub tight: u16,
    pub most: u16,
    /// Without any content the column is not shown at all.
    pub hide_empty: bool,
    /// What does not fit is left out in the middle, because the end tells as much as the beginning.
    pub keep_end: bool,
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
        Self { least, tight: least, most, hide_empty: false, keep_end: false }
    }

    /// Like `fit`, for what most rows have nothing to say about.
    pub const fn if_any(least: u16, most: u16) -> Self {
        Self { least, tight: least, most, hide_empty: true, keep_end: false }
    }

    /// Like `fit`, for names whose end matters.
    pub const fn both_ends(least: u16, most: u16) -> Self {
        Self { least, tight: least, most, hide_empty: false, keep_end: true }
    }

    #[must_use]
    pub const fn shrinking_to(self, tight: u16) -> Self {
        Self { tight, ..self }
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

    let comfortable = choose(columns, &wants, &order, available, |width| width.least);
    let shrinks = |i: &&usize| columns[**i].width.tight < columns[**i].width.least;
    let lost = order.iter().filter(shrinks).rev().find(|&&i| comfortable[i].is_none());
    let mut widths = match lost {
        None => comfortable,
        // Room is made for these, and not for what matters less than they do.
        Some(&last) => {
            order.retain(|&i| columns[i].priority <= columns[last].priority);
            choose(columns, &wants, &order, available, |width| width.tight)
        }
    };
    let used: u16 = widths.iter().flatten().sum();
    let gaps: u16 = columns.iter().zip(&widths).filter(|(_, w)| w.is_some()).map(|(c, _)| c.gap()).sum();
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

/// The columns that fit, most important first, with the width that each must have.
fn choose<R>(
    columns: &[Column<R>],
    wants: &[u16],
    order: &[usize],
    available: u16,
    least: impl Fn(Width) -> u16,
) -> Vec<Option<u16>> {
    let mut widths: Vec<Option<u16>> = vec![None; columns.len()];
    let mut used = 0u16;
    // In a narrow room no column may insist on much more than its share.
    let share = if available < 45 { (available / 3).max(12) } else { available };
    let mut gaps = 0u16;
    for &i in order {
        let need = wants[i].min(least(columns[i].width)).min(share);
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
    widths
}

pub fn header<R>(columns: &[Column<R>], placed: &[Placed]) -> InkLine {
    join(columns, placed, |column| InkLine::of(column.title, Ink::Head))
}

pub fn row<R>(columns: &[Column<R>], placed: &[Placed], row: &R) -> InkLine {
    join(columns, placed, |column| (column.cell)(row))
}

fn join<R>(columns: &[Column<R>], placed: &[Placed], cell: impl Fn(&Column<R>) -> InkLine) -> InkLine {
    let mut line = InkLine::new();
    for place in placed {
        line.pad_to(usize::from(place.x));
        let column = &columns[place.column];
        let (content, width) = (cell(column), usize::from(place.width));
        let content = if column.width.keep_end { content.cut_middle(width) } else { content.cut(width) };
        if column.align == Align::Right {
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
    fn a_name_is_cut_in_its_middle_where_its_end_matters() {
        let mut columns = columns();
        columns[0].width = Width::both_ends(6, 12);
        let rows = [("registry.example.org/team/service:1.2", "", "7 kB")];
        let placed = place(&columns, &measure(&columns, rows.iter()), 40);
        assert_eq!(row(&columns, &placed, &rows[0]).text(), "regist…e:1.2  7 kB");
    }

    #[test]
    fn a_column_that_can_shrink_does_so_before_it_goes() {
        let mut columns = columns();
        columns[2].width = Width::both_ends(8, 12).shrinking_to(5);
        let rows = [("postgres", "", "alpine:3.20"), ("web", "", "sh")];
        let show = |width| {
            let placed = place(&columns, &measure(&columns, rows.iter()), width);
            row(&columns, &placed, &rows[0]).text()
        };
        assert_eq!(show(30), "postgres  alpine:3.20");
        assert_eq!(show(16), "postg…  alpi….20");
        assert_eq!(show(14), "postgr…  al…20");
        assert_eq!(show(12), "postgres");
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
