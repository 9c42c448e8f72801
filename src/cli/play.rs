//! Opens the screen: on the course, or on one deck.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use tokio::sync::mpsc;

use crate::course::{Course, Source};
use crate::paths::Paths;
use crate::progress::{Journal, Progress};
use crate::session::Session;
use crate::tui::app::{App, Setup};
use crate::tui::theme::Look;
use crate::tui::{self, Wanted, World};

/// How the screen is to be.
#[derive(Args, Clone, Debug, Default)]
pub struct Screen {
    /// Colours: fitting the terminal, dark, light or none
    #[arg(long, global = true, value_enum, default_value_t, env = "PILOTWHALE_THEME")]
    theme: Theme,

    /// Run this program in the shell pane instead of your shell
    #[arg(long, global = true, value_name = "COMMAND")]
    shell: Option<String>,

    /// Start an engine of its own, even beside a running one
    #[arg(long, global = true)]
    private: bool,

    /// Leave the engine that was started running at the end
    #[arg(long, global = true)]
    keep_engine: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Theme {
    #[default]
    Auto,
    Dark,
    Light,
    Plain,
}

/// Opens the course where the learner left it.
pub fn course(screen: &Screen, source: Source, paths: Paths) -> Result<ExitCode> {
    let course = crate::course::load(&source)?;
    open(screen, source, course, paths, false)
}

/// Opens one deck, large; the engine and the shell come when they are first looked at.
pub fn deck(screen: &Screen, source: Source, course: Course, paths: Paths) -> Result<ExitCode> {
    open(screen, source, course, paths, true)
}

fn open(screen: &Screen, source: Source, course: Course, paths: Paths, deck_only: bool) -> Result<ExitCode> {
    super::logging::start(&paths);
    let course = Arc::new(course);
    let mut troubles = Vec::new();
    // A deck is looked at and leaves nothing behind.
    let (mut journal, set_aside) = if deck_only {
        (Journal::in_memory(), Ok(None))
    } else {
        Journal::open(&paths.progress_file())
    };
    match set_aside {
        Ok(None) => {}
        Ok(Some(path)) => troubles.push((
            "Your progress file could not be read, so you start afresh".to_owned(),
            format!("the old file is kept as {}", path.display()),
        )),
        Err(error) => troubles.push((error.to_string(), error.remedy())),
    }
    let events = journal.store().map(|store| store.events()).transpose()?.unwrap_or_default();
    let session = Session::new(Arc::clone(&course), Progress::fold(events));

    let setup = Setup { deck_only, look: look(screen.theme), keys: keys(&paths, &mut troubles), troubles };
    let app = App::new(session, setup);
    let wanted = Wanted {
        source,
        shell: screen.shell.as_deref().map(words).transpose()?,
        folder: std::env::current_dir().unwrap_or_else(|_| paths.work.clone()),
        private: screen.private,
        keep_engine: screen.keep_engine,
        paths,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the event loop could not be started")?;
    runtime.block_on(async {
        let (out, inbox) = mpsc::channel(tui::INBOX);
        let world = World::new(wanted, course, journal, out);
        tui::run(app, world, inbox).await.context("the terminal could not be used")
    })?;
    Ok(ExitCode::SUCCESS)
}

/// `--shell` takes a command line; the shell itself knows best how to read one.
fn words(command: &str) -> Result<Vec<String>> {
    anyhow::ensure!(!command.trim().is_empty(), "--shell needs a command, for example --shell zsh");
    Ok(if command.contains(char::is_whitespace) {
        vec!["/bin/sh".into(), "-c".into(), format!("exec {command}")]
    } else {
        vec![command.to_owned()]
    })
}

fn look(theme: Theme) -> Look {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let colors = std::env::var("COLORTERM").is_ok_and(|v| v == "truecolor" || v == "24bit");
    match theme {
        _ if no_color => Look::plain(),
        Theme::Plain => Look::plain(),
        Theme::Dark => Look::fixed(true, colors),
        Theme::Light => Look::fixed(false, colors),
        Theme::Auto => Look::of_terminal(colors),
    }
}

fn keys(paths: &Paths, troubles: &mut Vec<(String, String)>) -> Option<String> {
    let file = paths.keys_file();
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            troubles.push((format!("{} could not be read: {error}", file.display()), "the usual keys hold".into()));
            None
        }
    }
}
