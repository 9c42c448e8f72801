//! Carries out what the app asks of the world, and answers with messages. The only file of this room that starts
//! tasks or reaches engine, lab, shell and store.

mod belt;
mod class;
mod files;
mod finder;
mod keeper;
mod line;
mod saved;
mod shell;
mod tap;

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinHandle;

use super::effect::{Effect, EngineEffect, ExerciseEffect};
use super::highlight;
use super::msg::Msg;
use crate::course::{Course, Exercise, Source};
use crate::engine::{self, Deed, LogUpdate, Sampler};
use crate::facts::{Kind, LogEnd, LogFrom};
use crate::lab::{self, LabError, Plan, SetUp, Trust};
use crate::paths::Paths;
use crate::progress::Journal;
use crate::tap::ShellRoot;
use crate::tap::ledger::Since;
use belt::Belt;
pub use class::Attending;
use class::ClassSeat;
use files::Files;
use finder::Finder;
use keeper::Keeper;
use line::EngineLine;
use shell::ShellSeat;
use tap::TapSeat;

/// A server that is still silent is asked again after this long.
const SOON: Duration = Duration::from_secs(1);

/// How the world is to be: from the command line.
pub struct Wanted {
    pub paths: Paths,
    pub source: Source,
    /// Another program in place of the learner's shell.
    pub shell: Option<Vec<String>>,
    /// Where the shell starts, when it is not in an exercise's folder.
    pub folder: PathBuf,
    /// An engine of our own even beside a running one.
    pub private: bool,
    /// Leave the private engine running at the end.
    pub keep_engine: bool,
    /// Whose set-up scripts may run.
    pub trust: Trust,
    /// See what the shell's docker commands ask of the engine, and guard what is the learner's.
    pub tap: bool,
}

/// As it was read last.
type TheCourse = Arc<Mutex<Arc<Course>>>;

/// Everything outside the app. Nothing here waits in the app's loop: work runs in tasks and threads.
pub struct World {
    out: Sender<Msg>,
    wanted: Arc<Wanted>,
    course: TheCourse,
    keeper: Keeper,
    files: Files,
    shell: ShellSeat,
    engine: EngineLine,
    belt: Belt,
    tap: TapSeat,
    class: ClassSeat,
    finder: Finder,
    sampler: Arc<Mutex<Option<Sampler>>>,
    /// By container.
    logs: HashMap<String, Follower>,
    /// What the learner was asked about, until they answer.
    plans: Arc<Mutex<HashMap<(String, u64), Plan>>>,
}

impl World {
    pub fn new(
        wanted: Wanted,
        course: Arc<Course>,
        journal: Journal,
        attending: Attending,
        out: Sender<Msg>,
    ) -> Self {
        let saved = Arc::new(Notify::new());
        let wanted = Arc::new(wanted);
        let root = ShellRoot::default();
        let (belt, tap) = (Belt::new(out.clone()), TapSeat::new(out.clone(), root.clone()));
        let (shell, engine) = (ShellSeat::new(&wanted, root, out.clone()), EngineLine::default());
        let seatbelt = (belt.clone(), tap.clone());
        let course: TheCourse = Arc::new(Mutex::new(course));
        Self {
            finder: Finder::new(Arc::clone(&wanted), out.clone(), engine.clone(), shell.clone(), seatbelt),
            keeper: Keeper::start(journal, out.clone(), Arc::clone(&saved)),
            files: Files::new(wanted.source.clone(), Arc::clone(&course), out.clone()),
            shell,
            engine,
            belt,
            tap,
            class: ClassSeat::take(attending, saved, out.clone()),
            sampler: Arc::default(),
            logs: HashMap::new(),
            plans: Arc::default(),
            course,
            wanted,
            out,
        }
    }

    /// What can be made ready while the learner reads the first slide.
    pub fn begin(&self) {
        // Without it the first slide with code takes longer, that is all.
        let _ = std::thread::Builder::new().name("syntaxes".into()).spawn(highlight::warm_up);
    }

    pub fn run(&mut self, effect: Effect) {
        match effect {
            // The loop ends on it.
            Effect::Quit => {}
            Effect::AskToQuit => {
                let (runs, out) = (self.shell.runs(), self.out.clone());
                tokio::spawn(async move {
                    let _ = out.send(Msg::MayQuit(runs)).await;
                });
            }
            Effect::Wake => self.finder.look(true),
            Effect::LookAgain => self.finder.look(false),
            Effect::Record(event) => self.keeper.record(event),
            Effect::Keep { exercise, run, what } => self.keeper.keep(exercise, run, what),
            Effect::RecordFrom { since, needs } => self.finder.record(since, needs),
            Effect::Bell => say(b"\x07"),
            Effect::Notify(text) => say(format!("\x1b]9;{text}\x07").as_bytes()),
            Effect::Copy(text) => {
                // A terminal that refuses says nothing either; there is nothing to be done about it.
                let _ = execute!(std::io::stdout(), CopyToClipboard::to_clipboard_from(text));
            }
            Effect::Shell(effect) => self.shell.run(effect),
            Effect::Engine(effect) => self.engine_effect(effect),
            Effect::Exercise(effect) => self.exercise_effect(effect),
            Effect::AnswerGuard { question, yes } => self.belt.answer(question, yes),
            Effect::Watch(paths) => self.files.watch(paths),
            Effect::Reload => self.files.reload(),
            Effect::Lead(lead) => self.class.lead(lead),
            Effect::AskClass(asked) => self.class.ask(asked),
            Effect::ShowShell(on) => self.class.show_shell(on, &self.shell),
        }
    }

