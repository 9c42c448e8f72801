//! Footnotes: numbered in the order in which the deck speaks of them, and shown at the foot of those slides.

use super::block::{Block, BlockKind, Inline};

#[derive(Debug, Default)]
pub(super) struct Footnotes {
    /// Labels that the text speaks of, in order.
    order: Vec<String>,
    defined: Vec<(String, Vec<Block>)>,
}

impl Footnotes {
    /// Gives the small number for a label.
    pub(super) fn refer(&mut self, label: &str) -> Inline {
        let at = self.order.iter().position(|known| known == label).unwrap_or_else(|| {
            self.order.push(label.to_owned());
            self.order.len() - 1
        });
        Inline::Superscript(vec![Inline::Text((at + 1).to_string())])
    }

    pub(super) fn define(&mut self, label: &str, blocks: Vec<Block>) {
        self.defined.push((label.to_owned(), blocks));
    }

    pub(super) fn is_referred(&self, label: &str) -> bool {
        self.order.iter().any(|known| known == label)
    }

    /// What stands at the foot of a slide for a label, with its number, or with the label where nothing speaks of it.
    pub(super) fn foot(&self, label: &str) -> Vec<Block> {
        let Some((_, blocks)) = self.defined.iter().find(|(known, _)| known == label) else {
            return Vec::new();
        };
        let number = self.order.iter().position(|known| known == label);
        let sign = number.map_or_else(|| label.to_owned(), |n| (n + 1).to_string());
        let lead = [Inline::Superscript(vec![Inline::Text(sign)]), Inline::Text(" ".to_owned())];
        let mut blocks = blocks.clone();
        match blocks.first_mut().map(|b| &mut b.kind) {
            Some(BlockKind::Paragraph(text)) => {
                text.splice(0..0, lead);
            }
            _ => blocks.insert(0, Block { kind: BlockKind::Paragraph(lead.into()), reveal: 0, line: 1 }),
        }
        blocks
    }

    /// All that is defined, for a text that has no slides.
    pub(super) fn left(&self) -> Vec<Block> {
        self.defined.iter().flat_map(|(label, _)| self.foot(label)).collect()
    }
}
