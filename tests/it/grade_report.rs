//! The report as programs read it: reports of every kind are as the published schema says, and evidence can be judged again.

use std::sync::LazyLock;

use jiff::Timestamp;
use pilotwhale::facts::{EngineInfo, Evidence, Image, Output, Run};
use pilotwhale::progress::{Event, Store};
use serde_json::{Value, json};

use crate::support::headless::{Headless, Said};
use crate::support::schema::is_valid_report;
use crate::support::word::draw_container;

#[track_caller]
fn valid(said: &Said, code: i32) -> Value {
    said.is(code, &[]);
    let report = serde_json::from_str(&said.out).expect("the report is JSON");
    is_valid_report(&report);
    report
}

/// Saves the evidence for run-python, and puts this into it.
fn saved_with(learner: &Headless, evidence: &Evidence) {
    learner.says(&["begin", "run-python"]);
    draw_container(&learner.path("state/progress.sqlite3"));
    learner.says(&["grade", "run-python", "--save-evidence", "saved.json"]).is(3, &["No container engine"]);
    let mut saved: Value = serde_json::from_str(&learner.read("saved.json")).expect("it is JSON");
    saved["exercises"][0]["evidence"] = json!(evidence);
    learner.write("saved.json", &saved.to_string());
}

static SINCE: LazyLock<Timestamp> =
    LazyLock::new(|| Timestamp::from_second(1_900_000_000).expect("a time of day"));

/// An engine with Python on it, and one run of it that printed this.
fn printed(text: &str) -> Evidence {
    let image = Image { id: "sha256:1".into(), tags: vec!["python:3-slim".into()], ..Image::default() };
    let run = Run {
        id: "c1".into(),
        name: "quiet_fox".into(),
        image: "python:3-slim".into(),
        image_id: image.id.clone(),
        image_refs: image.tags.clone(),
        argv: Some(["python", "-c", "…"].map(String::from).to_vec()),
        created: Some(*SINCE),
        started: Some(*SINCE),
        finished: Some(*SINCE),
        exit_code: Some(0),
        output: Some(Output { text: text.into(), truncated: false }),
        ..Run::default()
    };
    Evidence {
        since: *SINCE,
        gathered: *SINCE,
        engine: Some(EngineInfo::default()),
        images: vec![image],
        runs: vec![run],
        ..Evidence::default()
    }
}

#[test]
fn what_was_not_begun_and_what_could_not_be_checked() {
    let learner = Headless::new();
    let report = valid(&learner.says(&["grade", "--format", "json"]), 1);
    assert_eq!(report["status"], "not-started");
    assert_eq!(report["points"]["reached"], 0);
    assert!(report["points"]["of"].as_u64().is_some_and(|of| of >= 4));
    assert_eq!(report["exercises"][0]["tasks"][0]["status"], "not-started");
    assert_eq!(report["evidence"], Value::Null);

    learner.says(&["begin", "run-python"]);
    let report = valid(&learner.says(&["grade", "run-python", "--format", "json"]), 3);
    assert_eq!((&report["status"], &report["exercises"][0]["status"]), (&json!("error"), &json!("error")));
    assert_eq!(report["exercises"][0]["attempt"], 1);
}

#[test]
fn evidence_is_judged_again_with_points_for_what_is_done() {
    let learner = Headless::new();
    saved_with(&learner, &printed("hi\n"));
    let report = valid(&learner.says(&["grade", "--evidence", "saved.json", "--format", "json"]), 1);
    let exercise = &report["exercises"][0];
    assert_eq!((&exercise["status"], &exercise["attempts"]), (&json!("fail"), &json!(1)));
    let tasks = exercise["tasks"].as_array().expect("tasks are listed");
    let of = |status: &str| tasks.iter().filter(|task| task["status"] == status).collect::<Vec<_>>();
    assert_eq!((of("pass").len(), of("fail").len()), (2, 1), "{tasks:#?}");
    assert!(of("pass").iter().all(|task| task["proof"] == "evidence"));
    assert_eq!(of("fail")[0]["points"]["reached"], 0);
    let reached: u64 = of("pass").iter().filter_map(|task| task["points"]["of"].as_u64()).sum();
    assert_eq!(report["points"]["reached"], reached);
    assert_eq!(report["evidence"]["course"], report["course"]);

    saved_with(&learner, &printed("hello container\n"));
    let report = valid(&learner.says(&["grade", "--evidence", "saved.json", "--format", "json"]), 0);
    assert_eq!(report["status"], "pass");
    assert_eq!(report["points"]["reached"], report["points"]["of"]);
    // Nothing of it was written into the progress of who judges.
    assert_eq!(learner.says(&["grade", "run-python"]).code, 3);
}

