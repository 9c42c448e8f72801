//! Tables: evidence in, verdict out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::facts::{EngineInfo, Image, Output, Run, RunSource};

pub(super) const SLIM: &str = "sha256:51111111111111111111111111111111";
pub(super) const BIG: &str = "sha256:b1611111111111111111111111111111";
const ALPINE: &str = "sha256:a1711111111111111111111111111111";
const BARE: &str = "sha256:d1935700000000000000000000000000";

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// A check as an author writes it, in JSON.
pub(super) fn check(json: serde_json::Value) -> Check {
    serde_json::from_value(json).unwrap()
}

fn pulled() -> Check {
    check(json!({"image": {"repo": "python", "tag": {"regex": "slim"}}}))
}

fn ran() -> Check {
    check(json!({"run": {"image": {"repo": "python", "tag": {"regex": "slim"}}, "program": "python"}}))
}

fn printed() -> Check {
    check(json!({"run": {
        "image": {"repo": "python", "tag": {"regex": "slim"}},
        "program": "python",
        "output": {"line": "hello container"},
    }}))
}

fn image(id: &str, tags: &[&str], digests: &[&str]) -> Image {
    let owned = |all: &[&str]| all.iter().map(|t| (*t).to_string()).collect();
    Image { id: id.into(), tags: owned(tags), digests: owned(digests), ..Default::default() }
}

pub(super) fn evidence(runs: Vec<Run>) -> Evidence {
    Evidence {
        since: at(0),
        gathered: at(100),
        engine: Some(EngineInfo::default()),
        images: vec![
            image(SLIM, &["python:3-slim"], &["python@sha256:aaaa"]),
            image(BIG, &["python:latest"], &[]),
            image(ALPINE, &["alpine:latest"], &[]),
            image(BARE, &[], &["python@sha256:bbbb"]),
        ],
        runs,
        ..Default::default()
    }
}

/// A finished run of the slim image; the tests change what they are about.
pub(super) fn run(argv: &[&str], output: &str) -> Run {
    Run {
        id: "c0ffee".into(),
        name: "quiet_fox".into(),
        image: "python:3-slim".into(),
        image_id: SLIM.into(),
        argv: Some(argv.iter().map(|w| (*w).to_string()).collect()),
        created: Some(at(10)),
        started: Some(at(11)),
        finished: Some(at(12)),
        exit_code: Some(0),
        output: Some(Output { text: output.into(), truncated: false }),
        ..Default::default()
    }
}

fn of(image: &str, id: &str, run: Run) -> Run {
    Run { image: image.into(), image_id: id.into(), ..run }
}

fn tty(run: Run) -> Run {
    Run { tty: true, stdin_open: true, ..run }
}

/// One word a verdict, and everything that it says.
fn told(check: &Check, runs: Vec<Run>) -> (String, String) {
    let verdict = judge(check, &evidence(runs));
    (verdict.word().to_string(), format!("{verdict:?}"))
}

const HELLO: &str = "hello container\n";
const PRINT: [&str; 3] = ["python3", "-c", "print('hello container')"];
const REPL_OK: &str =
    "Python 3.13.5 (main) on linux\n>>> print(\"hello container\")\nhello container\n>>> exit()\n";
const REPL_SYNTAX: &str = "Python 3.13.5 (main) on linux\n>>> print \"hello container\"\n  File \"<stdin>\", line 1\n    print \"hello container\"\n    ^^^^^^^^^^^^^^^^^^^^^^^\nSyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?\n>>> exit()\n";

