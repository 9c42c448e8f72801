//! The embedded shell: a PTY child, its terminal model and key encoding. The only room that names the terminal crates.

mod control;
mod emulator;
mod filter;
mod integration;
mod keys;
mod link;
mod modes;
mod mouse;
mod palette;
mod prompt;
mod pty;
mod screen;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub use emulator::is_guarded;
pub use keys::{Key, KeyCode, Mods};
pub use modes::{Modes, MouseFormat, MouseReports};
pub use mouse::{Button, Mouse, MouseKind};
pub use pty::{Options, SpawnError};
pub use screen::{Cell, Color, Cursor, CursorShape, Look, Screen, SelectBy, View, Width};

use emulator::{Emulator, Setup};
use integration::Integration;
use link::Link;
use prompt::Standing;

/// Two clicks on one place within this time are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);
/// What one notch of the wheel moves.
const WHEEL_LINES: i32 = 3;

/// What the shell tells the app, from threads of its own. None of these comes after a shutdown began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellEvent {
    /// The screen changed; said once until somebody reads it.
    Dirty,
    /// The program ended, with 128 + N for signal N; None if its status was lost.
    Exited(Option<i32>),
    /// A program wants this on the clipboard.
    Clipboard(String),
    Bell,
    /// A program has something for the learner's desktop; without control characters.
    Notice(String),
    /// A command line was entered at the prompt. Only from shells that send marks, see [`Options::integration`].
    CommandStarted,
    /// What the command printed, as it was sent. Only where [`Options::tells_output`] asks for it.
    Printed(Vec<u8>),
    CommandEnded(Option<i32>),
    /// A line that was entered at the prompt: what the app had put there, or else what stood there.
    Run(String),
}

/// What became of a command for the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    Done,
    /// It is typed as soon as the shell shows its first prompt.
    Waits,
    /// Something that the app did not put there stands on the prompt.
    Taken,
    /// There is no prompt: a program has the terminal; with its name.
    Runs(String),
    /// It has several lines, and the shell would run each at once.
    RunsLines,
    /// The program has stopped reading and its queue is full.
    Full,
}

/// A running program on a terminal of its own. Nothing here waits for the program, except `shutdown` and drop, which
/// take at most half a second.
pub struct Shell {
    screen: Screen,
    link: Arc<Link>,
    name: String,
    clicks: Mutex<Clicks>,
}

/// Mouse state between events.
#[derive(Default)]
struct Clicks {
    last: Option<(Instant, u16, u16)>,
    count: u8,
    /// The drag began as a selection, so its end is one too.
    selects: bool,
    /// The last motion that was reported, so that one place isn't reported twice.
    moved: Option<Mouse>,
}

impl Shell {
    pub fn spawn(
        options: Options,
        on_event: impl Fn(ShellEvent) + Send + Sync + 'static,
    ) -> Result<Self, SpawnError> {
        let mut argv = options.program.clone().unwrap_or_else(|| vec![pty::own_shell()]);
        let name = argv.first().map(|program| program.rsplit('/').next().unwrap_or(program).to_owned());
        let integration = match &options.integration {
            None => Integration::default(),
            Some(folder) => integration::integrate(&argv, folder, std::env::var("ZDOTDIR").ok())
                .unwrap_or_else(|error| {
                    tracing::warn!(%error, "the shell runs without command marks");
                    Integration::default()
                }),
        };
        argv.extend(integration.args);

        let mut emulator = Emulator::new(Setup {
            cols: options.cols,
            rows: options.rows,
            scrollback: options.scrollback,
            foreground: options.foreground,
            background: options.background,
            aid: integration.aid,
            tells_output: options.tells_output,
        });
        let size = emulator.resize(options.cols, options.rows);
        let screen = Screen::new(emulator);
        let (wake_end, wake) = io::pipe().map_err(|error| SpawnError::NoTerminal(error.to_string()))?;
        let pty = pty::open(&options, &argv, &integration.env, size)?;
        let link = Arc::new(Link::new(pty.master, pty.pid, wake, Box::new(on_event)));

        let waiter = Arc::clone(&link);
        let waiting =
            thread::Builder::new().name("shell-waiter".to_owned()).spawn(move || waiter.wait(pty.child));
        let (reader, reader_screen) = (Arc::clone(&link), screen.clone());
        let reading = thread::Builder::new()
            .name("shell-reader".to_owned())
            .spawn(move || reader.transfer(&reader_screen, wake_end));
        let shell = Self { screen, link, name: name.unwrap_or_default(), clicks: Mutex::default() };
        // On a failure the drop of `shell` ends the child.
        waiting.and(reading).map_err(SpawnError::NoThread)?;
        Ok(shell)
    }

