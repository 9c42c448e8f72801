//! `pilotwhale course test`: what a course says is run on a real engine, and what is not so is pointed at.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::engine::{EngineUnderTest, engine};
use crate::support::turn::alone;

/// A course in a folder.
struct Written {
    root: tempfile::TempDir,
}

impl Written {
    fn new(lesson: &str) -> Self {
        let written = Self { root: tempfile::tempdir().expect("a temporary folder can be made") };
        written.write(
            "lessons/course.yaml",
            "format_version: 1\nid: c\ntitle: C\nversion: \"1\"\nlessons: [one]\n",
        );
        written.write("lessons/one/lesson.md", &format!("---\ntitle: One\n---\n\n{lesson}"));
        written
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }

    /// Exit code, and what was printed.
    fn rehearsed(&self, host: &str, args: &[&str]) -> (Option<i32>, String) {
        let output = pilotwhale(self.root.path(), host).args(args).output().expect("pilotwhale can be run");
        let all = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
        (output.status.code(), all.concat())
    }

    fn scenes(&self, engine: &EngineUnderTest) -> (Option<i32>, Vec<Value>) {
        let (code, text) = self.rehearsed(engine.host(), &["--format", "json"]);
        let report: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        (code, report["scenes"].as_array().expect("a list of scenes").clone())
    }
}

fn pilotwhale(course: &Path, host: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pilotwhale"));
    command.args(["course", "test", "--course"]).arg(course).stdin(Stdio::null());
    command.env("DOCKER_HOST", host).env_remove("DOCKER_CONTEXT");
    command
}

fn mistakes(scene: &Value) -> Vec<(u64, &str)> {
    let all = scene["mistakes"].as_array().expect("a list of mistakes");
    all.iter().map(|m| (m["line"].as_u64().unwrap_or(0), m["message"].as_str().unwrap_or_default())).collect()
}

#[test]
#[ignore = "needs an engine: ./test"]
fn commands_do_what_their_slides_say() {
    let _turn = alone();
    let engine = engine("rehearsal");
    let (box_, volume) = (engine.name("box"), engine.name("volume"));
    let lesson = format!(
        r#"# One

```bash
docker run --name {box_} alpine \
    sh -c 'echo first; date; echo last'
```

```output
first
…
la…
```

```{{.bash status=1}}
docker volume create {volume} >/dev/null
docker rm no-such-container
```

```{{.bash type="echo in-$((1+1));exit"}}
docker run --rm -it alpine sh
```

```output
…
…echo in-$((1+1))
in-2
…
```

# Two

```bash
cat > note <<'END'
it's
END
```

```bash
cat note
```

```output
it's
```
"#
    );
    let (code, scenes) = Written::new(&lesson).scenes(&engine);
    let wrong: Vec<_> = scenes.iter().filter(|s| s["status"] != "right").collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!((code, scenes.len()), (Some(0), 5));
    // Nothing of it is left.
    let left = engine.docker(&["ps", "-a", "--format", "{{.Names}}"]);
    assert!(!left.contains(&box_), "{left}");
    assert!(!engine.docker(&["volume", "ls", "-q"]).contains(&volume));
}

#[test]
#[ignore = "needs an engine: ./test"]
fn what_is_not_as_a_slide_says_is_pointed_at() {
    let _turn = alone();
    let engine = engine("rehearsal-wrong");
    let lesson = r#"# One

```bash
echo ready
false
```

```bash
echo one; echo two
```

```output
one
three
```

```{.bash type="hello"}
true
```

```bash
echo "never closed
```

```bash
sh -c 'printf "name? "; read x'
```

```bash
exit
```

```bash
echo after
```
"#;
    let written = Written::new(lesson);
    let (code, scenes) = written.scenes(&engine);
    assert_eq!(code, Some(2));
    let found: Vec<Vec<(u64, &str)>> = scenes.iter().map(mistakes).collect();
    assert_eq!(
        found,
        [
            vec![(9, "this ended with status 1, and 0 was expected")],
            vec![(18, "the command printed something else")],
            vec![(22, "nothing runs any more that could be told `hello`")],
            vec![(30, "this does not end by itself")],
            vec![(34, "the shell has ended")],
            vec![],
        ],
        "{scenes:#?}"
    );
}

