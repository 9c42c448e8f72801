//! `pilotwhale submit`, with real repositories and a remote on the disk.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::headless::{Headless, Said};
use crate::support::schema::is_valid_report;
use crate::support::screen::Launch;
use crate::support::write_script;

/// A learner who has begun an exercise, in a repository with a branch of their name, as lesson 0 makes it.
struct Learner(Headless);

impl Learner {
    fn new() -> Self {
        let learner = Self::without_git();
        learner.git(&["init", "--quiet"]);
        learner.git(&["checkout", "--quiet", "-b", "ana"]);
        learner
    }

    fn without_git() -> Self {
        let learner = Self(Headless::new());
        learner.0.says(&["begin", "run-python"]).is(0, &[]);
        learner.0.write("work/run-python/hello.py", "print('hello')\n");
        learner
    }

    /// A bare repository on the disk, as the class has one.
    fn remote(&self) -> PathBuf {
        let bare = self.0.path("class.git");
        self.0
            .runs(Path::new("git"), &["init", "--quiet", "--bare", "class.git"], &self.0.path(""))
            .is(0, &[]);
        self.git(&["remote", "add", "origin", bare.to_str().expect("a plain name")]);
        bare
    }

    /// With a yes to every question.
    fn submit(&self, args: &[&str]) -> Said {
        self.0.says(&[&["submit", "--yes"], args].concat())
    }

    #[track_caller]
    fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.0.path("work"), args)
    }

    #[track_caller]
    fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        let set = ["-c", "user.name=Ana", "-c", "user.email=ana@localhost"];
        let said = self.0.runs(Path::new("git"), &[&set, args].concat(), folder);
        said.is(0, &[]);
        said.out.trim_end().to_owned()
    }

    /// All that a learner can see of their own repository.
    fn own(&self) -> String {
        let folder = self.0.path("work");
        let see = |args: &[&str]| self.0.runs(Path::new("git"), args, &folder).out;
        [
            see(&["status", "--porcelain=v2", "--branch", "--ignored"]),
            see(&["diff"]),
            see(&["diff", "--cached"]),
            see(&["stash", "list"]),
            see(&["log", "--oneline", "-5"]),
        ]
        .join("\n")
    }
}

#[test]
fn work_and_report_are_handed_in_and_the_learners_branch_stays_as_it_is() {
    let learner = Learner::new();
    let class = learner.remote();
    learner.0.write("work/.gitignore", "*.pyc\n");
    learner.0.write("work/notes.txt", "not of an exercise");
    learner.git(&["add", ".gitignore", "run-python"]);
    learner.git(&["commit", "--quiet", "-m", "mine"]);
    // Something staged, something changed after that, something new, something ignored.
    learner.0.write("work/run-python/hello.py", "staged\n");
    learner.git(&["add", "run-python/hello.py"]);
    learner.0.write("work/run-python/hello.py", "changed\n");
    learner.0.write("work/run-python/deep/new *.txt", "new\n");
    learner.0.write("work/run-python/x.pyc", "ignored");
    let before = learner.own();

    learner.submit(&[]).is(0, &["submit/ana: 2 files", "0 of ", "run-python/", "Pushed to origin."]);
    assert_eq!(learner.own(), before);
    let listed = learner.git_in(&class, &["ls-tree", "-r", "--name-only", "submit/ana"]);
    let names: Vec<&str> = listed.lines().collect();
    assert_eq!(names, ["evidence.json", "report.json", "run-python/deep/new *.txt", "run-python/hello.py"]);
    let show = |name: &str| learner.git_in(&class, &["show", &format!("submit/ana:{name}")]);
    assert_eq!(show("run-python/hello.py"), "changed");
    let report: Value = serde_json::from_str(&show("report.json")).expect("the report is JSON");
    is_valid_report(&report);
    assert_eq!(report["learner"], "ana");

    // What was handed in can be judged by whoever has the course.
    learner.0.write("handed-in.json", &show("evidence.json"));
    let again = learner.0.says(&["grade", "--evidence", "handed-in.json", "--format", "json"]);
    let again: Value = serde_json::from_str(&again.out).expect("the report is JSON");
    assert_eq!(again["exercises"], report["exercises"]);
    assert_eq!(again["questions"], report["questions"]);
    assert!(report["questions"].as_array().is_some_and(|lessons| !lessons.is_empty()));
    assert_eq!((&again["learner"], &again["points"]), (&report["learner"], &report["points"]));

    // A second time it goes on from the first, also without evidence.
    std::fs::remove_file(learner.0.path("work/run-python/hello.py")).expect("it was there");
    learner.submit(&["--no-evidence"]).is(0, &["1 file,", "Pushed to origin."]);
    assert_eq!(learner.git_in(&class, &["rev-list", "--count", "submit/ana"]), "2");
    let listed = learner.git_in(&class, &["ls-tree", "-r", "--name-only", "submit/ana"]);
    assert_eq!(listed, "report.json\nrun-python/deep/new *.txt");
}

