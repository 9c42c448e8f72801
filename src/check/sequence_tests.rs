//! Sequences of tries: the newest speaks, whatever it was made from, and what passed stays passed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::name_tests::{reported, words};
use super::tests::{at, evidence};
use super::*;
use crate::facts::{Image, ImageConfig, Layer, Output, Run};

/// What happened on an engine, and what passed meanwhile.
#[derive(Default)]
struct World {
    evidence: Evidence,
    tasks: Value,
    clock: i64,
    passed: Vec<String>,
}

impl World {
    fn new(tasks: Value) -> Self {
        let base = Image {
            id: "sha256:base".into(),
            tags: vec!["python:3-slim".into()],
            config: Some(Box::new(ImageConfig { layers: vec!["l0".into()], ..ImageConfig::default() })),
            ..Image::default()
        };
        let evidence = Evidence { images: vec![base], ..evidence(vec![]) };
        Self { evidence, tasks, clock: 10, passed: Vec::new() }
    }

    fn tick(&mut self) -> i64 {
        self.clock += 10;
        self.clock
    }

    /// `docker build -t NAME`: the name goes over to the new image.
    fn built(&mut self, id: &str, name: &str, on: &[&str]) {
        let now = self.tick();
        for image in &mut self.evidence.images {
            image.tags.retain(|tag| tag != name);
        }
        let top = Layer { created_by: "COPY x # buildkit".into(), ..Layer::default() };
        self.evidence.images.push(Image {
            id: id.into(),
            tags: vec![name.into()],
            created: Some(at(now)),
            config: Some(Box::new(ImageConfig {
                layers: on.iter().map(|l| (*l).to_owned()).collect(),
                history: vec![top],
                ..ImageConfig::default()
            })),
            ..Image::default()
        });
        self.evidence.tagged.push(id.into());
    }

    fn committed(&mut self, id: &str, name: &str) {
        self.built(id, name, &["l0", "l1"]);
        let image = self.evidence.images.last_mut().and_then(|image| image.config.as_mut()).unwrap();
        image.history[0].created_by = "bash".into();
    }

    fn deleted(&mut self, id: &str) {
        self.evidence.images.retain(|image| image.id != id);
    }

    fn ran(&mut self, name: &str, typed: &str, image: &str, said: &str) -> &mut Run {
        let now = self.tick();
        self.evidence.runs.push(Run {
            id: format!("{name:0<12}"),
            name: name.into(),
            image: typed.into(),
            image_id: image.into(),
            argv: Some(vec!["python".into()]),
            command_given: Some(false),
            created: Some(at(now)),
            started: Some(at(now)),
            finished: Some(at(now + 1)),
            exit_code: Some(0),
            output: Some(Output { text: said.into(), truncated: false }),
            ..Run::default()
        });
        self.evidence.runs.last_mut().unwrap()
    }

    /// A grading: what passes is kept, with what it found.
    fn graded(&mut self) -> Report {
        let passed: Vec<&str> = self.passed.iter().map(String::as_str).collect();
        let report = reported(self.tasks.clone(), &self.evidence, &passed);
        for task in report.tasks.iter().filter(|task| task.verdict.is_pass()) {
            self.passed.push(task.id.clone());
            self.evidence.bound.extend(task.bound.clone());
        }
        report
    }

    fn says(&mut self, task: usize) -> (&'static str, String) {
        let verdict = self.graded().tasks.remove(task).verdict;
        (verdict.word(), format!("{verdict:?}"))
    }
}

fn own_image() -> Value {
    json!([
        {"id": "built", "check": {"image": {"as": "img", "built": true, "based-on": {"repo": "python"}}}},
        {"id": "ran",
         "check": {"run": {"as": "shipped", "image": "$img", "command-given": false, "output": {"line": "hello"}}},
         "when-wrong": [
            {"if": {"run": {"image": "$img", "command-given": false, "output": {"empty": true}}},
             "say": "it printed nothing at all"},
         ]},
        {"id": "log", "check": {"run": {"same-as": "$shipped", "logs-read": true}}},
    ])
}

