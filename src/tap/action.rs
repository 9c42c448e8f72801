//! What a call to the engine means, whatever the client's spelling: one table from method and path to a name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::redact;
use super::target::Target;
use crate::facts::Action;
use crate::facts::reference::{familiar, with_tag};

/// A call of the engine's API. `path` has at most one `{}`, which stands for one or more characters, slashes
/// too: the engine reads names like that.
struct Row {
    method: &'static str,
    path: &'static str,
    name: &'static str,
    /// Of the query, by their own names.
    query: &'static [&'static str],
    /// Of the request's JSON: where it is, and how the argument is called.
    body: &'static [(&'static str, &'static str)],
}

const fn row(method: &'static str, path: &'static str, name: &'static str) -> Row {
    Row { method, path, name, query: &[], body: &[] }
}

const fn asking(
    method: &'static str,
    path: &'static str,
    name: &'static str,
    query: &'static [&'static str],
) -> Row {
    Row { method, path, name, query, body: &[] }
}

const CONTAINER_BODY: &[(&str, &str)] = &[
    ("/Image", "image"),
    ("/Cmd", "cmd"),
    ("/Entrypoint", "entrypoint"),
    ("/Tty", "tty"),
    ("/OpenStdin", "open-stdin"),
    ("/User", "user"),
    ("/WorkingDir", "working-dir"),
    ("/HostConfig/AutoRemove", "auto-remove"),
    ("/HostConfig/Binds", "binds"),
    ("/HostConfig/Mounts", "mounts"),
    ("/HostConfig/PortBindings", "port-bindings"),
    ("/HostConfig/NetworkMode", "network-mode"),
];
const EXEC_BODY: &[(&str, &str)] = &[
    ("/Cmd", "cmd"),
    ("/Tty", "tty"),
    ("/AttachStdin", "attach-stdin"),
    ("/User", "user"),
    ("/WorkingDir", "working-dir"),
];

/// Where Podman's own API spells a call in another way.
const PODMAN: &[Row] = &[
    Row {
        method: "POST",
        path: "/libpod/containers/create",
        name: "container-create",
        query: &[],
        body: &[
            ("/image", "image"),
            ("/command", "cmd"),
            ("/entrypoint", "entrypoint"),
            ("/terminal", "tty"),
            ("/stdin", "open-stdin"),
            ("/user", "user"),
            ("/work_dir", "working-dir"),
            ("/remove", "auto-remove"),
        ],
    },
    row("POST", "/libpod/exec/{}/remove", "exec-remove"),
    row("POST", "/libpod/images/pull", "image-pull"),
    asking("DELETE", "/libpod/images/remove", "image-remove", &["force"]),
    asking(
        "POST",
        "/libpod/local/build",
        "image-build",
        &["t", "dockerfile", "target", "nocache", "pull", "platform"],
    ),
    Row {
        method: "POST",
        path: "/libpod/networks/create",
        name: "network-create",
        query: &[],
        body: &[("/driver", "driver"), ("/internal", "internal")],
    },
    asking("GET", "/libpod/networks/json", "network-list", &["filters"]),
    row("GET", "/libpod/networks/{}/json", "network-inspect"),
    asking("GET", "/libpod/volumes/json", "volume-list", &["filters"]),
    row("GET", "/libpod/volumes/{}/json", "volume-inspect"),
];

