//! Judges what would delete, and keeps the ledger of what was made: a seat belt for the learner's own things.
//!
//! Reads fail open and deletes fail closed: where the engine does not say what an object is, it is not deleted. What the
//! ledger does not hold is the learner's. Requests that are not known to be harmless are asked about.

mod allowed;
mod built;
mod facts;
mod filters;
mod prune;
mod record;
mod request;
mod unanswered;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::ledger::{Ledger, LedgerError, Made};
use super::target::encode;
use crate::facts::reference::kept_tag;
use facts::{Image, Look};
pub use record::Watch;
pub use request::Request;
use request::{Deed, Object, Only};

/// The engine itself, reached without the tap. Every question is one request without a body.
pub trait Upstream: Send + Sync {
    /// `path` has no version prefix; the one of the client goes before it.
    fn ask(&self, method: &str, path: &str) -> impl Future<Output = Result<Reply, String>> + Send;
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Decision {
    /// Forward it. With a `Watch`, tell `Guard::settle` of the answer **before** its end is passed on.
    Pass(Option<Watch>),
    /// Answer 403 with `{"message": …}`.
    Refuse(String),
    /// Answer 200 with this JSON; the engine was asked already.
    Answer(String),
}

/// What the guard has to say to the app.
#[derive(Debug)]
pub enum Said {
    Ask(Question),
    Notice(String),
    /// The ledger holds something else than before.
    Ledger,
}

/// A delete that is held until somebody answers. When the client goes away, `reply` is closed.
#[derive(Debug)]
pub struct Question {
    pub id: u64,
    /// As it was typed.
    pub command: String,
    /// What would go, a line each.
    pub objects: Vec<String>,
    pub reply: oneshot::Sender<bool>,
}

/// Cheap to clone; all clones share one ledger and one voice.
#[derive(Clone, Debug)]
pub struct Guard {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    ledger: Arc<Ledger>,
    /// Who may be asked; without anyone, what would be asked about is refused.
    app: Option<mpsc::Sender<Said>>,
    questions: AtomicU64,
    /// Images before each stream that may make some and has not ended.
    open: Mutex<BTreeMap<u64, record::Before>>,
    /// What a notice was given of already.
    noticed: Mutex<HashSet<String>>,
    /// The last process that pruned something: `system prune` prunes the build cache last.
    pruning: Mutex<Option<u32>>,
    /// What a command was answered already, by its process: one command asks for the same thing more than once.
    answers: tokio::sync::Mutex<BTreeMap<(u32, String), bool>>,
}

impl Guard {
    pub fn new(ledger: Arc<Ledger>, app: Option<mpsc::Sender<Said>>) -> Self {
        Self {
            inner: Arc::new(Inner {
                ledger,
                app,
                questions: AtomicU64::new(1),
                open: Mutex::default(),
                noticed: Mutex::default(),
                pruning: Mutex::default(),
                answers: tokio::sync::Mutex::default(),
            }),
        }
    }

    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.inner.ledger
    }

    /// To be called with every request before it is forwarded. May wait for the learner, without a limit: drop the future
    /// when the client goes away, and the question is withdrawn.
    pub async fn consider(&self, request: &Request, engine: &impl Upstream) -> Decision {
        let deed = request.deed();
        if matches!(deed, Deed::Remove { .. } | Deed::Prune(_) | Deed::Disturb { .. }) {
            self.settle_unanswered(engine).await;
        }
        match deed {
            Deed::Harmless => Decision::Pass(None),
            Deed::Unknown => self.unknown(request).await,
            Deed::Remove { what, name } => self.removal(request, what, &name, engine).await,
            Deed::Prune(what) => {
                *lock(&self.inner.pruning) = Some(request.command.pid);
                match self.prune(request, what, engine).await {
                    Ok(answer) => Decision::Answer(answer),
                    Err(why) => Decision::Refuse(words::prune_refused(what, &why)),
                }
            }
            Deed::PruneBuildCache => self.cache(request).await,
            Deed::Disturb { verb, name } => self.disturb(request, verb, &name, engine).await,
            Deed::MakeImages { only, takes, source } => {
                self.images(request, only, &takes, source.as_deref(), engine).await
            }
            making => Decision::Pass(self.watch(request, making, engine).await),
        }
    }

