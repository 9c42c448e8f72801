//! Markdown events into our own blocks; comments become notes, quiz and task fences become quizzes and tasks.

mod aside;
mod fence;
mod include;
mod short;

use std::iter::Peekable;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, OffsetIter, Options, Parser, Tag};

use super::block::{Align, Block, BlockKind, Inline, ListItem, Table, plain};
use super::diagnostic::{Diagnostic, Script, Severity};
use super::dialect::{self, Mark};
use super::footnote::Footnotes;
use super::html::OpenTags;
use super::inline::{GUARD, drop_attributes, push_text, raised_and_lowered};
use super::quiz::Quiz;
use super::signal::Signal;
use super::yaml::Snippet;
use super::{Task, quiz_fence, rough, split, task_fence};

pub use short::blocks;
pub(super) use short::{cell, inlines, words};

/// Deeper than this, text is shown as it was written: nobody means it, and the stack is finite.
const DEEPEST: usize = 32;

/// Something at the top level of a deck, in order.
#[derive(Debug)]
pub(super) enum Piece {
    Block(Block),
    Note(String),
    Config {
        yaml: String,
        line: usize,
    },
    /// A new slide begins.
    Break,
    /// The slide stands in the middle.
    Middle,
    /// A footnote of this label was spoken of, or stands here in the text.
    Referred(String),
    Defined(String),
}

/// What a deck's text holds; blocks name quizzes and tasks by their index.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) pieces: Vec<Piece>,
    pub(super) quizzes: Vec<Quiz>,
    pub(super) tasks: Vec<Task>,
    pub(super) broken: Vec<(Task, Diagnostic)>,
    pub(super) footnotes: Footnotes,
    /// Whether styles or programs were left out.
    pub(super) styles: bool,
}

/// Reads a text that a dialect, whose name is given, made from the script's lines.
pub(super) fn read(
    text: &str,
    marks: &[Mark],
    dialect: Option<&'static str>,
    script: &Script<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Content {
    let mut reader = Reader { dialect, ..Reader::new(text, Some(script), marks) };
    let pieces = reader.pieces();
    diagnostics.append(&mut reader.diagnostics);
    let Reader { quizzes, tasks, broken, footnotes, styles, .. } = reader;
    Content { pieces, quizzes, tasks, broken, footnotes, styles }
}

struct Reader<'a> {
    events: Peekable<OffsetIter<'a>>,
    text: &'a str,
    line_starts: Vec<usize>,
    script: Option<&'a Script<'a>>,
    /// What the comments of a dialect stand for.
    marks: &'a [Mark],
    asides: Vec<Piece>,
    footnotes: Footnotes,
    styles: bool,
    /// How files that the deck includes are read, and how many are around this one.
    dialect: Option<&'static str>,
    includes: usize,
    /// What is being read comes as a step of its own.
    fragment: bool,
    quizzes: Vec<Quiz>,
    tasks: Vec<Task>,
    /// Tasks that can't be judged, and why.
    broken: Vec<(Task, Diagnostic)>,
    diagnostics: Vec<Diagnostic>,
}