/// The first row that fits is taken.
const ROWS: &[Row] = &[
    row("HEAD", "/_ping", "ping"),
    row("GET", "/_ping", "ping"),
    row("GET", "/version", "version"),
    row("GET", "/info", "info"),
    asking("GET", "/system/df", "disk-usage", &["type", "verbose"]),
    asking("GET", "/events", "events", &["since", "until", "filters"]),
    row("POST", "/auth", "login"),
    row("POST", "/session", "build-session"),
    row("POST", "/grpc", "buildkit-grpc"),
    row("PRI", "*", "h2-opaque"),
    asking(
        "GET",
        "/containers/json",
        "container-list",
        &["all", "limit", "size", "filters", "since", "before"],
    ),
    Row {
        method: "POST",
        path: "/containers/create",
        name: "container-create",
        query: &["name", "platform"],
        body: CONTAINER_BODY,
    },
    asking("POST", "/containers/prune", "container-prune", &["filters"]),
    row("POST", "/containers/{}/start", "container-start"),
    asking("POST", "/containers/{}/stop", "container-stop", &["t", "signal"]),
    asking("POST", "/containers/{}/restart", "container-restart", &["t", "signal"]),
    asking("POST", "/containers/{}/kill", "container-kill", &["signal"]),
    row("POST", "/containers/{}/pause", "container-pause"),
    row("POST", "/containers/{}/unpause", "container-unpause"),
    asking("POST", "/containers/{}/rename", "container-rename", &["name"]),
    row("POST", "/containers/{}/update", "container-update"),
    asking("POST", "/containers/{}/wait", "container-wait", &["condition"]),
    asking(
        "POST",
        "/containers/{}/attach",
        "container-attach",
        &["stdin", "stdout", "stderr", "stream", "logs"],
    ),
    asking(
        "GET",
        "/containers/{}/attach/ws",
        "container-attach",
        &["stdin", "stdout", "stderr", "stream", "logs"],
    ),
    asking("POST", "/containers/{}/resize", "container-resize", &["h", "w"]),
    Row { method: "POST", path: "/containers/{}/exec", name: "exec-create", query: &[], body: EXEC_BODY },
    asking("GET", "/containers/{}/json", "container-inspect", &["size"]),
    asking(
        "GET",
        "/containers/{}/logs",
        "container-logs",
        &["follow", "tail", "since", "until", "timestamps", "stdout", "stderr"],
    ),
    asking("GET", "/containers/{}/top", "container-top", &["ps_args"]),
    asking("GET", "/containers/{}/stats", "container-stats", &["stream", "one-shot"]),
    row("GET", "/containers/{}/changes", "container-diff"),
    row("GET", "/containers/{}/export", "container-export"),
    asking("PUT", "/containers/{}/archive", "container-copy-to", &["path"]),
    asking("GET", "/containers/{}/archive", "container-copy-from", &["path"]),
    asking("HEAD", "/containers/{}/archive", "container-stat-path", &["path"]),
    asking("DELETE", "/containers/{}", "container-remove", &["force", "v", "link"]),
    Row {
        method: "POST",
        path: "/exec/{}/start",
        name: "exec-start",
        query: &[],
        body: &[("/Detach", "detach"), ("/Tty", "tty")],
    },
    asking("POST", "/exec/{}/resize", "exec-resize", &["h", "w"]),
    row("GET", "/exec/{}/json", "exec-inspect"),
    asking("GET", "/images/json", "image-list", &["all", "filters", "manifests", "digests", "shared-size"]),
    asking("GET", "/images/search", "image-search", &["term", "limit", "filters"]),
    asking("GET", "/images/get", "image-save", &["names", "platform"]),
    asking("POST", "/images/load", "image-load", &["quiet", "platform"]),
    asking("POST", "/images/prune", "image-prune", &["filters"]),
    // with `fromSrc` it is an import: see `of`
    asking("POST", "/images/create", "image-pull", &["platform", "repo", "tag"]),
    asking("GET", "/images/{}/json", "image-inspect", &["manifests", "platform"]),
    asking("GET", "/images/{}/history", "image-history", &["platform"]),
    asking("GET", "/images/{}/get", "image-save", &["platform"]),
    asking("POST", "/images/{}/tag", "image-tag", &["repo", "tag"]),
    asking("POST", "/images/{}/push", "image-push", &["tag", "platform"]),
    asking("DELETE", "/images/{}", "image-remove", &["force", "noprune"]),
    asking(
        "POST",
        "/build",
        "image-build",
        &["t", "dockerfile", "version", "target", "nocache", "pull", "platform"],
    ),
    asking("POST", "/build/prune", "build-prune", &["all", "filters"]),
    row("POST", "/build/cancel", "build-cancel"),
    asking("POST", "/commit", "container-commit", &["container", "repo", "tag", "pause"]),
    asking("GET", "/volumes", "volume-list", &["filters"]),
    Row {
        method: "POST",
        path: "/volumes/create",
        name: "volume-create",
        query: &[],
        body: &[("/Driver", "driver")],
    },
    asking("POST", "/volumes/prune", "volume-prune", &["filters"]),
    row("GET", "/volumes/{}", "volume-inspect"),
    row("PUT", "/volumes/{}", "volume-update"),
    asking("DELETE", "/volumes/{}", "volume-remove", &["force"]),
    asking("GET", "/networks", "network-list", &["filters"]),
    Row {
        method: "POST",
        path: "/networks/create",
        name: "network-create",
        query: &[],
        body: &[("/Driver", "driver"), ("/Internal", "internal")],
    },
    asking("POST", "/networks/prune", "network-prune", &["filters"]),
    Row {
        method: "POST",
        path: "/networks/{}/connect",
        name: "network-connect",
        query: &[],
        body: &[("/Container", "container")],
    },
    Row {
        method: "POST",
        path: "/networks/{}/disconnect",
        name: "network-disconnect",
        query: &[],
        body: &[("/Container", "container"), ("/Force", "force")],
    },
    asking("GET", "/networks/{}", "network-inspect", &["verbose", "scope"]),
    row("DELETE", "/networks/{}", "network-remove"),
    row("GET", "/distribution/{}/json", "distribution-inspect"),
    row("GET", "/swarm", "swarm-inspect"),
    row("POST", "/swarm/init", "swarm-init"),
    row("POST", "/swarm/join", "swarm-join"),
    asking("POST", "/swarm/leave", "swarm-leave", &["force"]),
    row("POST", "/swarm/update", "swarm-update"),
    row("GET", "/swarm/unlockkey", "swarm-unlock-key"),
    row("POST", "/swarm/unlock", "swarm-unlock"),
    asking("GET", "/plugins", "plugin-list", &["filters"]),
    row("GET", "/plugins/privileges", "plugin-privileges"),
    row("POST", "/plugins/pull", "plugin-install"),
    row("POST", "/plugins/create", "plugin-create"),
    row("GET", "/plugins/{}/json", "plugin-inspect"),
    row("POST", "/plugins/{}/enable", "plugin-enable"),
    asking("POST", "/plugins/{}/disable", "plugin-disable", &["force"]),
    asking("DELETE", "/plugins/{}", "plugin-remove", &["force"]),
];

