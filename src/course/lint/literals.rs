//! Literals that a check asks for: the learner can only get right what the text names.

use serde_json::Value;

use super::super::{Diagnostic, Manuscript, Severity, Task};
use crate::facts::reference::familiar;

/// Below these keys nothing is asked of the learner by name: bindings, what must not be, what is found out, and how
/// things are done.
const NOT_NAMED: [&str; 18] = [
    "as",
    "same-as",
    "used-by",
    "of",
    "seen",
    "answer",
    "none",
    "not",
    "regex",
    "type",
    "state",
    "cmd-form",
    "has",
    "did",
    "prompt",
    "served-by",
    "sha256",
    "object",
];
/// Smaller numbers are often written as words.
const NUMBER: u64 = 12;
/// What everybody expects of something that went well.
const USUAL: [(&str, u64); 2] = [("exit-code", 0), ("status", 200)];

pub(super) fn literals(
    task: &Task,
    text: &str,
    nobody: &str,
    manuscript: &Manuscript,
    out: &mut Vec<Diagnostic>,
) {
    let Ok(check) = serde_json::to_value(&task.check) else { return };
    for literal in missing("", &check, &text.to_lowercase()) {
        let line = manuscript.line_with(&literal, task.line).unwrap_or(task.line);
        let message = format!("the check asks for `{literal}`, which {nobody}");
        let help = "name it, so that the learner can know it, or leave the check open there";
        out.push(manuscript.mistake(Severity::Warning, line, message, help));
    }
}

/// The literals that do not stand in the text.
fn missing(key: &str, value: &Value, text: &str) -> Vec<String> {
    match value {
        // What an earlier task has found.
        Value::String(name) if name.strip_prefix('$').is_some_and(|n| n.starts_with(char::is_lowercase)) => {
            Vec::new()
        }
        Value::String(literal) => one(literal, text),
        Value::Number(number) => {
            let usual = USUAL.iter().any(|(name, usual)| *name == key && number.as_u64() == Some(*usual));
            let small = number.as_u64().is_none_or(|number| number <= NUMBER);
            let literal = number.to_string();
            let mut numbers = text.split(|c: char| !c.is_ascii_digit());
            if usual || small || numbers.any(|found| found == literal) { Vec::new() } else { vec![literal] }
        }
        // One of several is enough to be known.
        Value::Array(parts) if ["any", "one-of"].contains(&key) => {
            let each = parts.iter().map(|part| missing("", part, text));
            each.min_by_key(Vec::len).unwrap_or_default()
        }
        Value::Array(parts) => parts.iter().flat_map(|part| missing("", part, text)).collect(),
        Value::Object(fields) => {
            let asked = fields.iter().filter(|(name, _)| !NOT_NAMED.contains(&name.as_str()));
            asked
                .flat_map(|(name, value)| {
                    let names = ["env", "labels"].contains(&key);
                    let own = if names { one(name, text) } else { Vec::new() };
                    own.into_iter().chain(missing(name, value, text))
                })
                .collect()
        }
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}

fn one(literal: &str, text: &str) -> Vec<String> {
    let bare = literal.trim_start_matches("./").to_lowercase();
    let bare = familiar(&bare);
    let is_word = bare.chars().any(char::is_alphanumeric);
    // Blanks and line ends are the same on a slide.
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    match is_word && !squeezed(text).contains(&squeezed(bare)) {
        true => vec![literal.to_owned()],
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_asked_for_must_be_named() {
        let text = "start nginx as web on port 8081 with stage set to one line: hello  there";
        for (check, expected) in [
            (json!({"run": {"name": "web", "image": {"repo": "library/nginx"}}}), vec![]),
            (
                json!({"run": {"name": "api", "port": {"host": 8082, "container": 80}}}),
                vec!["api", "8082", "80"],
            ),
            (json!({"run": {"env": {"STAGE": "one", "MODE": "zz"}}}), vec!["MODE", "zz"]),
            (json!({"run": {"output": {"line": "hello there"}, "exit-code": 0, "detached": true}}), vec![]),
            (json!({"any": [{"image": {"repo": "redis"}}, {"image": {"repo": "nginx"}}]}), vec![]),
            (json!({"run": {"name": {"one-of": ["a1", "b1"]}}}), vec!["a1"]),
            (json!({"run": {"image": "$img", "name": "$WORD"}}), vec!["$WORD"]),
            (json!({"answer": {"prompt": "How many?", "equals": "77"}}), vec![]),
            (
                json!({"all": [{"none": [{"image": {"repo": "x"}}]}, {"http": {"url": "http://y", "status": 200}}]}),
                vec!["http://y"],
            ),
        ] {
            let mut found = missing("", &check, text);
            found.sort();
            let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            expected.sort();
            assert_eq!(found, expected, "{check}");
        }
    }
}
