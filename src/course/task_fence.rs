//! A `task` fence into a task of its lesson, with every mistake pointed at in the deck's own lines.

use super::diagnostic::Diagnostic;
use super::exercise::{Exercise, Task};
use super::yaml::Snippet;
use super::{Block, BlockKind, Lesson, task, tries};

/// `None` if it cannot be judged; then at least one error was pushed. `before` are the tasks above it in the lesson.
pub(super) fn parse(
    snippet: &Snippet<'_>,
    before: &[Task],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Task> {
    let mut task: Task = match snippet.read() {
        Ok(task) => task,
        Err(mistake) => {
            diagnostics.push(*mistake);
            return None;
        }
    };
    task::place(snippet, &[], &mut task);
    let mut mistakes = task::alone(&task);
    let known: Vec<&str> = before.iter().chain([&task]).map(|task| task.id.as_str()).collect();
    mistakes.extend(tries::of_ways(&task.accepts, &task.rejects, &known, Some(&task.id)));
    let all = [before, std::slice::from_ref(&task)].concat();
    let together = task::together(&all).into_iter().filter(|(n, _)| *n == before.len());
    mistakes.extend(together.map(|(_, mistake)| mistake));
    diagnostics.extend(mistakes.iter().map(|mistake| task::pointed(snippet, mistake)));
    mistakes.is_empty().then_some(task)
}

/// The exercise that all tasks on the lesson's slides are together; it has the lesson's id. None where there is no task.
pub(super) fn exercise(lesson: &Lesson) -> Option<Exercise> {
    let deck = &lesson.deck;
    let broken = deck.broken.iter().map(|(task, _)| task);
    let tasks: Vec<Task> = deck.tasks.iter().chain(broken).cloned().collect();
    (!tasks.is_empty()).then(|| Exercise {
        id: lesson.id.clone(),
        title: lesson.title.clone(),
        brief: "The tasks on the slides of this lesson.".into(),
        tasks,
        faults: deck.broken.iter().map(|(_, fault)| fault.clone()).collect(),
        on_slides: true,
        manuscript: lesson.manuscript.clone(),
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
