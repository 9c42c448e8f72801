//! The terminal that the tests use, tried on small programs.

use crate::support::engine::engine;
use crate::support::screen::Launch;

#[test]
fn shows_what_a_shell_prints_and_takes_keys() {
    let screen = Launch::program("sh").size(60, 10).env("PS1", "ready> ").start();
    screen.wait_for("ready>");
    screen.send("echo $((6 * 7)) wide 世界<Enter>");
    let grid =
        screen.wait_until("the sum", |grid| grid.rows.iter().any(|row| row.starts_with("42 wide 世界")));
    assert_eq!(grid.columns, 60);
    assert!(grid.cursor.is_some() && !grid.alternate);
    assert_eq!(screen.row_with("42 wide").as_deref(), Some("42 wide 世界"));
    screen.send("exit 3<Enter>");
    assert_eq!(screen.wait_exit().exit_code(), 3);
}

#[test]
fn tells_the_program_its_size() {
    let screen = Launch::program("bash").args(["--norc"]).size(80, 24).env("PS1", "ready> ").start();
    screen.wait_for("ready>");
    screen.send("stty size<Enter>");
    screen.wait_for("24 80");
    screen.resize(20, 5);
    screen.send("clear; stty size<Enter>");
    screen.wait_for("5 20");
}

#[test]
fn answers_as_a_terminal_does() {
    // asks for the cursor's place and for the background's colour, and shows the answers' bytes
    let ask = r"stty raw -echo min 0 time 50; printf '\033[6n'; dd bs=1 count=6 2>/dev/null | od -c -A n; printf '\033]11;?\033\\'; dd bs=1 count=24 2>/dev/null | od -c -A n; stty sane; echo done";
    let screen = Launch::program("sh").args(["-c", ask]).size(120, 24).start();
    let grid = screen.wait_for("done");
    assert!(grid.contains(r"033   [   1   ;   1   R"), "{grid}");
    assert!(grid.contains(r"033   ]   1   1   ;   r   g   b   :   0   0   0   0   /"), "{grid}");
}

#[test]
fn sends_pastes_clicks_and_the_wheel() {
    // shows every byte it is sent, with mouse reports (1000, 1006) and bracketed paste (2004) on
    let show = r"stty -icanon -echo; printf '\033[?1000;1006;2004hHERE\r\n'; exec cat -v";
    let screen = Launch::program("sh").args(["-c", show]).size(100, 10).start();
    screen.click("HERE");
    screen.wait_for("^[[<0;1;1M^[[<0;1;1m");
    screen.wheel(true, 4, 2);
    screen.wait_for("^[[<65;3;5M");
    screen.wheel(false, 4, 2);
    screen.wait_for("^[[<64;3;5M");
    screen.paste("two\nlines");
    screen.wait_for("^[[200~two");
    screen.wait_for("lines^[[201~");
    screen.type_text("<lt>");
    screen.wait_for("<lt>");
    assert!(screen.contains("HERE") && screen.text().starts_with("HERE"));
}

#[test]
fn text_that_goes_is_waited_for() {
    let screen = Launch::program("sh").args(["-c", "echo there; read line; clear; exec cat"]).start();
    screen.wait_for("there");
    screen.send("<Enter>");
    screen.wait_gone("there");
}

#[test]
fn the_binary_says_its_version() {
    let screen = Launch::pilotwhale().args(["--version"]).folder(std::path::Path::new("/")).start();
    assert!(screen.pid() > 1);
    screen.wait_for(&format!("pilotwhale {}", env!("CARGO_PKG_VERSION")));
    assert!(screen.wait_exit().success());
}

#[test]
fn starts_again_in_the_same_home() {
    let first =
        Launch::program("sh").args(["-c", "echo kept >\"$HOME/file\"; echo written; sleep 1000"]).start();
    first.wait_for("written");
    first.kill9();
    let second = Launch::program("cat").args(["file"]).home_of(&first).start();
    second.wait_for("kept");
    assert!(second.wait_exit().success());
}

#[test]
#[should_panic(expected = "will not appear")]
fn a_program_that_ends_is_not_waited_for() {
    Launch::program("true").start().wait_for("anything");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn live_engine_is_used_and_left_clean() {
    let engine = engine("left-clean");
    let name = engine.run("sleeper", &["busybox", "sleep", "1000"]);
    assert_eq!(engine.docker(&["ps", "--format", "{{.Names}}", "--filter", &format!("name={name}")]), name);
    let screen = Launch::program("docker").args(["ps", "--format", "{{.Names}}"]).engine(&engine).start();
    screen.wait_for(&name);
    drop(engine);
    let engine = crate::support::engine::engine("left-clean-after");
    assert_eq!(engine.docker(&["ps", "-aq", "--filter", &format!("name={name}")]), "");
}