#[test]
fn a_gradebook_gets_one_row_a_task() {
    let learner = Headless::new();
    saved_with(&learner, &printed("=1+1\n"));
    let said = learner.says(&["grade", "--evidence", "saved.json", "--format", "csv"]);
    let rows: Vec<&str> = said.out.lines().collect();
    assert_eq!(rows[0], "learner,exercise,task,status,points,of,attempts,hints,assisted,kind");
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows[1..].iter().all(|row| row.starts_with(",run-python,")), "{rows:?}");
    assert!(rows[1..].iter().any(|row| row.contains(",fail,0,")), "{rows:?}");
    assert!(!said.out.contains("=1+1"), "what a learner printed is no formula");
}

#[test]
fn evidence_of_another_course_or_of_nothing_is_said() {
    let learner = Headless::new();
    saved_with(&learner, &printed("hello container\n"));
    assert_eq!(learner.says(&["grade", "--evidence", "saved.json"]).err, "");
    let text = learner.read("saved.json");
    let change = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        learner.write("saved.json", &text.replace(from, to));
        learner.says(&["grade", "--evidence", "saved.json"])
    };
    let said = change("sha256:", "sha256:0");
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.err.contains("another text of the course"), "{}", said.err);
    for (from, to, why) in [
        ("\"format\":2", "\"format\":1", "its format is 1"),
        ("\"learner\":null", "\"learner\":\"=1+1\"", "no handle"),
        ("\"format\":2", "\"formal\":2", "format"),
        ("\"run-python\"", "\"no-such\"", "there is no exercise no-such"),
    ] {
        let said = change(from, to);
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains(why), "{}", said.err);
    }
}

#[test]
fn a_bonus_only_adds() {
    let learner = Headless::new();
    learner.write("course/lessons/one/lesson.md", "# A\n");
    learner.write(
        "course/exercises/x/exercise.yaml",
        "format_version: 1\nid: x\ntitle: X\nbrief: b\ntasks:\n  \
         - {id: a, title: A, points: 3, check: {answer: {prompt: 'a?', equals: yes}}, hints: [h]}\n  \
         - {id: b, title: B, points: 2, bonus: true, check: {answer: {prompt: 'b?', equals: yes}}, hints: [h]}\n",
    );
    let judged = |answers: &[&str], done: i32| {
        learner.says(&["begin", "x", "--course", "course"]).is(0, &[]);
        let save = ["grade", "x", "--course", "course", "--save-evidence", "saved.json"];
        learner.says(&save).is(if done == 0 { 1 } else { done }, &[]);
        let mut saved: Value = serde_json::from_str(&learner.read("saved.json")).expect("it is JSON");
        let answers = answers.iter().map(|prompt| ((*prompt).to_owned(), json!("yes"))).collect();
        saved["exercises"][0]["evidence"]["answers"] = Value::Object(answers);
        learner.write("saved.json", &saved.to_string());
        let again = ["grade", "--course", "course", "--evidence", "saved.json", "--format"];
        let report = valid(&learner.says(&[&again[..], &["json"]].concat()), done);
        let junit = learner.says(&[&again[..], &["junit"]].concat()).out;
        (report["points"]["reached"].clone(), report["points"]["of"].clone(), junit.contains("<skipped"))
    };
    assert_eq!(judged(&["a?"], 0), (json!(3), json!(3), true));
    assert_eq!(judged(&["a?", "b?"], 0), (json!(5), json!(3), false));
    assert_eq!(judged(&["b?"], 1), (json!(2), json!(3), false));
}

#[test]
fn tasks_on_slides_are_listed_with_their_lesson() {
    let learner = Headless::new();
    learner.write(
        "course/lessons/course.yaml",
        "format_version: 1\nid: c\ntitle: C\nversion: \"1\"\nlessons: [one]\n",
    );
    let task = "```task\nid: t\ntitle: nginx is here\ncheck: {image: {repo: nginx}}\nhints: [a, b, c]\n```\n";
    learner.write("course/lessons/one/lesson.md", &format!("---\ntitle: One\n---\n# A\n\n{task}"));
    let report = valid(&learner.says(&["grade", "--course", "course", "--format", "json"]), 1);
    assert_eq!(report["exercises"], json!([]));
    assert_eq!((&report["lessons"][0]["id"], &report["points"]["of"]), (&json!("one"), &json!(1)));
    assert_eq!(report["course"]["id"], "c");
    learner
        .says(&["grade", "--course", "course", "one"])
        .is(1, &["not started", "it begins when you open the lesson"]);
}

