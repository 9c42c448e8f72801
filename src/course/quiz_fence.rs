//! A `quiz` fence into a quiz, with every mistake pointed at in the deck's own lines.

use serde_yaml::{Mapping, Value};

use super::diagnostic::{Diagnostic, Severity};
use super::quiz::{Choice, Quiz, QuizKind};
use super::yaml::{Snippet, scalar};

const KINDS: [&str; 6] = ["reveal", "single", "multiple", "text", "number", "order"];
const OTHERS: [&str; 5] = ["question", "id", "hints", "explanation", "tolerance"];

/// `None` if it cannot be asked; then at least one error was pushed. `line` is the fence's own.
pub(super) fn parse(snippet: &Snippet<'_>, line: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<Quiz> {
    let map = match snippet.value() {
        Ok(Value::Mapping(map)) => map,
        Ok(_) => {
            let help = "write for example `question: …`, then `single:` with a list of choices";
            diagnostics.push(snippet.key(
                Severity::Error,
                None,
                "",
                "a quiz is made of `key: value` lines",
                Some(help),
            ));
            return None;
        }
        Err(mistake) => {
            diagnostics.push(*mistake);
            return None;
        }
    };
    let mut form = Form { snippet, diagnostics, broken: false };
    for key in map.keys().filter_map(scalar) {
        if !KINDS.contains(&key.as_str()) && !OTHERS.contains(&key.as_str()) {
            form.error(None, &key, format!("a quiz has no `{key}`"), &known_keys());
        }
    }
    let question = map.get("question").and_then(scalar).map(|q| q.trim().to_owned()).unwrap_or_default();
    if question.is_empty() {
        form.error(None, "question", "the quiz has no question".to_owned(), "add a line `question: …`");
    }
    let kind = form.kind(&map);
    let hints = form.strings(&map, "hints");
    let id =
        map.get("id").and_then(scalar).filter(|i| !i.trim().is_empty()).unwrap_or_else(|| slug(&question));
    let explanation = map.get("explanation").and_then(scalar).filter(|e| !e.trim().is_empty());
    let broken = form.broken;
    let kind = kind?;
    (!broken).then_some(Quiz { id, question, kind, hints, explanation, line })
}

fn known_keys() -> String {
    format!("known are {} and exactly one of {}", OTHERS.join(", "), KINDS.join(", "))
}

/// A name from the first words of a question.
fn slug(question: &str) -> String {
    let words = question.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(8);
    let slug = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "quiz".to_owned() } else { slug }
}

struct Form<'a> {
    snippet: &'a Snippet<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    broken: bool,
}

