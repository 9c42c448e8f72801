//! Host and learners on loopback: what comes twice, breaks, lies or shouts.

use std::sync::Arc;

use tokio::sync::Notify;

use super::*;
use crate::class::{Asked, Heard, Identity, Joining, Lead, Remembered, Roster, follow};
use crate::progress::Event;

/// Far longer than anything takes; only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

fn hosting(dir: &std::path::Path) -> Hosting {
    Hosting {
        file: dir.join("class.sqlite3"),
        class: "whales".into(),
        bind: Some("127.0.0.1:0".parse().unwrap()),
        advertise: None,
        course: ("docker".into(), "1".into()),
    }
}

/// A class and what its board knows.
struct Class {
    dir: tempfile::TempDir,
    opened: Option<Opened>,
    roster: Roster,
}

impl Class {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let opened = Some(open(hosting(dir.path())).unwrap());
        Self { dir, opened, roster: Roster::default() }
    }

    fn code(&self) -> JoinCode {
        self.opened.as_ref().unwrap().code
    }

    fn lead(&self, lead: Lead) {
        self.opened.as_ref().unwrap().host.lead(lead);
    }

    async fn close(&mut self) {
        let opened = self.opened.take().unwrap();
        drop(opened.changes);
        tokio::task::spawn_blocking(|| opened.host.end()).await.unwrap();
        self.roster = Roster::default();
    }

    async fn reopen(&mut self) {
        self.opened = Some(open_on_a_thread(hosting(self.dir.path())).await);
    }

    /// Folds what comes until the board is as wanted.
    async fn until(&mut self, what: &str, wanted: impl Fn(&Roster) -> bool) {
        while !wanted(&self.roster) {
            let changes = timeout(PATIENCE, self.opened.as_mut().unwrap().changes.recv()).await;
            let changes = changes.unwrap_or_else(|_| panic!("{what}: {:?}", self.roster)).unwrap();
            changes.iter().for_each(|c| self.roster.apply(c));
        }
    }

    /// The slides that a learner has come to, by their name.
    fn seq(&self, name: &str) -> i64 {
        seq(&self.roster, name)
    }
}

fn seq(roster: &Roster, name: &str) -> i64 {
    roster.iter().find(|(_, l)| l.name == name).map_or(-1, |(_, l)| l.progress.seq)
}

async fn open_on_a_thread(hosting: Hosting) -> Opened {
    tokio::task::spawn_blocking(|| open(hosting).unwrap()).await.unwrap()
}

/// A learner with the real client.
struct Pupil {
    history: Remembered,
    saved: Arc<Notify>,
    ask: mpsc::Sender<Asked>,
    heard: mpsc::Receiver<Heard>,
    shell: Stage,
}

fn pupil_as(code: JoinCode, name: &str, identity: Identity, history: Remembered) -> Pupil {
    let saved = Arc::new(Notify::new());
    let (ask, asked) = mpsc::channel(8);
    let (out, heard) = mpsc::channel(64);
    let course = ("docker".into(), "1".into());
    let joining = Joining { code, identity, name: name.into(), role: Role::Learner, course };
    let (own, shell) = (Box::new(history.clone()), Stage::default());
    tokio::spawn(follow(joining, own, Arc::clone(&saved), asked, out, shell.clone()));
    Pupil { history, saved, ask, heard, shell }
}

fn pupil(code: JoinCode, name: &str) -> Pupil {
    pupil_as(code, name, Identity::passing().unwrap(), Remembered::default())
}

impl Pupil {
    fn moves(&self, slides: std::ops::Range<usize>) {
        for slide in slides {
            self.history.record(Event::Moved { lesson: "l".into(), slide, step: 0 });
        }
        self.saved.notify_one();
    }

