//! A question to the whole class: how many have answered, and when it is closed what, with the right answer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Widget, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::class::Poll;
use crate::course::{Course, Quiz, QuizKind, Response, unspell};
use crate::tui::theme::Theme;

const BAR: usize = 20;

/// One answer with its bar.
struct Bar {
    label: String,
    count: usize,
    right: bool,
    feedback: Option<String>,
}

/// How many rows it takes of this place; at most half of it.
pub(super) fn rows(poll: &Poll, course: &Course, place: Rect) -> u16 {
    let width = usize::from(place.width.saturating_sub(4)).max(1);
    let Some(quiz) = quiz(poll, course).filter(|_| place.width >= 20) else { return 0 };
    let lines = if poll.open {
        counting(poll, None, &Theme::default())
    } else {
        closed(poll, quiz, width, &Theme::default())
    };
    // A line that is wrapped between words can need one more row.
    let rows: usize = lines.iter().map(|line| (line.width() * 5).div_ceil(width * 4).max(1)).sum();
    u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2).min(place.height / 2)
}

fn quiz<'a>(poll: &Poll, course: &'a Course) -> Option<&'a Quiz> {
    let lesson = course.lessons.iter().find(|l| l.id == poll.lesson)?;
    lesson.deck.quizzes.iter().find(|q| q.id == poll.quiz)
}

/// `here` is how many could answer, where that is known.
pub(super) fn draw(
    poll: &Poll,
    course: &Course,
    here: Option<usize>,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let Some(quiz) = quiz(poll, course).filter(|_| area.height >= 3) else { return };
    let width = usize::from(area.width.saturating_sub(4));
    let lines = if poll.open { counting(poll, here, theme) } else { closed(poll, quiz, width, theme) };
    let title = if poll.open { " question to the class " } else { " what the class says " };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.info)
        .style(theme.text)
        .title_top(Line::styled(title, theme.title));
    let inner = block.inner(area);
    block.render(area, buf);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    Paragraph::new(lines).wrap(Wrap { trim: false }).render(inner, buf);
}

fn counting(poll: &Poll, here: Option<usize>, theme: &Theme) -> Vec<Line<'static>> {
    let of = here.map(|here| format!(" of {here}")).unwrap_or_default();
    let text = format!("{}{of} answered. The result comes when the instructor closes it.", poll.answered);
    vec![Line::styled(text, theme.text)]
}

fn closed(poll: &Poll, quiz: &Quiz, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let bars = bars(poll, quiz);
    let all = poll.answered.max(1);
    let label = bars.iter().map(|b| b.label.width()).max().unwrap_or(0).min(width.saturating_sub(BAR + 12));
    let mut lines = Vec::new();
    for bar in bars {
        let filled = (bar.count * BAR).div_ceil(all).min(BAR);
        let (mark, style) = if bar.right { ("✓ ", theme.ok) } else { ("  ", theme.text) };
        lines.push(Line::from(vec![
            Span::styled(mark, style),
            Span::styled(pad(&bar.label, label), style),
            Span::styled(format!(" {}{}", "█".repeat(filled), "░".repeat(BAR - filled)), style),
            Span::styled(format!(" {:>3}", bar.count), theme.strong),
        ]));
        if let Some(feedback) = bar.feedback.filter(|_| bar.count > 0 || bar.right) {
            lines.push(Line::styled(format!("    {feedback}"), theme.dim));
        }
    }
    if let Some(explanation) = &quiz.explanation {
        lines.push(Line::styled(explanation.replace('\n', " "), theme.text));
    }
    lines
}

/// Choices in the author's order; other answers by how many gave them, the right one always among them.
fn bars(poll: &Poll, quiz: &Quiz) -> Vec<Bar> {
    let answers: Vec<(Response, usize)> =
        poll.counts.iter().filter_map(|(answer, count)| Some((unspell(answer)?, *count))).collect();
    match &quiz.kind {
        QuizKind::Single { choices } | QuizKind::Multiple { choices } => choices
            .iter()
            .enumerate()
            .map(|(i, choice)| {
                let picked = |r: &Response| matches!(r, Response::Picked(all) if all.contains(&i));
                let count = answers.iter().filter(|(r, _)| picked(r)).map(|(_, count)| count).sum();
                let feedback = choice.feedback.clone();
                Bar { label: choice.text.clone(), count, right: choice.correct, feedback }
            })
            .collect(),
        kind => {
            let mut bars: Vec<Bar> = answers
                .iter()
                .map(|(response, count)| Bar {
                    label: in_words(response, quiz),
                    count: *count,
                    right: quiz.grade(response).correct,
                    feedback: None,
                })
                .collect();
            bars.sort_by_key(|bar| std::cmp::Reverse(bar.count));
            if !bars.iter().any(|bar| bar.right)
                && let Some(label) = right(kind)
            {
                bars.push(Bar { label, count: 0, right: true, feedback: None });
            }
            bars
        }
    }
}

fn right(kind: &QuizKind) -> Option<String> {
    match kind {
        QuizKind::Reveal { answer } => Some(answer.clone()),
        QuizKind::Text { accepted, .. } => accepted.first().cloned(),
        QuizKind::Number { answer, .. } => Some(answer.to_string()),
        QuizKind::Order { items } => Some(items.join(" → ")),
        QuizKind::Single { .. } | QuizKind::Multiple { .. } => None,
    }
}

fn in_words(response: &Response, quiz: &Quiz) -> String {
    match (response, &quiz.kind) {
        (Response::Revealed, _) => "looked at the answer".into(),
        (Response::Typed(text), _) => text.clone(),
        (Response::Ordered(order), QuizKind::Order { items }) => {
            let named: Vec<&str> = order.iter().filter_map(|i| items.get(*i)).map(String::as_str).collect();
            named.join(" → ")
        }
        (Response::Picked(_) | Response::Ordered(_), _) => "another answer".into(),
    }
}

/// Cut or filled to this width.
fn pad(text: &str, width: usize) -> String {
    let mut out = String::new();
    for c in text.chars().map(|c| if c == '\n' { ' ' } else { c }) {
        if out.width() + c.to_string().width() > width {
            break;
        }
        out.push(c);
    }
    let filled = out.width();
    out + &" ".repeat(width.saturating_sub(filled))
}
