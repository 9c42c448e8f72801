//! What `pilotwhale course lint` finds, with its place in the author's file.

use std::process::{Command, Stdio};

/// A course of one lesson and one exercise, in a folder.
struct Written(tempfile::TempDir);

const LESSON: &str = "---\ntitle: One\n---\n\n# Run\n\n```bash\ndocker run --rm alpine echo hello\n```\n\n# Try it\n\n```exercise\ne\n```\n";
const EXERCISE: &str = "format_version: 1
id: e
title: E
brief: Let a container of alpine print hello.
tasks:
  - id: printed
    title: It printed hello
    check: {run: {image: {repo: alpine}, output: {line: hello}}}
    hints: [a, b, c]
accepts: [{name: quietly, run: docker run alpine echo hello}]
rejects: [{name: loudly, run: docker run alpine echo HELLO, task: printed, message: {contains: HELLO}}]
";
const SOLUTION: &str = "```bash\ndocker run alpine echo hello\n```\n";

impl Written {
    fn new(lesson: &str, exercise: &str, solution: &str) -> Self {
        let written = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        let course = "format_version: 1\nid: c\ntitle: C\nversion: \"1\"\nlessons: [one]\n";
        for (path, text) in [
            ("lessons/course.yaml", course),
            ("lessons/one/lesson.md", lesson),
            ("exercises/e/exercise.yaml", exercise),
            ("exercises/e/solution.md", solution),
        ] {
            let path = written.0.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
            std::fs::write(path, text).expect("a file can be written");
        }
        written
    }

