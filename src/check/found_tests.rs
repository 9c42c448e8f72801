//! Tables: images as they are set up, answers of servers, files, commands in containers, and what is gone.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::at;
use super::tests::check;
use super::tests::evidence;
use super::tests::run;
use super::*;
use crate::facts::{
    Answer, ContainerState, Exec, HttpAnswer, Image, ImageConfig, Kind, Layer, Observed, Place, Port, Probe,
    Run, Silence, TextFile, Thing,
};

fn told(asked: Value, evidence: &Evidence) -> (&'static str, String) {
    let verdict = judge(&check(asked), evidence);
    (verdict.word(), format!("{verdict:?}"))
}

#[track_caller]
fn says(asked: Value, evidence: &Evidence, word: &str, parts: &[&str]) {
    let (said, all) = told(asked, evidence);
    assert_eq!(said, word, "{all}");
    for part in parts {
        assert!(all.contains(part), "«{part}» is not in {all}");
    }
}

fn image(name: &str, layers: &[&str], second: i64, top: &str) -> Image {
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let config = ImageConfig {
        cmd: words(&["python", "/hello.py"]),
        workdir: "/app".into(),
        env: BTreeMap::from([("MODE".to_owned(), "dev".to_owned())]),
        exposed: words(&["5000/tcp"]),
        layers: words(layers),
        history: vec![Layer { created_by: top.into(), ..Layer::default() }],
        ..ImageConfig::default()
    };
    Image {
        id: format!("sha256:{name}"),
        tags: vec![name.into()],
        created: Some(at(second)),
        config: Some(Box::new(config)),
        ..Image::default()
    }
}

fn typed(argv: &str, name: &str, args: &str) -> Observed {
    Observed { at: at(5), ..super::seen_tests::call(1, argv, name, "", args, 200) }
}

fn with_images(images: Vec<Image>) -> Evidence {
    Evidence { images, ..evidence(vec![]) }
}

const CLASSIC: &str = "/bin/sh -c #(nop)  CMD [\"python\"]";

#[test]
fn an_image_that_was_built_once_more_with_nothing_changed_is_the_same() {
    let asked = || {
        json!({"all": [
            {"image": {"as": "img", "built": true}},
            {"run": {"as": "first", "image": "$img"}},
            {"run": {"same-as": "$first", "image": {"same-as": "$img"}}},
            {"image": {"same-as": "$first"}},
        ]})
    };
    let built = |index: &str, manifest: &str| Image {
        id: index.into(),
        manifests: vec![manifest.into()],
        ..image("mine:latest", &["a"], 5, CLASSIC)
    };
    let ran = |manifest: Option<&str>| Run {
        image: "mine".into(),
        image_id: "sha256:index-1".into(),
        manifest: manifest.map(str::to_owned),
        ..run(&["x"], "hello")
    };
    let here = |now, run| Evidence { images: vec![now], ..evidence(vec![run]) };
    says(asked(), &here(built("sha256:index-1", "sha256:m"), ran(Some("sha256:m"))), "done", &[]);
    let again = here(built("sha256:index-2", "sha256:m"), ran(Some("sha256:m")));
    says(asked(), &again, "done", &[]);
    let other = here(built("sha256:index-2", "sha256:n"), ran(Some("sha256:m")));
    says(asked(), &other, "not yet", &["mine:latest"]);
    let older = check(
        json!({"all": [{"image": {"as": "img"}}, {"run": {"image": "$img", "output": {"line": "hello"}}}]}),
    );
    let said = format!("{:?}", judge(&older, &other));
    assert!(said.contains("an older image that was called mine:latest"), "{said}");
}

