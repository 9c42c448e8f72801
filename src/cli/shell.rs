//! `pilotwhale shell`: the observed shell without the screen.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Desk, Stopped, wait};
use super::observing::Observing;
use super::play::Screen;
use crate::cli::print::tell;
use crate::engine::private::{self, Private, PrivateError};
use crate::engine::{EngineError, Surroundings, Update, discover, is_podman};
use crate::facts::Link;
use crate::lab::Observation;
use crate::paths::{Paths, path_with_us};
use crate::progress::Stage;
use crate::session::{Attempt, Sight};
use crate::tap::{Event, ShellRoot, docker_env, podman_env};

/// How long the shell waits for the engine's events to come in before it starts, and again at its end.
const ENGINE_PATIENCE: Duration = Duration::from_secs(5);
/// Without news for this long, all is told.
const QUIET: Duration = Duration::from_millis(300);

/// Open your shell, observed as in the app but without the screen
///
/// Its exit code is passed on.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Keep what is seen for this exercise, which must have been begun
    #[arg(long, value_name = "ID")]
    exercise: Option<String>,

    /// Run this command instead of waiting for yours
    #[arg(short, value_name = "COMMAND")]
    command: Option<String>,
}

pub(super) fn run(args: &Args, chosen: &Chosen, screen: &Screen) -> Result<ExitCode, Stopped> {
    let paths = Paths::of_user().map_err(|e| Stopped::usage(e.to_string(), ""))?;
    let notebook = args.exercise.as_deref().map(|id| Notebook::open(id, chosen)).transpose()?;
    let plan = screen.own_engine(&paths);
    let status = wait(async {
        let own = match plan.asked {
            true => Some(private::start(&plan, &Notify::new()).await.map_err(no_own_engine)?),
            false => None,
        };
        let status = observed(args, &paths, notebook, screen.wants_tap(), own.as_ref()).await;
        if let Some(own) = own {
            own.stop().await;
        }
        status
    })??;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}

async fn observed(
    args: &Args,
    paths: &Paths,
    mut notebook: Option<Notebook>,
    wants_tap: bool,
    own: Option<&Private>,
) -> Result<ExitStatus, Stopped> {
    let endpoint = match own {
        Some(own) => Ok(own.endpoint().clone()),
        None => {
            let found = discover(&Surroundings::of_this_machine());
            let problem = found.problem().unwrap_or(EngineError::Absent);
            found.chosen.ok_or(problem)
        }
    };
    let root = ShellRoot::default();
    let (mut watched, mut updates) = match (&endpoint, &notebook) {
        (Ok(endpoint), Some(notebook)) => {
            let (watched, updates) = Observation::begin(endpoint);
            watched.record(notebook.attempt.since, notebook.attempt.needs());
            (Some(watched), Some(updates))
        }
        _ => (None, None),
    };
    let last_looks = watched.as_mut().map(Observation::last_looks);
    let tap = match &endpoint {
        Ok(endpoint) if wants_tap => Observing::begin(endpoint, paths, &root, last_looks),
        Ok(_) => Err("it was started with --no-tap".into()),
        Err(error) => Err(format!("{error}. {}", error.remedy())),
    };
    if let (Some(updates), Some(notebook)) = (&mut updates, &mut notebook) {
        // What happens before the events come in would be seen without its output.
        let _ = timeout(ENGINE_PATIENCE, notebook.until_live(updates)).await;
    }
    let (host, mut seen) = match tap {
        Ok(tap) => {
            let kept = notebook.as_ref().map_or(String::new(), |n| format!(" for {}", n.exercise));
            tell!("pilotwhale: this shell is observed: what docker is asked for is noted{kept}");
            (Some(tap.tap.docker_host()), Some(tap))
        }
        Err(why) => {
            tell!("pilotwhale: this shell is not observed: {why}");
            (endpoint.as_ref().ok().map(|endpoint| endpoint.uri.clone()), None)
        }
    };
    let folder = notebook.as_ref().map(|n| n.desk.paths.exercise_folder(&n.exercise));
    let prefix = own.map(Private::shell_prefix).unwrap_or_default();
    let podman = match &endpoint {
        Ok(endpoint) => is_podman(endpoint).await,
        Err(_) => false,
    };
    let mut env = host.as_deref().map(docker_env).unwrap_or_default();
    env.extend(host.as_deref().filter(|_| podman).map(podman_env));
    let mut child = spawn(args, &prefix, env, folder)?;
    let pid = child.id().unwrap_or(0);
    root.set_pid(pid);

    let mut signals = Signals::new()?;
    let mut saw = |sight: Sight<'_>| {
        if let Some(notebook) = &mut notebook {
            notebook.saw(sight);
        }
    };
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.map_err(|e| could_not(format!("the shell was lost: {e}")))?,
            () = signals.pass_on(pid) => {}
            Some(event) = next(seen.as_mut().map(|s| &mut s.calls)) => match event {
                Event::Seen(call) => saw(Sight::Call(&call)),
                Event::Failed(why) => tell!("pilotwhale: this shell is not observed any more: {why}"),
            },
            Some(update) = next(updates.as_mut()) => sight(&update).into_iter().for_each(&mut saw),
        }
    };
    if let Some(observing) = seen {
        observing.end(|call| saw(Sight::Call(call))).await;
    }
    if let Some(mut updates) = updates {
        let rest = async {
            while let Ok(Some(update)) = timeout(QUIET, updates.recv()).await {
                sight(&update).into_iter().for_each(&mut saw);
            }
        };
        let _ = timeout(ENGINE_PATIENCE, rest).await;
    }
    drop(watched);
    Ok(status)
}

