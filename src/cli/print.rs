//! The one printer of the command line: what others wrote comes out as text, whatever is in it.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::course::Diagnostic;
use crate::facts::printable;

/// One line for whoever reads the screen, and not the output.
macro_rules! tell {
    ($($words:tt)*) => { crate::cli::print::told(format_args!($($words)*)) };
}
pub(super) use tell;

/// Prints, and is content where nobody reads on: `grade | head` is no error.
pub(super) fn say(text: &str) {
    if let Err(error) = written(&mut io::stdout().lock(), &printable(text)) {
        tell!("pilotwhale: the output could not be written: {error}");
    }
}

/// Where nobody listens there is nobody to be told.
pub(super) fn told(words: Arguments<'_>) {
    let _ = written(&mut io::stderr().lock(), &(printable(&words.to_string()) + "\n"));
}

/// To the output, or beside it. In colours where these are shown; the diagnostic cleans its own words.
pub(super) fn point_out(diagnostic: &Diagnostic, beside: bool) {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_terminal = if beside { io::stderr().is_terminal() } else { io::stdout().is_terminal() };
    let text = diagnostic.render(is_terminal && !plain) + "\n\n";
    let _ = if beside {
        written(&mut io::stderr().lock(), &text)
    } else {
        written(&mut io::stdout().lock(), &text)
    };
}

fn written(to: &mut dyn Write, text: &str) -> io::Result<()> {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}
