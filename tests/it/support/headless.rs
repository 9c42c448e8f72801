//! A learner without a screen, in a home of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

const NO_ENGINE: &str = "unix:///nonexistent/no-engine.sock";

pub(crate) struct Headless {
    home: TempDir,
}

/// Exit code, and what was said on both outputs.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Headless {
    pub(crate) fn new() -> Self {
        Self { home: TempDir::new().expect("a temporary folder can be made") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file can be read")
    }

    /// `pilotwhale ARGS`, in the home.
    pub(crate) fn says(&self, args: &[&str]) -> Said {
        self.says_at(NO_ENGINE, args)
    }

    /// The same with an engine.
    pub(crate) fn says_at(&self, host: &str, args: &[&str]) -> Said {
        self.run(host, Path::new(env!("CARGO_BIN_EXE_pilotwhale")), args, &self.path(""))
    }

    /// Any program, in a folder. It finds no engine, and no settings but those in the home.
    pub(crate) fn runs(&self, program: &Path, args: &[&str], folder: &Path) -> Said {
        self.run(NO_ENGINE, program, args, folder)
    }

    fn run(&self, host: &str, program: &Path, args: &[&str], folder: &Path) -> Said {
        let output = Command::new(program)
            .args(args)
            .env("HOME", self.home.path())
            .env("PILOTWHALE_HOME", self.home.path())
            .env("DOCKER_HOST", host)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("DOCKER_CONTEXT")
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .expect("the program can be run");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// It ended with this code, and all of these were said.
    #[track_caller]
    pub(crate) fn is(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        for part in parts {
            let said = self.out.contains(part) || self.err.contains(part);
            assert!(said, "«{part}» is not in:\n{}{}", self.out, self.err);
        }
    }
}
