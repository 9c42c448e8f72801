//! A task on a slide, in the real binary beside a real engine: what the learner does turns it green.

use crate::support::engine::engine;
use crate::support::screen::Launch;
use crate::support::turn::alone;

const DECK: &str = r#"---
title: Ships
---

# Say it

```task
id: said
title: A container of `busybox` said "ahoy"
check: {run: {image: {repo: busybox}, output: {line: ahoy}}}
hints: ["`echo` is a program of that image."]
```

```task
id: word
title: You know the word
check: {answer: {prompt: "What did it say?", equals: ahoy}}
hints: ["Read its line."]
```
"#;

#[test]
#[ignore = "needs an engine: ./test"]
fn what_is_run_and_what_is_answered_turns_a_task_green() {
    let _turn = alone();
    let engine = engine("task");
    engine.docker(&["pull", "busybox"]);
    let launch = Launch::pilotwhale().engine(&engine).args(["slides", "ships.md"]);
    std::fs::write(launch.home().join("ships.md"), DECK).expect("the deck is written");
    let screen = launch.start();
    screen.wait_for("○ Task: A container of busybox said");
    screen.send("z<F12>");
    screen.wait_for("look back");
    // with its version: from now on it is watched
    screen.wait_for(" · from DOCKER_HOST");
    screen.send("echo rea''dy<Enter>");
    screen.wait_for("ready");

    // without --rm: on a machine under load such a short life may be over before it was looked at
    let run =
        |name: &str, word: &str| format!("docker run --name {} busybox echo {word}\r", engine.name(name));
    screen.type_text(&run("wrong", "Ahoy"));
    let wrong = screen.wait_for("✗ Task: A container of busybox said");
    assert!(wrong.contains("not right"), "{wrong}");
    screen.wait_for("\"Ahoy\"");
    screen.type_text(&run("right", "ahoy"));
    screen.wait_for("✓ Task: A container of busybox said");

    screen.send("<F12>");
    screen.wait_for("a answer");
    screen.send("aahoy<Enter>");
    screen.wait_for("✓ Task: You know the word");
    screen.wait_for("All tasks of this lesson are done");
}
