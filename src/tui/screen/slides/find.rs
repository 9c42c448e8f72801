//! Where words are in a deck, whatever the width of the screen.

use crate::course::{Block, BlockKind, Deck, plain};

/// A block that has the words, and the step that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub slide: usize,
    pub step: usize,
    /// The line around the words.
    pub text: String,
}

/// In the deck's order; letters are compared without their case.
pub fn find(deck: &Deck, query: &str) -> Vec<Hit> {
    let query = query.trim().to_lowercase();
    let mut hits = Vec::new();
    if query.is_empty() {
        return hits;
    }
    for (slide, content) in deck.slides.iter().enumerate() {
        let mut texts = Vec::new();
        for block in &content.blocks {
            collect(deck, block, 0, &mut texts);
        }
        for (step, text) in texts {
            let line = text.lines().find(|line| line.to_lowercase().contains(&query));
            hits.extend(line.map(|line| Hit { slide, step, text: line.trim().to_owned() }));
        }
    }
    hits
}

fn collect(deck: &Deck, block: &Block, step: usize, out: &mut Vec<(usize, String)>) {
    let step = step.max(block.reveal);
    let mut inside = |blocks: &[Block], step| blocks.iter().for_each(|b| collect(deck, b, step, out));
    match &block.kind {
        BlockKind::Heading { text, .. } | BlockKind::Paragraph(text) => out.push((step, plain(text))),
        BlockKind::Code { text, .. } | BlockKind::Verbatim(text) => out.push((step, text.clone())),
        BlockKind::List { items, .. } => {
            items.iter().for_each(|item| inside(&item.blocks, step.max(item.reveal)));
        }
        BlockKind::Quote(blocks) => inside(blocks, step),
        BlockKind::Columns { columns, .. } => columns.iter().for_each(|column| inside(column, step)),
        BlockKind::Table(table) => {
            for row in std::iter::once(&table.head).chain(&table.rows) {
                let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
                out.push((step, cells.join(" │ ")));
            }
        }
        BlockKind::Definitions(terms) => {
            for (term, meanings) in terms {
                out.push((step, plain(term)));
                meanings.iter().flatten().for_each(|b| collect(deck, b, step, out));
            }
        }
        BlockKind::Quiz(index) => {
            out.extend(deck.quizzes.get(*index).map(|quiz| (step, quiz.question.clone())))
        }
        BlockKind::Task(index) => out.extend(deck.tasks.get(*index).map(|task| (step, task.title.clone()))),
        BlockKind::Rule | BlockKind::Exercise(_) | BlockKind::Score => {}
    }
}
