//! Blocks become rows; a block inside another is laid out narrower and then indented.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::inline::Flow;
use super::row::{Part, Row};
use super::{Context, Insert, beside, table};
use crate::course::{Block, BlockKind, Inline, ListItem};
use crate::tui::highlight::visible;

/// Text is never indented so far that it has less room than this.
const LEAST: usize = 6;
const BULLETS: [&str; 3] = ["•", "◦", "▪"];

type Inserter<'a> = &'a mut dyn FnMut(&Insert, usize) -> Vec<Line<'static>>;

pub(super) struct Writer<'a> {
    cx: &'a Context<'a>,
    insert: Inserter<'a>,
    /// Languages and texts, in the order of their rows.
    pub(super) fences: Vec<(String, String)>,
    /// With the column at which each begins.
    pub(super) inserts: Vec<(Insert, usize)>,
    depth: usize,
    /// Columns that the blocks around take at the left.
    column: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(cx: &'a Context<'a>, insert: Inserter<'a>) -> Self {
        Self { cx, insert, fences: Vec::new(), inserts: Vec::new(), depth: 0, column: 0 }
    }

    /// A blank row between blocks.
    pub(super) fn blocks(&mut self, blocks: &[Block], width: usize, reveal: usize, style: Style) -> Vec<Row> {
        self.spaced(blocks, width, reveal, style, true)
    }

    fn spaced(
        &mut self,
        blocks: &[Block],
        width: usize,
        reveal: usize,
        style: Style,
        loose: bool,
    ) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for block in blocks {
            let reveal = reveal.max(block.reveal);
            if reveal > self.cx.step {
                continue;
            }
            let mut more = self.block(&block.kind, width, reveal, style);
            for row in &mut more {
                row.reveal = row.reveal.max(reveal);
            }
            let apart = loose || !matches!(block.kind, BlockKind::Paragraph(_) | BlockKind::List { .. });
            if !rows.is_empty() && !more.is_empty() && apart {
                rows.push(Row::blank(reveal));
            }
            rows.extend(more);
        }
        rows
    }

    fn block(&mut self, kind: &BlockKind, width: usize, reveal: usize, style: Style) -> Vec<Row> {
        let theme = self.cx.theme;
        match kind {
            BlockKind::Heading { level, text } => self.heading(*level, text, width, style),
            BlockKind::Paragraph(text) => Flow::new(text, style, theme).wrap(width),
            BlockKind::Code { lang, text, .. } => self.code(lang, text),
            BlockKind::List { start, items } => self.list(*start, items, width, reveal, style),
            BlockKind::Quote(blocks) => {
                let bar =
                    Span::styled("▌ ", theme.border_focus.remove_modifier(ratatui::style::Modifier::all()));
                let style = style.patch(theme.quote);
                let bar = [bar];
                self.nested(&bar, &bar, width, |w, width| w.blocks(blocks, width, reveal, style))
            }
            BlockKind::Table(table) => table::rows(table, width, style, theme),
            BlockKind::Definitions(terms) => self.definitions(terms, width, reveal, style),
            BlockKind::Columns { shares, columns } => self.columns(shares, columns, width, reveal, style),
            BlockKind::Rule => vec![Row::new(vec![Span::styled("─".repeat(width), theme.border)])],
            BlockKind::Verbatim(text) => visible(text)
                .split('\n')
                .map(|line| Row { cut: Some(0), ..Row::new(vec![Span::styled(line.to_owned(), style)]) })
                .collect(),
            BlockKind::Quiz(index) => self.inserted(Insert::Quiz(*index), width),
            BlockKind::Task(index) => self.inserted(Insert::Task(*index), width),
            BlockKind::Score => self.inserted(Insert::Score, width),
            BlockKind::Exercise(id) => self.inserted(Insert::Exercise(id.clone()), width),
        }
    }

    fn heading(&self, level: u8, text: &[Inline], width: usize, style: Style) -> Vec<Row> {
        let theme = self.cx.theme;
        let role = match level {
            1 => theme.title,
            2 => theme.heading,
            _ => theme.strong,
        };
        let mut rows = Flow::new(text, style.patch(role), theme).wrap(width);
        if level == 1 && !self.cx.centred && self.depth == 0 {
            rows.push(Row::new(vec![Span::styled("─".repeat(width), theme.border)]));
        }
        rows
    }

    fn code(&mut self, lang: &str, text: &str) -> Vec<Row> {
        let theme = self.cx.theme;
        let index = self.fences.len();
        self.fences.push((lang.to_owned(), text.to_owned()));
        let text = text.trim_end_matches('\n');
        let lines = self.cx.highlighter.lines(lang, text);
        lines
            .iter()
            .map(|parts| {
                let mut spans =
                    vec![Span::styled("▎", theme.code.patch(theme.border)), Span::styled(" ", theme.code)];
                spans.extend(parts.iter().map(|(part, text)| Span::styled(text.clone(), part.style(theme))));
                Row {
                    cut: Some(2),
                    fill: Some(theme.code),
                    part: Some(Part::Fence(index)),
                    ..Row::new(spans)
                }
            })
            .collect()
    }

    fn list(
        &mut self,
        start: Option<u64>,
        items: &[ListItem],
        width: usize,
        reveal: usize,
        style: Style,
    ) -> Vec<Row> {
        let theme = self.cx.theme;
        let last = start.map(|s| s.saturating_add(items.len().saturating_sub(1) as u64).to_string().len());
        let edge = if self.depth == 0 { " " } else { "" };
        let mut rows: Vec<Row> = Vec::new();
        for (number, item) in items.iter().enumerate() {
            let reveal = reveal.max(item.reveal);
            if reveal > self.cx.step {
                continue;
            }
            let marker = match (start, last) {
                (Some(start), Some(last)) => {
                    let number = format!("{}.", start.saturating_add(number as u64));
                    format!("{edge}{number:>0$} ", last + 1)
                }
                _ => format!("{edge}{} ", BULLETS[self.depth % BULLETS.len()]),
            };
            let rest = Span::raw(" ".repeat(marker.width()));
            let first = Span::styled(marker, theme.marker);
            self.depth += 1;
            let mut more = self.nested(&[first], &[rest], width, |w, width| {
                let rows = w.spaced(&item.blocks, width, reveal, style, item.loose);
                // An item whose text comes later still shows its marker.
                if rows.is_empty() { vec![Row::new(vec![Span::raw(" ")])] } else { rows }
            });
            self.depth -= 1;
            for row in &mut more {
                row.reveal = row.reveal.max(reveal);
            }
            if item.loose && !rows.is_empty() {
                rows.push(Row::blank(reveal));
            }
            rows.extend(more);
        }
        rows
    }

    fn definitions(
        &mut self,
        terms: &[(Vec<Inline>, Vec<Vec<Block>>)],
        width: usize,
        reveal: usize,
        style: Style,
    ) -> Vec<Row> {
        let theme = self.cx.theme;
        let mut rows: Vec<Row> = Vec::new();
        for (term, meanings) in terms {
            if !rows.is_empty() {
                rows.push(Row::blank(reveal));
            }
            rows.extend(Flow::new(term, style.patch(theme.strong), theme).wrap(width));
            for blocks in meanings {
                let (first, rest) = (Span::styled("  ▸ ", theme.marker), Span::raw("    "));
                rows.extend(
                    self.nested(&[first], &[rest], width, |w, width| w.blocks(blocks, width, reveal, style)),
                );
            }
        }
        rows
    }

    /// Beside each other where each has room for a line of words and nothing of it is cut, else below each other.
    fn columns(
        &mut self,
        shares: &[u16],
        columns: &[Vec<Block>],
        width: usize,
        reveal: usize,
        style: Style,
    ) -> Vec<Row> {
        let Some(widths) = beside::widths(shares, columns.len(), width) else {
            let all = columns.concat();
            return self.blocks(&all, width, reveal, style);
        };
        let (fences, inserts, left) = (self.fences.len(), self.inserts.len(), self.column);
        let mut laid = Vec::new();
        for (column, width) in columns.iter().zip(&widths) {
            laid.push(self.blocks(column, *width, reveal, style));
            self.column += width + beside::GAP;
        }
        self.column = left;
        beside::joined(laid, &widths).unwrap_or_else(|| {
            self.fences.truncate(fences);
            self.inserts.truncate(inserts);
            let all = columns.concat();
            self.blocks(&all, width, reveal, style)
        })
    }

    fn inserted(&mut self, insert: Insert, width: usize) -> Vec<Row> {
        let lines = (self.insert)(&insert, width);
        if lines.is_empty() {
            return Vec::new();
        }
        let part = Some(Part::Insert(self.inserts.len()));
        self.inserts.push((insert, self.column));
        lines.into_iter().map(|line| Row { part, ..row_of(line, width) }).collect()
    }

    /// Lays out narrower, then puts `first` before the first row and `rest` before the others. Where there is no room
    /// for that, the content alone is shown.
    fn nested(
        &mut self,
        first: &[Span<'static>],
        rest: &[Span<'static>],
        width: usize,
        content: impl FnOnce(&mut Self, usize) -> Vec<Row>,
    ) -> Vec<Row> {
        let indent: usize = first.iter().map(|s| s.content.width()).sum();
        if width < indent + LEAST {
            return content(self, width);
        }
        self.column += indent;
        let mut rows = content(self, width - indent);
        self.column -= indent;
        for (i, row) in rows.iter_mut().enumerate() {
            row.indent(if i == 0 { first } else { rest });
        }
        rows
    }
}

/// A line from elsewhere keeps its own style; what is too wide for the slide is left out.
fn row_of(line: Line<'static>, width: usize) -> Row {
    let style = line.style;
    let mut room = width;
    let mut spans = Vec::new();
    for span in line.spans {
        let text: String = span
            .content
            .chars()
            .take_while(|c| {
                let wide = unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
                let fits = wide <= room;
                room = if fits { room - wide } else { 0 };
                fits
            })
            .collect();
        spans.push(Span::styled(text, style.patch(span.style)));
    }
    // A blank line still has a row of its own in `first_line_of_step` and under the mouse.
    Row { fill: (style != Style::new()).then_some(style), ..Row::new(spans) }
}
