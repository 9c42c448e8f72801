//! Which engine to talk to, found the way the docker CLI finds it, with the reason kept for the screen.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::EngineError;
use super::surroundings::{Os, Probe, Surroundings};

/// An address that `Engine::connect` takes, and why it was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// `unix:///…` or `tcp://host:port`; good as a value of DOCKER_HOST.
    pub uri: String,
    /// Few words for the frame of the screen, to stand after `Docker 26.1`: where it is, or who named it.
    pub why: String,
}

impl Endpoint {
    pub fn socket(path: &Path, why: impl Into<String>) -> Self {
        Self { uri: format!("unix://{}", path.display()), why: why.into() }
    }
}

impl Endpoint {
    /// The name under which this machine reaches what the engine publishes.
    pub fn host(&self) -> &str {
        self.machine().unwrap_or("localhost")
    }

    /// The name or address under which the network knows the engine's machine; None for a socket.
    fn machine(&self) -> Option<&str> {
        let rest = self.uri.strip_prefix("tcp://").or_else(|| self.uri.strip_prefix("http://"))?;
        let place = rest.split('/').next().unwrap_or(rest);
        Some(match place.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => host,
            _ => place,
        })
    }

    /// The same where it is not this machine: then its folders and its `localhost` are not those of the learner.
    pub fn other_machine(&self) -> Option<String> {
        let name = self.machine()?;
        let bare = name.trim_matches(['[', ']']);
        let here = bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        (!here).then(|| name.to_owned())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Discovery {
    /// What DOCKER_HOST or a context names is chosen even if it doesn't answer: the docker CLI would fail there too,
    /// and going to another engine behind the learner's back would be worse.
    pub chosen: Option<Endpoint>,
    /// Where the docker command goes without being told.
    docker_goes_to: Option<String>,
    /// Every place that was looked at, in order.
    pub looked: Vec<Looked>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// 'Docker', 'Colima', 'DOCKER_HOST', …
    pub what: String,
    pub uri: String,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Answers,
    Absent,
    Denied,
    /// A socket is there and nothing listens on it.
    Dead,
    /// A network address: only connecting tells.
    NotTried,
    /// Why, and the way round it.
    Unsupported(String, String),
}

impl Outcome {
    pub fn words(&self) -> String {
        match self {
            Self::Answers => "found".into(),
            Self::Absent => "not there".into(),
            Self::Denied => "no permission".into(),
            Self::Dead => "not running".into(),
            Self::NotTried => "a network address".into(),
            Self::Unsupported(why, _) => format!("not supported: {why}"),
        }
    }
}

impl Discovery {
    /// Why there is nothing to connect to, where there isn't; the first thing that can be helped wins.
    pub fn problem(&self) -> Option<EngineError> {
        if self.chosen.is_some() {
            return None;
        }
        let unsupported = self.looked.iter().find_map(|l| match &l.outcome {
            Outcome::Unsupported(reason, remedy) => Some(EngineError::Unsupported {
                at: l.uri.clone(),
                reason: reason.clone(),
                remedy: remedy.clone(),
            }),
            _ => None,
        });
        let first = |o: Outcome| self.looked.iter().find(move |l| l.outcome == o).map(|l| l.uri.clone());
        unsupported
            .or_else(|| first(Outcome::Denied).map(|at| EngineError::Denied { at }))
            .or_else(|| {
                first(Outcome::Dead)
                    .map(|at| EngineError::Unreachable { at, reason: "nothing listens there".into() })
            })
            .or(Some(EngineError::Absent))
    }

    /// Whether the docker command comes to this engine without being told.
    pub fn docker_finds(&self, endpoint: &Endpoint) -> bool {
        self.docker_goes_to.as_ref() == Some(&endpoint.uri)
    }

    /// Engines that answer besides the chosen one: what to offer when that one doesn't.
    pub fn others(&self) -> impl Iterator<Item = &Looked> {
        let chosen = self.chosen.as_ref().map(|e| e.uri.as_str());
        self.looked.iter().filter(move |l| l.outcome == Outcome::Answers && Some(l.uri.as_str()) != chosen)
    }
}

/// DOCKER_HOST, DOCKER_CONTEXT, the current context, then the well-known sockets.
pub fn discover(s: &Surroundings) -> Discovery {
    let mut found = Discovery::default();
    let configured = s.configured();
    let usual = configured.as_ref().map_or_else(|| format!("unix://{USUAL}"), |c| c.uri.clone());
    found.docker_goes_to = Some(usual);
    for (what, path) in well_known(s) {
        let uri = format!("unix://{}", path.display());
        let outcome = s.outcome_of(&path);
        if found.looked.iter().any(|l| l.uri == uri) {
            continue;
        }
        if outcome == Outcome::Answers && found.chosen.is_none() && configured.is_none() {
            let why = match found.looked.len() {
                0 => "on this machine".to_string(),
                _ => format!("on this machine ({what})"),
            };
            found.chosen = Some(Endpoint { uri: uri.clone(), why });
        }
        found.looked.push(Looked { what: what.into(), uri, outcome });
    }
    if let Some(Configured { uri, what, why, tls }) = configured {
        let outcome = s.outcome_of_uri(&uri, tls);
        found.looked.retain(|l| l.uri != uri);
        if !matches!(outcome, Outcome::Unsupported(..)) {
            found.chosen = Some(Endpoint { uri: uri.clone(), why });
        }
        found.looked.insert(0, Looked { what, uri, outcome });
    }
    found
}

struct Configured {
    uri: String,
    what: String,
    why: String,
    tls: bool,
}

impl Surroundings {
    fn configured(&self) -> Option<Configured> {
        if let Some(host) = self.env.get("DOCKER_HOST") {
            let tls = self.env.contains_key("DOCKER_TLS_VERIFY") || self.env.contains_key("DOCKER_TLS");
            return Some(Configured {
                uri: with_scheme(host),
                what: "DOCKER_HOST".into(),
                why: "from DOCKER_HOST".into(),
                tls,
            });
        }
        let name = self.context_name()?;
        let folder = self.docker_config()?;
        let meta = folder.join("contexts/meta").join(context_folder(&name)).join("meta.json");
        let host = self.files.get(&meta).and_then(|text| context_host(text));
        let by = if self.env.contains_key("DOCKER_CONTEXT") { " (DOCKER_CONTEXT)" } else { "" };
        Some(Configured {
            uri: host.map_or_else(|| format!("context:{name}"), |h| with_scheme(&h)),
            what: format!("context {name}"),
            why: format!("from docker's context '{name}'{by}"),
            tls: self.tls.contains(&folder.join("contexts/tls").join(context_folder(&name))),
        })
    }

    /// The context that is in force, unless it is the default one.
    pub(super) fn context_name(&self) -> Option<String> {
        let named = self.env.get("DOCKER_CONTEXT").cloned().or_else(|| {
            #[derive(Deserialize)]
            struct Config {
                #[serde(rename = "currentContext")]
                current_context: Option<String>,
            }
            let text = self.files.get(&self.docker_config()?.join("config.json"))?;
            serde_json::from_str::<Config>(text).ok()?.current_context
        });
        named.filter(|n| !n.is_empty() && n != "default")
    }

    /// Sockets that only the configuration names.
    pub(super) fn configured_sockets(&self) -> Vec<PathBuf> {
        let path = self.configured().and_then(|c| c.uri.strip_prefix("unix://").map(PathBuf::from));
        path.into_iter().collect()
    }

    fn outcome_of(&self, path: &Path) -> Outcome {
        match self.sockets.get(path) {
            Some(Probe::Answers) => Outcome::Answers,
            Some(Probe::Denied) => Outcome::Denied,
            Some(Probe::Dead) => Outcome::Dead,
            None => Outcome::Absent,
        }
    }

    fn outcome_of_uri(&self, uri: &str, tls: bool) -> Outcome {
        let unsupported = |why: &str, remedy: String| Outcome::Unsupported(why.into(), remedy);
        if let Some(path) = uri.strip_prefix("unix://") {
            return self.outcome_of(Path::new(path));
        }
        if let Some(address) = uri.strip_prefix("ssh://") {
            return unsupported(
                "engines over ssh",
                format!(
                    "Forward its socket and point there: {} & export DOCKER_HOST=unix:///tmp/docker.sock",
                    ssh_forward(address)
                ),
            );
        }
        if let Some(name) = uri.strip_prefix("context:") {
            return unsupported(
                "this docker context is not defined here",
                // The variable wins over what `docker context use` says.
                match self.env.contains_key("DOCKER_CONTEXT") {
                    true => format!(
                        "Look at the list with docker context ls; leave '{name}' with unset DOCKER_CONTEXT"
                    ),
                    false => format!(
                        "Look at the list with docker context ls; leave '{name}' with docker context use default"
                    ),
                },
            );
        }
        if tls || uri.starts_with("https://") {
            return unsupported(
                "engines over TLS",
                "Use an engine on this machine: unset DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_TLS, then docker context use default"
                    .into(),
            );
        }
        if uri.starts_with("tcp://") || uri.starts_with("http://") {
            return Outcome::NotTried;
        }
        unsupported("this kind of address", "Set DOCKER_HOST to a unix:// or tcp:// address.".into())
    }
}

/// The command that brings a remote engine's socket here. An address is `user@host:port/path`, as the docker CLI reads
/// it; ssh takes the port as an option, and the path is the socket there.
fn ssh_forward(address: &str) -> String {
    let (place, path) = match address.split_once('/') {
        Some((place, path)) if !path.is_empty() => (place, format!("/{path}")),
        Some((place, _)) => (place, USUAL.to_owned()),
        None => (address, USUAL.to_owned()),
    };
    let (host, port) = match place.rsplit_once(':') {
        // an IPv6 address in brackets has colons of its own
        Some((host, port)) if port.parse::<u16>().is_ok() && !host.ends_with(':') => {
            (host, format!("-p {port} "))
        }
        _ => (place, String::new()),
    };
    let host = host.replace(['[', ']'], "");
    format!("ssh -nNT {port}-L /tmp/docker.sock:{path} {host}")
}

/// Where the docker command looks when nothing tells it otherwise.
const USUAL: &str = "/var/run/docker.sock";

/// The places where engines are known to listen, likeliest first.
pub(super) fn well_known(s: &Surroundings) -> Vec<(&'static str, PathBuf)> {
    let mut all: Vec<(&'static str, PathBuf)> = vec![("Docker", USUAL.into())];
    let runtime = match s.env.get("XDG_RUNTIME_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(format!("/run/user/{}", s.uid)),
    };
    if s.os != Os::Mac {
        all.push(("rootless Docker", runtime.join("docker.sock")));
    }
    if let Some(home) = &s.home {
        for (what, path) in [
            ("Docker Desktop", ".docker/run/docker.sock"),
            ("Docker Desktop", ".docker/desktop/docker.sock"),
            ("Colima", ".colima/default/docker.sock"),
            ("Colima", ".colima/docker.sock"),
            ("OrbStack", ".orbstack/run/docker.sock"),
            ("Rancher Desktop", ".rd/docker.sock"),
        ] {
            all.push((what, home.join(path)));
        }
    }
    if s.os == Os::Mac {
        if let Some(home) = &s.home {
            all.push(("Podman", home.join(".local/share/containers/podman/machine/podman.sock")));
        }
    } else {
        all.push(("rootless Podman", runtime.join("podman/podman.sock")));
        all.push(("Podman", "/run/podman/podman.sock".into()));
    }
    all
}

/// Docker names a context's folder by the SHA-256 of its name.
pub(super) fn context_folder(name: &str) -> String {
    Sha256::digest(name.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

fn context_host(meta: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(meta).ok()?;
    Some(value.get("Endpoints")?.get("docker")?.get("Host")?.as_str()?.to_string())
}

/// The docker CLI takes a bare `host:port` as TCP.
fn with_scheme(host: &str) -> String {
    if host.contains("://") { host.to_string() } else { format!("tcp://{host}") }
}

#[cfg(test)]
#[path = "discover_tests.rs"]
mod tests;
