//! Tests of the rewrites and of how they are put together.

use std::collections::BTreeSet;

use super::*;
use crate::course::script;

fn given(files: &[(&str, &str)], run: &str) -> Given {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Given { files, steps: script::steps(run) }
}

/// The commands after a rewrite, and the Dockerfile behind them if there is one; empty where nothing changes.
fn by(kind: Rewrite, files: &[(&str, &str)], run: &str) -> String {
    let Some(tries) = kind.of(&[given(files, run)]) else { return String::new() };
    let commands = tries[0].steps.iter().filter_map(command_of);
    let files = tries[0].files.iter().map(|(_, text)| text.as_str());
    commands.chain(files).collect::<Vec<_>>().join("\n")
}

const FILE: [(&str, &str); 1] = [("Dockerfile", "FROM python:3-slim\nCMD [\"python\"]\n")];

#[test]
fn commands_are_written_otherwise() {
    for (kind, run, expected) in [
        (Rewrite::Order, "docker run -d --name x y -a -b", "docker run --name x -d y -a -b"),
        (Rewrite::Long, "docker run -d -p 1:2 y", "docker run --detach --publish=1:2 y"),
        (Rewrite::Short, "docker run --detach --publish=1:2 y", "docker run -d -p 1:2 y"),
        (Rewrite::Group, "docker image build . && docker ps -a", "docker build . && docker container ls -a"),
        (
            Rewrite::Mount,
            "docker run -v \"$(pwd)/a\":/a:ro y",
            "docker run --mount type=bind,source=\"$(pwd)/a\",target=/a,readonly y",
        ),
        (Rewrite::Mount, "docker run -v data:/a y", "docker run --mount type=volume,source=data,target=/a y"),
        (Rewrite::Mount, "docker run --mount type=bind,src=/a,dst=/b,ro y", "docker run --volume /a:/b:ro y"),
        (Rewrite::Mount, "docker run --mount type=tmpfs,dst=/b y", ""),
        (Rewrite::Mount, "docker run -v ./a:/b y", ""),
        (
            Rewrite::EnvFile,
            "docker run -e A='b c' -e D y",
            "printf '%s\\n' A='b c' D > \"$HOME/1.env\"\ndocker run --env-file \"$HOME/1.env\" y",
        ),
        (
            Rewrite::Names,
            "docker build -t y .\ndocker run --name x y\ndocker cp x:/a . && docker rm -f x",
            "docker build --tag me/the-y:v2 .\ndocker run --name my_x-2 me/the-y:v2\ndocker cp my_x-2:/a . && docker rm -f my_x-2",
        ),
        // A container and an image may have one name.
        (
            Rewrite::Names,
            "docker build -t y .\ndocker run --name y y\ndocker commit y z",
            "docker build --tag me/the-y:v2 .\ndocker run --name my_y-2 me/the-y:v2\ndocker commit my_y-2 me/the-z:v2",
        ),
        // Where a name is also said to somebody else, it stays.
        (Rewrite::Names, "docker run --name x y\necho \"$(docker inspect x)\"", ""),
        (Rewrite::File, "docker build -t y .", "docker build -t y --file Dockerfile ."),
        (Rewrite::File, "docker build -f a .", ""),
        (Rewrite::Context, "docker build .", "docker build \"$(pwd)\""),
        (Rewrite::Stdin, "docker build -t y .", "tar -cf - . | docker build -t y -"),
        (Rewrite::Stdin, "cat x | docker build -t y .", ""),
        (Rewrite::Buildx, "docker build -t y .", "docker buildx build -t y --load ."),
        (Rewrite::Buildx, "docker buildx build --load -t y .", "docker build -t y ."),
        (Rewrite::Buildx, "docker buildx build -t y .", ""),
        (Rewrite::Registry, "docker run alpine ls", "docker run docker.io/library/alpine ls"),
        (Rewrite::Registry, "docker build -t y .\ndocker run y", ""),
        (
            Rewrite::Digest,
            "docker run alpine ls",
            "docker pull -q alpine\ndocker run \"$(docker image inspect -f '{{index .RepoDigests 0}}' alpine)\" ls",
        ),
        (Rewrite::Long, "sh -c 'docker run -d x'", ""),
        (Rewrite::Long, "ls -l | grep x", ""),
    ] {
        assert_eq!(by(kind, &[], run), expected, "{kind:?}: {run}");
    }
}

