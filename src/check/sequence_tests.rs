//! Sequences of tries: the newest speaks, whatever it was made from, and what passed stays passed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::name_tests::reported;
use super::name_tests::words;
use super::tests::at;
use super::tests::evidence;
use super::*;
use crate::facts::{Answer, Image, ImageConfig, Layer, Output, Run};

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
            created: Some(at(-5000)),
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
        created: Some(at(-5000)),
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
    let mut other = super::name_tests::name_taken_at(55);
    let refusal = "invalid mount config for type \"bind\": bind source path does not exist: /nope";
    other.answer = Some(Answer { status: 400, message: Some(refusal.into()), ..Answer::default() });
    world.evidence.seen.push(other);
    let (_, all) = world.says(0);
    assert!(all.contains("Docker refused it") && all.contains("does not exist: /nope"), "{all}");
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
fn a_wrong_answer_is_told_beside_a_container_that_waits() {
    let one = json!([{"id": "log", "check": {"any": [
        {"run": {"image": {"repo": "python"}, "logs-read": true}},
        {"answer": {"prompt": "Which line?", "equals": "hello"}},
    ]}}]);
    let mut world = World::new(one);
    world.ran("a", "python:3-slim", "sha256:base", "");
    assert_eq!(world.says(0).0, "not yet");
    world.evidence.answers.insert("Which line?".into(), "bye".into());
    let (word, all) = world.says(0);
    assert!(word == "not right" && all.contains("bye"), "{all}");
    world.evidence.answers.insert("Which line?".into(), "\u{201c}hello\u{201d}".into());
    assert_eq!(world.says(0).0, "not right");
    world.evidence.answers.insert("Which line?".into(), "`hello`".into());
    assert_eq!(world.says(0).0, "done");
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

/// One difference each, in words that tell it from every other one.
#[test]
fn a_difference_that_cannot_be_seen_is_named() {
    let asked = || json!([{"id": "said", "check": {"run": {"image": {"repo": "python"}, "output": {"line": "hello harbour"}}}}]);
    for (said, parts, never) in [
        ("hello\u{a0}harbour\n", vec!["U+00A0 NO-BREAK SPACE", "expected a blank", "\\u00a0"], "number of"),
        ("hello\u{2003}harbour\n", vec!["U+2003 EM SPACE"], "number of"),
        ("hello\tharbour\n", vec!["a tab", "expected a blank"], "number of"),
        ("hell\u{43e} harbour\n", vec!["only looks like", "U+043E CYRILLIC SMALL LETTER O"], "number of"),
        ("hel\u{200b}lo harbour\n", vec!["U+200B ZERO WIDTH SPACE", "cannot be seen"], "number of"),
        ("\u{feff}hello harbour\n", vec!["U+FEFF ZERO WIDTH NO-BREAK SPACE"], "number of"),
        ("ｈello harbour\n", vec!["U+FF48 FULLWIDTH LATIN SMALL LETTER H"], "number of"),
        ("helló harbour\n", vec!["U+00F3 LATIN SMALL LETTER O WITH ACUTE"], "number of"),
        ("hello\u{301} harbour\n", vec!["U+0301 COMBINING ACUTE ACCENT"], "number of"),
        ("hello  harbour\n", vec!["the number of blanks"], "U+"),
        ("Hello harbour\n", vec!["capital and small letters"], "U+"),
        ("\u{43d}\u{435}llo harbour\n", vec!["U+043D"], "number of"),
    ] {
        let mut world = World::new(asked());
        world.ran("a", "python:3-slim", "sha256:base", said);
        let (word, _) = world.says(0);
        let Verdict::NotRight { differs, advice, found, .. } = world.graded().tasks.remove(0).verdict else {
            panic!("{said:?}: {word}");
        };
        let all = format!("{found} {differs} {}", advice.unwrap_or_default());
        assert!(parts.iter().all(|part| all.contains(part)) && !all.contains(never), "{said:?}: {all}");
    }
}

#[test]
fn a_log_that_cannot_be_read_names_its_driver() {
    let asked = || json!([{"id": "said", "check": {"run": {"image": {"repo": "python"}, "output": {"line": "hello"}}}}]);
    for (driver, part) in [
        ("none", "log driver is none"),
        ("syslog", "log driver is syslog"),
        ("json-file", "was gone before"),
        ("", "was gone before"),
    ] {
        let mut world = World::new(asked());
        let run = world.ran("k", "python:3-slim", "sha256:base", "");
        (run.output, run.log_driver) = (None, driver.into());
        let (word, all) = world.says(0);
        assert!(word == "could not check" && all.contains(part), "{driver}: {all}");
        assert_eq!(all.contains("leave --rm out"), part == "was gone before", "{driver}: {all}");
    }
}

#[test]
fn a_server_that_has_died_is_told_by_its_own_words() {
    use crate::facts::{Port, Probe, Silence};
    let asked = || json!([{"id": "web", "check": {"run": {"image": {"repo": "python"}, "http": {"body": {"contains": "hi"}}}}}]);
    let mut world = World::new(asked());
    let port = Port { container: 5000, protocol: "tcp".into(), host_ip: None, host: Some(5000) };
    let run = world.ran("a", "python:3-slim", "sha256:base", "/bin/sh: 1: [flask,: not found\n");
    run.argv = Some(["/bin/sh", "-c", "['flask', 'run']"].map(str::to_owned).to_vec());
    run.exit_code = Some(127);
    run.ports = vec![port.clone()];
    let (_, all) = world.says(0);
    assert!(
        all.contains("[flask,: not found") && all.contains("double quotes") && !all.contains("comma "),
        "{all}"
    );
    let run = world.ran(
        "b",
        "python:3-slim",
        "sha256:base",
        "Traceback\nModuleNotFoundError: No module named 'flask'\n",
    );
    (run.exit_code, run.ports) = (Some(1), vec![port.clone()]);
    let (_, all) = world.says(0);
    assert!(all.contains("No module named 'flask'") && !all.contains("double quotes"), "{all}");
    let run = world.ran(
        "c",
        "python:3-slim",
        "sha256:base",
        " * Running on http://127.0.0.1:5000\nPress CTRL+C to quit\n",
    );
    (run.finished, run.exit_code, run.ports) = (None, None, vec![port]);
    run.state = Some(crate::facts::ContainerState::Running);
    run.probes = vec![Probe { port: 5000, path: "/".into(), at: at(1), outcome: Err(Silence::Closed) }];
    let (_, all) = world.says(0);
    assert!(all.contains("Running on http://127.0.0.1:5000") && all.contains("0.0.0.0"), "{all}");
    assert!(!all.contains("exit code") && !all.contains("No module"), "{all}");
}
