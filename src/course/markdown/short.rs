//! Texts that are shorter than a deck: an exercise's brief, a table's cell, a title.

use super::Reader;
use crate::course::block::{Block, BlockKind, Inline, plain};
use crate::course::dialect::{self, Sheet};
use crate::course::split;

/// Blocks of a short text (an exercise's brief, a solution); comments are dropped and quizzes stay code.
pub fn blocks(text: &str) -> Vec<Block> {
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    let mut sheet = Sheet::new(&lines, serde_yaml::Mapping::new(), 0, 0);
    dialect::read_as(None, &mut sheet);
    let text = sheet.text();
    let mut reader = Reader::new(&text, None, &sheet.marks);
    let blocks = reader.blocks(0).0;
    let mut blocks = split::flat(blocks);
    blocks.extend(reader.footnotes.left());
    blocks
}

/// The words of a cell; what would be blocks stands line by line.
pub(in crate::course) fn cell(text: &str) -> Vec<Inline> {
    let mut out = Vec::new();
    for block in Reader::new(text, None, &[]).blocks(0).0 {
        flatten(block, &mut out);
    }
    out
}

/// The words of one line with their looks.
pub(in crate::course) fn inlines(text: &str) -> Vec<Inline> {
    match blocks(text).into_iter().map(|b| b.kind).collect::<Vec<_>>().as_slice() {
        [BlockKind::Paragraph(inlines)] => inlines.clone(),
        _ => vec![Inline::Text(text.trim().to_owned())],
    }
}

fn flatten(block: Block, out: &mut Vec<Inline>) {
    let mut line = |words: Vec<Inline>, lead: &str| {
        if !out.is_empty() {
            out.push(Inline::HardBreak);
        }
        if !lead.is_empty() {
            out.push(Inline::Text(lead.to_owned()));
        }
        out.extend(words);
    };
    match block.kind {
        BlockKind::Heading { text, .. } => line(vec![Inline::Strong(text)], ""),
        BlockKind::Paragraph(text) => line(text, ""),
        BlockKind::Code { text, .. } => text.lines().for_each(|l| line(vec![Inline::Code(l.to_owned())], "")),
        BlockKind::List { start, items } => {
            for (n, item) in items.into_iter().enumerate() {
                let mut words = Vec::new();
                item.blocks.into_iter().for_each(|b| flatten(b, &mut words));
                let lead = start
                    .map_or_else(|| "- ".to_owned(), |first| format!("{}. ", first.saturating_add(n as u64)));
                line(words, &lead);
            }
        }
        BlockKind::Quote(inner) => inner.into_iter().for_each(|b| flatten(b, out)),
        BlockKind::Verbatim(text) => line(vec![Inline::Text(text)], ""),
        _ => {}
    }
}

/// The words of one line of markdown.
pub(in crate::course) fn words(text: &str) -> String {
    let blocks = blocks(text);
    match blocks.first().map(|b| &b.kind) {
        Some(BlockKind::Paragraph(inlines)) if blocks.len() == 1 => plain(inlines).trim().to_owned(),
        _ => text.trim().to_owned(),
    }
}