/// These are on or off; clients write on as `1`, `true` or `True`.
const SWITCHES: [&str; 22] = [
    "all",
    "size",
    "follow",
    "timestamps",
    "stdin",
    "stdout",
    "stderr",
    "stream",
    "logs",
    "force",
    "v",
    "link",
    "noprune",
    "nocache",
    "pull",
    "manifests",
    "digests",
    "shared-size",
    "quiet",
    "one-shot",
    "verbose",
    "pause",
];

/// `body` is the request's, where it is JSON and was read.
///
/// Names come out percent-decoded, images without `docker.io/library/`; a switch that is on is `1`, one that is off
/// is left out.
pub fn of(target: &Target, body: Option<&[u8]>) -> Action {
    let Some((row, object)) = row_of(target) else {
        return Action { name: "other".into(), ..Action::default() };
    };
    let first = |name: &str| target.arg(name).map(str::to_owned);
    let mut args = BTreeMap::new();
    for name in row.query {
        keep(&mut args, name, target.args(name).collect::<Vec<_>>().join(","));
    }
    let body: Option<Value> =
        body.filter(|_| uses_body(row)).and_then(|bytes| serde_json::from_slice(bytes).ok());
    if let Some(body) = &body {
        let body = redact::value(body.clone());
        for (pointer, name) in row.body {
            if let Some(text) = body.pointer(pointer).and_then(plain) {
                keep(&mut args, name, text);
            }
        }
    }
    let named = |pointer: &str| body.as_ref().and_then(|b| b.pointer(pointer)).and_then(plain);
    let mut name = row.name;
    let mut object = (!object.is_empty()).then_some(object);
    match row.name {
        "container-create" => object = first("name").or_else(|| named("/name")),
        "container-commit" => object = first("container"),
        "container-kill" if !args.contains_key("signal") => {
            args.insert("signal".into(), "KILL".into());
        }
        "volume-create" | "network-create" => object = named("/Name").or_else(|| named("/name")),
        "image-pull" => match (first("fromImage").or_else(|| first("reference")), first("fromSrc")) {
            (None, Some(_)) => {
                name = "image-import";
                object = first("repo").map(|repo| with_tag(&repo, &first("tag").unwrap_or_default()));
            }
            (from, _) => {
                object = from.map(|from| with_tag(&from, &first("tag").unwrap_or_default()));
                args.retain(|name, _| name == "platform");
            }
        },
        "image-push" => object = object.map(|o| with_tag(&o, &first("tag").unwrap_or_default())),
        "image-save" if object.is_none() => object = first("names"),
        "image-remove" if object.is_none() => object = first("images"),
        "image-build" => object = first("t"),
        "image-search" => object = first("term"),
        _ => {}
    }
    if name.starts_with("image-") || name == "distribution-inspect" {
        object = object.map(|o| familiar(&o).to_owned());
    }
    for name in ["image", "repo", "t", "names"] {
        if let Some(value) = args.get_mut(name) {
            *value = value.split(',').map(familiar).collect::<Vec<_>>().join(",");
        }
    }
    Action { name: name.into(), object, args }
}

