//! What the guard asks about beside deletes: what goes along, names that are taken, and calls that nobody knows.

use serde_json::json;

use super::bench::{bench, request, typed};
use super::*;

#[tokio::test]
async fn to_stop_what_removes_itself_is_to_delete_it() {
    let volume = "a".repeat(64);
    let itself = |id: &str, name: &str, volume: &str| {
        json!({"Id": id, "Name": format!("/{name}"), "HostConfig": {"AutoRemove": true},
            "Mounts": [{"Type": "volume", "Name": volume}]})
    };
    let mut bench = bench(true);
    bench.engine.containers.lock().unwrap().extend([
        itself("f1f1", "fleeting", &volume),
        itself("f2f2", "own", "named"),
        itself("f3f3", "borrows", &volume),
    ]);
    for id in ["f2f2", "f3f3"] {
        bench.guard.ledger().record(Made::Container, id, "").unwrap();
    }
    let guard = bench.guard.clone();
    for (target, line) in [
        ("/containers/fleeting/stop?t=0", "docker stop -t 0 fleeting"),
        ("/containers/f1f1/kill", "docker kill fleeting"),
        ("/containers/fleeting/kill?signal=INT", "docker attach fleeting"),
        ("/v5.8.0/libpod/containers/fleeting/stop", "podman stop fleeting"),
    ] {
        let mut request = typed("POST", target, line);
        request.command.pid = 0;
        let ((), decision) = tokio::join!(
            async {
                let Some(Said::Ask(question)) = bench.said.recv().await else { panic!("{line}") };
                assert!(question.objects[0].starts_with("container fleeting"), "{question:?}");
                question.reply.send(false).unwrap();
            },
            guard.consider(&request, &bench.engine),
        );
        assert!(matches!(decision, Decision::Refuse(_)), "{line}: {decision:?}");
    }
    for target in
        ["/containers/own/stop", "/containers/fleeting/kill?signal=WINCH", "/containers/fleeting/restart"]
    {
        assert!(matches!(bench.consider("POST", target).await, Decision::Pass(_)), "{target}");
    }
    // the volume is in use elsewhere, so it stays
    assert!(matches!(bench.consider("POST", "/containers/borrows/stop").await, Decision::Pass(_)));
    bench.engine.containers.lock().unwrap().retain(|c| c["Id"] != "f1f1");
    let stop = request("POST", "/containers/borrows/stop");
    while bench.said.try_recv().is_ok() {}
    let ((), decision) = tokio::join!(
        async {
            let Some(Said::Ask(question)) = bench.said.recv().await else { panic!() };
            assert!(question.objects[0].starts_with("volume aaaaaaaaaaaa"), "{question:?}");
            question.reply.send(true).unwrap();
        },
        guard.consider(&stop, &bench.engine),
    );
    assert!(matches!(decision, Decision::Pass(_)));
}

#[tokio::test]
async fn volumes_without_a_name_go_with_their_container_where_the_client_says_so() {
    let volume = "b".repeat(64);
    let bench = bench(false);
    bench.engine.containers.lock().unwrap()[0]["Mounts"] = json!([{"Type": "volume", "Name": volume}]);
    assert!(bench.passes("/containers/mine?force=1").await && bench.passes("/containers/mine?v=0").await);
    assert!(!bench.passes("/containers/mine?v=1").await, "the volume is not in the ledger");
    bench.guard.ledger().record(Made::Volume, &volume, &volume).unwrap();
    assert!(bench.passes("/containers/mine?v=1").await);
}

#[tokio::test]
async fn what_is_in_no_table_is_asked_about() {
    let mut bench = bench(true);
    let leave = typed("POST", "/v1.47/swarm/leave?force=1", "docker swarm leave --force");
    for (yes, passes) in [(false, false), (true, true)] {
        let ((), decision) = tokio::join!(
            async {
                let Some(Said::Ask(question)) = bench.said.recv().await else { panic!() };
                assert_eq!(
                    (question.command.as_str(), question.objects.as_slice()),
                    ("docker swarm leave --force", ["swarm: leave".to_owned()].as_slice())
                );
                question.reply.send(yes).unwrap();
            },
            bench.guard.consider(&leave, &bench.engine),
        );
        assert_eq!(matches!(decision, Decision::Pass(_)), passes);
    }
}

