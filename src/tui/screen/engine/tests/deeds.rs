//! What is done to a container from the pane: restarts, pauses, a shell in it, its log kept, its changes looked at.

use super::*;
use crate::facts::{Container, Difference, Differs, Sample};

fn engine(effect: EngineEffect) -> Effect {
    Effect::Engine(effect)
}

fn web() -> (String, String) {
    (example::id('1'), "web".to_owned())
}

#[test]
fn a_restart_is_asked_like_a_stop_and_a_pause_like_a_start() {
    let (id, name) = web();
    let mut pane = live(example::snapshot());
    pane.act(Action::RestartContainer);
    assert_eq!(pane.key(KeyCode::Char('y').into()), [], "it is not the course's: its name is asked for");
    pane.key(KeyCode::Esc.into());
    pane.act(Action::PauseContainer);
    let pause = engine(EngineEffect::Pause { id: id.clone(), name: name.clone() });
    assert_eq!(pane.key(KeyCode::Char('y').into()), vec![pause.clone()]);

    pane.set_course_made(HashSet::from([id.clone()]));
    assert_eq!(pane.act(Action::PauseContainer), [pause], "nothing is lost by it");
    pane.act(Action::RestartContainer);
    let restart = engine(EngineEffect::Restart { id, name });
    assert_eq!(pane.key(KeyCode::Char('y').into()), [restart]);

    pane.act(Action::Down);
    pane.act(Action::PauseContainer);
    let unpause = EngineEffect::Unpause { id: example::id('2'), name: "frozen".to_owned() };
    assert_eq!(pane.key(KeyCode::Char('y').into()), [engine(unpause)], "what is paused goes on");
    for _ in 0..2 {
        pane.act(Action::Down);
    }
    for (action, words) in [
        (Action::PauseContainer, "cannot be paused"),
        (Action::RestartContainer, "start it instead"),
        (Action::EnterContainer, "Start it first"),
    ] {
        assert_eq!(pane.act(action), []);
        assert!(pane.popup().is_none() && pane.notice.contains(words), "{}", pane.notice);
    }
}

#[test]
fn the_way_into_a_container_is_put_on_the_prompt() {
    let mut pane = live(example::snapshot());
    let typed = Effect::Shell(ShellEffect::Type("docker exec -it web sh".to_owned()));
    assert_eq!(pane.act(Action::EnterContainer), [typed]);
    pane.act(Action::Down);
    pane.act(Action::EnterContainer);
    assert!(pane.notice.contains("is paused"));
    pane.go_to(Tab::Images);
    pane.act(Action::EnterContainer);
    assert!(pane.notice.contains("Only a container"));
}

#[test]
fn a_log_is_searched_and_saved() {
    let (id, name) = web();
    let mut pane = live(example::snapshot());
    pane.act(Action::FollowLogs);
    assert!(pane.is_log_open());
    assert_eq!(pane.act(Action::SaveLog), []);
    assert!(pane.notice.contains("no line"));
    pane.push_log(&id, example::log(), None);
    pane.act(Action::SearchNext);
    assert!(pane.notice.contains("after /"));
    pane.act(Action::Filter);
    "GET|notice".chars().for_each(|c| {
        pane.key(KeyCode::Char(c).into());
    });
    pane.key(KeyCode::Enter.into());
    let matching = picture(&mut pane, 100, 12);
    assert!(
        matching.contains("[notice]") && matching.contains("favicon") && !matching.contains("[warn]"),
        "{matching}"
    );
    let saved = pane.act(Action::SaveLog);
    let [Effect::Engine(EngineEffect::SaveLog { name: file, text })] = &saved[..] else {
        panic!("{saved:?}")
    };
    assert_eq!((file, text.lines().count()), (&name, 3));
    pane.act(Action::ToggleMatches);
    assert!(picture(&mut pane, 100, 12).contains("[warn]"), "all lines are back, the matches marked");
    pane.act(Action::Top);
    assert_eq!(pane.act(Action::SearchNext), []);
    assert!(pane.notice.is_empty(), "{}", pane.notice);
    for _ in 0..3 {
        pane.act(Action::SearchNext);
    }
    assert!(
        picture(&mut pane, 100, 12).contains("No other line matches there."),
        "it is seen beside a filter"
    );
}

#[test]
fn changed_files_are_asked_for_when_they_are_looked_at() {
    let (id, _) = web();
    let mut pane = live(example::snapshot());
    pane.act(Action::OpenDetail);
    pane.act(Action::PreviousView);
    let mut text = picture(&mut pane, 56, 12);
    assert!(text.contains("asking the engine"));
    pane.act(Action::NextView);
    assert_eq!(pane.act(Action::PreviousView), [engine(EngineEffect::Compare(id.clone()))]);
    let one = |path: &str, what| Difference { path: path.to_owned(), what };
    pane.set_differences(
        &id,
        Ok(vec![
            one("/etc", Differs::Changed),
            one("/etc/nginx/conf.d/site.conf", Differs::Added),
            one("/usr/share/nginx/html/50x.html", Differs::Deleted),
        ]),
    );
    text += &pictures(&mut pane);
    pane.set_differences(&id, Ok(Vec::new()));
    text += &picture(&mut pane, 56, 12);
    pane.set_differences(&id, Err("the engine did not answer".to_owned()));
    text += &picture(&mut pane, 56, 12);
    insta::assert_snapshot!(text);
}

