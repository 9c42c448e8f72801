//! Who typed a command, asked of a real bash: only what the learner typed is theirs.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use pilotwhale::facts::Origin;
use pilotwhale::shell::{Options, Shell, ShellEvent};
use pilotwhale::tap::who::{self, ShellRoot};

use crate::support::engine::skipped;
use crate::support::write_script;

const HUNG: Duration = Duration::from_secs(20);

/// Says its process id in a file named by its first word, and stays until a file says that it may go.
const DOCKER: &str = r#"#!/bin/sh
echo $$ > "$PLACE/$1.new" && mv "$PLACE/$1.new" "$PLACE/$1"
until [ -e "$PLACE/$1.go" ]; do sleep 0.02; done
"#;

/// The origin of the fake docker whose first word is `word`; lets it go on.
fn origin(place: &Path, word: &str, root: &ShellRoot) -> Origin {
    let begun = Instant::now();
    let pid = loop {
        if let Ok(pid) = fs::read_to_string(place.join(word)) {
            break pid.trim().parse().expect("a process id");
        }
        assert!(begun.elapsed() < HUNG, "{word} was never started");
        std::thread::sleep(Duration::from_millis(10));
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let command = runtime.block_on(who::of(pid, root));
    assert!(command.argv.iter().any(|arg| arg == word), "{command:?}");
    fs::write(place.join(format!("{word}.go")), "").expect("the folder can be written");
    command.origin
}

#[test]
fn only_what_is_typed_is_the_learners() {
    if !Path::new("/bin/bash").exists() {
        skipped("typed", "no bash");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let bin = place.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let docker = bin.join("docker");
    write_script(&docker, DOCKER);
    fs::write(
        place.path().join(".bashrc"),
        "PROMPT_COMMAND='[ -z \"$ASK\" ] || { w=$ASK; ASK=; docker $w; }'\n",
    )
    .unwrap();
    let root = ShellRoot::default();
    let marks = root.clone();
    let (told, prompts) = mpsc::channel();
    let env = |name: &str, value: String| (name.to_owned(), value);
    let options = Options {
        program: Some(vec!["/bin/bash".into()]),
        cwd: place.path().to_owned(),
        env: vec![
            env("PLACE", place.path().display().to_string()),
            env("HOME", place.path().display().to_string()),
            env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default())),
        ],
        integration: Some(place.path().join("integration")),
        ..Options::default()
    };
    let shell = Shell::spawn(options, move |event| match event {
        ShellEvent::CommandStarted => marks.command_started(),
        ShellEvent::CommandEnded(_) => {
            marks.command_ended();
            let _ = told.send(());
        }
        _ => {}
    })
    .unwrap();
    root.set_pid(shell.pid());

    let typed = |line: &str, word: &str| {
        let line = format!("{line}\r");
        for c in line.chars() {
            let code = if c == '\r' {
                pilotwhale::shell::KeyCode::Enter
            } else {
                pilotwhale::shell::KeyCode::Char(c)
            };
            let mods = pilotwhale::shell::Mods::default();
            assert!(shell.key(pilotwhale::shell::Key { code, mods }));
        }
        let origin = origin(place.path(), word, &root);
        prompts.recv_timeout(HUNG).expect("the next prompt");
        origin
    };
    for (line, word, expected) in [
        ("docker plain", "plain", Origin::Typed),
        ("true | docker pipe | cat", "pipe", Origin::Typed),
        ("(docker brackets; true)", "brackets", Origin::Typed),
        ("for i in 1; do docker loop; done | cat", "loop", Origin::Typed),
        ("docker behind &", "behind", Origin::Typed),
        ("x=$(docker inside)", "inside", Origin::Shell),
        ("echo $(docker argument; true)", "argument", Origin::Shell),
        ("ASK=prompt", "prompt", Origin::Shell),
        ("docker again", "again", Origin::Typed),
    ] {
        assert_eq!(typed(line, word), expected, "{line}");
    }

    let mut elsewhere =
        std::process::Command::new(&docker).arg("other").env("PLACE", place.path()).spawn().unwrap();
    // the test is not of the shell's tree
    assert_eq!(origin(place.path(), "other", &root), Origin::Elsewhere);
    elsewhere.wait().unwrap();
}
