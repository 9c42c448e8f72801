//! What an instructor sees beside the slide: what comes next, the notes, the clock with the plan, and where the pod is.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, BorderType, Paragraph, Widget, Wrap};

use super::lead::Leading;
use crate::tui::screen::lesson::LessonPane;
use crate::tui::theme::Theme;

/// The slide's own part of the pane, and the rest; beside each other where there is room.
pub(super) fn split(body: Rect) -> (Rect, Rect) {
    let wide = body.width >= 90;
    let layout = if wide {
        Layout::horizontal([Constraint::Percentage(58), Constraint::Min(1)])
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

fn time(
    leading: &Leading,
    lesson: &LessonPane,
    now: Timestamp,
    zone: &TimeZone,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let (since, lesson_since) = leading.times();
    let minutes = |since: Option<Timestamp>| since.map_or(0, |at| now.duration_since(at).as_mins());
    let place = lesson.place();
    let lessons = &lesson.course().lessons;
    let planned = lessons.get(place.lesson).map_or(0, |l| l.minutes);
    let left: u32 = lessons.iter().skip(place.lesson).map(|l| l.minutes).sum();
    let used = minutes(lesson_since);
    let rest = i64::from(left).saturating_sub(used.min(planned.into())).max(0);
    let end = now.saturating_add(SignedDuration::from_mins(rest)).unwrap_or(now);
    let at = |at: Timestamp| at.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string();
    let over = used > i64::from(planned) && planned > 0;
    let roster = leading.roster();
    let (mut with, mut behind, mut ahead) = (0, 0, 0);
    for (_, learner) in roster.iter().filter(|(_, l)| l.here) {
        let there = learner.progress.place.as_ref().and_then(|p| lesson.place_at(&p.lesson, p.slide, p.step));
        match there.map(|there| (there.lesson, there.slide).cmp(&(place.lesson, place.slide))) {
            Some(std::cmp::Ordering::Equal) => with += 1,
            Some(std::cmp::Ordering::Greater) => ahead += 1,
            Some(std::cmp::Ordering::Less) | None => behind += 1,
        }
    }
    vec![
        Line::from(vec![
            Span::styled(format!(" {} ", at(now)), theme.heading),
            Span::styled(format!("{} min since the start", minutes(since)), theme.dim),
        ]),
        Line::styled(
            format!(" this lesson: {used} of {planned} min"),
            if over { theme.warn } else { theme.text },
        ),
        Line::styled(format!(" with the plan the course ends at {}", at(end)), theme.text),
        Line::styled(format!(" the pod: {with} here, {behind} behind, {ahead} ahead"), theme.text),
    ]
}