    fn lint(&self) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pilotwhale"));
        command.args(["course", "lint", "--course"]).arg(self.0.path()).stdin(Stdio::null());
        let output = command.output().expect("pilotwhale can be run");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Each `file:line` with the message before it.
fn found(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut message = "";
    for line in text.lines() {
        if let Some(told) = line.strip_prefix("warning: ").or_else(|| line.strip_prefix("error: ")) {
            message = told;
        } else if let Some((_, place)) = line.split_once("--> ") {
            let place = place.rsplit('/').next().unwrap_or(place);
            let place = place.rsplit_once(':').map_or(place, |(place, _)| place);
            found.push(format!("{place} {message}"));
        }
    }
    found
}

#[test]
fn a_course_without_mistakes_has_none() {
    let (code, text) = Written::new(LESSON, EXERCISE, SOLUTION).lint();
    assert_eq!((code, text.as_str()), (Some(0), "Nothing to mend in 1 lessons and 1 exercises.\n"));
}

#[test]
fn a_score_stands_behind_the_end() {
    let lint = |end: &str| Written::new(&format!("{LESSON}\n{end}"), EXERCISE, SOLUTION).lint();
    let score = "# Reached\n\n```score\n```\n";
    assert_eq!(lint(&format!("# Well done\n\nBye.\n\n{score}")).0, Some(0));
    assert_eq!(found(&lint(score).1), [""; 0]);
    let late = found(&lint(&format!("# B\n\n1\n\n# C\n\n2\n\n{score}")).1);
    assert_eq!(late, ["lesson.md:25 the lesson ends without a quiz or an exercise"]);
    let filled = found(&lint("# Reached\n\n```score\n3 : 2\n```\n").1);
    assert_eq!(filled, ["lesson.md:19 a score block holds nothing"]);
}

#[test]
fn mistakes_of_a_lesson_are_pointed_at() {
    let cases: [(&str, i32, &[&str]); 9] = [
        ("# A\n\ntext\n", 1, &["lesson.md:5 the lesson ends without a quiz or an exercise"]),
        (
            "# A\n\n1\n\n# B\n\n2\n\n# C\n\n3\n\n# D\n\n4\n\n# E\n\n```exercise\ne\n```\n",
            1,
            &["lesson.md:17 up to here 4 slides in a row have nothing to do"],
        ),
        (
            "# A\n\n[here](https://nowhere) and [there](gone.md)\n\n```exercise\ne\n```\n",
            2,
            &["lesson.md:7 `https://nowhere` is no address", "lesson.md:7 there is no file `gone.md`"],
        ),
        (
            "# A\n\n```exercise\nnone\n```\n\n```exercise\ne\n```\n",
            2,
            &["lesson.md:7 there is no exercise `none`"],
        ),
        (
            "# A\n\n```{.bash stats=1}\ndocker rum x\n```\n\n```exercise\ne\n```\n",
            2,
            &["lesson.md:7 a command has no `stats`", "lesson.md:8 docker has no command `rum`"],
        ),
        (
            "# A\n\n```output\nx\n```\n\n```exercise\ne\n```\n",
            2,
            &["lesson.md:7 no command stands before this output"],
        ),
        (
            "# A\n\n```exercise\ne\n```\n\n# B\n\n```task\nid: t\ntitle: Make it\ncheck: {run: {name: web}}\nsolve: docker network create x\n```\n",
            1,
            &[
                "lesson.md:14 the task `t` has 0 hints",
                "lesson.md:14 the task `t` has no `rejects`",
                "lesson.md:16 the check asks for `web`, which no slide so far names",
                "lesson.md:14 no slide before this has shown `docker network create`",
            ],
        ),
        (
            &format!("# A\n\n{}\n# B\n\n```exercise\ne\n```\n", "a line\n\n".repeat(20)),
            1,
            &["lesson.md:5 this slide is 29 lines too long for 80x24"],
        ),
        (
            &format!("# A\n\n```\n{}\n```\n\n# B\n\n```exercise\ne\n```\n", "-".repeat(66)),
            1,
            &["lesson.md:5 this slide is 14 columns too wide for 120x40"],
        ),
    ];
    for (slides, code, expected) in cases {
        // Taught before, so that only what the case is about is said.
        let lesson = format!("---\ntitle: One\n---\n\n{slides}");
        let exercise = EXERCISE.replace("docker run", "echo");
        let (status, text) = Written::new(&lesson, &exercise, "```bash\necho hello\n```\n").lint();
        let mut told = found(&text);
        told.retain(|line| line.starts_with("lesson.md"));
        let is_right = |n: usize, line: &String| match expected[n].contains("lines too long") {
            true => {
                line.starts_with("lesson.md:5 this slide is") && line.ends_with("lines too long for 80x24")
            }
            false => *line == expected[n],
        };
        assert!(
            told.len() == expected.len() && told.iter().enumerate().all(|(n, line)| is_right(n, line)),
            "{slides}\n{text}"
        );
        if slides.contains("```exercise\ne\n```") {
            assert_eq!(status, Some(code), "{text}");
        }
    }
}

#[test]
fn mistakes_of_an_exercise_are_pointed_at() {
    let cases: [(&str, &str, &str, &str); 9] = [
        ("hints: [a, b, c]", "hints: [a]", SOLUTION, "exercise.yaml:6 the task `printed` has 1 hints"),
        (
            "accepts: [{name: quietly, run: docker run alpine echo hello}]",
            "accepts: [{name: late, tries: [{run: docker run alpine true}, {run: docker run alpine echo hello}]}]",
            SOLUTION,
            "exercise.yaml:10 after a try of `late` nothing is looked at",
        ),
        (
            "accepts: [{name: quietly, run: docker run alpine echo hello}]",
            "",
            SOLUTION,
            "exercise.yaml:5 the exercise has no `accepts`",
        ),
        (
            "line: hello",
            "line: moin",
            SOLUTION,
            "exercise.yaml:8 the check asks for `moin`, which neither the brief nor its title names",
        ),
        (
            "print hello.",
            "print $WORD hello.",
            SOLUTION,
            "exercise.yaml:4 `$WORD` is not declared, so learners read it as it stands",
        ),
        (
            "tasks:",
            "vars: {WORD: {random: 3}}\ntasks:",
            SOLUTION,
            "exercise.yaml:5 the variable `WORD` is not used",
        ),
        (
            "print hello.\ntasks:",
            "print hello $WORD.\nvars:\n  WORD: {random: 3}\ntasks:",
            SOLUTION,
            "exercise.yaml:6 no check and no file depends on the variable `WORD`",
        ),
        ("", "", "Only words.\n", "exercise.yaml:2 there is no solution that could be rehearsed"),
        (
            "",
            "",
            "```bash\ndocker volume create x\n```\n",
            "solution.md:2 no slide before this has shown `docker volume create`",
        ),
    ];
    for (this, that, solution, expected) in cases {
        let exercise = if this.is_empty() { EXERCISE.to_owned() } else { EXERCISE.replace(this, that) };
        let (code, text) = Written::new(LESSON, &exercise, solution).lint();
        assert_eq!(found(&text), [expected], "{text}");
        assert_eq!(code, Some(1), "{text}");
    }
}

#[test]
fn a_mistake_is_shown_with_its_line_and_a_caret() {
    let (code, text) = Written::new(&LESSON.replace("docker run", "docker rum"), EXERCISE, SOLUTION).lint();
    assert_eq!(code, Some(2));
    for part in [
        "error: docker has no command `rum`",
        "lesson.md:8:1",
        "8 | docker rum --rm alpine echo hello",
        "^^^^",
        "= help: ",
    ] {
        assert!(text.contains(part), "«{part}» is not in:\n{text}");
    }
    assert!(text.ends_with("1 mistakes and 1 warnings.\n"), "{text}");
}