#[test]
fn an_image_that_was_built_is_told_from_others() {
    let base = || image("python:3-slim", &["a", "b"], -100, CLASSIC);
    let big = || image("python:latest", &["a", "c"], -100, CLASSIC);
    let asked =
        || json!({"image": {"built": true, "based-on": {"repo": "python", "tag": {"regex": "slim"}}}});
    let mine = |layers: &[&str], second, top: &str| image("mine:latest", layers, second, top);
    says(asked(), &with_images(vec![base(), mine(&["a", "b", "c"], 5, CLASSIC)]), "done", &["mine:latest"]);
    let kit = "CMD [\"python\"] # buildkit";
    says(asked(), &with_images(vec![base(), mine(&["a", "b", "c"], 5, kit)]), "done", &[]);
    says(asked(), &with_images(vec![base()]), "not yet", &[]);
    says(asked(), &with_images(vec![base(), mine(&["a", "b", "c"], -5, CLASSIC)]), "not yet", &[]);
    // Its files came from the builder's cache; its name is new.
    let cached = with_images(vec![base(), mine(&["a", "b", "c"], -5, kit)]);
    let named = Evidence { tagged: vec!["sha256:mine:latest".into()], ..cached.clone() };
    let with = |seen: &[Observed]| Evidence { seen: seen.to_vec(), ..named.clone() };
    let build = |name: &str| typed(&format!("docker build -t {name} ."), "session", "");
    let tag = |status| Observed {
        answer: Some(Answer { status, ..Answer::default() }),
        ..typed("docker tag python:3-slim mine", "image-tag", "repo=mine tag=latest")
    };
    says(asked(), &with(&[build("mine")]), "done", &[]);
    says(asked(), &with(&[build("docker.io/library/mine:latest"), tag(404)]), "done", &[]);
    says(asked(), &with(&[tag(201)]), "not right", &["only given a name"]);
    // A build that fails gives no name: somebody else did.
    says(asked(), &with(&[tag(201), build("mine")]), "not right", &["only given a name"]);
    says(asked(), &with(&[]), "could not check", &["was not seen"]);
    says(asked(), &with(&[build("yours")]), "could not check", &["was not seen"]);
    let failed = Observed { build: Some(crate::facts::Build::default()), ..build("mine") };
    says(asked(), &with(&[failed]), "could not check", &["was not seen"]);
    let unnamed = Evidence { seen: vec![build("mine")], ..cached };
    says(asked(), &unnamed, "not yet", &[]);
    let commit = mine(&["a", "b", "c"], 5, "python3");
    says(asked(), &with_images(vec![base(), commit]), "not right", &["docker commit"]);
    let on_big = with_images(vec![base(), big(), mine(&["a", "c", "d"], 5, CLASSIC)]);
    says(asked(), &on_big, "not right", &["it is built on python:latest"]);
    // BuildKit keeps no image of the base: the Dockerfile tells.
    let alone = with_images(vec![mine(&["a", "b", "c"], 5, kit)]);
    says(asked(), &alone, "could not check", &["is not known", "Pull"]);
    let written = |from: &str| TextFile { text: Some(format!("FROM {from}\nCMD x")), ..TextFile::default() };
    let with =
        |from: &str| Evidence { files: [("Dockerfile".to_owned(), written(from))].into(), ..alone.clone() };
    says(asked(), &with("python:3-slim"), "done", &[]);
    says(asked(), &with("python"), "not right", &["it is built on python,"]);
}

