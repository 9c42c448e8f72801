//! Rules about one lesson: how it goes, how it ends, and what its fences hold.

use super::super::{
    Block, BlockKind, Course, Diagnostic, Lesson, QuizKind, Severity, Slide, Source, commands, cues,
    script::StepKind, step_text, ways,
};
use super::taught::Taught;
use super::{docker, exercises, links, literals};

/// Slides at the end among which a question must be: a last word may follow it.
const END: usize = 2;
/// Slides in a row without anything to do.
const MOST_IDLE: usize = 3;

pub(super) fn lesson(
    course: &Course,
    at: usize,
    lesson: &Lesson,
    source: &Source,
    taught: &mut Taught,
    out: &mut Vec<Diagnostic>,
) {
    let mut say = |severity, line, message: String, help: &str| {
        out.push(lesson.manuscript.mistake(severity, line, message, help));
    };
    if course.lessons[..at].iter().any(|before| before.id == lesson.id) {
        say(Severity::Error, 1, format!("two lessons have the id `{}`", lesson.id), "rename one folder");
    }
    // What was reached is shown behind the end.
    let shows_score = |slide: &&Slide| any(&slide.blocks, &|kind| matches!(kind, BlockKind::Score));
    let end = lesson.deck.slides.iter().rev().skip_while(shows_score).take(END);
    if !end.into_iter().any(|slide| any(&slide.blocks, &is_question)) {
        let line = lesson.deck.slides.last().map_or(1, |slide| slide.line);
        let help = "end it with a ```quiz or an ```exercise, so that learners can test themselves";
        say(Severity::Warning, line, "the lesson ends without a quiz or an exercise".into(), help);
    }
    for quiz in lesson.deck.quizzes.iter().filter(|quiz| !has_answer(&quiz.kind)) {
        say(Severity::Error, quiz.line, format!("the quiz `{}` has no right answer", quiz.id), "mark one");
    }
    let mut idle = 0;
    for slide in &lesson.deck.slides {
        idle = if any(&slide.blocks, &is_to_do) { 0 } else { idle + 1 };
        if idle == MOST_IDLE + 1 {
            let message = format!("up to here {idle} slides in a row have nothing to do");
            say(Severity::Warning, slide.line, message, "add a command, a task or a quiz before this slide");
        }
    }
    cues(&lesson.deck, &mut |line, message, help| say(Severity::Error, line, message, help));
    let mut read = String::new();
    for slide in &lesson.deck.slides {
        for_each(&slide.blocks, &mut |block| {
            if let BlockKind::Code { lang, text, .. } = &block.kind
                && lang == "bash"
            {
                unknown_commands(lesson, block.line + 1, text, out);
            }
            if let BlockKind::Exercise(id) = &block.kind
                && course.exercise(id).is_none_or(|exercise| exercise.on_slides)
            {
                let message = format!("there is no exercise `{id}`");
                let help = "write its exercise.yaml, or name one that exists";
                out.push(lesson.manuscript.mistake(Severity::Error, block.line, message, help));
            }
        });
        taught.learn(slide);
        read += &step_text(slide, slide.steps, &lesson.deck);
        read.push('\n');
        tasks(course, lesson, slide, &read, taught, out);
        links::links(&slide.blocks, &lesson.manuscript, source, &format!("lessons/{}", lesson.id), out);
    }
}

/// The tasks on a slide, and the exercise that it leads to. `read` is what the lesson has said so far.
fn tasks(
    course: &Course,
    lesson: &Lesson,
    slide: &Slide,
    read: &str,
    taught: &Taught,
    out: &mut Vec<Diagnostic>,
) {
    for_each(&slide.blocks, &mut |block| match &block.kind {
        BlockKind::Task(index) => {
            let Some(task) = lesson.deck.tasks.get(*index) else { return };
            exercises::task(task, true, &lesson.manuscript, out);
            literals::literals(task, read, "no slide so far names", &lesson.manuscript, out);
            taught.check(task.solve.iter().map(|solve| (task.line, solve.as_str())), &lesson.manuscript, out);
        }
        BlockKind::Exercise(id) => {
            let Some(exercise) = course.exercise(id) else { return };
            let ways = ways(exercise.solution.text());
            let steps = ways.first().into_iter().flat_map(|solution| &solution.steps);
            let commands = steps.filter_map(|step| match &step.kind {
                StepKind::Command(command) => Some((step.line, command.as_str())),
                StepKind::Typed(_) => None,
            });
            taught.check(commands, &exercise.solution, out);
        }
        _ => {}
    });
}

fn unknown_commands(lesson: &Lesson, first: usize, text: &str, out: &mut Vec<Diagnostic>) {
    for found in docker::commands(text).into_iter().filter(|found| found.name.is_none()) {
        let message = format!("docker has no command `{}`", found.spelling);
        let help =
            "mend its spelling; a wrong command that is only shown stands in a fence without a language";
        out.push(lesson.manuscript.mistake(Severity::Error, first + found.line, message, help));
    }
}

fn is_question(kind: &BlockKind) -> bool {
    matches!(kind, BlockKind::Quiz(_) | BlockKind::Exercise(_) | BlockKind::Task(_))
}

fn is_to_do(kind: &BlockKind) -> bool {
    is_question(kind)
        || matches!(kind, BlockKind::Code { lang, text, .. } if !commands(lang, text).is_empty())
}

fn any(blocks: &[Block], is_it: &dyn Fn(&BlockKind) -> bool) -> bool {
    let mut found = false;
    for_each(blocks, &mut |block| found |= is_it(&block.kind));
    found
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

pub(super) fn for_each(blocks: &[Block], visit: &mut dyn FnMut(&Block)) {
    for block in blocks {
        visit(block);
        match &block.kind {
            BlockKind::Quote(inner) => for_each(inner, visit),
            BlockKind::Columns { columns, .. } => columns.iter().for_each(|column| for_each(column, visit)),
            BlockKind::List { items, .. } => items.iter().for_each(|item| for_each(&item.blocks, visit)),
            BlockKind::Definitions(terms) => {
                terms.iter().flat_map(|(_, bodies)| bodies).for_each(|body| for_each(body, visit));
            }
            _ => {}
        }
    }
}
