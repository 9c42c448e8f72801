//! Answers a prune in the engine's place: deletes the course's own unused things one by one, and reports truthfully.
//!
//! The engine's own prune can be narrowed by labels alone, and the course puts labels on nothing.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::facts::{Image, is_anonymous, list, said, time};
use super::filters::Filters;
use super::request::{Object, Request};
use super::{Guard, Made, Said, Upstream, words};
use crate::tap::target::encode;

/// Things of one kind that the engine would prune.
#[derive(Debug, Default)]
struct Unused {
    ours: Vec<String>,
    yours: usize,
}

impl Unused {
    fn add(&mut self, id: &str, ours: bool) {
        if ours {
            self.ours.push(id.to_owned());
        } else {
            self.yours += 1;
        }
    }
}

const BUILT_IN: [&str; 4] = ["bridge", "host", "none", "podman"];

impl Guard {
    pub(super) async fn prune(
        &self,
        request: &Request,
        what: Object,
        engine: &impl Upstream,
    ) -> Result<String, String> {
        let filters = Filters::of(request.arg("filters"), Timestamp::now())?;
        let (answer, yours) = match what {
            Object::Container => self.prune_containers(&filters, engine).await?,
            Object::Volume => self.prune_volumes(request, &filters, engine).await?,
            Object::Network => self.prune_networks(&filters, engine).await?,
            Object::Image => self.prune_images(request, &filters, engine).await?,
        };
        if yours > 0 {
            self.notice(&words::pruned(what, yours));
        }
        self.say(Said::Ledger);
        Ok(answer.to_string())
    }

    async fn prune_containers(
        &self,
        filters: &Filters,
        engine: &impl Upstream,
    ) -> Result<(Value, usize), String> {
        let all = list(engine, "/containers/json?all=1").await?;
        let mut unused = Unused::default();
        for container in rows(&all) {
            let ended = ["created", "exited", "dead", "stopped", "configured"];
            if ended.contains(&text(container, "State"))
                && filters.admit(labels(container), seconds(container))
            {
                let id = text(container, "Id");
                unused.add(id, self.ledger().owns(Made::Container, id));
            }
        }
        let (mut deleted, mut space) = (Vec::new(), 0);
        for id in &unused.ours {
            let path = format!("/containers/{}", encode(id));
            let size = list(engine, &format!("{path}/json?size=1")).await.ok();
            if delete(engine, &path).await.is_ok() {
                space += size.and_then(|v| v.get("SizeRw").and_then(Value::as_u64)).unwrap_or(0);
                self.forget(Made::Container, id, "");
                deleted.push(id.clone());
            }
        }
        Ok((json!({"ContainersDeleted": deleted, "SpaceReclaimed": space}), unused.yours))
    }

