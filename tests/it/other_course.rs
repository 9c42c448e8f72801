//! `--course DIR` in every subcommand: another course is opened, and nothing that is done in it mixes with the built-in one.

use std::path::Path;
use std::process::Command;

use pilotwhale::course::Source;

use crate::support::headless::Headless;
use crate::support::screen::Launch;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// A home with a course in a folder, whose one exercise the built-in course has, too.
fn learner() -> Headless {
    let learner = Headless::new();
    learner.write(
        "course/lessons/course.yaml",
        "format_version: 1\nid: docker\ntitle: Other\nversion: \"9\"\nlessons: [one]\n",
    );
    learner
        .write("course/lessons/one/lesson.md", "---\ntitle: The other lesson\n---\n# Another way\n\ntext\n");
    learner.write(
        "course/exercises/run-python/exercise.yaml",
        "format_version: 1\nid: run-python\ntitle: Other python\nbrief: b\ntasks:\n  \
         - {id: t, title: T, check: {image: {repo: nginx}}, hints: [a, b, c]}\n",
    );
    learner
}

#[test]
fn what_is_done_in_another_course_does_not_count_in_this_one() {
    let other = learner();
    let begun = other.says(&["--course", "course", "begin", "run-python"]);
    assert_eq!(begun.code, 0, "{}", begun.err);
    assert!(begun.out.contains("Other python has begun."), "{}", begun.out);
    assert!(other.path("work-docker/run-python").is_dir());
    assert!(!other.path("work").exists());

    let here = other.says(&["grade", "run-python"]);
    assert!(here.out.contains("not started"), "{}", here.out);
    // The flag may stand at either end.
    let there = other.says(&["grade", "run-python", "--course", "course"]);
    assert_eq!(there.code, 3, "{}", there.out);
    assert!(there.out.contains("Other python"), "{}", there.out);

    assert_eq!(other.says(&["begin", "run-python"]).code, 0);
    let reset = other.says(&["reset", "run-python", "--course", "course", "--yes"]);
    assert_eq!(reset.code, 3, "no engine: {}", reset.err);
    assert!(other.says(&["begin", "run-python"]).out.contains("begun already"));
}

#[test]
fn a_course_that_is_none_is_said_by_every_subcommand() {
    let other = learner();
    for args in [
        &["begin", "x"][..],
        &["grade"],
        &["reset", "x"],
        &["shell", "--exercise", "x"],
        &["grade", "--course", "course/exercises"],
        &[],
    ] {
        let mut args = args.to_vec();
        if !args.contains(&"--course") {
            args.extend(["--course", "nowhere"]);
        }
        let said = other.says(&args);
        assert_eq!(said.code, 2, "{args:?}: {}", said.err);
        assert!(said.err.contains("nowhere") || said.err.contains("no lessons"), "{args:?}: {}", said.err);
    }
}

#[test]
fn the_screen_opens_it() {
    let other = learner();
    let folder = other.path("course");
    let folder = folder.to_str().expect("a temporary folder has a plain name");
    let screen = Launch::pilotwhale().args(["--course", folder]).start();
    screen.wait_for("Another way");
}

#[test]
fn the_program_needs_no_repository_around_it() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let output = Command::new(env!("CARGO_BIN_EXE_pilotwhale"))
        .args(["grade", "--format", "json"])
        .env_clear()
        .env("HOME", home.path())
        .env("DOCKER_HOST", "unix:///nonexistent/no-engine.sock")
        .current_dir("/")
        .output()
        .expect("pilotwhale can be run");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["exercises"][0]["id"], "run-python");
    assert!(home.path().join(".local/state/pilotwhale/progress.sqlite3").is_file());

    let screen = Launch::pilotwhale().folder(Path::new("/")).start();
    screen.wait_for("Welcome");
    screen.send("m");
    screen.wait_for("Why containers");
}

#[test]
fn the_hash_says_whether_two_courses_are_the_same() {
    assert_eq!(Source::Embedded.content_hash(), Source::Folder(HERE.into()).content_hash());
    let other = learner();
    let hash = || Source::Folder(other.path("course")).content_hash();
    let before = hash();
    assert!(before.starts_with("sha256:") && before.len() == 71, "{before}");
    other.write("course/notes.txt", "beside the course");
    assert_eq!(hash(), before);
    other.write("course/exercises/run-python/files/a", "b");
    let with_file = hash();
    assert_ne!(with_file, before);
    let file = |name: &str| other.path("course").join("exercises/run-python/files").join(name);
    std::fs::rename(file("a"), file("b")).expect("a file can be renamed");
    assert_ne!(hash(), with_file);
    std::fs::remove_file(file("b")).expect("a file can be removed");
    assert_eq!(hash(), before);
}