    /// The program's own name, without its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process that leads the terminal's session.
    pub fn pid(&self) -> u32 {
        self.link.pid()
    }

    /// The program has not exited.
    pub fn runs(&self) -> bool {
        self.link.runs()
    }

    pub fn screen(&self) -> Screen {
        self.screen.clone()
    }

    /// False if the program has stopped reading and its queue is full.
    pub fn key(&self, key: Key) -> bool {
        let bytes = keys::encode(key, &self.modes());
        self.send_typed(&bytes, &bytes)
    }

    pub fn paste(&self, text: &str) -> bool {
        let modes = self.modes();
        let bytes = keys::paste(text, &modes);
        if modes.bracketed_paste && text.contains(['\r', '\n']) {
            // Lines in brackets are not entered.
            return self.send_typed(&bytes, b"x");
        }
        self.send_typed(&bytes, &bytes)
    }

    /// Puts a command on the prompt as one line, and doesn't run it; a here document keeps its lines. What the app put there before and
    /// nobody ran is replaced; nothing is ever typed behind something else, or into a program.
    pub fn put(&self, text: &str) -> Put {
        let runs = self.in_foreground();
        let mut emulator = self.screen.lock();
        let standing = emulator.standing();
        let overdue = emulator.prompt().overdue().is_some();
        match (standing, runs) {
            (Standing::NotYet, _) if overdue => {}
            (Standing::NotYet, _) => {
                emulator.prompt().wait(text);
                return Put::Waits;
            }
            (_, Some(program)) => return Put::Runs(program),
            (Standing::Entered, None) => return Put::Runs("A command".to_owned()),
            (Standing::Typed, None) => return Put::Taken,
            (Standing::Empty | Standing::Ours, None) => {}
        }
        let modes = emulator.modes();
        if keys::keeps_lines(text) && !modes.bracketed_paste {
            return Put::RunsLines;
        }
        let bytes = emulator.prompt().put(text, &modes);
        emulator.scroll_to_bottom();
        emulator.select_none();
        if self.link.send(&bytes) { Put::Done } else { Put::Full }
    }

    /// Puts a word behind what stands there, with a blank between.
    pub fn insert(&self, text: &str) -> bool {
        let glued = self.screen.lock().is_behind_a_word();
        let text = keys::command_line(text);
        self.paste(&if glued { format!(" {text}") } else { text })
    }

    /// The program that has the terminal, if that is not the shell itself: its name.
    pub fn in_foreground(&self) -> Option<String> {
        self.link.in_foreground()
    }

    /// The program that the learner started and that would end with the shell; None while the shell runs its start files.
    pub fn started(&self) -> Option<String> {
        let starting = self.screen.lock().prompt().is_starting();
        if starting { None } else { self.in_foreground() }
    }

    /// The colours that programs are told of when they ask.
    pub fn set_colors(&self, foreground: Option<(u8, u8, u8)>, background: Option<(u8, u8, u8)>) {
        self.screen.lock().set_colors(foreground, background);
    }

    /// Goes to the program if it asked for the mouse, else selects: by character, word or line, for one click or more.
    /// The text that a finished selection is to copy comes back.
    pub fn mouse(&self, mouse: Mouse) -> Option<String> {
        if matches!(
            mouse.kind,
            MouseKind::WheelUp | MouseKind::WheelDown | MouseKind::WheelLeft | MouseKind::WheelRight
        ) {
            self.wheel(mouse);
            return None;
        }
        let modes = self.modes();
        let mut clicks = self.clicks.lock().unwrap_or_else(PoisonError::into_inner);
        match mouse.kind {
            // Shift is the learner's way to select whatever the program wants.
            MouseKind::Down(button) => {
                clicks.selects = modes.mouse == MouseReports::None || mouse.mods.shift;
                if clicks.selects && button == Button::Left {
                    self.screen.select_none();
                    let by = clicks.press(mouse);
                    self.screen.select_start(mouse.row, mouse.col, by);
                    if by != SelectBy::Cell {
                        self.screen.select_to(mouse.row, mouse.col);
                    }
                }
            }
            MouseKind::Drag(Button::Left) if clicks.selects => self.screen.select_to(mouse.row, mouse.col),
            MouseKind::Up(Button::Left) if clicks.selects => {
                clicks.selects = false;
                return self.screen.selection_text();
            }
            _ => {}
        }
        if !clicks.selects {
            let is_motion = matches!(mouse.kind, MouseKind::Drag(_) | MouseKind::Moved);
            if is_motion && clicks.moved == Some(mouse) {
                return None;
            }
            clicks.moved = is_motion.then_some(mouse);
            if let Some(bytes) = mouse::report(mouse, &modes) {
                self.link.send(&bytes);
            }
        } else if matches!(mouse.kind, MouseKind::Up(_)) {
            clicks.selects = false;
        }
        None
    }

