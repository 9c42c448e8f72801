//! Which docker commands the slides have shown so far, and which ones are asked for without.

use std::collections::BTreeSet;

use super::super::{Block, BlockKind, Diagnostic, Inline, Manuscript, Severity, Slide};
use super::docker;
use super::lessons::for_each;

#[derive(Debug, Default)]
pub(super) struct Taught(BTreeSet<String>);

impl Taught {
    /// Every command in a fence or between backquotes counts as shown.
    pub(super) fn learn(&mut self, slide: &Slide) {
        for_each(&slide.blocks, &mut |block| self.block(block));
    }

    fn block(&mut self, block: &Block) {
        match &block.kind {
            BlockKind::Code { text, .. } => self.text(text),
            BlockKind::Heading { text, .. } | BlockKind::Paragraph(text) => self.inlines(text),
            BlockKind::Table(table) => {
                table.head.iter().chain(table.rows.iter().flatten()).for_each(|cell| self.inlines(cell));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.0.extend(docker::commands(text).into_iter().filter_map(|found| found.name));
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::Code(code) => self.text(code),
                Inline::Emph(inner) | Inline::Strong(inner) | Inline::Link { text: inner, .. } => {
                    self.inlines(inner);
                }
                _ => {}
            }
        }
    }

    /// Says which commands of a script no slide has shown yet. Each part comes with the line to point at.
    pub(super) fn check<'t>(
        &self,
        script: impl Iterator<Item = (usize, &'t str)>,
        manuscript: &Manuscript,
        out: &mut Vec<Diagnostic>,
    ) {
        for (line, text) in script {
            for found in docker::commands(text) {
                let (message, help) = match found.name {
                    Some(name) if self.0.contains(&name) => continue,
                    Some(_) => (
                        format!("no slide before this has shown `docker {}`", found.spelling),
                        "show it on a slide first, or solve it with what was shown",
                    ),
                    None => (format!("docker has no command `{}`", found.spelling), "mend its spelling"),
                };
                out.push(manuscript.mistake(Severity::Warning, line, message, help));
            }
        }
    }
}
