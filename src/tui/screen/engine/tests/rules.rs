//! What must hold for any facts, actions and sizes.

use proptest::prelude::*;

use super::*;
use crate::facts::{Container, ContainerState};

fn engine(effect: EngineEffect) -> Effect {
    Effect::Engine(effect)
}

fn typed(text: &str) -> Vec<Effect> {
    vec![Effect::Shell(ShellEffect::Type(text.to_owned()))]
}

fn named(text: &str) -> Vec<Effect> {
    vec![Effect::Shell(ShellEffect::Insert(text.to_owned()))]
}

fn arranged(pane: &mut EnginePane) -> Vec<Effect> {
    pane.arrange(Rect::new(0, 0, 80, 20))
}

#[test]
fn the_selection_stays_on_its_object_when_rows_come_and_go() {
    let mut pane = live(example::snapshot());
    pane.act(Action::Down);
    pane.act(Action::Down);
    assert_eq!(pane.selected().unwrap().2, "crashloop");
    let mut after = example::snapshot();
    after.containers.remove(0);
    after.containers.push(Container {
        id: example::id('9'),
        name: "new".to_owned(),
        created: Some(at(10)),
        ..Container::default()
    });
    after.containers.push(Container { id: example::id('0'), created: Some(at(11)), ..Container::default() });
    pane.set_snapshot(Arc::new(after.clone()));
    assert_eq!(pane.selected().unwrap().2, "crashloop");
    // When it goes itself, the one that took its place is selected.
    after.containers.retain(|c| c.name != "crashloop");
    pane.set_snapshot(Arc::new(after));
    assert_eq!(pane.selected().unwrap().2, "typo");
    pane.set_snapshot(Arc::default());
    assert_eq!(pane.selected(), None);
}

#[test]
fn what_changed_is_marked_for_a_moment_and_a_timer_runs_only_then() {
    let mut before = example::snapshot();
    before.containers.retain(|c| c.name == "kiss");
    let mut after = before.clone();
    after.containers[0].name = "hug".to_owned();
    let mut pane = live(before);
    pane.act(Action::NextTab);
    arranged(&mut pane);
    pane.act(Action::PreviousTab);
    pane.set_snapshot(Arc::new(after));
    assert!(picture(&mut pane, 56, 12).contains('✦'));
    assert_eq!(pane.needs_tick(), Some(at(0)), "at once, to know when the mark began");
    pane.tick(at(1));
    arranged(&mut pane);
    assert_eq!(pane.needs_tick(), Some(at(5)));
    pane.tick(at(5));
    assert!(!picture(&mut pane, 56, 12).contains('✦'));
    assert_eq!(pane.needs_tick(), Some(at(26)), "then the age of a container in minutes");
    pane.set_snapshot(Arc::default());
    arranged(&mut pane);
    assert_eq!(pane.needs_tick(), None);
}

/// An engine that keeps an image packed beside its files counts both in its list, and only one in an inspect.
#[test]
fn an_image_has_one_size_or_two_that_are_named() {
    let mut listed = example::snapshot();
    let nginx = &mut listed.images[1];
    (nginx.size, nginx.packed) = (186_000_000, Some(58_200_000));
    // what ran it was made before the image was built once more, with nothing changed
    nginx.manifests = vec!["sha256:m".to_owned()];
    listed.containers[1].image_id = "sha256:gone".to_owned();
    listed.containers[1].manifest = Some("sha256:m".to_owned());
    let id = nginx.id.clone();
    let used = listed.containers.iter().filter(|c| c.content().is(listed.images[1].content())).count();
    let mut pane = live(listed);
    pane.act(Action::NextTab);
    assert!(picture(&mut pane, 90, 20).contains("186 MB"));
    pane.lists[Tab::Images as usize].select(&pane.snapshot.clone(), Tab::Images, 1);
    pane.act(Action::OpenDetail);
    arranged(&mut pane);
    pane.set_detail(Kind::Image, &id, Ok(Box::new(example::image_detail())));
    let shown = picture(&mut pane, 100, 20);
    assert!(shown.contains("186 MB: 128 MB in 3 layers, and 58.2 MB packed"), "{shown}");
    assert!(shown.contains(&format!("{used} container")), "{shown}");
}

