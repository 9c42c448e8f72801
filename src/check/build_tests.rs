//! What is said of builds that failed, and of files that changed since.

use super::*;
use crate::facts::{Action, Build, Command, CommandEnd, Run, TextFile};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn build(pid: u32, second: i64, argv: &str, build: Option<Build>) -> Observed {
    let command = Command { pid, argv: argv.split(' ').map(str::to_owned).collect(), origin: Origin::Typed };
    let call = super::super::seen_tests::call(u64::from(pid), argv, "image-build", "", "", 200);
    Observed { command, at: at(second), build, ..call }
}

fn made() -> Option<Build> {
    Some(Build { made: true, error: None })
}

fn failed(error: Option<&str>) -> Option<Build> {
    Some(Build { made: false, error: error.map(str::to_owned) })
}

fn world(seen: Vec<Observed>, files: &[(&str, &str, i64)]) -> Evidence {
    let image = |id: &str, tag: &str, second| Image {
        id: id.into(),
        tags: vec![tag.into()],
        created: Some(at(second)),
        ..Image::default()
    };
    let file = |(name, text, second): &(&str, &str, i64)| {
        let text = Some((*text).to_owned());
        ((*name).to_owned(), TextFile { text, sha256: String::new(), changed: Some(at(*second)) })
    };
    Evidence {
        since: at(0),
        images: vec![image("b", "python:3-slim", -1000), image("m", "mine:latest", 20)],
        seen,
        files: files.iter().map(file).collect(),
        runs: vec![Run { image_id: "m".into(), created: Some(at(30)), ..Run::default() }],
        ..Evidence::default()
    }
}

const TEXT: &str = "FROM python:3-slim\nCOPY hello.py /app/\n";

/// A build of which only the client's first call was seen.
fn greeting(pid: u32, second: i64, argv: &str) -> Observed {
    let call = build(pid, second, argv, None);
    Observed { action: Action { name: "ping".into(), ..Action::default() }, ..call }
}

#[test]
fn a_build_that_never_began_is_told_once_its_prompt_is_back() {
    let say = |seen: &[Observed], end: Option<(i64, i32)>| {
        let ended = end.map(|(second, status)| CommandEnd { at: at(second), status: Some(status) });
        let world = world(seen.to_vec(), &[("Dockerfile", TEXT, 10)]);
        meanwhile(&Evidence { ended, ..world }).unwrap_or_default()
    };
    let wrong = greeting(2, 40, "docker build -t mine");
    let first = build(1, 15, "docker build -t mine .", made());
    assert_eq!(say(&[first.clone(), wrong.clone()], None), "", "it may be on its way");
    assert_eq!(say(&[first.clone(), wrong.clone()], Some((39, 1))), "", "another command's end");
    assert!(say(&[first.clone(), wrong.clone()], Some((41, 1))).contains("made no image"));
    assert_eq!(say(&[first.clone(), wrong.clone()], Some((41, 0))), "", "it was told to do something else");
    // Nobody watches the prompt: what was typed after it tells.
    let later = Observed {
        command: Command { pid: 3, argv: vec!["docker".into(), "ps".into()], origin: Origin::Typed },
        ..greeting(3, 60, "docker ps")
    };
    assert!(say(&[first, wrong.clone(), later], None).contains("made no image"));
    // The client calls, and hands the rest over to a plugin.
    let plugin = build(4, 40, "docker-buildx buildx build -t mine .", made());
    assert_eq!(say(&[wrong, plugin], Some((50, 0))), "");
}

#[test]
fn compose_builds_too_and_its_options_are_others() {
    let up = build(5, 40, "docker compose -f stack.yaml up -t 5", failed(Some("no such file")));
    assert!(is_build(&up) && names(&up).is_empty() && dockerfile(&up).is_none());
    assert!(meanwhile(&world(vec![up], &[])).unwrap().contains("no such file"));
    assert!(is_build(&greeting(6, 41, "docker compose up -d --build")));
    assert!(!is_build(&greeting(7, 42, "docker compose up -d")));
}

