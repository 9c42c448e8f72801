//! The one shell of the app: started when an engine is known, started again when the learner asks.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;

use super::{Wanted, lock};
use crate::class::Shown;
use crate::facts::CommandEnd;
use crate::paths;
use crate::shell::{Options, Put, Shell, ShellEvent};
use crate::tap::{ShellRoot, docker_env, podman_env};
use crate::tui::answers::Colors;
use crate::tui::effect::ShellEffect;
use crate::tui::msg::Msg;
use crate::tui::widget::terminal;

/// Keys that wait for a shell to start; more is a cat on the keyboard.
const MOST_WAITING: usize = 1024;

const DEAF: &str = "The program in the shell is not reading what you type";

/// Where a shell sits. Clones share it.
#[derive(Clone)]
pub(super) struct ShellSeat(Arc<Mutex<Seat>>);

struct Seat {
    out: Sender<Msg>,
    /// Tells the tap which commands are the learner's.
    root: ShellRoot,
    program: Option<Vec<String>>,
    /// Start files of the shells that send marks.
    integration: PathBuf,
    folder: PathBuf,
    /// What the shell is told of the engine; None until one was looked for.
    engine: Option<Given>,
    size: (u16, u16),
    /// What programs are told of the terminal's colours.
    colors: Colors,
    /// The learner was told that the program does not read.
    is_deaf: bool,
    shell: Option<Shell>,
    /// What was typed before there was a shell.
    waiting: Vec<ShellEffect>,
    /// Something may be another on the screen than it was.
    changed: Arc<Notify>,
}

#[derive(Clone)]
struct Given {
    docker_host: Option<String>,
    /// The podman command is told, too.
    podman: bool,
    prefix: Vec<String>,
}

impl ShellSeat {
    pub(super) fn new(wanted: &Wanted, root: ShellRoot, out: Sender<Msg>) -> Self {
        Self(Arc::new(Mutex::new(Seat {
            out,
            root,
            program: wanted.shell.clone(),
            integration: wanted.paths.runtime.join("shell"),
            folder: wanted.folder.clone(),
            engine: None,
            size: (80, 24),
            colors: Colors::default(),
            is_deaf: false,
            shell: None,
            waiting: Vec::new(),
            changed: Arc::default(),
        })))
    }

    /// Starts the shell beside this engine, or beside none.
    pub(super) fn open(&self, docker_host: Option<&str>, podman: bool, prefix: Vec<String>) {
        let mut seat = lock(&self.0);
        seat.engine = Some(Given { docker_host: docker_host.map(str::to_owned), podman, prefix });
        seat.spawn();
    }

    /// The engine that the shell's commands go to, where it was told of one.
    pub(super) fn docker_host(&self) -> Option<String> {
        lock(&self.0).engine.as_ref()?.docker_host.clone()
    }

    /// What the next shell is told of the engine.
    pub(super) fn set_docker_host(&self, host: &str) {
        if let Some(engine) = &mut lock(&self.0).engine {
            engine.docker_host = Some(host.to_owned());
        }
    }

    /// An engine was found beside a shell that runs already, which keeps its environment.
    pub(super) fn give(&self, docker_host: Option<&str>, podman: bool, prefix: Vec<String>) {
        let mut seat = lock(&self.0);
        let another_network = !prefix.is_empty();
        seat.engine = Some(Given { docker_host: docker_host.map(str::to_owned), podman, prefix });
        let Some(host) = docker_host.filter(|_| seat.shell.as_ref().is_some_and(Shell::runs)) else { return };
        let remedy = if another_network {
            "end it with exit, and start a new one with Enter".to_owned()
        } else {
            format!("type there: export DOCKER_HOST={host}")
        };
        let what = "There is an engine now. The shell was started before it and must be told".to_owned();
        seat.tell(Msg::Trouble { what, remedy });
    }

    /// Where the next shell starts; a running one is taken there by the learner.
    pub(super) fn set_folder(&self, folder: PathBuf) {
        lock(&self.0).folder = folder;
    }

    pub(super) fn run(&self, effect: ShellEffect) {
        let mut seat = lock(&self.0);
        if let ShellEffect::Resize { cols, rows } = effect {
            seat.size = (cols, rows);
        }
        if let ShellEffect::Colors(colors) = effect {
            seat.colors = colors;
        }
        seat.changed.notify_one();
        if effect == ShellEffect::Restart {
            return seat.spawn();
        }
        let Seat { shell, waiting, out, is_deaf, .. } = &mut *seat;
        let Some(shell) = shell else {
            let typed = matches!(
                effect,
                ShellEffect::Type(_) | ShellEffect::Insert(_) | ShellEffect::Key(_) | ShellEffect::Paste(_)
            );
            if matches!(effect, ShellEffect::Type(_)) && matches!(waiting.last(), Some(ShellEffect::Type(_)))
            {
                // One command on the prompt, and nobody has run the one before.
                waiting.pop();
            }
            if typed && waiting.len() < MOST_WAITING {
                waiting.push(effect);
            }
            return;
        };
        let types = matches!(
            effect,
            ShellEffect::Key(_) | ShellEffect::Paste(_) | ShellEffect::Type(_) | ShellEffect::Insert(_)
        );
        let reads = carry_out(shell, effect, out);
        if !reads {
            let remedy = "wait for it, or stop it with Ctrl-C".into();
            let _ = out.try_send(Msg::Trouble { what: DEAF.to_owned(), remedy });
            *is_deaf = true;
        } else if types && std::mem::take(is_deaf) {
            let _ = out.try_send(Msg::TroubleOver(DEAF.to_owned()));
        }
    }

