//! The card of an exercise on its slide: brief, tasks with their verdicts, hints, solution.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::check::Verdict;
use crate::course::{Block, Exercise, Inline, Task};
use crate::session::{ExerciseState, Phase};
use crate::tui::highlight::Highlighter;
use crate::tui::theme::Theme;
use crate::tui::widget::markdown::{self, Context};

/// Everything that the card shows.
pub struct Card<'a> {
    pub exercise: &'a Exercise,
    pub state: &'a ExerciseState,
    pub brief: &'a [Block],
    pub solution: &'a [Block],
    /// Where the learner works, once it is begun.
    pub folder: Option<&'a str>,
    /// What the keys are called: begin, check, hint, solution, reset.
    pub keys: &'a Keys,
}

#[derive(Clone, Debug, Default)]
pub struct Keys {
    pub begin: String,
    pub check: String,
    pub hint: String,
    pub solution: String,
    pub reset: String,
    pub answer: String,
    /// Puts `cd` and the exercise's folder on the shell's prompt.
    pub go: String,
}

/// How the exercise goes, in a few characters: `✓✓○ Hello from a container`.
pub fn summary(exercise: &Exercise, state: &ExerciseState) -> String {
    if state.phase == Phase::Idle {
        return String::new();
    }
    let marks: String = exercise.tasks.iter().map(|task| mark_of(state, task).0).collect();
    format!("{marks} {}", exercise.title)
}

pub fn lines(
    card: &Card<'_>,
    width: usize,
    theme: &Theme,
    highlighter: &Highlighter,
) -> (Vec<Line<'static>>, Range<usize>) {
    let mut out = Vec::new();
    let minutes = match card.exercise.minutes {
        0 => String::new(),
        n => format!("  about {n} minutes"),
    };
    out.push(Line::from(vec![
        Span::styled("Exercise  ", theme.marker),
        Span::styled(card.exercise.title.clone(), theme.title),
        Span::styled(minutes, theme.dim),
    ]));
    out.push(Line::default());
    out.extend(blocks(card.brief, width, theme, highlighter));
    out.push(Line::default());
    let tasks = out.len();
    for task in &card.exercise.tasks {
        task_lines(card, task, width, theme, &mut out);
    }
    out.push(Line::default());
    out.extend(foot(card, width, theme));
    let tasks = tasks..out.len();
    if card.state.shows_solution() {
        out.push(Line::default());
        out.push(Line::styled("Solution", theme.heading));
        out.extend(blocks(card.solution, width, theme, highlighter));
    }
    (out, tasks)
}

fn blocks(of: &[Block], width: usize, theme: &Theme, highlighter: &Highlighter) -> Vec<Line<'static>> {
    let cx = Context { step: 0, width, centred: false, theme, highlighter };
    markdown::layout(of, &cx, &mut |_, _| Vec::new()).lines
}

