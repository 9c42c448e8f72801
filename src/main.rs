//! The binary: hands over to `cli` and exits with its status.

use std::process::ExitCode;

fn main() -> ExitCode {
    pilotwhale::cli::run()
}