impl Form<'_> {
    fn error(&mut self, within: Option<&str>, key: &str, message: String, help: &str) {
        self.broken = true;
        self.diagnostics.push(self.snippet.key(Severity::Error, within, key, message, Some(help)));
    }

    fn kind(&mut self, map: &Mapping) -> Option<QuizKind> {
        let given: Vec<&str> = KINDS.into_iter().filter(|k| map.contains_key(*k)).collect();
        let key = match given.as_slice() {
            [one] => *one,
            [] => {
                let help = format!("add exactly one of {}", KINDS.join(", "));
                self.error(None, "question", "the quiz says nothing about its answer".to_owned(), &help);
                return None;
            }
            [first, second, ..] => {
                let message = format!("the quiz has both `{first}` and `{second}`");
                self.error(None, second, message, "keep one of them; make the other a quiz of its own");
                return None;
            }
        };
        let value = map.get(key)?;
        match key {
            "reveal" => match scalar(value).filter(|a| !a.trim().is_empty()) {
                Some(answer) => Some(QuizKind::Reveal { answer }),
                None => self.refuse(key, "write the answer after `reveal:`"),
            },
            "single" | "multiple" => self.choices(key, value),
            "text" => self.text(value),
            "number" => self.number(value, map.get("tolerance")),
            _ => {
                let items = self.strings(map, key);
                if items.len() < 2 {
                    return self.refuse(key, "list at least two things in their right order");
                }
                Some(QuizKind::Order { items })
            }
        }
    }

    fn refuse(&mut self, key: &str, help: &str) -> Option<QuizKind> {
        self.error(None, key, format!("`{key}` cannot be read"), help);
        None
    }

    fn choices(&mut self, key: &str, value: &Value) -> Option<QuizKind> {
        let help = "list the choices, each like `- {text: …, correct: true, feedback: …}`";
        let Some(list) = value.as_sequence().filter(|l| l.len() >= 2) else { return self.refuse(key, help) };
        let mut choices = Vec::new();
        for one in list {
            let map = match one {
                Value::Mapping(map) => map,
                other => match scalar(other) {
                    Some(text) => {
                        choices.push(Choice { text, correct: false, feedback: None });
                        continue;
                    }
                    None => return self.refuse(key, help),
                },
            };
            for name in map.keys().filter_map(scalar) {
                if !["text", "correct", "feedback"].contains(&name.as_str()) {
                    self.error(
                        Some(key),
                        &name,
                        format!("a choice has no `{name}`"),
                        "known are text, correct, feedback",
                    );
                }
            }
            let correct = match map.get("correct") {
                None => false,
                Some(Value::Bool(b)) => *b,
                Some(_) => {
                    self.error(
                        Some(key),
                        "correct",
                        "`correct` is neither true nor false".to_owned(),
                        "write `correct: true`",
                    );
                    false
                }
            };
            match map.get("text").and_then(scalar).filter(|t| !t.trim().is_empty()) {
                Some(text) => {
                    choices.push(Choice { text, correct, feedback: map.get("feedback").and_then(scalar) });
                }
                None => self.error(Some(key), key, "a choice has no text".to_owned(), "add `text: …` to it"),
            }
        }
        let right = choices.iter().filter(|c| c.correct).count();
        if right == 0 {
            self.error(
                None,
                key,
                "no choice is the right one".to_owned(),
                "add `correct: true` to the right one",
            );
        } else if key == "single" && right > 1 {
            let help = "use `multiple`, or leave one `correct: true`";
            self.error(None, key, format!("`single` has {right} right choices"), help);
        }
        Some(if key == "single" { QuizKind::Single { choices } } else { QuizKind::Multiple { choices } })
    }

    fn text(&mut self, value: &Value) -> Option<QuizKind> {
        let help = "list what is accepted, for example `text: [pod, {regex: \"pods?\"}]`";
        let single = [value.clone()];
        let list = value.as_sequence().map_or(&single[..], Vec::as_slice);
        let (mut accepted, mut patterns) = (Vec::new(), Vec::new());
        for one in list {
            let pattern =
                one.as_mapping().filter(|m| m.len() == 1).and_then(|m| m.get("regex")).and_then(scalar);
            match (pattern, scalar(one)) {
                (Some(pattern), _) => match regex::Regex::new(&pattern) {
                    Ok(_) => patterns.push(pattern),
                    Err(_) => {
                        let message = format!("`{pattern}` is not a regular expression");
                        self.error(Some("text"), "regex", message, "brackets and parentheses must be closed");
                    }
                },
                (None, Some(text)) if !text.trim().is_empty() => accepted.push(text),
                _ => return self.refuse("text", help),
            }
        }
        if accepted.is_empty() && patterns.is_empty() && !self.broken {
            return self.refuse("text", help);
        }
        Some(QuizKind::Text { accepted, patterns })
    }

    fn number(&mut self, value: &Value, tolerance: Option<&Value>) -> Option<QuizKind> {
        let read = |v: &Value| scalar(v).and_then(|s| super::quiz::number(&s));
        let Some(answer) = read(value) else {
            return self.refuse("number", "write for example `number: 36`");
        };
        let tolerance = match tolerance {
            None => 0.0,
            Some(v) => match read(v).filter(|t| *t >= 0.0) {
                Some(t) => t,
                None => return self.refuse("tolerance", "write for example `tolerance: 0.5`"),
            },
        };
        Some(QuizKind::Number { answer, tolerance })
    }

    fn strings(&mut self, map: &Mapping, key: &str) -> Vec<String> {
        match map.get(key) {
            None => Vec::new(),
            Some(Value::Sequence(list)) if list.iter().all(|v| scalar(v).is_some()) => {
                list.iter().filter_map(scalar).collect()
            }
            Some(one) => match scalar(one) {
                Some(text) => vec![text],
                None => {
                    let help = "quote each line that has a colon in it";
                    self.error(None, key, format!("`{key}` is not a list of sentences"), help);
                    Vec::new()
                }
            },
        }
    }
}
