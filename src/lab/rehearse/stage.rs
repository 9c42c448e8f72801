//! Where a rehearsal plays: one engine with its tap, its ledger and its watcher, in a home that is thrown away.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::RehearsalError;
use crate::course::{Dialect, Exercise, Tool};
use crate::engine::{Endpoint, Engine, EngineError, Update};
use crate::facts::reference::listed;
use crate::facts::{CommandEnd, Keep, Kept, Link, Observed, RunSource};
use crate::lab::observe::{self, Observation, Tapped};
use crate::lab::sweep::{self, Thing};
use crate::lab::{SetUp, Trust};
use crate::session::{Attempt, Sight};
use crate::tap::ledger::{Ledger, Made, engine_of};
use crate::tap::{self, ShellRoot, Tap};

const ENGINE_PATIENCE: Duration = Duration::from_secs(20);
const SETTLING: Duration = Duration::from_secs(2);

/// Read by every shell of a rehearsal in place of the author's own start file, so that all authors see the same.
const BASHRC: &str = r#"PS1='$ '
HISTFILE=
# answer TASK TEXT: what the learner would type into the answer line of that task
answer() { printf '%s' "$2" > "$PILOTWHALE_ANSWERS/$1"; }
# retry COMMAND...: until it ends well, for at most some 20 seconds
retry() { local n; for n in {1..80}; do "$@" && return; sleep 0.25; done; return 1; }
# The seconds that a learner waits for a server; this machine may do other things beside.
sleep() { case $* in [1-9]) command sleep $(($1 * 4)) ;; *) command sleep "$@" ;; esac; }
"#;
/// Without brackets around what is pasted, a text of several lines would run line by line.
const INPUTRC: &str = "set enable-bracketed-paste on\n";

pub(super) struct Stage {
    pub(super) engine: Engine,
    pub(super) dialect: Dialect,
    pub(super) root: ShellRoot,
    home: TempDir,
    env: Vec<(String, String)>,
    trust: Trust,
    bash: PathBuf,
    /// What the docker client of this machine can do beyond the engine's own API.
    pub(super) tools: BTreeSet<Tool>,
    ledger: Arc<Ledger>,
    notes: Arc<Notes>,
    // In the order in which they end: the tap first, so that nothing new comes.
    tap: Tap,
    observed: Observation,
    readers: [JoinHandle<()>; 2],
}

/// What is seen, by two tasks that read it as it comes.
#[derive(Default)]
struct Notes {
    noted: Mutex<Noted>,
    changed: Notify,
}

#[derive(Default)]
struct Noted {
    attempt: Attempt,
    /// Names that were pulled, as the ledger spells them.
    pulled: BTreeSet<String>,
    live: bool,
    lost: Option<String>,
}

impl Notes {
    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut Noted)) {
        change(&mut self.lock());
        self.changed.notify_waiters();
    }

    fn update(&self, update: Update) {
        self.note(|noted| match update {
            Update::Run(run) => drop(noted.attempt.saw(Sight::Run(&run))),
            Update::Thing(thing) => drop(noted.attempt.saw(Sight::Thing(&thing))),
            Update::Past(past) => drop(noted.attempt.saw(Sight::Past(&past))),
            Update::Link(Link::Live) => (noted.live, noted.lost) = (true, None),
            Update::Link(Link::Lost { reason, .. } | Link::Absent { reason, .. }) => {
                noted.lost = Some(reason)
            }
            Update::Link(_) | Update::Snapshot(_) => {}
        });
    }

    fn call(&self, call: &Observed) {
        self.note(|noted| {
            if let ("image-pull", Some(name)) = (call.action.name.as_str(), &call.action.object) {
                noted.pulled.insert(listed(name));
            }
            noted.attempt.saw(Sight::Call(call));
        });
    }
}

