//! A whole class on screens: one instructor and three learners, from the join code to the export.

use crate::support::engine::engine;
use crate::support::screen::{Launch, Screen};
use crate::support::turn::alone;
use crate::support::word::line_in;

pub(crate) fn host(before: Option<&Screen>) -> Screen {
    let launch = Launch::pilotwhale().args(["class", "host", "--bind", "127.0.0.1:0"]).size(120, 40);
    match before {
        Some(before) => launch.home_of(before).start(),
        None => launch.start(),
    }
}

/// The join code on the instructor's screen, from the command that a learner types.
pub(crate) fn code_on(screen: &Screen) -> String {
    let grid = screen.wait_for("pilotwhale join ");
    let row = grid.row_with("pilotwhale join ").expect("it was just seen");
    let (_, code) = row.split_once("pilotwhale join ").expect("it is there");
    code.trim().to_owned()
}

pub(crate) fn learner(code: &str, name: &str, columns: u16, rows: u16) -> Screen {
    let screen = Launch::pilotwhale().args(["join", code, "--as", name]).size(columns, rows).start();
    screen.wait_for(&format!("You are {name} in the class pod"));
    screen.wait_for("never gets your files");
    screen.send("<Esc>");
    screen.wait_gone("never gets your files");
    screen.wait_for("● with the class");
    screen
}

/// Waits until the position in the corner is this slide.
fn is_at(screen: &Screen, slide: &str) {
    screen.wait_until(&format!("slide {slide}"), |grid| {
        grid.rows.last().is_some_and(|bar| bar.contains(&format!(" {slide}/")))
    });
}

/// The leader, in lesson 0, opens the first exercise for all, and a follower goes there.
fn open_exercise(lead: &Screen, follower: &Screen) {
    lead.send("m");
    lead.wait_for("Hello from a container");
    lead.send("<Down><Down><Down><Down><Down><Enter>");
    lead.wait_for("Exercise  Hello from a container");
    lead.send("E");
    follower.wait_for("Exercise  Hello from a container");
}

#[test]
fn a_class_from_the_join_code_to_the_end() {
    let lead = host(None);
    let code = code_on(&lead);
    let pod = [learner(&code, "Ana", 120, 40), learner(&code, "Ben", 80, 24), learner(&code, "Cem", 200, 60)];
    let [ana, ben, cem] = &pod;
    let second =
        Launch::pilotwhale().args(["class", "host", "--audience"]).home_of(&lead).size(100, 30).start();
    second.wait_for("● with the class");
    lead.send("<Esc>");
    lead.wait_gone("pilotwhale join ");
    lead.wait_for("● 3 here");

    // the slides go along, also for somebody who types in the shell, who keeps the keyboard
    cem.send("<F12>");
    cem.wait_for("look back");
    cem.type_text("echo half a com");
    cem.wait_for("echo half a com");
    lead.send("J");
    is_at(&lead, "2");
    for screen in pod.iter().chain([&second]) {
        is_at(screen, "2");
    }
    cem.type_text("mand; echo do''ne\r");
    cem.wait_for("half a command");
    cem.wait_for("done");
    cem.send("<F12>");

    // one looks elsewhere, is told, and comes back with one key
    ana.send("G");
    lead.send("J");
    ana.wait_for("the class is at 0 Set up, slide 3");
    is_at(ben, "3");
    ana.send("F");
    is_at(ana, "3");
    ana.wait_for("● with the class");

    // a hand, a note
    ben.send("U");
    lead.wait_for("hand up: Ben");
    lead.send("W");
    lead.wait_for("A note for all");
    lead.send("Lunch at noon<Enter>");
    for screen in &pod {
        screen.wait_for("From the instructor: Lunch at noon");
    }

    // a poll: counted, closed, and the answer on every screen
    lead.send("G");
    lead.wait_for("What is a group of whales");
    lead.send("O");
    for (screen, answer) in [(ana, "pod"), (ben, "herd"), (cem, "pod")] {
        screen.wait_for("question to the class");
        screen.wait_for("What is a group of whales");
        screen.send("<Enter>");
        screen.wait_for("Enter: hand it in");
        screen.type_text(answer);
        screen.send("<Enter>");
        screen.wait_for("Your answer is in");
    }
    lead.wait_for("3 of 3 answered");
    assert!(!ana.contains("what the class says"));
    lead.send("O");
    for screen in pod.iter().chain([&lead, &second]) {
        screen.wait_for("what the class says");
        screen.wait_for("✓ pod");
        screen.wait_for("herd");
    }
    lead.send("O");
    ana.wait_gone("what the class says");

    // the host is killed in the middle; learners go on alone, and all come back by themselves
    lead.kill9();
    for screen in &pod {
        screen.wait_for("○ away");
    }
    ben.send("K");
    is_at(ben, "12");
    let lead = host(Some(&lead));
    assert_eq!(code_on(&lead), code, "the code on the wall holds");
    lead.send("<Esc>");
    lead.wait_for("● 3 here");
    lead.wait_for("hand up: Ben");
    is_at(&lead, "13");
    ben.wait_for("the class is at 0 Set up, slide 13");
    ana.wait_for("● with the class");

    // an exercise for all, on the board
    open_exercise(&lead, ana);
    ana.send("b");
    lead.send("L");
    lead.wait_for("who needs help first");
    lead.wait_until("Ana at work", |grid| grid.row_with("Ana").is_some_and(|row| row.contains("0/")));
    lead.send("<Esc>");
    lead.wait_gone("who needs help first");
    lead.send("q");
    lead.wait_for("End the class?");
    lead.send("y");
    assert!(lead.wait_exit().success());
    ana.wait_for("○ away");
    ana.send("q");
    assert!(ana.wait_exit().success());

    let csv = Launch::pilotwhale().args(["class", "export"]).home_of(&lead).size(160, 60).start();
    assert!(csv.wait_exit().success());
    let rows = String::from_utf8(csv.written()).expect("it is text");
    for name in ["Ana", "Ben", "Cem"] {
        assert!(rows.contains(&format!("{name},run-python,ran,not-started")), "{rows}");
    }
}

