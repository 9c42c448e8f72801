//! Where pilotwhale keeps its things: `PILOTWHALE_HOME`, or the user's XDG folders.

use std::path::PathBuf;

use anyhow::{Context, Result};
use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

/// The folders of one user. `PILOTWHALE_HOME` puts all of them under one roof, for tests and classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Progress, logs and the private engine's data.
    pub state: PathBuf,
    /// `keys.toml`.
    pub config: PathBuf,
    /// What is kept of the course: progress, and which scripts may run.
    pub course: PathBuf,
    /// The exercise folders in which the learner works.
    pub work: PathBuf,
    /// Sockets; short, because a socket's path may have 107 bytes at most.
    pub runtime: PathBuf,
}

impl Paths {
    pub fn of_user() -> Result<Self> {
        if let Some(home) = std::env::var_os("PILOTWHALE_HOME").filter(|v| !v.is_empty()) {
            let home =
                std::path::absolute(PathBuf::from(home)).context("PILOTWHALE_HOME is not a usable path")?;
            return Ok(Self {
                course: home.join("state"),
                state: home.join("state"),
                config: home.join("config"),
                work: home.join("work"),
                runtime: home.join("run"),
            });
        }
        let xdg = choose_app_strategy(AppStrategyArgs {
            top_level_domain: String::new(),
            author: String::new(),
            app_name: "pilotwhale".into(),
        })
        .context("no home folder was found; set PILOTWHALE_HOME to a folder of your choice")?;
        let state = xdg.state_dir().unwrap_or_else(|| xdg.data_dir());
        Ok(Self {
            runtime: xdg.runtime_dir().unwrap_or_else(|| state.join("run")),
            work: xdg.home_dir().join("pilotwhale"),
            config: xdg.config_dir(),
            course: state.clone(),
            state,
        })
    }

    /// The same user's folders for another course: nothing that is done there mixes with this one. `key` names it.
    pub fn for_course(self, key: &str) -> Self {
        let mut work = self.work.file_name().unwrap_or_default().to_owned();
        work.push(format!("-{key}"));
        Self { course: self.state.join("courses").join(key), work: self.work.with_file_name(work), ..self }
    }

    pub fn progress_file(&self) -> PathBuf {
        self.course.join("progress.sqlite3")
    }

    /// What the course made on the learner's engines.
    pub fn ledger_file(&self) -> PathBuf {
        self.state.join("made.jsonl")
    }

    /// For which attempts the scripts that exercises begin with have run.
    pub fn set_up_notes(&self) -> PathBuf {
        self.course.join("set-up")
    }

    pub fn keys_file(&self) -> PathBuf {
        self.config.join("keys.toml")
    }

    /// What the host keeps of one class; `name` can be one of a file.
    pub fn class_file(&self, name: &str) -> PathBuf {
        self.state.join("classes").join(name).with_extension("sqlite3")
    }

    /// Who this learner is to classes in this course.
    pub fn class_identity_file(&self) -> PathBuf {
        self.course.join("class-identity")
    }

    pub fn exercise_folder(&self, exercise: &str) -> PathBuf {
        self.work.join(exercise)
    }
}

/// PATH with this program's own folder at its end, so that `pilotwhale doctor` works in a shell that gets it.
pub fn path_with_us() -> Option<String> {
    let folder = std::env::current_exe().ok()?.parent()?.to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).filter(|f| *f != folder).chain(std::iter::once(folder.clone()));
    std::env::join_paths(folders).ok()?.into_string().ok()
}