    async fn removal(&self, request: &Request, what: Object, name: &str, engine: &impl Upstream) -> Decision {
        let look = match facts::look(engine, what, name).await {
            // the engine has its own words for what is not there
            Ok(Look::Absent) => return Decision::Pass(None),
            Ok(Look::There(value)) => value,
            Err(why) => return Decision::Refuse(words::not_known(what, name, &why)),
        };
        if what == Object::Image {
            self.catch_up(engine).await;
        }
        let found = self.found(what, name, &look);
        let along = match self.goes_along(request, what, &found, &look, engine).await {
            Ok(along) => along,
            Err(why) => return Decision::Refuse(words::not_known(what, name, &why)),
        };
        if found.ours && along.is_empty() {
            return Decision::Pass(Some(Watch::gone(what, found.id)));
        }
        let own = (!found.ours).then(|| words::object(what, &found.name, &look));
        let objects = own.into_iter().chain(along).collect();
        match self.asked_once(request, words::fallback(what), &found.id, objects).await {
            Some(true) => self.after_yes(what, name, found, engine).await,
            Some(false) => Decision::Refuse(words::said_no(what, &found.name)),
            None => Decision::Refuse(words::kept(what, &found.name, &request.typed(words::fallback(what)))),
        }
    }

    /// What is foreign and would go with the object, a line each: the anonymous volumes of a container, the parents of an
    /// image that have no name.
    async fn goes_along(
        &self,
        request: &Request,
        what: Object,
        found: &Found,
        look: &Value,
        engine: &impl Upstream,
    ) -> Result<Vec<String>, String> {
        match what {
            Object::Container if request.takes_volumes() || facts::removes_itself(look) => {
                self.volumes_along(found, look, engine).await
            }
            Object::Image if request.takes_parents() => self.parents_along(found, look, engine).await,
            _ => Ok(Vec::new()),
        }
    }

    /// A volume that another container uses, too, stays.
    async fn volumes_along(
        &self,
        found: &Found,
        look: &Value,
        engine: &impl Upstream,
    ) -> Result<Vec<String>, String> {
        let mut along = Vec::new();
        for volume in facts::anonymous_volumes(look) {
            if !self.ledger().owns(Made::Volume, volume)
                && facts::only_user(engine, volume, &found.id).await?
            {
                along.push(words::volume_along(volume));
            }
        }
        Ok(along)
    }

    /// The classic builder's steps hang on each other: the engine takes those along that nothing else needs.
    async fn parents_along(
        &self,
        found: &Found,
        look: &Value,
        engine: &impl Upstream,
    ) -> Result<Vec<String>, String> {
        let image = Image::of(look);
        let stays = image.reference(&found.name).is_some() && image.names().len() > 1;
        let parent = look.get("Parent").and_then(Value::as_str).unwrap_or_default();
        if stays || parent.is_empty() {
            return Ok(Vec::new());
        }
        let parents = facts::parents(engine, &image.id, parent).await?;
        let foreign = parents.iter().filter(|id| !self.ledger().owns(Made::Image, id));
        Ok(foreign.map(|id| words::parent_along(id)).collect())
    }

    /// Nobody here knows what it does.
    async fn unknown(&self, request: &Request) -> Decision {
        let what = request.spelled_out();
        match self.question(request.whole_command(&what), vec![what.clone()]).await {
            Some(true) => Decision::Pass(None),
            Some(false) => Decision::Refuse(words::unknown_refused(&what, true)),
            None => Decision::Refuse(words::unknown_refused(&what, false)),
        }
    }

    /// Makes images, and may take names for them from images that are the learner's.
    async fn images(
        &self,
        request: &Request,
        only: Only,
        takes: &[String],
        source: Option<&str>,
        engine: &impl Upstream,
    ) -> Decision {
        let mut taken = Names::new();
        for name in takes {
            let look = match facts::look(engine, Object::Image, name).await {
                Ok(Look::There(look)) => look,
                Ok(Look::Absent) => continue,
                Err(why) => return Decision::Refuse(words::name_not_known(name, &why)),
            };
            self.catch_up(engine).await;
            let image = Image::of(&look);
            let Some(reference) = image.reference(name) else { continue };
            let same = match source {
                Some(source) => matches!(facts::look(engine, Object::Image, source).await,
                    Ok(Look::There(found)) if Image::of(&found).id == image.id),
                None => false,
            };
            // to move a name keeps what had it; to make something under it may not
            let own = match source {
                Some(_) => self.ledger().owns_reference(reference, &image.id),
                None => self.owns_reference(&image, reference),
            };
            if same || own {
                continue;
            }
            let is_last = image.names().len() == 1;
            let object = words::name_taken(reference, &image.id, is_last);
            match self.asked_once(request, "docker build -t", reference, vec![object]).await {
                Some(true) => taken.insert(reference.to_owned()),
                Some(false) => return Decision::Refuse(words::name_kept(reference, true)),
                None if self.keep_content(reference, &image.id, is_last, engine).await => {
                    taken.insert(reference.to_owned())
                }
                None => return Decision::Refuse(words::name_kept(reference, false)),
            };
        }
        Decision::Pass(self.watch_images(request, only, taken, engine).await)
    }

