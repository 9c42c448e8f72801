//! Rules about exercises and tasks: hints, ways that are tried, variables, and what the brief names.

use std::collections::BTreeSet;

use super::super::{
    Accept, BlockKind, Course, Diagnostic, Exercise, Manuscript, Reject, Severity, Source, Task, Try, blocks,
    ways,
};
use super::effects::effects;
use super::lessons::for_each;
use super::{links, literals};

/// Hints of a task in an exercise; a task on a slide has its slide.
const HINTS: usize = 3;

/// Names that belong to the shell, and need not be declared.
const OF_THE_SHELL: [&str; 8] = ["HOME", "PWD", "PATH", "USER", "UID", "SHELL", "DOCKER_HOST", "OLDPWD"];

/// What stops it is found when it is read; these are for its author alone.
pub(super) fn exercise(course: &Course, exercise: &Exercise, out: &mut Vec<Diagnostic>) {
    let manuscript = &exercise.manuscript;
    let key = |key: &str| manuscript.line_with(key, 1).unwrap_or(1);
    let mut say = |severity, line, message: String, help: &str| {
        out.push(manuscript.mistake(severity, line, message, help));
    };
    if !is_on_a_slide(course, &exercise.id) {
        let message = format!("no slide leads to the exercise `{}`", exercise.id);
        say(Severity::Warning, key("id:"), message, "write an ```exercise fence with its id on a slide");
    }
    if ways(exercise.solution.text()).is_empty() {
        let help =
            "write the commands that solve it into ```bash fences of solution.md: the rehearsal runs them";
        say(Severity::Warning, key("id:"), "there is no solution that could be rehearsed".into(), help);
    }
    for (is_empty, name, help) in [
        (exercise.accepts.is_empty(), "accepts", "list other right ways: nothing shows yet that they pass"),
        (exercise.rejects.is_empty(), "rejects", "list wrong ways: nothing shows yet that they fail"),
    ] {
        if is_empty {
            say(Severity::Warning, key("tasks:"), format!("the exercise has no `{name}`"), help);
        }
    }
    for (name, line, tries) in sequences(&exercise.accepts, &exercise.rejects) {
        let on_the_way = tries.len().saturating_sub(1);
        if tries.iter().take(on_the_way).any(|one| one.after.is_empty()) {
            let message = format!("after a try of `{name}` nothing is looked at");
            say(
                Severity::Warning,
                line,
                message,
                "write with `after` what its tasks say then, or make it one try",
            );
        }
    }
    variables(exercise, &mut say);
    for one in &exercise.tasks {
        task(one, false, manuscript, out);
        let text = format!("{} {}", one.title, exercise.brief);
        literals::literals(one, &text, "neither the brief nor its title names", manuscript, out);
    }
}

/// Links of the brief and the solution that lead nowhere.
pub(in crate::course) fn dead_links(exercise: &Exercise, source: &Source, out: &mut Vec<Diagnostic>) {
    let folder = format!("exercises/{}", exercise.id);
    links::links(&blocks(&exercise.brief), &exercise.manuscript, source, &folder, out);
    links::links(&blocks(exercise.solution.text()), &exercise.solution, source, &folder, out);
}

/// That another one has the same id.
pub(in crate::course) fn twin(exercise: &Exercise) -> Diagnostic {
    let line = exercise.manuscript.line_with("id:", 1).unwrap_or(1);
    let message = format!("two exercises have the id `{}`", exercise.id);
    let help = "rename one; a lesson's id is taken by its tasks";
    exercise.manuscript.mistake(Severity::Error, line, message, help)
}

/// The name, the line and the tries of each way.
fn sequences<'e>(
    accepts: &'e [Accept],
    rejects: &'e [Reject],
) -> impl Iterator<Item = (&'e str, usize, &'e [Try])> {
    let right = accepts.iter().map(|way| (way.name.as_str(), way.line, way.tries.as_slice()));
    right.chain(rejects.iter().map(|way| (way.name.as_str(), way.line, way.tries.as_slice())))
}

/// What every task needs.
pub(super) fn task(task: &Task, on_slide: bool, manuscript: &Manuscript, out: &mut Vec<Diagnostic>) {
    let mut say = |message: String, help: &str| {
        out.push(manuscript.mistake(Severity::Warning, task.line, message, help));
    };
    let hints = task.hints.len();
    if hints == 0 || (hints < HINTS && !on_slide) {
        let help = "add hints, from a nudge to nearly the answer; three for a task of an exercise";
        say(format!("the task `{}` has {hints} hints", task.id), help);
    }
    if on_slide && task.solve.is_none() {
        say(
            format!("the task `{}` has no `solve`", task.id),
            "write the commands that solve it: the rehearsal runs them",
        );
    }
    if on_slide && task.rejects.is_empty() {
        say(
            format!("the task `{}` has no `rejects`", task.id),
            "list wrong ways: nothing shows yet that they fail",
        );
    }
    effects(task, manuscript, out);
}

fn is_on_a_slide(course: &Course, id: &str) -> bool {
    let mut found = false;
    for slide in course.lessons.iter().flat_map(|lesson| &lesson.deck.slides) {
        for_each(&slide.blocks, &mut |block| {
            found |= matches!(&block.kind, BlockKind::Exercise(named) if named == id);
        });
    }
    found
}

/// A value that is drawn must be used, and what looks like one must be declared where the learner reads it.
fn variables(exercise: &Exercise, say: &mut dyn FnMut(Severity, usize, String, &str)) {
    let manuscript = &exercise.manuscript;
    // Two attempts that differ in this value alone.
    let marked = |name: &str, mark: &str| {
        let mut values: super::super::Vars =
            exercise.vars.keys().map(|other| (other.clone(), String::new())).collect();
        values.insert(name.to_owned(), mark.to_owned());
        exercise.drawn(&values)
    };
    for name in exercise.vars.keys() {
        let line = manuscript.line_with(&format!("{name}:"), 1).unwrap_or(1);
        let (one, other) = (marked(name, "a"), marked(name, "b"));
        if one == other {
            let message = format!("the variable `{name}` is not used");
            say(Severity::Warning, line, message, "write it as $NAME in the brief, or take it away");
        } else if one.tasks.iter().map(|t| &t.check).eq(other.tasks.iter().map(|t| &t.check))
            && one.files == other.files
        {
            let message = format!("no check and no file depends on the variable `{name}`");
            say(
                Severity::Warning,
                line,
                message,
                "use it in a check: a value that nobody looks for helps nobody",
            );
        }
    }
    let titles = exercise.tasks.iter().map(|task| task.title.as_str());
    let texts = std::iter::once(exercise.brief.as_str()).chain(titles);
    let used: BTreeSet<&str> = texts.flat_map(names).collect();
    for name in used {
        if !exercise.vars.contains_key(name) && !OF_THE_SHELL.contains(&name) {
            let line = manuscript.line_with(&format!("${name}"), 1).unwrap_or(1);
            let message = format!("`${name}` is not declared, so learners read it as it stands");
            say(Severity::Warning, line, message, "declare it under `vars`");
        }
    }
}

/// Everything like `$NAME` in capital letters.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).filter_map(|after| {
        let after = after.strip_prefix('{').unwrap_or(after);
        let end = after.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        let name = &after[..end.unwrap_or(after.len())];
        name.starts_with(|c: char| c.is_ascii_uppercase()).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_capital_letters() {
        let found: Vec<&str> = names("say $WORD, ${TOKEN}x in $(pwd) for $5 or $home").collect();
        assert_eq!(found, ["WORD", "TOKEN"]);
    }
}
