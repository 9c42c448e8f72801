//! An engine as far as it matters who owns what: the other half of the guard's property test.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::tap::Target;

/// What is on the engine, and whose it is: the guard sees the answers alone.
#[derive(Clone, Debug, Default)]
pub(super) struct World {
    pub(super) made: u64,
    pub(super) containers: BTreeMap<String, Container>,
    /// Whose each is, and when it was made.
    pub(super) volumes: BTreeMap<String, (bool, u64)>,
    /// What the course has given each name to last, also after another one has moved it: given back, it is the same.
    given: BTreeMap<String, String>,
    pub(super) networks: BTreeMap<String, bool>,
    pub(super) images: BTreeMap<String, Content>,
    pub(super) swarm: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Container {
    pub(super) ours: bool,
    pub(super) running: bool,
    pub(super) removes_itself: bool,
    pub(super) image: String,
    pub(super) volume: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    pub(super) ours: bool,
    pub(super) parent: String,
    /// Whose each name is.
    pub(super) names: BTreeMap<String, bool>,
}

pub(super) fn id(of: u64) -> String {
    format!("{:016x}", of.wrapping_mul(0x9e37_79b9_7f4a_7c15)).repeat(4)
}

impl World {
    pub(super) fn new_id(&mut self) -> String {
        self.made += 1;
        id(self.made)
    }

    /// What would be missed outside of the course, each as a question calls it.
    pub(super) fn foreign(&self) -> BTreeSet<String> {
        let short = |id: &String| id[..12].to_owned();
        let containers =
            self.containers.iter().filter(|(_, c)| !c.ours).map(|(id, _)| format!("c{}", &id[..6]));
        let volumes = self
            .volumes
            .iter()
            .filter(|(_, (ours, _))| !*ours)
            .map(|(name, _)| name.get(..12).unwrap_or(name).into());
        let networks =
            self.networks.iter().filter(|(_, ours)| !**ours).map(|(id, _)| format!("n{}", &id[..6]));
        let contents = self.images.iter().filter(|(_, image)| !image.ours).map(|(id, _)| short(id));
        let names = self.images.iter().flat_map(|(id, image)| {
            image
                .names
                .iter()
                .filter(|(_, ours)| !**ours)
                .map(move |(name, _)| format!("{} {name}", short(id)))
        });
        let swarm = self.swarm.then(|| "swarm".to_owned());
        containers.chain(volumes).chain(networks).chain(contents).chain(names).chain(swarm).collect()
    }

    fn volume_goes(&mut self, volume: &str) {
        if volume.len() == 64 && !self.containers.values().any(|c| c.volume.as_deref() == Some(volume)) {
            self.volumes.remove(volume);
        }
    }

    pub(super) fn image_of(&self, name: &str) -> Option<(String, Option<String>)> {
        let wanted = crate::facts::reference::listed(name);
        let named = self.images.iter().find(|(_, image)| image.names.contains_key(&wanted));
        let hex = name.trim_start_matches("sha256:");
        named.map(|(id, _)| (id.clone(), Some(wanted))).or_else(|| {
            let id = self.images.keys().find(|id| hex.len() >= 4 && id.starts_with(hex))?;
            Some((id.clone(), None))
        })
    }

    fn needed(&self, id: &str) -> bool {
        self.containers.values().any(|c| c.image == id)
            || self.images.values().any(|image| image.parent == id)
    }

    fn content_goes(&mut self, id: &str, rows: &mut Vec<Value>, prunes: bool) {
        let mut next = id.to_owned();
        while let Some(image) = self.images.remove(&next) {
            rows.push(json!({"Deleted": format!("sha256:{next}")}));
            let parent = self.images.get(&image.parent);
            if !prunes || parent.is_none_or(|parent| !parent.names.is_empty()) || self.needed(&image.parent) {
                return;
            }
            next = image.parent;
        }
    }

    /// Whose a name of a content is that is given now.
    fn is_given(&mut self, name: &str, to: &str, ours: bool) -> bool {
        if ours {
            self.given.insert(name.to_owned(), to.to_owned());
        }
        self.given.get(name).is_some_and(|given| given == to)
    }