    async fn hears(&mut self, what: &str, mut wanted: impl FnMut(&Heard) -> bool) -> Heard {
        let mut before = Vec::new();
        loop {
            let heard = timeout(PATIENCE, self.heard.recv()).await;
            let heard = heard.unwrap_or_else(|_| panic!("{what} after {before:?}")).expect("it follows on");
            if wanted(&heard) {
                return heard;
            }
            before.push(heard);
        }
    }

    async fn joins(&mut self) -> String {
        match self.hears("joined", |h| matches!(h, Heard::Joined { .. })).await {
            Heard::Joined { name, .. } => name,
            _ => unreachable!("it was asked for"),
        }
    }
}

fn run<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test)
}

fn go(slide: usize) -> Lead {
    Lead::Go { lesson: "l".into(), slide, step: 0 }
}

fn is_at(heard: &Heard, slide: usize) -> bool {
    matches!(heard, Heard::Standing { standing, .. } if standing.place.as_ref().is_some_and(|p| p.slide == slide))
}

#[test]
fn a_class_follows_and_its_progress_comes_back() {
    let mut class = Class::open();
    run(async {
        let mut pupils: Vec<Pupil> = ["Ana", "Ben", "Ana"].map(|n| pupil(class.code(), n)).into();
        let mut names = Vec::new();
        for pupil in &mut pupils {
            names.push(pupil.joins().await);
            pupil.moves(0..3);
        }
        names.sort();
        assert_eq!(names, ["Ana", "Ana (2)", "Ben"]);
        class.lead(go(7));
        class.lead(Lead::Note("Lunch at one".into()));
        for pupil in &mut pupils {
            let both = |h: &Heard| {
                let said = |s: &Standing| s.notes.iter().any(|n| n.text == "Lunch at one");
                is_at(h, 7) && matches!(h, Heard::Standing { standing, .. } if said(standing))
            };
            pupil.hears("slide 7 and the note", both).await;
        }
        class
            .until("all progress", |r| r.iter().filter(|(_, l)| l.progress.seq == 3 && l.here).count() == 3)
            .await;
        pupils[1].ask.send(Asked::Hand(true)).await.unwrap();
        class.until("a hand", |r| r.hands().len() == 1).await;
        let (who, _) = class.roster.hands()[0];
        assert_eq!(class.roster.learner(who).unwrap().name, "Ben");
        class.lead(Lead::LowerHand(who.clone()));
        pupils[1].hears("the hand is down", |h| *h == Heard::HandDown).await;
        drop(pupils);
        class.until("all are gone", |r| r.here() == 0).await;
        class.close().await;
    });
}

#[test]
fn one_who_comes_late_hears_where_the_class_is() {
    let mut class = Class::open();
    run(async {
        class.lead(go(4));
        class.lead(Lead::OpenExercise("e".into()));
        let mut late = pupil(class.code(), "Late");
        late.hears("slide 4 and the exercise", |h| {
            is_at(h, 4)
                && matches!(h, Heard::Standing { standing, .. } if standing.exercise.as_deref() == Some("e"))
        })
        .await;
        class.close().await;
    });
}

#[test]
fn a_restarted_host_is_the_same_class_and_nothing_is_lost_or_counted_twice() {
    let mut class = Class::open();
    run(async {
        let mut ana = pupil(class.code(), "Ana");
        ana.joins().await;
        ana.moves(0..500);
        class.until("the first part", |r| seq(r, "Ana") == 500).await;
        class.lead(go(2));
        ana.hears("slide 2", |h| is_at(h, 2)).await;
        let code = class.code();
        class.close().await;
        ana.hears("the class is away", |h| matches!(h, Heard::Away { .. })).await;
        ana.moves(500..1100);
        class.reopen().await;
        assert_eq!(class.code(), code, "the join code holds");
        ana.ask.send(Asked::TryAgain).await.unwrap();
        assert_eq!(ana.joins().await, "Ana");
        ana.hears("where the class was", |h| is_at(h, 2)).await;
        class.until("all of it", |r| seq(r, "Ana") == 1100).await;
        assert_eq!(class.roster.known(), 1);
        class.close().await;
    });
}