#[test]
fn a_dockerfile_is_written_otherwise() {
    let build = "docker build -t y .\n";
    let with = |end: &str| format!("docker build -t y .\nFROM {end}");
    let kinds = [
        (Rewrite::StartForm, with("python:3-slim\nCMD python\n")),
        (Rewrite::Entrypoint, with("python:3-slim\nENTRYPOINT [\"python\"]\n")),
        (Rewrite::Registry, with("docker.io/library/python:3-slim\nCMD [\"python\"]\n")),
    ];
    for (kind, expected) in kinds {
        assert_eq!(by(kind, &FILE, build), expected, "{kind:?}");
        assert_eq!(by(kind, &[("notes", "CMD a")], build), "", "{kind:?}");
    }
    let exec = [("Dockerfile", "FROM python:3-slim\nCMD exec python x\n")];
    let by_shell = with("python:3-slim\nCMD [\"/bin/sh\",\"-c\",\"exec python x\"]\n");
    assert_eq!(by(Rewrite::StartForm, &exec, build), by_shell, "no program is called exec");
    // What is added later would not fit what was rewritten, and a command from outside would mean something else.
    assert_eq!(by(Rewrite::StartForm, &FILE, "echo CMD a >> Dockerfile\ndocker build -t y ."), "");
    assert_eq!(by(Rewrite::Entrypoint, &FILE, "docker build -t y .\ndocker run y ls"), "");
}

#[test]
fn a_digest_takes_the_place_of_one_base_and_not_of_the_beginning_of_another() {
    let file = [("Dockerfile", "FROM python:3 AS a\nFROM python:3-slim\nfrom python:3\n")];
    let tries = Rewrite::Digest.of(&[given(&file, "true\n")]).expect("it is rewritten");
    let commands: Vec<&str> = tries[0].steps.iter().filter_map(command_of).collect();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Dockerfile"), file[0].1).unwrap();
    let docker = "docker() { echo \"of@${@: -1}\"; }";
    let script = format!("{docker}\n{}", commands.join("\n"));
    let status = std::process::Command::new("bash").args(["-c", &script]).current_dir(&folder).status();
    assert!(status.unwrap().success());
    let written = std::fs::read_to_string(folder.path().join("Dockerfile")).unwrap();
    assert_eq!(written, "FROM of@python:3 AS a\nFROM of@python:3-slim\nfrom of@python:3\n");
}

#[test]
fn what_is_built_and_run_becomes_one_compose_file() {
    let run =
        "docker build -t y .\ndocker run -d --name a -e B=$C -p 1:2 y\ndocker run --rm y\ndocker logs a";
    let expected = "docker compose build s1\ndocker compose up -d s1\ndocker compose up s2\ndocker logs a\n\
        services:\n  s1:\n    image: y\n    build: .\n    container_name: \"a\"\n    ports:\n      - \"1:2\"\n    \
        environment:\n      - \"B=$C\"\n  s2:\n    image: y\n";
    assert_eq!(by(Rewrite::Compose, &[], run), expected);
    for run in [
        "docker run alpine",
        "docker build -t y .\ndocker run y ls",
        "docker build -t y .\ndocker run --network host y",
        "docker build -t y .\ndocker build -t y .\ndocker run y",
        "docker build -t y .\ndocker run -it y\n> x",
        "docker build -t y .\ndocker run -v \"$(pwd)\":/w y",
    ] {
        assert_eq!(by(Rewrite::Compose, &[], run), "", "{run}");
    }
}

