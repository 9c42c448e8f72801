//! Writes into the ledger what a request has made, from what was there before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use jiff::Timestamp;
use serde_json::Value;

use super::facts::{Image, list, time};
use super::request::{Deed, Object, Only, Request};
use super::{Guard, Inner, Ledger, Made, Names, Said, Upstream, lock, words};
use crate::facts::reference::listed;
use crate::tap::redact;
use crate::tap::target::encode;

/// What to look at once a request was answered. Dropped without `settle`, it records nothing.
#[derive(Debug)]
pub struct Watch {
    what: What,
    /// Of what was written down before the request goes on.
    asked: Option<String>,
    /// Whether the engine's word for when a volume was made is the same for as long as it is there.
    dates_stay: bool,
}

#[derive(Debug)]
enum What {
    Container { volumes: Option<Names> },
    Network,
    Volume { volumes: Option<Names> },
    Images(Open),
    Gone { what: Object, id: String },
}

/// From this version of the API on. Older engines give the last change of the volume's folder: a container that mounts it makes the
/// volume younger.
const DATES_STAY: (u32, u32) = (1, 44);

/// The images before a stream, by content with their names.
#[derive(Clone, Debug)]
pub(super) struct Before {
    images: BTreeMap<String, Names>,
    only: Only,
    /// As it was typed.
    command: String,
    /// Names that were the course's, and those that were the learner's and were given up with a yes.
    own: Names,
    taken: Names,
}

/// A place among the streams that have not ended.
#[derive(Debug)]
struct Open {
    token: u64,
    inner: Weak<Inner>,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            lock(&inner.open).remove(&self.token);
        }
    }
}

impl Watch {
    pub(super) fn gone(what: Object, id: String) -> Self {
        Self { what: What::Gone { what, id }, asked: None, dates_stay: false }
    }

    /// Whether `settle` needs the answer's body: a small JSON, never a stream.
    pub fn wants_body(&self) -> bool {
        match &self.what {
            What::Container { .. } | What::Network | What::Volume { .. } => true,
            What::Gone { what, .. } => *what == Object::Image,
            What::Images(_) => false,
        }
    }
}

impl Guard {
    /// Looks at what is there before a request that makes something. What can't be looked up now can't be told from the
    /// learner's later, and then stays unrecorded.
    pub(super) async fn watch(
        &self,
        request: &Request,
        making: Deed,
        engine: &impl Upstream,
    ) -> Option<Watch> {
        let (kind, what) = match making {
            Deed::MakeContainer => (Made::Container, What::Container { volumes: volumes(engine).await.ok() }),
            Deed::MakeNetwork => (Made::Network, What::Network),
            Deed::MakeVolume => (Made::Volume, What::Volume { volumes: volumes(engine).await.ok() }),
            _ => return None,
        };
        let is_there =
            |word: &String| matches!(&what, What::Volume { volumes: Some(there) } if there.contains(word));
        let makes = !request.command.argv.iter().any(is_there);
        let asked = if makes { self.ask(kind, request) } else { None };
        Some(Watch { what, asked, dates_stay: request.speaks(DATES_STAY.0, DATES_STAY.1) })
    }

    /// Written down before the engine hears it: should this program be killed before it is answered, the next one looks what came of it.
    fn ask(&self, kind: Made, request: &Request) -> Option<String> {
        let (name, words) = (request.arg("name").unwrap_or_default(), redact::argv(&request.command.argv));
        let asked = self.ledger().ask(kind, name, words);
        asked.inspect_err(|error| tracing::error!(%error, "the ledger could not be written")).ok()
    }

    pub(super) fn record_volume(&self, name: &str, born: Option<Timestamp>) {
        self.noted(self.ledger().record_volume(name, born));
    }

    pub(super) fn answered(&self, token: &str) {
        if let Err(error) = self.ledger().answered(token) {
            tracing::error!(%error, "the ledger could not be written");
        }
    }

    /// Looks at the images before a stream that may make some.
    pub(super) async fn watch_images(
        &self,
        request: &Request,
        only: Only,
        taken: Names,
        engine: &impl Upstream,
    ) -> Option<Watch> {
        let images = images(engine).await.ok()?;
        let images = images.into_iter().map(|image| (image.id.clone(), all_names(&image))).collect();
        let command = request.whole_command("docker load");
        let own = own_names(&images, self.ledger());
        let token = self.inner.questions.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        lock(&self.inner.open).insert(token, Before { images, only, command, own, taken });
        let open = Open { token, inner: Arc::downgrade(&self.inner) };
        Some(Watch { what: What::Images(open), asked: None, dates_stay: false })
    }