const ON_PYTHON: [&str; 2] = ["l0", "l1"];

#[test]
fn after_a_rebuild_the_newest_image_speaks() {
    let mut world = World::new(own_image());
    world.built("sha256:one", "mine:latest", &ON_PYTHON);
    world.ran("a", "mine", "sha256:one", "");
    let (word, all) = world.says(1);
    assert!(word == "not right" && all.contains("nothing at all"), "{all}");
    world.built("sha256:two", "mine:latest", &ON_PYTHON);
    world.ran("b", "mine", "sha256:two", "python: can't open file '/hello.py'\n").exit_code = Some(2);
    let (word, all) = world.says(1);
    assert!(word == "not right" && all.contains("can't open file") && !all.contains("nothing"), "{all}");
    assert!(all.contains("b: image mine:latest"), "{all}");
    world.built("sha256:three", "mine:latest", &ON_PYTHON);
    let failed = world.ran("c", "mine", "sha256:three", "");
    (failed.started, failed.finished, failed.exit_code) = (None, None, Some(127));
    failed.error = "exec: \"pyton\": executable file not found in $PATH: unknown".into();
    let (_, all) = world.says(1);
    assert!(all.contains("pyton") && !all.contains("nothing") && !all.contains("open file"), "{all}");
    world.built("sha256:four", "mine:latest", &ON_PYTHON);
    world.ran("d", "mine", "sha256:four", "hello\n");
    assert_eq!(words(&world.graded()), ["done", "done", "not yet"]);
}

#[test]
fn a_right_try_stays_right_and_the_older_image_counts_too() {
    let mut world = World::new(own_image());
    world.built("sha256:one", "mine:latest", &ON_PYTHON);
    world.built("sha256:two", "mine:latest", &ON_PYTHON);
    // Never graded in between: the older of two images that satisfy the task is the one that was run.
    world.ran("a", "mine", "sha256:one", "hello\n");
    assert_eq!(words(&world.graded()), ["done", "done", "not yet"]);
    world.built("sha256:three", "mine:latest", &ON_PYTHON);
    world.ran("b", "mine", "sha256:three", "bye\n");
    assert_eq!(words(&world.graded()), ["done", "done", "not yet"]);
}

#[test]
fn a_newer_try_that_is_worse_is_spoken_of() {
    let mut world = World::new(own_image());
    world.built("sha256:one", "mine:latest", &ON_PYTHON);
    world.ran("a", "mine", "sha256:one", "helo\n");
    assert!(world.says(1).1.contains("Nearly"));
    world.built("sha256:two", "mine:latest", &ON_PYTHON);
    world.ran("b", "mine", "sha256:two", "");
    let (word, all) = world.says(1);
    assert!(word == "not right" && all.contains("nothing at all") && !all.contains("Nearly"), "{all}");
}

#[test]
fn a_base_image_that_was_built_first_is_not_taken_for_the_app() {
    let mut world = World::new(own_image());
    world.built("sha256:base2", "base:latest", &ON_PYTHON);
    world.ran("a", "base", "sha256:base2", "");
    world.graded();
    world.built("sha256:app", "app:latest", &["l0", "l1", "l2"]);
    world.ran("b", "app", "sha256:app", "no\n");
    let (word, all) = world.says(1);
    assert!(word == "not right" && all.contains("app:latest") && !all.contains("base"), "{all}");
    world.ran("c", "app", "sha256:app", "hello\n");
    assert_eq!(words(&world.graded())[1], "done");
}

