//! Judges what would delete, and keeps the ledger of what was made: a seat belt for the learner's own things.
//!
//! Reads fail open and deletes fail closed: where the engine does not say what an object is, it is not deleted. What the
//! ledger does not hold is the learner's. Unknown requests pass.

mod facts;
mod filters;
mod prune;
mod record;
mod request;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::ledger::{Ledger, Made};
use facts::{Image, Look};
pub use record::Watch;
pub use request::Request;
use request::{Deed, Object};

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
            }),
        }
    }

    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.inner.ledger
    }

    /// To be called with every request before it is forwarded. May wait for the learner, without a limit: drop the future
    /// when the client goes away, and the question is withdrawn.
    pub async fn consider(&self, request: &Request, engine: &impl Upstream) -> Decision {
        match request.deed() {
            Deed::Other => Decision::Pass(None),
            Deed::Remove { what, name } => self.removal(request, what, &name, engine).await,
            Deed::Prune(what) => {
                *lock(&self.inner.pruning) = Some(request.command.pid);
                match self.prune(request, what, engine).await {
                    Ok(answer) => Decision::Answer(answer),
                    Err(why) => Decision::Refuse(words::prune_refused(what, &why)),
                }
            }
            Deed::PruneBuildCache => self.cache(request).await,
            Deed::Disturb { verb, name } => {
                self.disturbed(verb, &name, engine).await;
                Decision::Pass(None)
            }
            making => Decision::Pass(self.watch(making, engine).await),
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
        if found.ours {
            return Decision::Pass(Some(Watch::gone(what, found.id)));
        }
        let object = words::object(what, &found.name, &look);
        match self.asked(request, what, vec![object]).await {
            Some(true) => self.after_yes(what, name, found, engine).await,
            Some(false) => Decision::Refuse(words::said_no(what, &found.name)),
            None => Decision::Refuse(words::kept(what, &found.name, &request.typed(words::fallback(what)))),
        }
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
                Found { ours: ledger.owns(Made::Volume, &id), name: id.clone(), id }
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
        match self.question(request.whole_command("docker builder prune"), objects).await {
            Some(true) => Decision::Pass(None),
            Some(false) => Decision::Refuse(words::cache_refused(true)),
            None => Decision::Refuse(words::cache_refused(false)),
        }
    }

    /// Changing a stranger's container is allowed, and said, once for each.
    async fn disturbed(&self, verb: &str, name: &str, engine: &impl Upstream) {
        let Ok(Look::There(value)) = facts::look(engine, Object::Container, name).await else { return };
        let found = self.found(Object::Container, name, &value);
        if !found.ours && lock(&self.inner.noticed).insert(format!("{verb} {}", found.id)) {
            self.notice(&words::disturbed(verb, &found.name));
        }
    }

    async fn asked(&self, request: &Request, what: Object, objects: Vec<String>) -> Option<bool> {
        self.question(request.whole_command(words::fallback(what)), objects).await
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
        self.say(Said::Notice(text.to_owned()));
    }

    /// Never waits: a notice that finds no room is dropped, and the ledger will be read with the next change.
    fn say(&self, said: Said) {
        if let Some(app) = &self.inner.app {
            let _ = app.try_send(said);
        }
    }

    fn record(&self, kind: Made, id: &str, name: &str) {
        if let Err(error) = self.ledger().record(kind, id, name) {
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
mod tests;