    /// A piece of the answer to a build, before it is passed on.
    pub fn told(&self, watch: &Watch, bytes: &[u8]) {
        if let What::Images(open) = &watch.what
            && let Some(Before { only: Only::Built(build), .. }) = lock(&self.inner.open).get_mut(&open.token)
        {
            build.told.take(bytes);
        }
    }

    /// Tells how a request went. Must return before the end of the answer is passed on: the next command may come at once.
    /// For a connection that was upgraded, `status` is 101 and this is called when it has ended.
    pub async fn settle(&self, watch: Watch, status: u16, body: &[u8], engine: &impl Upstream) {
        self.write_down(&watch, status, body, engine).await;
        if let Some(token) = &watch.asked {
            self.answered(token);
        }
    }

    async fn write_down(&self, watch: &Watch, status: u16, body: &[u8], engine: &impl Upstream) {
        // An image stream may fail late and leave what it pulled before.
        if status >= 400 && !matches!(watch.what, What::Images(_)) {
            return;
        }
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default();
        match &watch.what {
            What::Container { volumes } if !text("Id").is_empty() => {
                self.made_container(text("Id"), volumes.as_ref(), watch.dates_stay, engine).await;
            }
            // podman's own API answers in small letters
            What::Network if !text("id").is_empty() => self.record(Made::Network, text("id"), ""),
            What::Network if !text("Id").is_empty() => self.record(Made::Network, text("Id"), ""),
            What::Volume { volumes: Some(before) } if !text("Name").is_empty() => {
                // the engine answers 201 also for a volume that was there
                if !before.contains(text("Name")) {
                    self.record_volume(text("Name"), born(text("Name"), watch.dates_stay, engine).await);
                }
            }
            What::Container { .. } | What::Network | What::Volume { .. } => return,
            What::Images(open) => {
                // the last line of an answer may have no end
                self.told(watch, b"\n");
                let before = lock(&self.inner.open).get(&open.token).cloned();
                if let Some(mut before) = before
                    && let Ok(now) = images(engine).await
                {
                    self.give_back(&mut before, &now, engine).await;
                    self.compare(&before, &now);
                }
            }
            What::Gone { what: Object::Image, .. } => self.images_gone(&answer),
            What::Gone { what, id } => {
                let kind = match what {
                    Object::Container => Made::Container,
                    Object::Network => Made::Network,
                    _ => Made::Volume,
                };
                self.forget(kind, id, "");
            }
        }
        self.say(Said::Ledger);
    }

    /// Records what streams that still run have said that they made so far, so that it can be deleted at once. A pull says it at its
    /// end: until then what has the name may be another one's.
    pub(super) async fn catch_up(&self, engine: &impl Upstream) {
        let open: Vec<Before> = lock(&self.inner.open).values().cloned().collect();
        if open.is_empty() {
            return;
        }
        if let Ok(now) = images(engine).await {
            for before in open {
                if let Only::Built(_) = before.only {
                    self.compare(&before, &now);
                }
            }
        }
    }

    async fn made_container(
        &self,
        id: &str,
        before: Option<&Names>,
        dates_stay: bool,
        engine: &impl Upstream,
    ) {
        let inspected = list(engine, &format!("/containers/{}/json", encode(id))).await.unwrap_or_default();
        let name = inspected.get("Name").and_then(Value::as_str).unwrap_or_default();
        self.record(Made::Container, id, name.trim_start_matches('/'));
        let Some(before) = before else { return };
        let mounts = inspected.get("Mounts").and_then(Value::as_array).into_iter().flatten();
        for mount in mounts.filter(|m| m.get("Type").and_then(Value::as_str) == Some("volume")) {
            let volume = mount.get("Name").and_then(Value::as_str).unwrap_or_default();
            if !volume.is_empty() && !before.contains(volume) {
                self.record_volume(volume, born(volume, dates_stay, engine).await);
            }
        }
    }