#[tokio::test]
async fn a_name_of_the_learners_is_not_taken_from_its_image() {
    let mut bench = bench(true);
    for (method, target, line) in [
        ("POST", "/images/app/tag?repo=yours&tag=2", "docker tag app yours:2"),
        ("POST", "/commit?container=mine&repo=yours&tag=2", "docker commit mine yours:2"),
        ("POST", "/build?t=fine&t=yours:2", "docker build -t fine -t yours:2 ."),
        ("POST", "/session", "docker build --tag yours:2 ."),
        ("PRI", "*", "docker-buildx buildx build -t docker.io/library/yours:2 ."),
        ("POST", "/images/create?fromSrc=-&repo=yours&tag=2", "docker import - yours:2"),
    ] {
        let mut request = typed(method, target, line);
        request.command.pid = 0;
        let ((), decision) = tokio::join!(
            async {
                let Some(Said::Ask(question)) = bench.said.recv().await else { panic!("{line}") };
                assert!(
                    question.objects[0].contains("yours:2") && question.objects[0].contains("i3cc"),
                    "{question:?}"
                );
                question.reply.send(false).unwrap();
            },
            bench.guard.consider(&request, &bench.engine),
        );
        assert!(
            matches!(&decision, Decision::Refuse(why) if why.contains("yours:2")),
            "{line}: {decision:?}"
        );
    }
    for (target, line) in [
        ("/images/app/tag?repo=app&tag=latest", "docker tag app app"),
        ("/images/yours:2/tag?repo=yours&tag=2", "docker tag yours:2 yours:2"),
        ("/images/yours:2/tag?repo=other", "docker tag yours:2 other"),
        ("/build?t=app&t=new", "docker build -t app -t new ."),
    ] {
        assert!(
            matches!(
                bench.guard.consider(&typed("POST", target, line), &bench.engine).await,
                Decision::Pass(Some(_))
            ),
            "{line}"
        );
    }
}

#[tokio::test]
async fn one_command_is_asked_about_once_and_what_it_was_given_is_its_own() {
    let mut bench = bench(true);
    let line = "docker build -t yours:2 .";
    let (session, build) = (typed("POST", "/session", line), typed("POST", "/build?t=yours:2", line));
    let ((), first, second) = tokio::join!(
        async {
            let Some(Said::Ask(question)) = bench.said.recv().await else { panic!() };
            question.reply.send(true).unwrap();
        },
        bench.guard.consider(&session, &bench.engine),
        bench.guard.consider(&build, &bench.engine),
    );
    let (Decision::Pass(Some(_)), Decision::Pass(Some(watch))) = (first, second) else { panic!() };
    assert!(bench.said.try_recv().is_err(), "one question");
    {
        let mut images = bench.engine.images.lock().unwrap();
        images[2]["RepoTags"] = json!([]);
        images.push(json!({"Id": "sha256:0123456789ab", "RepoTags": ["yours:2"]}));
        images.push(
            json!({"Id": "sha256:e1", "RepoTags": ["elsewhere:1"], "RepoDigests": ["elsewhere@sha256:1"]}),
        );
    }
    bench.guard.told(&watch, b"{\"stream\":\"Successfully built 0123456789ab\\n\"}\n");
    bench.guard.settle(watch, 200, b"", &bench.engine).await;
    assert!(bench.passes("/images/yours:2").await, "its name was given up");
    assert!(!bench.guard.ledger().owns(Made::Image, "sha256:e1"), "pulled elsewhere while it was built");
}

#[tokio::test]
async fn a_project_of_the_learners_is_not_half_taken_down() {
    let mut bench = bench(true);
    let line = "docker compose down";
    let (stop, remove) =
        (typed("POST", "/containers/yours/stop", line), typed("DELETE", "/containers/yours", line));
    let ((), stopped) = tokio::join!(
        async {
            let Some(Said::Ask(question)) = bench.said.recv().await else { panic!() };
            question.reply.send(true).unwrap();
        },
        bench.guard.consider(&stop, &bench.engine),
    );
    assert!(matches!(stopped, Decision::Pass(_)));
    // the yes was for all of it
    assert!(matches!(bench.guard.consider(&remove, &bench.engine).await, Decision::Pass(_)));
    let only_stops = typed("POST", "/containers/yours/stop", "docker compose stop");
    assert!(matches!(bench.guard.consider(&only_stops, &bench.engine).await, Decision::Pass(_)));
}

#[tokio::test]
async fn parents_that_nobody_named_go_only_with_a_yes() {
    let bench = bench(false);
    {
        let mut images = bench.engine.images.lock().unwrap();
        images[0]["Parent"] = json!("sha256:i5ee");
        images[0]["ParentId"] = json!("sha256:i5ee");
        images[4]["ParentId"] = json!("");
    }
    assert!(!bench.passes("/images/app").await, "i5ee is the learner's");
    assert!(bench.passes("/images/app?noprune=1").await);
    bench.engine.containers.lock().unwrap()[1]["ImageID"] = json!("sha256:i5ee");
    assert!(bench.passes("/images/app").await, "a container needs it, so it stays");
    bench.engine.containers.lock().unwrap()[1]["ImageID"] = json!("sha256:none");
    bench.guard.ledger().record(Made::Image, "sha256:i5ee", "").unwrap();
    assert!(bench.passes("/images/app").await);
}
