//! What is put on the prompt of real shells, what is never typed, and what a program leaves behind.

use super::*;

const OWN: &str = "PS1='own> '\n";

/// A bash with marks, at its first prompt.
fn bash(home: &Path) -> Trial {
    let trial = starting(home, OWN);
    trial.shows("own>");
    trial
}

fn starting(home: &Path, own: &str) -> Trial {
    fs::write(home.join(".bashrc"), own).unwrap();
    start(with_home(&["bash"], home))
}

impl Trial {
    fn enter(&self) {
        assert!(self.shell.key(Key { code: KeyCode::Enter, mods: Mods::default() }));
    }

    fn ran(&self) -> String {
        self.event(|event| match event {
            ShellEvent::Run(line) => Some(line.clone()),
            _ => None,
        })
    }

    /// Until the last line that holds something is this.
    fn last_line(&self, line: &str) {
        self.until(|text| text.lines().last() == Some(line));
    }
}

#[test]
fn a_command_takes_the_place_of_one_that_nobody_ran() {
    let home = tempfile::tempdir().unwrap();
    let trial = bash(home.path());
    assert_eq!(trial.shell.put("echo alpha"), Put::Done);
    trial.last_line("own> echo alpha");
    assert_eq!(trial.shell.put("echo beta"), Put::Done);
    trial.last_line("own> echo beta");
    trial.enter();
    assert_eq!(trial.ran(), "echo beta");
    trial.until(|text| text.contains("\nbeta\n"));
    trial.last_line("own>");
    // Of several lines, too.
    assert_eq!(trial.shell.put("cat <<END\none\ntwo\nEND"), Put::Done);
    trial.last_line("END");
    assert_eq!(trial.shell.put("echo gamma"), Put::Done);
    trial.until(|text| text.contains("own> echo gamma") && !text.contains("END"));
}

#[test]
fn what_the_learner_typed_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let trial = bash(home.path());
    trial.keys("echo mine");
    trial.last_line("own> echo mine");
    assert_eq!(trial.shell.put("echo app"), Put::Taken);
    trial.ctrl('a');
    assert_eq!(trial.shell.put("echo app"), Put::Taken);
    trial.ctrl('e');
    trial.ctrl('u');
    trial.last_line("own>");
    assert_eq!(trial.shell.put("docker stop <name>"), Put::Done);
    trial.last_line("own> docker stop <name>");
    // A command that was changed is the learner's.
    trial.keys("x");
    trial.last_line("own> docker stop <name>x");
    assert_eq!(trial.shell.put("echo app"), Put::Taken);
    trial.ctrl('c');
    trial.until(|text| text.lines().last() == Some("own>") && text.contains("^C"));
    assert_eq!(trial.shell.put("echo app"), Put::Done);
    trial.last_line("own> echo app");
}

#[test]
fn nothing_is_typed_into_a_program() {
    let home = tempfile::tempdir().unwrap();
    let trial = bash(home.path());
    trial.line("cat");
    trial.event(|event| (*event == ShellEvent::CommandStarted).then_some(()));
    trial.line("hello");
    trial.until(|text| text.matches("hello").count() == 2);
    assert_eq!(trial.shell.put("echo app"), Put::Runs("cat".to_owned()));
    assert_eq!(trial.shell.started().as_deref(), Some("cat"));
    trial.ctrl('d');
    trial.last_line("own>");
    assert_eq!((trial.shell.in_foreground(), trial.shell.started()), (None, None));
    // Nor into a command of the shell's own, or behind a line that goes on.
    trial.line("read answer");
    trial.event(|event| (*event == ShellEvent::CommandStarted).then_some(()));
    assert_eq!(trial.shell.put("echo app"), Put::Runs("A command".to_owned()));
    trial.line("yes");
    trial.until(|text| text.lines().last() == Some("own>") && text.contains("yes"));
    trial.line("echo 'open");
    trial.last_line(">");
    assert_eq!(trial.shell.put("echo app"), Put::Runs("A command".to_owned()));
    trial.ctrl('c');
    trial.last_line("own>");
    assert_eq!(trial.shell.put("echo app"), Put::Done);
    trial.last_line("own> echo app");
}

#[test]
fn what_was_typed_ahead_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let trial = bash(home.path());
    // It ends when the test says so, and reads nothing.
    trial.line("sh -c 'echo re\"\"ady; while ! [ -e ~/go ]; do sleep 0.01; done'");
    trial.shows("ready");
    trial.keys("ahead");
    fs::write(home.path().join("go"), "").unwrap();
    trial.until(|text| text.lines().last().is_some_and(|line| line.ends_with("own> ahead")));
    assert_eq!(trial.shell.put("echo app"), Put::Taken);
}

