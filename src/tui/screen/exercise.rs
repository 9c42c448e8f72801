//! The card of an exercise on its slide: brief, tasks with their verdicts, hints, solution.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar;

use super::task::{self, View};
use crate::course::{Block, Exercise};
use crate::session::{ExerciseState, NextExercise, Phase, Share};
use crate::tui::highlight::Highlighter;
use crate::tui::theme::Theme;
use crate::tui::widget::markdown::{self, Context, Cut};

/// Everything that the card shows.
pub struct Card<'a> {
    pub view: View<'a>,
    pub brief: &'a [Block],
    pub solution: &'a [Block],
    pub points: Share,
    /// What is left to do after it.
    pub next: Option<NextExercise>,
}

/// What stands where the course has no such exercise.
pub fn missing(id: &str, theme: &Theme) -> Vec<Line<'static>> {
    vec![Line::styled(format!("There is no exercise called {id} in this course."), theme.warn)]
}

/// How the exercise goes, in a few characters: `✓✓○ Hello from a container`.
pub fn summary(exercise: &Exercise, state: &ExerciseState) -> String {
    if state.phase == Phase::Idle {
        return String::new();
    }
    let marks: String = exercise.tasks.iter().map(|task| task::outcome(state, task).mark()).collect();
    // The lesson's own title stands beside it already.
    let title = if exercise.on_slides { "tasks" } else { exercise.title.as_str() };
    format!("{marks} {title}")
}

pub fn lines(
    card: &Card<'_>,
    width: usize,
    theme: &Theme,
    highlighter: &Highlighter,
) -> (Vec<Line<'static>>, Range<usize>) {
    let mut out = Vec::new();
    let minutes = match card.view.exercise.minutes {
        0 => String::new(),
        n => format!("  about {n} minutes"),
    };
    out.push(Line::from(vec![
        Span::styled("Exercise  ", theme.marker),
        Span::styled(card.view.exercise.title.clone(), theme.title),
        Span::styled(minutes, theme.dim),
    ]));
    out.push(Line::default());
    out.extend(blocks(card.brief, width, theme, highlighter));
    out.push(Line::default());
    let tasks = out.len();
    for task in &card.view.exercise.tasks {
        task::on_card(&card.view, task, width, theme, &mut out);
    }
    out.push(Line::default());
    out.extend(foot(card, width, theme));
    let tasks = tasks..out.len();
    if card.view.state.shows_solution() {
        out.push(Line::default());
        out.push(Line::styled("Solution", theme.heading));
        out.extend(blocks(card.solution, width, theme, highlighter));
    }
    (out, tasks)
}

fn blocks(of: &[Block], width: usize, theme: &Theme, highlighter: &Highlighter) -> Vec<Line<'static>> {
    let cx = Context { step: 0, width, centred: false, theme, highlighter };
    let laid = markdown::layout(of, &cx, &mut |_, _| Vec::new());
    let lines = laid.lines.into_iter().zip(laid.cuts);
    lines
        .flat_map(|(line, cut)| cut.map_or(vec![line.clone()], |cut| fold(&line, cut, width, theme)))
        .collect()
}

/// A line of code that is too long goes on below itself: on a card it cannot be moved sideways. A mark says where.
fn fold(line: &Line<'static>, cut: Cut, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let wide = |c: char| c.width().unwrap_or(0);
    if cut.width <= width || width < cut.lead + 8 {
        return vec![line.clone()];
    }
    let letters = line.spans.iter().flat_map(|span| span.content.chars().map(|c| (c, span.style)));
    let mut letters = letters.peekable();
    let mut lead = Vec::new();
    let mut column = 0;
    while let Some(letter) = letters.next_if(|(c, _)| column + wide(*c) <= cut.lead) {
        column += wide(letter.0);
        lead.push(letter);
    }
    let mut rest: Vec<(char, Style)> = letters.collect();
    let mut rows = Vec::new();
    loop {
        let room = width - cut.lead;
        let columns = |of: &[(char, Style)]| of.iter().map(|(c, _)| wide(*c)).sum::<usize>();
        if columns(&rest) <= room {
            rows.push(row(&lead, &rest, None));
            return rows;
        }
        let fits = (0..rest.len()).take_while(|n| columns(&rest[..=*n]) < room).count().max(1);
        // Between two words, unless the line would be half empty.
        let blank = rest[..fits].iter().rposition(|(c, _)| *c == ' ').filter(|at| at * 2 > fits);
        let after = rest.split_off(blank.map_or(fits, |at| at + 1));
        rows.push(row(&lead, &rest, Some(Span::styled("›", theme.key))));
        rest = after;
    }
}