#[test]
fn seconds_are_counted_in_the_first_minute_only() {
    let mut pane = live(Snapshot { containers: vec![example::web()], ..Snapshot::default() });
    arranged(&mut pane);
    assert_eq!(pane.needs_tick(), Some(at(1)));
    pane.tick(at(57));
    assert!(picture(&mut pane, 56, 12).contains("running 1 min"));
    assert!(pane.needs_tick().unwrap() > at(100));
}

#[test]
fn only_running_rows_on_the_screen_are_measured() {
    let mut pane = live(example::snapshot());
    let sample =
        |ids: &[char]| vec![engine(EngineEffect::Sample(ids.iter().map(|&c| example::id(c)).collect()))];
    assert_eq!(arranged(&mut pane), sample(&['1', '7']));
    assert_eq!(arranged(&mut pane), []);
    assert_eq!(pane.arrange(Rect::new(0, 0, 30, 6)), sample(&['1']));
    pane.act(Action::NextTab);
    assert_eq!(arranged(&mut pane), sample(&[]));
    pane.act(Action::PreviousTab);
    assert_eq!(arranged(&mut pane), sample(&['1', '7']));
    assert_eq!(pane.hide(), sample(&[]));
    assert_eq!(arranged(&mut pane), sample(&['1', '7']));
    pane.set_link(Link::Lost { since: at(0), reason: String::new(), remedy: String::new() });
    assert_eq!(arranged(&mut pane), sample(&[]));
    assert_eq!(pane.needs_tick(), None);
}

#[test]
fn names_ids_and_images_go_to_the_prompt_and_never_run() {
    let mut pane = live(example::snapshot());
    assert_eq!(pane.act(Action::SendName), named("web"));
    assert_eq!(pane.act(Action::SendId), named("111111111111"));
    assert_eq!(pane.act(Action::SendImage), named("nginx"));
    pane.act(Action::NextTab);
    assert_eq!(pane.act(Action::SendName), named("alpine:latest"));
    assert_eq!(pane.act(Action::SendId), named("aaaaaaaaaaaa"));
    pane.act(Action::NextTab);
    assert_eq!(pane.act(Action::SendImage), []);
    let mut evil = example::snapshot();
    evil.containers[0].image = "x\nrm -rf ~\r".to_owned();
    let mut pane = live(evil);
    assert_eq!(pane.act(Action::SendImage), named("xrm -rf ~"));
}

#[test]
fn the_install_command_is_typed_only_while_there_is_no_engine() {
    let mut pane = EnginePane::default();
    pane.set_install(Some("sudo apt-get install docker.io\n".to_owned()));
    assert_eq!(pane.act(Action::TypeCommand), []);
    pane.set_link(Link::Absent { reason: String::new(), remedy: String::new() });
    assert_eq!(pane.act(Action::TypeCommand), typed("sudo apt-get install docker.io"));
    let mut pane = live(Snapshot::default());
    assert_eq!(pane.act(Action::TypeCommand), typed("docker run hello-world"), "what an empty list suggests");
}

