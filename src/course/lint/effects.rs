//! Texts that a check looks at in place of what comes of them: other ways with the same end have other texts.

use super::super::{Diagnostic, Manuscript, Severity, Task};
use crate::check::Check;

/// What an author writes beside a text, to say why nothing else will do.
const WHY: &str = "# why:";

/// Each `step` of a task's check, unless a comment says why.
pub(super) fn effects(task: &Task, manuscript: &Manuscript, out: &mut Vec<Diagnostic>) {
    let asks = |leaf: &&Check| matches!(leaf, Check::Image(wanted) if wanted.step.is_some());
    let mut after = task.line;
    for _ in task.check.leaves().into_iter().filter(asks) {
        let line = manuscript.line_with("step:", after).unwrap_or(task.line);
        after = line + 1;
        if says_why(manuscript, line) {
            continue;
        }
        let message = format!("the check of `{}` asks for the words of a build's step", task.id);
        let help = "others reach the same with another step: ask for what comes of it, such as `output`, `http` or `installs`; or say in a comment `# why: …` on this line, or on the one above, why the words count";
        out.push(manuscript.mistake(Severity::Warning, line, message, help));
    }
}

fn says_why(manuscript: &Manuscript, line: usize) -> bool {
    let lines: Vec<&str> = manuscript.text().split('\n').collect();
    let at = |number: usize| lines.get(number.wrapping_sub(1)).copied().unwrap_or_default();
    at(line).contains(WHY) || at(line.wrapping_sub(1)).trim_start().starts_with(WHY)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(text: &str) -> usize {
        let check = serde_json::from_value(json!({"all": [
            {"image": {"step": "a"}}, {"image": {"step": "b", "layers": 2}}, {"image": {"layers": 2}},
        ]}));
        let task = Task { id: "t".into(), line: 1, check: check.unwrap(), ..Task::default() };
        let mut out = Vec::new();
        effects(&task, &Manuscript::new("x.yaml".into(), text), &mut out);
        out.len()
    }

    #[test]
    fn the_words_of_a_step_ask_for_a_reason() {
        assert_eq!(told("id: t\nstep: a\nstep: b\n"), 2);
        assert_eq!(told("id: t\nstep: a # why: the lesson is about history\nstep: b\n"), 1);
        assert_eq!(told("id: t\nstep: a\n  # why: it is about history\nstep: b\n"), 1);
    }
}
