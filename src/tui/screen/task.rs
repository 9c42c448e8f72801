//! One task with its mark, what was found, and its hints: on the card of an exercise and on a slide.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::check::{Needs, Outcome, TaskReport, Verdict};
use crate::course::{Exercise, Inline, Task};
use crate::session::{ExerciseState, Phase};
use crate::tui::theme::Theme;
use crate::tui::widget::markdown;

/// What the keys are called where tasks are shown.
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
    /// Opens the list of lessons and exercises.
    pub contents: String,
}

/// How a task stands.
pub fn outcome(state: &ExerciseState, task: &Task) -> Outcome {
    match verdict(state, task).map(Verdict::outcome) {
        Some(Outcome::Done) => Outcome::Done,
        _ if state.record.passed.contains_key(&task.id) => Outcome::Done,
        _ if matches!(state.phase, Phase::Blocked { .. }) => Outcome::Unknown,
        other => other.unwrap_or(Outcome::Open),
    }
}

fn style(outcome: Outcome, theme: &Theme) -> Style {
    match outcome {
        Outcome::Done => theme.ok,
        Outcome::Open => theme.dim,
        Outcome::Wrong => theme.bad,
        Outcome::Unknown => theme.warn,
    }
}

fn report<'a>(state: &'a ExerciseState, task: &Task) -> Option<&'a TaskReport> {
    state.report.as_ref()?.tasks.iter().find(|t| t.id == task.id)
}

fn verdict<'a>(state: &'a ExerciseState, task: &Task) -> Option<&'a Verdict> {
    report(state, task).map(|t| &t.verdict)
}

/// What is known of the exercise that a task belongs to.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub exercise: &'a Exercise,
    pub state: &'a ExerciseState,
    /// What the learner typed in, by the question.
    pub answers: Option<&'a BTreeMap<String, String>>,
    /// The clock's time at which it began.
    pub since: &'a str,
    /// Where the learner works, once it is begun.
    pub folder: Option<&'a str>,
    pub keys: &'a Keys,
}

/// A task on its slide, behind a bar as quizzes are.
pub fn on_slide(view: &View<'_>, task: &Task, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let stands = outcome(view.state, task);
    let points =
        if task.points == 1 && !task.bonus { String::new() } else { format!(" · {}", points(task)) };
    let mut lines = Vec::new();
    let room = width.saturating_sub(2);
    title(stands, &format!("Task: {}", task.title), &points, room, theme, &mut lines);
    if let (Outcome::Unknown, Phase::Blocked { reason, remedy, .. }) = (stands, &view.state.phase) {
        lines.extend(said("reason", reason, theme.warn, room, theme));
        lines.extend(said("remedy", remedy, theme.info, room, theme));
    } else {
        feedback(view, task, room, theme, &mut lines);
        if stands == Outcome::Wrong && !is_about_the_answer(view, task) && runs_seen(view) > 0 {
            lines.extend(said("", &looked_at(view), theme.dim, room, theme));
        }
    }
    let bar = if stands == Outcome::Open { theme.border } else { style(stands, theme) };
    for line in &mut lines {
        line.spans.insert(0, Span::styled("┃ ", bar));
    }
    lines
}

/// A task on the card of its exercise.
pub fn on_card(view: &View<'_>, task: &Task, width: usize, theme: &Theme, out: &mut Vec<Line<'static>>) {
    title(outcome(view.state, task), &task.title, &format!(" · {}", points(task)), width, theme, out);
    feedback(view, task, width, theme, out);
}

fn points(task: &Task) -> String {
    let points = if task.points == 1 { "1 point".into() } else { format!("{} points", task.points) };
    if task.bonus { format!("bonus, {points}") } else { points }
}

/// The mark and the title, with the word for the mark at the right.
fn title(
    stands: Outcome,
    text: &str,
    after: &str,
    width: usize,
    theme: &Theme,
    out: &mut Vec<Line<'static>>,
) {
    let at_right = stands.word().width() + after.width();
    let coloured = style(stands, theme);
    let lines =
        labelled(stands.mark(), coloured, text, theme.text, width.saturating_sub(at_right + 2), theme);
    for (i, mut line) in lines.into_iter().enumerate() {
        if i == 0 {
            let pad = width.saturating_sub(line.width() + at_right);
            line.push_span(Span::raw(" ".repeat(pad)));
            line.push_span(Span::styled(stands.word(), coloured));
            line.push_span(Span::styled(after.to_owned(), theme.dim));
        }
        out.push(line);
    }
}