    /// The program that runs in the shell's terminal, if it is not the shell alone.
    pub(super) fn runs(&self) -> Option<String> {
        lock(&self.0).shell.as_ref()?.started()
    }

    /// What it shows now; an empty screen where there is no shell yet.
    pub(super) fn shown(&self) -> Shown {
        let screen = lock(&self.0).shell.as_ref().map(Shell::screen);
        screen.as_ref().map(terminal::shown).unwrap_or_default()
    }

    /// Notified of what may have changed there since `shown` was asked for last.
    pub(super) fn changed(&self) -> Arc<Notify> {
        Arc::clone(&lock(&self.0).changed)
    }

    /// Ends the shell and what it started.
    pub(super) async fn end(&self) {
        let shell = lock(&self.0).shell.take();
        // The bounded wait for the children is not for the app's thread.
        let _ = tokio::task::spawn_blocking(move || drop(shell)).await;
    }
}

impl Seat {
    fn spawn(&mut self) {
        let Some(engine) = self.engine.clone() else { return };
        if let Some(old) = self.shell.take() {
            std::thread::spawn(move || drop(old));
        }
        let mut env = Vec::new();
        if let Some(host) = engine.docker_host {
            env.extend(docker_env(&host));
            env.extend(engine.podman.then(|| podman_env(&host)));
        }
        if let Some(path) = paths::path_with_us() {
            env.push(("PATH".to_owned(), path));
        }
        // Made when it is first needed; where it cannot be, some folder is better than no shell.
        let _ = std::fs::create_dir_all(&self.folder);
        let folder = if self.folder.is_dir() { self.folder.clone() } else { std::env::temp_dir() };
        let options = Options {
            program: self.program.clone(),
            prefix: engine.prefix,
            cwd: folder,
            env,
            integration: Some(self.integration.clone()),
            cols: self.size.0,
            rows: self.size.1,
            ..Options::default()
        };
        let (out, root, changed) = (self.out.clone(), self.root.clone(), Arc::clone(&self.changed));
        let on_event = move |event| {
            let msg = match event {
                ShellEvent::Dirty => {
                    changed.notify_one();
                    Msg::ShellDirty
                }
                ShellEvent::Exited(status) => Msg::ShellExited(status),
                ShellEvent::Bell => Msg::Bell,
                ShellEvent::Notice(text) => Msg::Notification(text),
                ShellEvent::Clipboard(text) => Msg::Selected(text),
                ShellEvent::Run(line) => Msg::CommandRun(line),
                ShellEvent::Printed(_) => return,
                ShellEvent::CommandStarted => return root.command_started(),
                ShellEvent::CommandEnded(status) => {
                    root.command_ended();
                    Msg::CommandEnded(CommandEnd { at: Timestamp::now(), status })
                }
            };
            let _ = out.blocking_send(msg);
        };
        match Shell::spawn(options, on_event) {
            Ok(shell) => {
                self.root.set_pid(shell.pid());
                let name = shell.name().to_owned();
                let screen = shell.screen();
                shell.set_colors(self.colors.foreground, self.colors.background);
                for effect in self.waiting.drain(..) {
                    carry_out(&shell, effect, &self.out);
                }
                self.shell = Some(shell);
                self.changed.notify_one();
                self.tell(Msg::ShellStarted { screen, name });
            }
            Err(error) => self.tell(Msg::ShellFailed(format!("{error}. {}", error.remedy()))),
        }
    }

    fn tell(&self, msg: Msg) {
        let out = self.out.clone();
        tokio::spawn(async move {
            let _ = out.send(msg).await;
        });
    }
}

/// False where the program does not read and its queue is full.
fn carry_out(shell: &Shell, effect: ShellEffect, out: &Sender<Msg>) -> bool {
    match effect {
        ShellEffect::Type(text) => {
            let why = match shell.put(&text) {
                Put::Done | Put::Waits => return true,
                Put::Full => return false,
                Put::Taken => "Something stands on the prompt, so nothing was typed: run it, or take it away with Ctrl-U".to_owned(),
                Put::Runs(program) => format!(
                    "{program} runs in the shell, so nothing was typed: end it first, with Ctrl-C, q, exit or Ctrl-D"
                ),
                Put::RunsLines => {
                    "This command has several lines, and the shell would run each at once: type it yourself, line by line".to_owned()
                }
            };
            let _ = out.try_send(Msg::NotTyped(why));
            true
        }
        ShellEffect::Insert(text) => shell.insert(&text),
        ShellEffect::Colors(colors) => {
            shell.set_colors(colors.foreground, colors.background);
            true
        }
        ShellEffect::Key(key) => terminal::key(&key).is_none_or(|key| shell.key(key)),
        ShellEffect::Paste(text) => shell.paste(&text),
        ShellEffect::Mouse(mouse) => {
            if let Some(text) = shell.mouse(terminal::mouse(&mouse)) {
                // The inbox is the app's own: a full one only costs this copy.
                let _ = out.try_send(Msg::Selected(text));
            }
            true
        }
        ShellEffect::Resize { cols, rows } => {
            shell.resize(cols, rows);
            true
        }
        ShellEffect::Scroll(lines) => {
            shell.scroll(lines);
            true
        }
        ShellEffect::Focus(focused) => {
            shell.focus(focused);
            true
        }
        ShellEffect::Restart => true,
    }
}
