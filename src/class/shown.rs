//! What a shell shows, as it goes over the line: text with its looks, row by row, and never what a terminal would obey.
//! Whoever takes it checks each bound again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthChar;

use super::clean::clean_glyphs;

/// A larger screen is cut to this.
const MOST_COLUMNS: u16 = 240;
const MOST_ROWS: u16 = 80;
/// Bytes of one state, spelled. One that is larger loses its looks, and then its upper rows.
pub(super) const MOST_BYTES: usize = 48 * 1024;

/// One state of a shell's screen. Rows are shared between states in which they are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    columns: u16,
    rows: Vec<Arc<Row>>,
    /// Column and row.
    cursor: Option<(u16, u16)>,
}

/// Pieces from the left; what follows the last one is blank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Row(Vec<Piece>);

/// Text in one look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(String, Paint, Paint, u8)", into = "(String, Paint, Paint, u8)")]
pub struct Piece {
    pub text: String,
    pub look: Look,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub fg: Paint,
    pub bg: Paint,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underlined: bool,
    pub inverse: bool,
    pub struck: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub enum Paint {
    /// The terminal's own.
    #[default]
    Own,
    Indexed(u8),
    Rgb(u8, u8, u8),
}

/// One place of a screen that is put together.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    pub glyph: char,
    /// What stands on it.
    pub marks: &'a [char],
    /// Of columns: one or two.
    pub width: u8,
    pub look: Look,
}

/// How one state becomes the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    /// It begins with an empty screen, whatever was there before.
    pub whole: bool,
    pub columns: u16,
    pub rows: u16,
    #[serde(default)]
    pub cursor: Option<(u16, u16)>,
    /// The rows that are other ones now, by their number.
    pub changed: Vec<(u16, Row)>,
}