#[test]
fn an_image_is_told_by_its_setup() {
    let mine = || image("mine:1", &["a", "b"], 5, CLASSIC);
    let of = |field: Value| {
        let mut asked = json!({"repo": "mine"});
        asked.as_object_mut().unwrap().extend(field.as_object().unwrap().clone());
        json!({"image": asked})
    };
    let here = with_images(vec![mine()]);
    for field in [
        json!({"program": "python"}),
        json!({"workdir": "/app"}),
        json!({"env": {"MODE": "dev"}}),
        json!({"exposes": 5000}),
        json!({"layers": {"ge": 2}}),
        json!({"has-default-program": true}),
        json!({"step": {"contains": "python"}}),
    ] {
        says(of(field), &here, "done", &[]);
    }
    for (field, part) in [
        (json!({"program": "flask"}), "not \\\"flask\\\""),
        (json!({"workdir": "/srv"}), "its working directory is"),
        (json!({"env": {"MODE": "prod"}}), "its variable MODE is"),
        (json!({"exposes": 80}), "does not expose port 80"),
        (json!({"layers": 3}), "its number of layers is 2, expected 3"),
        (json!({"user": "app"}), "its user is not set"),
        (json!({"step": {"contains": "pip"}}), "has no step that contains \\\"pip\\\""),
    ] {
        says(of(field), &here, "not right", &[part]);
    }
    let mut quoted = mine();
    let list = ["/bin/sh", "-c", "['flask', 'run']"].map(str::to_owned).to_vec();
    quoted.config.as_mut().unwrap().cmd = list;
    says(of(json!({"program": "flask"})), &with_images(vec![quoted]), "not right", &["double quotes"]);
    let layers = json!({"all": [
        {"image": {"as": "img", "repo": "mine"}},
        {"answer": {"prompt": "How many?", "equals": "$img.layers"}},
    ]});
    let answered = Evidence { answers: [("How many?".to_owned(), "2".to_owned())].into(), ..here };
    says(layers, &answered, "done", &[]);
    let largest = json!({"all": [
        {"image": {"as": "img", "repo": "mine"}},
        {"answer": {"prompt": "How large?", "equals": "$img.largest-layer"}},
    ]});
    let mut stacked = mine();
    let sizes = [0, 78_640_000, 1_000].map(|size| Layer { size, ..Layer::default() });
    stacked.config.as_mut().unwrap().history = sizes.into();
    for (said, verdict) in [("78.6MB", "done"), ("78.6 mb", "done"), ("1kB", "not right")] {
        let answers = [("How large?".to_owned(), said.to_owned())].into();
        says(largest.clone(), &Evidence { answers, ..with_images(vec![stacked.clone()]) }, verdict, &[]);
    }
}

fn serving(outcome: Option<Result<HttpAnswer, Silence>>) -> Run {
    let port = Port { container: 5000, protocol: "tcp".into(), host_ip: None, host: Some(5000) };
    let probe = |outcome| Probe { port: 5000, path: "/".into(), at: at(20), outcome };
    Run {
        ports: vec![port],
        probes: outcome.map(probe).into_iter().collect(),
        state: Some(ContainerState::Running),
        finished: None,
        exit_code: None,
        ..run(&["flask", "run"], "")
    }
}

fn answer(status: u16, body: &str) -> Result<HttpAnswer, Silence> {
    Ok(HttpAnswer { status, server: String::new(), body: body.into() })
}

#[test]
fn a_container_answers_on_its_port() {
    let asked = || json!({"run": {"http": {"status": 200, "body": {"contains": "hello"}}}});
    let of = |run: Run| evidence(vec![run]);
    says(asked(), &of(serving(Some(answer(200, "hello you")))), "done", &[]);
    let gone = Run { removed: true, state: None, ..serving(Some(answer(200, "hello"))) };
    says(asked(), &of(gone), "done", &[]);
    says(asked(), &of(serving(Some(answer(500, "oops")))), "not right", &["status 500, expected 200"]);
    says(asked(), &of(serving(Some(answer(200, "bye")))), "not right", &["it answered \\\"bye\\\""]);
    says(asked(), &of(serving(Some(Err(Silence::Closed)))), "not right", &["127.0.0.1", "0.0.0.0"]);
    says(asked(), &of(serving(Some(Err(Silence::Refused)))), "not right", &["nobody listens"]);
    says(asked(), &of(serving(None)), "not yet", &[]);
    let ended = Run { state: Some(ContainerState::Exited), finished: Some(at(30)), ..serving(None) };
    says(asked(), &of(ended.clone()), "could not check", &["had ended"]);
    let stopped = Run { exit_code: Some(137), ..ended.clone() };
    says(asked(), &of(stopped), "could not check", &["had ended"]);
    // Whether somebody asked before it failed makes no difference.
    for probes in [Vec::new(), serving(Some(Err(Silence::Refused))).probes] {
        let failed = Run { exit_code: Some(2), probes, ..ended.clone() };
        says(asked(), &of(failed), "not right", &["ended with exit code 2", "docker logs"]);
    }
    let closed = Run { ports: Vec::new(), ..serving(None) };
    says(asked(), &of(closed), "not right", &["nobody can ask it"]);
    let air = Ok(HttpAnswer { status: 403, server: "AirTunes/1".into(), body: String::new() });
    says(asked(), &of(serving(Some(air))), "not right", &["AirPlay"]);
    // One after the other, on the same port.
    let two = json!({"all": [
        {"run": {"as": "a", "http": {"body": {"icase": "dev"}}}},
        {"run": {"as": "b", "image": "$a", "http": {"body": "prod"}}},
    ]});
    let run = |id: &str, body: &str| Run { id: id.into(), removed: true, ..serving(Some(answer(200, body))) };
    says(two, &evidence(vec![run("1", "DEV"), run("2", "prod")]), "done", &[]);
}

