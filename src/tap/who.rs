//! Who made a call: the program behind a connection, and whether the learner typed it.

use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::redact;
use crate::facts::{Command, Origin};

/// A mark comes through the terminal and the call through a socket: on a busy machine the call may be there first. So long
/// it waits for the mark, which what a prompt runs never gets.
const MARK_PATIENCE: Duration = Duration::from_millis(200);

/// The embedded shell, as far as it tells whose a call is. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct ShellRoot(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    root: Mutex<Root>,
    /// A command has started.
    started: Notify,
}

#[derive(Clone, Debug, Default)]
struct Root {
    /// The process that the app started on its terminal; 0 while there is none.
    pid: u32,
    /// The shell has sent a mark: from then on only its commands count.
    marked: bool,
    /// A command of the learner is running.
    running: bool,
    /// When the last one ended, in the clock ticks of `Process::started`.
    ended: u64,
}

impl ShellRoot {
    /// A new shell; it may never send a mark.
    pub fn set_pid(&self, pid: u32) {
        *self.lock() = Root { pid, ..Root::default() };
    }

    pub fn command_started(&self) {
        let mut root = self.lock();
        root.marked = true;
        root.running = true;
        drop(root);
        self.0.started.notify_waiters();
    }

    pub fn command_ended(&self) {
        let now = ticks_now();
        let mut root = self.lock();
        root.marked = true;
        root.running = false;
        root.ended = now;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Root> {
        self.0.root.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until_started(&self) {
        let started = self.0.started.notified();
        tokio::pin!(started);
        // From here on no start is missed.
        started.as_mut().enable();
        if !self.lock().running {
            started.await;
        }
    }
}

/// One process, as the system tells.
#[derive(Clone, Debug, Default, PartialEq)]
struct Process {
    pid: u32,
    parent: u32,
    group: u32,
    session: u32,
    /// The group that holds the terminal.
    foreground: i64,
    /// In clock ticks since the machine was started.
    started: u64,
    argv: Vec<String>,
}

/// The program with this process id. To be asked while it waits for an answer, so that it is still there.
pub async fn of(pid: u32, root: &ShellRoot) -> Command {
    let chain = ancestors(pid);
    if awaits_mark(&chain, &root.lock()) {
        // Where none comes, it was the prompt.
        let _ = timeout(MARK_PATIENCE, root.until_started()).await;
    }
    judge(&chain, &root.lock()).unwrap_or(Command { pid, ..Command::default() })
}

/// It would be typed if its command had started, and it holds the terminal, so that the shell reads nothing else meanwhile.
fn awaits_mark(chain: &[Process], root: &Root) -> bool {
    let origin = |root: &Root| judge(chain, root).map(|command| command.origin);
    let holds_terminal = chain.first().is_some_and(|p| i64::from(p.group) == p.foreground);
    holds_terminal
        && origin(root) == Some(Origin::Shell)
        && origin(&Root { running: true, ..*root }) == Some(Origin::Typed)
}

/// `chain` begins with the caller; each next one is its parent.
fn judge(chain: &[Process], root: &Root) -> Option<Command> {
    let caller = chain.first()?;
    // A plugin of docker is a process of its own; it counts to the command that started it.
    let same_command = |child: &Process, parent: &Process| {
        parent.group == child.group && parent.session == child.session && is_docker(parent)
    };
    let climbed = chain.windows(2).take_while(|pair| same_command(&pair[0], &pair[1])).count();
    let command = &chain[climbed];
    Some(Command {
        pid: command.pid,
        argv: redact::argv(&command.argv),
        origin: origin(command, &chain[climbed..], root, caller),
    })
}

fn origin(command: &Process, chain: &[Process], root: &Root, caller: &Process) -> Origin {
    let ours = |p: &Process| root.pid != 0 && (p.pid == root.pid || p.session == root.pid);
    if !chain.iter().any(ours) {
        return Origin::Elsewhere;
    }
    let completes = |p: &Process| p.argv.iter().skip(1).any(|word| word.starts_with("__complete"));
    if completes(command) || completes(caller) {
        return Origin::Shell;
    }
    // `$(docker …)`, completions and the like run in the group of the shell itself, which leads that group.
    let leader = chain.iter().skip(1).position(|p| p.pid == command.group).map(|at| at + 1);
    let by_prompt = leader.is_some_and(|at| {
        // `(…)` and loops in a pipe are forks of the shell, with its words, and lead a group of their own.
        let forked = chain.get(at + 1).is_some_and(|parent| parent.argv == chain[at].argv);
        is_prompting_shell(&chain[at]) && !forked
    });
    if command.group == root.pid || by_prompt {
        return Origin::Shell;
    }
    let in_background = i64::from(command.group) != command.foreground;
    let between_marks = root.running
        // `docker … &` is handed back to the prompt before it has made its first call
        || (in_background && command.started <= root.ended);
    if root.marked && !between_marks { Origin::Shell } else { Origin::Typed }
}

fn name_of(process: &Process) -> &str {
    let program = process.argv.first().map_or("", String::as_str);
    program.rsplit('/').next().unwrap_or(program)
}

fn is_docker(process: &Process) -> bool {
    let name = name_of(process);
    name == "docker" || name == "podman" || name.starts_with("docker-")
}

/// A shell that reads commands from a person: it was given no script and no `-c`.
fn is_prompting_shell(process: &Process) -> bool {
    let name = name_of(process).trim_start_matches('-');
    if !["sh", "bash", "zsh", "fish", "dash", "ksh", "ash"].contains(&name) {
        return false;
    }
    let mut words = process.argv.iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rcfile" | "--init-file" | "-o" | "-O" => {
                words.next();
            }
            // `-c`, alone or among others
            word if word.starts_with('-') && !word.starts_with("--") && word.contains('c') => return false,
            word if !word.starts_with(['-', '+']) => return false,
            _ => {}
        }
    }
    true
}

/// A process and those that it comes from, up to the first of the machine.
fn ancestors(pid: u32) -> Vec<Process> {
    let mut chain = Vec::new();
    let mut next = pid;
    // Far deeper than anybody's shells; ends what a process id that was given out again could begin.
    while next > 1 && chain.len() < 64 {
        let Some(process) = read(next) else { break };
        next = process.parent;
        chain.push(process);
    }
    chain
}

#[cfg(target_os = "linux")]
fn read(pid: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let argv = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let argv = argv.strip_suffix(&[0]).unwrap_or(&argv);
    let argv = if argv.is_empty() { Vec::new() } else { argv.split(|b| *b == 0).collect() };
    let argv = argv.into_iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    parse(pid, &stat, argv)
}

/// Elsewhere a call is shown without its program.
#[cfg(not(target_os = "linux"))]
fn read(_: u32) -> Option<Process> {
    None
}

/// `/proc/PID/stat`: the program's name stands in brackets and may hold anything, brackets too.
fn parse(pid: u32, stat: &str, argv: Vec<String>) -> Option<Process> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse().ok();
    Some(Process {
        pid,
        parent: number(1)?,
        group: number(2)?,
        session: number(3)?,
        foreground: fields.get(5)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
        argv,
    })
}

/// The time now as `Process::started` counts: hundredths of a second on every Linux of today.
fn ticks_now() -> u64 {
    let uptime = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds: f64 = uptime.split(' ').next().and_then(|s| s.parse().ok()).unwrap_or_default();
    // a positive number of hundredths fits for millions of years
    (seconds * 100.0).round().max(0.0) as u64
}

#[cfg(test)]
#[path = "who_tests.rs"]
mod tests;