#[test]
fn a_close_look_is_asked_for_kept_fresh_and_its_log_followed() {
    let mut pane = live(example::snapshot());
    let web = example::id('1');
    let inspect = engine(EngineEffect::Inspect { kind: Kind::Container, id: web.clone() });
    let follow = engine(EngineEffect::FollowLogs(vec![LogFrom { id: web.clone(), since: None }]));
    assert_eq!(pane.act(Action::OpenDetail), vec![inspect.clone()]);
    assert_eq!(pane.act(Action::NextView), vec![follow.clone()]);
    assert_eq!(pane.act(Action::NextView), []);
    assert_eq!(pane.act(Action::PreviousView), []);
    assert_eq!(pane.set_snapshot(Arc::new(example::snapshot())), []);
    let mut after = example::snapshot();
    after.containers[0].started = Some(at(9));
    assert_eq!(pane.set_snapshot(Arc::new(after)), [inspect, follow], "it was started again");
    pane.set_snapshot(Arc::default());
    assert!(picture(&mut pane, 80, 20).contains("removed"));
    assert_eq!(pane.act(Action::Cancel), [engine(EngineEffect::FollowLogs(Vec::new()))]);
    assert!(!pane.is_detail_open());
}

#[test]
fn follow_logs_from_the_list_opens_the_log() {
    let mut pane = live(example::snapshot());
    assert_eq!(pane.act(Action::FollowLogs).len(), 2);
    pane.push_log(&example::id('1'), example::log(), None);
    assert!(picture(&mut pane, 80, 20).contains("following"));
    pane.push_log(&example::id('2'), example::log(), None);
    assert_eq!(
        pane.opened.as_ref().unwrap().logs.len(),
        example::log().len(),
        "lines of another are not taken"
    );
}

#[test]
fn what_the_course_did_not_make_is_confirmed_by_name() {
    let mut pane = live(example::snapshot());
    let stop = engine(EngineEffect::Stop { id: example::id('1'), name: "web".to_owned() });
    pane.act(Action::StopContainer);
    assert!(pane.takes_keys());
    assert_eq!(pane.key(KeyCode::Char('y').into()), []);
    pane.key(KeyCode::Backspace.into());
    "web".chars().for_each(|c| {
        pane.key(KeyCode::Char(c).into());
    });
    assert_eq!(pane.key(KeyCode::Enter.into()), vec![stop.clone()]);
    assert!(!pane.takes_keys());

    pane.set_course_made(HashSet::from([example::id('1')]));
    pane.act(Action::StopContainer);
    assert_eq!(pane.key(KeyCode::Char('y').into()), [stop]);
}

#[test]
fn what_cannot_be_done_is_said_instead_of_asked() {
    let mut pane = live(example::snapshot());
    pane.act(Action::Remove);
    assert!(pane.popup().is_none() && pane.notice.contains("Stop it first"));
    pane.act(Action::StartContainer);
    assert!(pane.popup().is_none() && pane.notice.contains("runs already"));
    pane.go_to(Tab::Networks);
    pane.act(Action::Down);
    pane.act(Action::Remove);
    assert!(pane.popup().is_none() && pane.notice.contains("comes with the engine"), "{}", pane.notice);
    pane.act(Action::StopContainer);
    assert!(pane.notice.contains("Only containers"));
    pane.set_link(Link::Connecting);
    pane.act(Action::Remove);
    assert!(pane.notice.contains("does not answer"));
}

#[test]
fn clicks_choose_tabs_rows_and_views() {
    let mut pane = live(example::snapshot());
    arranged(&mut pane);
    assert_eq!(pane.click(4, 10), []);
    assert_eq!(pane.selected().unwrap().2, "crashloop");
    arranged(&mut pane);
    assert_eq!(pane.click(4, 10).len(), 1, "a second click looks closer");
    arranged(&mut pane);
    assert_eq!(pane.click(1, 12).len(), 1, "logs are followed");
    arranged(&mut pane);
    pane.click(0, 1);
    assert!(!pane.is_detail_open());
    arranged(&mut pane);
    pane.click(0, 18);
    assert_eq!(pane.tab(), Tab::Images);
    pane.click(99, 99);
}

