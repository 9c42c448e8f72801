//! What happens between two blocks of a slide while it is cut into steps and columns; none of these is ever shown.

use super::block::{Block, BlockKind, Inline};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// What follows comes with the next step.
    Pause,
    /// What stands up to `Close` does, and nothing else waits for it.
    Open,
    Close,
    /// Whether lists come item by item from here on; none for what the deck says.
    Lists(Option<bool>),
    Columns(Vec<u16>),
    Column(usize),
    EndColumns,
}

/// No author's text holds it: control characters are taken out before.
const SIGN: char = '\u{1}';

impl Signal {
    pub(super) fn block(&self, line: usize) -> Block {
        let text = match self {
            Self::Pause => "pause".to_owned(),
            Self::Open => "open".to_owned(),
            Self::Close => "close".to_owned(),
            Self::Lists(None) => "lists".to_owned(),
            Self::Lists(Some(on)) => format!("lists {on}"),
            Self::Columns(shares) => {
                shares.iter().fold("columns".to_owned(), |text, share| format!("{text} {share}"))
            }
            Self::Column(n) => format!("column {n}"),
            Self::EndColumns => "end".to_owned(),
        };
        let kind = BlockKind::Paragraph(vec![Inline::Text(format!("{SIGN}{text}"))]);
        Block { kind, reveal: 0, line }
    }

    /// The signal that a block is, if any. A paragraph that is `. . .` and nothing else is patat's pause.
    pub(super) fn of(block: &Block) -> Option<Self> {
        let BlockKind::Paragraph(inlines) = &block.kind else { return None };
        let [Inline::Text(text)] = inlines.as_slice() else { return None };
        if text.trim() == ". . ." {
            return Some(Self::Pause);
        }
        let mut words = text.strip_prefix(SIGN)?.split(' ');
        let name = words.next()?;
        Some(match name {
            "pause" => Self::Pause,
            "open" => Self::Open,
            "close" => Self::Close,
            "lists" => Self::Lists(words.next().and_then(|on| on.parse().ok())),
            "columns" => Self::Columns(words.filter_map(|n| n.parse().ok()).collect()),
            "column" => Self::Column(words.next().and_then(|n| n.parse().ok()).unwrap_or(0)),
            _ => Self::EndColumns,
        })
    }
}
