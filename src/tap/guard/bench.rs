//! An engine made of JSON, for tests of the guard before it.

use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::facts::Command;
use crate::tap::Target;

/// Holds objects, answers like an engine, and notes what it was asked to delete.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) containers: Mutex<Vec<Value>>,
    pub(super) volumes: Mutex<Vec<Value>>,
    pub(super) networks: Mutex<Vec<Value>>,
    pub(super) images: Mutex<Vec<Value>>,
    pub(super) deleted: Mutex<Vec<String>>,
    pub(super) tagged: Mutex<Vec<String>>,
    pub(super) broken: bool,
}

fn is(value: &Value, name: &str) -> bool {
    let short =
        |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().trim_start_matches('/');
    let tags = value.get("RepoTags").and_then(Value::as_array).into_iter().flatten();
    let id = short("Id").trim_start_matches("sha256:");
    short("Name") == name
        || (name.len() >= 2 && id.starts_with(name.trim_start_matches("sha256:")))
        || tags.filter_map(Value::as_str).any(|t| t == name || t == format!("{name}:latest"))
}

impl Fake {
    fn answer(&self, method: &str, path: &str) -> (u16, Value) {
        let target = Target::of(method, path);
        let of_volume = |container: &&Value| {
            let mounts = container.get("Mounts").and_then(Value::as_array).into_iter().flatten();
            target.arg("filters").is_none_or(|filter| {
                mounts.filter_map(|m| m["Name"].as_str()).any(|name| filter.contains(name))
            })
        };
        let path = target.path();
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
        let shelf = match parts[0] {
            "containers" => &self.containers,
            "volumes" => &self.volumes,
            "networks" => &self.networks,
            "images" => &self.images,
            "system" => {
                let size = self.images.lock().unwrap().len() * 100;
                let volumes: Vec<Value> = self
                    .volumes
                    .lock()
                    .unwrap()
                    .iter()
                    .map(|v| {
                        let mut v = v.clone();
                        v["UsageData"] = json!({"Size": 7});
                        v
                    })
                    .collect();
                return (200, json!({"LayersSize": size, "Volumes": volumes}));
            }
            _ => return (404, json!({"message": "page not found"})),
        };
        let mut shelf = shelf.lock().unwrap();
        match (method, parts.as_slice()) {
            ("GET", ["volumes"]) => (200, json!({"Volumes": *shelf})),
            ("GET", ["containers", "json"]) => {
                (200, json!(shelf.iter().filter(of_volume).collect::<Vec<_>>()))
            }
            ("GET", [_] | [_, "json"]) => (200, json!(*shelf)),
            (method, [kind, name, ..]) => {
                let Some(at) = shelf.iter().position(|o| is(o, name)) else {
                    return (404, json!({"message": "no such thing"}));
                };
                if let Some(repo) = target.arg("repo") {
                    let tag = target.arg("tag").unwrap_or_default();
                    self.tagged.lock().unwrap().push(format!("{name} as {repo}:{tag}"));
                    return (201, Value::Null);
                }
                if method == "GET" {
                    return (200, shelf[at].clone());
                }
                self.deleted.lock().unwrap().push((*name).to_owned());
                let tags = shelf[at].get("RepoTags").and_then(Value::as_array).map_or(0, Vec::len);
                if *kind != "images" {
                    shelf.remove(at);
                    return (204, Value::Null);
                }
                let id = shelf[at]["Id"].clone();
                let mut rows = vec![];
                if tags > 0 {
                    rows.push(json!({"Untagged": name}));
                    shelf[at]["RepoTags"].as_array_mut().unwrap().retain(|t| t != name);
                }
                if tags <= 1 {
                    shelf.remove(at);
                    rows.push(json!({"Deleted": id}));
                }
                (200, json!(rows))
            }
            _ => (404, Value::Null),
        }
    }
}