const ASKING: &str = "---\ntitle: One\n---\n# A\n\n\
    ```task\nid: t\ntitle: nginx is here\ncheck: {image: {repo: nginx}}\nhints: [a, b, c]\n```\n\n\
    # B\n\n```quiz\nid: kept\nquestion: \"1 + 1?\"\nnumber: 2\n```\n\n\
    # C\n\n```quiz\nid: missed\nquestion: \"=2 + 2?\"\nnumber: 4\nhints: [count]\n```\n\n\
    # D\n\n```quiz\nid: left\nquestion: \"3 + 3?\"\nnumber: 6\n```\n";

fn answered(quiz: &str, answer: &str, correct: bool) -> Event {
    let (lesson, quiz, score) = ("one".to_owned(), quiz.to_owned(), f64::from(u8::from(correct)));
    Event::QuizAnswered { lesson, quiz, answer: format!("typed {answer}"), correct, score }
}

#[test]
fn questions_are_told_in_every_format_and_change_no_points() {
    let learner = Headless::new();
    learner.write(
        "course/lessons/course.yaml",
        "format_version: 1\nid: c\ntitle: C\nversion: \"1\"\nlessons: [one]\n",
    );
    learner.write("course/lessons/one/lesson.md", ASKING);
    let grade = |more: &[&str]| learner.says(&[&["grade", "--course", "course"], more].concat());
    let before = valid(&grade(&["--format", "json"]), 1);
    assert_eq!(before["questions"][0]["questions"][0]["status"], "open");
    grade(&[]).is(1, &["Questions   0/3 right"]);

    let mut store =
        Store::open(&learner.path("state/courses/c/progress.sqlite3")).expect("the progress opens").store;
    let hint = Event::QuizHint { lesson: "one".into(), quiz: "missed".into(), level: 1 };
    for event in
        [answered("kept", "2", true), answered("kept", "3", false), answered("missed", "5", false), hint]
    {
        store.append(event).expect("an event is kept");
    }
    drop(store);
    let report = valid(&grade(&["--format", "json", "--save-evidence", "saved.json"]), 1);
    let asked = |id: &str, question: &str, status: &str, tries: u32, hints: u32| json!({"id": id, "question": question, "status": status, "tries": tries, "hints": hints});
    let expected = json!([{"id": "one", "title": "One", "questions": [
        asked("kept", "1 + 1?", "right", 2, 0),
        asked("missed", "=2 + 2?", "not-right-yet", 1, 1),
        asked("left", "3 + 3?", "open", 0, 0),
    ]}]);
    assert_eq!(report["questions"], expected);
    for same in ["status", "points", "lessons", "exercises"] {
        assert_eq!(report[same], before[same], "{same}");
    }
    grade(&[]).is(1, &["Questions   1/3 right\n  ✗ 1/3   One, 1 not right yet\n"]);
    let rows = grade(&["--format", "csv"]).out;
    for row in [
        ",one,t,not-started,0,1,0,0,no,task",
        ",one,kept,right,0,0,2,0,no,question",
        ",one,missed,not-right-yet,0,0,1,1,no,question",
        ",one,left,open,0,0,0,0,no,question",
    ] {
        assert!(rows.lines().any(|line| line == row), "{row} is not in\n{rows}");
    }
    let junit = grade(&["--format", "junit"]).out;
    assert!(junit.contains("one: questions") && junit.contains("one.questions.missed"), "{junit}");
    assert_eq!((junit.matches("<skipped").count(), junit.matches("<failure").count()), (2, 1), "{junit}");
    let named = valid(&grade(&["one", "--format", "json"]), 1);
    assert_eq!(named.get("questions"), None, "who names some asks about these alone");

    // The answers are graded again: what the file says of them is not believed.
    let again = |text: &str| {
        learner.write("saved.json", text);
        valid(&grade(&["--evidence", "saved.json", "--format", "json"]), 1)
    };
    let saved = learner.read("saved.json");
    assert_eq!(again(&saved)["questions"], expected);
    let mut forged: Value = serde_json::from_str(&saved).expect("it is JSON");
    let events = forged["questions"].as_array_mut().expect("the answers are in it");
    assert_eq!(events.len(), 4);
    events.iter_mut().for_each(|stamped| stamped["event"]["correct"] = true.into());
    assert_eq!(again(&forged.to_string())["questions"], expected);
    // As an older pilotwhale saved it.
    forged.as_object_mut().expect("an object").remove("questions");
    assert_eq!(again(&forged.to_string()).get("questions"), None);
}
