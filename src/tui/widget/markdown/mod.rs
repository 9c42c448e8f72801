//! Lays the content of a slide out as lines of at most some width. Pure: it knows no screen and no scroll.

mod beside;
mod block;
mod inline;
mod row;
mod table;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::Line;

pub use row::LinkSpan;
pub use words::words;

use crate::course::{Block, Inline};
use crate::tui::highlight::Highlighter;
use crate::tui::theme::Theme;
use inline::Flow;
use row::{Part, Row};

/// What a layout depends on besides the blocks.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Blocks that come later than this step are left out and reserve no space.
    pub step: usize,
    pub width: usize,
    /// For title slides.
    pub centred: bool,
    pub theme: &'a Theme,
    pub highlighter: &'a Highlighter,
}

/// A place on a slide that somebody else draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Insert {
    /// Index into `Deck::quizzes`.
    Quiz(usize),
    /// Index into `Deck::tasks`.
    Task(usize),
    Exercise(String),
    /// What was reached of the course; no keys go there.
    Score,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub insert: Insert,
    pub rows: Range<usize>,
    /// Where it begins from the left.
    pub column: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    pub rows: Range<usize>,
    pub lang: String,
    pub text: String,
}

/// A line that is not wrapped: a pane cuts it with a mark, and scrolls it sideways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Columns at the left that stay where they are.
    pub lead: usize,
    /// Columns of the whole line.
    pub width: usize,
}

/// All lists by line have one entry a line.
#[derive(Clone, Debug, Default)]
pub struct Laid {
    /// None is wider than the layout's width, except those that have a `Cut`.
    pub lines: Vec<Line<'static>>,
    pub cuts: Vec<Option<Cut>>,
    /// The style for the rest of a line, where it has one.
    pub fills: Vec<Option<Style>>,
    /// For each step up to the one shown, the first line that it added.
    pub first_line_of_step: Vec<usize>,
    /// The columns at which nothing is cut.
    pub width_needed: usize,
    pub fences: Vec<Fence>,
    pub links: Vec<LinkSpan>,
    pub inserts: Vec<Placed>,
}

/// `insert` gives the lines of a quiz or an exercise at a width.
pub fn layout(
    blocks: &[Block],
    cx: &Context<'_>,
    insert: &mut dyn FnMut(&Insert, usize) -> Vec<Line<'static>>,
) -> Laid {
    let mut laid = Laid::default();
    if cx.width == 0 {
        laid.first_line_of_step = vec![0; cx.step + 1];
        return laid;
    }
    let mut writer = block::Writer::new(cx, insert);
    let rows = writer.blocks(blocks, cx.width, 0, cx.theme.text);
    let (fences, inserts) = (writer.fences, writer.inserts);
    let last = rows.len();
    laid.first_line_of_step = (0..=cx.step)
        .map(|step| rows.iter().position(|r| r.reveal >= step && !r.spans.is_empty()).unwrap_or(last))
        .collect();

    for (index, mut row) in rows.into_iter().enumerate() {
        let mut width = row.width();
        if cx.centred && row.cut.is_none() {
            let indent = cx.width.saturating_sub(width) / 2;
            row.indent(&[" ".repeat(indent).into()]);
            width += indent;
        }
        laid.width_needed = laid.width_needed.max(width);
        laid.cuts.push(row.cut.map(|lead| Cut { lead, width }));
        laid.fills.push(row.fill);
        laid.links.extend(row.links.drain(..).map(|link| LinkSpan { line: index, ..link }));
        note_part(&mut laid, &row, index, &fences, &inserts);
        laid.lines.push(row.into_line());
    }
    laid
}

/// The rows of one fence or insert follow one another, so its range grows row by row.
fn note_part(
    laid: &mut Laid,
    row: &Row,
    index: usize,
    fences: &[(String, String)],
    inserts: &[(Insert, usize)],
) {
    match row.part {
        Some(Part::Fence(i)) => match laid.fences.get_mut(i) {
            Some(fence) => fence.rows.end = index + 1,
            None => {
                let (lang, text) = fences[i].clone();
                laid.fences.push(Fence { rows: index..index + 1, lang, text });
            }
        },
        Some(Part::Insert(i)) => match laid.inserts.get_mut(i) {
            Some(placed) => placed.rows.end = index + 1,
            None => {
                let insert = inserts[i].0.clone();
                laid.inserts.push(Placed { insert, rows: index..index + 1, column: inserts[i].1 });
            }
        },
        None => {}
    }
}

/// Wraps words alone, for texts that are not a slide.
pub fn wrap(inlines: &[Inline], style: Style, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    Flow::new(inlines, style, theme).wrap(width).into_iter().map(Row::into_line).collect()
}
