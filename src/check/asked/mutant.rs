//! Checks that ask for a little less: a rehearsal's wrong ways must notice each of them.

use serde_json::{Value, json};

use super::Check;

/// A check with one condition dropped or made weaker.
#[derive(Clone, Debug, PartialEq)]
pub struct Mutant {
    /// Leads from the check to what was changed; numbers count from 0.
    pub at: Vec<String>,
    /// `without it`, or what stands there now.
    pub how: String,
    pub check: Check,
}

impl Check {
    /// Every way to ask for less, one change at a time. Names stay, and so does what a check can't be read without.
    pub fn mutants(&self) -> Vec<Mutant> {
        let json = self.to_json();
        // What a later check speaks of by its name can't be left out.
        let nameless = |check: &Self| check.unknown_names(&mut Vec::new()).len();
        let own = nameless(self);
        let mut found = Vec::new();
        visit(&json, &mut Vec::new(), &mut |at, change| {
            let mut changed = json.clone();
            let how = match &change {
                Change::Drop => "without it".to_owned(),
                Change::Put(value) => format!("only {value}"),
                Change::AnyAnswer(_) => "any answer".to_owned(),
            };
            if apply(&mut changed, at, change).is_some()
                && let Ok(check) = serde_json::from_value::<Self>(changed)
                && check != *self
                && nameless(&check) <= own
            {
                found.push(Mutant { at: at.to_vec(), how, check });
            }
        });
        found
    }
}

enum Change {
    Drop,
    Put(Value),
    /// Instead of an `answer`.
    AnyAnswer(Value),
}

/// Tells of every place and what could be done there; what makes no check is sorted out by reading it.
fn visit(value: &Value, at: &mut Vec<String>, tell: &mut dyn FnMut(&[String], Change)) {
    let key = at.last().cloned().unwrap_or_default();
    match value {
        // Without what it is compared with an answer is never right, which asks for more.
        Value::Object(map) if key == "answer" => {
            let prompt = map.get("prompt").cloned().unwrap_or_default();
            tell(at, Change::AnyAnswer(json!({ "prompt": prompt, "regex": ".*" })));
        }
        Value::Object(map) => {
            for (key, inner) in map {
                at.push(key.clone());
                if key != "as" {
                    tell(at, Change::Drop);
                    visit(inner, at, tell);
                }
                at.pop();
            }
        }
        Value::Array(all) => {
            // One possibility less asks for more.
            let fewer_is_less = !matches!(key.as_str(), "any" | "one-of") && all.len() > 1;
            for (n, inner) in all.iter().enumerate() {
                at.push(n.to_string());
                if fewer_is_less {
                    tell(at, Change::Drop);
                }
                // Less of what must not be asks for more, too.
                if key != "none" {
                    visit(inner, at, tell);
                }
                at.pop();
            }
        }
        Value::String(text) => tell(at, Change::Put(json!({ "contains": text }))),
        Value::Number(number) => {
            tell(at, Change::Put(json!({ "ge": number })));
            // Nothing that is counted is less than 0: no world can tell this from the number itself.
            if number.as_i64() != Some(0) {
                tell(at, Change::Put(json!({ "le": number })));
            }
        }
        Value::Bool(_) | Value::Null => {}
    }
}

fn apply(value: &mut Value, at: &[String], change: Change) -> Option<()> {
    let (last, way) = at.split_last()?;
    let mut place = value;
    for step in way {
        place = match place {
            Value::Object(map) => map.get_mut(step)?,
            Value::Array(all) => all.get_mut(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    match (place, change) {
        (Value::Object(map), Change::Drop) => drop(map.remove(last)?),
        (Value::Object(map), Change::Put(value) | Change::AnyAnswer(value)) => *map.get_mut(last)? = value,
        (Value::Array(all), Change::Drop) => drop(all.remove(last.parse::<usize>().ok()?)),
        (Value::Array(all), Change::Put(value) | Change::AnyAnswer(value)) => {
            *all.get_mut(last.parse::<usize>().ok()?)? = value
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_is_dropped_or_made_weaker_once() {
        let check: Check = serde_json::from_value(json!({"all": [
            {"run": {"as": "r", "image": {"repo": "python", "tag": "3"}, "exit-code": 0}},
            {"none": [{"container": {"same-as": "$r"}}]},
            {"answer": {"prompt": "p", "equals": "x"}},
        ]}))
        .unwrap();
        let told: Vec<String> =
            check.mutants().iter().map(|m| format!("{} {}", m.at.join("."), m.how)).collect();
        assert_eq!(
            told,
            [
                "all.0.run.exit-code without it",
                r#"all.0.run.exit-code only {"ge":0}"#,
                "all.0.run.image without it",
                "all.0.run.image.repo without it",
                "all.0.run.image.tag without it",
                r#"all.0.run.image.tag only {"contains":"3"}"#,
                "all.1 without it",
                "all.2 without it",
                "all.2.answer any answer",
            ]
        );
    }
}
