//! `--course DIR` in every subcommand: another course is opened, and nothing that is done in it mixes with the built-in one.

use std::path::Path;
use std::process::Command;

use pilotwhale::course::Source;

use crate::support::engine::engine;
use crate::support::headless::Headless;
use crate::support::screen::Launch;
use crate::support::turn::alone;

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

#[test]
fn ids_lead_nowhere_else() {
    let learner = learner();
    let exercise = |id: &str| {
        format!(
            "format_version: 1\nid: {id}\ntitle: X\nbrief: b\ntasks:\n  \
             - {{id: t, title: T, check: {{image: {{repo: nginx}}}}, hints: [a, b, c]}}\n"
        )
    };
    for id in ["../evil", "/tmp/evil", "..", "'a b'", "''"] {
        learner.write("course/exercises/evil/exercise.yaml", &exercise(id));
        learner.write("course/exercises/evil/files/planted", "");
        let id = id.trim_matches('\'');
        learner.says(&["--course", "course", "begin", id]).is(2, &["there is no exercise"]);
    }
    let yaml = "format_version: 1\nid: o\ntitle: O\nversion: \"1\"\nlessons: [one, ../../one]\n";
    learner.write("course/lessons/course.yaml", yaml);
    learner.write("one/lesson.md", "# Beside the course\n");
    let course = pilotwhale::course::load(&Source::Folder(learner.path("course"))).expect("it loads");
    assert_eq!(course.lessons.len(), 1);
    let said: Vec<_> = course.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(said, ["`../../one` can't be the name of a lesson", "`` can't be an id"]);
}

/// A course whose exercise begins with a script that leaves a trace.
fn with_script(script: &str) -> Headless {
    let learner = learner();
    let yaml = learner.read("course/exercises/run-python/exercise.yaml");
    let yaml = yaml.replace("brief: b\n", &format!("brief: b\nsetup: |\n  {script}\n"));
    learner.write("course/exercises/run-python/exercise.yaml", &yaml);
    learner
}

#[test]
fn a_script_of_another_course_runs_only_when_it_was_allowed() {
    let learner = with_script("echo ran >>trace");
    let trace = || std::fs::read_to_string(learner.path("work-docker/run-python/trace")).ok();
    let begin =
        |more: &[&str]| learner.says(&[&["--course", "course", "begin", "run-python"], more].concat());
    begin(&[]).is(2, &["begins with a script", "--trust"]);
    assert!(!learner.path("work-docker").exists());
    // The rest of the course is there all the same.
    learner.says(&["--course", "course", "grade"]).is(1, &["Other python"]);
    begin(&["--trust"]).is(0, &["has begun"]);
    assert_eq!(trace().as_deref(), Some("ran\n"));
    // The yes is remembered; the script has run for this attempt.
    begin(&[]).is(0, &["begun already"]);
    assert_eq!(trace().as_deref(), Some("ran\n"));
    // Another text is another question, whatever it is that changed.
    learner.write("course/exercises/run-python/files/tool.sh", "new");
    begin(&[]).is(2, &["--trust"]);
}

#[test]
fn a_script_that_fails_says_what_it_said() {
    let learner = with_script("echo first; echo second >&2; exit 7");
    let begin = || learner.says(&["--course", "course", "begin", "run-python", "--trust"]);
    begin().is(3, &["failed: it ended with exit status: 7", "begin again", "first\nsecond"]);
    let yaml = learner.read("course/exercises/run-python/exercise.yaml").replace("exit 7", "echo >mended");
    learner.write("course/exercises/run-python/exercise.yaml", &yaml);
    begin().is(0, &["begun already"]);
    assert!(learner.path("work-docker/run-python/mended").is_file());
}

#[test]
fn the_screen_shows_the_scripts_and_asks() {
    let learner = with_script("echo no-such-''thing; exit 3");
    let lesson = "# Another way\n\ntext\n\n# Try it\n\n```exercise\nrun-python\n```\n";
    learner.write("course/lessons/one/lesson.md", lesson);
    let folder = learner.path("course");
    let folder = folder.to_str().expect("a temporary folder has a plain name");
    let screen = Launch::pilotwhale().args(["--course", folder]).start();
    screen.wait_for("| echo no-such-''thing; exit 3");
    screen.wait_for("May they run? [y/N]");
    screen.send("n<Enter>");
    screen.wait_for("Another way");
    screen.wait_for("you have not let it run");
    screen.send("q");
    screen.wait_exit();
    let again = Launch::pilotwhale().args(["--course", folder]).home_of(&screen).start();
    again.wait_for("May they run? [y/N]");
    again.send("y<Enter>");
    again.wait_for("Another way");
    again.send("q");
    again.wait_exit();
    let third = Launch::pilotwhale().args(["--course", folder]).home_of(&screen).start();
    third.wait_for("Another way");
    assert!(!third.contains("have not let it run"), "{}", third.text());
    // Begun in the app, a script that fails says what it said.
    third.send("<Right>");
    third.wait_for("Other python");
    third.send("<Enter>");
    third.wait_for("no-such-thing");
}

#[test]
fn progress_is_carried_to_another_machine() {
    let (here, there) = (learner(), learner());
    here.says(&["begin", "run-python"]).is(0, &[]);
    let file = there.path("carried");
    let file = file.to_str().expect("a temporary folder has a plain name");
    here.says(&["progress", "export", file]).is(0, &["progress import FILE"]);
    here.says(&["progress", "export", file]).is(2, &["is there already"]);
    there.says(&["progress", "import", file]).is(0, &["Your progress is here"]);
    there.says(&["grade", "run-python"]).is(3, &["could not check"]);
    // Over what is there only after a yes, and it is kept.
    here.says(&["progress", "import", file]).is(2, &["is kept as", "--yes"]);
    here.says(&["progress", "import", file, "--yes"]).is(0, &["Your progress is here"]);
    let other = "format_version: 1\nid: other\ntitle: O\nversion: \"1\"\nlessons: [one]\n";
    there.write("course/lessons/course.yaml", other);
    there.says(&["progress", "import", file, "--course", "course"]).is(2, &["is about the course docker"]);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn what_the_script_makes_is_the_courses() {
    let _turn = alone();
    let engine = engine("script");
    let volume = engine.name("made");
    let learner = with_script(&format!("docker volume create {volume}"));
    let says = |args: &[&str]| learner.says_at(engine.host(), args);
    says(&["--course", "course", "begin", "run-python", "--trust"]).is(0, &["has begun"]);
    assert_eq!(engine.docker(&["volume", "ls", "-q", "-f", &format!("name={volume}")]), volume);
    says(&["clean", "--yes"]).is(0, &[&volume, "Removed"]);
    assert_eq!(engine.docker(&["volume", "ls", "-q", "-f", &format!("name={volume}")]), "");
}