#[test]
fn an_address_is_answered_by_the_container_that_is_meant() {
    let url = "http://localhost:5000/";
    let asked = || {
        json!({"all": [
            {"container": {"as": "web", "image": {"repo": "python"}, "state": "running"}},
            {"http": {"url": url, "status": 200, "served-by": "$web"}},
        ]})
    };
    let of =
        |run: Run, outcome| Evidence { fetched: [(url.to_owned(), outcome)].into(), ..evidence(vec![run]) };
    says(asked(), &of(serving(None), answer(200, "")), "done", &[]);
    let other = Run { ports: Vec::new(), ..serving(None) };
    says(
        asked(),
        &of(other, answer(200, "")),
        "not right",
        &["does not come from quiet_fox", "Another program"],
    );
    says(asked(), &of(serving(None), Err(Silence::Closed)), "not right", &["nothing listens on it inside"]);
    let alone = json!({"http": {"url": url}});
    let nobody = Evidence { fetched: [(url.to_owned(), Err(Silence::Refused))].into(), ..evidence(vec![]) };
    says(alone, &nobody, "not yet", &[]);
    let elsewhere = check(json!({"http": {"url": "http://example.com/"}}));
    assert_eq!(elsewhere.mistakes().len(), 1);
    assert!(Needs::of([&elsewhere]).addresses.is_empty());
}

#[test]
fn files_are_looked_at_in_the_folder() {
    let here = |place, text: &str| Evidence {
        folders: vec!["/w".into()],
        places: [("/w/hello.py".to_owned(), place)].into(),
        files: [(
            "hello.py".to_owned(),
            TextFile { text: Some(text.into()), sha256: "ab".into(), changed: None },
        )]
        .into(),
        listing: vec!["Hello.py".into()],
        ..evidence(vec![])
    };
    let asked = |field: Value| {
        let mut asked = json!({"path": "./hello.py"});
        asked.as_object_mut().unwrap().extend(field.as_object().unwrap().clone());
        json!({"file": asked})
    };
    let there = here(Place::File, "print(1)\n");
    for field in [
        json!({}),
        json!({"contains": "rint"}),
        json!({"line": "print(1)"}),
        json!({"regex": "\\d"}),
        json!({"sha256": "AB"}),
    ] {
        says(asked(field), &there, "done", &[]);
    }
    for (field, part) in [
        (json!({"contains": "x"}), "is not in it"),
        (json!({"line": "print"}), "no line of it"),
        (json!({"regex": "^x"}), "matches the pattern"),
        (json!({"sha256": "cd"}), "its content is another"),
        (json!({"exists": false}), "it is there"),
    ] {
        says(asked(field), &there, "not right", &[part]);
    }
    let missing = here(Place::Missing, "");
    says(asked(json!({})), &missing, "not right", &["its name is Hello.py"]);
    says(asked(json!({"exists": false})), &missing, "done", &[]);
    says(asked(json!({})), &Evidence { listing: Vec::new(), ..missing }, "not yet", &[]);
    says(asked(json!({})), &here(Place::EmptyFolder, ""), "not right", &["it is a folder"]);
    assert_eq!(check(json!({"file": {"path": "../x"}})).mistakes().len(), 1);
}

