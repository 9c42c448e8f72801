//! Tasks as an author writes them, looked through for mistakes.

use std::collections::BTreeMap;

use super::diagnostic::{Diagnostic, Severity};
use super::exercise::Task;
use super::tries::{Accept, Reject};
use super::vars::{self, Var};
use super::yaml::Snippet;
use crate::check::Mistake;

pub(super) fn pointed(snippet: &Snippet<'_>, mistake: &Mistake) -> Diagnostic {
    snippet.step(Severity::Error, &mistake.at, mistake.message.as_str(), None)
}

/// Says of the task and its ways on which line they begin. `at` leads to the task.
pub(super) fn place(snippet: &Snippet<'_>, at: &[String], task: &mut Task) {
    task.line = snippet.line_of(at);
    place_ways(snippet, at, &mut task.accepts, &mut task.rejects);
}

pub(super) fn place_ways(
    snippet: &Snippet<'_>,
    at: &[String],
    accepts: &mut [Accept],
    rejects: &mut [Reject],
) {
    let lines = |key: &str, count| snippet.lines_of_items(&[at, &[key.to_owned()]].concat(), count);
    let placed = lines("accepts", accepts.len());
    accepts.iter_mut().zip(placed).for_each(|(way, line)| way.line = line);
    let placed = lines("rejects", rejects.len());
    rejects.iter_mut().zip(placed).for_each(|(way, line)| way.line = line);
}

/// What is wrong with a task by itself.
pub(super) fn alone(task: &Task) -> Vec<Mistake> {
    let mut found = Vec::new();
    for (key, text) in [("id", &task.id), ("title", &task.title)] {
        if text.trim().is_empty() {
            found.push(Mistake::new(format!("`{key}` is empty")).inside(key));
        }
    }
    found.extend(task.check.mistakes().into_iter().map(|m| m.inside("check")));
    for (n, rule) in task.when_wrong.iter().enumerate() {
        let inside = |m: Mistake, key: &str| m.inside(key).inside(n).inside("when-wrong");
        found.extend(rule.when.mistakes().into_iter().map(|m| inside(m, "if")));
        if rule.say.trim().is_empty() {
            found.push(inside(Mistake::new("`say` is empty"), "say"));
        }
    }
    found.extend(empty_items("hints", &task.hints));
    found
}

fn empty_items(key: &str, texts: &[String]) -> Vec<Mistake> {
    let empty = texts.iter().enumerate().filter(|(_, text)| text.trim().is_empty());
    empty.map(|(n, _)| Mistake::new(format!("an item of `{key}` is empty")).inside(n).inside(key)).collect()
}

/// What is wrong with tasks as they follow on each other: ids, what they need, and names that are bound nowhere.
/// Each mistake with the number of its task.
pub(super) fn together(tasks: &[Task]) -> Vec<(usize, Mistake)> {
    let mut found = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (n, task) in tasks.iter().enumerate() {
        if tasks[..n].iter().any(|before| before.id == task.id) {
            found.push((n, Mistake::new(format!("two tasks have the id `{}`", task.id)).inside("id")));
        }
        for (i, id) in task.needs.iter().enumerate() {
            if !tasks[..n].iter().any(|before| before.id == *id) {
                let message = format!("`{id}` is no task before this one");
                found.push((n, Mistake::new(message).inside(i).inside("needs")));
            }
        }
        let unknown = task.check.unknown_names(&mut names);
        found.extend(unknown.into_iter().map(|m| (n, m.inside("check"))));
        for (i, rule) in task.when_wrong.iter().enumerate() {
            // What the check itself binds is not found where the task did not pass.
            let before: Vec<String> =
                tasks[..n].iter().flat_map(|t| t.check.names()).map(str::to_owned).collect();
            let unknown = rule.when.unknown_names(&mut before.clone());
            found.extend(unknown.into_iter().map(|m| (n, m.inside("if").inside(i).inside("when-wrong"))));
        }
    }
    found
}

/// What is wrong with the names of an exercise's variables.
pub(super) fn of_vars(declared: &BTreeMap<String, Var>) -> Vec<Mistake> {
    let wrong = declared.keys().filter(|name| !vars::is_name(name));
    wrong
        .map(|name| {
            let message = format!("`{name}` is no name of a variable: capital letters, digits and _");
            Mistake::new(message).inside(name).inside("vars")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::course::diagnostic::Script;
    use crate::course::task_fence;

    fn told(yaml: &str) -> (Option<Task>, String) {
        let script = Script::new(Path::new("lesson.md"), yaml);
        let mut found = Vec::new();
        let task = task_fence::parse(&Snippet { script: &script, text: yaml, first: 1 }, &[], &mut found);
        (task, found.iter().map(|d| d.render(false)).collect::<Vec<_>>().join("\n"))
    }

    const WHOLE: &str = "\
id: clean
title: No container is left
check:
  all:
    - {run: {as: r, image: {repo: nginx}}}
    - none:
        - container: {same-as: $r}
when-wrong:
  - {if: {container: {image: {repo: nginx}, state: running}}, say: It still runs.}
solve: docker rm x
rejects:
  - {name: stopped alone, run: docker stop x, message: {contains: must not be}}
hints: [Look]
";

    #[test]
    fn a_whole_task_is_read() {
        let (task, said) = told(WHOLE);
        let task = task.unwrap();
        assert_eq!(said, "");
        assert_eq!(
            (task.points, task.rejects[0].line, task.rejects[0].verdict),
            (1, 12, super::super::VerdictWord::NotRight)
        );
        assert_eq!(together(std::slice::from_ref(&task)), []);
        let twice: Vec<String> =
            together(&[task.clone(), task]).iter().map(|(n, m)| format!("{n} {}", m.message)).collect();
        assert_eq!(twice, ["1 two tasks have the id `clean`", "1 the name r is bound twice"]);
    }

    /// Each mistake with the place that it must be shown at, and a part of what is said.
    #[test]
    fn mistakes_are_shown_where_they_are() {
        let cases = [
            ("same-as: $r", "same-as: $r, colour: red", "lesson.md:7:36", "unknown field `colour`"),
            ("{repo: nginx}}}\n    - none", "{}}}\n    - none", "lesson.md:5:21", "asks for nothing"),
            ("as: r, image", "as: R, image", "lesson.md:5:14", "`as: R` is no name"),
            ("title: No", "title: '' # No", "lesson.md:2:1", "`title` is empty"),
            ("solve: docker rm x", "solve: docker rm x\nsolve: again", "lesson.md:11:1", "duplicate"),
            (
                "{repo: nginx}}}\n    - none",
                "{repo: nginx, repo: b}}}\n    - none",
                "lesson.md:5:42",
                "duplicate",
            ),
            ("say: It still runs.", "say: ''", "lesson.md:9:63", "`say` is empty"),
            ("[Look]", "['']", "lesson.md:13:9", "an item of `hints` is empty"),
            ("contains: must not be", "regex: '('", "lesson.md:12:", "regular expression"),
        ];
        for (from, to, place, part) in cases {
            let (_, said) = told(&WHOLE.replace(from, to));
            assert!(said.contains(place) && said.contains(part), "{to}: {place} {part}\n{said}");
        }
    }
}
