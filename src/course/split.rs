//! Blocks into slides by patat's rules, and slides into steps.

use super::block::{Block, BlockKind, Inline, ListItem, plain};
use super::columns;
use super::deck::{Settings, Slide};
use super::diagnostic::{Diagnostic, Script};
use super::dialect::Cut;
use super::footnote::Footnotes;
use super::front_matter::check_slide_config;
use super::markdown::{Content, Piece};
use super::signal::Signal;

pub(super) fn slides(
    content: &mut Content,
    cut: Cut,
    settings: &Settings,
    script: &Script<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Slide> {
    let pieces = std::mem::take(&mut content.pieces);
    let has_rules = || pieces.iter().any(|p| matches!(p, Piece::Block(Block { kind: BlockKind::Rule, .. })));
    let by_headings = cut == Cut::RulesOrHeadings && !has_rules();
    let by_rules = cut != Cut::Marks && !by_headings;
    let level = settings.slide_level.unwrap_or_else(|| detect_level(&pieces));
    let mut cutter = Cutter { slides: Vec::new(), current: Slide::default(), feet: Vec::new(), settings };
    let footnotes = &content.footnotes;
    for piece in pieces {
        match piece {
            Piece::Note(note) => cutter.current.notes.push(note),
            Piece::Config { yaml, line } => {
                let slide = cutter.slides.len() + usize::from(!cutter.current.blocks.is_empty()).max(1);
                check_slide_config(script, &yaml, line, slide, diagnostics);
            }
            Piece::Break => cutter.flush(footnotes),
            Piece::Middle => cutter.current.in_middle = true,
            Piece::Referred(label) if cutter.feet.contains(&label) => {}
            Piece::Referred(label) => cutter.feet.push(label),
            Piece::Defined(label) if footnotes.is_referred(&label) => {}
            Piece::Defined(label) => cutter.current.blocks.extend(footnotes.foot(&label)),
            Piece::Block(block) => match block.kind {
                BlockKind::Rule if by_rules => cutter.flush(footnotes),
                BlockKind::Heading { level: n, .. } if by_headings && n == level => {
                    cutter.flush(footnotes);
                    cutter.current.blocks.push(block);
                }
                BlockKind::Heading { level: n, .. } if by_headings && n < level => {
                    cutter.flush(footnotes);
                    cutter.current.is_title = true;
                    cutter.current.blocks.push(block);
                }
                _ => {
                    if cutter.current.is_title && Signal::of(&block).is_none() {
                        cutter.flush(footnotes);
                    }
                    cutter.current.blocks.push(block);
                }
            },
        }
    }
    cutter.flush(footnotes);
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
        if let Piece::Block(block) = piece
            && Signal::of(block).is_none()
        {
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
    /// Labels of the footnotes that the current slide speaks of.
    feet: Vec<String>,
    settings: &'a Settings,
}

impl Cutter<'_> {
    /// Ends the slide. One without blocks is none; its notes wait for the next.
    fn flush(&mut self, footnotes: &Footnotes) {
        let feet = std::mem::take(&mut self.feet);
        if self.current.blocks.iter().all(|block| Signal::of(block).is_some()) {
            self.current.blocks.clear();
            self.current.in_middle = false;
            return;
        }
        let mut slide = std::mem::take(&mut self.current);
        let mut steps = Steps::new(self.settings.incremental_lists);
        slide.line = slide.blocks.iter().find(|b| Signal::of(b).is_none()).map_or(1, |b| b.line);
        let blocks = columns::gathered(slide.blocks);
        slide.blocks = steps.blocks(blocks, None);
        slide.blocks.extend(feet.iter().flat_map(|label| footnotes.foot(label)));
        slide.steps = steps.now + 1;
        slide.title = title(&slide.blocks);
        if !self.settings.bare_start {
            fill_start(&mut slide);
        }
        self.slides.push(slide);
    }
}

/// Where the first step would show nothing but headings, the next comes with it.
fn fill_start(slide: &mut Slide) {
    let is_bare = |block: &Block| match &block.kind {
        BlockKind::Heading { .. } => true,
        BlockKind::List { items, .. } => block.reveal > 0 || items.iter().all(|item| item.reveal > 0),
        _ => block.reveal > 0,
    };
    if slide.steps > 1 && slide.blocks.iter().all(is_bare) {
        sooner(&mut slide.blocks);
        slide.steps -= 1;
    }
}

fn sooner(blocks: &mut [Block]) {
    for block in blocks {
        block.reveal = block.reveal.saturating_sub(1);
        match &mut block.kind {
            BlockKind::List { items, .. } => {
                for item in items {
                    item.reveal = item.reveal.saturating_sub(1);
                    sooner(&mut item.blocks);
                }
            }
            BlockKind::Quote(inner) => sooner(inner),
            BlockKind::Columns { columns, .. } => columns.iter_mut().for_each(|c| sooner(c)),
            BlockKind::Definitions(list) => {
                list.iter_mut().flat_map(|(_, bodies)| bodies).for_each(|b| sooner(b))
            }
            _ => {}
        }
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
        BlockKind::Columns { columns, .. } => columns.iter().flatten().find_map(first_words),
        BlockKind::Table(table) => table.head.first().map(|cell| plain(cell)),
        BlockKind::Definitions(list) => list.first().map(|(term, _)| plain(term)),
        BlockKind::Exercise(id) => Some(id.clone()),
        BlockKind::Quiz(_) | BlockKind::Task(_) | BlockKind::Score | BlockKind::Rule => None,
    }
}

/// Gives out step numbers in the order of the document.
struct Steps {
    now: usize,
    /// The step with which what follows comes.
    from: usize,
    /// What it was before each part that is open and comes by itself.
    around: Vec<usize>,
    /// Whether lists come item by item: now, and by the deck's own word.
    incremental: bool,
    usual: bool,
}

impl Steps {
    fn new(incremental: bool) -> Self {
        Self { now: 0, from: 0, around: Vec::new(), incremental, usual: incremental }
    }

    fn next(&mut self) {
        self.now += 1;
        self.from = self.now;
    }

    fn signal(&mut self, signal: &Signal) {
        match signal {
            Signal::Pause => self.next(),
            Signal::Open => {
                self.around.push(self.from);
                self.next();
            }
            Signal::Close => self.from = self.around.pop().unwrap_or(self.from),
            Signal::Lists(on) => self.incremental = on.unwrap_or(self.usual),
            Signal::Columns(_) | Signal::Column(_) | Signal::EndColumns => {}
        }
    }

    /// `within` is said by the list around, where there is one.
    fn blocks(&mut self, blocks: Vec<Block>, within: Option<bool>) -> Vec<Block> {
        let mut out = Vec::with_capacity(blocks.len());
        let mut after_list = false;
        for mut block in blocks {
            if let Some(signal) = Signal::of(&block) {
                self.signal(&signal);
                after_list &= !matches!(signal, Signal::Pause | Signal::Open);
                continue;
            }
            if after_list {
                self.next();
            }
            let (kind, stepwise) = flipped(block.kind, within.unwrap_or(self.incremental));
            after_list = stepwise && matches!(kind, BlockKind::List { .. });
            block.reveal = self.from;
            block.kind = match kind {
                BlockKind::List { start, items } => {
                    BlockKind::List { start, items: self.items(items, stepwise) }
                }
                BlockKind::Quote(inner) => BlockKind::Quote(self.hold(inner)),
                BlockKind::Columns { shares, columns } => BlockKind::Columns {
                    shares,
                    columns: columns.into_iter().map(|column| self.blocks(column, within)).collect(),
                },
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
                if incremental {
                    self.next();
                }
                // One that is a fragment comes as a whole.
                let fragment = item.blocks.first().and_then(Signal::of) == Some(Signal::Open);
                item.reveal = if fragment { self.now + 1 } else { self.from };
                item.blocks = self.blocks(item.blocks, Some(incremental));
                item
            })
            .collect()
    }

    /// Inside a quote nothing waits: all of it comes now.
    fn hold(&mut self, blocks: Vec<Block>) -> Vec<Block> {
        let mut blocks = flat(blocks);
        reveal(&mut blocks, self.from);
        blocks
    }
}

fn reveal(blocks: &mut [Block], step: usize) {
    for block in blocks {
        block.reveal = step;
        match &mut block.kind {
            BlockKind::List { items, .. } => {
                for item in items {
                    item.reveal = step;
                    reveal(&mut item.blocks, step);
                }
            }
            BlockKind::Quote(inner) => reveal(inner, step),
            BlockKind::Definitions(list) => {
                list.iter_mut().flat_map(|(_, bodies)| bodies).for_each(|b| reveal(b, step));
            }
            _ => {}
        }
    }
}

/// The blocks without what only cuts slides into steps; patat's pause is text where nothing waits.
pub(super) fn flat(blocks: Vec<Block>) -> Vec<Block> {
    let is_shown = |block: &Block| match Signal::of(block) {
        None => true,
        Some(Signal::Pause) => *block != Signal::Pause.block(block.line),
        Some(_) => false,
    };
    blocks
        .into_iter()
        .filter(is_shown)
        .map(|mut block| {
            block.kind = match block.kind {
                BlockKind::List { start, items } => {
                    let items = items.into_iter().map(|item| ListItem { blocks: flat(item.blocks), ..item });
                    BlockKind::List { start, items: items.collect() }
                }
                BlockKind::Quote(inner) => BlockKind::Quote(flat(inner)),
                BlockKind::Definitions(list) => BlockKind::Definitions(
                    list.into_iter()
                        .map(|(term, bodies)| (term, bodies.into_iter().map(flat).collect()))
                        .collect(),
                ),
                other => other,
            };
            block
        })
        .collect()
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
