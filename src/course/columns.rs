//! Columns of a slide: what stands between the signals for them becomes one block.

use super::block::{Block, BlockKind};
use super::signal::Signal;

/// Columns end with the slide at the latest. One that nobody announced takes what stands below the slide's headings as the
/// first.
pub(super) fn gathered(blocks: Vec<Block>) -> Vec<Block> {
    let mut out = Vec::with_capacity(blocks.len());
    let mut open: Option<Open> = None;
    for block in blocks {
        match Signal::of(&block) {
            Some(Signal::Columns(shares)) => {
                out.extend(open.take().and_then(Open::closed));
                open = Some(Open { line: block.line, shares, columns: Vec::new(), at: None });
            }
            Some(Signal::Column(n)) => {
                let open = open.get_or_insert_with(|| unannounced(&mut out, n, block.line));
                let n = if n == usize::MAX { open.columns.len() } else { n.min(16) };
                open.columns.resize(open.columns.len().max(n + 1), Vec::new());
                open.at = Some(n);
            }
            Some(Signal::EndColumns) => out.extend(open.take().and_then(Open::closed)),
            _ => match &mut open {
                Some(Open { columns, at: Some(at), .. }) => columns[*at].push(block),
                _ => out.push(block),
            },
        }
    }
    out.extend(open.take().and_then(Open::closed));
    out
}

struct Open {
    line: usize,
    shares: Vec<u16>,
    columns: Vec<Vec<Block>>,
    /// Which one takes what comes.
    at: Option<usize>,
}

impl Open {
    fn closed(self) -> Option<Block> {
        let Self { line, shares, columns, .. } = self;
        let kind = BlockKind::Columns { shares, columns };
        matches!(&kind, BlockKind::Columns { columns, .. } if columns.iter().any(|c| !c.is_empty()))
            .then_some(Block { kind, reveal: 0, line })
    }
}

fn unannounced(out: &mut Vec<Block>, n: usize, line: usize) -> Open {
    let is_above =
        |block: &Block| matches!(block.kind, BlockKind::Heading { .. } | BlockKind::Columns { .. });
    let top = out.iter().take_while(|b| is_above(b)).count();
    // The first column itself, or one whose slide has nothing beside it, takes nothing.
    let before = if n == 0 || n == usize::MAX { Vec::new() } else { out.split_off(top) };
    let columns = if before.is_empty() { Vec::new() } else { vec![before] };
    Open { line, shares: Vec::new(), columns, at: None }
}
