//! A terminal of a given size with a program in it: keys go in, what it shows is waited for.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use alacritty_terminal::event::{Event, EventListener, WindowSize};
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::{Config, Term, TermMode};
use alacritty_terminal::vte::ansi::{CursorShape, Processor, Rgb};
use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::engine::EngineUnderTest;
use super::grid::Grid;
use super::keys;

/// How long a test waits for something to appear. Long: it is only ever used up by a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// What of the tester's own environment a program under test may see.
const KEPT: [&str; 4] = ["PATH", "DOCKER_CONFIG", "SSL_CERT_FILE", "LLVM_PROFILE_FILE"];

/// A program that is about to be started in a terminal, in a home of its own.
pub(crate) struct Launch {
    command: CommandBuilder,
    columns: u16,
    rows: u16,
    silent: bool,
    home: Arc<TempDir>,
}

impl Launch {
    /// The real binary. Without [`Launch::engine`] it finds no engine.
    pub(crate) fn pilotwhale() -> Self {
        Self::program(env!("CARGO_BIN_EXE_pilotwhale"))
    }

    pub(crate) fn program(program: &str) -> Self {
        let home = tempfile::Builder::new().prefix("pw-").tempdir().expect("a temporary folder can be made");
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LC_ALL", "C.UTF-8");
        command.env("SHELL", "/bin/bash");
        command.env("PILOTWHALE_THEME", "dark");
        command.env("DOCKER_HOST", "unix:///nonexistent/no-engine.sock");
        Self { command, columns: 120, rows: 40, silent: false, home: Arc::new(home) }
    }

    pub(crate) fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// The terminal answers no question: the test does, when it wants to.
    pub(crate) fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.cwd(folder);
        self
    }

    pub(crate) fn size(mut self, columns: u16, rows: u16) -> Self {
        (self.columns, self.rows) = (columns, rows);
        self
    }

    pub(crate) fn engine(self, engine: &EngineUnderTest) -> Self {
        self.env("DOCKER_HOST", engine.host())
    }

    /// Starts in the home that another program had: the same progress, the same files.
    pub(crate) fn home_of(mut self, other: &Screen) -> Self {
        self.home = other.home.clone();
        self
    }

    /// `HOME` of the program that will be started: what is put there now, it finds.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn start(mut self) -> Screen {
        self.command.env("HOME", self.home.path());
        self.command.env("PILOTWHALE_HOME", self.home.path().join("pilotwhale"));
        if self.command.get_cwd().is_none() {
            self.command.cwd(self.home.path());
        }
        Screen::start(self)
    }
}

/// A running program, its terminal and its home. Dropping it ends the program.
pub(crate) struct Screen {
    shared: Arc<Shared>,
    master: Box<dyn MasterPty + Send>,
    pid: Pid,
    home: Arc<TempDir>,
}

struct Shared {
    state: Mutex<State>,
    /// Notified after every change of the state.
    changed: Condvar,
    /// The program's input: keys and the terminal's answers go through the same hands.
    input: Mutex<Box<dyn Write + Send>>,
}

struct State {
    term: Term<Answers>,
    parser: Processor,
    /// Every byte that the program wrote.
    written: Vec<u8>,
    /// All output has been read: nothing more will appear.
    drained: bool,
    exit: Option<ExitStatus>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, bytes: &[u8]) {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        // a program that has just ended reads nothing more; the test will see that it has
        let _ = input.write_all(bytes).and_then(|()| input.flush());
    }
}

impl Screen {
    fn start(launch: Launch) -> Self {
        let size = pty_size(launch.columns, launch.rows);
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal can be opened");
        let mut child = pair.slave.spawn_command(launch.command).expect("the program can be started");
        drop(pair.slave);
        let pid = child.process_id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
        let mut output = pair.master.try_clone_reader().expect("the terminal can be read");
        let input = pair.master.take_writer().expect("the terminal can be written to");
        let shared = Arc::new_cyclic(|shared: &std::sync::Weak<Shared>| {
            let to = if launch.silent { std::sync::Weak::new() } else { shared.clone() };
            let answers = Answers { to, columns: launch.columns, rows: launch.rows };
            let term = Term::new(Config::default(), &Size(launch.columns, launch.rows), answers);
            let state =
                State { term, parser: Processor::new(), written: Vec::new(), drained: false, exit: None };
            Shared { state: Mutex::new(state), changed: Condvar::new(), input: Mutex::new(input) }
        });
        let screen = Self {
            shared: shared.clone(),
            master: pair.master,
            pid: pid.expect("a started program has an id"),
            home: launch.home,
        };
        let reading = shared.clone();
        std::thread::spawn(move || {
            let mut chunk = [0; 65536];
            while let Ok(read @ 1..) = output.read(&mut chunk) {
                let state = &mut *reading.state();
                state.written.extend_from_slice(&chunk[..read]);
                state.parser.advance(&mut state.term, &chunk[..read]);
                reading.changed.notify_all();
            }
            let state = &mut *reading.state();
            state.parser.stop_sync(&mut state.term);
            state.drained = true;
            reading.changed.notify_all();
        });
        std::thread::spawn(move || {
            let exit = child.wait().expect("the program can be waited for");
            shared.state().exit = Some(exit);
            shared.changed.notify_all();
        });
        screen
    }

