//! Rules about a course as a whole, beyond what reading its files finds.

use std::path::PathBuf;

use super::diagnostic::{Diagnostic, Severity};
use super::{Block, BlockKind, Course, Lesson, QuizKind};

const HINTS: &str = "add hints, from a nudge to nearly the answer";

/// What an author should look at; the course runs all the same.
pub fn lint(course: &Course) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (n, lesson) in course.lessons.iter().enumerate() {
        let mut say = |severity, line, message: String, help: &str| {
            out.push(place(file_of(lesson), severity, line, message, help));
        };
        if course.lessons[..n].iter().any(|l| l.id == lesson.id) {
            say(Severity::Error, 1, format!("two lessons have the id `{}`", lesson.id), "rename one folder");
        }
        if lesson.deck.quizzes.is_empty() {
            let message = format!("the lesson `{}` has no quiz", lesson.id);
            say(Severity::Warning, 1, message, "add a ```quiz block, so that learners can test themselves");
        }
        for quiz in lesson.deck.quizzes.iter().filter(|q| !has_answer(&q.kind)) {
            say(
                Severity::Error,
                quiz.line,
                format!("the quiz `{}` has no right answer", quiz.id),
                "mark one",
            );
        }
        for slide in &lesson.deck.slides {
            for_each(&slide.blocks, &mut |block| {
                if let BlockKind::Exercise(id) = &block.kind
                    && course.exercise(id).is_none()
                {
                    let help = "write its exercise.yaml, or name one that exists";
                    say(Severity::Error, block.line, format!("there is no exercise `{id}`"), help);
                }
                if let BlockKind::Task(index) = block.kind
                    && let Some(task) = lesson.deck.tasks.get(index).filter(|t| t.hints.is_empty())
                {
                    let message = format!("the task `{}` has no hints", task.id);
                    say(Severity::Warning, block.line, message, HINTS);
                }
            });
        }
    }
    for (n, exercise) in course.exercises.iter().enumerate() {
        let file = PathBuf::from(format!("exercises/{}/exercise.yaml", exercise.id));
        if course.exercises[..n].iter().any(|e| e.id == exercise.id) {
            let message = format!("two exercises have the id `{}`", exercise.id);
            out.push(place(file.clone(), Severity::Error, 1, message, "rename one"));
        }
        for task in exercise.tasks.iter().filter(|t| t.hints.is_empty() && !exercise.on_slides) {
            let message = format!("the task `{}` of `{}` has no hints", task.id, exercise.id);
            out.push(place(file.clone(), Severity::Warning, 1, message, HINTS));
        }
    }
    out
}

fn file_of(lesson: &Lesson) -> PathBuf {
    lesson.path.clone().unwrap_or_else(|| PathBuf::from(format!("lessons/{}/lesson.md", lesson.id)))
}

/// The rules see the course, not its text: they point at a line's start.
fn place(path: PathBuf, severity: Severity, line: usize, message: String, help: &str) -> Diagnostic {
    let help = Some(help.to_owned());
    Diagnostic { severity, path, line, column: 1, width: 1, message, help, source: String::new() }
}

fn has_answer(kind: &QuizKind) -> bool {
    match kind {
        QuizKind::Reveal { answer } => !answer.trim().is_empty(),
        QuizKind::Single { choices } | QuizKind::Multiple { choices } => choices.iter().any(|c| c.correct),
        QuizKind::Text { accepted, patterns } => !accepted.is_empty() || !patterns.is_empty(),
        QuizKind::Number { answer, .. } => answer.is_finite(),
        QuizKind::Order { items } => items.len() > 1,
    }
}

fn for_each(blocks: &[Block], visit: &mut impl FnMut(&Block)) {
    for block in blocks {
        visit(block);
        match &block.kind {
            BlockKind::Quote(inner) => for_each(inner, visit),
            BlockKind::List { items, .. } => items.iter().for_each(|item| for_each(&item.blocks, visit)),
            _ => {}
        }
    }
}