#[test]
#[ignore = "needs an engine: ./test"]
fn a_person_sees_the_line_with_a_caret() {
    let _turn = alone();
    let engine = engine("rehearsal-text");
    let written = Written::new("# One\n\n```bash\nfalse\n```\n\n```bash\necho after\n```\n");
    let (code, text) = written.rehearsed(engine.host(), &["one"]);
    assert_eq!(code, Some(2));
    for part in ["✗ false", "lesson.md:8:1", "8 | false", "^^^^^", "it printed nothing", "✓ echo after"] {
        assert!(text.contains(part), "«{part}» is not in:\n{text}");
    }
}

#[test]
fn without_an_engine_nothing_is_rehearsed() {
    let written = Written::new("# One\n\n```bash\ntrue\n```\n");
    let (code, text) = written.rehearsed("unix:///nonexistent/no-engine.sock", &[]);
    assert_eq!(code, Some(3), "{text}");
    let (code, text) = written.rehearsed("unix:///nonexistent/no-engine.sock", &["two"]);
    assert!(code == Some(2) && text.contains("It has: one."), "{text}");
}

/// What was written for the exercise `e` of `Written::with_exercise`.
const EXERCISE: &str = r#"format_version: 1
id: e
title: E
images: [alpine]
vars:
  WORD: {random: 6}
brief: Let a container of alpine print $WORD. The file word has it, too.
tasks:
  - id: printed
    title: It printed $WORD
    check: {run: {image: {repo: alpine}, output: {line: $WORD}}}
    hints: [a, b, c]
"#;

impl Written {
    fn with_exercise(ways: &str, solution: &str) -> Self {
        let written = Self::new("# One\n\n```exercise\ne\n```\n");
        written.write("exercises/e/exercise.yaml", &format!("{EXERCISE}{ways}"));
        written.write("exercises/e/solution.md", solution);
        written.write("exercises/e/files/word", "$WORD\n");
        written
    }
}

/// The kind and name of a scene, with the line and message of each mistake.
type Told<'s> = (&'s str, &'s str, Vec<(u64, &'s str)>);

fn told(scenes: &[Value]) -> Vec<Told<'_>> {
    scenes
        .iter()
        .map(|s| {
            let part = |key: &str| s[key].as_str().unwrap_or_default();
            (part("kind"), part("name"), mistakes(s))
        })
        .collect()
}

#[test]
#[ignore = "needs an engine: ./test"]
fn right_ways_of_an_exercise_pass_and_wrong_ones_fail_with_their_message() {
    let _turn = alone();
    let engine = engine("rehearsal-ways");
    let ways = r#"accepts:
  - name: from its file
    run: docker run --rm -v "$(pwd)":/w alpine cat /w/word
  - name: typed
    run: |
      docker run -it --rm alpine sh
      > echo $WORD
      > exit
  - name: with a script of its own
    files: {say.sh: "echo $WORD"}
    run: docker run --rm -i alpine sh < say.sh
rejects:
  - {name: another word, run: docker run --rm alpine echo no, task: printed, message: {contains: "no"}}
  - {name: outside, run: echo $WORD, task: printed, verdict: not-yet, message: {contains: alpine}}
"#;
    let solution = "```bash\ndocker run --rm alpine echo $WORD\n```\n\n## By a shell\n\n```bash\ndocker run --rm alpine sh -c 'echo $WORD'\n```\n";
    let (code, scenes) = Written::with_exercise(ways, solution).scenes(&engine);
    let expected = [
        ("starter", "before anything is done"),
        ("solution", "the solution"),
        ("solution", "By a shell"),
        ("accept", "from its file"),
        ("accept", "typed"),
        ("accept", "with a script of its own"),
        ("reject", "another word"),
        ("reject", "outside"),
    ];
    assert_eq!(told(&scenes), expected.map(|(kind, name)| (kind, name, vec![])));
    assert_eq!(code, Some(0));
}

#[test]
#[ignore = "needs an engine: ./test"]
fn an_exercise_that_is_not_as_its_author_says_is_pointed_at() {
    let _turn = alone();
    let engine = engine("rehearsal-bad");
    let ways = r#"accepts:
  - {name: wrong after all, run: docker run --rm alpine echo no}
rejects:
  - {name: right after all, run: docker run --rm alpine echo $WORD, task: printed, message: {contains: x}}
  - {name: other words, run: docker run --rm alpine echo no, task: printed, message: {contains: nothing like it}}
  - {name: only late, run: echo, task: printed, message: {contains: alpine}}
"#;
    let (code, scenes) =
        Written::with_exercise(ways, "```bash\ndocker run --rm alpine true\n> exit\n```\n").scenes(&engine);
    let found: Vec<Vec<(u64, &str)>> = scenes.iter().map(mistakes).collect();
    assert_eq!(
        found,
        [
            vec![],
            vec![(2, "nothing runs any more that could be told `exit`")],
            vec![(14, "after this the task `printed` is not right")],
            vec![(16, "this wrong way passes the task `printed`")],
            vec![(17, "the task `printed` says something else")],
            vec![(18, "the task `printed` is not yet, and another verdict was expected")],
        ],
        "{scenes:#?}"
    );
    assert_eq!(code, Some(2));
}

