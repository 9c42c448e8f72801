//! The child on its pseudo-terminal: how it is started, and how all of it is ended.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use filedescriptor::FileDescriptor;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::{self, Pid, Signal};
use rustix::termios::{self, Winsize};

/// How a learner's shell is started. `Default` is their own shell in the folder that the app runs in.
#[derive(Clone, Debug)]
pub struct Options {
    /// Program and arguments; None: the learner's own shell.
    pub program: Option<Vec<String>>,
    /// A command to run the program with, as `nsenter …`; empty for none.
    pub prefix: Vec<String>,
    pub cwd: PathBuf,
    /// Added to the app's own environment.
    pub env: Vec<(String, String)>,
    /// Where to write the start files that make bash and zsh tell of commands; None: they don't.
    pub integration: Option<PathBuf>,
    /// Hand on what commands print.
    pub tells_output: bool,
    pub cols: u16,
    pub rows: u16,
    pub scrollback: usize,
    /// The terminal's colours, for programs that ask for them.
    pub foreground: (u8, u8, u8),
    pub background: (u8, u8, u8),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            program: None,
            prefix: Vec::new(),
            cwd: PathBuf::from("."),
            env: Vec::new(),
            integration: None,
            tells_output: false,
            cols: 80,
            rows: 24,
            scrollback: 5000,
            foreground: (229, 229, 229),
            background: (0, 0, 0),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    #[error("the shell can't start in {}: there is no such folder", .0.display())]
    NoFolder(PathBuf),
    #[error("no pseudo-terminal could be opened: {0}")]
    NoTerminal(String),
    #[error("{program} could not be started: {reason}")]
    NoProgram { program: String, reason: String },
    #[error("no thread could be started for the shell: {0}")]
    NoThread(#[source] std::io::Error),
}

impl SpawnError {
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoFolder(_) => "Make the folder again, or start pilotwhale from one that exists.",
            Self::NoTerminal(_) => "Close some terminals: the system may have no free one left.",
            Self::NoProgram { .. } => {
                "Check the name after --shell, or leave it out to get your own shell ($SHELL)."
            }
            Self::NoThread(_) => "Close some programs and try again: the system is out of processes.",
        }
    }
}

/// What the child's terminal is called, and what it must not inherit from the one around the app: a program that
/// finds these would believe that it talks to that one.
const OUTER_TERMINAL: [&str; 13] = [
    "TMUX",
    "ZELLIJ",
    "TERM_PROGRAM",
    "KITTY_",
    "WEZTERM_",
    "ALACRITTY_",
    "GHOSTTY_",
    "ITERM_",
    "KONSOLE_",
    "LC_TERMINAL",
    "VTE_VERSION",
    "WT_SESSION",
    "TERMCAP",
];
const OUTER_EXACTLY: [&str; 4] = ["STY", "LINES", "COLUMNS", "WINDOWID"];

fn is_of_outer_terminal(name: &str) -> bool {
    OUTER_EXACTLY.contains(&name) || OUTER_TERMINAL.iter().any(|prefix| name.starts_with(prefix))
}

pub(super) struct Pty {
    /// Not blocking.
    pub(super) master: FileDescriptor,
    pub(super) child: Child,
    pub(super) pid: Pid,
}

/// The learner's own shell: `$SHELL`, else what the system says, else `/bin/sh`.
pub(super) fn own_shell() -> String {
    CommandBuilder::new_default_prog().get_shell()
}

pub(super) fn open(
    options: &Options,
    argv: &[String],
    env: &[(String, String)],
    size: (u16, u16),
) -> Result<Pty, SpawnError> {
    let cwd = fs::canonicalize(&options.cwd)
        .ok()
        .filter(|cwd| cwd.is_dir())
        .ok_or_else(|| SpawnError::NoFolder(options.cwd.clone()))?;
    let (cols, rows) = size;
    let pair = native_pty_system()
        .openpty(PtySize { cols, rows, pixel_width: 0, pixel_height: 0 })
        .map_err(|error| SpawnError::NoTerminal(error.to_string()))?;
    // Its own reader and writer block, and the writer types an end of file when it is dropped.
    let master = pair
        .master
        .as_raw_fd()
        .ok_or_else(|| "it has no descriptor".to_owned())
        .and_then(|fd| {
            let mut master = FileDescriptor::dup(&fd).map_err(|error| error.to_string())?;
            master.set_non_blocking(true).map_err(|error| error.to_string())?;
            Ok(master)
        })
        .map_err(SpawnError::NoTerminal)?;

    let full: Vec<String> = options.prefix.iter().chain(argv).cloned().collect();
    let program = full.first().cloned().unwrap_or_default();
    let no_program = |reason: String| SpawnError::NoProgram { program: program.clone(), reason };
    if program.is_empty() {
        return Err(no_program("its name is empty".to_owned()));
    }
    let mut command = CommandBuilder::from_argv(full.iter().map(Into::into).collect());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_of_outer_terminal) {
            command.env_remove(name);
        }
    }
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env("PWD", &cwd);
    for (name, value) in options.env.iter().chain(env) {
        command.env(name, value);
    }
    command.cwd(&cwd);
    let child: Box<dyn portable_pty::Child> =
        pair.slave.spawn_command(command).map_err(|error| no_program(error.to_string()))?;
    let child = *child.downcast::<Child>().map_err(|_| no_program("it is no plain process".to_owned()))?;
    let pid = Pid::from_child(&child);
    Ok(Pty { master, child, pid })
}

