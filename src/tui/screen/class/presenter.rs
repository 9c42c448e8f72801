//! What an instructor sees beside the slide: what comes next, the notes, the clock with the plan, and where the pod is.

use std::cmp::Ordering;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, BorderType, Paragraph, Widget, Wrap};

use super::lead::Leading;
use super::plan;
use crate::tui::screen::lesson::LessonPane;
use crate::tui::theme::Theme;

/// The slide's own part of the pane, and the rest; beside each other where there is room.
pub(super) fn split(body: Rect) -> (Rect, Rect) {
    let wide = body.width >= 90;
    let layout = if wide {
        Layout::horizontal([Constraint::Percentage(55), Constraint::Min(1)])
    } else {
        Layout::vertical([Constraint::Percentage(55), Constraint::Min(1)])
    };
    let [slide, side] = layout.areas(body);
    (slide, side)
}

pub(super) fn draw(
    leading: &Leading,
    lesson: &LessonPane,
    (now, zone): (Timestamp, &TimeZone),
    side: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let [clock, rest] = Layout::vertical([Constraint::Length(4), Constraint::Min(1)]).areas(side);
    // Below the slide there is width; beside it, height.
    let halves = [Constraint::Percentage(50), Constraint::Min(1)];
    let below = side.width > rest.height * 4;
    let [next, notes] =
        if below { Layout::horizontal(halves).areas(rest) } else { Layout::vertical(halves).areas(rest) };
    Paragraph::new(time(leading, lesson, now, zone, theme)).render(clock, buf);
    let (title, text) = lesson.next_text();
    boxed(&format!("next: {title}"), &text, next, buf, theme);
    let own = lesson.speaker_notes();
    boxed("notes", if own.is_empty() { "This slide has no notes." } else { &own }, notes, buf, theme);
}

fn boxed(title: &str, text: &str, area: Rect, buf: &mut Buffer, theme: &Theme) {
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.border)
        .title_top(Line::styled(format!(" {title} "), theme.title));
    let inner = block.inner(area);
    block.render(area, buf);
    Paragraph::new(Text::styled(text.to_owned(), theme.text)).wrap(Wrap { trim: false }).render(inner, buf);
}

/// Later than this is worth a colour.
const LATE: i64 = 5;

fn time(
    leading: &Leading,
    lesson: &LessonPane,
    now: Timestamp,
    zone: &TimeZone,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let place = lesson.place();
    let lessons = &lesson.course().lessons;
    let (began, first) = leading.began(lesson.course(), now).unwrap_or((now, place.lesson));
    let passed = now.duration_since(began).as_mins().max(0);
    let clock = |at: Timestamp| zone.to_datetime(at).strftime("%H:%M").to_string();
    let named = |at: usize| format!("{at} {}", lessons.get(at).map_or("", |l| l.title.as_str()));
    let mut top = vec![
        Span::styled(format!(" {} ", clock(now)), theme.heading),
        Span::styled(format!("{passed} min since {}", clock(began)), theme.text),
    ];
    let mut lines = Vec::new();
    match plan::pace(lessons, first, place, passed) {
        Some(pace) => {
            let end = now.saturating_add(SignedDuration::from_mins(pace.left)).unwrap_or(now);
            top.push(Span::styled(format!(" · the course ends at {}", clock(end)), theme.dim));
            let (words, style) = match pace.late {
                late if late > LATE => (format!("{late} min late"), theme.warn),
                late if late > 0 => (format!("{late} min late"), theme.text),
                0 => ("on time".into(), theme.ok),
                early => (format!("{} min early", -early), theme.ok),
            };
            let planned = pace.planned.map_or("the end".into(), |(at, minute)| {
                let of = lessons.get(at).map_or(0, |l| l.minutes);
                format!("minute {minute} of {of} in {}", named(at))
            });
            lines.push(Line::from(vec![
                Span::styled(format!(" {words}"), style),
                Span::styled(format!(", at {}", named(place.lesson)), theme.text),
            ]));
            lines.push(Line::styled(format!(" planned: {planned}"), theme.text));
        }
        None => lines.push(Line::styled(" This course gives its lessons no minutes.", theme.dim)),
    }
    lines.insert(0, Line::from(top));
    let (mut with, mut behind, mut ahead) = (0, 0, 0);
    for (_, learner) in leading.roster().iter().filter(|(_, l)| l.here) {
        let there = learner.progress.place.as_ref().and_then(|p| lesson.place_at(&p.lesson, p.slide, p.step));
        match there.map(|there| (there.lesson, there.slide).cmp(&(place.lesson, place.slide))) {
            Some(Ordering::Equal) => with += 1,
            Some(Ordering::Greater) => ahead += 1,
            Some(Ordering::Less) | None => behind += 1,
        }
    }
    lines.push(Line::styled(
        format!(" the pod: {with} on this slide · {behind} behind · {ahead} ahead"),
        theme.text,
    ));
    lines
}
