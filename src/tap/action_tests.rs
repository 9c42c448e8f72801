//! What each command of the docker CLI sends, and what it means.

use super::*;

/// `name object {args}` of a call.
fn told(method: &str, target: &str, body: &str) -> String {
    let action = of(&Target::of(method, target), (!body.is_empty()).then_some(body.as_bytes()));
    let mut told = action.name;
    if let Some(object) = action.object {
        told.push_str(&format!(" <{object}>"));
    }
    for (name, value) in action.args {
        told.push_str(&format!(" {name}={value}"));
    }
    told
}

#[test]
fn calls_of_podmans_own_command_mean_the_same() {
    let create = r#"{"name":"web","image":"docker.io/library/nginx","command":["sh","-c","ls"],"terminal":true,"remove":true}"#;
    for (method, target, body, meaning) in [
        ("GET", "/v5.8.6/libpod/_ping", "", "ping"),
        ("GET", "/v5.8.6/libpod/containers/json?all=true", "", "container-list all=1"),
        (
            "POST",
            "/v5.8.6/libpod/containers/create",
            create,
            r#"container-create <web> auto-remove=1 cmd=["sh","-c","ls"] image=nginx tty=1"#,
        ),
        ("POST", "/libpod/containers/web/start", "", "container-start <web>"),
        (
            "GET",
            "/libpod/containers/web/logs?stdout=true&follow=true",
            "",
            "container-logs <web> follow=1 stdout=1",
        ),
        ("DELETE", "/libpod/containers/web?force=true", "", "container-remove <web> force=1"),
        ("POST", "/libpod/containers/web/exec", r#"{"Cmd":["ls"]}"#, r#"exec-create <web> cmd=["ls"]"#),
        ("GET", "/libpod/exec/0a1b/json", "", "exec-inspect <0a1b>"),
        ("POST", "/libpod/exec/0a1b/remove", "", "exec-remove <0a1b>"),
        ("POST", "/libpod/images/pull?reference=docker.io%2Flibrary%2Fnginx", "", "image-pull <nginx>"),
        ("DELETE", "/libpod/images/remove?images=mine&force=true", "", "image-remove <mine> force=1"),
        ("DELETE", "/libpod/images/mine", "", "image-remove <mine>"),
        (
            "POST",
            "/libpod/build?t=mine&dockerfile=Dockerfile",
            "",
            "image-build <mine> dockerfile=Dockerfile t=mine",
        ),
        ("GET", "/libpod/images/nginx/history", "", "image-history <nginx>"),
        (
            "POST",
            "/libpod/networks/create",
            r#"{"name":"net","driver":"bridge"}"#,
            "network-create <net> driver=bridge",
        ),
        ("GET", "/libpod/networks/json", "", "network-list"),
        ("GET", "/libpod/networks/net/json", "", "network-inspect <net>"),
        ("POST", "/libpod/volumes/create", r#"{"Name":"data"}"#, "volume-create <data>"),
        ("GET", "/libpod/volumes/json", "", "volume-list"),
        ("GET", "/libpod/volumes/data/json", "", "volume-inspect <data>"),
        ("GET", "/libpodcontainers/json", "", "other"),
    ] {
        assert_eq!(told(method, target, body), meaning, "{method} {target}");
    }
}

#[test]
fn calls_mean() {
    for (method, target, meaning) in [
        ("HEAD", "/_ping", "ping"),
        ("GET", "/_ping", "ping"),
        ("GET", "/v1.41/version", "version"),
        ("GET", "/info", "info"),
        ("GET", "/system/df?type=image", "disk-usage type=image"),
        ("GET", "/v1.24/events?since=1&until=2", "events since=1 until=2"),
        ("GET", "/v1.41/containers/json", "container-list"),
        ("GET", "/v1.41/containers/json?all=1", "container-list all=1"),
        ("GET", "/containers/json?all=true&limit=-1", "container-list all=1"),
        ("GET", "/containers/json?all=0&size=false", "container-list"),
        ("GET", "/containers/json?all=1&limit=1", "container-list all=1 limit=1"),
        ("GET", "/containers/json?size=1", "container-list size=1"),
        (
            "GET",
            "/containers/json?filters=%7B%22status%22%3A%7B%22exited%22%3Atrue%7D%7D",
            r#"container-list filters={"status":{"exited":true}}"#,
        ),
        ("POST", "/containers/prune", "container-prune"),
        ("POST", "/containers/web/start", "container-start <web>"),
        ("POST", "/containers/web/stop?t=3", "container-stop <web> t=3"),
        ("POST", "/containers/web/restart", "container-restart <web>"),
        ("POST", "/containers/web/kill", "container-kill <web> signal=KILL"),
        ("POST", "/containers/web/kill?signal=KILL", "container-kill <web> signal=KILL"),
        ("POST", "/containers/web/kill?signal=WINCH", "container-kill <web> signal=WINCH"),
        ("POST", "/containers/web/pause", "container-pause <web>"),
        ("POST", "/containers/web/unpause", "container-unpause <web>"),
        ("POST", "/containers/web/rename?name=site", "container-rename <web> name=site"),
        ("POST", "/containers/web/update", "container-update <web>"),
        ("POST", "/containers/web/wait?condition=removed", "container-wait <web> condition=removed"),
        (
            "POST",
            "/containers/web/attach?stderr=1&stdin=1&stdout=1&stream=1",
            "container-attach <web> stderr=1 stdin=1 stdout=1 stream=1",
        ),
        ("POST", "/containers/web/resize?h=24&w=80", "container-resize <web> h=24 w=80"),
        ("GET", "/containers/web/json", "container-inspect <web>"),
        ("GET", "/containers/a%20b/json", "container-inspect <a b>"),
        (
            "GET",
            "/containers/web/logs?follow=1&stderr=1&stdout=1&tail=all",
            "container-logs <web> follow=1 stderr=1 stdout=1 tail=all",
        ),
        ("GET", "/containers/web/top", "container-top <web>"),
        ("GET", "/containers/web/stats?stream=1", "container-stats <web> stream=1"),
        ("GET", "/containers/web/changes", "container-diff <web>"),
        ("GET", "/containers/web/export", "container-export <web>"),
        ("PUT", "/containers/web/archive?path=%2Ftmp", "container-copy-to <web> path=/tmp"),
        ("GET", "/containers/web/archive?path=%2Ftmp", "container-copy-from <web> path=/tmp"),
        ("HEAD", "/containers/web/archive?path=%2Ftmp", "container-stat-path <web> path=/tmp"),
        ("DELETE", "/containers/web?force=1&v=1", "container-remove <web> force=1 v=1"),
        ("POST", "/exec/0a1b/resize?h=1&w=2", "exec-resize <0a1b> h=1 w=2"),
        ("GET", "/exec/0a1b/json", "exec-inspect <0a1b>"),
        ("GET", "/images/json?manifests=1", "image-list manifests=1"),
        ("GET", "/images/json?all=1", "image-list all=1"),
        ("GET", "/images/search?term=redis", "image-search <redis> term=redis"),
        ("GET", "/images/get?names=a&names=docker.io%2Flibrary%2Fb", "image-save <a> names=a,b"),
        ("GET", "/images/busybox/get", "image-save <busybox>"),
        ("POST", "/images/load?quiet=1", "image-load quiet=1"),
        ("POST", "/images/prune", "image-prune"),
        ("POST", "/images/create?fromImage=busybox&tag=latest", "image-pull <busybox:latest>"),
        (
            "POST",
            "/images/create?fromImage=docker.io%2Flibrary%2Fbusybox&tag=latest",
            "image-pull <busybox:latest>",
        ),
        ("POST", "/images/create?fromImage=busybox&tag=sha256%3Aab", "image-pull <busybox@sha256:ab>"),
        ("POST", "/images/create?fromSrc=-&repo=mine&tag=1", "image-import <mine:1> repo=mine tag=1"),
        ("GET", "/images/python:3-slim/json", "image-inspect <python:3-slim>"),
        ("GET", "/images/docker.io/library/nginx/history", "image-history <nginx>"),
        ("GET", "/images/ghcr.io/a/b%3A1/json", "image-inspect <ghcr.io/a/b:1>"),
        (
            "POST",
            "/images/nginx/tag?repo=docker.io%2Flibrary%2Fmine&tag=2",
            "image-tag <nginx> repo=mine tag=2",
        ),
        ("POST", "/images/ana/web/push?tag=1", "image-push <ana/web:1> tag=1"),
        ("DELETE", "/images/ana/web:1?force=1", "image-remove <ana/web:1> force=1"),
        (
            "POST",
            "/build?t=web&dockerfile=Dockerfile&version=1",
            "image-build <web> dockerfile=Dockerfile t=web version=1",
        ),
        ("POST", "/build/prune?all=1", "build-prune all=1"),
        ("POST", "/session", "build-session"),
        ("POST", "/grpc", "buildkit-grpc"),
        ("PRI", "*", "h2-opaque"),
        (
            "POST",
            "/commit?container=web&repo=mine&tag=3",
            "container-commit <web> container=web repo=mine tag=3",
        ),
        ("GET", "/volumes", "volume-list"),
        ("GET", "/volumes/data", "volume-inspect <data>"),
        ("DELETE", "/volumes/data?force=1", "volume-remove <data> force=1"),
        ("POST", "/volumes/prune", "volume-prune"),
        ("GET", "/networks", "network-list"),
        ("GET", "/networks/lan", "network-inspect <lan>"),
        ("DELETE", "/networks/lan", "network-remove <lan>"),
        ("POST", "/networks/prune", "network-prune"),
        ("POST", "/auth", "login"),
        ("GET", "/distribution/docker.io/library/nginx/json", "distribution-inspect <nginx>"),
        ("POST", "/swarm/leave?force=1", "swarm-leave force=1"),
        ("DELETE", "/plugins/a/b:latest", "plugin-remove <a/b:latest>"),
        ("GET", "/no/such/thing", "other"),
        ("PATCH", "/containers/json", "other"),
        ("POST", "/containers//start", "other"),
        ("GET", "", "other"),
        ("GET", "/containers/json?all=1&all=1", "container-list all=1,1"),
    ] {
        assert_eq!(told(method, target, ""), meaning, "{method} {target}");
    }
}

#[test]
fn bodies_mean() {
    let create = r#"{"Image":"docker.io/library/busybox","Cmd":["echo","hi"],"Tty":false,"OpenStdin":true,
        "Env":["A=b"],"HostConfig":{"AutoRemove":true,"Binds":["/a:/b"],"NetworkMode":"default","Mounts":[]}}"#;
    for (method, target, body, meaning) in [
        (
            "POST",
            "/v1.43/containers/create?name=web",
            create,
            r#"container-create <web> auto-remove=1 binds=["/a:/b"] cmd=["echo","hi"] image=busybox name=web network-mode=default open-stdin=1"#,
        ),
        ("POST", "/containers/create", "not json", "container-create"),
        (
            "POST",
            "/containers/web/exec",
            r#"{"Cmd":["ls"],"Tty":true}"#,
            r#"exec-create <web> cmd=["ls"] tty=1"#,
        ),
        ("POST", "/exec/0a1b/start", r#"{"Detach":true}"#, "exec-start <0a1b> detach=1"),
        (
            "POST",
            "/volumes/create",
            r#"{"Name":"data","Driver":"local","Labels":null}"#,
            "volume-create <data> driver=local",
        ),
        (
            "POST",
            "/networks/create",
            r#"{"Name":"lan","Driver":"bridge"}"#,
            "network-create <lan> driver=bridge",
        ),
        ("POST", "/networks/lan/connect", r#"{"Container":"web"}"#, "network-connect <lan> container=web"),
        (
            "POST",
            "/networks/lan/disconnect",
            r#"{"Container":"web","Force":true}"#,
            "network-disconnect <lan> container=web force=1",
        ),
        ("POST", "/auth", r#"{"username":"ana","password":"hunter2"}"#, "login"),
    ] {
        assert_eq!(told(method, target, body), meaning, "{method} {target}");
    }
}

#[test]
fn only_calls_whose_body_has_a_meaning_are_read() {
    assert!(needs_body(&Target::of("POST", "/v1.41/containers/create?name=x")));
    assert!(needs_body(&Target::of("POST", "/containers/x/exec")));
    assert!(!needs_body(&Target::of("POST", "/build")));
    assert!(!needs_body(&Target::of("POST", "/auth")));
    assert!(!needs_body(&Target::of("GET", "/containers/json")));
}
