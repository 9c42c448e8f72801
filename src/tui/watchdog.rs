//! A second process that gives the terminal back where the app cannot: it was killed, or an allocation failed.
//!
//! It waits for the end of a pipe, of which the app has the other end, and costs nothing meanwhile. It is in a session of its own: so
//! it may change a terminal that a shell has taken back already, and what ends the app's group does not end it.

use std::fmt;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::EndSynchronizedUpdate;
use rustix::termios::{
    self, ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios,
};

/// The app's word for it: `pilotwhale terminal-back MODES`.
pub const SUBCOMMAND: &str = "terminal-back";
/// Ends a sequence of which the app could write a part alone.
const CANCEL: char = '\x18';
/// The app has given the terminal back itself.
const DONE: &[u8] = b".";

/// Dropped, it ends and does nothing.
pub(super) struct Watchdog {
    pipe: Option<ChildStdin>,
    child: Child,
}

/// To be called before the terminal is changed. None where it can't be had: the app goes on without.
pub(super) fn start() -> Option<Watchdog> {
    let modes = Modes::of(&termios::tcgetattr(io::stdout()).ok()?);
    let mut command = Command::new(std::env::current_exe().ok()?);
    command.args([SUBCOMMAND, &modes.to_string()]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().inspect_err(|error| tracing::warn!(%error, "no watchdog")).ok()?;
    // From then on it is in its own session: what ends the app's group before would end it, too.
    if let Some(mut ready) = child.stderr.take() {
        let _ = ready.read(&mut [0]);
    }
    Some(Watchdog { pipe: child.stdin.take(), child })
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            // It is gone where this fails.
            let _ = pipe.write_all(DONE);
        }
        let _ = self.child.wait();
    }
}

/// The watchdog's own process: waits for the app's end, and gives the terminal back if the app has not said that it did.
pub fn watch(modes: &str) {
    let Some(modes) = Modes::read(modes) else { return };
    // It fails for the leader of a group alone, which started by hand it may be.
    let _ = rustix::process::setsid();
    let _ = io::stderr().write_all(DONE);
    let mut said = Vec::new();
    if io::stdin().read_to_end(&mut said).is_ok() && said != DONE {
        let _ = execute!(io::stdout(), Print(CANCEL), EndSynchronizedUpdate);
        super::terminal::write_back();
        modes.put_back();
    }
}

/// What a terminal does with bytes on their way, as far as raw mode changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Modes([u64; 6]);

impl Modes {
    fn of(modes: &Termios) -> Self {
        Self([
            modes.input_modes.bits().into(),
            modes.output_modes.bits().into(),
            modes.control_modes.bits().into(),
            modes.local_modes.bits().into(),
            modes.special_codes[SpecialCodeIndex::VMIN].into(),
            modes.special_codes[SpecialCodeIndex::VTIME].into(),
        ])
    }

    fn read(text: &str) -> Option<Self> {
        let numbers: Option<Vec<u64>> = text.split(':').map(|part| part.parse().ok()).collect();
        numbers?.try_into().ok().map(Self)
    }

    /// A shell that has taken its terminal back has set it already: only what the app has left is put back.
    fn put_back(self) {
        let Ok(mut now) = termios::tcgetattr(io::stdout()) else { return };
        if now.local_modes.intersects(LocalModes::ISIG | LocalModes::ICANON) {
            return;
        }
        let Self([input, output, control, local, least, time]) = self;
        now.input_modes = InputModes::from_bits_retain(input.try_into().unwrap_or_default());
        now.output_modes = OutputModes::from_bits_retain(output.try_into().unwrap_or_default());
        now.control_modes = ControlModes::from_bits_retain(control.try_into().unwrap_or_default());
        now.local_modes = LocalModes::from_bits_retain(local.try_into().unwrap_or_default());
        now.special_codes[SpecialCodeIndex::VMIN] = least.try_into().unwrap_or(1);
        now.special_codes[SpecialCodeIndex::VTIME] = time.try_into().unwrap_or(0);
        let _ = termios::tcsetattr(io::stdout(), OptionalActions::Now, &now);
    }
}

impl fmt::Display for Modes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u64::to_string).collect();
        out.write_str(&numbers.join(":"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_they_were_written() {
        let modes = Modes([27906, 5, 191, u64::MAX, 1, 0]);
        assert_eq!(Modes::read(&modes.to_string()), Some(modes));
        for strange in ["", "1:2:3:4:5", "1:2:3:4:5:6:7", "1:2:3:4:5:x", "-1:2:3:4:5:6"] {
            assert_eq!(Modes::read(strange), None, "{strange}");
        }
    }
}