    /// Where nobody can be asked: an image that is about to lose its last name, or has lost it, gets another one, so that
    /// its content stays whatever the engine's store does. False where that did not work.
    async fn keep_content(&self, name: &str, id: &str, is_last: bool, engine: &impl Upstream) -> bool {
        let (repository, _) = name.rsplit_once(':').unwrap_or((name, "latest"));
        let tag = kept_tag(id);
        if is_last {
            let path = format!("/images/{id}/tag?repo={}&tag={tag}", encode(repository));
            match engine.ask("POST", &path).await {
                Ok(reply) if reply.status < 300 => {}
                _ => return false,
            }
        }
        self.notice(&words::name_passed_on(
            name,
            id,
            is_last.then(|| format!("{repository}:{tag}")).as_deref(),
        ));
        true
    }

    /// The answer may have taken an hour: what has the name by now must be what was asked about.
    async fn after_yes(&self, what: Object, name: &str, asked: Found, engine: &impl Upstream) -> Decision {
        match facts::look(engine, what, name).await {
            Ok(Look::Absent) => Decision::Pass(None),
            Ok(Look::There(look)) if self.found(what, name, &look).id == asked.id => {
                Decision::Pass(Some(Watch::gone(what, asked.id)))
            }
            Ok(Look::There(_)) => Decision::Refuse(words::another(what, &asked.name)),
            Err(why) => Decision::Refuse(words::not_known(what, name, &why)),
        }
    }

    /// Whose the object is, from what the engine says of it.
    fn found(&self, what: Object, name: &str, look: &Value) -> Found {
        let text = |key: &str| look.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let ledger = self.ledger();
        match what {
            Object::Container => {
                let id = text("Id");
                let name = text("Name").trim_start_matches('/').to_owned();
                Found { ours: ledger.owns(Made::Container, &id), id, name }
            }
            Object::Network => {
                let id = text("Id");
                Found { ours: ledger.owns(Made::Network, &id), id, name: text("Name") }
            }
            Object::Volume => {
                let id = text("Name");
                let ours = ledger.owns_volume(&id, facts::time(look, "CreatedAt"));
                Found { ours, name: id.clone(), id }
            }
            Object::Image => {
                let image = Image::of(look);
                let ours = match image.reference(name) {
                    Some(reference) => self.owns_reference(&image, reference),
                    None => self.owns_image(&image),
                };
                Found { ours, id: image.id, name: name.to_owned() }
            }
        }
    }

    /// A name may go where it is the course's; the last name takes the content along, which must be the course's too.
    fn owns_reference(&self, image: &Image, reference: &str) -> bool {
        let ledger = self.ledger();
        ledger.owns_reference(reference, &image.id)
            && (image.names().len() > 1 || ledger.owns(Made::Image, &image.id))
    }

    /// Content may go where all its names are the course's, and it is itself.
    fn owns_image(&self, image: &Image) -> bool {
        let ledger = self.ledger();
        ledger.owns(Made::Image, &image.id)
            && image.names().iter().all(|name| ledger.owns_reference(name, &image.id))
    }