    /// Presses keys, by the names of [`keys::bytes`].
    pub(crate) fn send(&self, keys: &str) {
        self.shared.send(&keys::bytes(keys));
    }

    /// Types text as it is.
    pub(crate) fn type_text(&self, text: &str) {
        self.shared.send(text.as_bytes());
    }

    /// Pastes as xterm does: in brackets if the program has asked for them.
    pub(crate) fn paste(&self, text: &str) {
        let bracketed = self.shared.state().term.mode().contains(TermMode::BRACKETED_PASTE);
        let pasted = if bracketed { format!("\x1b[200~{text}\x1b[201~") } else { text.replace('\n', "\r") };
        self.shared.send(pasted.as_bytes());
    }

    /// A click of the left button on the first place that shows `text`.
    pub(crate) fn click(&self, text: &str) {
        let grid = self.wait_until(&format!("'{text}' to click on"), |grid| grid.contains(text));
        let (row, column) = grid.find(text).expect("it was just seen");
        self.mouse(0, row, column);
    }

    /// One notch of the wheel over the cell, counted from 0.
    pub(crate) fn wheel(&self, down: bool, row: u16, column: u16) {
        let button = if down { 65 } else { 64 };
        self.shared.send(format!("\x1b[<{button};{};{}M", column + 1, row + 1).as_bytes());
    }

    fn mouse(&self, button: u8, row: u16, column: u16) {
        let (x, y) = (column + 1, row + 1);
        self.shared.send(format!("\x1b[<{button};{x};{y}M\x1b[<{button};{x};{y}m").as_bytes());
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.shared.state().term.resize(Size(columns, rows));
        self.master.resize(pty_size(columns, rows)).expect("the terminal can be resized");
    }

    /// Tells the program of a window that the test's own terminal does not have.
    pub(crate) fn claim_size(&self, columns: u16, rows: u16) {
        self.master.resize(pty_size(columns, rows)).expect("the terminal can be resized");
    }

    /// Whether the terminal hands every key on as it is pressed, also Ctrl-C.
    pub(crate) fn is_raw(&self) -> bool {
        use rustix::termios::{LocalModes, tcgetattr};
        let name = self.master.tty_name().expect("the terminal has a name");
        let terminal = std::fs::File::open(name).expect("the terminal can be opened");
        let modes = tcgetattr(terminal).expect("it is a terminal");
        !modes.local_modes.intersects(LocalModes::ICANON | LocalModes::ISIG)
    }

    /// What the program has taken at most until now, in KB.
    #[cfg(target_os = "linux")]
    pub(crate) fn most_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells it");
        peak.trim().trim_end_matches("kB").trim().parse().expect("a number")
    }

    pub(crate) fn grid(&self) -> Grid {
        grid(&self.shared.state().term)
    }

    pub(crate) fn text(&self) -> String {
        self.grid().text()
    }

    /// All bytes that the program has written until now.
    pub(crate) fn written(&self) -> Vec<u8> {
        self.shared.state().written.clone()
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        self.grid().contains(text)
    }

    /// The first row that shows `text` now.
    pub(crate) fn row_with(&self, text: &str) -> Option<String> {
        self.grid().row_with(text).map(str::to_owned)
    }

    /// Waits until the screen is as wanted and returns it; panics with what it shows when that takes too long.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, wanted: impl Fn(&Grid) -> bool) -> Grid {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.shared.state();
        loop {
            let grid = grid(&state.term);
            if wanted(&grid) {
                return grid;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.drained {
                let why =
                    if left.is_zero() { "did not appear in time" } else { "will not appear: it has ended" };
                drop(state);
                panic!("{what}: {why}\n{grid}\n{}", self.log_tail());
            }
            (state, _) =
                self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) -> Grid {
        self.wait_until(&format!("'{text}'"), |grid| grid.contains(text))
    }

    #[track_caller]
    pub(crate) fn wait_gone(&self, text: &str) -> Grid {
        self.wait_until(&format!("a screen without '{text}'"), |grid| !grid.contains(text))
    }

    /// Waits until the program has ended and all it wrote is on the screen.
    #[track_caller]
    pub(crate) fn wait_exit(&self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.shared.state();
        loop {
            if let (Some(exit), true) = (&state.exit, state.drained) {
                return exit.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let grid = grid(&state.term);
                drop(state);
                panic!("the program did not end\n{grid}\n{}", self.log_tail());
            }
            (state, _) =
                self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().cast_unsigned()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        if self.shared.state().exit.is_none() {
            let _ = kill_process(self.pid, signal); // it may end in this very moment
        }
    }

    /// Ends the program as a power cut would, and waits until it is gone.
    pub(crate) fn kill9(&self) {
        self.signal(Signal::KILL);
        self.wait_exit();
    }

    /// `HOME` of the program; `PILOTWHALE_HOME` is the folder `pilotwhale` in it.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    fn log_tail(&self) -> String {
        let mut logs = Vec::new();
        collect_logs(self.home(), &mut logs);
        let mut tails = String::new();
        for log in logs {
            let text = String::from_utf8_lossy(&std::fs::read(&log).unwrap_or_default()).into_owned();
            let lines: Vec<&str> = text.lines().collect();
            let last = &lines[lines.len().saturating_sub(20)..];
            let _ = writeln!(tails, "end of {}:\n{}", log.display(), last.join("\n"));
        }
        tails
    }
}

