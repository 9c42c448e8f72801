//! Every tab, every close look and every state of the link at four sizes.

use super::*;
use crate::facts::{LogEnd, Stream};

fn opened(tab: Tab, row: usize, detail: Detail) -> EnginePane {
    let mut pane = live(example::snapshot());
    pane.go_to(tab);
    pane.lists[tab as usize].select(&pane.snapshot.clone(), tab, row);
    pane.act(Action::OpenDetail);
    let (kind, id, _) = pane.selected().unwrap();
    pane.set_detail(kind, &id, Ok(Box::new(detail)));
    pane
}

fn view(mut pane: EnginePane, steps: usize) -> EnginePane {
    for _ in 0..steps {
        pane.act(Action::NextView);
    }
    pane
}

#[test]
fn containers() {
    let mut pane = live(example::snapshot());
    pane.set_samples(example::samples());
    insta::assert_snapshot!(pictures(&mut pane));
}

#[test]
fn a_compose_project() {
    let mut pane = live(example::shop());
    let mut text = pictures(&mut pane);
    pane.act(Action::OpenDetail);
    text += &picture(&mut pane, 56, 12);
    pane.act(Action::Toggle);
    pane.act(Action::StopContainer);
    text += &picture(&mut pane, 56, 12);
    insta::assert_snapshot!(text);
}