#[test]
#[ignore = "needs an engine: ./test"]
fn each_try_of_a_way_is_judged() {
    let _turn = alone();
    let engine = engine("rehearsal-tries");
    let ways = r#"accepts:
  - name: wrong, then right
    tries:
      - run: docker run --rm alpine echo no
        after: {printed: {message: {contains: "no"}, lacks: [yes]}}
      - {files: {say.sh: echo $WORD}, run: docker run --rm -i alpine sh < say.sh, after: {printed: pass}}
      - {run: docker run --rm alpine echo later, after: {printed: pass}}
  - name: not as it is written
    tries:
      - {run: docker run --rm alpine echo no, after: {printed: pass}}
      - {run: docker run --rm alpine echo $WORD}
rejects:
  - name: wrong in two ways
    task: printed
    tries:
      - {run: echo $WORD, after: {printed: not-yet}}
      - {run: docker run --rm alpine echo no, after: {printed: {message: {contains: "no"}}}}
  - name: right on the way
    task: printed
    tries:
      - {run: docker run --rm alpine echo no}
      - {run: docker run --rm alpine echo $WORD, after: {printed: {lacks: [any]}}}
"#;
    let (code, scenes) =
        Written::with_exercise(ways, "```bash\ndocker run --rm alpine echo $WORD\n```\n").scenes(&engine);
    let found: Vec<Vec<(u64, &str)>> = scenes.iter().map(mistakes).collect();
    assert_eq!(
        found,
        [
            vec![],
            vec![],
            vec![],
            vec![(20, "the task `printed` is not right, and another verdict was expected")],
            vec![],
            vec![(34, "this wrong way passes the task `printed`")],
        ],
        "{scenes:#?}"
    );
    assert_eq!(code, Some(2));
}

#[test]
#[ignore = "needs an engine: ./test"]
fn ways_are_also_gone_as_they_could_be_written_otherwise() {
    let _turn = alone();
    let engine = engine("rehearsal-vary");
    let ways = |not_varied: &str| {
        format!(
            r#"{not_varied}
accepts:
  - {{name: with a name, run: docker run -d --name {name} alpine echo $WORD}}
rejects:
  - {{name: another word, run: docker run --rm alpine echo no, task: printed, message: {{contains: "no"}}}}
"#,
            name = engine.name("box")
        )
    };
    let check = |name: &str| format!("output: {{line: $WORD}}, name: {name}");
    let rehearsed = |not_varied: &str| {
        let name = engine.name("box");
        let solution = format!("```bash\ndocker run --name {name} alpine echo $WORD\n```\n");
        let written = Written::with_exercise(&ways(not_varied), &solution);
        written.write(
            "exercises/e/exercise.yaml",
            &format!("{EXERCISE}{}", ways(not_varied)).replace("output: {line: $WORD}", &check(&name)),
        );
        let (code, text) = written.rehearsed(engine.host(), &["--format", "json", "--vary"]);
        let report: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        (code, report)
    };
    let (code, report) = rehearsed("not-varied: [names]");
    let scenes = report["scenes"].as_array().expect("a list of scenes");
    assert_eq!((code, report["status"].as_str()), (Some(0), Some("right")), "{report:#}");
    let names: Vec<&str> = scenes.iter().filter_map(|scene| scene["name"].as_str()).collect();
    for name in ["with a name", "another word"] {
        let count = names.iter().filter(|found| found.ends_with(name)).count();
        assert!(count >= 2, "{name}: {names:?}");
    }
    assert!(names.iter().any(|name| name.contains("long") || name.contains("short")), "{names:?}");
    // The check asks for the learner's own choice of a name: somebody else would not have chosen it.
    let (code, report) = rehearsed("");
    let scenes = report["scenes"].as_array().expect("a list of scenes");
    let wrong: Vec<&Value> = scenes.iter().filter(|scene| scene["status"] != "right").collect();
    assert!(code == Some(2) && !wrong.is_empty(), "{report:#}");
    for scene in wrong {
        assert!(scene["name"].as_str().is_some_and(|name| name.contains("names")), "{scene:#}");
        let help = scene["mistakes"][0]["help"].as_str().unwrap_or_default();
        assert!(help.contains("it was written in another way") && help.contains("my_"), "{scene:#}");
    }
}