impl Stage {
    /// `env` is added to what the shells get.
    pub(super) async fn open(
        endpoint: &Endpoint,
        env: Vec<(String, String)>,
        trust: Trust,
    ) -> Result<Self, RehearsalError> {
        let engine = Engine::connect(endpoint).await?;
        let (info, _) = engine.read_info().await?;
        let client = client_version(&env).await.unwrap_or(info.version);
        let dialect = Dialect::new(&client, info.containerd);
        let bash = program("bash").ok_or(RehearsalError::NoBash)?;
        let home = tempfile::Builder::new().prefix("pw-").tempdir();
        let home = home.map_err(RehearsalError::file(std::env::temp_dir()))?;
        for (name, text) in [(".bashrc", BASHRC), (".inputrc", INPUTRC)] {
            let path = home.path().join(name);
            fs::write(&path, text).map_err(RehearsalError::file(path))?;
        }
        let ledger = Arc::new(Ledger::open(&home.path().join("made.jsonl"), &engine_of(&endpoint.uri))?);
        ledger.begin()?;
        let root = ShellRoot::default();
        let notes = Arc::new(Notes::default());
        let (mut observed, mut updates) = Observation::begin(endpoint);
        let looks = Some(observed.last_looks());
        // Nobody can be asked: what was on this engine before stays.
        let tapped = observe::tap(endpoint, home.path().join("tap"), &root, &ledger, None, looks)?;
        let Tapped { tap, mut calls } = tapped;
        let (reads_calls, reads_updates) = (Arc::clone(&notes), Arc::clone(&notes));
        let readers = [
            tokio::spawn(async move {
                while let Some(event) = calls.recv().await {
                    match event {
                        tap::Event::Seen(call) => reads_calls.call(&call),
                        tap::Event::Failed(why) => reads_calls.note(|noted| noted.lost = Some(why)),
                    }
                }
            }),
            tokio::spawn(async move {
                while let Some(update) = updates.recv().await {
                    reads_updates.update(update);
                }
            }),
        ];
        let tools = BTreeSet::new();
        let mut stage = Self {
            engine,
            dialect,
            root,
            home,
            env,
            trust,
            bash,
            tools,
            ledger,
            notes,
            tap,
            observed,
            readers,
        };
        // What happens before the events come in would be seen without its output.
        let live = stage.until(|noted| noted.live);
        if timeout(ENGINE_PATIENCE, live).await.is_err() {
            return Err(RehearsalError::Lost("its events did not come".into()));
        }
        for tool in Tool::ALL {
            if stage.has(tool).await {
                stage.tools.insert(tool);
            }
        }
        Ok(stage)
    }

    /// Whether docker knows the plugin. Without docker nothing of a course can be typed at all, which its commands will say.
    async fn has(&self, tool: Tool) -> bool {
        let mut docker = Command::new("docker");
        docker.args([tool.plugin(), "version"]).envs(self.environment()).stdin(Stdio::null());
        docker.stdout(Stdio::null()).stderr(Stdio::null());
        docker.status().await.is_ok_and(|status| status.success())
    }

    /// Waits until what was noted is like this.
    async fn until(&self, is_so: impl Fn(&Noted) -> bool) {
        loop {
            let changed = self.notes.changed.notified();
            tokio::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            if is_so(&self.notes.lock()) {
                return;
            }
            changed.await;
        }
    }

    pub(super) fn bash(&self) -> String {
        self.bash.display().to_string()
    }