    /// To the program if it asked for the mouse; as arrow keys if it fills the screen; else through the history.
    pub fn wheel(&self, mouse: Mouse) {
        let modes = self.modes();
        if modes.mouse != MouseReports::None && !mouse.mods.shift {
            if let Some(bytes) = mouse::report(mouse, &modes) {
                self.link.send(&bytes);
            }
            return;
        }
        let (code, lines) = match mouse.kind {
            MouseKind::WheelUp => (KeyCode::Up, WHEEL_LINES),
            MouseKind::WheelDown => (KeyCode::Down, -WHEEL_LINES),
            _ => return,
        };
        if modes.alternate_screen {
            if modes.alternate_scroll {
                let key = keys::encode(Key { code, mods: Mods::default() }, &modes);
                self.link.send(&key.repeat(WHEEL_LINES as usize));
            }
        } else {
            self.screen.scroll(lines);
        }
    }

    /// Told to the program if it asked to know.
    pub fn focus(&self, focused: bool) {
        let modes = {
            let mut emulator = self.screen.lock();
            emulator.set_focus(focused);
            emulator.modes()
        };
        if modes.focus_reports {
            self.link.send(if focused { b"\x1b[I" } else { b"\x1b[O" });
        }
    }

    /// Clamped to at least 2 columns and 1 row.
    pub fn resize(&self, cols: u16, rows: u16) {
        // Both under the lock, so that no output for one size is read at the other.
        let mut emulator = self.screen.lock();
        let (cols, rows) = emulator.resize(cols, rows);
        pty::set_size(&self.link.master, cols, rows);
    }

    /// Positive is back into the history.
    pub fn scroll(&self, lines: i32) {
        self.screen.scroll(lines);
    }

    pub fn scroll_to_bottom(&self) {
        self.screen.scroll_to_bottom();
    }

    /// Ends the program, and what runs in its foreground even if that ignores being hung up on.
    pub fn shutdown(&self) {
        self.link.shut_down();
    }

    fn modes(&self) -> Modes {
        self.screen.lock().modes()
    }

    /// Whoever types wants to see where it goes. `meaning` is what it is for a shell that reads it.
    fn send_typed(&self, bytes: &[u8], meaning: &[u8]) -> bool {
        if bytes.is_empty() {
            return true;
        }
        let is_for_shell = self.in_foreground().is_none();
        let mut emulator = self.screen.lock();
        emulator.scroll_to_bottom();
        emulator.select_none();
        if emulator.prompt().queue(bytes) {
            return true;
        }
        let mut all = Vec::new();
        if let Some(command) = emulator.prompt().overdue() {
            let modes = emulator.modes();
            all = emulator.prompt().put(&command, &modes);
        }
        // What a program does not read stands on the next prompt.
        if is_for_shell || emulator.prompt().waits_for_mark() {
            emulator.sent(meaning);
        }
        drop(emulator);
        all.extend_from_slice(bytes);
        self.link.send(&all)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl Clicks {
    fn press(&mut self, mouse: Mouse) -> SelectBy {
        let now = Instant::now();
        let again = self.last.is_some_and(|(at, row, col)| {
            now.duration_since(at) < DOUBLE_CLICK && (row, col) == (mouse.row, mouse.col)
        });
        self.count = if again { self.count % 3 + 1 } else { 1 };
        self.last = Some((now, mouse.row, mouse.col));
        match self.count {
            1 => SelectBy::Cell,
            2 => SelectBy::Word,
            _ => SelectBy::Line,
        }
    }
}
