//! What is missing or broken around the app is said in a sentence, and the rest works.

use std::path::Path;
use std::process::Command;

use crate::support::engine::skipped;
use crate::support::screen::{Launch, Screen};

/// The first quiz of the first lesson, answered rightly.
fn answer_a_quiz(screen: &Screen) {
    screen.send("4<Enter>");
    screen.wait_for("Try a quiz");
    screen.send("<Enter><Down><Space><Enter>");
    screen.wait_for("You can read it and change it first");
}

#[test]
fn without_an_engine_lessons_work_and_the_app_says_what_to_do() {
    let screen = Launch::pilotwhale().start();
    screen.wait_for("Welcome");
    screen.wait_for("no-engine.sock");
    screen.wait_for("Slides and quizzes work without it.");
    screen.send("<Right>");
    screen.wait_for("Six keys are enough");
    answer_a_quiz(&screen);
    screen.send("m");
    screen.wait_for("1/4");
}

#[test]
fn a_state_folder_that_cannot_be_made_is_told_and_the_app_works() {
    let launch = Launch::pilotwhale();
    std::fs::create_dir(launch.home().join("pilotwhale")).expect("a folder");
    std::fs::write(launch.home().join("pilotwhale/state"), "a file, where a folder has to be")
        .expect("writes");
    let screen = launch.start();
    screen.wait_for("to a folder that can be written.");
    answer_a_quiz(&screen);
    screen.send("q");
    assert!(screen.wait_exit().success());
}

/// A disk of a few KiB, which takes root.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn at(folder: &'a Path) -> Option<Self> {
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=32k", "tmpfs"]).arg(folder).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_is_told_and_the_app_works() {
    let launch = Launch::pilotwhale();
    let folder = launch.home().join("pilotwhale");
    std::fs::create_dir(&folder).expect("a folder");
    let Some(_disk) = SmallDisk::at(&folder) else {
        skipped("a full disk", "no small disk can be mounted here: that takes root on Linux");
        return;
    };
    let _ = std::fs::write(folder.join("filler"), vec![0; 64 * 1024]); // as much as there is room for
    let screen = launch.start();
    let told = screen.wait_for("Make some room");
    assert!(told.contains("Welcome"), "something else writes on the screen\n{told}");
    answer_a_quiz(&screen);
    screen.send("q");
    assert!(screen.wait_exit().success());
}

#[test]
fn two_verbs_on_one_key_are_reported() {
    let launch = Launch::pilotwhale();
    let config = launch.home().join("pilotwhale/config");
    std::fs::create_dir_all(&config).expect("a folder");
    let keys = "[[key]]\non = [\"m\"]\nrun = \"zoom\"\nin = \"any\"\ndesc = \"Zoom\"\n";
    std::fs::write(config.join("keys.toml"), keys).expect("writes");
    let screen = launch.start();
    screen.wait_for("keys.toml: m is bound twice");
    screen.send("<Right>");
    screen.wait_for("Six keys are enough");
}

#[test]
fn no_color_means_no_colour_anywhere() {
    let screen = Launch::pilotwhale().env("NO_COLOR", "1").start();
    screen.wait_for("Welcome");
    answer_a_quiz(&screen);
    screen.send("<F12>");
    screen.wait_for("look back");
    screen.send(r"printf '\033[31;44mr''ed\033[0m\n'<Enter>");
    screen.wait_for("┃red");
    screen.send("<F12>");
    screen.wait_for("to type here");
    screen.send("?");
    screen.wait_for("Esc closes");
    screen.send("<Esc>");
    screen.wait_gone("Esc closes");
    screen.send("q");
    assert!(screen.wait_exit().success());
    let written = screen.written();
    for part in String::from_utf8_lossy(&written).split("\x1b[").skip(1) {
        let Some(end) = part.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':') else { continue };
        if part.as_bytes()[end] == b'm' {
            let colour = part[..end]
                .split([';', ':'])
                .filter_map(|n| n.parse().ok())
                .find(|n: &u8| matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107));
            assert_eq!(colour, None, "\\e[{}m sets a colour", &part[..end]);
        }
    }
}