#[test]
fn without_a_remote_it_is_kept_here() {
    let learner = Learner::new();
    learner.submit(&[]).is(0, &["submit/ana", "There is no remote", "git remote add origin"]);
    assert_eq!(learner.git(&["show", "submit/ana:run-python/hello.py"]), "print('hello')");
    // git was never told a name: the handle stands in for it.
    assert_eq!(learner.git(&["log", "-1", "--format=%an <%ae>", "submit/ana"]), "ana <ana@localhost>");
    learner.git(&["config", "user.name", "Ana Lovelace"]);
    learner.git(&["config", "user.email", "a@l.example"]);
    learner.submit(&["--as", "bob", "--branch", "hand-in"]).is(0, &["on the branch hand-in"]);
    assert_eq!(learner.git(&["log", "-1", "--format=%an <%ae>", "hand-in"]), "Ana Lovelace <a@l.example>");
}

#[test]
fn a_repository_is_made_only_where_somebody_agrees() {
    let learner = Learner::without_git();
    // One that lies further up is about other things.
    learner.git_in(&learner.0.path(""), &["init", "--quiet"]);
    learner.0.says(&["submit", "--as", "ana"]).is(2, &["is not a git repository yet", "git init", "--yes"]);
    assert!(!learner.0.path("work/.git").exists());
    learner.submit(&["--as", "ana"]).is(0, &["submit/ana"]);
    assert!(learner.0.path("work/.git").is_dir());
}

#[test]
fn whose_work_it_is_must_be_known() {
    let learner = Learner::new();
    for branch in ["main", "your-handle", "feature/x"] {
        learner.git(&["checkout", "--quiet", "-b", branch]);
        learner.submit(&[]).is(2, &["your handle is not known", branch, "--as HANDLE"]);
    }
    learner.git(&["commit", "--quiet", "--allow-empty", "-m", "x"]);
    learner.git(&["checkout", "--quiet", "--detach"]);
    learner.submit(&[]).is(2, &["no branch is checked out", "detached HEAD", "--as HANDLE"]);
    for bad in ["a b", "../x", "=1"] {
        learner.submit(&["--as", bad]).is(2, &["can't be a handle"]);
    }
    learner.submit(&["--as", "ana"]).is(0, &["submit/ana"]);
    let head = learner.git(&["rev-parse", "HEAD"]);
    learner.git(&["checkout", "--quiet", "-b", "mine"]);
    learner.submit(&["--as", "ana", "--branch", "mine"]).is(2, &["mine is checked out"]);
    learner.submit(&["--as", "ana", "--branch", "a..b"]).is(2, &["a..b can't be a branch"]);
    learner
        .submit(&["--as", "ana", "--branch", "submit"])
        .is(2, &["submit could not be written", "--branch NAME"]);
    assert_eq!(learner.git(&["rev-parse", "mine"]), head);
}