#[test]
fn the_first_command_waits_for_the_prompt() {
    let home = tempfile::tempdir().unwrap();
    // The start file waits for the test, so that the command comes before the prompt for certain.
    let trial = starting(home.path(), "while ! [ -e ~/go ]; do read -t 0.01 <> <(:); done\nPS1='own> '\n");
    assert_eq!(trial.shell.put("echo first"), Put::Waits);
    assert_eq!(trial.shell.put("echo second"), Put::Waits);
    trial.enter();
    fs::write(home.path().join("go"), "").unwrap();
    assert_eq!(trial.ran(), "echo second");
    let text = trial.until(|text| text.contains("\nsecond\n"));
    assert_eq!(text.matches("echo").count(), 1, "{text}");
}

#[test]
fn a_line_that_was_typed_by_hand_is_told() {
    let home = tempfile::tempdir().unwrap();
    let trial = bash(home.path());
    trial.keys("echo by hand");
    trial.last_line("own> echo by hand");
    trial.enter();
    assert_eq!(trial.ran(), "echo by hand");
}

#[test]
fn a_prompt_that_is_made_anew_each_time_keeps_its_mark() {
    let home = tempfile::tempdir().unwrap();
    let trial = starting(home.path(), "n=0\nPROMPT_COMMAND='n=$((n+1)); PS1=\"own$n> \"'\n");
    for n in 1..=3 {
        trial.last_line(&format!("own{n}>"));
        trial.keys("x");
        trial.last_line(&format!("own{n}> x"));
        assert_eq!(trial.shell.put("echo app"), Put::Taken);
        trial.ctrl('u');
        trial.last_line(&format!("own{n}>"));
        assert_eq!(trial.shell.put(&format!("echo app{n}")), Put::Done);
        trial.last_line(&format!("own{n}> echo app{n}"));
        trial.enter();
    }
}

#[test]
fn a_shell_without_marks_is_not_typed_into_twice() {
    let trial = start(Options { env: vec![("PS1".to_owned(), "own> ".to_owned())], ..program(&["sh"]) });
    trial.shows("own>");
    assert_eq!(trial.shell.put("echo alpha"), Put::Done);
    trial.last_line("own> echo alpha");
    assert_eq!(trial.shell.put("echo beta"), Put::Done);
    trial.last_line("own> echo beta");
    trial.enter();
    trial.until(|text| text.contains("\nbeta\n"));
    trial.keys("echo mine");
    trial.last_line("own> echo mine");
    assert_eq!(trial.shell.put("echo app"), Put::Taken);
}

#[test]
fn a_name_goes_behind_what_stands_there_with_a_blank() {
    let home = tempfile::tempdir().unwrap();
    let trial = bash(home.path());
    trial.shell.insert("web");
    trial.last_line("own> web");
    trial.shell.insert("db");
    trial.last_line("own> web db");
    trial.keys(" ");
    trial.shell.insert("cache");
    trial.last_line("own> web db cache");
    assert_eq!(trial.shell.put("echo app"), Put::Taken);
}

#[test]
fn a_program_that_is_killed_leaves_no_modes() {
    let home = tempfile::tempdir().unwrap();
    let trial = bash(home.path());
    let modes = || trial.shell.screen().read(|view| view.modes());
    let before = modes();
    trial.line("sh -c 'printf \"\\033[?1049h\\033[?1003h\\033[?1006h\\033[?1hleft\"; kill -9 $$'");
    trial.until(|text| text.lines().last() == Some("own>"));
    trial.until(|_| modes() == before);
}

#[test]
fn an_editor_works() {
    if process::Command::new("vim").arg("--version").output().is_err() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let trial = start(Options {
        cwd: folder.path().to_owned(),
        ..program(&["vim", "-N", "-u", "NONE", "-n", "whale.txt"])
    });
    trial.shows("whale.txt");
    trial.keys("ihello");
    trial.shows("hello");
    trial.shell.key(Key { code: KeyCode::Left, mods: Mods::default() });
    trial.keys("X");
    trial.shows("hellXo");
    trial.shell.key(Key { code: KeyCode::Esc, mods: Mods::default() });
    trial.keys(":wq");
    trial.shell.key(Key { code: KeyCode::Enter, mods: Mods::default() });
    assert_eq!(trial.exited(), Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("whale.txt")).unwrap(), "hellXo\n");
}
