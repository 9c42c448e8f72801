//! Which of a slide's commands goes onto the shell's prompt.

use std::collections::HashSet;

use super::SlidesPane;
use crate::course::{Block, BlockKind, commands};

/// What goes onto the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextCommand {
    pub text: String,
    /// From 1, from the top of the slide.
    pub number: usize,
    /// How many commands the slide has up to this step.
    pub of: usize,
}

/// What was put on the prompt, and what was run, in the lessons that were seen.
#[derive(Debug, Default)]
pub(super) struct Typing {
    run: HashSet<Typed>,
    /// What was put there last.
    put: Option<Typed>,
    /// Where that is on the slide, while it was not run and nothing else has been revealed.
    offered: Option<usize>,
}

/// A command on a slide.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Typed {
    lesson: usize,
    slide: usize,
    text: String,
    /// How many commands of the same text stand above it.
    above: usize,
}

impl Typing {
    /// Another slide or step is seen: what it has is offered from the top.
    pub(super) fn moved(&mut self) {
        self.offered = None;
    }
}

impl SlidesPane {
    /// The commands that are revealed, from top to bottom. Never with a newline, but for a here document.
    fn revealed_commands(&self) -> Vec<String> {
        let mut found = Vec::new();
        for block in self.current().into_iter().flat_map(|s| &s.blocks).filter(|b| b.reveal <= self.step) {
            collect_commands(block, self.step, &mut found);
        }
        found
    }

    /// Whether the slide has a command for the prompt, at the step that is seen.
    pub fn has_command(&self) -> bool {
        !self.revealed_commands().is_empty()
    }

    fn typed(&self, commands: &[String], at: usize) -> Typed {
        let text = commands[at].clone();
        let above = commands[..at].iter().filter(|other| **other == text).count();
        Typed { lesson: self.lesson, slide: self.slide, text, above }
    }

    /// From top to bottom, what was not run yet first, with `last` behind all. Who asks again without running it gets the one after it.
    pub fn next_command(&mut self, last: Option<String>) -> Option<NextCommand> {
        let commands: Vec<String> = self.revealed_commands().into_iter().chain(last).collect();
        let of = commands.len();
        let from = self.typing.offered.map_or(0, |offered| offered + 1);
        let order = || (from..of).chain(0..from.min(of));
        let not_run = |at: &usize| !self.typing.run.contains(&self.typed(&commands, *at));
        let at = order().find(not_run).or_else(|| order().next())?;
        self.typing.put = Some(self.typed(&commands, at));
        self.typing.offered = Some(at);
        commands.into_iter().nth(at).map(|text| NextCommand { text, number: at + 1, of })
    }

    /// A command was run in the shell: the one that was put there, or one that the learner typed.
    pub fn command_run(&mut self, line: &str) {
        let commands = self.revealed_commands();
        let is_put = |put: &Typed| words(&put.text) == words(line);
        let put = self.typing.put.take_if(|put| is_put(put));
        let here = || {
            let same = (0..commands.len()).filter(|at| words(&commands[*at]) == words(line));
            same.map(|at| self.typed(&commands, at)).find(|typed| !self.typing.run.contains(typed))
        };
        let was_put = put.is_some();
        if let Some(run) = put.or_else(here) {
            self.typing.run.insert(run);
        }
        if was_put {
            self.typing.offered = None;
        }
    }

    /// What was to be put on the prompt is not there.
    pub fn not_typed(&mut self) {
        self.typing.put = None;
        self.typing.offered = None;
    }
}

/// A command however its blanks and line ends are written.
fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().filter(|word| *word != "\\").collect()
}

fn collect_commands(block: &Block, step: usize, found: &mut Vec<String>) {
    let mut inside = |blocks: &[Block]| {
        for block in blocks.iter().filter(|b| b.reveal <= step) {
            collect_commands(block, step, found);
        }
    };
    match &block.kind {
        BlockKind::Code { lang, text, .. } => found.extend(commands(lang, text)),
        BlockKind::Quote(blocks) => inside(blocks),
        BlockKind::Columns { columns, .. } => columns.iter().for_each(|column| inside(column)),
        BlockKind::List { items, .. } => {
            for item in items.iter().filter(|item| item.reveal <= step) {
                inside(&item.blocks);
            }
        }
        BlockKind::Definitions(terms) => {
            terms.iter().flat_map(|(_, meanings)| meanings).for_each(|blocks| inside(blocks));
        }
        _ => {}
    }
}
