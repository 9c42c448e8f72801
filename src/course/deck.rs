//! A deck: slides with their steps, notes, quizzes and tasks.

use std::path::Path;

use super::diagnostic::{Diagnostic, Script, Severity};
use super::dialect::{self, Sheet};
use super::{Block, BlockKind, Quiz, Task, bounds, front_matter, markdown, split};

#[derive(Clone, Debug, Default)]
pub struct Deck {
    pub title: String,
    pub author: String,
    /// From the front matter; 0 where the author says nothing.
    pub minutes: u32,
    /// At least one once it was parsed.
    pub slides: Vec<Slide>,
    pub quizzes: Vec<Quiz>,
    pub tasks: Vec<Task>,
    /// Tasks that can't be judged: as much of them as can be read, and why.
    pub broken: Vec<(Task, Diagnostic)>,
    pub settings: Settings,
}

/// One slide. Steps count from 0 to `steps - 1`; every slide has at least one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slide {
    /// The first heading's words, or the first line of text.
    pub title: String,
    /// A heading above the slide level, shown alone and centred.
    pub is_title: bool,
    /// Its author wants it in the middle of the screen, from top to bottom.
    pub in_middle: bool,
    pub blocks: Vec<Block>,
    pub notes: Vec<String>,
    pub steps: usize,
    pub line: usize,
}

/// The deck's own settings that the app honours; others are accepted and ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub incremental_lists: bool,
    pub slide_level: Option<u8>,
    /// Whether a slide may begin with its heading alone where the first of the rest is a fragment.
    pub bare_start: bool,
}

/// Reads a deck. Refuses nothing: what is odd is shown as it was written, and said in a diagnostic.
pub fn parse(text: &str, path: &Path) -> (Deck, Vec<Diagnostic>) {
    let text = clean(text);
    let script = Script::new(path, &text);
    let mut diagnostics = Vec::new();
    let mut front = front_matter::read(&script, &mut diagnostics);
    let mut sheet = Sheet::new(&script.lines, std::mem::take(&mut front.map), front.from, front.lines);
    let dialect = dialect::read(&mut sheet);
    front.settings.incremental_lists |= sheet.incremental;
    front.settings.bare_start = !sheet.no_bare_start;
    let mut content = markdown::read(&sheet.text(), &sheet.marks, dialect, &script, &mut diagnostics);
    if let Some(title) = sheet.title.filter(|t| !t.trim().is_empty()) {
        front.title = markdown::words(&title);
    }
    if let Some(author) = sheet.author {
        front.author = markdown::words(&author);
    }
    front.ignored.append(&mut sheet.ignored);
    if content.styles {
        front.ignored.push("styles".to_owned());
    }
    let mut slides = split::slides(&mut content, sheet.cut, &front.settings, &script, &mut diagnostics);
    if !sheet.opening.is_empty() {
        slides.insert(0, opening(&sheet.opening));
    }
    bound(&mut slides, &script, &mut diagnostics);
    let markdown::Content { quizzes, tasks, broken, .. } = content;
    for slide in &mut slides {
        if slide.title.is_empty() {
            slide.title = asked(slide, &quizzes, &tasks).unwrap_or_else(|| front.title.clone());
        }
    }
    diagnostics.extend(how_read(&script, dialect, &front.ignored));
    let deck = Deck {
        title: front.title,
        author: front.author,
        minutes: front.minutes,
        slides,
        quizzes,
        tasks,
        broken,
        settings: front.settings,
    };
    (deck, diagnostics)
}

/// What is more than a screen can ever need is left out, and said.
fn bound(slides: &mut Vec<Slide>, script: &Script<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let help = Some("make several lessons of it, or leave something out");
    if let Some(first) = slides.get(bounds::SLIDES) {
        let message = format!("this and what follows is not shown: {} slides are the most", bounds::SLIDES);
        diagnostics.push(script.whole_line(Severity::Error, first.line, message, help));
        slides.truncate(bounds::SLIDES);
    }
    let ends: Vec<usize> = slides.iter().skip(1).map(|slide| slide.line).chain([usize::MAX]).collect();
    for (slide, end) in slides.iter_mut().zip(ends) {
        let lines = script.lines.iter().take(end.saturating_sub(1)).skip(slide.line.saturating_sub(1));
        let size: usize = lines.map(|line| line.len() + 1).sum();
        if size > bounds::SLIDE {
            let message = format!("this slide is not shown: {} KB are the most", bounds::SLIDE / 1024);
            let kind = BlockKind::Paragraph(markdown::inlines("This slide is too large to be shown."));
            slide.blocks = vec![Block { kind, reveal: 0, line: slide.line }];
            slide.steps = 1;
            diagnostics.push(script.whole_line(Severity::Error, slide.line, message, help));
        }
    }
}

/// What is said once of a deck that was written for another tool, or asks for what it does not get.
fn how_read(script: &Script<'_>, dialect: Option<&str>, ignored: &[String]) -> Option<Diagnostic> {
    let known = dialect.unwrap_or("patat");
    let article = if known.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let message = match (dialect, ignored.is_empty()) {
        (None, true) => return None,
        (_, true) => format!("read as {article} {known} deck"),
        (_, false) => format!("read as {article} {known} deck; ignored: {}", ignored.join(", ")),
    };
    let first = script.lines.iter().position(|l| !l.trim().is_empty()).map_or(1, |n| n + 1);
    Some(script.whole_line(Severity::Note, first, message, None))
}

/// The slide that presenterm makes of the front matter.
fn opening(lines: &[(u8, String)]) -> Slide {
    let blocks = lines.iter().map(|(level, text)| {
        let words = markdown::inlines(text);
        let kind = match level {
            0 => BlockKind::Paragraph(words),
            level => BlockKind::Heading { level: *level, text: words },
        };
        Block { kind, reveal: 0, line: 1 }
    });
    let title = lines.first().map(|(_, text)| markdown::words(text)).unwrap_or_default();
    Slide { title, is_title: true, blocks: blocks.collect(), steps: 1, line: 1, ..Slide::default() }
}

/// What a slide without words asks of the learner.
fn asked(slide: &Slide, quizzes: &[Quiz], tasks: &[Task]) -> Option<String> {
    slide.blocks.iter().find_map(|b| match b.kind {
        BlockKind::Quiz(i) => quizzes.get(i).map(|q| q.question.clone()),
        BlockKind::Task(i) => tasks.get(i).map(|t| t.title.clone()),
        _ => None,
    })
}

/// One kind of line end, no byte order mark, and no control characters: they would reach the terminal.
pub(super) fn clean(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push('\n');
            }
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_fence_is_empty() {
        let read = |text: &str| {
            let (deck, diagnostics) = parse(text, Path::new("lesson.md"));
            (deck.slides[0].blocks.last().map(|block| block.kind.clone()), diagnostics.len())
        };
        assert_eq!(read("# End\n\n```score\n```\n"), (Some(BlockKind::Score), 0));
        assert_eq!(read("# End\n\n```{.score}\n\n```\n"), (Some(BlockKind::Score), 0));
        let (kind, mistakes) = read("# End\n\n```score\n3 : 2\n```\n");
        assert!(matches!(kind, Some(BlockKind::Code { .. })) && mistakes == 1, "{kind:?} {mistakes}");
    }
}
