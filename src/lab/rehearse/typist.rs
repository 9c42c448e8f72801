//! Types into one observed shell as a learner does, and waits for what comes of it.

use std::path::Path;
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::{Instant, timeout, timeout_at};

use super::RehearsalError;
use super::stage::Stage;
use crate::course::script::Keys;
use crate::facts::Plain;
use crate::shell::{Key, KeyCode, Mods, Options, Shell, ShellEvent};

const PROMPT_PATIENCE: Duration = Duration::from_secs(20);
/// Between Enter and the start of the command.
const START_PATIENCE: Duration = Duration::from_secs(10);
/// A command that prints nothing for this long waits for something: one that stands at a prompt, and any other.
const SILENCE: [Duration; 2] = [Duration::from_secs(15), Duration::from_secs(90)];
/// A program waits to be told something when it has been quiet for this long, by what it said since it was last told.
const AT_PROMPT: Duration = Duration::from_millis(150);
const AFTER_A_LINE: Duration = Duration::from_millis(700);
const SAID_NOTHING: Duration = Duration::from_millis(1500);
/// It may have to be pulled and started first.
const NOT_THERE_YET: Duration = Duration::from_secs(5);
const MOST_OUTPUT: usize = 256 * 1024;
const SIZE: (u16, u16) = (120, 40);

pub(super) struct Typist {
    shell: Shell,
    events: UnboundedReceiver<ShellEvent>,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outcome {
    pub(super) status: i32,
    /// In plain lines.
    pub(super) output: String,
}

/// Why a command did not come to its end.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trouble {
    /// The shell waits for more of it, or did not understand it.
    NotRun,
    StillRuns {
        output: String,
    },
    /// It ended before all was typed; this was left over.
    NobodyListens {
        left: String,
    },
    /// The shell itself has ended.
    ShellEnded,
}

impl Typist {
    pub(super) async fn open(stage: &Stage, folder: &Path) -> Result<Self, RehearsalError> {
        let (tell, events) = mpsc::unbounded_channel();
        let root = stage.root.clone();
        let options = Options {
            program: Some(vec![stage.bash()]),
            cwd: folder.to_owned(),
            env: stage.environment(),
            integration: Some(stage.integration()),
            tells_output: true,
            cols: SIZE.0,
            rows: SIZE.1,
            ..Options::default()
        };
        let shell = Shell::spawn(options, move |event| {
            match event {
                ShellEvent::CommandStarted => root.command_started(),
                ShellEvent::CommandEnded(_) => root.command_ended(),
                _ => {}
            }
            // Fails only when the typist has gone.
            let _ = tell.send(event);
        })?;
        stage.root.set_pid(shell.pid());
        let mut typist = Self { shell, events };
        match typist.until_prompt().await {
            true => Ok(typist),
            false => Err(RehearsalError::NoPrompt(PROMPT_PATIENCE.as_secs())),
        }
    }

    /// Waits until the shell reads: only then it takes a text of several lines as one. False if it never does.
    async fn until_prompt(&mut self) -> bool {
        let reads = async {
            // A read also makes the next change known.
            while !self.shell.screen().read(|view| view.modes().bracketed_paste) {
                if matches!(self.events.recv().await, None | Some(ShellEvent::Exited(_))) {
                    return false;
                }
            }
            true
        };
        timeout(PROMPT_PATIENCE, reads).await.unwrap_or(false)
    }

    /// Runs one command. After a `Trouble` the shell is of no more use.
    pub(super) async fn run(&mut self, command: &str, typed: &[Keys]) -> Result<Outcome, Trouble> {
        if !self.until_prompt().await {
            return Err(Trouble::ShellEnded);
        }
        self.shell.paste(command);
        self.press(KeyCode::Enter, false);
        let started = timeout(START_PATIENCE, self.until_started()).await;
        match started {
            Ok(true) => {}
            Ok(false) => return Err(Trouble::ShellEnded),
            Err(_) => return Err(Trouble::NotRun),
        }
        let mut printed = Plain::new(MOST_OUTPUT);
        let mut typed = typed.iter();
        let mut next = typed.next();
        let mut quiet = NOT_THERE_YET;
        let mut last = Instant::now();
        loop {
            let patience = match next {
                Some(_) => quiet,
                None if printed.is_within_line() => SILENCE[0],
                None => SILENCE[1],
            };
            match timeout_at(last + patience, self.events.recv()).await {
                Ok(Some(ShellEvent::Printed(bytes))) => {
                    printed.feed(&bytes);
                    if printed.is_within_line() {
                        quiet = AT_PROMPT;
                    } else if bytes.contains(&b'\n') {
                        quiet = AFTER_A_LINE;
                    }
                    last = Instant::now();
                }
                Ok(Some(ShellEvent::CommandEnded(status))) => {
                    if let Some(Keys::Line(left)) = next {
                        return Err(Trouble::NobodyListens { left: left.clone() });
                    }
                    return Ok(Outcome { status: status.unwrap_or(-1), output: printed.text() });
                }
                Ok(None | Some(ShellEvent::Exited(_))) => return Err(Trouble::ShellEnded),
                Ok(Some(_)) => {}
                Err(_) => match next {
                    Some(keys) => {
                        self.tell(keys);
                        next = typed.next();
                        quiet = SAID_NOTHING;
                        last = Instant::now();
                    }
                    None => return Err(Trouble::StillRuns { output: printed.text() }),
                },
            }
        }
    }

    async fn until_started(&mut self) -> bool {
        loop {
            match self.events.recv().await {
                Some(ShellEvent::CommandStarted) => return true,
                None | Some(ShellEvent::Exited(_)) => return false,
                Some(_) => {}
            }
        }
    }

    /// Key by key, because some programs read a paste differently.
    fn tell(&self, keys: &Keys) {
        match keys {
            Keys::Line(line) => {
                line.chars().for_each(|c| self.press(KeyCode::Char(c), false));
                self.press(KeyCode::Enter, false);
            }
            Keys::Control(letter) => self.press(KeyCode::Char(*letter), true),
        }
    }

    fn press(&self, code: KeyCode, ctrl: bool) {
        // False only where the program has stopped to read megabytes of typing.
        let _ = self.shell.key(Key { code, mods: Mods { ctrl, ..Mods::default() } });
    }
}

impl Trouble {
    /// What happened, and what to do about it.
    pub(super) fn words(&self) -> (String, String) {
        match self {
            Self::NotRun => (
                "the shell did not run this".into(),
                "close its quotes and brackets; the shell still waits, or could not read it".into(),
            ),
            Self::StillRuns { output } => (
                "this does not end by itself".into(),
                format!(
                    "{}\nsay what ends it: on a slide {{.bash type=\"exit\"}} or {{.bash type=\"^C\"}}, in a script a line `> ^C`",
                    last_lines(output)
                ),
            ),
            Self::NobodyListens { left } => (
                format!("nothing runs any more that could be told `{left}`"),
                "the program before it has ended; take the line away, or start the program with -i".into(),
            ),
            Self::ShellEnded => (
                "the shell has ended".into(),
                "`exit` at the prompt ends the shell; say it to a program with `type` or `> exit`".into(),
            ),
        }
    }
}

/// The end of what was printed, for a message.
pub(super) fn last_lines(output: &str) -> String {
    const MOST: usize = 4;
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    match lines.len() {
        0 => "it printed nothing".into(),
        n => format!("it printed  {}", lines[n.saturating_sub(MOST)..].join("\n            ")),
    }
}
