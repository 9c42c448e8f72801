//! A deck: slides with their steps, notes, quizzes and tasks.

use std::path::Path;

use super::diagnostic::{Diagnostic, Script};
use super::{Block, BlockKind, Quiz, Task, compat, front_matter, markdown, split};

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
    pub settings: Settings,
}

/// One slide. Steps count from 0 to `steps - 1`; every slide has at least one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slide {
    /// The first heading's words, or the first line of text.
    pub title: String,
    /// A heading above the slide level, shown alone and centred.
    pub is_title: bool,
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
}

/// Reads a deck. Refuses nothing: what is odd is shown as it was written, and said in a diagnostic.
pub fn parse(text: &str, path: &Path) -> (Deck, Vec<Diagnostic>) {
    let text = clean(text);
    let script = Script::new(path, &text);
    let mut diagnostics = Vec::new();
    let front = front_matter::read(&script, &mut diagnostics);
    let body = compat::adapt(&script.lines, front.lines);
    let markdown::Content { pieces, quizzes, tasks } = markdown::read(&body, &script, &mut diagnostics);
    let mut slides = split::slides(pieces, &front.settings, &script, &mut diagnostics);
    for slide in &mut slides {
        if slide.title.is_empty() {
            slide.title = asked(slide, &quizzes, &tasks).unwrap_or_else(|| front.title.clone());
        }
    }
    let deck = Deck {
        title: front.title,
        author: front.author,
        minutes: front.minutes,
        slides,
        quizzes,
        tasks,
        settings: front.settings,
    };
    (deck, diagnostics)
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
