//! What goes with a reset, and what stays whatever it looks like.

use std::collections::BTreeMap;

use super::*;
use crate::course::Task;
use crate::facts::ContainerState;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn exercise() -> Exercise {
    let image = serde_json::json!({"repo": "python", "tag": {"regex": "slim"}});
    let check = serde_json::json!({"run": {"image": image, "program": "python"}});
    let task = Task { id: "t".into(), check: serde_json::from_value(check).unwrap(), ..Task::default() };
    Exercise {
        id: "e".into(),
        images: vec!["python:3-slim".into()],
        tasks: vec![task],
        ..Exercise::default()
    }
}

fn images() -> Vec<Image> {
    let image = |id: &str, tag: &str| Image { id: id.into(), tags: vec![tag.into()], ..Image::default() };
    vec![
        image("slim", "python:3-slim"),
        image("slim313", "python:3.13-slim"),
        image("alpine", "alpine:latest"),
    ]
}

/// Name, image, command, whether it runs, a label, when it was made, and the reason why it is kept.
type Case =
    (&'static str, &'static str, &'static [&'static str], bool, &'static str, i64, Option<&'static str>);

#[test]
fn only_what_the_exercise_made_goes() {
    let cases: [Case; 9] = [
        ("mine", "slim", &["python3"], false, "", 1, None),
        ("other_tag", "slim313", &["python3", "-c", "1"], false, "", 1, None),
        ("wrong_try", "slim", &["echo", "hello"], false, "", 1, None),
        ("prompt", "slim", &["python3"], true, "", 1, None),
        ("shell", "slim", &["bash"], true, "", 1, None),
        ("server", "slim", &["gunicorn", "app"], true, "", 1, Some("runs gunicorn")),
        ("other_image", "alpine", &["python3"], false, "", 1, Some("not one of this exercise")),
        ("project", "slim", &["python3"], false, "com.docker.compose.project", 1, Some("compose")),
        ("old", "slim", &["python3"], false, "", -1, Some("")),
    ];
    let runs: Vec<Run> = cases
        .iter()
        .map(|(name, image, argv, ..)| Run {
            id: (*name).into(),
            image: (*image).into(),
            image_id: (*image).into(),
            argv: Some(argv.iter().map(|w| (*w).to_string()).collect()),
            ..Run::default()
        })
        .zip(cases.iter().map(|c| c.5))
        .map(|(run, second)| Run { created: Some(at(second)), ..run })
        .collect();
    let containers: Vec<Container> = cases
        .iter()
        .map(|(name, _, _, running, label, ..)| Container {
            id: (*name).into(),
            name: (*name).into(),
            state: if *running { ContainerState::Running } else { ContainerState::Exited },
            labels: BTreeMap::from([((*label).to_string(), String::new())]),
            ..Container::default()
        })
        .collect();
    let plan = decide(&exercise(), at(0), &runs, &images(), &containers, &Since::default());
    for (name, .., kept) in cases {
        let removed = plan.remove.iter().any(|d| d.name == name);
        let why = plan.keep.iter().find(|k| k.name == name).map(|k| k.why.as_str());
        assert_eq!(removed, kept.is_none(), "{name}: {plan:?}");
        match kept {
            Some(part) if !part.is_empty() => {
                assert!(why.is_some_and(|w| w.contains(part)), "{name}: {why:?}")
            }
            _ => assert_eq!(why, None, "{name}"),
        }
    }
    assert_eq!(plan.images, ["python:3-slim", "python:3.13-slim"]);
}

#[test]
fn a_tag_that_moved_to_another_image_does_not_doom_what_ran_there() {
    let run = Run {
        id: "x".into(),
        image: "python:3-slim".into(),
        image_id: "alpine".into(),
        created: Some(at(1)),
        ..Run::default()
    };
    let container = Container { id: "x".into(), name: "x".into(), ..Container::default() };
    let plan = decide(
        &exercise(),
        at(0),
        std::slice::from_ref(&run),
        &images(),
        std::slice::from_ref(&container),
        &Since::default(),
    );
    assert!(plan.remove.is_empty() && plan.keep.len() == 1);
    let mut made = ledger(&[(Made::Container, "x")]);
    for is_all in [true, false] {
        made.is_all = is_all;
        let (runs, containers) = (std::slice::from_ref(&run), std::slice::from_ref(&container));
        let plan = decide(&exercise(), at(0), runs, &images(), containers, &made);
        assert!(plan.remove.len() == 1 && plan.keep.is_empty(), "the ledger knows better");
    }
}

