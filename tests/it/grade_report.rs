//! The report as programs read it: reports of every kind are as the published schema says, and evidence can be judged again.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use jiff::Timestamp;
use pilotwhale::facts::{EngineInfo, Evidence, Image, Output, Run};
use serde_json::{Value, json};

use crate::support::schema::is_valid_report;

/// What the program says to a learner without an engine.
struct Desk {
    home: tempfile::TempDir,
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    #[track_caller]
    fn report(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        let report = serde_json::from_str(&self.out).expect("the report is JSON");
        is_valid_report(&report);
        report
    }
}

impl Desk {
    fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn says(&self, args: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_pilotwhale"))
            .args(args)
            .env("PILOTWHALE_HOME", self.home.path())
            .env("DOCKER_HOST", "unix:///nonexistent/no-engine.sock")
            .env_remove("DOCKER_CONTEXT")
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .output()
            .expect("pilotwhale can be run");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Saves the evidence for run-python, and puts this into it.
    fn saved_with(&self, evidence: &Evidence) -> PathBuf {
        self.says(&["begin", "run-python"]);
        let said = self.says(&["grade", "run-python", "--save-evidence", "saved.json"]);
        assert_eq!(said.code, 3, "no engine: {}", said.err);
        let file = self.path("saved.json");
        let text = std::fs::read_to_string(&file).expect("the evidence was saved");
        let mut saved: Value = serde_json::from_str(&text).expect("it is JSON");
        saved["exercises"][0]["evidence"] = json!(evidence);
        std::fs::write(&file, saved.to_string()).expect("it can be written again");
        file
    }
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
    let desk = Desk::new();
    let report = desk.says(&["grade", "--format", "json"]).report(1);
    assert_eq!(report["status"], "not-started");
    assert_eq!(report["points"]["reached"], 0);
    assert!(report["points"]["of"].as_u64().is_some_and(|of| of >= 4));
    assert_eq!(report["exercises"][0]["tasks"][0]["status"], "not-started");
    assert_eq!(report["evidence"], Value::Null);

    desk.says(&["begin", "run-python"]);
    let report = desk.says(&["grade", "run-python", "--format", "json"]).report(3);
    assert_eq!((&report["status"], &report["exercises"][0]["status"]), (&json!("error"), &json!("error")));
    assert_eq!(report["exercises"][0]["attempt"], 1);
}

#[test]
fn evidence_is_judged_again_with_points_for_what_is_done() {
    let desk = Desk::new();
    let file = desk.saved_with(&printed("hi\n"));
    let file = file.to_str().expect("a temporary folder has a plain name");
    let report = desk.says(&["grade", "--evidence", file, "--format", "json"]).report(1);
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

    desk.saved_with(&printed("hello container\n"));
    let report = desk.says(&["grade", "--evidence", file, "--format", "json"]).report(0);
    assert_eq!(report["status"], "pass");
    assert_eq!(report["points"]["reached"], report["points"]["of"]);
    // Nothing of it was written into the progress of who judges.
    assert_eq!(desk.says(&["grade", "run-python"]).code, 3);
}

#[test]
fn a_gradebook_gets_one_row_a_task() {
    let desk = Desk::new();
    let file = desk.saved_with(&printed("=1+1\n"));
    let file = file.to_str().expect("a temporary folder has a plain name");
    let said = desk.says(&["grade", "--evidence", file, "--format", "csv"]);
    let rows: Vec<&str> = said.out.lines().collect();
    assert_eq!(rows[0], "learner,exercise,task,status,points,of,attempts,hints,assisted");
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows[1..].iter().all(|row| row.starts_with(",run-python,")), "{rows:?}");
    assert!(rows[1..].iter().any(|row| row.contains(",fail,0,")), "{rows:?}");
    assert!(!said.out.contains("=1+1"), "what a learner printed is no formula");
}

#[test]
fn evidence_of_another_course_or_of_nothing_is_said() {
    let desk = Desk::new();
    let file = desk.saved_with(&printed("hello container\n"));
    let path = file.to_str().expect("a temporary folder has a plain name");
    assert_eq!(desk.says(&["grade", "--evidence", path]).err, "");
    let text = std::fs::read_to_string(&file).expect("the evidence was saved");
    let change = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        std::fs::write(&file, text.replace(from, to)).expect("it can be written again");
        desk.says(&["grade", "--evidence", path])
    };
    let said = change("sha256:", "sha256:0");
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.err.contains("another text of the course"), "{}", said.err);
    for (from, to, why) in [
        ("\"format\":2", "\"format\":1", "its format is 1"),
        ("\"format\":2", "\"formal\":2", "format"),
        ("\"run-python\"", "\"no-such\"", "there is no exercise no-such"),
    ] {
        let said = change(from, to);
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains(why), "{}", said.err);
    }
}
