//! The learner's story, told to the real binary beside a real engine: it waits for what the screen shows.

use crate::support::engine::{EngineUnderTest, engine};
use crate::support::screen::{Launch, Screen};
use crate::support::turn::alone;
use crate::support::word::line_in;

/// The command of exercise 1, with what Python is to print.
fn run_python(line: &str) -> String {
    format!("docker run --rm python:3-slim python -c 'print(\"{line}\")'")
}

fn open(engine: &EngineUnderTest, columns: u16, rows: u16) -> Screen {
    let screen = Launch::pilotwhale().engine(engine).size(columns, rows).start();
    screen.wait_for("Welcome");
    screen
}

/// From anywhere in the lesson to the exercise's slide.
fn to_the_exercise(screen: &Screen) {
    screen.send("m");
    screen.wait_for("Hello from a container");
    screen.send("<Down><Down><Down><Down><Down><Enter>");
    screen.wait_for("Exercise  Hello from a container");
}

fn begin(screen: &Screen) {
    to_the_exercise(screen);
    screen.send("b");
    screen.wait_for("✓ A slim Python image is on");
}

/// Waits until the prompt answers, so that what is typed next is not lost in the shell's start.
fn at_the_prompt(screen: &Screen) {
    screen.send("<F12>");
    screen.wait_for("look back");
    screen.send("echo rea''dy<Enter>");
    screen.wait_for("ready");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn the_whole_story_side_by_side() {
    let _turn = alone();
    let engine = engine("story");
    engine.docker(&["pull", "python:3-slim"]);
    let screen = open(&engine, 120, 40);

    // a step on, a quiz wrong and then right
    screen.send("<Right>");
    screen.wait_for("Six keys are enough");
    screen.send("4<Enter>");
    screen.wait_for("Try a quiz");
    screen.send("<Enter>");
    screen.wait_for("The command runs at once");
    screen.send("<Space><Enter>");
    screen.wait_for("Nothing runs until you press Enter");
    screen.send("<Enter><Down><Space><Enter>");
    screen.wait_for("You can read it and change it first");

    // the exercise: wrong, said how, then right
    begin(&screen);
    at_the_prompt(&screen);
    let line = line_in(&screen.text());
    let wrong = line.replace("hello", "Hello");
    screen.type_text(&format!("{}\r", run_python(&wrong)));
    screen.wait_for("✗ It printed the line");
    screen.wait_for("expected");
    screen.wait_for(&format!("\"{wrong}\""));
    screen.type_text(&format!("{}\r", run_python(&line)));
    screen.wait_for("Exercise done");
    screen.wait_for("✓ It printed the line");

    // a container that stays is seen at once
    let name = engine.name("seen");
    engine.docker(&["run", "-d", "--label", "pilotwhale.test=1", "--name", &name, "busybox", "sleep", "600"]);
    screen.wait_until("the container, running", |grid| {
        grid.row_with("-seen").is_some_and(|row| row.contains("running"))
    });
    engine.docker(&["rm", "-f", &name]);
    screen.wait_gone("-seen");

    // quit, and start again at the same place
    screen.send("<F12>");
    screen.wait_for("to type here");
    screen.send("q");
    assert!(screen.wait_exit().success());
    let again = Launch::pilotwhale().engine(&engine).home_of(&screen).start();
    again.wait_for("Exercise  Hello from a container");
    again.wait_for("Done: 5 of 5 points");
    again.send("m");
    again.wait_for("1/4");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn the_story_in_eighty_columns() {
    let _turn = alone();
    let engine = engine("small");
    engine.docker(&["pull", "python:3-slim"]);
    let screen = open(&engine, 80, 24);
    begin(&screen);
    let line = line_in(&screen.text());
    at_the_prompt(&screen);
    screen.type_text(&format!("{}\r", run_python(&line)));
    // the row of tabs tells how the exercise goes while the shell is in front
    screen.wait_for("✓✓✓ Hello from a container");
    screen.send("<F12>");
    screen.wait_for("Done: 5 of 5 points");
    screen.send("<Tab>");
    screen.wait_for("containers");
    screen.send("<Right>");
    screen.wait_for("python:3-slim");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn a_kill_loses_no_answer() {
    let engine = engine("kill");
    let screen = open(&engine, 120, 40);
    screen.send("4<Enter>");
    screen.wait_for("Try a quiz");
    screen.send("<Enter><Down><Space><Enter>");
    screen.wait_for("You can read it and change it first");
    // the answer is on disk once the next key has been drawn
    screen.send("m");
    screen.wait_for("1/4");
    screen.kill9();
    let again = Launch::pilotwhale().engine(&engine).home_of(&screen).start();
    again.wait_for("Try a quiz");
    again.wait_for("You can read it and change it first");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn a_shell_that_exits_and_one_that_is_resized() {
    let engine = engine("shell");
    let screen = open(&engine, 120, 40);
    at_the_prompt(&screen);
    screen.send("exit 3<Enter>");
    screen.wait_for("The shell has ended with status 3");
    screen.send("<Enter>");
    screen.wait_gone("The shell has ended");
    screen.send("echo aga''in<Enter>");
    screen.wait_for("again");
    screen.resize(20, 5);
    screen.wait_for("Make");
    screen.resize(80, 24);
    // keys that come with the signal may overtake it
    screen.wait_for("[ Shell ]");
    screen.send("clear; stty size<Enter>");
    screen.wait_for("22 80");
    screen.resize(120, 40);
    screen.wait_for("containers");
    screen.send("echo st''ill here<Enter>");
    screen.wait_for("still here");
}

#[test]
#[ignore = "needs an engine: ./test"]
fn a_flood_does_not_hold_up_the_lesson() {
    let engine = engine("flood");
    let screen = open(&engine, 120, 40);
    at_the_prompt(&screen);
    screen.send("yes flood<Enter>");
    screen.wait_until("a flood", |grid| {
        grid.rows.iter().filter(|row| row.contains("│flood")).count() > 10
            || grid.rows.iter().filter(|row| row.contains("flood")).count() > 10
    });
    screen.send("<F12><Right>");
    screen.wait_for("Six keys are enough");
    screen.send("<F12><C-c>");
    screen.send("clear; echo qui''et<Enter>");
    screen.wait_for("quiet");
    screen.send("<F12>q");
    assert!(screen.wait_exit().success());
}
