//! The commands on a lesson's slides, run in order in one shell.

use std::time::Instant;

use super::stage::Stage;
use super::typist::{Outcome, Trouble, Typist};
use super::{RehearsalError, Scene, SceneKind, Told};
use crate::course::{Diagnostic, Lesson, Runnable, Severity, difference, runnables};

/// Runs all of them, from a clean start. A command that does not do what its slide says is told, and the next one follows.
pub(super) async fn slides(
    stage: &Stage,
    lesson: &Lesson,
    tell: &mut dyn FnMut(&Told<'_>),
) -> Result<(), RehearsalError> {
    let commands = runnables(&lesson.deck, &mut |_, _, _| {});
    if commands.is_empty() {
        return Ok(());
    }
    let folder = stage.fresh_folder(&lesson.id)?;
    stage.begin();
    let mut typist = Typist::open(stage, &folder).await?;
    for runnable in commands {
        let name = runnable.commands.first().map_or("", |(_, command)| command.lines().next().unwrap_or(""));
        tell(&Told::Begins { name });
        let started = Instant::now();
        let mut mistakes = Vec::new();
        let last = runnable.commands.len().saturating_sub(1);
        for (at, (line, command)) in runnable.commands.iter().enumerate() {
            let (typed, status) = match at == last {
                true => (runnable.typed.as_slice(), runnable.status),
                false => (&[][..], 0),
            };
            match typist.run(command, typed).await {
                Ok(outcome) => {
                    mistakes.extend(wrong_status(lesson, *line, status, &outcome));
                    mistakes
                        .extend((at == last).then(|| wrong_output(lesson, &runnable, &outcome)).flatten());
                }
                Err(trouble) => {
                    mistakes.push(stuck(lesson, *line, &trouble));
                    stage.still_stands()?;
                    typist = Typist::open(stage, &folder).await?;
                }
            }
        }
        stage.still_stands()?;
        tell(&Told::Scene(Scene {
            of: lesson.id.clone(),
            kind: SceneKind::Command,
            name: name.to_owned(),
            path: lesson.manuscript.path.clone(),
            line: runnable.line,
            took: started.elapsed(),
            mistakes,
        }));
    }
    drop(typist);
    stage.sweep(false).await
}

fn wrong_status(lesson: &Lesson, line: usize, expected: i32, outcome: &Outcome) -> Option<Diagnostic> {
    if outcome.status == expected {
        return None;
    }
    let message = format!("this ended with status {}, and {expected} was expected", outcome.status);
    let help = match expected {
        0 => format!(
            "{}\nwhere that is what you mean, write {{.bash status={}}}",
            end_of(outcome),
            outcome.status
        ),
        _ => end_of(outcome),
    };
    Some(lesson.manuscript.mistake(Severity::Error, line, message, &help))
}

fn wrong_output(lesson: &Lesson, runnable: &Runnable, outcome: &Outcome) -> Option<Diagnostic> {
    let quoted = runnable.output.as_ref()?;
    let difference = difference(&quoted.text, &outcome.output)?;
    // A line that the slide does not have is pointed at below its last one.
    let line = quoted.line + difference.line.min(quoted.text.lines().count());
    let (message, help) = match (&difference.found, difference.expected.is_empty()) {
        (Some(found), true) => {
            ("the command printed more than this".to_owned(), format!("it goes on with  {found}"))
        }
        (Some(found), false) => {
            ("the command printed something else".to_owned(), format!("here stands  {found}"))
        }
        (None, _) => ("the command did not print this".to_owned(), end_of(outcome)),
    };
    let help = format!("{help}\na `…` stands for anything: in a line, or as a line of its own");
    Some(lesson.manuscript.mistake(Severity::Error, line, message, &help))
}

fn stuck(lesson: &Lesson, line: usize, trouble: &Trouble) -> Diagnostic {
    let (message, help) = trouble.words();
    lesson.manuscript.mistake(Severity::Error, line, message, &help)
}

fn end_of(outcome: &Outcome) -> String {
    super::typist::last_lines(&outcome.output)
}