#[test]
fn right_answers_by_whatever_way_pass() {
    let shell = tty(run(
        &["bash"],
        "root@4f1c:/# python\nPython 3.13.5\n>>> print('hello container')\nhello container\n",
    ));
    let with_exec =
        Run { execs: vec!["python -c print('hello container')".into()], ..run(&["sleep", "1000"], HELLO) };
    let runs = [
        ("plain", run(&PRINT, HELLO)),
        ("REPL by the image's own command", tty(run(&["python3"], REPL_OK))),
        ("piped into -i", Run { stdin_open: true, ..run(&["python3"], HELLO) }),
        ("removed after it was seen", Run { removed: true, auto_remove: true, ..run(&PRINT, HELLO) }),
        ("by id", of("51111111", SLIM, run(&PRINT, HELLO))),
        ("by digest", of("python@sha256:aaaa", SLIM, run(&PRINT, HELLO))),
        ("by whole name", of("docker.io/library/python:3-slim", SLIM, run(&PRINT, HELLO))),
        ("another slim tag", of("python:3.13-slim", "sha256:77", run(&PRINT, HELLO))),
        (
            "tag known from then",
            Run { image_refs: vec!["python:3-slim".into()], ..of("7777", "sha256:7777", run(&PRINT, HELLO)) },
        ),
        ("versioned path", run(&["/usr/local/bin/python3.13", "-c", "…"], "a\n  hello container  \nb\n")),
        (
            "through a shell",
            run(&["sh", "-c", "cd / && FOO=1 python -c \"print('hello container'); 1\""], HELLO),
        ),
        ("through env", run(&["/usr/bin/env", "A=b", "python3"], HELLO)),
        ("a shell, then python typed", shell),
        ("by exec", with_exec),
        ("exit code is not asked for", Run { exit_code: Some(1), ..run(&PRINT, HELLO) }),
    ];
    for (name, run) in runs {
        for check in [ran(), printed()] {
            let (word, all) = told(&check, vec![run.clone()]);
            assert_eq!(word, "done", "{name}: {all}");
        }
    }
    assert_eq!(told(&pulled(), vec![]).0, "done");
}

#[test]
fn wrong_answers_are_told_what_is_wrong() {
    let failed = |argv: &[&str], error: &str| Run {
        started: None,
        finished: None,
        exit_code: Some(127),
        error: error.into(),
        output: None,
        ..run(argv, "")
    };
    let missing = |word: &str| {
        format!(
            "failed to create task: runc create failed: exec: \"{word}\": executable file not found in $PATH: unknown"
        )
    };
    let built = Run { source: RunSource::Build, ..run(&PRINT, HELLO) };
    let cases: Vec<(&str, Check, Run, &[&str])> = vec![
        ("E2, the echo of a syntax error", printed(), tty(run(&["python3"], REPL_SYNTAX)), &["brackets"]),
        (
            "echo instead of python",
            printed(),
            run(&["echo", "hello", "container"], HELLO),
            &["it ran [\\\"echo\\\"", "not python"],
        ),
        (
            "the big image",
            printed(),
            of("python", BIG, run(&PRINT, HELLO)),
            &["python:latest", "that contains"],
        ),
        (
            "another image",
            printed(),
            of("alpine", ALPINE, run(&["echo", "hello container"], HELLO)),
            &["alpine:latest"],
        ),
        (
            "options after the image",
            ran(),
            failed(&["-it"], &missing("-it")),
            &["-it stands after the image", "executable file not found"],
        ),
        (
            "the image as command",
            ran(),
            failed(&["python:3-slim"], &missing("python:3-slim")),
            &["looks like an image"],
        ),
        (
            "a text as command",
            ran(),
            failed(&["print(1)"], &missing("print(1)")),
            &["has no program print(1)"],
        ),
        ("capitals", printed(), run(&PRINT, "Hello Container\n"), &["capital", "character 1"]),
        ("a comma", printed(), run(&PRINT, "hello, container\n"), &["character 6 is \\\",\\\""]),
        (
            "the value, not a print",
            printed(),
            tty(run(&["python3"], ">>> 'hello container'\n'hello container'\n")),
            &["quotes"],
        ),
        ("part of a line", printed(), run(&PRINT, "I say hello container\n"), &["before it"]),
        (
            "the shell ate the quotes",
            printed(),
            run(&PRINT, "NameError: name 'hello' is not defined\n"),
            &["Text needs quotes"],
        ),
        ("another line", printed(), run(&PRINT, "42\n"), &["its last line is \\\"42\\\"", "no line is"]),
        ("nothing, for want of a keyboard", printed(), run(&["python3"], ""), &["-it", "it printed nothing"]),
        (
            "exit 127",
            printed(),
            Run { exit_code: Some(127), ..run(&["python3", "x"], "") },
            &["command not found"],
        ),
        (
            "exit 126",
            printed(),
            Run { exit_code: Some(126), ..run(&["python3", "x"], "") },
            &["cannot be executed"],
        ),
        ("a RUN step of a build", ran(), built.clone(), &["image was built"]),
        ("a RUN step of a build", printed(), built, &["image was built"]),
        (
            "a RUN step that is gone",
            ran(),
            Run {
                argv: None,
                removed: true,
                image: format!("sha256:{}", "5".repeat(64)),
                image_id: String::new(),
                image_refs: vec!["python:3-slim".into()],
                ..run(&[], "")
            },
            &["image was built"],
        ),
        (
            "python 2 style, not in a terminal",
            printed(),
            run(&PRINT, "    print \"hello container\"\nSyntaxError: Missing parentheses\n"),
            &["brackets"],
        ),
    ];
    for (name, check, run, says) in cases {
        let (word, all) = told(&check, vec![run]);
        assert_eq!(word, "not right", "{name}: {all}");
        for part in says {
            assert!(all.contains(part), "{name}: «{part}» is not in {all}");
        }
    }
}