/// A task's mark, never told by its colour alone.
fn mark_of(state: &ExerciseState, task: &Task) -> (&'static str, Mark) {
    let verdict =
        state.report.as_ref().and_then(|r| r.tasks.iter().find(|t| t.id == task.id)).map(|t| &t.verdict);
    match verdict {
        Some(Verdict::Pass { .. }) => ("✓", Mark::Done),
        _ if state.record.passed.contains_key(&task.id) => ("✓", Mark::Done),
        Some(Verdict::NotRight { .. }) => ("✗", Mark::Wrong),
        Some(Verdict::CouldNotCheck { .. }) => ("?", Mark::Unknown),
        Some(Verdict::NotYet { .. }) | None => ("○", Mark::Open),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Done,
    Wrong,
    Unknown,
    Open,
}

impl Mark {
    fn style(self, theme: &Theme) -> Style {
        match self {
            Self::Done => theme.ok,
            Self::Wrong => theme.bad,
            Self::Unknown => theme.warn,
            Self::Open => theme.dim,
        }
    }
}

fn task_lines(card: &Card<'_>, task: &Task, width: usize, theme: &Theme, out: &mut Vec<Line<'static>>) {
    let (mark, kind) = mark_of(card.state, task);
    let points = if task.points == 1 { "1 point".into() } else { format!("{} points", task.points) };
    let title = labelled(
        mark,
        kind.style(theme),
        &task.title,
        theme.text,
        width.saturating_sub(points.len() + 2),
        theme,
    );
    for (i, mut line) in title.into_iter().enumerate() {
        if i == 0 {
            let pad = width.saturating_sub(line.width() + points.len());
            line.push_span(Span::raw(" ".repeat(pad)));
            line.push_span(Span::styled(points.clone(), theme.dim));
        }
        out.push(line);
    }
    let report = card.state.report.as_ref();
    let verdict = report.and_then(|r| r.tasks.iter().find(|t| t.id == task.id)).map(|t| &t.verdict);
    let mut say = |label: &str, text: &str, style: Style| {
        if !text.is_empty() {
            out.extend(labelled(&format!("  {label:<9}"), theme.dim, text, style, width, theme));
        }
    };
    match verdict {
        Some(Verdict::Pass { found }) if card.state.phase != Phase::Idle => say("", found, theme.dim),
        Some(Verdict::NotRight { expected, found, nearest, differs, advice }) => {
            say("expected", expected, theme.text);
            say("found", found, theme.text);
            say("nearest", nearest.as_deref().unwrap_or_default(), theme.text);
            say("differs", differs, theme.warn);
            say("", advice.as_deref().unwrap_or_default(), theme.info);
        }
        Some(Verdict::CouldNotCheck { reason, remedy }) => {
            say("not seen", reason, theme.warn);
            say("", remedy, theme.info);
        }
        Some(Verdict::Pass { .. } | Verdict::NotYet { .. }) | None => {}
    }
    if kind != Mark::Done {
        if let Some(prompt) = task.check.prompt().filter(|_| card.state.phase != Phase::Idle) {
            say("question", prompt, theme.text);
            say("", &format!("{} types the answer.", card.keys.answer), theme.info);
        }
        let shown = card.state.hints_shown(&task.id);
        for (i, hint) in task.hints.iter().take(shown).enumerate() {
            say(&format!("hint {}/{}", i + 1, task.hints.len()), hint, theme.emphasis);
        }
        if card.state.offers_hint(card.exercise, &task.id) {
            say("", &format!("{} shows a hint.", card.keys.hint), theme.info);
        }
    }
}

/// A label, and text that wraps behind it.
fn labelled(
    label: &str,
    label_style: Style,
    text: &str,
    style: Style,
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let indent = label.width() + 1;
    let room = width.saturating_sub(indent).max(8);
    let wrapped = text.lines().flat_map(|l| markdown::wrap(&inlines(l), style, room, theme));
    wrapped
        .enumerate()
        .map(|(i, line)| {
            let lead = if i == 0 { format!("{label} ") } else { " ".repeat(indent) };
            let mut spans = vec![Span::styled(lead, label_style)];
            spans.extend(line.spans);
            Line::from(spans)
        })
        .collect()
}

/// Words between backquotes are code; the rest is as it stands.
fn inlines(text: &str) -> Vec<Inline> {
    text.split('`')
        .enumerate()
        .filter(|(_, part)| !part.is_empty())
        .map(|(i, part)| if i % 2 == 1 { Inline::Code(part.into()) } else { Inline::Text(part.into()) })
        .collect()
}

/// The line below the tasks: what is going on, and what the learner can do.
fn foot(card: &Card<'_>, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let keys = card.keys;
    let (text, style) = match &card.state.phase {
        Phase::Idle => {
            (format!("{} begins. From then on the tasks are checked by themselves.", keys.begin), theme.info)
        }
        Phase::Preparing => ("Laying out the exercise's folder…".into(), theme.dim),
        Phase::Working | Phase::Checking => {
            let seen = card.state.report.as_ref().map_or(0, |r| r.runs_seen);
            let runs = match seen {
                0 => "No container of yours was seen yet.".into(),
                1 => "1 container seen since you began.".into(),
                n => format!("{n} containers seen since you began."),
            };
            let go = &keys.go;
            let folder = card.folder.map(|f| format!(" Folder: {f} ({go} goes there).")).unwrap_or_default();
            let keys = format!(
                " {} hint, {} check now, {} solution, {} start over.",
                keys.hint, keys.check, keys.solution, keys.reset
            );
            (format!("Watching the engine. {runs}{folder}{keys}"), theme.dim)
        }
        Phase::Passed => {
            let help = if card.state.record.assisted { " with help" } else { "" };
            (format!("Done{help}. All tasks hold. {} starts over.", keys.reset), theme.ok)
        }
        Phase::Resetting => ("Cleaning up…".into(), theme.dim),
        Phase::Blocked { reason, remedy, .. } => {
            let (reason, remedy) = (reason.trim_end_matches('.'), remedy.trim_end_matches('.'));
            let remedy = if remedy.is_empty() { String::new() } else { format!("{remedy}. ") };
            (format!("Could not check: {reason}. {remedy}What you have passed is kept."), theme.warn)
        }
    };
    markdown::wrap(&inlines(&text), style, width.max(8), theme)
}