    async fn cache(&self, request: &Request) -> Decision {
        let pid = request.command.pid;
        // A refusal here would lose the report of what `system prune` has deleted.
        if request.is_system_prune() || (pid != 0 && *lock(&self.inner.pruning) == Some(pid)) {
            self.notice("The build cache was left alone: it also serves builds outside of the course.");
            return Decision::Answer(r#"{"CachesDeleted":[],"SpaceReclaimed":0}"#.into());
        }
        let objects = vec!["the build cache of this engine, also that of your own builds".to_owned()];
        match self.asked_once(request, "docker builder prune", "build cache", objects).await {
            Some(true) => Decision::Pass(None),
            Some(false) => Decision::Refuse(words::cache_refused(true)),
            None => Decision::Refuse(words::cache_refused(false)),
        }
    }

    /// Changing a stranger's container is allowed, and said, once for each; not where that is the end of it.
    async fn disturb(
        &self,
        request: &Request,
        verb: &'static str,
        name: &str,
        engine: &impl Upstream,
    ) -> Decision {
        let what = Object::Container;
        let Ok(Look::There(look)) = facts::look(engine, what, name).await else {
            return Decision::Pass(None);
        };
        let found = self.found(what, name, &look);
        let ends = matches!(verb, "stop" | "kill");
        let goes = ends && facts::removes_itself(&look);
        let along = if goes { self.volumes_along(&found, &look, engine).await } else { Ok(Vec::new()) };
        let along = match along {
            Ok(along) => along,
            Err(why) => return Decision::Refuse(words::not_known(what, name, &why)),
        };
        let first_step = !found.ours && request.takes_down() && (ends || verb == "rename");
        if first_step || (goes && !(found.ours && along.is_empty())) {
            let own = (!found.ours).then(|| words::object(what, &found.name, &look));
            let objects = own.into_iter().chain(along).collect();
            let typed = format!("docker {verb}");
            return match self.asked_once(request, &typed, &found.id, objects).await {
                Some(true) => match self.after_yes(what, name, found, engine).await {
                    Decision::Pass(_) => Decision::Pass(None),
                    otherwise => otherwise,
                },
                Some(false) => Decision::Refuse(words::said_no(what, &found.name)),
                None => Decision::Refuse(words::kept(what, &found.name, &request.typed(&typed))),
            };
        }
        let is_expected = found.ours || (verb == "kill" && request.passes_signals_on());
        if !is_expected && lock(&self.inner.noticed).insert(format!("{verb} {}", found.id)) {
            self.notice(&words::disturbed(verb, &found.name));
        }
        Decision::Pass(None)
    }

    /// One command asks once for each thing, however many calls it makes for it: Compose stops before it removes, and a
    /// build opens several connections.
    async fn asked_once(
        &self,
        request: &Request,
        fallback: &str,
        thing: &str,
        objects: Vec<String>,
    ) -> Option<bool> {
        let key = (request.command.pid, thing.to_owned());
        let mut answers = self.inner.answers.lock().await;
        if request.command.pid != 0
            && let Some(answer) = answers.get(&key)
        {
            return Some(*answer);
        }
        let answer = self.question(request.whole_command(fallback), objects).await?;
        // numbers of processes come again: what is remembered is of the command that was asked about last
        answers.retain(|(pid, _), _| *pid == request.command.pid);
        answers.insert(key, answer);
        Some(answer)
    }

    /// None where nobody can be asked. An app that ends answers no.
    async fn question(&self, command: String, objects: Vec<String>) -> Option<bool> {
        let app = self.inner.app.as_ref()?;
        let (reply, answer) = oneshot::channel();
        let id = self.inner.questions.fetch_add(1, Ordering::Relaxed);
        app.send(Said::Ask(Question { id, command, objects, reply })).await.ok()?;
        Some(answer.await.unwrap_or(false))
    }

    fn notice(&self, text: &str) {
        if self.inner.app.is_none() {
            tracing::warn!("{text}");
        }
        self.say(Said::Notice(text.to_owned()));
    }

    /// Never waits: a notice that finds no room is dropped, and the ledger will be read with the next change.
    fn say(&self, said: Said) {
        if let Some(app) = &self.inner.app {
            let _ = app.try_send(said);
        }
    }

    fn record(&self, kind: Made, id: &str, name: &str) {
        self.noted(self.ledger().record(kind, id, name));
    }

    fn noted(&self, written: Result<(), LedgerError>) {
        if let Err(error) = written {
            tracing::error!(%error, "the ledger could not be written");
            self.notice(&format!("{error}. {}", error.remedy()));
        }
    }

    fn forget(&self, kind: Made, id: &str, name: &str) {
        if let Err(error) = self.ledger().forget(kind, id, name) {
            tracing::error!(%error, "the ledger could not be written");
        }
    }
}

struct Found {
    ours: bool,
    id: String,
    name: String,
}

type Names = BTreeSet<String>;

/// A lock that a panic elsewhere has poisoned still holds usable data.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod asked_tests;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod model;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;
