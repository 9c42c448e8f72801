//! Opens the screen: on the course, or on one deck.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tokio::sync::mpsc;

use super::chosen::{Chosen, paths_for};
use super::desk::{Stopped, wait};
use super::help::SCREEN;
use super::trust::trust;
use super::{Ending, logging};
use crate::course::Source;
use crate::engine::private::Plan;
use crate::facts::Kept;
use crate::lab::Trust;
use crate::paths::Paths;
use crate::progress::{Journal, Place, Progress};
use crate::session::Session;
use crate::tui::app::{App, Setup};
use crate::tui::screen::class::Seat;
use crate::tui::theme::{Choice, Depth, Look};
use crate::tui::{self, Attending, Wanted, World};

/// How the screen is to be.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Screen {
    /// Colours: fitting the terminal, dark, light or none
    #[arg(long, global = true, help_heading = SCREEN, value_enum, default_value_t)]
    theme: Theme,

    /// Run this program in the shell pane instead of your shell
    #[arg(long, global = true, help_heading = SCREEN, value_name = "COMMAND")]
    shell: Option<String>,

    /// Start an engine of its own, even beside a running one
    #[arg(long, global = true, help_heading = SCREEN)]
    private: bool,

    /// Leave the engine that was started running at the end
    #[arg(long, global = true, help_heading = SCREEN)]
    keep_engine: bool,

    /// Let the shell talk to the engine directly: nothing is observed, and nothing is guarded
    #[arg(long, global = true, help_heading = SCREEN)]
    no_tap: bool,
}

impl Screen {
    pub(super) fn wants_tap(&self) -> bool {
        !self.no_tap
    }

    /// Where an engine of its own would be, and whether it is asked for.
    pub(super) fn own_engine(&self, paths: &Paths) -> Plan {
        let (state, runtime) = (paths.state.clone(), paths.runtime.clone());
        Plan { state, runtime, asked: self.private, keep: self.keep_engine }
    }
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
pub(super) fn course(screen: &Screen, chosen: &Chosen) -> Result<ExitCode, Stopped> {
    open(screen, chosen.source(), of_user()?, Some(chosen), InClass::default())
}

/// Opens the course in a class.
pub(super) fn in_class(
    screen: &Screen,
    chosen: &Chosen,
    paths: Paths,
    class: InClass,
) -> Result<ExitCode, Stopped> {
    open(screen, chosen.source(), paths, Some(chosen), class)
}

/// Opens the slides of the course alone, to show a class what its instructor shows.
pub(super) fn audience(
    screen: &Screen,
    chosen: &Chosen,
    paths: Paths,
    class: InClass,
) -> Result<ExitCode, Stopped> {
    open(screen, chosen.source(), paths, None, class)
}

/// The app's place in a class; alone by default.
#[derive(Default)]
pub(super) struct InClass {
    pub(super) seat: Seat,
    pub(super) attending: Attending,
    /// Where it begins, where that is not where the learner left off: nothing of one's own is kept then.
    pub(super) place: Option<Place>,
}

/// Opens one deck, large; the engine and the shell come when they are first looked at.
pub(super) fn deck(screen: &Screen, source: Source) -> Result<ExitCode, Stopped> {
    open(screen, source, of_user()?, None, InClass::default())
}

fn of_user() -> Result<Paths, Stopped> {
    Paths::of_user().map_err(|e| Stopped::usage(e.to_string(), ""))
}

/// The screen is drawn on the output; keys come from the input, or from the terminal that the program belongs to.
pub(super) fn needs_terminal() -> Result<(), Stopped> {
    let has_keys = std::io::stdin().is_terminal() || File::open("/dev/tty").is_ok();
    if has_keys && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Stopped {
        what: "the screen needs a terminal, and there is none here".into(),
        remedy: "Over ssh: ssh -t. In a container: docker run -it. \
                 Without a terminal there are: pilotwhale list, grade, report, doctor, slides FILE --dump text."
            .into(),
        ending: Ending::CouldNot,
    })
}