#[test]
fn the_syntax_error_still_ran_python() {
    assert_eq!(told(&ran(), vec![tty(run(&["python3"], REPL_SYNTAX))]).0, "done");
}

#[test]
fn what_is_no_try_or_not_over_is_not_yet() {
    let open = |run: Run| Run { finished: None, exit_code: None, ..run };
    let cases = [
        ("nothing", printed(), None),
        (
            "something else",
            printed(),
            Some(of("hello-world", "sha256:99", run(&["/hello"], "Hello from Docker!\n"))),
        ),
        ("before it began", printed(), Some(Run { created: Some(at(-1)), ..run(&PRINT, HELLO) })),
        ("the prompt is open", printed(), Some(open(tty(run(&["python3"], ">>> "))))),
        ("a shell is open", ran(), Some(open(tty(run(&["bash"], "# "))))),
        ("made and not started", ran(), Some(open(Run { started: None, ..run(&PRINT, "") }))),
    ];
    for (name, check, run) in cases {
        let (word, all) = told(&check, run.into_iter().collect());
        assert_eq!(word, "not yet", "{name}: {all}");
    }
}

#[test]
fn what_could_not_be_seen_is_never_wrong() {
    let gone = Run { argv: None, output: None, removed: true, image_id: String::new(), ..run(&[], "") };
    let cases = [
        ("gone, only its events are known", ran(), gone.clone()),
        ("gone, only its events are known", printed(), gone),
        ("output gone", printed(), Run { output: None, removed: true, ..run(&PRINT, "") }),
        (
            "too much output",
            printed(),
            Run { output: Some(Output { text: "y\ny\n".into(), truncated: true }), ..run(&PRINT, "") },
        ),
        (
            "printed by an exec",
            printed(),
            Run { execs: vec!["python -c print('hello container')".into()], ..run(&["sleep", "1000"], "") },
        ),
        ("a digest that no tag is known of", ran(), of("python@sha256:bbbb", BARE, run(&PRINT, HELLO))),
    ];
    for (name, check, run) in cases {
        let (word, all) = told(&check, vec![run]);
        assert_eq!(word, "could not check", "{name}: {all}");
    }
    let nobody = Evidence { engine: None, runs: vec![run(&PRINT, HELLO)], ..evidence(vec![]) };
    assert_eq!(judge(&printed(), &nobody).word(), "could not check");
}

