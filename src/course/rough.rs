//! As much of an exercise as can be read of YAML with mistakes in it: so that nobody's points are silently gone.

use serde_yaml::Value;

use super::bounds;
use super::exercise::Task;

/// The one task of a fence; None where not even its id can be read.
pub(super) fn task(text: &str) -> Option<Task> {
    match read(text) {
        Some(value) => one(&value),
        None => by_lines(text).into_iter().next(),
    }
}

/// Title and tasks of an exercise. The title is empty where it can't be read.
pub(super) fn exercise(text: &str) -> (String, Vec<Task>) {
    let value = read(text).unwrap_or_default();
    let below = text.split_once("\ntasks:").map(|(_, below)| below).unwrap_or_default();
    let tasks = match value.get("tasks").and_then(Value::as_sequence) {
        Some(tasks) => tasks.iter().filter_map(one).collect(),
        None => by_lines(below),
    };
    let by_line = || text.lines().find_map(|line| Some(plain(line.strip_prefix("title:")?)));
    let title = value.get("title").and_then(Value::as_str).map(str::to_owned).or_else(by_line);
    (title.unwrap_or_default(), tasks)
}

fn read(text: &str) -> Option<Value> {
    bounds::too_deep(text).is_none().then(|| serde_yaml::from_str(text).ok())?
}

fn one(value: &Value) -> Option<Task> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let points = value.get("points").and_then(Value::as_u64).and_then(|points| u32::try_from(points).ok());
    let bonus = value.get("bonus").and_then(Value::as_bool).unwrap_or(false);
    let id = text("id")?;
    Some(Task {
        title: text("title").unwrap_or_else(|| id.clone()),
        id,
        points: points.unwrap_or(1),
        bonus,
        ..Task::default()
    })
}

/// Of text that is no YAML: a task begins where its id stands.
fn by_lines(text: &str) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    for line in text.lines() {
        let Some((key, value)) = line.trim_start_matches([' ', '-']).split_once(':') else { continue };
        match (key, tasks.last_mut()) {
            ("id", _) => {
                tasks.push(Task { id: plain(value), title: plain(value), points: 1, ..Task::default() })
            }
            ("title", Some(task)) => task.title = plain(value),
            ("points", Some(task)) => task.points = plain(value).parse().unwrap_or(1),
            ("bonus", Some(task)) => task.bonus = plain(value) == "true",
            _ => {}
        }
    }
    tasks
}

fn plain(value: &str) -> String {
    value.trim().trim_matches(['"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_known_whether_or_not_it_is_yaml() {
        let sound =
            "id: e\ntitle: A title\ntasks:\n  - {id: a, points: 3, chek: x}\n  - id: b\n    bonus: true\n";
        let broken = "id: e\ntitle: \"A title\"\ntasks:\n  - id: a\n    points: 3\n    check: [\n  - id: b\n    title: x: y\n    bonus: true\n";
        for text in [sound, broken] {
            let (title, tasks) = exercise(text);
            let tasks: Vec<_> =
                tasks.iter().map(|task| (task.id.as_str(), task.points, task.bonus)).collect();
            assert_eq!((title.as_str(), tasks), ("A title", vec![("a", 3, false), ("b", 1, true)]), "{text}");
        }
        assert_eq!(task("id: a\npoints: 2\ncheck: {").unwrap().points, 2);
        assert!(task("points: 2").is_none() && exercise("").1.is_empty());
    }
}
