//! Courses that are broken or mean harm: nothing outside is read, nothing obeys a terminal, and no point is silently gone.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::support::headless::Headless;

const SOUND: &str = "format_version: 1\nid: sound\ntitle: Sound\nbrief: b\ntasks:\n  \
     - {id: t, title: T, points: 2, check: {image: {repo: nginx}}, hints: [a, b, c]}\n";

/// A course with a sound exercise and another one, whose text is given.
fn course(title: &str, other: &str) -> Headless {
    let learner = Headless::new();
    let yaml =
        format!("format_version: 1\nid: hostile\ntitle: \"{title}\"\nversion: \"1\"\nlessons: [one]\n");
    learner.write("course/lessons/course.yaml", &yaml);
    learner.write("course/lessons/one/lesson.md", "# One\n\ntext\n");
    learner.write("course/exercises/sound/exercise.yaml", SOUND);
    learner.write("course/exercises/other/exercise.yaml", other);
    learner
}

fn with(check: &str) -> String {
    format!(
        "format_version: 1\nid: other\ntitle: Other\nbrief: b\ntasks:\n  - id: o\n    title: O\n    points: 5\n    {check}\n    hints: [a, b, c]\n"
    )
}

#[test]
fn a_mistake_in_a_file_is_said_and_its_points_stay() {
    for (text, points) in [
        (with("chek: {image: {repo: nginx}}"), "7"),
        (with("check: {image: {repo: nginx}"), "7"),
        (with("check: {file: {path: ../../../../etc/passwd}}"), "7"),
        (with("check: {file: {path: /etc/passwd}}"), "7"),
        (with("check: {image: {repo: nginx}}").replace("id: other", "id: ../other"), "7"),
        (with("check: {image: {repo: nginx}}").replace("id: other", "id: elsewhere"), "7"),
        (with("check: {image: {repo: nginx}}").replace("brief: b", "brief: see [it](gone.txt)"), "7"),
        (with("check: {image: {repo: nginx}}").replace("brief: b", "brief: see [it](https://nowhere)"), "7"),
        (": [".into(), "2"),
    ] {
        let learner = course("C", &text);
        let graded = learner.says(&["grade", "--course", "course"]);
        assert_eq!(graded.code, 2, "{text}: {} {}", graded.out, graded.err);
        assert!(
            graded.err.contains("exercises/other/exercise.yaml:") && graded.err.contains('^'),
            "{}",
            graded.err
        );
        let json = learner.says(&["grade", "--course", "course", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&json.out).expect("a report");
        assert_eq!((json.code, report["points"]["of"].to_string().as_str()), (2, points), "{text}: {report}");
        let statuses: Vec<_> =
            report["exercises"].as_array().into_iter().flatten().map(|e| &e["status"]).collect();
        assert!(statuses.contains(&&serde_json::json!("error")), "{report}");
        assert_eq!(report["status"], "error");
        // who asks about the sound one alone is not stopped by its neighbour
        let sound = learner.says(&["grade", "sound", "--course", "course"]);
        assert_eq!(sound.code, 1, "{}", sound.out);
        assert_eq!(learner.says(&["begin", "sound", "--course", "course"]).code, 0);
        if points == "7" && !text.contains("id: elsewhere") {
            let begun = learner.says(&["begin", "other", "--course", "course"]);
            assert_eq!(begun.code, 2, "{text}: {}", begun.err);
            assert!(!learner.path("work-hostile/other").exists());
        }
    }
}

#[test]
fn a_task_on_a_slide_that_cannot_be_read_is_no_task_that_is_gone() {
    let learner = course("C", &with("check: {image: {repo: nginx}}"));
    let fence =
        "# One\n\n```task\nid: a\ntitle: A\npoints: 3\nchek: {image: {repo: nginx}}\nhints: [a]\n```\n";
    learner.write("course/lessons/one/lesson.md", fence);
    let graded = learner.says(&["grade", "one", "--course", "course", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&graded.out).expect("a report");
    assert_eq!((graded.code, &report["points"]["of"]), (2, &serde_json::json!(3)), "{report}");
    assert!(graded.err.contains("lesson.md:7"), "{}", graded.err);
}

#[test]
fn what_is_no_file_of_the_course_is_said_and_not_read() {
    let learner = course("C", &with("check: {image: {repo: nginx}}"));
    learner.write("secret.txt", "not for the course");
    let at = |path: &str| learner.path("course").join(path);
    std::fs::create_dir_all(at("exercises/sound/files")).expect("a folder can be made");
    symlink(learner.path("secret.txt"), at("exercises/sound/files/notes.txt")).expect("a link can be made");
    std::fs::remove_file(at("lessons/one/lesson.md")).expect("it was there");
    let made = Command::new("mkfifo").arg(at("lessons/one/lesson.md")).status().expect("mkfifo is here");
    assert!(made.success());
    learner.write(
        "course/lessons/course.yaml",
        "format_version: 1\nid: c\ntitle: C\nversion: \"1\"\nlessons: [one, two, three]\n",
    );
    learner.write("course/lessons/two/lesson.md", "# Two\n\ntext\n");
    std::fs::create_dir_all(at("lessons/three")).expect("a folder can be made");
    symlink("/dev/zero", at("lessons/three/lesson.md")).expect("a link can be made");
    let lint = learner.says(&["course", "lint", "--course", "course"]);
    assert_eq!(lint.code, 2, "{}", lint.out);
    for part in [
        "lessons/one/lesson.md is not read: it is no regular file",
        "lessons/three/lesson.md is not read: it is a link that leads out of the folder",
        "exercises/sound/files/notes.txt is not read: it is a link that leads out of the folder",
    ] {
        assert!(lint.out.contains(part), "{part}: {}", lint.out);
    }
    let begun = learner.says(&["begin", "sound", "--course", "course"]);
    assert_eq!(begun.code, 2, "{}", begun.err);
    let deck = learner.says(&["slides", "course/lessons/one/lesson.md", "--dump", "text"]);
    assert!(deck.code == 2 && deck.err.contains("it is no regular file"), "{}", deck.err);
}

#[test]
fn words_of_a_course_do_not_steer_a_terminal() {
    let steering = "A\\e]52;c;eA==\\a\\e]0;owned\\a\\e[2J\\u202eB\\x9b31m";
    let other = with("check: {image: {repo: nginx}}")
        .replace("title: Other", &format!("title: \"{steering}\""))
        .replace("title: O\n", &format!("title: \"{steering}\"\n"))
        .replace("brief: b", &format!("brief: \"{steering}\""));
    let learner = course(steering, &other);
    learner.write("course/exercises/other/files/a.txt", "x");
    for args in [
        &["begin", "other"][..],
        &["grade"],
        &["grade", "--format", "json"],
        &["grade", "--format", "csv"],
        &["grade", "--format", "junit"],
        &["reset", "other", "--yes"],
        &["grade", "\u{1b}]0;x\u{7}"],
        &["report"],
        &["course", "lint"],
    ] {
        let args = [args, &["--course", "course"]].concat();
        let said = learner.says(&args);
        let steers =
            |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || ('\u{202a}'..='\u{202e}').contains(&c);
        for text in [&said.out, &said.err] {
            assert!(!text.contains(steers), "{args:?}: {text:?}");
        }
    }
}

#[test]
fn what_is_kept_is_for_the_learner_alone() {
    let learner = course("C", &with("check: {image: {repo: nginx}}"));
    assert_eq!(learner.says(&["begin", "sound", "--course", "course"]).code, 0);
    let mode = |path: &str| {
        let about = std::fs::metadata(learner.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        about.permissions().mode() & 0o777
    };
    assert_eq!(mode("state"), 0o700);
    assert_eq!(mode("state/courses/hostile/progress.sqlite3"), 0o600);
    std::fs::set_permissions(learner.path("state"), PermissionsExt::from_mode(0o755)).expect("it is ours");
    let file = learner.path("state/courses/hostile/progress.sqlite3");
    std::fs::set_permissions(file, PermissionsExt::from_mode(0o644)).expect("it is ours");
    learner.says(&["grade", "--course", "course"]);
    assert_eq!((mode("state"), mode("state/courses/hostile/progress.sqlite3")), (0o700, 0o600));
}
