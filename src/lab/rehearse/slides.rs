//! The slides of a lesson, gone through in order in one shell: their commands, and their tasks.

use std::time::Instant;

use super::play::Play;
use super::stage::Stage;
use super::trial::{Failure, Trials, early};
use super::typist::{Outcome, Trouble, last_lines};
use super::vary::Vary;
use super::{RehearsalError, SceneKind, Told};
use crate::course::{
    Cue, Diagnostic, Dialect, Exercise, Lesson, Quoted, Runnable, Severity, Task, cues, difference,
};

/// Goes through all of it from a clean start. What is not as a slide says is told, and it goes on. Afterwards the right and
/// the wrong ways of the tasks are tried. Gives what did not pass.
pub(super) async fn slides(
    stage: &Stage,
    lesson: &Lesson,
    exercise: Option<&Exercise>,
    vary: Option<Vary>,
    tell: &mut dyn FnMut(&Told<'_>),
) -> Result<Vec<Failure>, RehearsalError> {
    let cues = cues(&lesson.deck, &mut |_, _, _| {});
    if cues.is_empty() {
        return Ok(Vec::new());
    }
    let no_tasks = Exercise { id: lesson.id.clone(), ..Exercise::default() };
    let exercise = exercise.unwrap_or(&no_tasks);
    let mut trials = Trials::new(stage, exercise, &lesson.manuscript, vary);
    let (mut play, _) = trials.begin_unspoilt(&[]).await?;
    for cue in cues {
        let started = Instant::now();
        match cue {
            Cue::Run(runnable) => {
                let name = runnable.commands.first().map_or("", |(_, all)| all.lines().next().unwrap_or(""));
                tell(&Told::Begins { name });
                let mistakes = command(&mut play, lesson, &runnable, &stage.dialect).await?;
                trials.told(SceneKind::Command, name, runnable.line, started, mistakes, tell);
            }
            Cue::Task(index) => {
                let Some(task) = lesson.deck.tasks.get(index) else { continue };
                tell(&Told::Begins { name: &task.title });
                let report = play.judge().await?;
                let mut mistakes: Vec<Diagnostic> = early(exercise, &report)
                    .filter(|early| early.id == task.id)
                    .map(|early| trials.too_early(early, "before its slide is reached"))
                    .collect();
                if mistakes.is_empty() {
                    mistakes = trials.solve(&mut play, task).await?;
                }
                trials.told(SceneKind::Solution, &task.title, task.line, started, mistakes, tell);
            }
        }
    }
    drop(play);
    for task in &lesson.deck.tasks {
        let way = needed(task, &lesson.deck.tasks);
        trials.of_task(&way, tell).await?;
    }
    stage.sweep(false).await?;
    Ok(trials.failures)
}

/// The tasks that come before this one because it needs them, and it.
fn needed<'t>(task: &'t Task, all: &'t [Task]) -> Vec<&'t Task> {
    let mut ids: Vec<&str> = vec![&task.id];
    let mut found = vec![task];
    for before in all.iter().rev().skip_while(|before| before.id != task.id).skip(1) {
        if found.iter().any(|later: &&Task| later.needs.contains(&before.id))
            && !ids.contains(&before.id.as_str())
        {
            ids.push(&before.id);
            found.push(before);
        }
    }
    found.reverse();
    found
}

async fn command(
    play: &mut Play<'_>,
    lesson: &Lesson,
    runnable: &Runnable,
    dialect: &Dialect,
) -> Result<Vec<Diagnostic>, RehearsalError> {
    let mut mistakes = Vec::new();
    let mut output = String::new();
    let last = runnable.commands.len().saturating_sub(1);
    for (at, (line, command)) in runnable.commands.iter().enumerate() {
        let (typed, status) = match at == last {
            true => (runnable.typed.as_slice(), runnable.status.as_slice()),
            false => (&[][..], &[0][..]),
        };
        match play.run(command, typed).await? {
            Ok(outcome) => {
                mistakes.extend(wrong_status(lesson, *line, status, &outcome));
                output.push_str(&outcome.output);
                output.push('\n');
                if at == last {
                    mistakes.extend(wrong_output(lesson, runnable.output(dialect), &output));
                }
            }
            Err(trouble) => mistakes.push(stuck(lesson, *line, &trouble)),
        }
    }
    Ok(mistakes)
}

fn wrong_status(lesson: &Lesson, line: usize, expected: &[i32], outcome: &Outcome) -> Option<Diagnostic> {
    if expected.contains(&outcome.status) {
        return None;
    }
    let words = expected.iter().map(i32::to_string).collect::<Vec<_>>().join(" or ");
    let message = format!("this ended with status {}, and {words} was expected", outcome.status);
    let help = match expected {
        [0] => format!(
            "{}\nwhere that is what you mean, write {{.bash status={}}}",
            last_lines(&outcome.output),
            outcome.status
        ),
        _ => last_lines(&outcome.output),
    };
    Some(lesson.manuscript.mistake(Severity::Error, line, message, &help))
}

fn wrong_output(lesson: &Lesson, quoted: Option<&Quoted>, output: &str) -> Option<Diagnostic> {
    let quoted = quoted?;
    let difference = difference(&quoted.text, output)?;
    // A line that the slide does not have is pointed at below its last one.
    let line = quoted.line + difference.line.min(quoted.text.lines().count());
    let (message, help) = match (&difference.found, difference.expected.is_empty()) {
        (Some(found), true) => {
            ("the command printed more than this".to_owned(), format!("it goes on with  {found}"))
        }
        (Some(found), false) => {
            ("the command printed something else".to_owned(), format!("here stands  {found}"))
        }
        (None, _) => ("the command did not print this".to_owned(), last_lines(output)),
    };
    let help = format!("{help}\na `…` stands for anything: in a line, or as a line of its own");
    Some(lesson.manuscript.mistake(Severity::Error, line, message, &help))
}

fn stuck(lesson: &Lesson, line: usize, trouble: &Trouble) -> Diagnostic {
    let (message, help) = trouble.words();
    lesson.manuscript.mistake(Severity::Error, line, message, &help)
}