fn any_container() -> impl Strategy<Value = Container> {
    let state = prop::sample::select(vec![
        ContainerState::Created,
        ContainerState::Running,
        ContainerState::Paused,
        ContainerState::Restarting,
        ContainerState::Removing,
        ContainerState::Exited,
        ContainerState::Dead,
    ]);
    let times = prop::option::of(-10_000_000i64..10_000);
    ("[0-9a-c]{1,2}", "\\PC{0,40}", "\\PC{0,40}", state, prop::option::of(-3i64..300), times).prop_map(
        |(id, name, image, state, exit_code, time)| Container {
            id,
            name,
            image,
            state,
            exit_code,
            created: time.map(at),
            started: time.map(|t| at(t + 1)),
            ..example::web()
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    use Action::*;
    let actions = vec![
        Up,
        Down,
        PageUp,
        PageDown,
        Top,
        Bottom,
        NextTab,
        PreviousTab,
        OpenDetail,
        NextView,
        PreviousView,
        FollowLogs,
        FollowAllLogs,
        LogSince,
        Filter,
        SendName,
        SendId,
        SendImage,
        StopContainer,
        StartContainer,
        RestartContainer,
        PauseContainer,
        EnterContainer,
        Toggle,
        SearchNext,
        SearchPrevious,
        ToggleMatches,
        ToggleTimes,
        ToggleWrap,
        SaveLog,
        Remove,
        Copy,
        Cancel,
        TypeCommand,
        Confirm,
    ];
    prop_oneof![
        8 => prop::sample::select(actions).prop_map(Step::Act),
        2 => any::<char>().prop_map(|c| Step::Key(KeyCode::Char(c))),
        1 => prop::sample::select(vec![KeyCode::Enter, KeyCode::Esc, KeyCode::Backspace, KeyCode::Down]).prop_map(Step::Key),
        2 => (0u16..60, 0u16..200).prop_map(|(row, col)| Step::Click(row, col)),
        2 => prop::collection::vec(any_container(), 0..12).prop_map(Step::Snapshot),
        1 => (-10_000i64..10_000_000).prop_map(Step::Tick),
        1 => (0u8..4).prop_map(Step::Link),
        1 => (0u8..5).prop_map(Step::Detail),
        1 => prop::collection::vec("\\PC{0,90}", 0..30).prop_map(Step::Log),
        4 => (0u16..160, 0u16..60).prop_map(|(width, height)| Step::Size(width, height)),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Act(Action),
    Key(KeyCode),
    Click(u16, u16),
    Snapshot(Vec<Container>),
    Tick(i64),
    Link(u8),
    Detail(u8),
    Log(Vec<String>),
    Size(u16, u16),
}

fn take(pane: &mut EnginePane, step: Step, size: &mut (u16, u16)) -> Vec<Effect> {
    let text = || "a reason of some length that has to be wrapped".to_owned();
    match step {
        Step::Act(action) if !pane.takes_keys() => pane.act(action),
        Step::Key(code) if pane.takes_keys() => pane.key(code.into()),
        Step::Act(_) | Step::Key(_) => Vec::new(),
        Step::Click(row, col) => pane.click(row, col),
        Step::Snapshot(containers) => {
            pane.set_snapshot(Arc::new(Snapshot { containers, ..example::snapshot() }))
        }
        Step::Tick(second) => {
            pane.tick(at(second));
            Vec::new()
        }
        Step::Link(n) => pane.set_link(match n {
            0 => Link::Connecting,
            1 => Link::Lost { since: at(0), reason: text(), remedy: text() },
            2 => Link::Absent { reason: text(), remedy: text() },
            _ => Link::Live,
        }),
        Step::Detail(n) => {
            let detail = match n {
                0 => example::web_detail(),
                1 => example::image_detail(),
                2 => example::volume_detail(),
                _ => example::network_detail(),
            };
            if let Some((kind, id)) =
                pane.opened.as_ref().and_then(|o| o.object().map(|(kind, id)| (kind, id.to_owned())))
            {
                pane.set_detail(kind, &id, if n == 4 { Err(text()) } else { Ok(Box::new(detail)) });
            }
            Vec::new()
        }
        Step::Log(lines) => {
            if let Some(id) =
                pane.opened.as_ref().and_then(|o| o.logs.sources().last().map(|source| source.id.clone()))
            {
                let line = |text| LogLine { at: None, stream: crate::facts::Stream::Stderr, text };
                pane.push_log(&id, lines.into_iter().map(line).collect(), None);
            }
            Vec::new()
        }
        Step::Size(width, height) => {
            *size = (width, height);
            Vec::new()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn nothing_makes_it_panic(steps in prop::collection::vec(any_step(), 1..40)) {
        let mut pane = EnginePane::default();
        let mut size = (56, 12);
        for step in steps {
            let resized = matches!(step, Step::Size(..));
            for effect in take(&mut pane, step, &mut size) {
                if let Effect::Shell(ShellEffect::Type(text) | ShellEffect::Insert(text)) = effect {
                    prop_assert!(!text.contains(['\n', '\r']));
                }
            }
            picture(&mut pane, size.0, size.1);
            prop_assert!(resized || pane.page.room <= usize::from(size.1).max(1));
        }
    }

    #[test]
    fn a_selected_row_is_on_the_screen(
        n in 1usize..60, downs in 0usize..70, height in 3u16..40, filter in "[a-c]{0,1}",
    ) {
        let containers = (0..n).map(|i| Container { id: format!("{i:04}"), name: format!("n{i}a"), ..Default::default() });
        let mut pane = live(Snapshot { containers: containers.collect(), ..Snapshot::default() });
        pane.set_filter(filter);
        for _ in 0..downs {
            pane.act(Action::Down);
        }
        let text = picture(&mut pane, 60, height);
        prop_assert_eq!(text.matches('▸').count(), usize::from(pane.selected().is_some()));
    }
}

#[test]
fn a_folded_project_stays_folded_and_a_filter_looks_into_it() {
    let names = |pane: &mut EnginePane| picture(pane, 120, 20);
    let mut pane = live(example::shop());
    // Folded from one of its containers as well as from its own row.
    pane.act(Action::Down);
    pane.act(Action::Toggle);
    let folded = names(&mut pane);
    assert!(
        folded.contains("▹ shop") && !folded.contains("shop-db-1") && folded.contains("scratch"),
        "{folded}"
    );
    assert!(pane.selected().is_none());
    let mut more = example::shop();
    more.containers.remove(2);
    pane.set_snapshot(Arc::new(more));
    assert!(names(&mut pane).contains("▹ shop"), "it stays folded when something happens");
    pane.act(Action::Filter);
    for c in "shop db".chars() {
        pane.key(KeyCode::Char(c).into());
    }
    let found = names(&mut pane);
    assert!(found.contains("shop-db-1") && !found.contains("shop-web-1"), "{found}");
    pane.key(KeyCode::Esc.into());
    assert!(!names(&mut pane).contains("shop-db-1"));
    let effects = pane.act(Action::SendName);
    assert_eq!(effects, [Effect::Shell(crate::tui::effect::ShellEffect::Insert("shop".into()))]);
    pane.act(Action::OpenDetail);
    assert!(names(&mut pane).contains("shop-db-1"), "Enter unfolds");
    pane.act(Action::Down);
    assert!(pane.selected().is_some());
}

#[test]
fn the_frame_names_the_engines_machine_where_it_is_another_one() {
    let mut pane = live(example::snapshot());
    let mut snapshot = example::snapshot();
    snapshot.engine.version = "28.5.2".to_owned();
    pane.set_snapshot(Arc::new(snapshot));
    pane.set_endpoint("from DOCKER_HOST".to_owned(), Some("lab.example".to_owned()));
    assert_eq!(pane.which(), "Docker 28.5 on lab.example · from DOCKER_HOST");
    pane.set_endpoint("from DOCKER_HOST".to_owned(), None);
    assert_eq!(pane.which(), "Docker 28.5 · from DOCKER_HOST");
}