#[test]
#[ignore = "needs an engine: ./test"]
fn a_way_that_needs_what_docker_lacks_is_left_out() {
    let _turn = alone();
    let engine = engine("rehearsal-needs");
    let ways = r#"accepts:
  - {name: with compose, needs: [compose], run: docker run --rm alpine echo $WORD}
  - {name: with docker, run: docker run --rm alpine echo $WORD}
rejects:
  - {name: outside, run: echo $WORD, task: printed, verdict: not-yet, message: {contains: alpine}}
"#;
    let written = Written::with_exercise(ways, "```bash\ndocker run --rm alpine echo $WORD\n```\n");
    let (_, text) = written.rehearsed(engine.host(), &["--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    let scenes = report["scenes"].as_array().expect("a list of scenes");
    let gone = scenes.iter().filter(|scene| scene["name"] == "with compose").count();
    let left_out = report["left_out"].as_array().expect("a list of ways");
    let has_compose = Command::new("docker")
        .args(["compose", "version"])
        .output()
        .is_ok_and(|output| output.status.success());
    assert_eq!((gone, left_out.len()), if has_compose { (1, 0) } else { (0, 1) }, "{report:#}");
    assert!(scenes.iter().any(|scene| scene["name"] == "with docker"), "{report:#}");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn tasks_on_slides_are_solved_in_their_place() {
    let _turn = alone();
    let engine = engine("rehearsal-tasks");
    let lesson = r#"# One

```bash
docker run -d --name base alpine sleep 300
```

# Two

```task
id: stopped
title: base does not run any more
check: {container: {name: base, state: exited}}
solve: docker kill base
hints: [a]
```

# Three

```task
id: noted
title: Say how many containers you have made
check: {answer: {prompt: "How many?", number: 1}}
solve: answer noted "$((3 - 2))"
rejects:
  - {name: another number, run: answer noted 7, message: {contains: "7"}}
hints: [a]
```

# Four

```task
id: named
title: A container named other
check: {run: {name: other, image: {repo: alpine}}}
needs: [noted]
solve: docker run --name other alpine true
accepts:
  - {name: in two steps, run: "docker create --name other alpine true\ndocker start other"}
rejects:
  - {name: another name, run: docker run --name third alpine true, message: {contains: third}}
hints: [a]
```

# Five

```task
id: early
title: The first container
check: {run: {name: base}}
solve: "true"
hints: [a]
```
"#;
    let (code, scenes) = Written::new(lesson).scenes(&engine);
    let kinds: Vec<&str> = scenes.iter().map(|s| s["kind"].as_str().unwrap_or_default()).collect();
    let expected = ["command", "solution", "solution", "solution", "solution", "reject", "accept", "reject"];
    assert_eq!(kinds, expected);
    let wrong: Vec<_> = scenes.iter().map(mistakes).filter(|m| !m.is_empty()).collect();
    assert_eq!(
        wrong,
        [vec![(51, "the task `early` is done already before its slide is reached")]],
        "{scenes:#?}"
    );
    assert_eq!(code, Some(2));
}

#[test]
#[ignore = "needs an engine: ./test"]
fn a_new_course_passes_lint_and_test() {
    let _turn = alone();
    let root = tempfile::tempdir().expect("a temporary folder can be made");
    let dir = root.path().join("mine");
    let says = |args: &[&str], host: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pilotwhale"));
        command
            .args(args)
            .arg(&dir)
            .env("DOCKER_HOST", host)
            .env_remove("DOCKER_CONTEXT")
            .stdin(Stdio::null());
        let output = command.output().expect("pilotwhale can be run");
        let all = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
        (output.status.code(), all.concat())
    };
    let nowhere = "unix:///nonexistent/no-engine.sock";
    assert_eq!(says(&["course", "new"], nowhere).0, Some(0));
    let (code, text) = says(&["course", "new"], nowhere);
    assert!(code == Some(2) && text.contains("there already"), "{text}");
    let (code, text) = says(&["course", "lint", "--course"], nowhere);
    assert_eq!((code, text.as_str()), (Some(0), "Nothing to mend in 1 lessons and 1 exercises.\n"));
    let engine = engine("rehearsal-new");
    let (code, text) = says(&["course", "test", "--course"], engine.host());
    assert_eq!(code, Some(0), "{text}");
}
