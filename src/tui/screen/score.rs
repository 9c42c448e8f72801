//! What the learner has reached of the course, on a slide that asks for it.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::check::Outcome;
use crate::course::Inline;
use crate::session::{Score, Session};
use crate::tui::theme::Theme;
use crate::tui::widget::markdown;

/// Lessons that are named; of the others it is said how many there are.
const MOST_OPEN: usize = 4;

/// `contents` is the key that leads to the list of lessons.
pub fn on_slide(session: &Session, contents: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Score { lessons, questions, tasks, exercises, points } = session.score();
    let sums = [
        (lessons, "lessons read"),
        (questions, "questions right"),
        (tasks, "tasks done on slides"),
        (exercises, "exercises done"),
        (points, "points"),
    ];
    let mut lines = Vec::new();
    for (share, name) in sums.into_iter().filter(|(share, _)| share.of > 0) {
        let (outcome, style) =
            if share.done >= share.of { (Outcome::Done, theme.ok) } else { (Outcome::Open, theme.text) };
        let reached = format!("{} {:>3} of {:<3} ", outcome.mark(), share.done, share.of);
        lines.push(Line::from(vec![Span::styled(reached, style), Span::styled(name, theme.text)]));
    }
    lines.push(Line::default());
    let open = session.open();
    for lesson in open.iter().take(MOST_OPEN) {
        said(
            Outcome::Open.mark(),
            &format!("{}: {}", lesson.title, lesson.words()),
            theme.text,
            width,
            theme,
            &mut lines,
        );
    }
    let rest = match open.len().saturating_sub(MOST_OPEN) {
        _ if open.is_empty() => "You have reached all of the course.".to_owned(),
        0 => String::new(),
        1 => "One more lesson has something open.".to_owned(),
        n => format!("{n} more lessons have something open."),
    };
    said(" ", &rest, theme.dim, width, theme, &mut lines);
    lines.push(Line::default());
    let way =
        format!("{contents} lists all of it, and Enter leads there. `pilotwhale report` writes it down.");
    said(" ", &way, theme.dim, width, theme, &mut lines);
    lines
}

/// A mark, and text that wraps behind it; nothing where there is no text.
fn said(mark: &str, text: &str, style: Style, width: usize, theme: &Theme, out: &mut Vec<Line<'static>>) {
    let indent = mark.width() + 1;
    let inlines: Vec<Inline> = super::task::inlines(text);
    for (i, line) in
        markdown::wrap(&inlines, style, width.saturating_sub(indent).max(8), theme).into_iter().enumerate()
    {
        if text.is_empty() {
            return;
        }
        let lead = if i == 0 { format!("{mark} ") } else { " ".repeat(indent) };
        let mut spans = vec![Span::styled(lead, style)];
        spans.extend(line.spans);
        out.push(Line::from(spans));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::course::{Course, Lesson, deck};
    use crate::progress::{Event, Progress, Stamped};

    /// A course of so many lessons, each with a question; the first `read` of them were read and answered.
    fn shown(lessons: usize, read: usize, width: usize) -> String {
        let text = "# A\n\n```quiz\nid: q\nquestion: \"1 + 1?\"\nnumber: 2\n```\n";
        let lesson = |n: usize| Lesson {
            id: n.to_string(),
            title: format!("Lesson {n}"),
            deck: deck::parse(text, std::path::Path::new("lesson.md")).0,
            ..Lesson::default()
        };
        let course = Course { lessons: (0..lessons).map(lesson).collect(), ..Course::default() };
        let events = (0..read).flat_map(|n| {
            let (lesson, quiz, answer) = (n.to_string(), "q".into(), "typed 2".into());
            let answered =
                Event::QuizAnswered { lesson: lesson.clone(), quiz, answer, correct: true, score: 1.0 };
            [Event::Moved { lesson, slide: 0, step: 0 }, answered]
        });
        let at = jiff::Timestamp::UNIX_EPOCH;
        let stamped = (1..).zip(events).map(|(seq, event)| Stamped { seq, at, event });
        let session = Session::new(Arc::new(course), Progress::fold(stamped));
        let lines = on_slide(&session, "m", width, &Theme::dark());
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn it_says_what_is_reached_and_some_of_what_is_open() {
        let seen = shown(7, 2, 70);
        for part in [
            "○   2 of 7   lessons read\n",
            "○   2 of 7   questions right\n\n",
            "○ Lesson 2: not read to its end, 1 question\n",
            "  One more lesson has something open.\n",
            "m lists all of it",
            "pilotwhale report",
        ] {
            assert!(seen.contains(part), "{part} is not in\n{seen}");
        }
        assert!(!seen.contains("Lesson 1:") && !seen.contains("Lesson 6:"), "{seen}");
        assert!(!seen.contains("points") && !seen.contains("exercises"), "there are none: {seen}");
    }

    #[test]
    fn at_the_end_nothing_is_open() {
        let seen = shown(2, 2, 70);
        assert!(seen.contains("✓   2 of 2   lessons read") && seen.contains("all of the course"), "{seen}");
        assert!(!seen.contains("Lesson 0:"), "{seen}");
    }

    #[test]
    fn no_line_is_wider_than_the_slide() {
        for width in 34..60 {
            let seen = shown(9, 0, width);
            assert!(seen.lines().all(|line| line.width() <= width), "{width}: {seen}");
        }
    }
}