/// `chosen` is the course's; a deck has none.
fn open(
    screen: &Screen,
    source: Source,
    paths: Paths,
    chosen: Option<&Chosen>,
    class: InClass,
) -> Result<ExitCode, Stopped> {
    let deck_only = chosen.is_none();
    let InClass { seat, attending, place } = class;
    let course = crate::course::load(&source)?;
    needs_terminal()?;
    let paths = paths_for(paths, &source, &course);
    let trust = chosen.map_or(Ok(Trust::Nobody), |chosen| trust(chosen, &course, &paths));
    let trust = trust?;
    logging::start(&paths);
    let course = Arc::new(course);
    let mut troubles: Vec<(String, String)> = paths.news().filter(|_| !deck_only).into_iter().collect();
    // A deck is looked at and leaves nothing behind; who leads a class does not learn in it.
    let passing = deck_only || place.is_some();
    let (mut journal, set_aside) =
        if passing { (Journal::in_memory(), Ok(None)) } else { Journal::open(&paths.progress_file()) };
    match set_aside {
        Ok(None) => {}
        Ok(Some(path)) => troubles.push((
            "Your progress file could not be read, so you start afresh".to_owned(),
            format!("the old file is kept as {}", path.display()),
        )),
        Err(error) => troubles.push((error.to_string(), error.remedy())),
    }
    if trust == Trust::Nobody && course.exercises.iter().any(|exercise| exercise.setup.is_some()) {
        troubles.push((
            "Some exercises of this course begin with a script, and you have not let it run".to_owned(),
            "these can't begin; when pilotwhale starts the next time, it asks again".to_owned(),
        ));
    }
    let events = journal.store().map(|store| store.events()).transpose()?.unwrap_or_default();
    let mut progress = Progress::fold(events);
    progress.place = place.or(progress.place);
    let kept = kept(&mut journal, &progress)?;
    let session = Session::new(Arc::clone(&course), progress).with_kept(kept);

    let keys = keys(&paths, &mut troubles);
    let setup = Setup { deck_only, look: look(screen.theme), keys, troubles };
    let app = App::new(session, setup).seated(seat);
    let wanted = Wanted {
        source,
        shell: screen.shell.as_deref().map(words).transpose()?,
        // A deck is looked at from the folder that it is about; the course has one of its own.
        folder: match std::env::current_dir() {
            Ok(folder) if deck_only => folder,
            _ => paths.work.clone(),
        },
        private: screen.private,
        keep_engine: screen.keep_engine,
        tap: screen.wants_tap(),
        trust,
        paths,
    };
    let shown = wait(async {
        let (out, inbox) = mpsc::channel(tui::INBOX);
        let world = World::new(wanted, course, journal, attending, out);
        tui::run(app, world, inbox).await
    })?;
    shown.map(|()| ExitCode::SUCCESS).map_err(|error| Stopped {
        what: format!("the terminal could not be used: {error}"),
        remedy: "Open another terminal and try again.".into(),
        ending: Ending::CouldNot,
    })
}

/// What was kept of the exercises that are under way.
fn kept(journal: &mut Journal, progress: &Progress) -> Result<BTreeMap<String, Kept>, Stopped> {
    let Some(store) = journal.store() else { return Ok(BTreeMap::new()) };
    let mut all = BTreeMap::new();
    for (id, exercise) in &progress.exercises {
        all.insert(id.clone(), store.kept(id, exercise.run)?);
    }
    Ok(all)
}

/// `--shell` takes a command line; the shell itself knows best how to read one.
fn words(command: &str) -> Result<Vec<String>, Stopped> {
    if command.trim().is_empty() {
        return Err(Stopped::usage("--shell needs a command", "For example --shell zsh."));
    }
    Ok(if command.contains(char::is_whitespace) {
        vec!["/bin/sh".into(), "-c".into(), format!("exec {command}")]
    } else {
        vec![command.to_owned()]
    })
}

/// `--theme`, else `PILOTWHALE_THEME`, else what fits the terminal.
fn look(theme: Theme) -> Look {
    let env = |name: &str| std::env::var(name).ok();
    let wish = env("PILOTWHALE_THEME").and_then(|name| Theme::from_str(&name, true).ok());
    let theme = if theme == Theme::Auto { wish.unwrap_or_default() } else { theme };
    let depth = match theme {
        Theme::Plain => Depth::None,
        _ => Depth::from_env(env("NO_COLOR").as_deref(), env("COLORTERM").as_deref(), env("TERM").as_deref()),
    };
    let choice = match theme {
        Theme::Auto | Theme::Plain => Choice::Auto,
        Theme::Dark => Choice::Dark,
        Theme::Light => Choice::Light,
    };
    Look::new(choice, depth)
}

fn keys(paths: &Paths, troubles: &mut Vec<(String, String)>) -> Option<String> {
    let file = paths.keys_file();
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            troubles.push((
                format!("{} could not be read: {error}", file.display()),
                "the usual keys hold".into(),
            ));
            None
        }
    }
}