#[test]
fn it_is_pushed_only_to_an_address_that_the_learner_agreed_to() {
    let learner = Learner::new();
    let class = learner.remote();
    let shown = class.display().to_string();
    let asks = |args: &[&str]| learner.0.says(&[&["submit"], args].concat());
    let branches = |of: &Path| learner.git_in(of, &["for-each-ref", "--format=%(refname:short)"]);
    // Nobody can be asked: nothing is done, here or there.
    asks(&[]).is(2, &["pushed to origin", &shown, "nobody can be asked", "--yes"]);
    assert_eq!((branches(&class), learner.git(&["for-each-ref"])), (String::new(), String::new()));
    asks(&["--yes"]).is(0, &[&shown, "Pushed to origin."]);
    let again = asks(&[]);
    again.is(0, &["Pushed to origin."]);
    assert!(!again.out.contains(&shown), "it was asked for: {}", again.out);

    // The same name, and another place.
    let other = learner.0.path("other.git");
    std::fs::create_dir(&other).expect("a folder");
    learner.git_in(&other, &["init", "--quiet", "--bare"]);
    let other_shown = other.display().to_string();
    learner.git(&["remote", "set-url", "origin", &other_shown]);
    asks(&[]).is(2, &[&other_shown, "nobody can be asked"]);
    learner.git(&["remote", "set-url", "origin", &shown]);
    asks(&[]).is(0, &["Pushed to origin."]);
    // A second place behind the one that was agreed to.
    learner.git(&["remote", "set-url", "--add", "--push", "origin", &shown]);
    learner.git(&["remote", "set-url", "--add", "--push", "origin", &other_shown]);
    asks(&[]).is(2, &[&shown, &other_shown, "nobody can be asked"]);
    assert_eq!(branches(&other), "");
}

#[test]
fn the_question_can_be_answered_with_no() {
    let launch = Launch::pilotwhale();
    let work = launch.home().join("pilotwhale/work");
    std::fs::create_dir_all(work.join("run-python")).expect("folders");
    std::fs::write(work.join("run-python/hello.py"), "print('hello')\n").expect("a file");
    for args in [&["init", "--quiet"][..], &["remote", "add", "origin", "/nonexistent/class.git"]] {
        let done = std::process::Command::new("git").args(args).current_dir(&work).status();
        assert!(done.expect("git runs").success());
    }
    let screen = launch.args(["submit", "--as", "ana"]).start();
    screen.wait_for("Push there? [y/N]");
    screen.send("n<Enter>");
    let told = screen.wait_for("Nothing was pushed to origin: it is here alone.");
    assert!(told.contains("Handed in on the branch submit/ana: 1 file,"), "{told}");
    assert!(told.contains("/nonexistent/class.git"), "{told}");
    assert!(!screen.wait_exit().success());
}

#[test]
fn it_is_never_pushed_to_pilotwhales_own_repository() {
    const MANIFEST: &str = "[package]\nname = \"pilotwhale\"\nversion = \"0.1.0\"\n";
    let learner = Learner::new();
    let own = learner.remote();
    // The program's repository, known from what git has of it.
    learner.0.write("clone/Cargo.toml", MANIFEST);
    let clone = learner.0.path("clone");
    let own_shown = own.display().to_string();
    learner.git_in(&clone, &["init", "--quiet", "-b", "main"]);
    learner.git_in(&clone, &["add", "Cargo.toml"]);
    learner.git_in(&clone, &["commit", "--quiet", "-m", "all"]);
    learner.git_in(&clone, &["push", "--quiet", &own_shown, "main"]);
    learner.git(&["fetch", "--quiet", "origin"]);
    let words = ["pilotwhale's own repository", &own_shown, "Nothing was handed in yet", "--remote class"];
    learner.submit(&[]).is(2, &words);
    learner.submit(&["--remote", "origin"]).is(2, &words);
    assert_eq!(learner.git(&["for-each-ref", "refs/heads"]), "");
    assert_eq!(learner.git_in(&own, &["for-each-ref", "--format=%(refname:short)"]), "main");

    // One that the learner set beside it.
    let class = learner.0.path("class-of-ana.git");
    std::fs::create_dir(&class).expect("a folder");
    learner.git_in(&class, &["init", "--quiet", "--bare"]);
    learner.git(&["remote", "add", "class", class.to_str().expect("a plain name")]);
    learner.submit(&["--remote", "class"]).is(0, &["Pushed to class."]);
}

