//! `pilotwhale completions SHELL` and `pilotwhale man DIR`: what a package brings along, made from the command line itself.

use std::path::PathBuf;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::desk::Stopped;
use super::print::say;
use super::{Cli, Ending};

/// Print what your shell needs to complete pilotwhale's words
///
/// bash: pilotwhale completions bash >~/.local/share/bash-completion/completions/pilotwhale
/// zsh: pilotwhale completions zsh >DIR/_pilotwhale, where DIR is one of $fpath
/// fish: pilotwhale completions fish >~/.config/fish/completions/pilotwhale.fish
/// PowerShell: pilotwhale completions powershell | Out-String | Invoke-Expression
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Completions {
    /// The shell that completes them
    #[arg(value_name = "SHELL")]
    completing: Shell,
}

/// Write the manual pages into a folder, one for each subcommand
#[derive(clap::Args)]
pub(super) struct Man {
    /// The folder, for example ~/.local/share/man/man1; it is made where it is not there
    dir: PathBuf,
}

pub(super) fn completions(args: &Completions) -> Ending {
    say(&completions_of(args.completing));
    Ending::Done
}

pub(super) fn man(args: &Man) -> Result<Ending, Stopped> {
    let written =
        std::fs::create_dir_all(&args.dir).and_then(|()| clap_mangen::generate_to(command(), &args.dir));
    written.map_err(|error| Stopped {
        what: format!("the manual pages can't be written to {}: {error}", args.dir.display()),
        remedy: "Give a folder in which you can write.".into(),
        ending: Ending::CouldNot,
    })?;
    say(&format!("The manual pages are in {}.\n", args.dir.display()));
    Ok(Ending::Done)
}

fn command() -> Command {
    Cli::command()
}

fn completions_of(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), env!("CARGO_PKG_NAME"), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;
    use crate::facts::printable;

    #[test]
    fn completions_are_printed_as_they_are() {
        for shell in Shell::value_variants() {
            let text = completions_of(*shell);
            assert_eq!(printable(&text), text, "{shell}");
            assert!(text.contains("save-evidence"), "{shell} completes options of subcommands");
        }
    }

    #[test]
    fn each_subcommand_that_is_shown_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        clap_mangen::generate_to(command(), folder.path()).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        for subcommand in command().get_subcommands().filter(|one| !one.is_hide_set()) {
            let page = read(&format!("pilotwhale-{}.1", subcommand.get_name()));
            assert!(page.contains(".SH OPTIONS"), "{}", subcommand.get_name());
        }
        let page = read("pilotwhale.1");
        assert!(page.contains("Exit codes") && page.contains("PILOTWHALE_HOME"), "{page}");
    }
}