    async fn prune_volumes(
        &self,
        request: &Request,
        filters: &Filters,
        engine: &impl Upstream,
    ) -> Result<(Value, usize), String> {
        let dangling = encode(r#"{"dangling":["true"]}"#);
        let all = list(engine, &format!("/volumes?filters={dangling}")).await?;
        // Since 1.42 only those without a name of their own go, unless all were asked for.
        let with_names = filters.all || !request.speaks(1, 42);
        let mut unused = Unused::default();
        for volume in rows(all.get("Volumes").unwrap_or(&Value::Null)) {
            let name = text(volume, "Name");
            // Podman has no label for it
            let anonymous = labels(volume).get("com.docker.volume.anonymous").is_some() || is_anonymous(name);
            if (anonymous || with_names) && filters.admit(labels(volume), time(volume, "CreatedAt")) {
                unused.add(name, self.ledger().owns_volume(name, time(volume, "CreatedAt")));
            }
        }
        let sizes = if unused.ours.is_empty() { Value::Null } else { usage(request, "volume", engine).await };
        let (mut deleted, mut space) = (Vec::new(), 0);
        for name in &unused.ours {
            if delete(engine, &format!("/volumes/{}", encode(name))).await.is_ok() {
                space += rows(sizes.get("Volumes").unwrap_or(&Value::Null))
                    .find(|v| text(v, "Name") == name)
                    .and_then(|v| v.pointer("/UsageData/Size").and_then(Value::as_u64))
                    .unwrap_or(0);
                self.forget(Made::Volume, name, "");
                deleted.push(name.clone());
            }
        }
        Ok((json!({"VolumesDeleted": deleted, "SpaceReclaimed": space}), unused.yours))
    }

    async fn prune_networks(
        &self,
        filters: &Filters,
        engine: &impl Upstream,
    ) -> Result<(Value, usize), String> {
        let all = list(engine, "/networks").await?;
        let (mut deleted, mut yours) = (Vec::new(), 0);
        for network in rows(&all) {
            let (id, name) = (text(network, "Id"), text(network, "Name"));
            if BUILT_IN.contains(&name) || !filters.admit(labels(network), time(network, "Created")) {
                continue;
            }
            let path = format!("/networks/{}", encode(id));
            let used =
                |n: &Value| n.get("Containers").and_then(Value::as_object).is_some_and(|c| !c.is_empty());
            if !list(engine, &path).await.is_ok_and(|inspected| !used(&inspected)) {
                continue;
            }
            if !self.ledger().owns(Made::Network, id) {
                yours += 1;
            } else if delete(engine, &path).await.is_ok() {
                self.forget(Made::Network, id, "");
                deleted.push(name.to_owned());
            }
        }
        Ok((json!({"NetworksDeleted": deleted}), yours))
    }

    /// Without `dangling=false` only content without a name goes, else all that no container uses.
    async fn prune_images(
        &self,
        request: &Request,
        filters: &Filters,
        engine: &impl Upstream,
    ) -> Result<(Value, usize), String> {
        self.catch_up(engine).await;
        let all = list(engine, "/images/json").await?;
        let containers = list(engine, "/containers/json?all=1").await?;
        let used: Vec<&str> = rows(&containers).map(|c| text(c, "ImageID")).collect();
        let nameless_only = filters.dangling.unwrap_or(true);
        let mut unused = Unused::default();
        for row in rows(&all) {
            let image = Image::of(row);
            if used.contains(&image.id.as_str()) || !filters.admit(labels(row), seconds(row)) {
                continue;
            }
            if image.names().is_empty() {
                unused.add(&image.id, self.owns_image(&image));
            } else if !nameless_only {
                let (ours, yours): (Vec<&String>, Vec<&String>) =
                    image.names().iter().partition(|name| self.ledger().owns_reference(name, &image.id));
                // the last name takes the content along
                if !yours.is_empty() || !self.owns_image(&image) {
                    unused.yours += 1;
                }
                if !yours.is_empty() || self.owns_image(&image) {
                    unused.ours.extend(ours.into_iter().cloned());
                }
            }
        }
        if unused.ours.is_empty() {
            return Ok((json!({"ImagesDeleted": [], "SpaceReclaimed": 0}), unused.yours));
        }
        let size = |usage: &Value| usage.get("LayersSize").and_then(Value::as_u64);
        let before = size(&usage(request, "image", engine).await);
        let mut deleted = Vec::new();
        for name in &unused.ours {
            let path = format!(
                "/images/{}",
                encode(name).replace("%2F", "/").replace("%3A", ":").replace("%40", "@")
            );
            if let Ok(Value::Array(rows)) = delete(engine, &path).await {
                self.images_gone(&Value::Array(rows.clone()));
                deleted.extend(rows);
            }
        }
        let after = size(&usage(request, "image", engine).await);
        let space = before.zip(after).map_or(0, |(before, after)| before.saturating_sub(after));
        Ok((json!({"ImagesDeleted": deleted, "SpaceReclaimed": space}), unused.yours))
    }
}

/// What the engine uses on the disk; an empty value where it does not say.
async fn usage(request: &Request, kind: &str, engine: &impl Upstream) -> Value {
    let path = if request.speaks(1, 42) { format!("/system/df?type={kind}") } else { "/system/df".into() };
    list(engine, &path).await.unwrap_or_default()
}

async fn delete(engine: &impl Upstream, path: &str) -> Result<Value, String> {
    let reply = engine.ask("DELETE", path).await?;
    match reply.status {
        200..300 => Ok(serde_json::from_slice(&reply.body).unwrap_or_default()),
        status => Err(said(status, &reply.body)),
    }
}

fn rows(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn labels(value: &Value) -> &Value {
    value.get("Labels").unwrap_or(&Value::Null)
}

fn seconds(value: &Value) -> Option<Timestamp> {
    value.get("Created").and_then(Value::as_i64).and_then(|s| Timestamp::from_second(s).ok())
}