#[test]
fn who_cloned_the_program_to_where_work_goes_works_beside_it() {
    let learner = Headless::new();
    learner.write("work/Cargo.toml", "[package]\nname = \"pilotwhale\"\n");
    let git =
        |folder: &str, args: &[&str]| learner.runs(Path::new("git"), args, &learner.path(folder)).is(0, &[]);
    git("work", &["init", "--quiet"]);
    git("work", &["remote", "add", "origin", "https://github.com/owner/pilotwhale.git"]);
    let beside = learner.path("work-work");
    let begun = learner.says(&["begin", "run-python"]);
    begun.is(0, &["work-work/run-python"]);
    assert!(
        begun.err.contains("Your exercise folders will be in") && beside.join("run-python").is_dir(),
        "{}",
        begun.err
    );
    assert!(!learner.path("work/run-python").exists());
    learner.says(&["doctor"]).is(1, &["work-work (writable), because", "belongs to a source"]);
    learner
        .says(&["submit", "--as", "ana", "--yes"])
        .is(0, &["work-work is not a git repository yet", "no remote"]);
    // The learner sets the program's own address for their work, written in another way.
    git("work-work", &["remote", "add", "origin", "git@github.com:owner/pilotwhale"]);
    learner.says(&["submit", "--as", "ana", "--yes"]).is(2, &["pilotwhale's own repository"]);
}

#[test]
fn nothing_that_is_on_the_remote_is_lost() {
    let learner = Learner::new();
    let class = learner.remote();
    learner.submit(&[]).is(0, &["Pushed"]);
    // Somebody else hands in under this name.
    let other = Learner::new();
    other.git(&["remote", "add", "origin", class.to_str().expect("a plain name")]);
    let words = ["origin has work on submit/ana that is not from here", "--join", "--as HANDLE"];
    other.submit(&[]).is(3, &words);
    let first = learner.git_in(&class, &["rev-parse", "submit/ana"]);
    // It was the learner's other machine.
    other.submit(&["--join"]).is(0, &["Pushed"]);
    assert_eq!(learner.git_in(&class, &["rev-parse", "submit/ana^1"]), first);
    // Here the first one is the last: the push is refused, and the work stays here.
    learner.0.write("work/run-python/hello.py", "more\n");
    learner.submit(&[]).is(3, &[&words[..], &["Your work is safe on the branch submit/ana here"]].concat());
    assert_eq!(learner.git(&["show", "submit/ana:run-python/hello.py"]), "more");
    learner.submit(&["--join"]).is(0, &["Pushed"]);
    assert_eq!(learner.git_in(&class, &["show", "submit/ana:run-python/hello.py"]), "more");
    let all = learner.git_in(&class, &["rev-list", "submit/ana"]);
    assert_eq!(all.lines().count(), 4, "{all}");
}

#[test]
fn a_remote_that_refuses_or_is_away_is_said() {
    let learner = Learner::new();
    let class = learner.remote();
    learner.submit(&[]).is(0, &["Pushed"]);
    let hook = class.join("hooks/pre-receive");
    write_script(&hook, "#!/bin/sh\necho 'The deadline was yesterday.'\nexit 1\n");
    learner
        .submit(&[])
        .is(3, &["origin does not take submit/ana: The deadline was yesterday.", "is safe on the branch"]);

    std::fs::rename(&class, learner.0.path("gone.git")).expect("it can be moved");
    learner.submit(&[]).is(3, &["origin (", "could not be reached", "is safe on the branch submit/ana here"]);
    learner.git(&["remote", "set-url", "origin", "http://ana:hunter2@127.0.0.1:1/class.git"]);
    let said = learner.submit(&["--as", "new"]);
    said.is(3, &["could not be reached", "127.0.0.1", "Nothing was handed in yet."]);
    assert!(!said.err.contains("hunter2"), "{}", said.err);
    learner.git(&["remote", "add", "second", "/nonexistent"]);
    learner.submit(&["--remote", "third"]).is(2, &["no remote called third"]);
    learner.git(&["remote", "rename", "origin", "first"]);
    learner.submit(&[]).is(2, &["several remotes here: first, second", "--remote NAME"]);
}

