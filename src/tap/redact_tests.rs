//! Secrets planted in every place where docker's clients put them.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::tap::{Target, action};

fn named(name: &str) -> Action {
    Action { name: name.into(), ..Action::default() }
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn commands_keep_their_shape() {
    for (typed, shown) in [
        ("docker ps -a", "docker ps -a"),
        ("docker run -it --rm -p 80:80 -v /a:/b python:3", "docker run -it --rm -p 80:80 -v /a:/b python:3"),
        ("docker run -e A=b -e C nginx", "docker run -e A=•••• -e C nginx"),
        (
            "docker run -eA=b -ite A=b --env=A=b --env A=b x",
            "docker run -eA=•••• -ite A=•••• --env=A=•••• --env A=•••• x",
        ),
        ("docker build --build-arg TOKEN=x -t web .", "docker build --build-arg TOKEN=•••• -t web ."),
        ("docker login -u ana -p hunter2 r.example", "docker login -u ana -p •••• r.example"),
        ("docker login -phunter2", "docker login -p••••"),
        ("docker --context x login --password hunter2", "docker --context x login --password ••••"),
        ("docker login --password=hunter2", "docker login --password=••••"),
        ("docker login -u ana --password-stdin", "docker login -u ana --password-stdin"),
        ("docker pull https://ana:pw@r.example/x", "docker pull https://ana:••••@r.example/x"),
        ("docker exec web env DB_PASSWORD=x sh", "docker exec web env DB_PASSWORD=•••• sh"),
        ("docker logs -f --tail=5 web", "docker logs -f --tail=5 web"),
        ("docker run --env-file my.env x", "docker run --env-file my.env x"),
        ("docker run --name=login -p 80:80 x", "docker run --name=login -p 80:80 x"),
    ] {
        assert_eq!(argv(&words(typed)).join(" "), shown);
    }
}

#[test]
fn what_is_not_secret_stays() {
    assert_eq!(target("/containers/json?all=1&filters=%7B%7D"), "/containers/json?all=1&filters=%7B%7D");
    assert_eq!(text("GET /a?b=c {\"x\": 1}, d=e"), "GET /a?b=c {\"x\": 1}, d=e");
    let shown = body(
        &named("container-create"),
        Side::Request,
        br#"{"Image":"x","Env":["PATH=/bin","A"],"Cmd":null}"#,
    );
    assert_eq!(shown.unwrap(), r#"{"Cmd":null,"Env":["PATH=••••","A"],"Image":"x"}"#);
}

#[test]
fn bodies_that_are_secrets_are_not_kept() {
    for name in [
        "login",
        "image-build",
        "build-session",
        "buildkit-grpc",
        "image-pull",
        "swarm-inspect",
        "swarm-unlock-key",
        "other",
    ] {
        assert_eq!(body(&named(name), Side::Request, b"{}"), None, "{name}");
        assert_eq!(body(&named(name), Side::Response, b"{}"), None, "{name}");
    }
    assert_eq!(message(&named("login"), br#"{"message":"hunter2"}"#).unwrap(), "(not kept)");
    assert_eq!(
        message(&named("container-inspect"), br#"{"message":"No such container: x"}"#).unwrap(),
        "No such container: x"
    );
    assert_eq!(message(&named("container-inspect"), b"oops"), None);
}

#[test]
fn the_names_of_build_arguments_stay_where_they_can_be_told() {
    let shown = |step: &str| {
        let answer = json!([{"CreatedBy": step}]).to_string();
        body(&named("image-history"), Side::Response, answer.as_bytes()).unwrap()
    };
    assert!(shown("|2 A=one B=two words /bin/sh -c make").contains("|2 A=•••• B=•••• /bin/sh -c make"));
    assert!(shown("|1 A=one hidden=two /bin/sh -c make").contains("|1 •••• /bin/sh -c make"));
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let list: Vec<u32> = (0..100).collect();
    let shown = body(&named("container-list"), Side::Response, json!(list).to_string().as_bytes()).unwrap();
    assert!(shown.ends_with("24,\"… and 75 more\"]"), "{shown}");
}

proptest! {
    #[test]
    fn a_planted_secret_never_comes_out(secret in "[A-Za-z0-9_+!*%~^]{6,20}", spaced in "[A-Za-z0-9]{6,9} [A-Za-z0-9,;'|=&]{4,9}zq", quoted in "[A-Za-z0-9]{6,9} [A-Za-z0-9,;|=&]{4,9}zq") {
        let word = |text: &str| argv(&words("docker run").into_iter().chain([text.to_owned()]).collect::<Vec<_>>()).join(" ");
        let pair = |a: &str, b: &str| argv(&[&words("docker run")[..], &[a.to_owned(), b.to_owned()]].concat()).join(" ");
        let mut shown = vec![
            word(&format!("--env=A={secret}")), word(&format!("-eA={spaced}")),
            pair("-e", &format!("A={spaced}")), pair("-ite", &format!("A={secret}")), pair("--env", &format!("MY.X={spaced}")),
            pair("--build-arg", &format!("X={spaced}")), pair("--db-password", &spaced), word(&format!("--api-token={spaced}")),
            word(&format!("https://ana:{secret}@host/x")), word(&format!("API_KEY={secret}")),
            word(&format!("export PASSWORD='{quoted}'; run")),
            argv(&["docker".into(), "login".into(), "-p".into(), spaced.clone()]).join(" "),
            argv(&["docker".into(), "login".into(), format!("-p{secret}")]).join(" "),
            argv(&["docker".into(), "login".into(), format!("--password={spaced}")]).join(" "),
        ];
        let escaped = secret.replace('%', "%25").replace('+', "%2B");
        for query in [
            format!("buildargs=%7B%22A%22%3A%22{escaped}%22%7D"), format!("changes=ENV+A%3D{escaped}"), format!("changes=ENV+A+{escaped}"),
            format!("remote=https://x:{escaped}@host/"), format!("fromSrc=https%3A%2F%2Fx%3A{escaped}%40host%2F"),
            format!("token={escaped}"), format!("t=web&secrets={escaped}&q=1"),
        ] {
            let target = format!("/build?{query}");
            shown.push(super::target(&target));
            shown.push(serde_json::to_string(&action::of(&Target::of("POST", &target), None)).unwrap());
        }
        let held = json!({
            "Image": "x", "Env": [format!("A={spaced}")], "Cmd": ["sh", "-c", format!("PASSWORD={secret} run")],
            "Entrypoint": ["x", "--password", spaced], "Labels": {"my.token": spaced}, "env": {"A": spaced},
            "HostConfig": {"LogConfig": {"Config": {"splunk-token": spaced}}, "Binds": [format!("https://a:{secret}@b")]},
            "Config": {"Env": [format!("B={spaced}")], "Cmd": ["docker", "run", "-e", format!("A={spaced}")]},
            "Options": {"o": format!("username=x,password={secret}"), "password": spaced},
            "HttpProxy": format!("http://u:{secret}@proxy:1"), "CreatedBy": format!("|1 A={spaced} /bin/sh -c make"),
            "List": [{"CreatedBy": format!("/bin/sh -c #(nop)  ENV A={spaced}")}, {"CreatedBy": format!("ENV A {spaced}")}],
            "Auth": spaced, "identitytoken": secret, "X-Registry-Auth": secret,
        });
        for name in ["container-create", "container-inspect", "image-inspect", "info", "login", "image-history", "exec-create"] {
            for side in [Side::Request, Side::Response] {
                shown.extend(body(&named(name), side, held.to_string().as_bytes()));
            }
        }
        shown.push(serde_json::to_string(&action::of(&Target::of("POST", "/containers/create"), Some(held.to_string().as_bytes()))).unwrap());
        shown.push(serde_json::to_string(&action::of(&Target::of("POST", "/containers/x/exec"), Some(held.to_string().as_bytes()))).unwrap());
        shown.push(message(&named("info"), json!({"message": format!("PASSWORD={secret}")}).to_string().as_bytes()).unwrap());
        for line in shown {
            prop_assert!(!line.contains(&secret), "{secret} in {line}");
            prop_assert!(!line.contains(&spaced), "{spaced} in {line}");
            prop_assert!(!line.contains("zq"), "the end of a secret in {line}");
        }
    }
}