#[test]
fn a_try_with_an_image_that_was_deleted_is_still_explained() {
    for and_pruned in [false, true] {
        let mut world = World::new(own_image());
        world.built("sha256:one", "mine:latest", &ON_PYTHON);
        world.ran("a", "mine", "sha256:one", "");
        world.graded();
        world.built("sha256:two", "mine:latest", &ON_PYTHON);
        world.ran("b", "mine", "sha256:two", "Traceback\nNameError: name 'x' is not defined\n");
        world.deleted("sha256:two");
        if and_pruned {
            world.deleted("sha256:one");
        }
        let (word, all) = world.says(1);
        assert!(word == "not right" && all.contains("NameError") && !all.contains("nothing at all"), "{all}");
        assert!(all.contains("mine:latest"), "{all}");
    }
}

#[test]
fn what_passed_before_its_image_was_deleted_counts() {
    let mut world = World::new(own_image());
    world.built("sha256:one", "mine:latest", &ON_PYTHON);
    world.graded();
    world.ran("a", "mine", "sha256:one", "hello\n");
    world.deleted("sha256:one");
    assert_eq!(words(&world.graded()), ["done", "done", "not yet"]);
}

#[test]
fn a_try_with_an_image_that_does_not_count_says_why_it_does_not() {
    let mut world = World::new(own_image());
    world.built("sha256:one", "mine:latest", &ON_PYTHON);
    world.ran("a", "mine", "sha256:one", "");
    world.graded();
    // It does all that is asked for, on another system.
    world.built("sha256:two", "mine:latest", &["u0"]);
    world.evidence.images.push(Image {
        id: "sha256:ubuntu".into(),
        tags: vec!["ubuntu:latest".into()],
        config: Some(Box::new(ImageConfig { layers: vec!["u0".into()], ..ImageConfig::default() })),
        ..Image::default()
    });
    world.evidence.images[2].config.as_mut().unwrap().layers.push("u1".into());
    world.evidence.files.insert(
        "Dockerfile".into(),
        crate::facts::TextFile { text: Some("FROM ubuntu\n".into()), ..Default::default() },
    );
    world.ran("b", "mine", "sha256:two", "hello\n");
    let (word, all) = world.says(1);
    assert!(word == "not right" && all.contains("built on ubuntu") && !all.contains("nothing"), "{all}");
    // Made by hand.
    world.committed("sha256:three", "other:latest");
    world.ran("c", "other", "sha256:three", "hello\n");
    let (word, all) = world.says(1);
    assert!(word == "not right" && all.contains("not made by docker build"), "{all}");
    assert!(all.contains("other:latest"), "{all}");
}

#[test]
fn tasks_behind_one_that_fails_are_explained_as_far_as_they_can_be() {
    let mut world = World::new(own_image());
    world.committed("sha256:one", "mine:latest");
    world.ran("a", "mine", "sha256:one", "");
    let report = world.graded();
    assert_eq!(words(&report), ["not right", "not right", "not yet"]);
    assert!(format!("{:?}", report.tasks[1].verdict).contains("nothing at all"), "{report:?}");
    // It waits for the first one, where nothing but that is missing.
    world.ran("b", "mine", "sha256:one", "hello\n");
    let report = world.graded();
    assert_eq!(words(&report), ["not right", "not yet", "not yet"]);
    assert!(format!("{:?}", report.tasks[1].verdict).contains("«built»"), "{report:?}");
}

#[test]
fn what_is_named_is_named_as_the_learner_named_it() {
    let mut world = World::new(own_image());
    world.built("sha256:1111111111111111111", "mine:latest", &ON_PYTHON);
    world.ran("a", "mine", "sha256:1111111111111111111", "no\n");
    world.built("sha256:2222222222222222222", "mine:latest", &["u0"]);
    let all = format!("{:?}", world.graded().tasks.iter().map(|task| &task.verdict).collect::<Vec<_>>());
    assert!(all.contains("mine:latest (an older build)"), "{all}");
    assert!(!all.contains("1111111") && !all.contains("2222222"), "{all}");
    assert_eq!(world.evidence.images[1].tags, Vec::<String>::new());
}