#[test]
fn what_git_cannot_take_stops_it_before_anything_is_written() {
    let nobody = Headless::new();
    nobody.says(&["submit"]).is(2, &["there is nothing to hand in", "pilotwhale begin"]);

    let learner = Learner::new();
    learner.0.write("work/run-python/inner/a", "a");
    let inner = learner.0.path("work/run-python/inner");
    learner.git_in(&inner, &["init", "--quiet"]);
    learner.git_in(&inner, &["add", "a"]);
    learner.git_in(&inner, &["commit", "--quiet", "-m", "a"]);
    learner.submit(&[]).is(2, &["run-python/inner is a git repository of its own", "run-python/inner/.git"]);
    assert_eq!(learner.git(&["for-each-ref"]), "");
    std::fs::remove_dir_all(inner.join(".git")).expect("it was there");
    learner.submit(&[]).is(0, &["2 files"]);
    // All of it left out by .gitignore: the report alone is handed in.
    learner.0.write("work/.gitignore", "run-python\n");
    learner.submit(&[]).is(0, &["0 files"]);
    let left = std::fs::read_dir(learner.0.path("work/.git")).expect("a folder").flatten();
    assert!(left.map(|e| e.file_name()).all(|name| !name.to_string_lossy().contains("pilotwhale")));

    let git = learner.0.path("work/.git");
    std::fs::rename(&git, learner.0.path("kept")).expect("it can be moved");
    learner.0.write("work/.git", "gitdir: /nonexistent\n");
    learner.submit(&[]).is(3, &["git can't use"]);
}

#[test]
fn without_git_it_says_what_to_install() {
    let learner = Learner::new();
    let said = learner.0.runs(
        Path::new("/usr/bin/env"),
        &["PATH=/nonexistent", env!("CARGO_BIN_EXE_pilotwhale"), "submit"],
        &learner.0.path(""),
    );
    said.is(3, &["git is not installed", "Install git"]);
}

#[test]
fn the_example_grades_every_branch_of_a_class() {
    let learner = Learner::new();
    let class = learner.remote();
    learner.submit(&[]).is(0, &["Pushed"]);
    learner.submit(&["--as", "bob"]).is(0, &["Pushed"]);
    let grades = |learner: &Learner| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/grade-branches.sh");
        let binary = Path::new(env!("CARGO_BIN_EXE_pilotwhale")).parent().expect("it is in a folder");
        let path = std::env::var("PATH").expect("there is a PATH");
        let path = format!("PATH={}:{path}", binary.display());
        let clone = learner.0.path("clone");
        learner.git_in(&clone, &["fetch", "--quiet"]);
        learner.0.runs(Path::new("/usr/bin/env"), &[&path, script, "grades", "run-python"], &clone)
    };
    learner
        .git_in(&learner.0.path(""), &["clone", "--quiet", class.to_str().expect("a plain name"), "clone"]);
    grades(&learner).is(0, &[]);
    let table = learner.0.read("clone/grades/grades.csv");
    let of =
        |handle: &str| table.lines().filter(|row| row.starts_with(&format!("{handle},run-python,"))).count();
    assert_eq!((of("ana"), of("bob"), table.lines().count()), (3, 3, 7), "{table}");
    let report = serde_json::from_str(&learner.0.read("clone/grades/bob.json")).expect("the report is JSON");
    is_valid_report(&report);

    // Handed in without evidence, and with that of somebody else.
    learner.submit(&["--no-evidence"]).is(0, &["Pushed"]);
    learner.git(&["push", "--quiet", "origin", "submit/bob:refs/heads/submit/eve"]);
    grades(&learner).is(
        1,
        &["ana: there is no evidence", "handed in by bob, and not by eve", "eve: could not be graded"],
    );
    let table = learner.0.read("clone/grades/grades.csv");
    assert!(
        table.lines().skip(1).all(|row| row.starts_with("bob,")) && table.lines().count() == 4,
        "{table}"
    );
}