    /// Ends what was started: shell, store, private engine.
    pub async fn end(mut self) {
        self.logs.clear();
        self.belt.end();
        self.shell.end().await;
        self.tap.end().await;
        self.keeper.end().await;
        self.class.end().await;
        if self.finder.has_engine_to_stop() {
            // Containers may take some seconds to end; the screen is the terminal's again.
            eprintln!("Stopping pilotwhale's own engine...");
        }
        self.finder.end().await;
    }

    fn engine_effect(&mut self, effect: EngineEffect) {
        let (line, out) = (self.engine.clone(), self.out.clone());
        match effect {
            EngineEffect::Sample(ids) => {
                let sampler = Arc::clone(&self.sampler);
                if let Some(sampler) = &*lock(&sampler) {
                    return sampler.set_visible(ids);
                }
                let doubt = self.finder.watched();
                tokio::spawn(async move {
                    let Ok(engine) = line.get().await else { return };
                    let (sender, mut samples) = mpsc::channel(4);
                    lock(&sampler).get_or_insert_with(|| engine::sampler(engine, sender)).set_visible(ids);
                    while let Some(batch) = samples.recv().await {
                        if batch.is_empty() {
                            doubt.doubt();
                            continue;
                        }
                        if out.send(Msg::Samples(batch)).await.is_err() {
                            break;
                        }
                    }
                });
            }
            EngineEffect::CommandEnded => self.finder.watched().command_ended(),
            EngineEffect::FollowLogs(logs) => {
                self.logs.clear();
                self.follow_logs(logs);
            }
            EngineEffect::FollowMoreLogs(logs) => self.follow_logs(logs),
            EngineEffect::Inspect { kind, id } => {
                tokio::spawn(async move {
                    let detail = match line.get().await {
                        Ok(engine) => engine.detail(kind, &id).await,
                        Err(error) => Err(error),
                    };
                    let detail = detail.map(Box::new).map_err(|e| format!("{e}. {}", e.remedy()));
                    let _ = out.send(Msg::Detail { kind, id, detail }).await;
                });
            }
            EngineEffect::Stop { id, name } => self.act(Deed::Stop, id, &name),
            EngineEffect::Start { id, name } => self.act(Deed::Start, id, &name),
            EngineEffect::Restart { id, name } => self.act(Deed::Restart, id, &name),
            EngineEffect::Pause { id, name } => self.act(Deed::Pause, id, &name),
            EngineEffect::Unpause { id, name } => self.act(Deed::Unpause, id, &name),
            EngineEffect::Compare(id) => {
                tokio::spawn(async move {
                    let differences = match line.get().await {
                        Ok(engine) => engine.differences(&id).await,
                        Err(error) => Err(error),
                    };
                    let differences = differences.map_err(|e| format!("{e}. {}", e.remedy()));
                    let _ = out.send(Msg::Differences { id, differences }).await;
                });
            }
            EngineEffect::SaveLog { name, text } => {
                let folder = self.wanted.paths.work.clone();
                tokio::spawn(async move {
                    let saved = tokio::task::spawn_blocking(move || saved::save(&folder, &name, &text)).await;
                    let msg = match saved {
                        Ok(Ok(path)) => Msg::Notice(format!("The log is in {}", path.display())),
                        Ok(Err((what, remedy))) => Msg::Trouble { what, remedy },
                        Err(error) => Msg::Trouble { what: error.to_string(), remedy: String::new() },
                    };
                    let _ = out.send(msg).await;
                });
            }
            // By its name: an image may have others, and those stay.
            EngineEffect::Remove { kind: Kind::Image, name, .. } => {
                self.act(Deed::Remove(Kind::Image), name.clone(), &name);
            }
            EngineEffect::Remove { kind, id, name } => self.act(Deed::Remove(kind), id, &name),
        }
    }

    fn follow_logs(&mut self, logs: Vec<LogFrom>) {
        for log in logs {
            let id = log.id.clone();
            let task = tokio::spawn(follow_log(self.engine.clone(), log, self.out.clone()));
            self.logs.insert(id, Follower(task));
        }
    }

    fn act(&self, deed: Deed, id: String, name: &str) {
        let (line, out) = (self.engine.clone(), self.out.clone());
        let what = engine::cli_text(deed, name);
        tokio::spawn(async move {
            let outcome = match line.get().await {
                Ok(engine) => engine.carry_out(deed, &id).await,
                Err(error) => Err(error),
            };
            let outcome = outcome.map_err(|e| format!("{e}. {}", e.remedy()));
            let _ = out.send(Msg::Acted { what, outcome }).await;
        });
    }