#[test]
fn a_command_in_a_container_is_told_by_how_it_was_run() {
    let exec = Exec {
        inspected: true,
        stdin_open: true,
        exit_code: Some(0),
        user: "app".into(),
        .."python -V".into()
    };
    let with =
        |exec: Exec| evidence(vec![Run { execs: vec![exec], name: "web".into(), ..run(&["sleep"], "") }]);
    let asked = || json!({"exec": {"of": {"name": "web"}, "program": "python", "exit-code": 0, "user": "app", "interactive": true}});
    says(asked(), &with(exec.clone()), "done", &[]);
    says(asked(), &evidence(vec![]), "not yet", &[]);
    says(
        asked(),
        &with(Exec { exit_code: Some(1), ..exec.clone() }),
        "not right",
        &["ended with exit code 1"],
    );
    says(asked(), &with(Exec { stdin_open: false, ..exec.clone() }), "not right", &["without -i"]);
    says(asked(), &with(Exec { line: "ls".into(), ..exec.clone() }), "not right", &["not python"]);
    let late = Exec { line: "-it python".into(), ..exec.clone() };
    says(asked(), &with(late), "not right", &["-it stands after the container's name"]);
    says(asked(), &with(Exec { inspected: false, ..exec.clone() }), "could not check", &[]);
    let of = json!({"all": [{"run": {"as": "c", "name": "web"}}, {"exec": {"of": "$c", "command": {"prefix": "python"}}}]});
    says(of, &with(exec), "done", &[]);
    let old: Exec = serde_json::from_value(json!("ls -l")).unwrap();
    assert_eq!(old, "ls -l".into());
}

#[test]
fn what_is_gone_was_here_before() {
    let thing =
        |kind, name: &str, removed| Thing { kind, id: name.into(), names: vec![name.into()], removed };
    let things = vec![
        thing(Kind::Volume, "data", true),
        thing(Kind::Network, "lab", false),
        thing(Kind::Image, "nginx:1", true),
    ];
    let runs = vec![Run { removed: true, ..run(&["x"], "") }, Run { name: "kept".into(), ..run(&["x"], "") }];
    let here = Evidence { things, ..evidence(runs) };
    for asked in [
        json!({"volume": {"name": "data"}}),
        json!({"image": {"repo": "nginx"}}),
        json!({"container": {"name": "quiet_fox"}}),
        json!({"container": {"image": {"repo": "python"}}}),
    ] {
        says(json!({"gone": asked}), &here, "done", &["was removed"]);
    }
    for asked in [
        json!({"volume": {"name": "cache"}}),
        json!({"network": {"name": "lab"}}),
        json!({"image": {"repo": "alpine"}}),
        json!({"container": {"name": "kept"}}),
    ] {
        says(json!({"gone": asked}), &here, "not yet", &[]);
    }
}

/// Any matcher of texts, and a text.
fn any_text() -> impl Strategy<Value = Text> {
    let word = "[a-cA-C ]{1,4}";
    let leaf = prop_oneof![
        "[a-cA-C]{1,4}".prop_map(Text::Equals),
        prop::collection::vec("[a-cA-C]{1,3}", 1..4).prop_map(|all| Text::Rule(TextRule::OneOf(all))),
        word.prop_map(|w| Text::Rule(TextRule::Contains(w))),
        word.prop_map(|w| Text::Rule(TextRule::Prefix(w))),
        word.prop_map(|w| Text::Rule(TextRule::Suffix(w))),
        "[a-c]{1,3}".prop_map(|w| Text::Rule(TextRule::Icase(w))),
        "[a-c.|^$]{1,4}"
            .prop_filter_map("a pattern", |w| Pattern::new(&w).ok())
            .prop_map(|p| Text::Rule(TextRule::Regex(p))),
    ];
    leaf.prop_recursive(2, 4, 1, |inner| inner.prop_map(|t| Text::Rule(TextRule::Not(Box::new(t)))))
}

