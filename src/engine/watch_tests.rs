//! An engine that stops answering is told, and one that is only idle is left alone.

use super::super::fake::Fake;
use super::*;

const STARTED: &str = r#"{"Type":"network","Action":"create","Actor":{"ID":"n","Attributes":{"name":"n"}},"time":1796000000,"timeNano":1796000000000000000}"#;

async fn live(updates: &mut mpsc::Receiver<Update>) {
    link(updates, |link| *link == Link::Live).await;
}

async fn link(updates: &mut mpsc::Receiver<Update>, wanted: impl Fn(&Link) -> bool) {
    while let Some(update) = updates.recv().await {
        if let Update::Link(link) = update
            && wanted(&link)
        {
            return;
        }
    }
    panic!("the watch has ended");
}

fn pings(fake: &Fake) -> usize {
    fake.heard().iter().filter(|path| path.ends_with("/_ping")).count()
}

#[tokio::test]
async fn an_engine_that_hangs_is_told_when_somebody_doubts_and_taken_back_when_it_answers() {
    let fake = Fake::start("1.51");
    let (sender, mut updates) = mpsc::channel(64);
    let watcher = watch(fake.endpoint(), sender);
    live(&mut updates).await;
    fake.falls_silent(true);
    watcher.doubt();
    link(&mut updates, |link| matches!(link, Link::Lost { reason, .. } if reason.contains("too slow"))).await;
    fake.falls_silent(false);
    live(&mut updates).await;
}

#[tokio::test]
async fn an_engine_that_hangs_in_a_question_is_told_without_anybody_doubting() {
    let fake = Fake::start("1.51");
    let (sender, mut updates) = mpsc::channel(64);
    let _watcher = watch(fake.endpoint(), sender);
    live(&mut updates).await;
    fake.until_heard("/events", 1).await;
    fake.falls_silent(true);
    fake.sends(STARTED);
    link(&mut updates, |link| matches!(link, Link::Lost { .. })).await;
    assert!(pings(&fake) >= 2, "the greeting, and the one that found out");
}

#[tokio::test]
async fn an_idle_engine_is_not_asked_and_one_that_answers_a_doubt_stays() {
    let fake = Fake::start("1.51");
    let (sender, mut updates) = mpsc::channel(64);
    let watcher = watch(fake.endpoint(), sender);
    live(&mut updates).await;
    fake.until_heard("/events", 1).await;
    fake.sends(STARTED);
    fake.until_heard("/networks", 2).await;
    assert_eq!(pings(&fake), 1, "the greeting");
    watcher.doubt();
    fake.until_heard("/_ping", 2).await;
    fake.sends(STARTED);
    fake.until_heard("/networks", 3).await;
    assert_eq!(pings(&fake), 2);
    while let Ok(update) = updates.try_recv() {
        assert!(!matches!(update, Update::Link(Link::Lost { .. })), "{update:?}");
    }
}

#[tokio::test]
async fn a_list_that_is_refused_while_something_goes_is_asked_for_again_and_the_engine_stays() {
    for path in ["/images/json", "/containers/json", "/volumes", "/networks"] {
        let fake = Fake::start("1.51");
        fake.stumbles(path, 2);
        let (sender, mut updates) = mpsc::channel(64);
        let _watcher = watch(fake.endpoint(), sender);
        let mut links = Vec::new();
        while !links.contains(&Link::Live) {
            match updates.recv().await.expect("the watch goes on") {
                Update::Link(link) => links.push(link),
                _ => continue,
            }
        }
        assert_eq!(links, [Link::Live], "{path}");
        let asked = fake.heard().iter().filter(|heard| heard.ends_with(path)).count();
        assert_eq!(asked, 3, "{path}");
    }
}

#[tokio::test]
async fn a_list_that_stays_refused_is_told_with_the_words_of_the_engine() {
    let fake = Fake::start("1.51");
    let (sender, mut updates) = mpsc::channel(64);
    let _watcher = watch(fake.endpoint(), sender);
    live(&mut updates).await;
    fake.until_heard("/events", 1).await;
    fake.stumbles("/networks", usize::MAX);
    fake.sends(STARTED);
    let says = "it says: content digest: not found";
    link(&mut updates, |link| matches!(link, Link::Lost { reason, .. } if reason == says)).await;
}