#[test]
fn a_join_code_with_a_mistake_is_refused_before_anything_is_asked() {
    let screen = Launch::pilotwhale().args(["join", "2HZG0-0012B-5KVJA", "14H32"]).size(120, 10).start();
    screen.wait_for("letter by letter");
    assert_eq!(screen.wait_exit().exit_code(), 2);
}

#[test]
#[ignore = "needs an engine: ./test"]
fn the_board_sees_what_a_learner_does_on_a_real_engine() {
    let _turn = alone();
    let engine = engine("class");
    engine.docker(&["pull", "python:3-slim"]);
    let lead = Launch::pilotwhale()
        .args(["class", "host", "--bind", "127.0.0.1:0"])
        .engine(&engine)
        .size(160, 50)
        .start();
    let code = code_on(&lead);
    lead.send("<Esc>");
    let ana = Launch::pilotwhale().args(["join", &code, "--as", "Ana"]).engine(&engine).size(120, 40).start();
    ana.wait_for("You are Ana");
    ana.send("<Esc>");
    lead.wait_for("● 1 here");

    // a command of the instructor's is shown, taken to the prompt, and not run there
    lead.send("<F12>");
    lead.wait_for("look back");
    lead.type_text("docker volume ls\r");
    lead.wait_for("VOLUME NAME");
    lead.send("<F12>");
    lead.wait_gone("look back");
    assert!(!ana.contains("docker volume ls"), "nothing is shown by itself");
    lead.send("Y");
    lead.wait_for("The class sees: docker volume ls");
    ana.wait_for("$ docker volume ls");
    ana.send("C");
    ana.wait_for("look back");
    ana.wait_until("the command on the prompt", |grid| {
        grid.rows.iter().any(|row| row.contains("docker volume ls") && !row.contains("takes it"))
    });
    assert!(!ana.contains("VOLUME NAME"), "nobody pressed Enter");
    ana.send("<C-u><F12>");
    ana.wait_gone("look back");

    // while the shell is shown, its newest command can be taken without another key of the instructor's
    lead.send("V");
    lead.wait_for("◉ class sees your shell");
    lead.send("<Tab><Tab>");
    lead.wait_for("look back");
    lead.type_text("docker network ls\r");
    ana.wait_for("NETWORK ID");
    ana.wait_until("the command to take", |grid| {
        grid.rows.iter().any(|row| row.contains("docker network ls") && row.contains("C takes it"))
    });
    lead.send("<F12>");
    lead.wait_gone("look back");
    lead.send("V");
    ana.wait_gone("NETWORK ID");

    // the exercise, with a wrong try that the board names, a hint, and the right one
    open_exercise(&lead, &ana);
    ana.send("b");
    ana.wait_for("✓ A slim Python image");
    let line = line_in(&ana.text());
    let run = |line: &str| format!("docker run --rm python:3-slim python -c 'print(\"{line}\")'\r");
    // Not by F12: twice within a moment it goes to the shell itself.
    ana.send("<Tab><Tab>");
    ana.wait_for("look back");
    ana.type_text(&run(&line.replace("hello", "Hello")));
    ana.wait_for("✗ It printed the line");
    lead.wait_for("stuck: '");
    lead.send("L");
    lead.wait_for("who needs help first");
    lead.send("H");
    lead.wait_for("The hint was sent");
    ana.wait_for("Hint from the instructor");
    ana.type_text(&run(&line));
    lead.wait_for("✓ done");
    lead.wait_gone("stuck: '");
}