/// What no program of ours sends.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the screen of a shell was not understood: {0}")]
pub(super) struct Malformed(&'static str);

impl Row {
    /// Of cells from the left. Cells that can't be shown elsewhere are blank.
    pub fn of<'a>(cells: impl IntoIterator<Item = Cell<'a>>) -> Self {
        let mut row = Self::default();
        let mut width = 0;
        for cell in cells {
            let columns = usize::from(cell.width);
            if width + columns > usize::from(MOST_COLUMNS) {
                break;
            }
            width += columns;
            let mut text = String::from(cell.glyph);
            text.extend(cell.marks);
            let text = clean_glyphs(&text);
            let fits = columns_of(&text) == columns;
            row.push(if fits { &text } else { &"  "[..columns.min(2)] }, cell.look);
        }
        row.trimmed()
    }

    fn push(&mut self, text: &str, look: Look) {
        match self.0.last_mut() {
            Some(last) if last.look == look => last.text.push_str(text),
            _ => self.0.push(Piece { text: text.to_owned(), look }),
        }
    }

    /// Without blanks at its end, which an empty place is as well.
    fn trimmed(mut self) -> Self {
        while let Some(last) = self.0.last_mut().filter(|last| last.look == Look::default()) {
            last.text.truncate(last.text.trim_end_matches(' ').len());
            if !last.text.is_empty() {
                break;
            }
            self.0.pop();
        }
        self
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    fn plain(&self) -> Self {
        let mut row = Self::default();
        self.0.iter().for_each(|piece| row.push(&piece.text, Look::default()));
        row.trimmed()
    }

    /// As it came from another machine.
    fn checked(mut self, columns: u16) -> Result<Self, Malformed> {
        let mut width = 0;
        for piece in &mut self.0 {
            piece.text = clean_glyphs(&piece.text);
            width += columns_of(&piece.text);
            if piece.text.is_empty() || width > usize::from(columns) {
                return Err(Malformed("a row that is wider than its screen, or holds what can't be seen"));
            }
        }
        Ok(self)
    }
}

impl Shown {
    /// Of rows from the top; one that is too large is cut to the part in which the cursor is, or to its end.
    pub fn new(columns: u16, rows: Vec<Row>, cursor: Option<(u16, u16)>) -> Self {
        let most = usize::from(MOST_ROWS);
        let end = cursor.map_or(rows.len(), |(_, row)| (usize::from(row) + 1).max(most)).min(rows.len());
        let first = end.saturating_sub(most);
        let columns = columns.clamp(1, MOST_COLUMNS);
        let rows: Vec<_> = rows.into_iter().skip(first).take(most).map(Arc::new).collect();
        let cursor = cursor.and_then(|(column, row)| {
            let row = row.checked_sub(u16::try_from(first).ok()?)?;
            (column < columns && usize::from(row) < rows.len()).then_some((column, row))
        });
        Self { columns, rows, cursor }.fitting()
    }

    /// As much of it as one message holds.
    fn fitting(mut self) -> Self {
        if self.is_small() {
            return self;
        }
        for row in &mut self.rows {
            *row = Arc::new(row.plain());
        }
        for at in 0..self.rows.len() {
            if self.is_small() {
                break;
            }
            self.rows[at] = Arc::default();
        }
        self
    }

    fn is_small(&self) -> bool {
        serde_json::to_vec(&self.step_from(None)).is_ok_and(|bytes| bytes.len() <= MOST_BYTES)
    }

    pub fn columns(&self) -> u16 {
        self.columns
    }

    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> + ExactSizeIterator {
        self.rows.iter().map(AsRef::as_ref)
    }

    pub fn cursor(&self) -> Option<(u16, u16)> {
        self.cursor
    }

    /// What is to be said to somebody who has `before`.
    pub(super) fn step_from(&self, before: Option<&Self>) -> Step {
        let (columns, count) = (self.columns, self.rows.len());
        let before = before.filter(|before| before.columns == columns && before.rows.len() == count);
        let blank = Row::default();
        let was = |at: usize| before.map_or(&blank, |before| &*before.rows[at]);
        let changed = self.rows.iter().enumerate().filter(|(at, row)| ***row != *was(*at));
        let changed = changed.filter_map(|(at, row)| Some((u16::try_from(at).ok()?, (**row).clone())));
        let rows = u16::try_from(count).unwrap_or(u16::MAX);
        Step { whole: before.is_none(), columns, rows, cursor: self.cursor, changed: changed.collect() }
    }

    /// The state after this step, as it came from another machine.
    pub(super) fn after(before: Option<&Self>, step: Step) -> Result<Self, Malformed> {
        let Step { whole, columns, rows: count, cursor, changed } = step;
        if !(1..=MOST_COLUMNS).contains(&columns) || count > MOST_ROWS {
            return Err(Malformed("its size"));
        }
        if cursor.is_some_and(|(column, row)| column >= columns || row >= count) {
            return Err(Malformed("a cursor that is outside"));
        }
        let mut rows = match before {
            _ if whole => vec![Arc::default(); usize::from(count)],
            Some(before) if before.columns == columns && before.rows.len() == usize::from(count) => {
                before.rows.clone()
            }
            _ => return Err(Malformed("a change of nothing")),
        };
        for (at, row) in changed {
            let place = rows.get_mut(usize::from(at)).ok_or(Malformed("a row that is outside"))?;
            *place = Arc::new(row.checked(columns)?);
        }
        Ok(Self { columns, rows, cursor })
    }
}

/// Each character for itself, as a terminal counts: signs that join into one are still in cells of their own.
fn columns_of(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

/// The flags of a look, as one number on the line. Those of a newer version are passed over.
const FLAGS: [fn(&mut Look) -> &mut bool; 6] = [
    |look| &mut look.bold,
    |look| &mut look.dim,
    |look| &mut look.italic,
    |look| &mut look.underlined,
    |look| &mut look.inverse,
    |look| &mut look.struck,
];

impl From<(String, Paint, Paint, u8)> for Piece {
    fn from((text, fg, bg, flags): (String, Paint, Paint, u8)) -> Self {
        let mut look = Look { fg, bg, ..Look::default() };
        for (bit, flag) in FLAGS.iter().enumerate() {
            *flag(&mut look) = flags >> bit & 1 == 1;
        }
        Self { text, look }
    }
}

impl From<Piece> for (String, Paint, Paint, u8) {
    fn from(Piece { text, mut look }: Piece) -> Self {
        let bits = FLAGS.iter().enumerate().map(|(bit, flag)| u8::from(*flag(&mut look)) << bit);
        let flags = bits.sum();
        (text, look.fg, look.bg, flags)
    }
}

/// On the line: -1, a number of the palette, or above them all red, green and blue in one number.
const TRUE_COLOR: i32 = 1 << 24;

impl TryFrom<i32> for Paint {
    type Error = &'static str;

    fn try_from(number: i32) -> Result<Self, Self::Error> {
        match number {
            -1 => Ok(Self::Own),
            0..=255 => Ok(Self::Indexed(number.to_le_bytes()[0])),
            _ => match number.to_be_bytes() {
                [1, r, g, b] => Ok(Self::Rgb(r, g, b)),
                _ => Err("not a colour"),
            },
        }
    }
}

impl From<Paint> for i32 {
    fn from(paint: Paint) -> Self {
        match paint {
            Paint::Own => -1,
            Paint::Indexed(index) => index.into(),
            Paint::Rgb(r, g, b) => TRUE_COLOR | Self::from_be_bytes([0, r, g, b]),
        }
    }
}

#[cfg(test)]
#[path = "shown_tests.rs"]
mod tests;
