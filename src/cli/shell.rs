//! `pilotwhale shell`: the observed shell without the screen.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use jiff::Timestamp;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::timeout;

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Desk, Stopped, wait};
use super::observing::Observing;
use crate::cli::print::tell;
use crate::course::Exercise;
use crate::engine::{self, EngineError, Surroundings, Update, discover};
use crate::facts::{Link, Observed, Origin, Run};
use crate::paths::Paths;
use crate::progress::Stage;
use crate::tap::{Event, ShellRoot};

/// How long the shell waits for the engine's events to come in before it starts, and again at its end.
const ENGINE_PATIENCE: Duration = Duration::from_secs(5);
/// Without news for this long, all is told.
const QUIET: Duration = Duration::from_millis(300);

/// Open your shell, observed as in the app but without the screen. Its exit code is passed on.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Keep what is seen for this exercise, which must have been begun
    #[arg(long, value_name = "ID")]
    exercise: Option<String>,

    /// Run this command instead of waiting for yours
    #[arg(short, value_name = "COMMAND")]
    command: Option<String>,
}

pub(super) fn run(args: &Args, chosen: &Chosen, wants_tap: bool) -> Result<ExitCode, Stopped> {
    let paths = Paths::of_user().map_err(|e| Stopped::usage(e.to_string(), ""))?;
    let notebook = args.exercise.as_deref().map(|id| Notebook::open(id, chosen)).transpose()?;
    let status = wait(observed(args, &paths, notebook, wants_tap))??;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}

async fn observed(
    args: &Args,
    paths: &Paths,
    mut notebook: Option<Notebook>,
    wants_tap: bool,
) -> Result<ExitStatus, Stopped> {
    let endpoint = discover(&Surroundings::of_this_machine());
    let problem = endpoint.problem().unwrap_or(EngineError::Absent);
    let endpoint = endpoint.chosen.ok_or(problem);
    let root = ShellRoot::default();
    let tap = match &endpoint {
        Ok(endpoint) if wants_tap => Observing::begin(endpoint, paths, &root),
        Ok(_) => Err("it was started with --no-tap".into()),
        Err(error) => Err(format!("{error}. {}", error.remedy())),
    };
    let (watcher, mut updates) = match (&endpoint, &mut notebook) {
        (Ok(endpoint), Some(notebook)) => {
            let (sender, mut updates) = mpsc::channel(64);
            let watcher = engine::watch(endpoint.clone(), sender);
            // What happens before the events come in would be seen without its output.
            let _ = timeout(ENGINE_PATIENCE, notebook.until_live(&mut updates)).await;
            (Some(watcher), Some(updates))
        }
        _ => (None, None),
    };
    let (host, mut seen) = match tap {
        Ok(tap) => {
            let kept = notebook.as_ref().map_or(String::new(), |n| format!(" for {}", n.exercise.id));
            tell!("pilotwhale: this shell is observed: what docker is asked for is noted{kept}");
            (Some(tap.tap.docker_host()), Some(tap))
        }
        Err(why) => {
            tell!("pilotwhale: this shell is not observed: {why}");
            (endpoint.as_ref().ok().map(|endpoint| endpoint.uri.clone()), None)
        }
    };
    let folder = notebook.as_ref().map(|n| n.desk.paths.exercise_folder(&n.exercise.id));
    let mut child = spawn(args, host.as_deref(), folder)?;
    let pid = child.id().unwrap_or(0);
    root.set_pid(pid);

    let mut signals = Signals::new()?;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.map_err(|e| could_not(format!("the shell was lost: {e}")))?,
            () = signals.pass_on(pid) => {}
            Some(event) = next(seen.as_mut().map(|s| &mut s.events)) => match event {
                Event::Seen(call) => Notebook::call(notebook.as_mut(), &call),
                Event::Failed(why) => tell!("pilotwhale: this shell is not observed any more: {why}"),
            },
            Some(update) = next(updates.as_mut()) => Notebook::update(notebook.as_mut(), update),
        }
    };
    if let Some(observing) = seen {
        observing.end(|call| Notebook::call(notebook.as_mut(), call)).await;
    }
    if let Some(mut updates) = updates {
        let rest = async {
            while let Ok(Some(update)) = timeout(QUIET, updates.recv()).await {
                Notebook::update(notebook.as_mut(), update);
            }
        };
        let _ = timeout(ENGINE_PATIENCE, rest).await;
    }
    drop(watcher);
    Ok(status)
}

