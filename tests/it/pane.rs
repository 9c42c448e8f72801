//! The shell pane and its keys on the real binary: what is typed there, what leads in and out, and what the terminal answers late.

use crate::support::screen::{Launch, Screen};

/// A home whose shell has a prompt that can be waited for.
fn launch() -> Launch {
    let launch = Launch::pilotwhale();
    std::fs::write(launch.home().join(".bashrc"), "PS1='own> '\n").expect("writes");
    launch
}

fn deck(launch: Launch, text: &str) -> Launch {
    let file = launch.home().join("deck.md");
    std::fs::write(&file, text).expect("writes");
    let file = file.to_str().expect("plain").to_owned();
    launch.args(["slides", &file])
}

const TWO: &str = "# One\n\n```bash\necho alpha\n```\n\n. . .\n\n```bash\necho gamma\n```\n\n# Two\n\n```bash\necho beta\n```\n";

#[track_caller]
fn on_prompt(screen: &Screen, command: &str) {
    let line = format!("own> {command}");
    screen.wait_until(&line, |grid| {
        grid.rows.iter().any(|row| row.trim_end_matches(['┃', '│']).trim_end().ends_with(&line))
    });
}

#[track_caller]
fn in_shell(screen: &Screen) {
    screen.send("<F12>");
    screen.wait_for("F12 lesson");
    screen.wait_for("own>");
}

#[test]
fn late_answers_of_the_terminal_are_no_keys() {
    let screen = launch().silent().start();
    screen.wait_for("Welcome");
    screen.send("<Right>");
    let before = screen.wait_for("Six keys are enough");
    for part in ["\x1b]10;rgb:0000/0000/0000\x1b\\", "\x1b]11;rgb:fdfd/f6f6/e3e3\x1b", "\\", "\x1b[?62;22c"] {
        screen.type_text(part);
    }
    in_shell(&screen);
    assert!(
        screen.contains(before.row_with("Six keys are enough").map_or("Six keys", |_| "Six keys are enough"))
    );
    // A program in there is told what the terminal said.
    screen.send("printf '\\033]11;?\\007'; IFS= read -rs -d $'\\a' answer; printf '%q' \"$answer\"<Enter>");
    screen.wait_for("rgb:fdfd/f6f6/e3e3");
}

#[test]
fn ctrl_c_never_quits_and_q_asks_while_something_runs() {
    let screen = launch().start();
    screen.wait_for("Welcome");
    screen.send("<C-c>");
    screen.wait_for("q quits");
    in_shell(&screen);
    screen.send("sh -c 'echo re\"\"ady; sleep 1000'<Enter>");
    screen.wait_for("ready");
    screen.send("<F12>");
    screen.wait_for("to type here");
    screen.send("q");
    screen.wait_for("runs in the shell, and would end");
    screen.send("<C-c>");
    screen.wait_gone("runs in the shell, and would end");
    screen.send("q");
    screen.wait_for("runs in the shell, and would end");
    screen.send("y");
    assert!(screen.wait_exit().success());
}

#[test]
fn q_quits_at_once_where_nothing_runs() {
    let screen = launch().start();
    in_shell(&screen);
    screen.send("true<Enter>");
    screen.wait_until("the next prompt", |grid| {
        grid.rows.iter().filter(|row| row.contains("own>")).count() == 2
    });
    screen.send("<F12>");
    screen.wait_for("to type here");
    screen.send("q");
    assert!(screen.wait_exit().success());
}

#[test]
fn commands_of_slides_are_never_glued() {
    let screen = deck(launch(), TWO).start();
    screen.wait_for("echo alpha");
    screen.send("<Right>");
    screen.wait_for("echo gamma");
    screen.send("t");
    on_prompt(&screen, "echo alpha");
    let grid = screen.wait_for("Command 1 of 2");
    assert_eq!(grid.text().matches("echo alpha").count(), 1, "once, and behind the prompt\n{grid}");
    screen.send("<F12>");
    screen.wait_for("echo gamma");
    screen.send("<Right>");
    screen.wait_for("echo beta");
    screen.send("t");
    on_prompt(&screen, "echo beta");
    screen.send("<Enter>");
    screen.wait_until("what it prints", |grid| grid.rows.iter().any(|row| row == "beta"));
    // Back: what was not run yet comes first, and what stands there half typed is left alone.
    screen.send("<F12>");
    screen.wait_for("echo beta");
    screen.send("<Left>");
    screen.wait_for("echo gamma");
    screen.send("t");
    on_prompt(&screen, "echo alpha");
    screen.send("<Enter>");
    screen.wait_until("what it prints", |grid| grid.rows.iter().any(|row| row == "alpha"));
    screen.send("<F12>");
    screen.wait_for("echo gamma");
    screen.send("t");
    on_prompt(&screen, "echo gamma");
    screen.wait_for("Command 2 of 2");
    screen.send(" half<F12>");
    screen.wait_for("echo gamma");
    screen.send("t");
    screen.wait_for("nothing was typed");
    on_prompt(&screen, "echo gamma half");
}

#[test]
fn a_row_of_keys_toml_holds_in_and_out() {
    let launch = launch();
    let config = launch.home().join("pilotwhale/config");
    std::fs::create_dir_all(&config).expect("a folder");
    let keys = "[[key]]\non = [\"f9\"]\nrun = \"toggle-shell\"\nin = \"any\"\n";
    std::fs::write(config.join("keys.toml"), keys).expect("writes");
    let screen = launch.start();
    screen.wait_for("F9 to type here");
    screen.send("<F9>");
    screen.wait_for("F9 back to the lesson");
    screen.wait_for("F9 lesson");
    screen.send("<F9>");
    screen.wait_for("F9 to type here");
    screen.send("?");
    screen.wait_for("F9");
    assert!(!screen.contains("F12"), "{}", screen.text());
}

#[test]
fn the_shell_can_be_reached_and_left_without_f12() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let screen = launch().size(columns, rows).start();
        screen.wait_for("Welcome");
        screen.send("<C-Space>");
        screen.wait_for("F12 lesson");
        screen.send("<C-Space>");
        screen.wait_for("F12 shell");
        // and by the mouse, on what the bar names
        screen.click("F12 shell");
        screen.wait_for("F12 lesson");
        screen.wait_for("own>");
        // Ctrl-], as terminals send it, zooms from inside.
        screen.type_text("\x1d");
        screen.wait_gone("┏");
        screen.type_text("\x1d");
        screen.click("F12 lesson");
        screen.wait_for("F12 shell");
    }
}

#[test]
fn a_shell_that_is_scrolled_back_says_so() {
    let screen = launch().size(80, 24).start();
    in_shell(&screen);
    screen.send("for n in {1..99}; do echo line $n; done<Enter>");
    screen.wait_for("line 99");
    screen.send("<S-PageUp>");
    screen.wait_for("lines back · any key here");
    screen.send("x");
    screen.wait_gone("lines back");
    screen.wait_for("own> x");
}