/// What a process is called, where the system has a `/proc` that tells.
pub(super) fn name_of(pid: Pid) -> String {
    let name = fs::read_to_string(format!("/proc/{}/comm", pid.as_raw_nonzero())).unwrap_or_default();
    let name: String = name.trim().chars().filter(|c| !c.is_control()).collect();
    if name.is_empty() { "A program".to_owned() } else { name }
}

pub(super) fn set_size(master: &FileDescriptor, cols: u16, rows: u16) {
    let size = Winsize { ws_col: cols, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
    // Fails only when the child's side is gone, and then nobody needs to know.
    let _ = termios::tcsetwinsize(master, size);
}

/// The process groups to end with a shell. Call it only while the shell itself is there, so that its number is its own.
pub(super) struct Groups {
    /// The shell's, and that of the program in its foreground: these are killed if they don't listen.
    stubborn: BTreeSet<i32>,
    /// Background jobs: these are told, and may have been started to outlive the shell (`nohup`).
    others: BTreeSet<i32>,
}

impl Groups {
    pub(super) fn of(shell: Pid, master: &FileDescriptor) -> Self {
        let mut stubborn = BTreeSet::from([shell.as_raw_pid()]);
        if let Ok(foreground) = termios::tcgetpgrp(master) {
            stubborn.insert(foreground.as_raw_pid());
        }
        let others = session_groups(shell).into_iter().filter(|group| !stubborn.contains(group)).collect();
        Self { stubborn, others }
    }

    /// Hang up, as a terminal does when its window is closed; stopped jobs are woken for it.
    pub(super) fn hang_up(&self) {
        for group in self.stubborn.iter().chain(&self.others) {
            signal(*group, Signal::HUP);
            signal(*group, Signal::CONT);
        }
    }

    /// Waits until the stubborn ones are gone, at most until `deadline`, and kills those that are not.
    pub(super) fn kill_at(&self, deadline: Instant) {
        loop {
            let left: Vec<i32> = self.stubborn.iter().copied().filter(|group| is_there(*group)).collect();
            if left.is_empty() {
                return;
            }
            if Instant::now() >= deadline {
                for group in left {
                    signal(group, Signal::KILL);
                }
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn signal(group: i32, signal: Signal) {
    if let Some(group) = Pid::from_raw(group) {
        // It may have ended by itself meanwhile.
        let _ = process::kill_process_group(group, signal);
    }
}

fn is_there(group: i32) -> bool {
    Pid::from_raw(group).is_some_and(|group| process::test_kill_process_group(group).is_ok())
}

/// All process groups of a session, where the system has a `/proc` to find them in.
fn session_groups(session: Pid) -> BTreeSet<i32> {
    let Ok(entries) = fs::read_dir(Path::new("/proc")) else { return BTreeSet::new() };
    entries
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok())
        .filter_map(|stat| {
            // The name before it may hold anything: `PID (NAME) STATE PARENT GROUP SESSION …`
            let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(2);
            let (group, of) = (fields.next()?.parse().ok()?, fields.next()?.parse::<i32>().ok()?);
            (of == session.as_raw_pid()).then_some(group)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_terminal_is_not_inherited() {
        for name in ["TMUX", "TMUX_PANE", "ZELLIJ_SESSION_NAME", "TERM_PROGRAM_VERSION", "STY", "LINES"] {
            assert!(is_of_outer_terminal(name), "{name}");
        }
        for name in ["TERM", "PATH", "STYLE", "COLORFGBG", "DOCKER_HOST", "LC_ALL"] {
            assert!(!is_of_outer_terminal(name), "{name}");
        }
    }

    #[test]
    fn what_cannot_start_says_why() {
        let fails = |options| super::super::Shell::spawn(options, |_| {}).err().unwrap();
        let program = |argv: Vec<String>| Options { program: Some(argv), ..Options::default() };
        let error = fails(program(vec!["no-such-shell".to_owned()]));
        assert!(error.to_string().starts_with("no-such-shell could not be started"), "{error}");
        assert!(error.remedy().contains("--shell"));
        let error = fails(Options { cwd: "/no/such/folder".into(), ..Options::default() });
        assert!(matches!(error, SpawnError::NoFolder(_)));
        assert!(matches!(fails(program(Vec::new())), SpawnError::NoProgram { .. }));
    }
}
