//! The content of a slide as a tree of our own, so that no other room knows the markdown library.

/// One top-level block. It shows once the slide's step has reached `reveal` (0 = at once).
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub kind: BlockKind,
    pub reveal: usize,
    /// Line in the deck's file, from 1.
    pub line: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum BlockKind {
    Heading {
        level: u8,
        text: Vec<Inline>,
    },
    Paragraph(Vec<Inline>),
    /// A fence or an indented block. `lang` is the first word of the info string, lower case; `info` is all of it.
    /// `text` has no final newline.
    Code {
        lang: String,
        info: String,
        text: String,
    },
    /// `start` is set for an ordered list.
    List {
        start: Option<u64>,
        items: Vec<ListItem>,
    },
    Quote(Vec<Block>),
    Table(Table),
    /// Terms with their definitions.
    Definitions(Vec<(Vec<Inline>, Vec<Vec<Block>>)>),
    /// Beside each other where there is room, else below each other. A share is how wide a column is against the others.
    Columns {
        shares: Vec<u16>,
        columns: Vec<Vec<Block>>,
    },
    Rule,
    /// Raw HTML or anything else that is shown as it was written.
    Verbatim(String),
    /// A fenced `quiz` block, index into `Deck::quizzes`.
    Quiz(usize),
    /// A fenced `task` block, index into `Deck::tasks`.
    Task(usize),
    /// A fenced `exercise` block that names an exercise by id.
    Exercise(String),
    /// A fenced `score` block: what the learner has reached of the course.
    Score,
}

/// A list item is revealed as a whole from `reveal` on; blocks inside it may come later still.
#[derive(Clone, Debug, PartialEq)]
pub struct ListItem {
    pub blocks: Vec<Block>,
    pub reveal: usize,
    /// Blank lines around its paragraphs.
    pub loose: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub align: Vec<Align>,
    pub head: Vec<Vec<Inline>>,
    pub rows: Vec<Vec<Vec<Inline>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Center,
    Right,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Inline {
    Text(String),
    Code(String),
    Emph(Vec<Inline>),
    Strong(Vec<Inline>),
    Strike(Vec<Inline>),
    Superscript(Vec<Inline>),
    Subscript(Vec<Inline>),
    Link { text: Vec<Inline>, url: String },
    Image { alt: String, url: String },
    SoftBreak,
    HardBreak,
}

/// The words of a run of inlines without their styles; a break is one blank.
pub fn plain(inlines: &[Inline]) -> String {
    let mut out = String::new();
    push_plain(inlines, &mut out);
    out
}

fn push_plain(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(t) | Inline::Code(t) => out.push_str(t),
            Inline::Emph(i)
            | Inline::Strong(i)
            | Inline::Strike(i)
            | Inline::Superscript(i)
            | Inline::Subscript(i)
            | Inline::Link { text: i, .. } => push_plain(i, out),
            Inline::Image { alt, .. } => out.push_str(alt),
            Inline::SoftBreak | Inline::HardBreak => out.push(' '),
        }
    }
}
