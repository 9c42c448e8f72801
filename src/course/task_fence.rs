//! A `task` fence into a task of its lesson, with every mistake pointed at in the deck's own lines.

use super::diagnostic::{Diagnostic, Severity};
use super::exercise::{Exercise, Task};
use super::load::RawTask;
use super::yaml::Snippet;
use super::{Block, BlockKind, Lesson};

/// `None` if it cannot be judged; then at least one error was pushed. `before` are the tasks above it in the lesson.
pub(super) fn parse(
    snippet: &Snippet<'_>,
    before: &[Task],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Task> {
    let raw: RawTask = match snippet.read() {
        Ok(raw) => raw,
        Err(mistake) => {
            diagnostics.push(*mistake);
            return None;
        }
    };
    let mut mistakes: Vec<(&str, String, &str)> = Vec::new();
    for (key, value) in [("id", &raw.id), ("title", &raw.title)] {
        if value.trim().is_empty() {
            mistakes.push((key, format!("`{key}` is empty"), "write something after it"));
        }
    }
    if before.iter().any(|task| task.id == raw.id) {
        let message = format!("the task id `{}` is taken", raw.id);
        mistakes.push(("id", message, "give each task of a lesson an `id` of its own"));
    }
    for mistake in raw.check.mistakes() {
        mistakes.push(("check", mistake, "see Checks in docs/authoring.md"));
    }
    let broken = !mistakes.is_empty();
    diagnostics.extend(
        mistakes
            .into_iter()
            .map(|(key, text, help)| snippet.key(Severity::Error, None, key, text, Some(help))),
    );
    (!broken).then(|| raw.into())
}

/// The exercise that all tasks on the lesson's slides are together; it has the lesson's id. None where there is no task.
pub(super) fn exercise(lesson: &Lesson) -> Option<Exercise> {
    let tasks = &lesson.deck.tasks;
    (!tasks.is_empty()).then(|| Exercise {
        id: lesson.id.clone(),
        title: lesson.title.clone(),
        brief: "The tasks on the slides of this lesson.".into(),
        tasks: tasks.clone(),
        on_slides: true,
        ..Exercise::default()
    })
}

/// The tasks in these blocks, as indices into `Deck::tasks`.
pub fn tasks_in(blocks: &[Block]) -> impl Iterator<Item = usize> {
    blocks.iter().filter_map(|block| match block.kind {
        BlockKind::Task(index) => Some(index),
        _ => None,
    })
}
