//! The card of an exercise on its slide: brief, tasks with their verdicts, hints, solution.

use std::ops::Range;

use ratatui::text::{Line, Span};

use super::task::{self, Standing, View};
use crate::course::{Block, Exercise};
use crate::session::{ExerciseState, Phase};
use crate::tui::highlight::Highlighter;
use crate::tui::theme::Theme;
use crate::tui::widget::markdown::{self, Context};

/// Everything that the card shows.
pub struct Card<'a> {
    pub view: View<'a>,
    pub brief: &'a [Block],
    pub solution: &'a [Block],
}

/// How the exercise goes, in a few characters: `✓✓○ Hello from a container`.
pub fn summary(exercise: &Exercise, state: &ExerciseState) -> String {
    if state.phase == Phase::Idle {
        return String::new();
    }
    let marks: String = exercise.tasks.iter().map(|task| Standing::of(state, task).mark()).collect();
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
    markdown::layout(of, &cx, &mut |_, _| Vec::new()).lines
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
            (format!("Done{help}. All tasks hold. {} starts over.", keys.reset), theme.ok)
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