impl Drop for Screen {
    /// As when the window of a terminal is closed. Again and again: a shell that is just about to read its next key
    /// takes note of the first signal and reads on.
    fn drop(&mut self) {
        for _ in 0..100 {
            self.signal(Signal::HUP);
            let runs = |state: &mut State| state.exit.is_none();
            let wait = Duration::from_millis(100);
            if let Ok((state, _)) = self.shared.changed.wait_timeout_while(self.shared.state(), wait, runs)
                && state.exit.is_some()
            {
                return;
            }
        }
        self.signal(Signal::KILL);
    }
}

fn collect_logs(folder: &Path, logs: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect_logs(&path, logs);
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().contains(".log")) {
            logs.push(path);
        }
    }
}

fn pty_size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        cols: columns,
        rows,
        pixel_width: columns.saturating_mul(9),
        pixel_height: rows.saturating_mul(18),
    }
}

/// Columns and rows; nothing is kept of what scrolls away.
struct Size(u16, u16);

impl Dimensions for Size {
    fn total_lines(&self) -> usize {
        usize::from(self.1)
    }

    fn screen_lines(&self) -> usize {
        usize::from(self.1)
    }

    fn columns(&self) -> usize {
        usize::from(self.0)
    }
}

/// Answers the program's questions to the terminal; what alacritty leaves open is answered as by a dark xterm.
struct Answers {
    to: std::sync::Weak<Shared>,
    columns: u16,
    rows: u16,
}

impl EventListener for Answers {
    fn send_event(&self, event: Event) {
        let answer = match event {
            Event::PtyWrite(text) => text,
            Event::ColorRequest(index, format) => {
                // 256 is the foreground, 257 the background
                let level = if index == 256 { 0xe5 } else { 0 };
                format(Rgb { r: level, g: level, b: level })
            }
            Event::TextAreaSizeRequest(format) => {
                let (num_cols, num_lines) = (self.columns, self.rows);
                format(WindowSize { num_lines, num_cols, cell_width: 9, cell_height: 18 })
            }
            _ => return,
        };
        if let Some(shared) = self.to.upgrade() {
            shared.send(answer.as_bytes());
        }
    }
}

fn grid(term: &Term<Answers>) -> Grid {
    let cells = term.grid();
    let rows = (0..term.screen_lines())
        .map(|y| {
            let line = &cells[Line(i32::try_from(y).unwrap_or(i32::MAX))];
            let mut row = String::new();
            for x in 0..term.columns() {
                let cell = &line[Column(x)];
                if !cell.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER) {
                    row.push(cell.c);
                    row.extend(cell.zerowidth().into_iter().flatten());
                }
            }
            row.truncate(row.trim_end().len());
            row
        })
        .collect();
    let cursor = term.renderable_content().cursor;
    let shown = cursor.shape != CursorShape::Hidden && term.mode().contains(TermMode::SHOW_CURSOR);
    Grid {
        rows,
        columns: u16::try_from(term.columns()).unwrap_or(u16::MAX),
        cursor: shown.then(|| (usize::try_from(cursor.point.line.0).unwrap_or(0), cursor.point.column.0)),
        alternate: term.mode().contains(TermMode::ALT_SCREEN),
    }
}