    /// New content and new names are the course's. A name that was there stays whose it was; the course's own move along.
    fn compare(&self, before: &Before, now: &[Image]) {
        let known: BTreeSet<&String> = before.images.values().flatten().collect();
        let may =
            |name: &String| !known.contains(name) || before.taken.contains(name) || before.own.contains(name);
        let allowed = |name: &str| before.only.allows(name);
        let ledger = self.ledger();
        for image in now {
            let names = all_names(image);
            let new = !before.images.contains_key(&image.id);
            let own = match &before.only {
                Only::Nameless => false,
                Only::Built(build) => build.made(&image.id, &names),
                Only::Name(_) | Only::Repository(_) => names.iter().any(|name| allowed(name)),
            };
            if !own {
                continue;
            }
            if new && !ledger.owns(Made::Image, &image.id) {
                self.record(Made::Image, &image.id, "");
            }
            for name in names.iter().filter(|name| allowed(name)) {
                if may(name) && !ledger.owns_reference(name, &image.id) {
                    self.record(Made::Reference, &image.id, name);
                }
            }
        }
    }

    /// Names that a stream has taken from the learner's images, which nobody could know before: an archive has its names at
    /// its end, Compose in a file. Where the engine has kept the content, the name can go back; for a pull, which was asked
    /// for by name, it is only said.
    async fn give_back(&self, before: &mut Before, now: &[Image], engine: &impl Upstream) {
        let is_pull = matches!(before.only, Only::Name(_) | Only::Repository(_));
        let was = before.images.iter().flat_map(|(id, names)| names.iter().map(move |name| (id, name)));
        let moved = was.filter(|(id, name)| {
            !name.contains('@')
                && before.only.allows(name)
                && !before.taken.contains(*name)
                && !before.own.contains(*name)
                && now.iter().any(|image| {
                    let has_it = image.id != **id && image.tags.contains(*name);
                    has_it && !self.ledger().owns_reference(name, &image.id)
                })
                && now.iter().any(|image| image.id == **id)
        });
        let moved: Vec<(String, String)> = moved.map(|(id, name)| (id.clone(), name.clone())).collect();
        for (id, name) in moved {
            if is_pull {
                self.notice(&words::name_moved(&name, &id));
                continue;
            }
            let object = words::name_taken(&name, &id, false);
            match self.question(before.command.clone(), vec![object]).await {
                Some(true) => {
                    before.taken.insert(name);
                    continue;
                }
                Some(false) => {}
                None => {
                    let is_nameless = now.iter().any(|image| image.id == id && image.tags.is_empty());
                    if self.keep_content(&name, &id, is_nameless, engine).await {
                        before.taken.insert(name);
                        continue;
                    }
                }
            }
            let (repository, tag) = name.rsplit_once(':').unwrap_or((&name, "latest"));
            let path = format!("/images/{id}/tag?repo={}&tag={}", encode(repository), encode(tag));
            match engine.ask("POST", &path).await {
                Ok(reply) if reply.status < 300 => self.notice(&words::name_given_back(&name)),
                _ => self.notice(&words::name_moved(&name, &id)),
            }
        }
    }

    /// From the engine's list of what it untagged and deleted.
    pub(super) fn images_gone(&self, answer: &Value) {
        for row in answer.as_array().into_iter().flatten() {
            if let Some(name) = row.get("Untagged").and_then(Value::as_str) {
                self.forget(Made::Reference, "", &listed(name));
            }
            if let Some(id) = row.get("Deleted").and_then(Value::as_str) {
                self.forget(Made::Image, id, "");
            }
        }
    }
}

fn own_names(images: &BTreeMap<String, Names>, ledger: &Ledger) -> Names {
    let named = images.iter().flat_map(|(id, names)| names.iter().map(move |name| (id, name)));
    named.filter(|(id, name)| ledger.owns_reference(name, id)).map(|(_, name)| name.clone()).collect()
}

/// When the engine says that a volume was made; None where that tells nothing.
async fn born(volume: &str, dates_stay: bool, engine: &impl Upstream) -> Option<Timestamp> {
    if !dates_stay {
        return None;
    }
    time(&list(engine, &format!("/volumes/{}", encode(volume))).await.ok()?, "CreatedAt")
}

async fn volumes(engine: &impl Upstream) -> Result<Names, String> {
    let answer = list(engine, "/volumes").await?;
    let all = answer.get("Volumes").and_then(Value::as_array).into_iter().flatten();
    Ok(all.filter_map(|v| v.get("Name").and_then(Value::as_str)).map(str::to_owned).collect())
}

/// All of them, also the steps of the classic builder.
async fn images(engine: &impl Upstream) -> Result<Vec<Image>, String> {
    let answer = list(engine, "/images/json?all=1").await?;
    Ok(answer.as_array().into_iter().flatten().map(Image::of).collect())
}

fn all_names(image: &Image) -> Names {
    image.tags.union(&image.digests).cloned().collect()
}