    fn move_name(&mut self, name: &str, to: &str, ours: bool, destroys: bool) {
        let had =
            self.images.iter().find(|(_, image)| image.names.contains_key(name)).map(|(id, _)| id.clone());
        if had.as_deref() == Some(to) {
            return;
        }
        if let Some(had) = had {
            let image = self.images.get_mut(&had).unwrap();
            image.names.remove(name);
            if destroys && image.names.is_empty() && !self.needed(&had) {
                self.images.remove(&had);
            }
        }
        let ours = self.is_given(name, to, ours);
        self.images.get_mut(to).unwrap().names.insert(name.to_owned(), ours);
    }

    /// The classic builder: a step without a name, and the image.
    pub(super) fn build(&mut self, name: Option<&str>, ours: bool) -> Vec<String> {
        let (step, image) = (self.new_id(), self.new_id());
        self.images.insert(step.clone(), Content { ours, ..Content::default() });
        self.images.insert(image.clone(), Content { ours, parent: step.clone(), ..Content::default() });
        if let Some(name) = name {
            self.move_name(name, &image, ours, true);
        }
        vec![step, image]
    }

    pub(super) fn answer(&mut self, method: &str, target: &str, ours: bool) -> (u16, Value) {
        let target = Target::of(method, target);
        let filter = target.arg("filters").unwrap_or_default().to_owned();
        let parts = target.segments();
        let find = |keys: Vec<&String>, kind: &str, name: &str| {
            let meant = |id: &&&String| {
                (name.len() >= 4 && id.starts_with(name))
                    || name == format!("{kind}{}", &id[..id.len().min(6)])
                    || name == **id
            };
            keys.iter().find(meant).map(|id| (*id).clone())
        };
        let absent = (404, json!({"message": "no such thing"}));
        match (method, parts.as_slice()) {
            ("GET", ["containers", "json"]) => {
                let rows = self.containers.iter().filter(|(_, c)| {
                    !filter.contains("volume")
                        || c.volume.as_ref().is_some_and(|volume| filter.contains(volume.as_str()))
                });
                (200, rows.map(|(id, c)| row(id, c)).collect())
            }
            (_, ["containers", "create"]) => {
                let id = self.new_id();
                let volume =
                    target.arg("volume").map(|v| if v == "anonymous" { self.new_id() } else { v.to_owned() });
                if let Some(volume) = &volume {
                    self.made += 1;
                    self.volumes.entry(volume.clone()).or_insert((ours, self.made));
                }
                let image = target.arg("image").unwrap_or_default().to_owned();
                let removes_itself = target.arg("rm").is_some();
                self.containers
                    .insert(id.clone(), Container { ours, running: true, removes_itself, image, volume });
                (201, json!({"Id": id}))
            }
            (_, ["containers", name, rest @ ..]) => {
                let Some(id) = find(self.containers.keys().collect(), "c", name) else { return absent };
                match (method, rest) {
                    ("GET", _) => return (200, row(&id, &self.containers[&id])),
                    ("DELETE", _) => {
                        let gone = self.containers.remove(&id).unwrap();
                        // what ends it removes it, too, and with its volume
                        if target.arg("v").is_some() || gone.removes_itself {
                            self.volume_goes(&gone.volume.unwrap_or_default());
                        }
                    }
                    (_, ["stop" | "kill"]) if self.containers[&id].removes_itself => {
                        let gone = self.containers.remove(&id).unwrap();
                        self.volume_goes(&gone.volume.unwrap_or_default());
                    }
                    (_, ["stop" | "kill"]) => self.containers.get_mut(&id).unwrap().running = false,
                    _ => {}
                }
                (204, Value::Null)
            }
            ("GET", ["volumes"]) => {
                let unused = |name: &String| {
                    filter.is_empty() || !self.containers.values().any(|c| c.volume.as_ref() == Some(name))
                };
                let rows: Vec<Value> =
                    self.volumes.iter().filter(|(name, _)| unused(name)).map(volume_row).collect();
                (200, json!({"Volumes": rows}))
            }
            (_, ["volumes", "create"]) => {
                let name = target.arg("name").unwrap().to_owned();
                self.made += 1;
                self.volumes.entry(name.clone()).or_insert((ours, self.made));
                (201, json!({"Name": name}))
            }
            (_, ["volumes", name]) => {
                let name = (*name).to_owned();
                if !self.volumes.contains_key(&name) {
                    return absent;
                }
                if method == "GET" {
                    return (200, volume_row((&name, &self.volumes[&name])));
                }
                if self.containers.values().any(|c| c.volume.as_ref() == Some(&name)) {
                    return (409, json!({"message": "in use"}));
                }
                self.volumes.remove(&name);
                (204, Value::Null)
            }
            ("GET", ["networks"]) => (
                200,
                self.networks.keys().map(|id| json!({"Id": id, "Name": format!("n{}", &id[..6])})).collect(),
            ),
            (_, ["networks", "create"]) => {
                let id = self.new_id();
                self.networks.insert(id.clone(), ours);
                (201, json!({"Id": id}))
            }
            (_, ["networks", name]) => {
                let Some(id) = find(self.networks.keys().collect(), "n", name) else { return absent };
                if method == "DELETE" {
                    self.networks.remove(&id);
                }
                (200, json!({"Id": id, "Name": format!("n{}", &id[..6])}))
            }
            ("GET", ["images", "json"]) => {
                let all = target.arg("all").is_some();
                let shown = self.images.iter().filter(|(id, image)| {
                    all || !image.names.is_empty() || !self.images.values().any(|i| i.parent == ***id)
                });
                (200, shown.map(|(id, image)| image_row(id, image)).collect())
            }
            ("POST", ["images", source, "tag"]) => {
                let Some((id, _)) = self.image_of(source) else { return absent };
                let name =
                    format!("{}:{}", target.arg("repo").unwrap(), target.arg("tag").unwrap_or("latest"));
                self.move_name(&name, &id, ours, false);
                (201, Value::Null)
            }
            ("POST", ["images", "create"]) => {
                // pulled: the engine keeps what it has under the name
                let name = format!("{}:{}", target.arg("fromImage").unwrap(), target.arg("tag").unwrap());
                if self.image_of(&name).is_none() {
                    let id = self.new_id();
                    self.images.insert(id.clone(), Content { ours, ..Content::default() });
                    self.move_name(&name, &id, ours, false);
                }
                (200, Value::Null)
            }
            (_, ["images", name @ ..]) => {
                let name = name.strip_suffix(&["json"]).unwrap_or(name).join("/");
                let Some((id, reference)) = self.image_of(&name) else { return absent };
                if method == "GET" {
                    return (200, image_row(&id, &self.images[&id]));
                }
                let (names, force) = (self.images[&id].names.len(), target.arg("force").is_some());
                if names > 1 && reference.is_none() && !force {
                    return (409, json!({"message": "must be forced"}));
                }
                let last = names <= 1 || reference.is_none();
                if last && self.needed(&id) {
                    return (409, json!({"message": "in use"}));
                }
                let mut rows = Vec::new();
                let image = self.images.get_mut(&id).unwrap();
                image.names.retain(|name, _| {
                    let goes = reference.as_ref().is_none_or(|reference| reference == name);
                    if goes {
                        if ours {
                            self.given.remove(name);
                        }
                        rows.push(json!({"Untagged": name}));
                    }
                    !goes
                });
                if last {
                    self.content_goes(&id, &mut rows, target.arg("noprune").is_none());
                }
                (200, Value::Array(rows))
            }
            ("POST", ["swarm", "leave"]) => {
                let left = if std::mem::take(&mut self.swarm) { 200 } else { 503 };
                (left, json!({"message": "not part of a swarm"}))
            }
            ("GET", ["system", "df"]) => (200, json!({})),
            _ => absent,
        }
    }
}

fn volume_row((name, (_, made)): (&String, &(bool, u64))) -> Value {
    json!({"Name": name, "CreatedAt": jiff::Timestamp::from_second(*made as i64).unwrap()})
}

pub(super) fn row(id: &str, container: &Container) -> Value {
    let mount = container.volume.as_ref().map(|name| json!({"Type": "volume", "Name": name}));
    json!({
        "Id": id, "Name": format!("/c{}", &id[..6]), "State": if container.running { "running" } else { "exited" },
        "ImageID": format!("sha256:{}", container.image), "HostConfig": {"AutoRemove": container.removes_itself},
        "Mounts": mount.into_iter().collect::<Vec<_>>(),
    })
}

pub(super) fn image_row(id: &str, image: &Content) -> Value {
    let parent = if image.parent.is_empty() { String::new() } else { format!("sha256:{}", image.parent) };
    json!({
        "Id": format!("sha256:{id}"), "RepoTags": image.names.keys().collect::<Vec<_>>(), "Parent": parent, "ParentId": parent,
    })
}
