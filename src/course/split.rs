//! Blocks into slides by patat's rules, and slides into steps.

use super::block::{Block, BlockKind, Inline, ListItem, plain};
use super::deck::{Settings, Slide};
use super::diagnostic::{Diagnostic, Script};
use super::front_matter::check_slide_config;
use super::markdown::Piece;

pub(super) fn slides(
    pieces: Vec<Piece>,
    settings: &Settings,
    script: &Script<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Slide> {
    let by_rules = pieces.iter().any(|p| matches!(p, Piece::Block(Block { kind: BlockKind::Rule, .. })));
    let level = settings.slide_level.unwrap_or_else(|| detect_level(&pieces));
    let mut cutter = Cutter { slides: Vec::new(), current: Slide::default(), settings };
    for piece in pieces {
        match piece {
            Piece::Note(note) => cutter.note(note),
            Piece::Config { yaml, line } => {
                let slide = cutter.slides.len() + usize::from(!cutter.current.blocks.is_empty()).max(1);
                check_slide_config(script, &yaml, line, slide, diagnostics);
            }
            Piece::Block(block) => match block.kind {
                BlockKind::Rule if by_rules => cutter.flush(),
                BlockKind::Heading { level: n, .. } if !by_rules && n == level => {
                    cutter.flush();
                    cutter.current.blocks.push(block);
                }
                BlockKind::Heading { level: n, .. } if !by_rules && n < level => {
                    cutter.flush();
                    cutter.current.is_title = true;
                    cutter.current.blocks.push(block);
                }
                _ => {
                    if cutter.current.is_title {
                        cutter.flush();
                    }
                    cutter.current.blocks.push(block);
                }
            },
        }
    }
    cutter.flush();
    let Cutter { mut slides, current, .. } = cutter;
    match slides.last_mut() {
        Some(last) => last.notes.extend(current.notes),
        None => slides.push(Slide { notes: current.notes, steps: 1, line: 1, ..Slide::default() }),
    }
    slides
}

/// The highest level of a heading that has something other than a heading right below it.
fn detect_level(pieces: &[Piece]) -> u8 {
    let mut level = 6;
    let mut above = None;
    for piece in pieces {
        if let Piece::Block(block) = piece {
            match (&block.kind, above) {
                (BlockKind::Heading { level: n, .. }, _) => above = Some(*n),
                (_, Some(n)) => {
                    level = level.min(n);
                    above = None;
                }
                (_, None) => {}
            }
        }
    }
    level
}

struct Cutter<'a> {
    slides: Vec<Slide>,
    current: Slide,
    settings: &'a Settings,
}

impl Cutter<'_> {
    fn note(&mut self, note: String) {
        self.current.notes.push(note);
    }

    /// Ends the slide. One without blocks is none; its notes wait for the next.
    fn flush(&mut self) {
        if self.current.blocks.is_empty() {
            return;
        }
        let mut slide = std::mem::take(&mut self.current);
        let mut steps = Steps { now: 0 };
        slide.line = slide.blocks.first().map_or(1, |b| b.line);
        slide.blocks = steps.blocks(slide.blocks, self.settings.incremental_lists);
        slide.steps = steps.now + 1;
        slide.title = title(&slide.blocks);
        self.slides.push(slide);
    }
}

fn title(blocks: &[Block]) -> String {
    let heading = blocks.iter().find_map(|b| match &b.kind {
        BlockKind::Heading { text, .. } => Some(plain(text)),
        _ => None,
    });
    let first_line = |text: &str| text.lines().find(|l| !l.trim().is_empty()).map(|l| l.trim().to_owned());
    let words = || blocks.iter().find_map(|b| first_words(b).as_deref().and_then(first_line));
    heading.or_else(words).unwrap_or_default()
}

fn first_words(block: &Block) -> Option<String> {
    match &block.kind {
        BlockKind::Paragraph(inlines) => {
            let end = inlines.iter().position(|i| matches!(i, Inline::SoftBreak | Inline::HardBreak));
            Some(plain(&inlines[..end.unwrap_or(inlines.len())]))
        }
        BlockKind::Heading { text, .. } => Some(plain(text)),
        BlockKind::Code { text, .. } | BlockKind::Verbatim(text) => Some(text.clone()),
        BlockKind::List { items, .. } => items.iter().flat_map(|i| &i.blocks).find_map(first_words),
        BlockKind::Quote(blocks) => blocks.iter().find_map(first_words),
        BlockKind::Table(table) => table.head.first().map(|cell| plain(cell)),
        BlockKind::Definitions(list) => list.first().map(|(term, _)| plain(term)),
        BlockKind::Exercise(id) => Some(id.clone()),
        BlockKind::Quiz(_) | BlockKind::Task(_) | BlockKind::Score | BlockKind::Rule => None,
    }
}

/// Gives out step numbers in the order of the document.
struct Steps {
    now: usize,
}

impl Steps {
    fn blocks(&mut self, blocks: Vec<Block>, incremental: bool) -> Vec<Block> {
        let mut out = Vec::with_capacity(blocks.len());
        let mut after_list = false;
        for mut block in blocks {
            if is_pause(&block) {
                self.now += 1;
                after_list = false;
                continue;
            }
            self.now += usize::from(after_list);
            let (kind, stepwise) = flipped(block.kind, incremental);
            after_list = stepwise && matches!(kind, BlockKind::List { .. });
            block.reveal = self.now;
            block.kind = match kind {
                BlockKind::List { start, items } => {
                    BlockKind::List { start, items: self.items(items, stepwise) }
                }
                BlockKind::Quote(inner) => BlockKind::Quote(self.hold(inner)),
                BlockKind::Definitions(list) => BlockKind::Definitions(
                    list.into_iter()
                        .map(|(term, bodies)| (term, bodies.into_iter().map(|b| self.hold(b)).collect()))
                        .collect(),
                ),
                other => other,
            };
            out.push(block);
        }
        out
    }

    fn items(&mut self, items: Vec<ListItem>, incremental: bool) -> Vec<ListItem> {
        items
            .into_iter()
            .map(|mut item| {
                self.now += usize::from(incremental);
                item.reveal = self.now;
                item.blocks = self.blocks(item.blocks, incremental);
                item
            })
            .collect()
    }

    /// Inside a quote nothing waits: all of it comes now.
    fn hold(&mut self, blocks: Vec<Block>) -> Vec<Block> {
        blocks
            .into_iter()
            .map(|mut block| {
                block.reveal = self.now;
                block.kind = match block.kind {
                    BlockKind::List { start, items } => {
                        let held = items.into_iter().map(|mut item| {
                            item.reveal = self.now;
                            item.blocks = self.hold(item.blocks);
                            item
                        });
                        BlockKind::List { start, items: held.collect() }
                    }
                    BlockKind::Quote(inner) => BlockKind::Quote(self.hold(inner)),
                    other => other,
                };
                block
            })
            .collect()
    }
}

/// A quote that holds one list and nothing else turns 'item by item' round for that list.
fn flipped(kind: BlockKind, incremental: bool) -> (BlockKind, bool) {
    match kind {
        BlockKind::Quote(mut inner)
            if inner.len() == 1 && matches!(inner[0].kind, BlockKind::List { .. }) =>
        {
            (inner.remove(0).kind, !incremental)
        }
        other => (other, incremental),
    }
}

/// A paragraph that is `. . .` and nothing else.
fn is_pause(block: &Block) -> bool {
    matches!(&block.kind, BlockKind::Paragraph(inlines)
        if matches!(inlines.as_slice(), [Inline::Text(text)] if text.trim() == ". . ."))
}