/// What was found and what to do about it.
fn feedback(view: &View<'_>, task: &Task, width: usize, theme: &Theme, out: &mut Vec<Line<'static>>) {
    let begun = view.state.phase != Phase::Idle;
    let mut say = |label: &str, text: &str, style: Style| out.extend(said(label, text, style, width, theme));
    match verdict(view.state, task) {
        Some(Verdict::Pass { found }) if begun => say("", found, theme.dim),
        // Question and answer stand below.
        Some(Verdict::NotRight { differs, advice, .. }) if is_about_the_answer(view, task) => {
            say("differs", differs, theme.warn);
            say("advice", advice.as_deref().unwrap_or_default(), theme.info);
        }
        Some(Verdict::NotRight { expected, found, nearest, differs, advice }) => {
            say("expected", expected, theme.text);
            if is_as_above(view, task) {
                // One wrong try can be in the way of several tasks: it is explained once.
                say("differs", "as above", theme.dim);
                if advice.is_some() && *advice != advice_above(view, task) {
                    say("advice", advice.as_deref().unwrap_or_default(), theme.info);
                }
            } else {
                say("nearest", nearest.as_deref().unwrap_or_default(), theme.text);
                say("found", found, theme.text);
                say("differs", differs, theme.warn);
                say("advice", advice.as_deref().unwrap_or_default(), theme.info);
            }
        }
        Some(Verdict::CouldNotCheck { reason, remedy }) => {
            say("reason", reason, theme.warn);
            say("remedy", remedy, theme.info);
        }
        Some(Verdict::Pass { .. } | Verdict::NotYet { .. }) | None => {}
    }
    if outcome(view.state, task) == Outcome::Done {
        return;
    }
    // One build can be in the way of several tasks: it is spoken of once.
    let meanwhile = |task: &Task| report(view.state, task).and_then(|report| report.meanwhile.as_ref());
    let told = view.exercise.tasks.iter().take_while(|other| other.id != task.id).filter_map(meanwhile);
    let news =
        meanwhile(task).filter(|text| view.exercise.on_slides || !told.into_iter().any(|t| t == *text));
    say("meanwhile", news.map(String::as_str).unwrap_or_default(), theme.warn);
    let Keys { answer, hint, reset, go, .. } = view.keys;
    let needs = view.exercise.tasks.iter().filter(|other| task.needs.contains(&other.id));
    let mut needs = needs.filter(|other| outcome(view.state, other) != Outcome::Done);
    if let Some(first) = needs.next().filter(|_| begun) {
        say("waits for", &first.title, theme.dim);
    }
    if report(view.state, task).is_some_and(|t| t.stuck) {
        say("", &format!("From here it cannot become right: {reset} starts over."), theme.warn);
    }
    if let Some(folder) = view.folder.filter(|_| view.exercise.on_slides && is_about_files(task)) {
        say("folder", &format!("{folder} ({go} goes there)"), theme.text);
    }
    if let Some(prompt) = task.check.prompt().filter(|_| begun) {
        say("question", prompt, theme.text);
        match view.answers.and_then(|answers| answers.get(prompt)) {
            Some(given) => say("answer", &format!("{given} ({answer} changes it)"), theme.info),
            None => say("answer", &format!("______ ({answer} types it)"), theme.info),
        }
    }
    let shown = view.state.hints_shown(&task.id);
    for (i, text) in task.hints.iter().take(shown).enumerate() {
        say(&format!("hint {}/{}", i + 1, task.hints.len()), text, theme.emphasis);
    }
    if view.state.offers_hint(view.exercise, &task.id) {
        let tries = view.state.record.attempts.get(&task.id).map_or(0, BTreeSet::len);
        say("", &format!("{tries} tries were not right yet: {hint} shows a hint."), theme.info);
    }
}

/// Whether it looks into the exercise's folder.
pub fn is_about_files(task: &Task) -> bool {
    !Needs::of([&task.check]).paths.is_empty()
}

/// Whether what the learner typed in is what is not right.
fn is_about_the_answer(view: &View<'_>, task: &Task) -> bool {
    let expected = match verdict(view.state, task) {
        Some(Verdict::NotRight { expected, .. }) => expected,
        _ => return false,
    };
    task.check.prompt().is_some_and(|prompt| expected.contains(prompt))
}

/// Whether the task before stumbles over the same thing.
fn is_as_above(view: &View<'_>, task: &Task) -> bool {
    let why = |task: &Task| match verdict(view.state, task) {
        Some(Verdict::NotRight { nearest: Some(nearest), differs, .. }) => Some((nearest, differs)),
        _ => None,
    };
    let above = above(view, task);
    !view.exercise.on_slides && why(task).is_some() && above.is_some_and(|above| why(above) == why(task))
}

