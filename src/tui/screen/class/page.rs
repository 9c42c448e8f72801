//! One learner's page: tasks with their tries, quizzes, hints.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};

use super::board::task_name;
use crate::check::Outcome;
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
    let hand = learner.hand.map_or(String::new(), |_| " · the hand is up".into());
    let at = learner.works_on(course).map_or_else(
        || " At no task of an exercise.".into(),
        |(exercise, task)| {
            let vars = learner.progress.exercise(exercise).vars;
            format!(" At: {}", task_name(course, exercise, task, &vars))
        },
    );
    let right = learner.progress.quizzes.values().filter(|q| q.ever_correct).count();
    let asked = learner.progress.quizzes.len();
    let mut lines = vec![
        Line::from(vec![
            Span::styled(format!(" {} ", learner.name), theme.title),
            Span::styled(format!("{here}, {quiet} minutes without progress{hand}"), theme.text),
        ]),
        Line::styled(
            format!(
                " questions right: {right} of {asked} · tries: {} · hints: {}",
                learner.attempts(),
                learner.hints()
            ),
            theme.text,
        ),
        Line::styled(at, theme.text),
    ];
    if learner.shell.is_some() {
        lines.push(Line::from(vec![
            Span::styled(" They share their shell for help: ", theme.strong),
            Span::styled("Enter", theme.key),
            Span::styled(" looks at it.", theme.strong),
        ]));
    }
    lines.push(Line::from(""));
    let head = lines.len();
    for exercise in &course.exercises {
        if let Some(state) = learner.progress.exercises.get(&exercise.id) {
            lines.extend(exercise_lines(&exercise.drawn(&state.vars), state, theme));
        }
    }
    if learner.progress.exercises.is_empty() {
        lines.push(Line::styled(" No exercise was begun.", theme.dim));
    }
    // What was done last stands at the end, and is what an instructor comes for.
    let skip = lines.len().saturating_sub(usize::from(area.height));
    lines.drain(head..(head + skip).min(lines.len()));
    Paragraph::new(lines).render(area, buf);
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
        let (outcome, style) = if passed.is_some() || state.ever_passed {
            (Outcome::Done, theme.ok)
        } else {
            (Outcome::Open, theme.text)
        };
        let mut spans =
            vec![Span::styled(format!("   {} ", outcome.mark()), style), Span::raw(task.title.clone())];
        if let Some(hints) = state.hints.get(&task.id) {
            spans.push(Span::styled(format!("  hints: {hints}"), theme.dim));
        }
        lines.push(Line::from(spans));
        for differs in state.attempts.get(&task.id).into_iter().flatten() {
            lines.push(Line::styled(format!("       {} {differs}", Outcome::Wrong.mark()), theme.warn));
        }
        if let Some(found) = passed {
            lines.push(Line::styled(format!("       {found}"), theme.dim));
        }
    }
    lines
}
