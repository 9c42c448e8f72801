//! What the guard looks up before it judges: objects as the engine tells of them.

use jiff::Timestamp;
use serde_json::Value;

use super::request::Object;
use super::{Names, Upstream};
use crate::facts::reference::listed;
use crate::tap::target::encode;

pub(super) enum Look {
    There(Value),
    Absent,
}

/// One object. An error is a sentence.
pub(super) async fn look(engine: &impl Upstream, what: Object, name: &str) -> Result<Look, String> {
    let name = encode(name);
    let path = match what {
        Object::Container => format!("/containers/{name}/json"),
        Object::Network => format!("/networks/{name}"),
        Object::Volume => format!("/volumes/{name}"),
        // its router takes slashes, but not encoded ones everywhere
        Object::Image => format!("/images/{}/json", name.replace("%2F", "/").replace("%3A", ":")),
    };
    let reply = engine.ask("GET", &path).await?;
    match reply.status {
        404 => Ok(Look::Absent),
        200 => Ok(Look::There(parsed(&reply.body)?)),
        status => Err(said(status, &reply.body)),
    }
}

pub(super) async fn list(engine: &impl Upstream, path: &str) -> Result<Value, String> {
    let reply = engine.ask("GET", path).await?;
    if reply.status == 200 { parsed(&reply.body) } else { Err(said(reply.status, &reply.body)) }
}

fn parsed(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|_| "the engine's answer could not be read".into())
}

/// The engine's own words for an error.
pub(super) fn said(status: u16, body: &[u8]) -> String {
    serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|v| v.get("message").and_then(Value::as_str).map(str::to_owned))
        .unwrap_or_else(|| format!("the engine answered {status}"))
}

/// Whether the engine removes this container when it ends.
pub(super) fn removes_itself(container: &Value) -> bool {
    container.pointer("/HostConfig/AutoRemove").and_then(Value::as_bool).unwrap_or(false)
}

/// Whether an engine chose this name of a volume: 64 hexadecimal digits.
pub(super) fn is_anonymous(volume: &str) -> bool {
    volume.len() == 64 && volume.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Volumes of a container that nobody gave a name.
pub(super) fn anonymous_volumes(container: &Value) -> impl Iterator<Item = &str> {
    let mounts = container.get("Mounts").and_then(Value::as_array).into_iter().flatten();
    mounts
        .filter(|mount| mount.get("Type").and_then(Value::as_str) == Some("volume"))
        .filter_map(|mount| mount.get("Name").and_then(Value::as_str))
        .filter(|name| is_anonymous(name))
}

/// Whether no other container has this volume.
pub(super) async fn only_user(engine: &impl Upstream, volume: &str, container: &str) -> Result<bool, String> {
    let filter = encode(&serde_json::json!({ "volume": [volume] }).to_string());
    let users = list(engine, &format!("/containers/json?all=1&filters={filter}")).await?;
    let id = |user: &Value| user.get("Id").and_then(Value::as_str).map(str::to_owned);
    Ok(users.as_array().into_iter().flatten().filter_map(id).all(|id| id == container))
}

/// The parents that the engine deletes together with an image: without a name, and needed by nothing else.
pub(super) async fn parents(
    engine: &impl Upstream,
    image: &str,
    parent: &str,
) -> Result<Vec<String>, String> {
    let images = list(engine, "/images/json?all=1").await?;
    let containers = list(engine, "/containers/json?all=1").await?;
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows: Vec<&Value> = images.as_array().into_iter().flatten().collect();
    let used: Vec<String> =
        containers.as_array().into_iter().flatten().map(|container| text(container, "ImageID")).collect();
    let (mut child, mut next, mut along) = (image.to_owned(), parent.to_owned(), Vec::new());
    // a chain, and never a circle; the bound is for an engine that says otherwise
    while !next.is_empty() && along.len() <= rows.len() {
        let Some(row) = rows.iter().find(|row| text(row, "Id") == next) else { break };
        let needed = rows.iter().any(|row| text(row, "ParentId") == next && text(row, "Id") != child);
        if needed || !Image::of(row).names().is_empty() || used.contains(&next) {
            break;
        }
        along.push(next.clone());
        child = std::mem::replace(&mut next, text(row, "ParentId"));
    }
    Ok(along)
}

/// Lists give whole seconds, and the rest gives words.
pub(super) fn time(row: &Value, key: &str) -> Option<Timestamp> {
    match row.get(key)? {
        Value::String(words) => words.parse().ok(),
        seconds => Timestamp::from_second(seconds.as_i64()?).ok(),
    }
}

/// The strings of a JSON list; null is an empty one.
pub(super) fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// An image with all its names in one spelling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Image {
    pub id: String,
    pub tags: Names,
    pub digests: Names,
}

impl Image {
    /// From an inspect or from a row of the list.
    pub(super) fn of(value: &Value) -> Self {
        let names =
            |key: &str| strings(value.get(key)).filter(|name| !name.contains("<none>")).map(listed).collect();
        let id = value.get("Id").and_then(Value::as_str).unwrap_or_default();
        Self { id: id.into(), tags: names("RepoTags"), digests: names("RepoDigests") }
    }

    /// What keeps it from being without a name: its tags, and its digests where it has no tag.
    pub(super) fn names(&self) -> &Names {
        if self.tags.is_empty() { &self.digests } else { &self.tags }
    }

    /// The name that is meant; None where the content is, by its id or by a digest beside tags.
    pub(super) fn reference(&self, meant: &str) -> Option<&str> {
        let asked = listed(meant);
        // podman puts what it built below a host of its own
        let local = format!("localhost/{asked}");
        self.names().iter().find(|name| **name == asked || **name == local).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_found_in_every_spelling_and_an_id_is_none() {
        let image = Image::of(&json!({
            "Id": "sha256:abcdef", "RepoTags": ["nginx:latest", "localhost/mine:1"], "RepoDigests": ["nginx@sha256:11"],
        }));
        assert_eq!(image.reference("nginx"), Some("nginx:latest"));
        assert_eq!(image.reference("docker.io/library/nginx:latest"), Some("nginx:latest"));
        assert_eq!(image.reference("mine:1"), Some("localhost/mine:1"));
        for content in ["abcdef", "abc", "sha256:abcdef", "nginx@sha256:11"] {
            assert_eq!(image.reference(content), None, "{content}");
        }
        let dangling =
            Image::of(&json!({"Id": "x", "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]}));
        assert!(dangling.names().is_empty());
        assert!(Image::of(&json!({"RepoTags": null})).names().is_empty());
    }
}