#[test]
fn a_volume_that_was_made_again_under_the_name_is_not_the_exercises() {
    let made = ledger(&[(Made::Volume, "data"), (Made::Container, "data")]);
    let born = |born| {
        let entries = made.entries.iter().map(|entry| Entry { born, ..entry.clone() }).collect();
        Since { entries, ..made.clone() }
    };
    let there = |created| [Volume { name: "data".into(), created, ..Volume::default() }];
    for (then, now, left) in [
        (Some(at(1)), Some(at(1)), 2),
        (Some(at(1)), Some(at(2)), 1),
        (None, Some(at(2)), 2),
        (Some(at(1)), None, 2),
    ] {
        assert_eq!(still_there(&born(then), &there(now)).entries.len(), left, "{then:?} {now:?}");
    }
    assert_eq!(still_there(&born(Some(at(1))), &[]).entries.len(), 2, "what is gone harms nobody");
}

fn ledger(made: &[(Made, &str)]) -> Since {
    let entry = |(kind, id): &(Made, &str)| Entry {
        at: at(1),
        kind: *kind,
        id: (*id).into(),
        name: String::new(),
        born: None,
    };
    Since { is_all: false, entries: made.iter().map(entry).collect() }
}

#[test]
fn what_compose_made_in_the_courses_shell_goes_with_its_network_and_volume() {
    let container = |name: &str, network: &str, volumes: &[&str]| Container {
        id: name.into(),
        name: name.into(),
        labels: BTreeMap::from([("com.docker.compose.project".to_owned(), "app".to_owned())]),
        networks: vec![network.into()],
        mounts: volumes
            .iter()
            .map(|volume| Mount {
                kind: MountKind::Volume,
                source: (*volume).into(),
                target: "/data".into(),
                read_only: false,
            })
            .collect(),
        ..Container::default()
    };
    let containers = [
        container("app-api-1", "app_default", &["app_data", "shared", "before"]),
        container("app-db-1", "app_default", &["app_data"]),
        container("theirs-1", "theirs_default", &["shared"]),
    ];
    let runs =
        containers.each_ref().map(|c| Run { id: c.id.clone(), created: Some(at(1)), ..Run::default() });
    let networks = ["app_default", "theirs_default"].map(|name| Network {
        id: format!("id-{name}"),
        name: name.into(),
        ..Network::default()
    });
    let made = ledger(&[
        (Made::Container, "app-api-1"),
        (Made::Container, "app-db-1"),
        (Made::Network, "id-app_default"),
        (Made::Volume, "app_data"),
        (Made::Volume, "shared"),
    ]);
    let mut plan = decide(&exercise(), at(0), &runs, &images(), &containers, &made);
    plan.remove.extend(left_alone(&plan.remove, &containers, &networks, &made));
    let going: Vec<&str> = plan.remove.iter().map(|doomed| doomed.name.as_str()).collect();
    assert_eq!(going, ["app-api-1", "app-db-1", "app_default", "app_data"]);
    assert_eq!(plan.keep[0].name, "theirs-1");
    assert!(
        plan.lines().iter().any(|l| l.starts_with("remove  volume app_data") && l.contains("data in it"))
    );
}

#[test]
fn what_the_ledger_does_not_hold_stays_whatever_it_looks_like() {
    let run = Run {
        id: "mine".into(),
        image: "slim".into(),
        image_id: "slim".into(),
        argv: Some(vec!["python3".into()]),
        created: Some(at(1)),
        ..Run::default()
    };
    let container = Container { id: "mine".into(), name: "mine".into(), ..Container::default() };
    let plan = decide(
        &exercise(),
        at(0),
        &[run],
        &images(),
        &[container],
        &Since { is_all: true, ..Since::default() },
    );
    assert!(plan.remove.is_empty() && plan.keep[0].why.contains("not made in the course"), "{plan:?}");
}

#[test]
fn the_next_attempt_gets_files_with_its_own_values() {
    let dir = tempfile::tempdir().unwrap();
    let attempt = |value: &str| {
        let file = |path: &str, content: String| StarterFile { path: path.into(), content };
        let files = vec![file("hello.py", format!("say {value}")), file("kept.txt", "x".into())];
        Exercise { files, ..exercise() }
    };
    begin::begin(dir.path(), &attempt("one")).unwrap();
    fs::write(dir.path().join("kept.txt"), "mine").unwrap();
    take_back(dir.path(), &attempt("one")).unwrap();
    begin::begin(dir.path(), &attempt("two")).unwrap();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!((read("hello.py"), read("kept.txt")), ("say two".into(), "mine".into()));
}

#[test]
fn changed_files_get_a_name_that_is_free() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hello.py");
    assert_eq!(free_name(&path), dir.path().join("hello.py.bak"));
    for taken in ["hello.py.bak", "hello.py.bak2"] {
        fs::write(dir.path().join(taken), "").unwrap();
    }
    assert_eq!(free_name(&path), dir.path().join("hello.py.bak3"));
    let file = StarterFile { path: "hello.py".into(), content: "x".into() };
    assert_eq!(begin::place_of(dir.path(), &file).unwrap(), path);
}