/// The row that a call is of, and what stands in the `{}` of its path.
fn row_of(target: &Target) -> Option<(&'static Row, String)> {
    let find = |rows: &'static [Row], path: &str| {
        let of_method = rows.iter().filter(|row| row.method == target.method);
        of_method.filter_map(|row| Some((row, fit(row.path, path)?))).next()
    };
    let path = target.path();
    find(PODMAN, path).or_else(|| find(ROWS, path.strip_prefix("/libpod").unwrap_or(path)))
}

/// Whether the meaning of this call is also in its body, so that it has to be read before it is passed on.
pub fn needs_body(target: &Target) -> bool {
    row_of(target).is_some_and(|(row, _)| uses_body(row))
}

fn uses_body(row: &Row) -> bool {
    !row.body.is_empty()
}

/// What stands in the `{}` of a path that fits: empty where there is none.
fn fit(pattern: &str, path: &str) -> Option<String> {
    let Some((before, after)) = pattern.split_once("{}") else {
        return (pattern == path).then(String::new);
    };
    let middle = path.strip_prefix(before)?.strip_suffix(after)?;
    (!middle.is_empty()).then(|| middle.to_owned())
}

fn keep(args: &mut BTreeMap<String, String>, name: &str, value: String) {
    let off = ["", "0", "false", "False", "null"].contains(&value.as_str());
    let value = match (SWITCHES.contains(&name), name) {
        (true, _) if off => return,
        (true, _) if value.eq_ignore_ascii_case("true") => "1".to_owned(),
        // some clients write their defaults out
        (_, "limit") if value == "-1" || value == "0" => return,
        _ if value.is_empty() => return,
        _ => redact::text(&value),
    };
    args.insert(name.to_owned(), value);
}

/// A scalar as itself, a list or a map as JSON; nothing for what is empty or off.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::Bool(true) => Some("1".to_owned()),
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Array(list) if list.is_empty() => None,
        Value::Object(map) if map.is_empty() => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
#[path = "action_tests.rs"]
mod tests;
