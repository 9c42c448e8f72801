//! A slide as plain text, unwrapped: for `--dump`, for search and for whoever has no screen.

use super::block::{Block, BlockKind, Inline, ListItem, Table};
use super::{Deck, Quiz, QuizKind, Slide};

/// What is visible at a step.
pub fn step_text(slide: &Slide, step: usize, deck: &Deck) -> String {
    blocks(&slide.blocks, step, deck, 0).join("\n")
}

/// Lines of the visible blocks, a blank line between two.
fn blocks(list: &[Block], step: usize, deck: &Deck, depth: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for block in list.iter().filter(|b| b.reveal <= step) {
        let lines = block_lines(block, step, deck, depth);
        if !out.is_empty() && !lines.is_empty() {
            out.push(String::new());
        }
        out.extend(lines);
    }
    out
}

fn block_lines(block: &Block, step: usize, deck: &Deck, depth: usize) -> Vec<String> {
    let split = |text: String| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
    match &block.kind {
        BlockKind::Heading { level, text } => {
            vec![format!("{} {}", "#".repeat(usize::from(*level)), words(text).replace('\n', " "))]
        }
        BlockKind::Paragraph(inlines) => split(words(inlines)),
        BlockKind::Code { text, .. } => indented(split(text.clone()), "    "),
        BlockKind::List { start, items } => list(*start, items, step, deck, depth),
        BlockKind::Quote(inner) => {
            let lines = blocks(inner, step, deck, depth);
            lines.iter().map(|l| format!("> {l}").trim_end().to_owned()).collect()
        }
        BlockKind::Table(table) => table_lines(table),
        BlockKind::Definitions(list) => {
            let mut out = Vec::new();
            for (term, bodies) in list {
                out.push(words(term));
                for body in bodies {
                    out.extend(hanging(blocks(body, step, deck, depth), "  : "));
                }
            }
            out
        }
        BlockKind::Columns { columns, .. } => {
            let all = columns.iter().map(|column| blocks(column, step, deck, depth));
            all.filter(|lines| !lines.is_empty()).collect::<Vec<_>>().join(&String::new())
        }
        BlockKind::Rule => vec!["----".to_owned()],
        BlockKind::Verbatim(text) => split(text.clone()),
        BlockKind::Quiz(i) => deck.quizzes.get(*i).map(quiz_lines).unwrap_or_default(),
        BlockKind::Task(i) => deck.tasks.get(*i).map(|t| format!("Task: {}", t.title)).into_iter().collect(),
        BlockKind::Exercise(id) => vec![format!("[exercise {id}]")],
        BlockKind::Score => vec!["[score]".to_owned()],
    }
}

fn indented(lines: Vec<String>, by: &str) -> Vec<String> {
    lines.into_iter().map(|l| if l.is_empty() { l } else { format!("{by}{l}") }).collect()
}

/// `lead` before the first line, blanks of its width before the others.
fn hanging(lines: Vec<String>, lead: &str) -> Vec<String> {
    let pad = " ".repeat(lead.chars().count());
    let mut lines = lines.into_iter();
    let first = format!("{lead}{}", lines.next().unwrap_or_default()).trim_end().to_owned();
    std::iter::once(first).chain(indented(lines.collect(), &pad)).collect()
}

fn list(start: Option<u64>, items: &[ListItem], step: usize, deck: &Deck, depth: usize) -> Vec<String> {
    let mut out = Vec::new();
    for (n, item) in items.iter().enumerate().filter(|(_, i)| i.reveal <= step) {
        let lead = match start {
            Some(first) => format!("{}. ", first.saturating_add(n as u64)),
            None => (if depth.is_multiple_of(2) { "- " } else { "* " }).to_owned(),
        };
        if item.loose && !out.is_empty() {
            out.push(String::new());
        }
        let mut lines = Vec::new();
        for block in item.blocks.iter().filter(|b| b.reveal <= step) {
            // A list below its item's words stands right below them, unless the list is a loose one.
            let apart = item.loose || !matches!(block.kind, BlockKind::List { .. });
            if apart && !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(block_lines(block, step, deck, depth + 1));
        }
        out.extend(hanging(lines, &lead));
    }
    out
}

fn words(inlines: &[Inline]) -> String {
    let mut out = String::new();
    push_words(inlines, &mut out);
    out
}

fn push_words(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) => out.push_str(text),
            Inline::Code(code) => {
                let around = if code.contains('`') { "``" } else { "`" };
                out.extend([around, code, around]);
            }
            Inline::Emph(i) | Inline::Strong(i) | Inline::Superscript(i) | Inline::Subscript(i) => {
                push_words(i, out)
            }
            Inline::Strike(i) => {
                out.push_str("~~");
                push_words(i, out);
                out.push_str("~~");
            }
            Inline::Link { text, url } => {
                let before = out.len();
                push_words(text, out);
                if out[before..] != **url {
                    out.extend([" (", url, ")"]);
                }
            }
            Inline::Image { alt, url } if alt.is_empty() => out.extend(["[image] (", url, ")"]),
            Inline::Image { alt, url } => out.extend(["[image: ", alt, "] (", url, ")"]),
            Inline::SoftBreak => out.push(' '),
            Inline::HardBreak => out.push('\n'),
        }
    }
}

fn table_lines(table: &Table) -> Vec<String> {
    let text = |row: &Vec<Vec<Inline>>| row.iter().map(|c| words(c)).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = std::iter::once(&table.head).chain(&table.rows).map(text).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(|t| t.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, &w)| format!("{cell:<w$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    if rows[0].iter().all(|cell| cell.trim().is_empty()) {
        return rows[1..].iter().map(line).collect();
    }
    let mut out: Vec<String> = rows.iter().map(line).collect();
    let rule = widths.iter().map(|w| "-".repeat(*w)).collect::<Vec<_>>().join("  ");
    out.insert(1.min(out.len()), rule);
    out
}

fn quiz_lines(quiz: &Quiz) -> Vec<String> {
    let mut out = vec![format!("Quiz: {}", quiz.question)];
    match &quiz.kind {
        QuizKind::Single { choices } => out.extend(choices.iter().map(|c| format!("  ( ) {}", c.text))),
        QuizKind::Multiple { choices } => out.extend(choices.iter().map(|c| format!("  [ ] {}", c.text))),
        QuizKind::Order { items } => {
            out.extend(
                quiz.shuffled(quiz.line as u64)
                    .into_iter()
                    .filter_map(|i| items.get(i))
                    .map(|i| format!("  - {i}")),
            );
        }
        QuizKind::Reveal { .. } | QuizKind::Text { .. } | QuizKind::Number { .. } => {}
    }
    out
}
