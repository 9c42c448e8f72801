//! The guard: what is the course's goes, and what is not is kept.

use proptest::prelude::*;
use serde_json::json;

use super::bench::{Bench, bench, request, typed};
use super::*;
use crate::facts::Command;
use crate::tap::Target;

#[tokio::test]
async fn only_what_the_course_made_may_be_deleted() {
    let bench = bench(false);
    for mine in [
        "/v1.43/containers/mine?force=1",
        "/containers/c1aa",
        "/volumes/v-mine",
        "/networks/n-mine",
        "/networks/n1aa",
        "/images/app",
        "/images/app:latest",
        "/images/i1aa",
        "/images/nginx",
        "/images/i4dd",
        "/containers/not-there",
    ] {
        assert!(bench.passes(mine).await, "{mine}");
    }
    for yours in [
        "/v1.43/containers/yours?force=1",
        "/containers/c2bb",
        "/volumes/v-yours",
        "/networks/n-yours",
        "/networks/bridge",
        "/images/yours:1",
        "/images/yours:2",
        "/images/i2bb",
        "/images/sha256:i2bb",
        "/images/i5ee",
        "/%63ontainers/yours",
    ] {
        assert!(!bench.passes(yours).await, "{yours}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_object_the_command_and_the_way_out() {
    let bench = bench(false);
    let argv = ["docker", "container", "rm", "-f", "yours"].map(String::from).to_vec();
    let request = Request::of(
        &Target::of("DELETE", "/v1.43/containers/yours"),
        &Command { argv, ..Command::default() },
    );
    let Decision::Refuse(text) = bench.guard.consider(&request, &bench.engine).await else { panic!() };
    for part in ["\"yours\"", "`docker container rm`", "not made in this course", "outside of pilotwhale"] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn where_the_engine_does_not_say_nothing_is_deleted_and_reads_pass() {
    let mut bench = bench(true);
    bench.engine.broken = true;
    for target in ["/containers/mine", "/images/app", "/volumes/v-mine"] {
        assert!(
            matches!(bench.consider("DELETE", target).await, Decision::Refuse(why) if why.contains("the engine is away"))
        );
    }
    assert!(matches!(bench.consider("POST", "/containers/prune").await, Decision::Refuse(_)));
    for (method, target) in
        [("GET", "/containers/json"), ("POST", "/containers/mine/stop"), ("POST", "/containers/create")]
    {
        assert!(matches!(bench.consider(method, target).await, Decision::Pass(_)), "{target}");
    }
}

#[tokio::test]
async fn the_learner_is_asked_and_an_app_that_ends_says_no() {
    for (answer, passes) in [(Some(true), true), (Some(false), false), (None, false)] {
        let Bench { _dir, engine, guard, mut said } = bench(true);
        let asked = tokio::spawn(async move {
            let Some(Said::Ask(question)) = said.recv().await else { panic!() };
            assert!(question.objects[0].starts_with("container yours"), "{question:?}");
            if let Some(answer) = answer {
                question.reply.send(answer).unwrap();
            }
        });
        let decision = guard.consider(&request("DELETE", "/containers/yours"), &engine).await;
        assert_eq!(matches!(decision, Decision::Pass(_)), passes, "{decision:?}");
        asked.await.unwrap();
    }
}

#[tokio::test]
async fn a_yes_is_for_what_was_asked_about() {
    let mut bench = bench(true);
    let delete = request("DELETE", "/containers/yours");
    let ((), decision) = tokio::join!(
        async {
            let Some(Said::Ask(question)) = bench.said.recv().await else { panic!() };
            // meanwhile the name was given to another one
            bench.engine.containers.lock().unwrap()[1]["Id"] = json!("c8eeee");
            question.reply.send(true).unwrap();
        },
        bench.guard.consider(&delete, &bench.engine),
    );
    assert!(matches!(&decision, Decision::Refuse(why) if why.contains("another container")), "{decision:?}");
}

#[tokio::test]
async fn a_client_that_goes_away_withdraws_its_question() {
    let Bench { _dir, engine, guard, mut said } = bench(true);
    let waiting =
        tokio::spawn(async move { guard.consider(&request("DELETE", "/volumes/v-yours"), &engine).await });
    let Some(Said::Ask(mut question)) = said.recv().await else { panic!() };
    waiting.abort();
    question.reply.closed().await;
}

#[tokio::test]
async fn prunes_delete_the_courses_own_and_tell_the_truth() {
    let mut bench = bench(true);
    let answer = bench.prune("/v1.43/containers/prune").await;
    assert_eq!(answer, json!({"ContainersDeleted": ["c1aaaa"], "SpaceReclaimed": 11}));
    let Some(Said::Notice(notice)) = bench.said.recv().await else { panic!() };
    assert!(notice.contains("1 container of yours was left alone"), "{notice}");
    let answer = bench.prune("/v1.43/volumes/prune").await;
    assert_eq!(answer, json!({"VolumesDeleted": ["v-mine"], "SpaceReclaimed": 7}));
    let answer = bench.prune("/v1.43/volumes/prune?filters=%7B%22all%22%3A%5B%22true%22%5D%7D").await;
    assert_eq!(answer, json!({"VolumesDeleted": ["v-named"], "SpaceReclaimed": 7}));
    let answer = bench.prune("/v1.43/networks/prune").await;
    assert_eq!(answer, json!({"NetworksDeleted": ["n-mine"]}));
    let answer = bench.prune("/v1.43/images/prune").await;
    assert_eq!(answer["ImagesDeleted"], json!([{"Deleted": "sha256:i4dd"}]));
    assert_eq!(answer["SpaceReclaimed"], json!(100));
    let answer = bench.prune("/v1.43/images/prune?filters=%7B%22dangling%22%3A%5B%22false%22%5D%7D").await;
    assert_eq!(
        answer["ImagesDeleted"],
        json!([{"Untagged": "app:latest"}, {"Deleted": "sha256:i1aa"}, {"Untagged": "nginx:latest"}])
    );
    let left: Vec<String> = bench.guard.ledger().entries().into_iter().map(|e| e.id).collect();
    assert_eq!(left, ["c3cccc"]);
}

#[tokio::test]
async fn an_old_client_prunes_volumes_with_names_too() {
    let bench = bench(false);
    let answer = bench.prune("/v1.41/volumes/prune").await;
    assert_eq!(answer["VolumesDeleted"], json!(["v-mine", "v-named"]));
}

#[tokio::test]
async fn a_filter_that_is_not_understood_prunes_nothing() {
    let bench = bench(false);
    let target = "/containers/prune?filters=%7B%22colour%22%3A%5B%22red%22%5D%7D";
    assert!(matches!(bench.consider("POST", target).await, Decision::Refuse(why) if why.contains("colour")));
    assert!(bench.engine.deleted.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_build_cache_is_left_alone_in_system_prune_and_asked_about_else() {
    let bench = bench(false);
    assert!(matches!(bench.consider("POST", "/build/prune").await, Decision::Refuse(_)));
    bench.prune("/containers/prune").await;
    // the same process goes on: that is `system prune`
    assert_eq!(bench.prune("/build/prune").await, json!({"CachesDeleted": [], "SpaceReclaimed": 0}));
}

#[tokio::test]
async fn stopping_a_strangers_container_is_allowed_and_said_once() {
    let mut bench = bench(true);
    for _ in 0..2 {
        assert!(matches!(bench.consider("POST", "/containers/yours/stop").await, Decision::Pass(None)));
    }
    bench.consider("POST", "/containers/mine/stop").await;
    bench.consider("POST", "/containers/yours/kill?signal=WINCH").await;
    assert!(matches!(bench.said.try_recv(), Ok(Said::Notice(text)) if text.contains("docker stop")));
    assert!(bench.said.try_recv().is_err());
}

#[tokio::test]
async fn what_is_made_is_written_down_before_the_answer_goes_on() {
    let bench = bench(false);
    let Decision::Pass(Some(watch)) = bench.consider("POST", "/containers/create?name=new").await else {
        panic!()
    };
    bench.engine.volumes.lock().unwrap().push(json!({"Name": "fresh"}));
    bench.engine.containers.lock().unwrap().push(json!({
        "Id": "c9", "Name": "/new",
        "Mounts": [{"Type": "volume", "Name": "fresh"}, {"Type": "volume", "Name": "v-yours"}, {"Type": "bind"}],
    }));
    assert!(watch.wants_body());
    bench.guard.settle(watch, 201, br#"{"Id":"c9","Warnings":[]}"#, &bench.engine).await;
    let ledger = bench.guard.ledger();
    assert!(ledger.owns(Made::Container, "c9") && ledger.owns(Made::Volume, "fresh"));
    assert!(!ledger.owns(Made::Volume, "v-yours"));

    let Decision::Pass(Some(watch)) = bench.consider("POST", "/volumes/create").await else { panic!() };
    bench.guard.settle(watch, 201, br#"{"Name":"v-yours"}"#, &bench.engine).await;
    assert!(!ledger.owns(Made::Volume, "v-yours"), "it was there before");
    let Decision::Pass(Some(watch)) = bench.consider("POST", "/networks/create").await else { panic!() };
    bench.guard.settle(watch, 409, br#"{"message":"exists","Id":"n2bb"}"#, &bench.engine).await;
    assert!(!ledger.owns(Made::Network, "n2bb"));
    let Decision::Pass(Some(watch)) = bench.consider("DELETE", "/containers/mine").await else { panic!() };
    bench.guard.settle(watch, 204, b"", &bench.engine).await;
    assert!(!ledger.owns(Made::Container, "c1aaaa"));
}

#[tokio::test]
async fn images_are_known_by_what_was_not_there_before() {
    let bench = bench(false);
    let ledger = bench.guard.ledger();
    let build = typed("POST", "/build?t=built", "docker build -t built .");
    let Decision::Pass(Some(build)) = bench.guard.consider(&build, &bench.engine).await else { panic!() };
    let Decision::Pass(Some(pull)) = bench.consider("POST", "/images/create?fromImage=redis&tag=7").await
    else {
        panic!()
    };
    bench.engine.images.lock().unwrap().extend([
        json!({"Id": "sha256:r7", "RepoTags": ["redis:7"], "RepoDigests": ["redis@sha256:00"]}),
        json!({"Id": "sha256:b1b1b1b1b1b1", "RepoTags": ["built:latest"]}),
    ]);
    bench.guard.settle(pull, 200, b"", &bench.engine).await;
    assert!(
        ledger.owns_reference("redis:7", "sha256:r7") && !ledger.owns(Made::Image, "sha256:b1b1b1b1b1b1")
    );
    assert!(!bench.passes("/images/built").await, "its name alone may be another one's");
    bench.guard.told(&build, b"{\"stream\":\"Successfully built b1b1b1b1b1b1\\n\"}\n");
    // the build's stream is still open, and yet its image may go at once
    assert!(bench.passes("/images/built").await);
    drop(build);
    // nobody can be asked here: what is about to lose its last name gets another one first
    let kept = "sha256:i3cc as yours:kept-i3cc";
    let take = "/images/redis:7/tag?repo=yours&tag=2";
    assert!(matches!(bench.consider("POST", take).await, Decision::Pass(_)));
    assert_eq!(*bench.engine.tagged.lock().unwrap(), [kept]);
    // an archive tells its names at its end
    let Decision::Pass(Some(load)) = bench.consider("POST", "/images/load").await else { panic!() };
    {
        let mut images = bench.engine.images.lock().unwrap();
        images[2]["RepoTags"] = json!([]);
        images.iter_mut().find(|i| i["Id"] == "sha256:r7").unwrap()["RepoTags"] =
            json!(["redis:7", "yours:2", "elsewhere:1"]);
    }
    bench.guard.told(&load, b"{\"stream\":\"Loaded image: yours:2\\n\"}\n");
    bench.guard.settle(load, 200, b"", &bench.engine).await;
    assert_eq!(*bench.engine.tagged.lock().unwrap(), [kept, kept]);
    assert!(bench.passes("/images/yours:2").await && bench.passes("/images/redis:7").await);
    assert!(!bench.passes("/images/elsewhere:1").await, "the archive does not name it");
    assert!(!bench.passes("/images/r7").await, "some of its names are the learner's");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever a client sends, something foreign is never deleted where nobody can say yes.
    #[test]
    fn nothing_foreign_goes_without_a_yes(
        method in prop::sample::select(vec!["DELETE", "POST", "PUT", "GET", "delete"]),
        parts in prop::collection::vec(prop::sample::select(vec![
            "containers", "images", "volumes", "networks", "build", "system", "prune", "yours", "v-yours", "n-yours", "yours:1",
            "c2bbbb", "i3cc", "mine", "", "%79ours", "json", "v1.43", "..",
        ]), 0..5),
        query in "[a-z=&%{}\"]{0,20}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let target = format!("/{}?{query}", parts.join("/"));
        let bench = bench(false);
        let decision = runtime.block_on(bench.consider(method, &target));
        if matches!(decision, Decision::Pass(_)) && method.eq_ignore_ascii_case("DELETE") {
            // forwarded: then what it names is not foreign, by any spelling that the engine's router knows
            let names = ["/containers/yours", "/volumes/v-yours", "/networks/n-yours", "/images/yours:1", "/containers/c2bbbb"];
            let path = target.split('?').next().unwrap().replace("%79", "y");
            let path = path.strip_prefix("/v1.43").unwrap_or(&path);
            prop_assert!(!names.contains(&path), "{target}");
        }
        let deleted = bench.engine.deleted.lock().unwrap().clone();
        let own = ["c1aaaa", "v-mine", "v-named", "n1aa", "app:latest", "nginx:latest", "sha256:i4dd"];
        prop_assert!(deleted.iter().all(|d| own.contains(&d.as_str())), "{target}: {deleted:?}");
    }
}
