//! One learner's page: tasks with their tries, quizzes, hints.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};

use crate::class::Learner;
use crate::course::{Course, Exercise};
use crate::progress::ExerciseProgress;
use crate::tui::theme::Theme;

pub(super) fn draw(
    learner: Option<&Learner>,
    course: &Course,
    now: Timestamp,
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    Clear.render(area, buf);
    buf.set_style(area, theme.text);
    let Some(learner) = learner else { return };
    let quiet = learner.without_progress(now).map_or(0, |d| d.as_mins());
    let here = if learner.here { "here" } else { "away" };
    let right = learner.progress.quizzes.values().filter(|q| q.ever_correct).count();
    let asked = learner.progress.quizzes.len();
    let mut lines = vec![
        Line::from(vec![
            Span::styled(format!(" {} ", learner.name), theme.title),
            Span::styled(format!("{here}, {quiet} minutes without progress"), theme.text),
        ]),
        Line::styled(
            format!(
                " questions right: {right} of {asked} · tries: {} · hints: {}",
                learner.attempts(),
                learner.hints()
            ),
            theme.text,
        ),
        Line::from(""),
    ];
    for exercise in &course.exercises {
        if let Some(state) = learner.progress.exercises.get(&exercise.id) {
            lines.extend(exercise_lines(exercise, state, theme));
        }
    }
    if learner.progress.exercises.is_empty() {
        lines.push(Line::styled(" No exercise was begun.", theme.dim));
    }
    let room = usize::from(area.height.saturating_sub(1));
    // What was done last stands at the end, and is what an instructor comes for.
    let skip = lines.len().saturating_sub(room).min(lines.len());
    if skip > 0 {
        lines.drain(3..(3 + skip).min(lines.len()));
    }
    let body = Rect { height: area.height.saturating_sub(1), ..area };
    Paragraph::new(lines).render(body, buf);
    let foot = Rect { y: area.bottom().saturating_sub(1), height: 1.min(area.height), ..area };
    let keys = " Esc back to the board · d hand down · H hint · A hint to all stuck on the same";
    Paragraph::new(Line::styled(keys, theme.dim)).render(foot, buf);
}

fn exercise_lines(exercise: &Exercise, state: &ExerciseProgress, theme: &Theme) -> Vec<Line<'static>> {
    let word = match (state.ever_passed, state.passed_unassisted) {
        (true, true) => "done",
        (true, false) => "done, with the solution's help",
        (false, _) => "working",
    };
    let mut lines = vec![Line::from(vec![
        Span::styled(format!(" {}", exercise.title), theme.heading),
        Span::styled(format!("  {word}"), theme.dim),
    ])];
    for task in &exercise.tasks {
        let passed = state.passed.get(&task.id);
        let (mark, style) =
            if passed.is_some() || state.ever_passed { ("✔", theme.ok) } else { ("○", theme.text) };
        let mut spans = vec![Span::styled(format!("   {mark} "), style), Span::raw(task.title.clone())];
        if let Some(hints) = state.hints.get(&task.id) {
            spans.push(Span::styled(format!("  {hints} hints"), theme.dim));
        }
        lines.push(Line::from(spans));
        for differs in state.attempts.get(&task.id).into_iter().flatten() {
            lines.push(Line::styled(format!("       ✘ {differs}"), theme.warn));
        }
        if let Some(found) = passed {
            lines.push(Line::styled(format!("       {found}"), theme.dim));
        }
    }
    lines
}