    fn exercise_effect(&mut self, effect: ExerciseEffect) {
        let (line, out, plans) = (self.engine.clone(), self.out.clone(), Arc::clone(&self.plans));
        let (id, run, vars) = effect.names();
        let Some(exercise) = lock(&self.course).exercise(id).map(|e| e.drawn(vars)) else { return };
        let id = id.to_owned();
        let folder = self.wanted.paths.exercise_folder(&id);
        match effect {
            ExerciseEffect::Begin { .. } => {
                // A lesson begins by itself: the shell stays where the learner's own work is.
                if !exercise.on_slides {
                    self.shell.set_folder(folder.clone());
                }
                let set_up = SetUp {
                    trust: self.wanted.trust.clone(),
                    docker_host: self.shell.docker_host(),
                    notes: self.wanted.paths.set_up_notes(),
                };
                tokio::spawn(async move {
                    let outcome = begin(&set_up, &folder, &exercise, run).await;
                    let outcome = outcome.map(|()| folder.display().to_string());
                    let outcome = outcome.map_err(|e| format!("{e}. {}", e.remedy()));
                    let _ = out.send(Msg::Begun { exercise: id, run, outcome }).await;
                });
            }
            ExerciseEffect::Grade { attempt, here, passed, bound, .. } => {
                tokio::spawn(async move {
                    let engine = line.get().await;
                    let looked = lab::look(engine.as_ref(), &attempt, &here, &folder).await;
                    let here = engine.is_ok().then_some(&*here);
                    let evidence = attempt.evidence(here, &looked, bound);
                    let report = Box::new(lab::grade(&exercise, &evidence, &passed));
                    let looked = Box::new(looked);
                    let exercise = id.clone();
                    let _ = out.send(Msg::Graded { exercise, run, report, looked }).await;
                    if lab::is_starting(&evidence) {
                        // A server that was started a moment ago; no event will say when it answers.
                        tokio::time::sleep(SOON).await;
                        let _ = out.send(Msg::LookAgain(id)).await;
                    }
                });
            }
            ExerciseEffect::PlanReset { since, .. } => {
                let made = self.belt.made_since(since);
                tokio::spawn(async move {
                    let plan = plan_reset(&line, &exercise, since, &folder, &made).await;
                    let said = plan.map(|plan| {
                        let lines = plan.lines();
                        lock(&plans).insert((id.clone(), run), plan);
                        lines
                    });
                    let _ = out.send(Msg::ResetPlanned { exercise: id, run, plan: said }).await;
                });
            }
            ExerciseEffect::Reset { .. } => {
                let Some(plan) = lock(&plans).remove(&(id.clone(), run)) else { return };
                tokio::spawn(async move {
                    let outcome = match line.get().await {
                        Ok(engine) => lab::reset(&engine, &exercise, &folder, &plan).await,
                        Err(error) => Err(error.into()),
                    };
                    let outcome = outcome.map_err(|e| format!("{e}. {}", e.remedy()));
                    let _ = out.send(Msg::WasReset { exercise: id, run, outcome }).await;
                });
            }
        }
    }
}

/// Straight to the learner's terminal. One that is gone is told nothing.
fn say(bytes: &[u8]) {
    let mut out = std::io::stdout();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

async fn begin(set_up: &SetUp, folder: &Path, exercise: &Exercise, run: u64) -> Result<(), LabError> {
    let (place, what) = (folder.to_owned(), exercise.clone());
    // Files are not for the app's thread.
    let laid = tokio::task::spawn_blocking(move || lab::begin(&place, &what)).await;
    laid.map_err(|error| LabError::File { path: folder.to_owned(), source: error.into() })??;
    set_up.run(folder, exercise, run).await
}

async fn plan_reset(
    line: &EngineLine,
    exercise: &Exercise,
    since: jiff::Timestamp,
    folder: &std::path::Path,
    made: &Since,
) -> Result<Plan, String> {
    let engine = line.get().await.map_err(|e| format!("{e}. {}", e.remedy()))?;
    let plan = lab::plan_reset(&engine, exercise, since, folder, made).await;
    plan.map_err(|e| format!("{e}. {}", e.remedy()))
}

async fn follow_log(line: EngineLine, log: LogFrom, out: Sender<Msg>) {
    let engine = match line.get().await {
        Ok(engine) => engine,
        Err(error) => {
            let id = log.id;
            let _ = out
                .send(Msg::Log { id, lines: Vec::new(), ended: Some(LogEnd::Unreadable(error.to_string())) })
                .await;
            return;
        }
    };
    let (sender, mut updates) = mpsc::channel(16);
    let follower = Follower(engine::follow_logs(engine, log, sender));
    while let Some(LogUpdate { id, lines, ended }) = updates.recv().await {
        if out.send(Msg::Log { id, lines, ended }).await.is_err() {
            break;
        }
    }
    drop(follower);
}

/// Ends the engine's side too when this side is aborted.
struct Follower(JoinHandle<()>);

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A lock that a panic elsewhere has poisoned still holds usable handles.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