    /// Where the shells' start files are written.
    pub(super) fn integration(&self) -> PathBuf {
        self.home.path().join("shell")
    }

    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let home = self.home.path();
        let own_config = || std::env::home_dir().map(|home| home.join(".docker"));
        let config = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from).or_else(own_config);
        let own = [
            ("HOME", home.display().to_string()),
            ("INPUTRC", home.join(".inputrc").display().to_string()),
            ("PILOTWHALE_HOME", home.display().to_string()),
            ("PILOTWHALE_ANSWERS", self.answers().display().to_string()),
            // What the CLI of this machine is set up with: plugins, proxies, credentials.
            ("DOCKER_CONFIG", config.unwrap_or_default().display().to_string()),
            ("TERM", "xterm-256color".into()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let engine = tap::docker_env(&self.tap.docker_host());
        engine.into_iter().chain(own).chain(self.env.iter().cloned()).collect()
    }

    /// How an exercise's own script is run.
    pub(super) fn set_up(&self) -> SetUp {
        SetUp {
            trust: self.trust.clone(),
            docker_host: Some(self.tap.docker_host()),
            notes: self.home.path().join("set-up"),
        }
    }

    fn answers(&self) -> PathBuf {
        self.home.path().join("answers")
    }

    /// An empty folder of this name, and nobody's answers.
    pub(super) fn fresh_folder(&self, name: &str) -> Result<PathBuf, RehearsalError> {
        let folder = self.home.path().join("work").join(name);
        for empty in [&folder, &self.answers()] {
            clear_away(empty, self.home.path()).map_err(RehearsalError::file(empty))?;
            fs::create_dir_all(empty).map_err(RehearsalError::file(empty))?;
        }
        Ok(folder)
    }

    /// A command that was typed is at its end.
    pub(super) fn command_ended(&self, status: i32) {
        let end = CommandEnd { at: Timestamp::now(), status: Some(status) };
        self.notes.note(|noted| drop(noted.attempt.saw(Sight::End(end))));
    }

    /// Begins an attempt: what was seen before does not count.
    pub(super) fn begin(&self, number: u64, exercise: &Exercise) {
        let needs = exercise.needs();
        self.observed.ask_servers(&needs);
        self.notes
            .note(|noted| noted.attempt = Attempt::new(number, Timestamp::now(), needs, Kept::default()));
    }

    /// What was seen of this attempt, and what was answered.
    pub(super) fn attempt(&self, exercise: &Exercise) -> Result<Attempt, RehearsalError> {
        let mut noted = self.notes.lock();
        for task in &exercise.tasks {
            let file = self.answers().join(&task.id);
            match (task.check.prompt(), fs::read_to_string(&file)) {
                (Some(prompt), Ok(answer)) => drop(noted.attempt.answered(prompt, &answer)),
                (_, Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(RehearsalError::File { path: file, source: error });
                }
                _ => {}
            }
        }
        Ok(noted.attempt.clone())
    }

    /// What a verdict has learnt can't be asked again.
    pub(super) fn learned(&self, keep: &[Keep]) {
        let mut noted = self.notes.lock();
        for what in keep {
            noted.attempt.restore(what);
        }
    }

    /// Waits until of every container that is gone it was noted what it printed, or until nothing more can be expected.
    pub(super) async fn settle(&self) -> Result<(), RehearsalError> {
        let since = self.notes.lock().attempt.since;
        let runs = self.engine.runs_since(since).await?;
        let gone = runs.iter().filter(|run| run.removed && run.source != RunSource::Build);
        let gone: Vec<&str> = gone.map(|run| run.id.as_str()).collect();
        let is_known = |noted: &Noted, id: &str| {
            noted.attempt.kept().runs.iter().any(|run| run.id == id && run.removed && run.output.is_some())
        };
        let known = self.until(|noted| gone.iter().all(|id| is_known(noted, id)));
        // A container that never started printed nothing, and nothing comes.
        let _ = timeout(SETTLING, known).await;
        Ok(())
    }

    /// Waits for something new, at most so long.
    pub(super) async fn news(&self, patience: Duration) {
        let _ = timeout(patience, self.notes.changed.notified()).await;
    }

    /// Fails once the engine or the tap has gone.
    pub(super) fn still_stands(&self) -> Result<(), RehearsalError> {
        self.notes.lock().lost.clone().map_or(Ok(()), |why| Err(RehearsalError::Lost(why)))
    }

    /// Removes what was made since the last time, and is still there. Pulled images may stay, since pulling takes long.
    pub(super) async fn sweep(&self, pulled_too: bool) -> Result<(), RehearsalError> {
        let pulled = self.notes.lock().pulled.clone();
        let here = self.engine.snapshot().await?;
        let plan = sweep::plan(self.ledger.entries(), &here);
        for gone in &plan.gone {
            self.ledger.forget(gone.kind, &gone.id, &gone.name)?;
        }
        let is_pulled = |thing: &Thing| {
            thing.entries.iter().any(|e| e.kind == Made::Reference && pulled.contains(&e.name))
        };
        for thing in plan.remove.iter().filter(|thing| pulled_too || !is_pulled(thing)) {
            match sweep::remove(&self.engine, thing).await {
                Ok(()) | Err(EngineError::NotFound { .. }) => {
                    for entry in &thing.entries {
                        self.ledger.forget(entry.kind, &entry.id, &entry.name)?;
                    }
                }
                // An image that another one is built on goes later, or stays: it disturbs nobody.
                Err(error) => tracing::info!(%error, thing = thing.line, "it stays for now"),
            }
        }
        Ok(())
    }

    /// Images that the rehearsal pulled and left.
    pub(super) fn pulled(&self) -> Vec<String> {
        let entries = self.ledger.entries().into_iter();
        entries.filter(|e| e.kind == Made::Reference && !e.name.contains('@')).map(|e| e.name).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.readers.iter().for_each(JoinHandle::abort);
    }
}

/// What a container made in the folder may belong to another user: then it is put aside, and goes with the home if it can.
fn clear_away(folder: &Path, home: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let aside = tempfile::Builder::new().prefix("old-").tempdir_in(home)?.keep();
            fs::rename(folder, aside)
        }
        _ => Ok(()),
    }
}

/// Of the docker client that the shells find. It is known also where no engine answers it.
async fn client_version(env: &[(String, String)]) -> Option<String> {
    let mut docker = tokio::process::Command::new(program("docker")?);
    docker.args(["version", "--format", "{{.Client.Version}}"]).envs(env.iter().cloned()).kill_on_drop(true);
    let told = timeout(ENGINE_PATIENCE, docker.output()).await.ok()?.ok()?;
    let told = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    Some(told).filter(|version| !version.is_empty())
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