#[test]
fn a_build_that_failed_is_told_until_another_succeeds() {
    let say = |seen| meanwhile(&world(seen, &[("Dockerfile", TEXT, 10)])).unwrap_or_default();
    let first = || build(1, 15, "docker build -t mine .", made());
    let broken = |error| build(2, 40, "docker build -t mine .", failed(error));
    assert_eq!(say(vec![]), "");
    assert_eq!(say(vec![first()]), "");
    let told = say(vec![first(), broken(Some("COPY failed: no such file"))]);
    assert!(told.contains("last build failed") && told.ends_with("COPY failed: no such file"), "{told}");
    assert!(say(vec![broken(None)]).contains("made no image"));
    assert_eq!(say(vec![broken(None), build(3, 50, "docker build -t mine .", made())]), "");
    // One command, several calls.
    assert_eq!(say(vec![broken(None), build(2, 41, "docker build -t mine .", made())]), "");
    assert_eq!(say(vec![build(4, 60, "docker build --output=x .", failed(None))]), "");
    let elsewhere = Observed { command: Command::default(), ..broken(None) };
    assert_eq!(say(vec![elsewhere]), "");
}

#[test]
fn a_file_that_is_younger_than_the_image_is_told() {
    let seen = || vec![build(1, 15, "docker build -t mine .", made())];
    let say = |files: &[(&str, &str, i64)]| meanwhile(&world(seen(), files)).unwrap_or_default();
    assert_eq!(say(&[("Dockerfile", TEXT, 10), ("hello.py", "x", 12)]), "");
    let told = say(&[("Dockerfile", TEXT, 25), ("hello.py", "x", 12)]);
    assert!(told.starts_with("Dockerfile was changed after mine:latest was built: build again"), "{told}");
    let told = say(&[("Dockerfile", TEXT, 10), ("hello.py", "x", 40)]);
    assert!(told.starts_with("hello.py was changed after"), "{told}");
    let told = say(&[("Dockerfile", TEXT, 25), ("hello.py", "x", 40)]);
    assert!(told.starts_with("Dockerfile and hello.py were changed"), "{told}");
    // It does not go into the image.
    assert_eq!(say(&[("Dockerfile", TEXT, 10), ("notes.txt", "x", 40)]), "");
    assert!(say(&[("Dockerfile", "FROM x\nCOPY . .\n", 10), ("hello.py", "x", 40)]).starts_with("hello.py"));
    assert!(say(&[("dockerfile", TEXT, 40)]).starts_with("dockerfile was changed"));
}

#[test]
fn what_came_from_the_cache_is_as_young_as_its_build() {
    let again = build(2, 50, "docker build --tag=mine .", made());
    let seen = vec![build(1, 15, "docker build -t mine .", made()), again];
    let files = [("Dockerfile", TEXT, 10), ("hello.py", "x", 45)];
    assert_eq!(meanwhile(&world(seen, &files)), None);
}

#[test]
fn options_of_a_build_are_read_in_all_their_spellings() {
    for argv in [
        "docker build -f x/Dockerfile.prod .",
        "docker build --file=./x/Dockerfile.prod -t a .",
        "docker-buildx build --file x/Dockerfile.prod .",
        "docker build -fx/Dockerfile.prod .",
    ] {
        assert_eq!(dockerfile(&build(1, 1, argv, None)), Some("x/Dockerfile.prod"), "{argv}");
    }
    assert_eq!(dockerfile(&build(1, 1, "docker build -f - .", None)), None);
    assert_eq!(dockerfile(&build(1, 1, "docker run -f x a", None)), None);
    let told = names(&build(1, 1, "docker build -t a --tag=b:1 --tag c -td .", None));
    let short: Vec<String> = told.iter().map(Reference::short).collect();
    assert_eq!(short, ["a:latest", "b:1", "c:latest", "d:latest"]);
}
