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
fn commands_do_what_their_slides_say() {
    let _turn = alone();
    let Some(engine) = engine("rehearsal") else { return };
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
fn what_is_not_as_a_slide_says_is_pointed_at() {
    let _turn = alone();
    let Some(engine) = engine("rehearsal-wrong") else { return };
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
    // A person sees the line with a caret.
    let (_, text) = written.rehearsed(engine.host(), &["one"]);
    for part in ["✘ echo ready", "lesson.md:9:1", "9 | false", "^^^^^", "it printed nothing", "✔ echo after"]
    {
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