fn spawn(args: &Args, docker_host: Option<&str>, folder: Option<PathBuf>) -> Result<Child, Stopped> {
    let shell = std::env::var_os("SHELL").filter(|s| Path::new(s).is_file()).unwrap_or("/bin/sh".into());
    let mut command = Command::new(&shell);
    if let Some(text) = &args.command {
        command.arg("-c").arg(text);
    }
    if let Some(host) = docker_host {
        command.env("DOCKER_HOST", host);
    }
    if let Some(folder) = folder.filter(|f| f.is_dir()) {
        command.current_dir(folder);
    }
    let failed = |error| could_not(format!("{} could not be started: {error}", Path::new(&shell).display()));
    command.spawn().map_err(failed)
}

/// What ends others is for the shell to decide on.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, Stopped> {
        let on = |kind| signal(kind).map_err(|e| could_not(format!("signals could not be taken: {e}")));
        Ok(Self {
            interrupt: on(SignalKind::interrupt())?,
            quit: on(SignalKind::quit())?,
            terminate: on(SignalKind::terminate())?,
            hangup: on(SignalKind::hangup())?,
        })
    }

    /// The terminal sends the first two to the shell as well.
    async fn pass_on(&mut self, child: u32) {
        let signal = tokio::select! {
            _ = self.interrupt.recv() => return,
            _ = self.quit.recv() => return,
            _ = self.terminate.recv() => rustix::process::Signal::TERM,
            _ = self.hangup.recv() => rustix::process::Signal::HUP,
        };
        if let Some(pid) = rustix::process::Pid::from_raw(child.cast_signed()) {
            // One that has just ended needs none.
            let _ = rustix::process::kill_process(pid, signal);
        }
    }
}

/// The next one, or none ever where there is nobody to tell.
async fn next<T>(from: Option<&mut Receiver<T>>) -> Option<T> {
    from?.recv().await
}

/// Where what is seen is written down for one exercise.
struct Notebook {
    desk: Desk,
    exercise: Exercise,
    attempt: u64,
    since: Timestamp,
    wants_calls: bool,
    wants_output: bool,
    complained: bool,
}

impl Notebook {
    fn open(id: &str, chosen: &Chosen) -> Result<Self, Stopped> {
        let desk = Desk::open(chosen)?;
        let exercise = desk.exercise(id)?;
        let state = desk.state(id);
        if state.stage != Stage::Working {
            return Err(Stopped::usage(
                format!("{} is not under way", exercise.title),
                format!("Begin it first: pilotwhale begin {id}"),
            ));
        }
        let exercise = exercise.drawn(&state.vars);
        let wants_calls = exercise.needs().calls;
        let wants_output = exercise.needs().exec_output;
        let since = state.begun.unwrap_or_default();
        Ok(Self { desk, exercise, attempt: state.run, since, wants_calls, wants_output, complained: false })
    }

    async fn until_live(&mut self, updates: &mut Receiver<Update>) {
        while let Some(update) = updates.recv().await {
            let is_live = matches!(update, Update::Link(Link::Live));
            Self::update(Some(self), update);
            if is_live {
                break;
            }
        }
    }

    fn call(notebook: Option<&mut Self>, call: &Observed) {
        let Some(notebook) = notebook else { return };
        let counts = call.command.origin == Origin::Typed
            && call.answer.is_some()
            && call.action.name != "ping"
            && call.at >= notebook.since;
        if notebook.wants_calls && counts {
            let call = call.keeping(notebook.wants_output);
            let kept = notebook.desk.store.keep_seen(&notebook.exercise.id, notebook.attempt, &call);
            notebook.complain(kept.err().map(Stopped::from));
        }
    }

    fn update(notebook: Option<&mut Self>, update: Update) {
        if let (Some(notebook), Update::Run(run)) = (notebook, update) {
            notebook.run(&run);
        }
    }

    fn run(&mut self, run: &Run) {
        if run.created.is_none_or(|created| created >= self.since) {
            let run = run.keeping(&self.exercise.needs().variables);
            let kept = self.desk.store.keep_run(&self.exercise.id, self.attempt, &run);
            self.complain(kept.err().map(Stopped::from));
        }
    }

    /// Once: a full disk fails with each call.
    fn complain(&mut self, why: Option<Stopped>) {
        if let Some(why) = why.filter(|_| !self.complained) {
            self.complained = true;
            tell!("pilotwhale: {why}");
        }
    }
}

fn could_not(what: String) -> Stopped {
    Stopped {
        what,
        remedy: "Try again; say --no-tap to go on without being observed.".into(),
        ending: Ending::CouldNot,
    }
}