#[test]
fn the_nearest_try_is_the_one_that_is_spoken_of() {
    let far = of("alpine", ALPINE, run(&["echo", "hello container"], HELLO));
    let near = Run { name: "near_fox".into(), ..run(&PRINT, "Hello container\n") };
    let (_, all) = told(&printed(), vec![near.clone(), far.clone()]);
    assert!(all.contains("near_fox"), "{all}");
    // Of two that are equally near, the newer one.
    let newer = Run { name: "newer_fox".into(), ..run(&PRINT, "helo container\n") };
    let (_, all) = told(&printed(), vec![near.clone(), newer, far]);
    assert!(all.contains("newer_fox"), "{all}");
    // The last try at the right image is what the learner has in mind, also where an older one was nearer.
    let last = Run { name: "last_fox".into(), ..run(&["echo", "hi"], "hi\n") };
    let (_, all) = told(&printed(), vec![near.clone(), last]);
    assert!(all.contains("last_fox"), "{all}");
    // And a right one among wrong ones passes.
    assert_eq!(told(&printed(), vec![near.clone(), run(&PRINT, HELLO), near]).0, "done");
}

#[test]
fn images_are_told_by_reference() {
    let judged = |images: Vec<Image>| judge(&pulled(), &Evidence { images, ..evidence(vec![]) });
    let cases = [
        ("none", vec![], "not yet"),
        ("other", vec![image(ALPINE, &["alpine:latest"], &[])], "not yet"),
        ("a namesake of someone else", vec![image(SLIM, &["me/python:3-slim"], &[])], "not yet"),
        ("the big one", vec![image(BIG, &["python:latest"], &[])], "not right"),
        (
            "both",
            vec![
                image(BIG, &["python:latest"], &[]),
                image(SLIM, &["docker.io/library/python:3.13-slim"], &[]),
            ],
            "done",
        ),
        ("digest alone", vec![image(BARE, &[], &["python@sha256:bbbb"])], "could not check"),
        ("untagged", vec![image(BARE, &["<none>:<none>"], &[])], "not yet"),
    ];
    for (name, images, word) in cases {
        let verdict = judged(images);
        assert_eq!(verdict.word(), word, "{name}: {verdict:?}");
    }
}

#[test]
fn programs_are_found_behind_shells_and_wrappers() {
    let cases: [(&[&str], &str, bool); 12] = [
        (&["python3.13", "-c", "1"], "python", true),
        (&["/usr/local/bin/python"], "python3", true),
        (&["sh", "-c", "echo python"], "python", false),
        (&["sh", "-c", "echo 'a; python'"], "python", false),
        (&["sh", "-c", "echo a; python x.py"], "python", true),
        (&["/bin/bash", "-lc", "time python"], "python", true),
        (&["tini", "--", "python"], "python", true),
        (&["docker-entrypoint.sh", "redis-server"], "redis-server", true),
        (&["pythonista"], "python", false),
        (&["bash", "-c"], "bash", true),
        (&["base64"], "python", false),
        (&[], "python", false),
    ];
    for (argv, program, expected) in cases {
        let argv: Vec<String> = argv.iter().map(|w| (*w).to_string()).collect();
        assert_eq!(runs_program(&argv, program), expected, "{argv:?} {program}");
    }
    assert!(program::exec_runs("sh -c python -c print(1)", "python"));
    assert!(!program::exec_runs("ls /usr/bin/python", "python"));
    assert!(!program::typed_at_prompt("root@1:/# python\nbash: python: command not found\n", "python"));
    assert!(program::is_prompt(&["bash".into(), "-l".into()]));
    assert!(!program::is_prompt(&["bash".into(), "x.sh".into()]));
}

#[test]
fn trees_reason_in_three_values() {
    let (yes, wrong, unseen) =
        (run(&PRINT, HELLO), run(&PRINT, "hello\n"), Run { output: None, ..run(&PRINT, "") });
    let nginx = check(json!({"image": {"repo": "nginx"}}));
    let cases = [
        (Check::All(vec![pulled(), ran(), printed()]), yes.clone(), "done"),
        (Check::All(vec![ran(), printed()]), wrong.clone(), "not right"),
        (Check::All(vec![printed(), nginx.clone()]), unseen.clone(), "not yet"),
        (Check::All(vec![ran(), printed()]), unseen.clone(), "could not check"),
        (Check::Any(vec![nginx.clone(), printed()]), yes, "done"),
        (Check::Any(vec![nginx.clone(), printed()]), unseen, "could not check"),
        (Check::Any(vec![nginx, printed()]), wrong, "not right"),
        (Check::Any(vec![]), run(&PRINT, ""), "not yet"),
    ];
    for (check, run, word) in cases {
        assert_eq!(told(&check, vec![run]).0, word, "{check:?}");
    }
}