fn any_number() -> impl Strategy<Value = Number> {
    let n = -5..5i64;
    prop_oneof![
        n.clone().prop_map(Number::Equals),
        n.clone().prop_map(|n| Number::Rule(NumberRule::Gt(n))),
        n.clone().prop_map(|n| Number::Rule(NumberRule::Ge(n))),
        n.clone().prop_map(|n| Number::Rule(NumberRule::Lt(n))),
        n.clone().prop_map(|n| Number::Rule(NumberRule::Le(n))),
        n.prop_map(|n| Number::Rule(NumberRule::Not(n))),
    ]
}

proptest! {
    #[test]
    fn matchers_are_written_as_they_are_read(text in any_text(), number in any_number(), found in "[a-cA-C ]{0,6}") {
        let again: Text = serde_json::from_value(serde_json::to_value(&text).unwrap()).unwrap();
        prop_assert_eq!(&again, &text);
        prop_assert_eq!(again.matches(&found), text.matches(&found));
        // Blanks at both ends are forgiven, and `not` turns it round.
        prop_assert_eq!(text.matches(&format!("  {found} ")), text.matches(&found));
        prop_assert_eq!(Text::Rule(TextRule::Not(Box::new(text.clone()))).matches(&found), !text.matches(&found));
        let same: Number = serde_json::from_value(serde_json::to_value(number).unwrap()).unwrap();
        prop_assert_eq!(same, number);
    }

    #[test]
    fn each_number_rule_has_its_opposite(n in -5..5i64, found in -6..6i64) {
        let of = |rule| Number::Rule(rule).matches(found);
        prop_assert_eq!(of(NumberRule::Gt(n)), !of(NumberRule::Le(n)));
        prop_assert_eq!(of(NumberRule::Ge(n)), !of(NumberRule::Lt(n)));
        prop_assert_eq!(of(NumberRule::Not(n)), !Number::Equals(n).matches(found));
    }

    /// The search against trying every choice by hand.
    #[test]
    fn the_search_finds_a_choice_where_there_is_one(lines in prop::collection::vec((0..3usize, 0..3usize), 0..7)) {
        let runs: Vec<Run> = lines.iter().enumerate().map(|(n, (image, line))| Run {
            id: n.to_string(),
            name: format!("r{n}"),
            image_id: format!("sha256:{image}"),
            ..run(&["x"], ["dev", "prod", "none"][*line])
        }).collect();
        let asked = check(json!({"all": [
            {"run": {"as": "a", "output": {"line": "dev"}}},
            {"run": {"as": "b", "image": "$a", "output": {"line": "prod"}}},
            {"none": [{"run": {"same-as": "$a", "name": "r0"}}]},
        ]}));
        let by_hand = lines.iter().enumerate().any(|(n, (image, line))| {
            n > 0 && *line == 0 && lines.iter().any(|(other, line)| other == image && *line == 1)
        });
        prop_assert_eq!(judge(&asked, &evidence(runs)).is_pass(), by_hand);
    }

    #[test]
    fn a_tree_is_the_sum_of_its_parts(lines in prop::collection::vec(0..3usize, 0..6), n in 0..4i64) {
        let runs: Vec<Run> = lines.iter().enumerate().map(|(n, line)| Run {
            id: n.to_string(),
            ..run(&["x"], ["dev", "prod", "none"][*line])
        }).collect();
        let here = evidence(runs);
        let part = |line: &str| json!({"run": {"output": {"line": line}}});
        let passes = |asked: Value| judge(&check(asked), &here).is_pass();
        let (dev, prod) = (passes(part("dev")), passes(part("prod")));
        prop_assert_eq!(passes(json!({"all": [part("dev"), part("prod")]})), dev && prod);
        prop_assert_eq!(passes(json!({"any": [part("dev"), part("prod")]})), dev || prod);
        prop_assert_eq!(passes(json!({"none": [part("dev"), part("prod")]})), !dev && !prod);
        let count = lines.iter().filter(|line| **line == 0).count();
        prop_assert_eq!(passes(json!({"count": {"of": part("dev"), "is": n}})), count == usize::try_from(n).unwrap());
    }
}