#[test]
fn a_container_of_a_compose_project() {
    let mut text = String::new();
    for (row, at, name) in [(2, 4, "shop-db-1"), (5, 0, "shop-web-2")] {
        let mut pane = live(example::shop());
        (0..row).for_each(|_| drop(pane.act(Action::Down)));
        pane.act(Action::OpenDetail);
        let (kind, id, called) = pane.selected().unwrap();
        assert_eq!(called, name);
        pane.set_detail(kind, &id, Ok(Box::new(example::shop_detail(at))));
        text += &[(56, 16), (80, 20), (120, 30)].map(|(w, h)| picture(&mut pane, w, h)).concat();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn containers_that_just_changed() {
    let mut before = example::snapshot();
    before.containers.remove(0);
    before.containers[2].state = crate::facts::ContainerState::Removing;
    let mut pane = live(before);
    pane.set_snapshot(Arc::new(example::snapshot()));
    insta::assert_snapshot!(picture(&mut pane, 56, 12));
}

#[test]
fn images() {
    let mut pane = live(example::snapshot());
    pane.act(Action::NextTab);
    insta::assert_snapshot!(pictures(&mut pane));
}

#[test]
fn volumes() {
    let mut pane = live(example::snapshot());
    pane.go_to(Tab::Volumes);
    insta::assert_snapshot!(pictures(&mut pane));
}

#[test]
fn networks() {
    let mut pane = live(example::snapshot());
    pane.go_to(Tab::Networks);
    insta::assert_snapshot!(pictures(&mut pane));
}

#[test]
fn nothing_yet() {
    let mut pane = live(Snapshot::default());
    let mut text = String::new();
    for _ in Tab::ALL {
        text += &picture(&mut pane, 56, 8);
        pane.act(Action::NextTab);
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_filter() {
    let mut pane = live(example::snapshot());
    pane.act(Action::Filter);
    let mut text = String::new();
    for c in "alpine".chars() {
        pane.key(KeyCode::Char(c).into());
    }
    text += &pictures(&mut pane);
    for c in " zebra".chars() {
        pane.key(KeyCode::Char(c).into());
    }
    text += &picture(&mut pane, 56, 12);
    insta::assert_snapshot!(text);
}

#[test]
fn five_hundred_containers() {
    let containers = (0..500).map(|i| crate::facts::Container {
        id: format!("{i:064}"),
        name: format!("c{i}"),
        created: Some(at(-i)),
        started: Some(at(-i)),
        state: crate::facts::ContainerState::Running,
        image: "busybox".to_owned(),
        ..Default::default()
    });
    let mut pane = live(Snapshot { containers: containers.collect(), ..Snapshot::default() });
    picture(&mut pane, 56, 12);
    pane.act(Action::PageDown);
    pane.act(Action::PageDown);
    let text = picture(&mut pane, 56, 12);
    assert_eq!(pane.visible_running_ids().len(), 9);
    pane.act(Action::Bottom);
    insta::assert_snapshot!(text + &picture(&mut pane, 56, 12));
}

#[test]
fn link_connecting() {
    let mut pane = EnginePane::default();
    insta::assert_snapshot!(pictures(&mut pane));
}

#[test]
fn link_lost() {
    let mut pane = live(example::snapshot());
    pane.set_link(Link::Lost {
        since: at(0),
        reason: "connection refused".to_owned(),
        remedy: "Start it again: sudo systemctl start docker".to_owned(),
    });
    insta::assert_snapshot!(pictures(&mut pane));
}

#[test]
fn link_absent() {
    let mut pane = EnginePane::default();
    pane.set_link(Link::Absent {
        reason: "Looked at DOCKER_HOST, the docker contexts and 9 well-known sockets; nothing answers."
            .to_owned(),
        remedy: "Install Docker on this Debian 13 with this command, then log in again:".to_owned(),
    });
    let without = picture(&mut pane, 56, 12);
    pane.set_install(Some("sudo apt-get install docker.io".to_owned()));
    insta::assert_snapshot!(without + &pictures(&mut pane));
}

#[test]
fn container_summary() {
    insta::assert_snapshot!(pictures(&mut opened(Tab::Containers, 0, example::web_detail())));
}

#[test]
fn container_summary_killed() {
    insta::assert_snapshot!(picture(&mut opened(Tab::Containers, 5, example::killed_detail()), 80, 36));
}

#[test]
fn container_logs() {
    let mut pane = view(opened(Tab::Containers, 0, example::web_detail()), 1);
    let nothing = picture(&mut pane, 56, 12);
    pane.push_log(&example::id('1'), example::log(), None);
    let mut text = nothing + &pictures(&mut pane);
    pane.act(Action::Filter);
    for c in "GET".chars() {
        pane.key(KeyCode::Char(c).into());
    }
    text += &picture(&mut pane, 80, 12);
    pane.key(KeyCode::Esc.into());
    pane.push_log(&example::id('1'), Vec::new(), Some(LogEnd::Stopped));
    insta::assert_snapshot!(text + &picture(&mut pane, 80, 14));
}

#[test]
fn logs_of_a_compose_project() {
    let mut pane = live(example::shop());
    pane.act(Action::FollowLogs);
    let line = |second, stream, text: &str| LogLine { at: Some(at(second)), stream, text: text.to_owned() };
    let db = line(-9, Stream::Stdout, "LOG:  database system is ready to accept connections");
    pane.push_log(&example::id('5'), vec![db], None);
    let web = [
        (-7, "serving on port 5000"),
        (-1, "GET /products/12?details=all&currency=eur&language=en 200 in 14 ms"),
    ];
    for (id, earlier) in [('1', 0), ('2', 2)] {
        let lines = web.map(|(second, text)| line(second - earlier, Stream::Stdout, text));
        pane.push_log(&example::id(id), lines.into(), None);
    }
    let migrated = vec![line(-8, Stream::Stderr, "3 migrations to do"), line(-6, Stream::Stdout, "done")];
    pane.push_log(&example::id('4'), migrated, Some(LogEnd::Stopped));
    let none = "configured logging driver does not support reading";
    pane.push_log(&example::id('6'), Vec::new(), Some(LogEnd::Unreadable(none.to_owned())));
    let mut text = pictures(&mut pane);
    pane.act(Action::ToggleTimes);
    text += &picture(&mut pane, 80, 20);
    insta::assert_snapshot!(text);
}

#[test]
fn container_environment() {
    let mut pane = view(opened(Tab::Containers, 0, example::web_detail()), 2);
    let text = pictures(&mut pane);
    assert!(!text.contains("hunter2"));
    insta::assert_snapshot!(text);
}

#[test]
fn container_mounts() {
    insta::assert_snapshot!(pictures(&mut view(opened(Tab::Containers, 0, example::web_detail()), 3)));
}

#[test]
fn container_health() {
    insta::assert_snapshot!(pictures(&mut view(opened(Tab::Containers, 0, example::web_detail()), 4)));
}

#[test]
fn image_summary() {
    insta::assert_snapshot!(pictures(&mut opened(Tab::Images, 1, example::image_detail())));
}

#[test]
fn image_layers() {
    insta::assert_snapshot!(pictures(&mut view(opened(Tab::Images, 1, example::image_detail()), 1)));
}

#[test]
fn image_environment() {
    insta::assert_snapshot!(picture(&mut view(opened(Tab::Images, 1, example::image_detail()), 2), 56, 12));
}

#[test]
fn volume_detail() {
    insta::assert_snapshot!(pictures(&mut opened(Tab::Volumes, 0, example::volume_detail())));
}

#[test]
fn network_detail() {
    insta::assert_snapshot!(pictures(&mut opened(Tab::Networks, 0, example::network_detail())));
}

#[test]
fn questions() {
    let mut text = String::new();
    for (tab, row, action, ours) in [
        (Tab::Containers, 0, Action::StopContainer, true),
        (Tab::Containers, 4, Action::Remove, false),
        (Tab::Images, 1, Action::Remove, false),
        (Tab::Volumes, 2, Action::Remove, true),
        (Tab::Networks, 0, Action::Remove, true),
    ] {
        let mut pane = live(example::snapshot());
        pane.go_to(tab);
        let snapshot = pane.snapshot.clone();
        pane.lists[tab as usize].select(&snapshot, tab, row);
        if ours {
            pane.set_course_made(HashSet::from([pane.selected().unwrap().1]));
        }
        assert_eq!(pane.act(action), []);
        text += &picture(&mut pane, 70, 14);
    }
    let mut pane = live(example::snapshot());
    pane.act(Action::Remove);
    text += &picture(&mut pane, 70, 6);
    insta::assert_snapshot!(text);
}