fn is_block(event: &Event<'_>) -> bool {
    match event {
        Event::Rule | Event::Html(_) => true,
        Event::Start(tag) => matches!(
            tag,
            Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::BlockQuote(_)
                | Tag::CodeBlock(_)
                | Tag::HtmlBlock
                | Tag::List(_)
                | Tag::Item
                | Tag::FootnoteDefinition(_)
                | Tag::DefinitionList
                | Tag::DefinitionListTitle
                | Tag::DefinitionListDefinition
                | Tag::Table(_)
                | Tag::TableHead
                | Tag::TableRow
                | Tag::TableCell
                | Tag::MetadataBlock(_)
        ),
        _ => false,
    }
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, script: Option<&'a Script<'a>>, marks: &'a [Mark]) -> Self {
        // Not on: YAML blocks (they eat slides), smart punctuation, math (`$` belongs to the shell), tasks.
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_DEFINITION_LIST;
        let events = Parser::new_ext(text, options).into_offset_iter().peekable();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        let (asides, quizzes, tasks, broken, diagnostics) = Default::default();
        let footnotes = Footnotes::default();
        Self {
            events,
            text,
            line_starts,
            script,
            marks,
            asides,
            footnotes,
            styles: false,
            dialect: None,
            includes: 0,
            fragment: false,
            quizzes,
            tasks,
            broken,
            diagnostics,
        }
    }

    /// All that is left, in order.
    fn pieces(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while self.events.peek().is_some() {
            let blocks = self.block(0);
            pieces.extend(blocks.into_iter().map(Piece::Block));
            pieces.append(&mut self.asides);
        }
        pieces
    }

    fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset).max(1)
    }

    /// Blocks up to the end of what holds them, and whether a paragraph among them stood between blank lines.
    fn blocks(&mut self, depth: usize) -> (Vec<Block>, bool) {
        let mut out = Vec::new();
        let mut loose = false;
        while let Some((event, _)) = self.events.peek() {
            if matches!(event, Event::End(_)) {
                break;
            }
            loose |= matches!(event, Event::Start(Tag::Paragraph));
            out.extend(self.block(depth));
        }
        (out, loose)
    }

    /// Takes one block; none if it was only a comment. A fragment stands between its own two signals.
    fn block(&mut self, depth: usize) -> Vec<Block> {
        self.fragment = false;
        let mut blocks = self.one(depth);
        // A mark in an item counts for the item.
        let whole =
            blocks.first().is_some_and(|b| !matches!(b.kind, BlockKind::List { .. } | BlockKind::Quote(_)));
        if std::mem::take(&mut self.fragment) && whole {
            let line = blocks[0].line;
            blocks.insert(0, Signal::Open.block(line));
            blocks.push(Signal::Close.block(line));
        }
        blocks
    }

    fn one(&mut self, depth: usize) -> Vec<Block> {
        let Some((event, range)) = self.events.peek().cloned() else { return Vec::new() };
        let line = self.line(range.start);
        let made = |kind| vec![Block { kind, reveal: 0, line }];
        if !is_block(&event) {
            if matches!(event, Event::End(_)) {
                self.events.next();
                return Vec::new();
            }
            // An item of a tight list holds its words without a paragraph.
            let inlines = self.inlines(depth);
            return if inlines.is_empty() { Vec::new() } else { made(BlockKind::Paragraph(inlines)) };
        }
        self.events.next();
        let tag = match event {
            Event::Start(tag) => tag,
            Event::Html(html) => return self.html(&html, line, depth),
            _ => return made(BlockKind::Rule),
        };
        if depth >= DEEPEST {
            self.skip();
            return made(BlockKind::Verbatim(dialect::without_marks(self.text[range].trim_end())));
        }
        let kind = match tag {
            Tag::Heading { level, .. } => {
                let text = self.inlines(depth);
                BlockKind::Heading { level: level as u8, text }
            }
            Tag::BlockQuote(_) => BlockKind::Quote(self.blocks(depth + 1).0),
            Tag::CodeBlock(kind) => {
                let mut text = String::new();
                while let Some((Event::Text(part), _)) =
                    self.events.next_if(|(e, _)| matches!(e, Event::Text(_)))
                {
                    text.push_str(&part);
                }
                self.code(&kind, text, &self.text[range], line)
            }
            Tag::HtmlBlock => {
                let mut html = String::new();
                while let Some((event, _)) =
                    self.events.next_if(|(e, _)| matches!(e, Event::Html(_) | Event::Text(_)))
                {
                    if let Event::Html(part) | Event::Text(part) = event {
                        html.push_str(&part);
                    }
                }
                self.skip();
                return self.html(&html, line, depth);
            }
            Tag::List(start) => BlockKind::List { start, items: self.items(depth + 1) },
            Tag::FootnoteDefinition(label) => {
                let (blocks, _) = self.blocks(depth + 1);
                self.skip();
                self.footnotes.define(&label, split::flat(blocks));
                self.asides.push(Piece::Defined(label.to_string()));
                return Vec::new();
            }
            Tag::DefinitionList => BlockKind::Definitions(self.definitions(depth + 1)),
            Tag::Table(align) => BlockKind::Table(self.table(&align, depth)),
            _ => {
                let inlines = self.inlines(depth);
                if inlines.is_empty() {
                    self.skip();
                    return Vec::new();
                }
                BlockKind::Paragraph(inlines)
            }
        };
        self.skip();
        made(kind)
    }

    /// Takes what is left up to the end of the block whose start was taken last.
    fn skip(&mut self) {
        let mut open = 1;
        for (event, _) in self.events.by_ref() {
            match event {
                Event::Start(_) => open += 1,
                Event::End(_) => open -= 1,
                _ => {}
            }
            if open == 0 {
                return;
            }
        }
    }

    fn items(&mut self, depth: usize) -> Vec<ListItem> {
        let mut items = Vec::new();
        while self.events.next_if(|(e, _)| matches!(e, Event::Start(Tag::Item))).is_some() {
            let (blocks, loose) = self.blocks(depth);
            self.skip();
            items.push(ListItem { blocks, reveal: 0, loose });
        }
        items
    }

    fn definitions(&mut self, depth: usize) -> Vec<(Vec<Inline>, Vec<Vec<Block>>)> {
        let mut out: Vec<(Vec<Inline>, Vec<Vec<Block>>)> = Vec::new();
        while let Some((event, _)) = self.events.next_if(|(e, _)| !matches!(e, Event::End(_))) {
            match event {
                Event::Start(Tag::DefinitionListTitle) => {
                    out.push((self.inlines(depth), Vec::new()));
                    self.skip();
                }
                Event::Start(Tag::DefinitionListDefinition) => {
                    let blocks = self.blocks(depth).0;
                    self.skip();
                    match out.last_mut() {
                        Some((_, definitions)) => definitions.push(blocks),
                        None => out.push((Vec::new(), vec![blocks])),
                    }
                }
                Event::Start(_) => self.skip(),
                _ => {}
            }
        }
        out
    }

    fn table(&mut self, align: &[Alignment], depth: usize) -> Table {
        let align = align
            .iter()
            .map(|a| match a {
                Alignment::Center => Align::Center,
                Alignment::Right => Align::Right,
                Alignment::Left | Alignment::None => Align::Left,
            })
            .collect();
        let mut table = Table { align, head: Vec::new(), rows: Vec::new() };
        while let Some((event, _)) = self.events.next_if(|(e, _)| !matches!(e, Event::End(_))) {
            let mut row = Vec::new();
            while self.events.next_if(|(e, _)| matches!(e, Event::Start(Tag::TableCell))).is_some() {
                row.push(self.inlines(depth));
                self.skip();
            }
            self.skip();
            match event {
                Event::Start(Tag::TableHead) => table.head = row,
                _ => table.rows.push(row),
            }
        }
        table
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>, text: String, source: &str, line: usize) -> BlockKind {
        let text = dialect::without_marks(text.strip_suffix('\n').unwrap_or(&text));
        let CodeBlockKind::Fenced(info) = kind else {
            return BlockKind::Code { lang: String::new(), info: String::new(), text };
        };
        if let Some(script) = self.script.filter(|_| !fence::is_closed(source)) {
            self.diagnostics.push(script.whole_line(
                Severity::Warning,
                line,
                "this code block is never closed",
                Some("everything below became code; close it with a line of the same marks"),
            ));
        }
        let (lang, info) = (fence::language(info), info.to_string());
        match (lang.as_str(), self.script) {
            ("quiz", Some(script)) => {
                let snippet = Snippet { script, text: &text, first: line + 1 };
                match quiz_fence::parse(&snippet, line, &mut self.diagnostics) {
                    Some(quiz) => {
                        let quiz = self.with_own_id(quiz, &snippet);
                        self.quizzes.push(quiz);
                        return BlockKind::Quiz(self.quizzes.len() - 1);
                    }
                    None => return BlockKind::Code { lang, info, text },
                }
            }
            ("task", Some(script)) => {
                let snippet = Snippet { script, text: &text, first: line + 1 };
                let known = self.diagnostics.len();
                if let Some(task) = task_fence::parse(&snippet, &self.tasks, &mut self.diagnostics) {
                    self.tasks.push(task);
                    return BlockKind::Task(self.tasks.len() - 1);
                }
                let fault = self.diagnostics.get(known).cloned();
                self.broken.extend(rough::task(&text).zip(fault));
            }
            ("exercise", Some(script)) => {
                let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
                if let (Some(id), None) = (lines.next(), lines.next()) {
                    return BlockKind::Exercise(id.to_owned());
                }
                self.diagnostics.push(script.whole_line(
                    Severity::Error,
                    line,
                    "an exercise block holds one line: the exercise's id",
                    Some("write the name of a folder in `exercises/` between the marks"),
                ));
            }
            ("score", Some(script)) => {
                if text.trim().is_empty() {
                    return BlockKind::Score;
                }
                self.diagnostics.push(script.whole_line(
                    Severity::Error,
                    line,
                    "a score block holds nothing",
                    Some("take out what stands between the marks: the score is shown there"),
                ));
            }
            _ => {}
        }
        BlockKind::Code { lang, info, text }
    }

    /// Ids are keys of the learner's record: the second of a kind gets a number.
    fn with_own_id(&mut self, mut quiz: Quiz, snippet: &Snippet<'_>) -> Quiz {
        let taken = |id: &str, quizzes: &[Quiz]| quizzes.iter().any(|q| q.id == id);
        if taken(&quiz.id, &self.quizzes) {
            self.diagnostics.push(snippet.key(
                Severity::Error,
                None,
                "id",
                format!("the quiz id `{}` is taken", quiz.id),
                Some("give each quiz of a lesson an `id` of its own"),
            ));
            let base = quiz.id.clone();
            for n in 2.. {
                quiz.id = format!("{base}-{n}");
                if !taken(&quiz.id, &self.quizzes) {
                    break;
                }
            }
        }
        quiz
    }

    /// Words up to the end of what holds them or to the next block.
    fn inlines(&mut self, depth: usize) -> Vec<Inline> {
        let mut out = Vec::new();
        let mut tags = OpenTags::default();
        while let Some((event, range)) =
            self.events.next_if(|(e, _)| !matches!(e, Event::End(_)) && !is_block(e))
        {
            match event {
                Event::Text(text) => {
                    // An escaped sign marks nothing.
                    if self.text[..range.start].ends_with('\\') {
                        push_text(&mut out, GUARD);
                    }
                    push_text(&mut out, &text);
                }
                Event::Code(code) => out.push(Inline::Code(dialect::without_marks(&code))),
                Event::SoftBreak => out.push(Inline::SoftBreak),
                Event::HardBreak => out.push(Inline::HardBreak),
                Event::InlineHtml(html) => match html.strip_prefix("<!--") {
                    Some(comment) => {
                        let line = self.line(range.start);
                        match dialect::index_of(comment).and_then(|n| self.marks.get(n)) {
                            Some(mark) => self.inline_mark(mark, line),
                            None => self.aside(comment.trim_end_matches("-->"), line),
                        }
                    }
                    None if tags.take(&html, &mut out) => {}
                    None => push_text(&mut out, &html),
                },
                Event::Start(_) if depth >= DEEPEST => {
                    self.skip();
                    push_text(&mut out, &dialect::without_marks(&self.text[range]));
                }
                Event::Start(tag) => {
                    let inner = self.inlines(depth + 1);
                    self.skip();
                    match tag {
                        Tag::Emphasis => out.push(Inline::Emph(inner)),
                        Tag::Strong => out.push(Inline::Strong(inner)),
                        Tag::Strikethrough => out.push(Inline::Strike(inner)),
                        Tag::Link { dest_url, .. } => {
                            out.push(Inline::Link { text: inner, url: dest_url.to_string() });
                        }
                        Tag::Image { dest_url, .. } => {
                            out.push(Inline::Image { alt: plain(&inner), url: dest_url.to_string() });
                        }
                        _ => out.extend(inner),
                    }
                }
                Event::FootnoteReference(label) => {
                    out.push(self.footnotes.refer(&label));
                    self.asides.push(Piece::Referred(label.to_string()));
                }
                Event::InlineMath(text) | Event::DisplayMath(text) => push_text(&mut out, &text),
                Event::TaskListMarker(_) | Event::End(_) | Event::Html(_) | Event::Rule => {}
            }
        }
        drop_attributes(&mut out);
        let mut out = raised_and_lowered(out);
        if let Some(Inline::Text(last)) = out.last_mut() {
            last.truncate(last.trim_end_matches(' ').len());
        }
        out.retain(|i| !matches!(i, Inline::Text(t) if t.is_empty()));
        out
    }
}
