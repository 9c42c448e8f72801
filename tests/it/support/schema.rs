//! Whether a report is as the published schema says.

use serde_json::Value;

const SCHEMA: &str = include_str!("../../../docs/grade.schema.json");

#[track_caller]
pub(crate) fn is_valid_report(report: &Value) {
    let mistakes = mistakes(report);
    assert!(mistakes.is_empty(), "{}\n{report:#}", mistakes.join("\n"));
}

fn mistakes(report: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let validator =
        jsonschema::options().should_validate_formats(true).build(&schema).expect("the schema is one");
    validator.iter_errors(report).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

#[test]
fn a_report_with_a_mistake_is_refused() {
    let task = |status: &str| {
        let mut task = serde_json::json!({
            "id": "t", "title": "T", "status": status, "points": {"reached": 0, "of": 1},
            "bonus": false, "attempts": 0, "hints": 0, "proof": null, "expected": "e",
        });
        if status == "pass" {
            task["found"] = "f".into();
            task["proof"] = "record".into();
        }
        task
    };
    let good = serde_json::json!({
        "format": 1, "pilotwhale": "1", "learner": null, "graded": "2026-11-25T18:00:00Z",
        "course": {"id": "c", "title": "C", "version": "1", "hash": format!("sha256:{}", "0".repeat(64))},
        "evidence": null, "status": "fail", "points": {"reached": 0, "of": 1}, "lessons": [],
        "exercises": [{
            "id": "e", "title": "E", "status": "fail", "points": {"reached": 0, "of": 1}, "attempt": 1,
            "begun": "2026-11-25T18:00:00Z", "attempts": 0, "hints": 0, "assisted": false, "runs_seen": 0,
            "tasks": [task("not-started"), task("pass")],
        }],
        "questions": [{
            "id": "l", "title": "L",
            "questions": [{"id": "q", "question": "Q?", "status": "right", "tries": 1, "hints": 0}],
        }],
    });
    is_valid_report(&good);
    let changes: [(&str, Value); 10] = [
        ("/status", "passed".into()),
        ("/graded", "yesterday".into()),
        ("/course/hash", "sha256:1".into()),
        ("/points/reached", (-1).into()),
        ("/exercises/0/tasks/1/proof", Value::Null),
        ("/exercises/0/tasks/0/proof", "record".into()),
        ("/exercises/0/tasks/0/status", "fail".into()),
        ("/questions", serde_json::json!([])),
        ("/questions/0/questions/0/status", "open".into()),
        ("/questions/0/questions/0/tries", 0.into()),
    ];
    for (place, value) in changes {
        let mut bad = good.clone();
        *bad.pointer_mut(place).expect("the place is there") = value;
        assert!(!mistakes(&bad).is_empty(), "{place}");
    }
    let mut more = good.clone();
    more["surprise"] = 1.into();
    assert!(!mistakes(&more).is_empty());
}