#[test]
fn a_sticky_task_stays_passed_and_a_level_task_does_not() {
    let check = pulled();
    let task = |id, sticky| Asked {
        id,
        title: "t",
        points: 1,
        bonus: false,
        sticky,
        needs: &[],
        check: &check,
        when_wrong: &[],
    };
    let passed: BTreeMap<String, String> =
        [("edge".to_string(), "then".to_string()), ("level".to_string(), "then".to_string())].into();
    let nobody = Evidence { engine: None, ..Default::default() };
    let report = report("e", "E", [task("edge", true), task("level", false)], &nobody, &passed);
    assert_eq!(report.tasks[0].verdict, Verdict::Pass { found: "then".into() });
    assert!(matches!(report.tasks[1].verdict, Verdict::CouldNotCheck { .. }));
    assert_eq!(report.points(), (1, 2));
    assert!(!report.passed() && report.could_not_check());
}

#[test]
fn an_authors_mistakes_are_named() {
    let bad = check(json!({"all": [{"image": {"repo": "python:3"}}, {"run": {}}, {"any": []}]}));
    let found: Vec<String> = bad.mistakes().into_iter().map(|m| m.at.join(".")).collect();
    assert_eq!(found, ["all.0.image", "all.1.run", "all.2.any"]);
    for bad in [
        json!({"image": {"repo": "python", "tag": {"regex": "("}}}),
        json!({"run": {"output": {"line": ""}}}),
        json!({"run": {"output": {"line": {"one-of": []}}}}),
        json!({"run": {"output": {"line": {"contains": "a", "prefix": "b"}}}}),
        json!({"run": {"exit-code": {"about": 1}}}),
        json!({"run": {"colour": "red"}}),
        json!({"run": {"port": "all"}}),
        json!({"run": {"image": "python"}}),
    ] {
        assert!(serde_json::from_value::<Check>(bad.clone()).is_err(), "{bad}");
    }
    assert!(printed().mistakes().is_empty());
}

proptest::proptest! {
    #[test]
    fn no_run_makes_the_judge_panic(
        argv in proptest::option::of(proptest::collection::vec(".{0,20}|sh|-c|env|'.*", 0..5)),
        image in "(python|sha256:|[a-z/:@.]{0,8}).{0,12}",
        text in "(hello|>>> |# |Error: |.{0,20}|\n){0,12}",
        error in "(exec: |.{0,12}){0,4}",
        flags in proptest::num::u8::ANY,
    ) {
        let on = |bit: u8| flags & (1 << bit) != 0;
        let seen = Run {
            argv,
            error,
            image: image.clone(),
            image_id: if on(0) { image } else { SLIM.into() },
            tty: on(1),
            removed: on(2),
            started: on(3).then(|| at(11)),
            finished: on(4).then(|| at(12)),
            exit_code: on(5).then_some(1),
            execs: vec![text.as_str().into()],
            output: on(6).then(|| Output { text, truncated: on(7) }),
            ..run(&[], "")
        };
        for check in [pulled(), ran(), printed(), check(json!({"run": {"exit-code": 0}}))] {
            let first = judge(&check, &evidence(vec![seen.clone()]));
            // The same evidence, saved and read again, leads to the same verdict.
            let saved = serde_json::to_string(&evidence(vec![seen.clone()])).unwrap();
            let again: Evidence = serde_json::from_str(&saved).unwrap();
            proptest::prop_assert_eq!(judge(&check, &again), first);
        }
    }
}