fn above<'a>(view: &View<'a>, task: &Task) -> Option<&'a Task> {
    view.exercise.tasks.iter().take_while(|t| t.id != task.id).last()
}

fn advice_above(view: &View<'_>, task: &Task) -> Option<String> {
    match verdict(view.state, above(view, task)?) {
        Some(Verdict::NotRight { advice, .. }) => advice.clone(),
        _ => None,
    }
}

fn runs_seen(view: &View<'_>) -> usize {
    view.state.report.as_ref().map_or(0, |r| r.runs_seen)
}

/// What the verdicts rest on, so that the learner sees that it looked.
pub fn looked_at(view: &View<'_>) -> String {
    let since = view.since;
    match runs_seen(view) {
        0 => format!("No container of yours was seen since {since}."),
        1 => format!("1 container looked at since {since}."),
        n => format!("{n} containers looked at since {since}."),
    }
}

/// One line of the feedback: what it is about, and the text behind it.
fn said(label: &str, text: &str, style: Style, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    match text {
        "" => Vec::new(),
        text => labelled(&format!("  {label:<9}"), theme.dim, text, style, width, theme),
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

/// Words between backquotes are code, and those between stars are emphasised; the rest is as it stands, and all of it
/// where a backquote is not closed. No more of markdown: the engine's own words may be in it.
pub fn inlines(text: &str) -> Vec<Inline> {
    if text.matches('`').count() % 2 == 1 {
        return vec![Inline::Text(text.into())];
    }
    let mut all = Vec::new();
    for (i, part) in text.split('`').enumerate().filter(|(_, part)| !part.is_empty()) {
        match i % 2 {
            1 => all.push(Inline::Code(part.into())),
            _ => emphasised(part, &mut all),
        }
    }
    all
}

fn emphasised(text: &str, all: &mut Vec<Inline>) {
    let mut rest = text;
    while let Some((before, stars, inner, after)) = emphasis(rest) {
        all.extend((!before.is_empty()).then(|| Inline::Text(before.into())));
        let inner = vec![Inline::Text(inner.into())];
        all.push(if stars == 2 { Inline::Strong(inner) } else { Inline::Emph(inner) });
        rest = after;
    }
    all.extend((!rest.is_empty()).then(|| Inline::Text(rest.into())));
}

/// What stands before, how many stars, what stands between them, and what after. Stars of patterns and products are not
/// meant: those of emphasis stand at the outer side of a word.
fn emphasis(text: &str) -> Option<(&str, usize, &str, &str)> {
    let outside = |c: char| c.is_whitespace() || "([\"'“«,.;:!?)]”»…-".contains(c);
    text.match_indices('*').find_map(|(at, _)| {
        let (before, from) = text.split_at(at);
        let stars = if from.starts_with("**") { 2 } else { 1 };
        let opens = before.chars().next_back().is_none_or(outside);
        let rest = &from[stars..];
        if !opens || !rest.starts_with(char::is_alphanumeric) {
            return None;
        }
        let closes = |end: &usize| {
            let (inner, after) = (&rest[..*end], &rest[end + stars..]);
            !inner.ends_with([' ', '*']) && after.chars().next().is_none_or(outside)
        };
        let end = rest.match_indices(&"**"[..stars]).map(|(end, _)| end).find(closes)?;
        Some((before, stars, &rest[..end], &rest[end + stars..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_and_code_are_told_from_the_stars_of_others() {
        let text = |text: &str| Inline::Text(text.into());
        let emph = |inner: &str| Inline::Emph(vec![text(inner)]);
        let strong = |inner: &str| Inline::Strong(vec![text(inner)]);
        let code = |inner: &str| Inline::Code(inner.into());
        for (written, expected) in [
            ("quotes of the *other* kind.", vec![text("quotes of the "), emph("other"), text(" kind.")]),
            ("*one*, **two words**!", vec![emph("one"), text(", "), strong("two words"), text("!")]),
            ("(*a*) `x * y*`", vec![text("("), emph("a"), text(") "), code("x * y*")]),
            ("2 * 3 * 4", vec![text("2 * 3 * 4")]),
            ("rm *.py *.txt", vec![text("rm *.py *.txt")]),
            ("/tmp/*a* and a*b*c", vec![text("/tmp/*a* and a*b*c")]),
            ("[\"*\",\"*\"]", vec![text("[\"*\",\"*\"]")]),
            ("never *closed", vec![text("never *closed")]),
            ("one ` alone *a*", vec![text("one ` alone *a*")]),
        ] {
            assert_eq!(inlines(written), expected, "{written}");
        }
    }
}