impl Upstream for Fake {
    async fn ask(&self, method: &str, path: &str) -> Result<Reply, String> {
        if self.broken {
            return Err("the engine is away".into());
        }
        let (status, body) = self.answer(method, path);
        Ok(Reply { status, body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() } })
    }
}

pub(super) struct Bench {
    pub(super) _dir: tempfile::TempDir,
    pub(super) engine: Fake,
    pub(super) guard: Guard,
    pub(super) said: mpsc::Receiver<Said>,
}

pub(super) fn bench(asks: bool) -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(Ledger::open(&dir.path().join("ledger"), "e").unwrap());
    let (app, said) = mpsc::channel(64);
    let engine = Fake {
        containers: Mutex::new(vec![
            json!({"Id": "c1aaaa", "Name": "/mine", "State": "exited", "SizeRw": 11, "Created": 1, "ImageID": "sha256:none"}),
            json!({"Id": "c2bbbb", "Name": "/yours", "State": "exited", "SizeRw": 22, "Created": 1, "ImageID": "sha256:none"}),
            json!({"Id": "c3cccc", "Name": "/busy", "State": "running", "SizeRw": 33, "Created": 1, "ImageID": "sha256:used"}),
        ]),
        volumes: Mutex::new(vec![
            json!({"Name": "v-mine", "Labels": {"com.docker.volume.anonymous": ""}}),
            json!({"Name": "v-named"}),
            json!({"Name": "v-yours", "Labels": {"com.docker.volume.anonymous": ""}}),
        ]),
        networks: Mutex::new(vec![
            json!({"Name": "bridge", "Id": "n0"}),
            json!({"Name": "n-mine", "Id": "n1aa", "Containers": {}}),
            json!({"Name": "n-yours", "Id": "n2bb", "Containers": {}}),
        ]),
        images: Mutex::new(vec![
            json!({"Id": "sha256:i1aa", "RepoTags": ["app:latest"], "Created": 1}),
            json!({"Id": "sha256:i2bb", "RepoTags": ["nginx:latest", "yours:1"], "Created": 1}),
            json!({"Id": "sha256:i3cc", "RepoTags": ["yours:2"], "Created": 1}),
            json!({"Id": "sha256:i4dd", "RepoTags": [], "Created": 1}),
            json!({"Id": "sha256:i5ee", "RepoTags": [], "Created": 1}),
        ]),
        ..Fake::default()
    };
    for (kind, id, name) in [
        (Made::Container, "c1aaaa", "mine"),
        (Made::Container, "c3cccc", "busy"),
        (Made::Volume, "v-mine", "v-mine"),
        (Made::Volume, "v-named", "v-named"),
        (Made::Network, "n1aa", "n-mine"),
        (Made::Image, "sha256:i1aa", ""),
        (Made::Reference, "sha256:i1aa", "app:latest"),
        (Made::Reference, "sha256:i2bb", "nginx:latest"),
        (Made::Image, "sha256:i4dd", ""),
    ] {
        ledger.record(kind, id, name).unwrap();
    }
    Bench { _dir: dir, engine, guard: Guard::new(ledger, asks.then_some(app)), said }
}

/// The same by a command.
pub(super) fn typed(method: &str, target: &str, line: &str) -> Request {
    let argv = line.split(' ').map(str::to_owned).collect();
    Request::of(&Target::of(method, target), &Command { pid: 9, argv, ..Command::default() })
}

pub(super) fn request(method: &str, target: &str) -> Request {
    Request::of(&Target::of(method, target), &Command { pid: 7, ..Command::default() })
}

impl Bench {
    pub(super) async fn consider(&self, method: &str, target: &str) -> Decision {
        self.guard.consider(&request(method, target), &self.engine).await
    }

    pub(super) async fn passes(&self, target: &str) -> bool {
        matches!(self.consider("DELETE", target).await, Decision::Pass(_))
    }

    pub(super) async fn prune(&self, target: &str) -> Value {
        match self.consider("POST", target).await {
            Decision::Answer(body) => serde_json::from_str(&body).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}
