//! What discovery looks at: environment, docker's config files and the sockets of this machine, as a value.

use std::collections::BTreeMap;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::discover::{context_folder, well_known};

/// A picture of the machine. `discover` reads nothing else, so a test can draw any machine it likes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    pub os: Os,
    pub uid: u32,
    pub home: Option<PathBuf>,
    pub env: BTreeMap<String, String>,
    /// Text of docker's `config.json` and of the context files that matter, where they exist.
    pub files: BTreeMap<PathBuf, String>,
    /// Folders of contexts that hold TLS certificates for the engine.
    pub tls: Vec<PathBuf>,
    /// What happened on connecting; a path that is not here does not exist.
    pub sockets: BTreeMap<PathBuf, Probe>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Os {
    #[default]
    Linux,
    Mac,
    Other,
}

/// How a socket took a knock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    Answers,
    Denied,
    /// The file is there and nobody listens.
    Dead,
}

const ENV: [&str; 8] = [
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_TLS_VERIFY",
    "DOCKER_TLS",
    "DOCKER_CERT_PATH",
    "XDG_RUNTIME_DIR",
    "WSL_DISTRO_NAME",
];

impl Surroundings {
    /// Looks at this machine: the only part of discovery that does.
    pub fn of_this_machine() -> Self {
        let mut s = Self {
            os: match std::env::consts::OS {
                "linux" => Os::Linux,
                "macos" => Os::Mac,
                _ => Os::Other,
            },
            uid: rustix::process::getuid().as_raw(),
            home: std::env::var_os("HOME").filter(|v| !v.is_empty()).map(PathBuf::from),
            ..Self::default()
        };
        for name in ENV {
            if let Ok(value) = std::env::var(name)
                && !value.is_empty()
            {
                s.env.insert(name.into(), value);
            }
        }
        if let Some(config) = s.docker_config() {
            s.read(&config.join("config.json"));
            if let Some(name) = s.context_name() {
                s.read(&config.join("contexts/meta").join(context_folder(&name)).join("meta.json"));
                let tls = config.join("contexts/tls").join(context_folder(&name)).join("docker");
                if tls.is_dir() {
                    s.tls.push(tls);
                }
            }
        }
        let mut paths: Vec<PathBuf> = well_known(&s).into_iter().map(|(_, path)| path).collect();
        paths.extend(s.configured_sockets());
        for path in paths {
            if let Some(probe) = probe(&path) {
                s.sockets.insert(path, probe);
            }
        }
        s
    }

    /// The folder of docker's own configuration.
    pub(super) fn docker_config(&self) -> Option<PathBuf> {
        match self.env.get("DOCKER_CONFIG") {
            Some(folder) => Some(PathBuf::from(folder)),
            None => self.home.as_ref().map(|h| h.join(".docker")),
        }
    }

    fn read(&mut self, path: &Path) {
        if let Ok(text) = std::fs::read_to_string(path) {
            self.files.insert(path.to_path_buf(), text);
        }
    }
}

fn probe(path: &Path) -> Option<Probe> {
    use std::io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
    match UnixStream::connect(path) {
        Ok(_) => Some(Probe::Answers),
        Err(e) => match e.kind() {
            NotFound | NotADirectory => None,
            PermissionDenied => Some(Probe::Denied),
            _ => Some(Probe::Dead),
        },
    }
}
