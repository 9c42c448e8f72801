//! Shells that are shown: the instructor's to all, a learner's to the instructor, and how each of them ends.

use serde_json::json;

use super::intruders::{hello, next, raw, send};
use super::*;
use crate::class::{Cell, Closed, LearnerId, Row};

fn screen(lines: &[&str]) -> Shown {
    let cell = |glyph| Cell { glyph, marks: &[], width: 1, look: Default::default() };
    Shown::new(40, lines.iter().map(|line| Row::of(line.chars().map(cell))).collect(), Some((0, 0)))
}

fn text(shown: &Shown) -> String {
    let rows = shown.rows().map(|row| row.pieces().iter().map(|p| p.text.as_str()).collect::<String>());
    rows.collect::<Vec<_>>().join("\n")
}

fn shows(heard: &Heard, what: &str) -> bool {
    matches!(heard, Heard::Shell(Some(shown)) if text(shown).contains(what))
}

#[test]
fn the_instructors_shell_is_seen_by_all_until_it_ends() {
    let mut class = Class::open();
    run(async {
        let stage = class.opened.as_ref().unwrap().host.stage().clone();
        let mut ana = pupil(class.code(), "Ana");
        ana.joins().await;
        stage.begin(screen(&["$ docker ps", ""]));
        ana.hears("the shell", |h| shows(h, "docker ps")).await;
        stage.show(screen(&["$ docker ps", "CONTAINER ID"]));
        ana.hears("what is new", |h| shows(h, "CONTAINER ID")).await;
        let mut late = pupil(class.code(), "Late");
        late.hears("the state of now", |h| shows(h, "$ docker ps\nCONTAINER ID")).await;
        stage.end();
        for pupil in [&mut ana, &mut late] {
            pupil.hears("it ends", |h| *h == Heard::Shell(None)).await;
        }
        class.close().await;
    });
}

/// The learner whose shell is on the board, with what it shows.
fn on_board(roster: &Roster) -> Option<(LearnerId, String)> {
    roster.iter().find_map(|(id, learner)| Some((id.clone(), text(learner.shell.as_deref()?))))
}

#[test]
fn a_learners_shell_is_on_the_board_until_either_side_ends_it() {
    let mut class = Class::open();
    run(async {
        let mut ana = pupil(class.code(), "Ana");
        ana.joins().await;
        ana.shell.begin(screen(&["$ dokcer"]));
        class.until("the shell", |r| on_board(r).is_some_and(|(_, seen)| seen == "$ dokcer")).await;
        ana.shell.show(screen(&["$ docker"]));
        class.until("what is new", |r| on_board(r).is_some_and(|(_, seen)| seen == "$ docker")).await;
        ana.shell.end();
        class.until("it ends", |r| on_board(r).is_none()).await;

        ana.shell.begin(screen(&["again"]));
        class.until("again", |r| on_board(r).is_some()).await;
        let (id, _) = on_board(&class.roster).unwrap();
        class.lead(Lead::CloseShell(id));
        class.until("it is closed", |r| on_board(r).is_none()).await;
        ana.hears("it is closed", |h| *h == Heard::ShellClosed(Closed::ByInstructor)).await;
        // What is still on the way is not taken, and a new beginning is.
        ana.shell.show(screen(&["too late"]));
        ana.shell.end();
        ana.shell.begin(screen(&["once more"]));
        class.until("once more", |r| on_board(r).is_some_and(|(_, seen)| seen == "once more")).await;

        drop(ana);
        class.until("gone with its learner", |r| on_board(r).is_none() && r.here() == 0).await;
        class.close().await;
    });
}

#[test]
fn only_so_many_shells_are_looked_at() {
    let mut class = Class::open();
    run(async {
        let most = hub::MOST_SHELLS;
        let mut pupils: Vec<Pupil> = (0..=most).map(|n| pupil(class.code(), &format!("P{n}"))).collect();
        for pupil in &mut pupils[..most] {
            pupil.joins().await;
            pupil.shell.begin(screen(&["help"]));
        }
        let shared = |r: &Roster| r.iter().filter(|(_, l)| l.shell.is_some()).count();
        class.until("all that may", |r| shared(r) == most).await;
        let last = pupils.last_mut().unwrap();
        last.joins().await;
        last.shell.begin(screen(&["help"]));
        last.hears("no more", |h| *h == Heard::ShellClosed(Closed::Full)).await;
        last.shell.end();
        pupils[0].shell.end();
        class.until("one less", |r| shared(r) < most).await;
        pupils.last().unwrap().shell.begin(screen(&["help"]));
        class.until("room again", |r| shared(r) == most).await;
        class.close().await;
    });
}

#[test]
fn a_shell_that_is_none_ends_the_line_and_nothing_is_shown() {
    let mut class = Class::open();
    run(async {
        let code = class.code();
        let row = |text: &str| json!([[0, [[text, -1, -1, 0]]]]);
        for step in [
            json!({"whole": true, "columns": 10_000, "rows": 1, "changed": []}),
            json!({"whole": false, "columns": 10, "rows": 1, "changed": row("x")}),
            json!({"whole": true, "columns": 3, "rows": 1, "changed": row("four")}),
            json!({"whole": true, "columns": 3, "rows": 1, "changed": "\u{1b}[2J"}),
        ] {
            let mut eve = raw(&code).await;
            let said = hello(&eve, &code, VERSION, "Eve");
            send(&mut eve, &said).await.unwrap();
            assert_eq!(next(&mut eve).await.unwrap()["takes_shells"], true);
            let said = json!({"say": "shell", "step": step}).to_string();
            send(&mut eve, said.as_bytes()).await.unwrap();
            while next(&mut eve).await.is_some() {}
        }
        // Controls in it are left out, as everywhere.
        let mut eve = raw(&code).await;
        let said = hello(&eve, &code, VERSION, "Eve");
        send(&mut eve, &said).await.unwrap();
        let step = json!({"whole": true, "columns": 9, "rows": 1, "changed": row("a\u{1b}\u{202e}b")});
        send(&mut eve, json!({"say": "shell", "step": step}).to_string().as_bytes()).await.unwrap();
        class.until("what is left of it", |r| on_board(r).is_some()).await;
        assert_eq!(on_board(&class.roster).unwrap().1, "ab");
        class.close().await;
    });
}