/// `prefix` is what to put before the shell's own words.
fn spawn(
    args: &Args,
    prefix: &[String],
    env: Vec<(String, String)>,
    folder: Option<PathBuf>,
) -> Result<Child, Stopped> {
    let shell = std::env::var_os("SHELL").filter(|s| Path::new(s).is_file()).unwrap_or("/bin/sh".into());
    let mut command = match prefix {
        [program, words @ ..] => {
            let mut command = Command::new(program);
            command.args(words).arg(&shell);
            command
        }
        [] => Command::new(&shell),
    };
    if let Some(text) = &args.command {
        command.arg("-c").arg(text);
    }
    command.envs(env);
    if let Some(folder) = folder.filter(|f| f.is_dir()) {
        command.current_dir(folder);
    }
    if let Some(path) = path_with_us() {
        command.env("PATH", path);
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
    exercise: String,
    attempt: Attempt,
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
        let kept = desk.store.kept(id, state.run)?;
        let needs = exercise.drawn(&state.vars).needs();
        let attempt = Attempt::new(state.run, state.begun.unwrap_or_default(), needs, kept);
        Ok(Self { desk, exercise: id.to_owned(), attempt, complained: false })
    }

    async fn until_live(&mut self, updates: &mut Receiver<Update>) {
        while let Some(update) = updates.recv().await {
            sight(&update).into_iter().for_each(|sight| self.saw(sight));
            if matches!(update, Update::Link(Link::Live)) {
                break;
            }
        }
    }

    /// Keeps what of it counts.
    fn saw(&mut self, sight: Sight<'_>) {
        for what in self.attempt.saw(sight).keep {
            let kept = self.desk.store.keep(&self.exercise, self.attempt.number, &what);
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

fn no_own_engine(error: PrivateError) -> Stopped {
    let what = format!("an engine of its own could not be started: {error}");
    Stopped { what, remedy: error.remedy(), ending: Ending::CouldNot }
}

fn sight(update: &Update) -> Option<Sight<'_>> {
    match update {
        Update::Run(run) => Some(Sight::Run(run)),
        Update::Thing(thing) => Some(Sight::Thing(thing)),
        Update::Past(past) => Some(Sight::Past(past)),
        Update::Link(_) | Update::Snapshot(_) => None,
    }
}

fn could_not(what: String) -> Stopped {
    Stopped {
        what,
        remedy: "Try again; say --no-tap to go on without being observed.".into(),
        ending: Ending::CouldNot,
    }
}
