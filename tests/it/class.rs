//! A class without screens: the real host in a process of its own, and learners with the real client.

use std::sync::Arc;

use pilotwhale::class::{Asked, Heard, Identity, JoinCode, Joining, Remembered, Role, Stage, follow};
use pilotwhale::progress::Event;
use rustix::process::Signal;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Duration, timeout};

use crate::support::cable::Cable;
use crate::support::screen::{Launch, Screen};

/// Only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

fn host(name: &str) -> Launch {
    Launch::pilotwhale()
        .args(["class", "host", "--headless", "--name", name, "--bind", "127.0.0.1:0"])
        .size(200, 50)
}

fn code_on(screen: &Screen) -> JoinCode {
    let grid = screen.wait_for("pilotwhale join ");
    let line = grid.row_with("pilotwhale join ").expect("it was just seen");
    let (_, code) = line.split_once("pilotwhale join ").expect("it is there");
    code.trim().parse().expect("a host shows a join code that can be read")
}

struct Pupil {
    history: Remembered,
    saved: Arc<Notify>,
    ask: mpsc::Sender<Asked>,
    heard: mpsc::Receiver<Heard>,
}

fn pupil(code: JoinCode, name: &str) -> Pupil {
    let (history, saved) = (Remembered::default(), Arc::new(Notify::new()));
    let ((ask, asked), (out, heard)) = (mpsc::channel(8), mpsc::channel(64));
    let joining = Joining {
        code,
        identity: Identity::passing().expect("random numbers"),
        name: name.into(),
        role: Role::Learner,
        course: ("docker".into(), "1".into()),
    };
    let (own, shell) = (Box::new(history.clone()), Stage::default());
    tokio::spawn(follow(joining, own, Arc::clone(&saved), asked, out, shell));
    Pupil { history, saved, ask, heard }
}

impl Pupil {
    fn moves(&self, slides: std::ops::Range<usize>) {
        for slide in slides {
            self.history.record(Event::Moved { lesson: "00-welcome".into(), slide, step: 0 });
        }
        self.saved.notify_one();
    }

    async fn hears(&mut self, what: &str, wanted: impl Fn(&Heard) -> bool) {
        loop {
            let heard = timeout(PATIENCE, self.heard.recv()).await.unwrap_or_else(|_| panic!("{what}"));
            if wanted(&heard.expect("it follows on")) {
                return;
            }
        }
    }

    async fn joins(&mut self) {
        self.hears("joining", |h| matches!(h, Heard::Joined { .. })).await;
    }

    /// Everything is on the host's disk.
    async fn is_kept(&mut self) {
        self.hears("all is kept", |h| *h == Heard::AllKept).await;
    }
}

fn at(slide: usize) -> impl Fn(&Heard) -> bool {
    move |heard| matches!(heard, Heard::Standing { standing, .. } if standing.place.as_ref().is_some_and(|p| p.slide == slide))
}

fn run<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(test)
}

/// The first lesson of the built-in course, which the orders below go to.
fn lesson() -> String {
    let course = pilotwhale::course::load(&pilotwhale::course::Source::Embedded).expect("the course loads");
    course.lessons[0].id.clone()
}

#[test]
fn a_host_that_is_killed_comes_back_as_the_same_class() {
    let screen = host("walk").start();
    let code = code_on(&screen);
    run(async {
        let mut pupils: Vec<Pupil> = ["Ana", "Ben", "Cem"].map(|name| pupil(code, name)).into();
        for pupil in &mut pupils {
            pupil.joins().await;
        }
        screen.wait_for("here   Cem");
        screen.send(&format!("go {} 3<Enter>", lesson()));
        for pupil in &mut pupils {
            pupil.hears("slide 3", at(2)).await;
            pupil.moves(0..250);
        }
        screen.kill9();
        for pupil in &mut pupils {
            pupil.hears("it is away", |h| matches!(h, Heard::Away { .. })).await;
            // Learners go on alone.
            pupil.moves(250..400);
        }
        let again = host("walk").home_of(&screen).start();
        assert_eq!(code_on(&again), code, "the code on the wall holds");
        for pupil in &mut pupils {
            let _ = pupil.ask.send(Asked::TryAgain).await;
            pupil.joins().await;
            pupil.hears("where the class was", at(2)).await;
            pupil.is_kept().await;
        }
        pupils[1].ask.send(Asked::Hand(true)).await.expect("it follows");
        again.wait_for("hand   Ben");
        again.send("end<Enter>");
        assert!(again.wait_exit().success());
        let csv = Launch::pilotwhale()
            .args(["class", "export", "--name", "walk", "--format", "json"])
            .home_of(&screen)
            .size(250, 60)
            .start();
        assert!(csv.wait_exit().success());
        let written = String::from_utf8(csv.written()).expect("it is text").replace('\r', "");
        let reports: serde_json::Value = serde_json::from_str(&written).expect("it is JSON");
        let names: Vec<&str> =
            reports.as_array().expect("a list").iter().filter_map(|r| r["learner"].as_str()).collect();
        assert_eq!(names, ["Ana", "Ben", "Cem"]);
        let file = screen.home().join("pilotwhale/state/classes/walk.sqlite3");
        let rows = events_in(&file);
        assert_eq!(rows, [400, 400, 400], "nothing twice, nothing lost");
    });
}

