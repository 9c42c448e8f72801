//! Which of a slide's commands goes onto the shell's prompt.

use super::SlidesPane;
use crate::course::{Block, BlockKind, commands};

/// What goes onto the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextCommand {
    pub text: String,
    /// From 1; more than `of` where it is one that was revealed before.
    pub number: usize,
    /// How many commands came with this step.
    pub of: usize,
}

impl SlidesPane {
    /// The commands of each revealed fence that has any, with the step that revealed it. Never with a newline.
    fn revealed_fences(&self) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        for block in self.current().into_iter().flat_map(|s| &s.blocks).filter(|b| b.reveal <= self.step) {
            collect_commands(block, block.reveal, self.step, &mut found);
        }
        found
    }

    /// Whether the slide has a command for the prompt, at the step that is seen.
    pub fn has_command(&self) -> bool {
        !self.revealed_fences().is_empty()
    }

    /// First the commands that were revealed last, then one after another and round again.
    pub fn next_command(&mut self, last: Option<String>) -> Option<NextCommand> {
        let mut fences = self.revealed_fences();
        let newest = fences.iter().map(|(reveal, _)| *reveal).max();
        // Fences that came together are run from top to bottom: the second one needs what the first one makes.
        let first = fences.iter().position(|(reveal, _)| Some(*reveal) == newest).unwrap_or(0);
        fences.rotate_left(first);
        let of = fences.iter().filter(|(reveal, _)| Some(*reveal) == newest).map(|(_, all)| all.len()).sum();
        let commands = fences.into_iter().flat_map(|(_, commands)| commands);
        let commands: Vec<String> = commands.chain(last).collect();
        let at = self.command % commands.len().max(1);
        self.command += 1;
        commands.into_iter().nth(at).map(|text| NextCommand { text, number: at + 1, of })
    }
}

/// `since` is the step at which what holds the block was revealed.
fn collect_commands(block: &Block, since: usize, step: usize, found: &mut Vec<(usize, Vec<String>)>) {
    let since = since.max(block.reveal);
    let mut inside = |blocks: &[Block], since: usize| {
        for block in blocks.iter().filter(|b| b.reveal <= step) {
            collect_commands(block, since, step, found);
        }
    };
    match &block.kind {
        BlockKind::Code { lang, text, .. } => {
            let commands = commands(lang, text);
            if !commands.is_empty() {
                found.push((since, commands));
            }
        }
        BlockKind::Quote(blocks) => inside(blocks, since),
        BlockKind::Columns { columns, .. } => columns.iter().for_each(|column| inside(column, since)),
        BlockKind::List { items, .. } => {
            for item in items.iter().filter(|item| item.reveal <= step) {
                inside(&item.blocks, since.max(item.reveal));
            }
        }
        BlockKind::Definitions(terms) => {
            terms.iter().flat_map(|(_, meanings)| meanings).for_each(|blocks| inside(blocks, since));
        }
        _ => {}
    }
}