#[test]
fn a_container_that_is_started_again_is_the_newest_try() {
    let one =
        json!([{"id": "ran", "check": {"run": {"image": {"repo": "python"}, "output": {"line": "hello"}}}}]);
    let mut world = World::new(one);
    world.ran("a", "python:3-slim", "sha256:base", "first\n");
    world.ran("b", "python:3-slim", "sha256:base", "second\n");
    assert!(world.says(0).1.contains("second"));
    world.evidence.runs[0].started = Some(at(90));
    assert!(world.says(0).1.contains("first"));
}

#[test]
fn a_refused_name_is_newer_than_an_older_try() {
    let one =
        json!([{"id": "ran", "check": {"run": {"image": {"repo": "python"}, "output": {"line": "hello"}}}}]);
    let mut world = World::new(one);
    world.ran("a", "python:3-slim", "sha256:base", "first\n");
    world.evidence.seen.push(super::name_tests::name_taken_at(50));
    let (word, all) = world.says(0);
    assert!(word == "not right" && all.contains("its name is taken"), "{all}");
    world.clock = 60;
    world.ran("b", "python:3-slim", "sha256:base", "second\n");
    assert!(world.says(0).1.contains("second"));
}

#[test]
fn of_two_ways_the_one_that_was_tried_last_speaks() {
    let one = json!([{"id": "said", "check": {"any": [
        {"run": {"image": {"repo": "python"}, "output": {"line": "hello"}}},
        {"exec": {"of": {"image": {"repo": "python"}}, "program": "python"}},
    ]}}]);
    let mut world = World::new(one);
    world.ran("box", "python:3-slim", "sha256:base", "").execs = vec!["echo hello".into()];
    world.ran("a", "python:3-slim", "sha256:base", "nearly hello\n");
    assert!(world.says(0).1.contains("nearly"));
    world.ran("box2", "python:3-slim", "sha256:base", "").execs = vec!["echo hello".into()];
    let (_, all) = world.says(0);
    assert!(all.contains("box2"), "{all}");
}

#[test]
fn a_rule_about_an_older_try_is_silent() {
    let rules = json!([{"id": "web", "check": {"run": {"image": {"repo": "python"}, "output": {"line": "hello"}}},
        "when-wrong": [{"if": {"run": {"as": "r", "output": {"line": "old"}}}, "say": "$r said old"}]}]);
    let mut world = World::new(rules);
    world.ran("a", "python:3-slim", "sha256:base", "old\n");
    assert!(world.says(0).1.contains("a said old"));
    world.ran("b", "python:3-slim", "sha256:base", "new\n");
    let (_, all) = world.says(0);
    assert!(!all.contains("said old") && all.contains("new"), "{all}");
    world.ran("c", "python:3-slim", "sha256:base", "old\n");
    assert!(world.says(0).1.contains("c said old"));
}

#[test]
fn a_task_that_needs_another_is_explained_and_waits() {
    let two = || {
        json!([
            {"id": "ran", "check": {"run": {"program": "python", "output": {"line": "one"}}}},
            {"id": "said", "needs": ["ran"], "check": {"run": {"image": {"repo": "python"}, "output": {"line": "two"}}}},
        ])
    };
    let mut world = World::new(two());
    world.ran("a", "python:3-slim", "sha256:base", "too\n");
    let report = world.graded();
    assert_eq!(words(&report), ["not right", "not right"]);
    assert!(format!("{:?}", report.tasks[1].verdict).contains("Nearly"), "{report:?}");
    world.ran("b", "python:3-slim", "sha256:base", "two\n");
    let report = world.graded();
    assert_eq!(words(&report), ["not right", "not yet"]);
    assert_eq!(report.tasks[1].bound, BTreeMap::new());
    // What it needs was there once: that is enough.
    world.passed.push("ran".into());
    assert_eq!(words(&world.graded()), ["done", "done"]);
}