/// How many events each learner has, each counted by its number.
fn events_in(file: &std::path::Path) -> Vec<i64> {
    let db = rusqlite::Connection::open(file).expect("the class's file opens");
    let mut query = db
        .prepare("SELECT count(*) FROM events GROUP BY learner HAVING count(*) = max(seq) ORDER BY learner")
        .expect("the table is there");
    let rows = query.query_map([], |row| row.get(0)).expect("it is read");
    rows.map(|row| row.expect("a number")).collect()
}

#[test]
fn a_network_that_is_cut_is_come_back_to_by_itself() {
    run(async {
        // The cable's near end stands in the join code, as the address of the class.
        let spare = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let far = spare.local_addr().expect("it is bound");
        drop(spare);
        let mut cable = Cable::to(far).await;
        let screen = Launch::pilotwhale()
            .args(["class", "host", "--headless", "--bind", &far.to_string()])
            .args(["--advertise", &cable.near.to_string()])
            .size(200, 50)
            .start();
        let code = code_on(&screen);
        let mut ana = pupil(code, "Ana");
        ana.joins().await;
        ana.moves(0..10);
        ana.is_kept().await;
        cable.pull().await;
        ana.hears("it is cut", |h| matches!(h, Heard::Away { .. })).await;
        screen.wait_for("gone   Ana");
        ana.moves(10..20);
        screen.send(&format!("go {} 2<Enter>", lesson()));
        cable.plug_in().await;
        // Nobody asks for it.
        ana.joins().await;
        ana.hears("what was missed", at(1)).await;
        ana.is_kept().await;
        let file = screen.home().join("pilotwhale/state/classes/pod.sqlite3");
        assert_eq!(events_in(&file), [20]);
    });
}

#[test]
fn simulated_learners_follow_and_are_on_the_board() {
    let screen = host("rehearsal").start();
    let code = code_on(&screen).to_string();
    let pupils = Launch::pilotwhale()
        .args(["class", "simulate", "--learners", "12", "--think", "0.2", "--host", &code])
        .size(160, 40)
        .start();
    pupils.wait_for("all 12 are here");
    screen.send(&format!("go {} 2<Enter>", lesson()));
    pupils.wait_for("2.1: 12 saw it, p50");
    screen.send("open run-python<Enter>");
    screen.wait_until("somebody who is stuck", |grid| {
        screen.send("board<Enter>");
        grid.contains("stuck: run-python/")
    });
    pupils.signal(Signal::TERM);
    assert!(pupils.wait_exit().success());
    screen.signal(Signal::TERM);
    screen.wait_for("The class has ended");
    assert!(screen.wait_exit().success());
}

#[test]
fn wrong_orders_and_wrong_codes_are_said() {
    let screen = host("orders").start();
    code_on(&screen);
    screen.send("dance<Enter>");
    screen.wait_for("that is no order");
    screen.send("go nowhere 1<Enter>");
    screen.wait_for("there is no lesson nowhere");
    let wrong = Launch::pilotwhale()
        .args(["class", "simulate", "--learners", "1", "--host", "AAAAA-BBBBB"])
        .size(160, 20)
        .start();
    wrong.wait_for("letter by letter");
    assert_eq!(wrong.wait_exit().exit_code(), 2);
    let none = Launch::pilotwhale().args(["class", "export", "--name", "never"]).size(120, 10).start();
    none.wait_for("there is no class never");
    assert_eq!(none.wait_exit().exit_code(), 2);
    // The class goes on after all of it.
    screen.send("timer 5<Enter>");
    screen.send("end<Enter>");
    assert!(screen.wait_exit().success());
}
