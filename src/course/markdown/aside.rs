//! HTML, comments and the marks of dialects: what stands between the words of a deck.

use super::{DEEPEST, Piece, Reader};
use crate::course::block::{Block, BlockKind};
use crate::course::diagnostic::Severity;
use crate::course::dialect::{self, Mark};
use crate::course::html;
use crate::course::signal::Signal;

impl Reader<'_> {
    /// Comments become notes and marks; what stands between them is read as markdown or shown as it is.
    pub(super) fn html(&mut self, html: &str, line: usize, depth: usize) -> Vec<Block> {
        let mut out = Vec::new();
        let mut rest = html;
        while let Some(at) = rest.find("<!--") {
            out.extend(self.raw(&rest[..at], line, depth));
            let inner = &rest[at + 4..];
            let comment = match inner.split_once("-->") {
                Some((comment, after)) => {
                    rest = after;
                    comment
                }
                None => {
                    if let Some(script) = self.script {
                        self.diagnostics.push(script.whole_line(
                            Severity::Warning,
                            line,
                            "this comment is never closed",
                            Some("everything below became a note; close it with `-->`"),
                        ));
                    }
                    rest = "";
                    inner
                }
            };
            match dialect::index_of(comment).and_then(|n| self.marks.get(n)) {
                Some(mark) => out.extend(self.mark(mark, line)),
                None => self.aside(comment, line),
            }
        }
        out.extend(self.raw(rest, line, depth));
        out
    }

    /// HTML that is no comment.
    fn raw(&mut self, html: &str, line: usize, depth: usize) -> Vec<Block> {
        let text = html.trim_end().trim_start_matches('\n');
        if text.trim().is_empty() {
            return Vec::new();
        }
        let held = html::held(text);
        self.asides.extend(held.notes.into_iter().filter(|n| !n.is_empty()).map(Piece::Note));
        self.styles |= held.styles;
        let is_html = text.trim_start().starts_with('<');
        if (is_html && !held.known) || depth >= DEEPEST {
            return vec![Block { kind: BlockKind::Verbatim(dialect::without_marks(text)), reveal: 0, line }];
        }
        let mut inner = Reader::new(&held.text, None, self.marks);
        let mut blocks = Vec::new();
        while inner.events.peek().is_some() {
            blocks.extend(inner.block(depth + 1));
        }
        self.asides.append(&mut inner.asides);
        self.styles |= inner.styles;
        blocks.iter_mut().for_each(|b| b.line = line);
        blocks
    }

    fn mark(&mut self, mark: &Mark, line: usize) -> Option<Block> {
        let signal = match mark {
            Mark::Break => {
                self.asides.push(Piece::Break);
                return None;
            }
            Mark::Include(name) => {
                self.include(name, line);
                return None;
            }
            Mark::Middle => {
                self.asides.push(Piece::Middle);
                return None;
            }
            Mark::Note(note) => {
                self.asides.push(Piece::Note(note.clone()));
                return None;
            }
            Mark::Fragment => {
                self.fragment = true;
                return None;
            }
            Mark::Table(table) => {
                return Some(Block { kind: BlockKind::Table(table.clone()), reveal: 0, line });
            }
            Mark::Pause => Signal::Pause,
            Mark::Open => Signal::Open,
            Mark::Close => Signal::Close,
            Mark::Lists(on) => Signal::Lists(*on),
            Mark::Columns(shares) => Signal::Columns(shares.clone()),
            Mark::Column(n) => Signal::Column(*n),
            Mark::EndColumns => Signal::EndColumns,
        };
        Some(signal.block(line))
    }

    /// A mark among words: what it starts or ends, it does so below them.
    pub(super) fn inline_mark(&mut self, mark: &Mark, line: usize) {
        // What would be one step of its own is part of a line.
        if matches!(mark, Mark::Open) {
            return;
        }
        if let Some(block) = self.mark(mark, line) {
            self.asides.push(Piece::Block(block));
        }
    }

    pub(super) fn aside(&mut self, comment: &str, line: usize) {
        let piece = match comment.strip_prefix("config:") {
            Some(yaml) => Piece::Config { yaml: yaml.to_owned(), line },
            None if comment.trim().is_empty() => return,
            None => Piece::Note(comment.trim().to_owned()),
        };
        self.asides.push(piece);
    }
}