#[test]
fn one_learner_on_two_machines_goes_on_at_the_last_one() {
    let mut class = Class::open();
    run(async {
        let (identity, history) = (Identity::passing().unwrap(), Remembered::default());
        let mut first = pupil_as(class.code(), "Ana", identity.clone(), history.clone());
        first.joins().await;
        first.moves(0..5);
        class.until("the first machine's", |r| seq(r, "Ana") == 5).await;
        let mut second = pupil_as(class.code(), "Ana", identity, history);
        second.joins().await;
        let out = first.hears("it is told", |h| matches!(h, Heard::Out { .. })).await;
        assert!(matches!(out, Heard::Out { why, .. } if why.contains("elsewhere")));
        second.moves(5..6);
        class.until("the second machine's", |r| seq(r, "Ana") == 6).await;
        assert_eq!((class.roster.known(), class.roster.here()), (1, 1));
        class.close().await;
    });
}

#[test]
fn a_history_that_began_anew_is_a_learner_of_its_own() {
    let mut class = Class::open();
    run(async {
        let identity = Identity::passing().unwrap();
        let mut before = pupil_as(class.code(), "Ana", identity.clone(), Remembered::default());
        before.joins().await;
        before.moves(0..5);
        class.until("the old history", |r| seq(r, "Ana") == 5).await;
        drop(before);
        let mut after = pupil_as(class.code(), "Ana", identity, Remembered::default());
        after.moves(0..3);
        assert_eq!(after.joins().await, "Ana (2)");
        class.until("the new history", |r| seq(r, "Ana (2)") == 3).await;
        assert_eq!(class.seq("Ana"), 5);
        class.close().await;
    });
}

#[test]
fn a_poll_is_counted_once_for_each_and_survives_a_restart() {
    let mut class = Class::open();
    run(async {
        let answer = |pupil: &Pupil, answer: &str| {
            let (lesson, quiz, answer) = ("l".into(), "q".into(), answer.into());
            pupil.history.record(Event::QuizAnswered { lesson, quiz, answer, correct: true, score: 1.0 });
            pupil.saved.notify_one();
        };
        let (mut ana, mut ben) = (pupil(class.code(), "Ana"), pupil(class.code(), "Ben"));
        ana.joins().await;
        ben.joins().await;
        answer(&ana, "picked 3");
        class.until("an answer before the poll", |r| seq(r, "Ana") == 1).await;
        class.lead(Lead::OpenPoll { lesson: "l".into(), quiz: "q".into() });
        let answered = |n| {
            move |h: &Heard| {
                matches!(h, Heard::Standing { standing, .. }
            if standing.poll.as_ref().is_some_and(|p| p.open && p.answered == n && p.counts.is_empty()))
            }
        };
        ana.hears("the poll", answered(0)).await;
        answer(&ana, "picked 0");
        ana.hears("one answer", answered(1)).await;
        answer(&ana, "picked 1");
        class.until("another answer", |r| seq(r, "Ana") == 3).await;
        class.close().await;
        class.reopen().await;
        ben.ask.send(Asked::TryAgain).await.unwrap();
        ben.joins().await;
        answer(&ben, "picked 1");
        ben.hears("two answers", answered(2)).await;
        class.lead(Lead::ClosePoll);
        let closed = ben
            .hears("the counts", |h| {
                matches!(h, Heard::Standing { standing, .. }
            if standing.poll.as_ref().is_some_and(|p| !p.open))
            })
            .await;
        let Heard::Standing { standing, .. } = closed else { unreachable!("it was asked for") };
        assert_eq!(standing.poll.unwrap().counts.into_iter().collect::<Vec<_>>(), [("picked 1".into(), 2)]);
        class.close().await;
    });
}

#[path = "intruder_tests.rs"]
mod intruders;

#[path = "shell_tests.rs"]
mod shells;
