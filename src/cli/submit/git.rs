//! The git program, run in one folder.

use std::ffi::OsStr;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cli::Ending;
use crate::cli::desk::Stopped;

/// git in the learner's exercise folder. Whatever repository the surroundings point to, this one is meant.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Git {
    folder: PathBuf,
    /// An index of our own, so that the learner's stays as it is.
    index: Option<PathBuf>,
    /// Who commits, where git does not know.
    ident: Option<(String, String)>,
}

/// What git answered.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Answer {
    pub(in crate::cli) is_ok: bool,
    pub(in crate::cli) out: String,
    pub(super) err: String,
}

/// Variables that lead git elsewhere.
const LEADING: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

impl Git {
    pub(in crate::cli) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), index: None, ident: None }
    }

    pub(super) fn with_index(&self, index: &Path) -> Self {
        Self { index: Some(index.to_owned()), ..self.clone() }
    }

    pub(super) fn with_ident(self, name: &str, email: &str) -> Self {
        Self { ident: Some((name.to_owned(), email.to_owned())), ..self }
    }

    /// Asks, and leaves it to the caller what a refusal means.
    pub(in crate::cli) fn asks<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Result<Answer, Stopped> {
        self.run(args, None)
    }

    /// Does what must work; otherwise git's own words are the reason.
    pub(super) fn does<S: AsRef<OsStr>>(
        &self,
        what: &str,
        args: impl IntoIterator<Item = S>,
    ) -> Result<String, Stopped> {
        self.run(args, None)?.or_stopped(what)
    }

    /// The same with this on its input.
    pub(super) fn does_with<S: AsRef<OsStr>>(
        &self,
        what: &str,
        args: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Result<String, Stopped> {
        self.run(args, Some(input))?.or_stopped(what)
    }

    fn run<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        input: Option<&[u8]>,
    ) -> Result<Answer, Stopped> {
        let mut git = Command::new("git");
        for name in LEADING {
            git.env_remove(name);
        }
        // Messages are as they are looked for.
        git.args(args).current_dir(&self.folder).env("LC_ALL", "C");
        if let Some(index) = &self.index {
            git.env("GIT_INDEX_FILE", index);
        }
        if let Some((name, email)) = &self.ident {
            git.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", email);
            git.env("GIT_COMMITTER_NAME", name).env("GIT_COMMITTER_EMAIL", email);
        }
        if !std::io::stdin().is_terminal() {
            // Nobody can type a password.
            git.env("GIT_TERMINAL_PROMPT", "0");
        }
        git.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = git.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(not_started)?;
        if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
            // One that has ended early says why by itself.
            let _ = stdin.write_all(input);
        }
        let output = child.wait_with_output().map_err(not_started)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        Ok(Answer { is_ok: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) })
    }
}

impl Answer {
    fn or_stopped(self, what: &str) -> Result<String, Stopped> {
        if self.is_ok {
            return Ok(self.out);
        }
        Err(Stopped {
            what: format!("{what}: {}", self.reason()),
            remedy: "Nothing was changed on your branch. Mend that, then submit again.".into(),
            ending: Ending::CouldNot,
        })
    }

    /// git's own words, without its advice.
    pub(super) fn reason(&self) -> String {
        let said = |lead: &str| self.err.lines().find_map(|line| line.strip_prefix(lead));
        let reason = said("fatal: ").or_else(|| said("error: ")).or_else(|| said("remote: "));
        reason.or_else(|| self.err.lines().next()).unwrap_or("git did not say why").trim().to_owned()
    }
}

fn not_started(error: std::io::Error) -> Stopped {
    let remedy = match error.kind() {
        ErrorKind::NotFound => "Install git (https://git-scm.com/downloads), then submit again.",
        _ => "Try again.",
    };
    let what = match error.kind() {
        ErrorKind::NotFound => "git is not installed, and it is what hands work in".to_owned(),
        _ => format!("git could not be started: {error}"),
    };
    Stopped { what, remedy: remedy.into(), ending: Ending::CouldNot }
}