#[test]
fn figures_of_the_last_minutes() {
    let (id, _) = web();
    let mut pane = live(example::snapshot());
    pane.act(Action::OpenDetail);
    pane.set_detail(Kind::Container, &id, Ok(Box::new(example::web_detail())));
    for i in 0..200u32 {
        let cpu_percent = f64::from(i % 20) * 5.0;
        let sample = Sample { cpu_percent, memory: u64::from(i) << 20, memory_limit: 8 << 30 };
        pane.set_samples(vec![(id.clone(), sample)]);
    }
    assert_eq!(pane.past[&id].len(), PAST, "what is kept is bounded");
    insta::assert_snapshot!([(56, 16), (80, 20), (120, 30)].map(|(w, h)| picture(&mut pane, w, h)).concat());
    pane.set_snapshot(Arc::new(Snapshot::default()));
    assert!(pane.past.is_empty(), "and goes with the container");
}

fn ids(logs: &[LogFrom]) -> Vec<&str> {
    logs.iter().map(|log| log.id.get(..1).unwrap_or_default()).collect()
}

#[test]
fn the_logs_of_a_project_are_one_and_who_comes_later_belongs_to_it() {
    let mut pane = live(example::shop());
    let effects = pane.act(Action::FollowLogs);
    let [Effect::Engine(EngineEffect::FollowLogs(logs))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(ids(logs), ["6", "5", "4", "1", "2"], "by service");
    assert!(pane.is_log_open() && pane.selected().is_none());
    for action in
        [Action::Remove, Action::StopContainer, Action::EnterContainer, Action::SendName, Action::NextView]
    {
        assert_eq!(pane.act(action), [], "{action:?}");
        assert!(pane.popup().is_none() && pane.is_log_open());
    }

    let mut grown = example::shop();
    grown.containers[0].started = Some(at(9));
    let labels = grown.containers[0].labels.clone();
    grown.containers.push(Container {
        id: example::id('7'),
        name: "shop-web-3".to_owned(),
        labels,
        started: Some(at(9)),
        ..example::web()
    });
    let effects = pane.set_snapshot(Arc::new(grown.clone()));
    let [Effect::Engine(EngineEffect::FollowMoreLogs(logs))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(ids(logs), ["2", "7"], "one was started again, one is new");
    grown.containers.remove(1);
    assert_eq!(pane.set_snapshot(Arc::new(grown)), [], "what it printed stays");
    assert_eq!(pane.act(Action::Cancel), [engine(EngineEffect::FollowLogs(Vec::new()))]);
    assert!(!pane.is_detail_open());
}

#[test]
fn the_logs_of_what_the_list_shows_are_one() {
    let mut pane = live(example::shop());
    pane.set_filter("shop-api".to_owned());
    let effects = pane.act(Action::FollowAllLogs);
    let [Effect::Engine(EngineEffect::FollowLogs(logs))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(ids(logs), ["2", "1", "4"]);
    pane.push_log(&example::id('1'), example::log(), None);
    let saved = pane.act(Action::SaveLog);
    let [Effect::Engine(EngineEffect::SaveLog { name, text })] = &saved[..] else { panic!("{saved:?}") };
    assert!(name == "containers" && text.starts_with("shop-web-1 | /docker-entrypoint.sh"), "{text}");
    pane.act(Action::Cancel);

    pane.set_filter("zebra".to_owned());
    assert_eq!(pane.act(Action::FollowAllLogs), []);
    assert!(!pane.is_detail_open() && pane.notice.contains("no container"));
    pane.go_to(Tab::Images);
    assert_eq!(pane.act(Action::FollowAllLogs), []);
    assert!(!pane.is_detail_open());
}

#[test]
fn no_more_logs_are_read_at_once_than_the_engine_can_bear() {
    let containers =
        (0..50).map(|n| Container { id: format!("{n:064}"), name: format!("c{n}"), ..example::web() });
    let mut pane = live(Snapshot { containers: containers.collect(), ..Snapshot::default() });
    let effects = pane.act(Action::FollowAllLogs);
    let [Effect::Engine(EngineEffect::FollowLogs(logs))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(logs.len(), 20);
    assert!(picture(&mut pane, 80, 20).contains("logs of 50 containers (the first 20)"));
}

#[test]
fn a_log_is_shown_since_a_time_that_was_typed() {
    let (id, _) = web();
    let mut pane = live(example::snapshot());
    pane.act(Action::FollowLogs);
    pane.push_log(&id, example::log(), None);
    let type_in = |pane: &mut EnginePane, text: &str| {
        text.chars().for_each(|c| drop(pane.key(KeyCode::Char(c).into())));
        pane.key(KeyCode::Enter.into())
    };
    pane.act(Action::LogSince);
    assert_eq!(type_in(&mut pane, "10"), [], "not a time yet");
    assert!(pane.takes_keys());
    let unread = picture(&mut pane, 80, 8);
    let since = at(-600);
    let from = |since| [engine(EngineEffect::FollowLogs(vec![LogFrom { id: id.clone(), since }]))];
    assert_eq!(type_in(&mut pane, "m"), from(Some(since)));
    assert!(!pane.takes_keys());
    let silent = picture(&mut pane, 80, 8);
    // what was typed is there again, to be changed; Esc leaves it as it is
    pane.act(Action::LogSince);
    pane.key(KeyCode::Char('0').into());
    let read = picture(&mut pane, 80, 8);
    pane.key(KeyCode::Esc.into());
    assert!(picture(&mut pane, 80, 8).contains("since 11:53:04"));
    pane.act(Action::LogSince);
    (0..3).for_each(|_| drop(pane.key(KeyCode::Backspace.into())));
    let empty = picture(&mut pane, 80, 8);
    assert_eq!(pane.key(KeyCode::Enter.into()), from(None));
    insta::assert_snapshot!(unread + &silent + &read + &empty);
}