fn row(lead: &[(char, Style)], letters: &[(char, Style)], mark: Option<Span<'static>>) -> Line<'static> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (c, style) in lead.iter().chain(letters) {
        match spans.last_mut() {
            Some(span) if span.style == *style => span.content.to_mut().push(*c),
            _ => spans.push(Span::styled(c.to_string(), *style)),
        }
    }
    spans.extend(mark);
    Line::from(spans)
}

/// The line below the tasks: what is going on, and what the learner can do.
fn foot(card: &Card<'_>, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let keys = card.view.keys;
    let (text, style) = match &card.view.state.phase {
        Phase::Idle => {
            (format!("{} begins. From then on the tasks are checked by themselves.", keys.begin), theme.info)
        }
        Phase::Preparing => ("Laying out the exercise's folder…".into(), theme.dim),
        Phase::Working | Phase::Checking => {
            let runs = task::looked_at(&card.view);
            let go = &keys.go;
            let folder =
                card.view.folder.map(|f| format!(" Folder: {f} ({go} goes there).")).unwrap_or_default();
            let keys = format!(
                " {} hint, {} check now, {} solution, {} start over.",
                keys.hint, keys.check, keys.solution, keys.reset
            );
            (format!("Watching the engine. {runs}{folder}{keys}"), theme.dim)
        }
        Phase::Passed => {
            let help = if card.view.state.record.assisted { " with help" } else { "" };
            let Share { done, of } = card.points;
            let next = match &card.next {
                Some(next) => format!(
                    "The next exercise is «{}», in lesson {}: {} leads there.",
                    next.title, next.lesson, keys.contents
                ),
                None => format!("All exercises are done: {} shows what else is open.", keys.contents),
            };
            (format!("Done{help}: {done} of {of} points. Read on here. {next}"), theme.ok)
        }
        Phase::Resetting => ("Cleaning up…".into(), theme.dim),
        Phase::Blocked { reason, remedy, .. } => {
            let (reason, remedy) = (reason.trim_end_matches('.'), remedy.trim_end_matches('.'));
            let remedy = if remedy.is_empty() { String::new() } else { format!("{remedy}. ") };
            (format!("Could not check: {reason}. {remedy}What you have passed is kept."), theme.warn)
        }
    };
    markdown::wrap(&task::inlines(&text), style, width.max(8), theme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_long_command_is_lost() {
        let (theme, highlighter) = (Theme::default(), Highlighter::default());
        let command = "docker run --rm -v \"$(pwd)\":/myfolder python:3-slim python /myfolder/hello.py";
        let solution = crate::course::blocks(&format!("```bash\n{command}\n```\n"));
        for width in 12..90 {
            let lines = blocks(&solution, width, &theme, &highlighter);
            assert!(lines.iter().all(|line| line.width() <= width), "{width}: {lines:?}");
            let texts =
                lines.iter().map(|line| line.spans.iter().map(|s| s.content.as_ref()).collect::<String>());
            let whole: String =
                texts.map(|text| text.trim_start_matches("▎ ").trim_end_matches('›').to_owned()).collect();
            assert_eq!(whole, command, "{width}");
            assert_eq!(lines.len() > 1, width < command.len() + 2, "{width}");
        }
    }
}