#[test]
fn every_rewrite_that_fits_comes_to_its_turn() {
    let run = "docker build -t y .\ndocker run -d -e A=b -v /a:/b --name x -p 1:2 y\ndocker logs x";
    let ways: Vec<Vec<Given>> =
        vec![vec![given(&FILE, run)], vec![given(&[], "docker run -d --rm alpine ls")]];
    let made = variations(&ways, false, Vary::Some, &|_| true);
    let used: BTreeSet<Rewrite> = made.iter().flatten().flat_map(|one| one.by.clone()).collect();
    let fit: BTreeSet<Rewrite> =
        Rewrite::ALL.into_iter().filter(|kind| ways.iter().any(|way| kind.of(way).is_some())).collect();
    assert_eq!(used, fit);
    assert!(fit.len() > 12, "{fit:?}");
    let all = variations(&ways, false, Vary::All, &|_| true);
    for kind in &fit {
        assert!(all.iter().flatten().any(|one| one.by == [*kind]), "{kind:?}");
    }
    let none = variations(&ways, false, Vary::All, &|_| false);
    assert_eq!(none, vec![Vec::<Variation>::new(), Vec::new()]);
    let wrong = variations(&ways, true, Vary::All, &|_| true);
    assert!(wrong.iter().flatten().all(|one| !one.by.contains(&Rewrite::Digest)));
}

/// Words of a script that docker and the shell would take.
fn script_of_words() -> impl proptest::strategy::Strategy<Value = String> {
    let command = "(docker |docker container )(run|create)( -d| -it| --rm| --name x| --name=z| -p 1:2| -e A=b| -v /a:/b| -v \"\\$\\(pwd\\)\":/w){0,4} (y|alpine)( -d| ls| 'a b'){0,2}|docker (build|image build)( -t y| --no-cache| -f D){0,2} \\.|docker (logs|rm|start)( -f)? x|echo 'docker run -d y'|ls \\| wc";
    proptest::prelude::Strategy::prop_map(proptest::collection::vec(command, 1..4), |lines| lines.join("\n"))
}

proptest::proptest! {
    /// What comes after the image is the container's own, whatever stands before it is moved; and a rewrite says the same again.
    #[test]
    fn a_rewrite_keeps_what_is_not_its_own(script in script_of_words()) {
        let before = given(&[], &script);
        let commands = |given: &Given| given.steps.iter().filter_map(command_of).map(str::to_owned).collect::<Vec<_>>();
        for kind in [Rewrite::Order, Rewrite::Long, Rewrite::Short, Rewrite::Group] {
            let Some(after) = kind.of(std::slice::from_ref(&before)) else { continue };
            proptest::prop_assert_eq!(after[0].steps.len(), before.steps.len());
            for (old, new) in commands(&before).iter().zip(commands(&after[0])) {
                let read = |text: &str| match shell::pieces(text).as_slice() {
                    [shell::Piece::Call(words)] => docker::Docker::of(words),
                    _ => None,
                };
                let (Some(old), Some(new)) = (read(old), read(&new)) else {
                    proptest::prop_assert_eq!(old, &new);
                    continue;
                };
                let options = |call: &docker::Docker| {
                    let mut all: Vec<_> = call.options.iter().map(|o| (o.name.clone(), o.value.clone())).collect();
                    all.sort();
                    all
                };
                proptest::prop_assert_eq!((old.verb.name, &old.rest, options(&old)), (new.verb.name, &new.rest, options(&new)));
            }
        }
    }

    #[test]
    fn no_script_and_no_dockerfile_panics(
        script in "(docker |run |build |-v |-e |--|-|=|\\$\\(|\"|'|\\.|x|:|\n|<<E|> |é){0,20}",
        file in "(FROM |x|CMD |\\[|\"a\"|\\]|ENTRYPOINT |RUN |\n|<<|é){0,15}",
    ) {
        let way = [given(&[("Dockerfile", &file)], &script)];
        for kind in Rewrite::ALL {
            let _ = kind.of(&way);
        }
    }
}
