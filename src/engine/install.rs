//! How Docker is installed on a given system.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;

use super::EngineError;

/// What `/etc/os-release` and the kernel say of a system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OsRelease {
    pub mac: bool,
    pub wsl: bool,
    pub id: String,
    /// Families that it says it belongs to.
    pub like: Vec<String>,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Install {
    /// For a shell; may ask for a password by sudo. None where it takes a hand.
    pub command: Option<String>,
    /// What to know before or do after.
    pub note: String,
}

impl OsRelease {
    /// Reads the text of `/etc/os-release`.
    pub fn parse(text: &str) -> Self {
        let fields: BTreeMap<&str, String> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(k, v)| (k.trim(), v.trim().trim_matches(['"', '\'']).to_string()))
            .collect();
        let of = |name: &str| fields.get(name).cloned().unwrap_or_default();
        Self {
            mac: false,
            wsl: false,
            id: of("ID"),
            like: of("ID_LIKE").split_whitespace().map(String::from).collect(),
            name: of("PRETTY_NAME"),
        }
    }

    /// This machine.
    pub fn of_this_machine() -> Self {
        if cfg!(target_os = "macos") {
            return Self { mac: true, name: "macOS".into(), ..Self::default() };
        }
        let text = fs::read_to_string("/etc/os-release").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self { wsl: kernel.to_lowercase().contains("microsoft"), ..Self::parse(&text) }
    }
}

/// How the engine whose socket this is, is started again: its name, and the command where there is one. None where the address does
/// not tell whose it is.
pub(super) fn starter(at: &str, mac: bool) -> Option<(&'static str, Option<&'static str>)> {
    Some(if at.contains(".colima") {
        ("Colima", Some("colima start"))
    } else if at.contains(".orbstack") {
        ("OrbStack", Some("orb start"))
    } else if at.contains(".rd/") {
        ("Rancher Desktop", None)
    } else if at.contains("/desktop/") || at.contains(".docker/run") {
        ("Docker Desktop", Some(if mac { "open -a Docker" } else { "systemctl --user start docker-desktop" }))
    } else if at.contains("podman") {
        ("Podman's service", if mac { None } else { Some("systemctl --user start podman.socket") })
    } else if at.contains("/run/user/") {
        ("your own Docker", Some("systemctl --user start docker"))
    } else {
        return None;
    })
}

const LINUX_NOTE: &str =
    "Then let your user talk to it: sudo usermod -aG docker $USER, and log out and in again.";

/// The command that installs Docker from this system's own packages; None on a system that we do not know.
fn install_command(os: &OsRelease) -> Option<Install> {
    if os.mac {
        return Some(Install {
            command: Some("brew install colima docker && colima start".into()),
            note: "Or install Docker Desktop from docker.com and start it once.".into(),
        });
    }
    let families = std::iter::once(os.id.as_str()).chain(os.like.iter().map(String::as_str));
    let command = families.into_iter().find_map(|family| {
        Some(match family {
            "debian" | "ubuntu" | "raspbian" | "linuxmint" => {
                "sudo apt-get update && sudo apt-get install -y docker.io"
            }
            "fedora" => "sudo dnf install -y moby-engine && sudo systemctl enable --now docker",
            "rhel" | "centos" | "rocky" | "almalinux" => "sudo dnf install -y podman podman-docker",
            "arch" | "archlinux" | "manjaro" => {
                "sudo pacman -S --needed docker && sudo systemctl enable --now docker"
            }
            "alpine" => {
                "doas apk add docker && doas rc-update add docker default && doas service docker start"
            }
            "suse" | "opensuse" | "opensuse-tumbleweed" | "opensuse-leap" | "sles" => {
                "sudo zypper install -y docker && sudo systemctl enable --now docker"
            }
            _ => return None,
        })
    })?;
    let note = if os.wsl {
        "On Windows, Docker Desktop with its WSL integration works as well. After an install inside WSL start it with: \
         sudo service docker start"
            .to_string()
    } else if command.contains("podman") {
        "Then start its service for your user: systemctl --user enable --now podman.socket".into()
    } else if command.contains("doas") {
        "Then let your user talk to it: doas addgroup $USER docker, and log out and in again.".into()
    } else {
        LINUX_NOTE.into()
    };
    Some(Install { command: Some(command.into()), note })
}

/// The command that installs the docker command alone, beside an engine.
fn client_command(os: &OsRelease) -> Option<&'static str> {
    let is = |name: &str| os.id == name || os.like.iter().any(|like| like == name);
    Some(match () {
        () if os.mac => "brew install docker",
        () if is("debian") || is("ubuntu") => "sudo apt-get update && sudo apt-get install -y docker-cli",
        () if is("fedora") => "sudo dnf install -y docker-cli",
        () if is("alpine") => "doas apk add docker-cli",
        () => return None,
    })
}

/// What of an engine is on this machine already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Present {
    pub root: bool,
    /// The docker command.
    pub docker: bool,
    pub dockerd: bool,
    pub colima: bool,
    pub desktop: bool,
    pub systemd: bool,
    /// This user is in the group docker, or will be after the next login.
    pub in_group: bool,
}

impl Present {
    pub fn of_this_machine() -> Self {
        let has = |program| super::private::program(program).is_some();
        let is_link_to_desktop =
            |path: &str| fs::read_link(path).is_ok_and(|to| to.to_string_lossy().contains("docker-desktop"));
        Self {
            root: rustix::process::geteuid().is_root(),
            docker: has("docker"),
            dockerd: has("dockerd"),
            colima: has("colima"),
            // in WSL the command leads into Docker Desktop, and nowhere while that is closed
            desktop: ["/Applications/Docker.app", "/opt/docker-desktop"]
                .iter()
                .any(|path| Path::new(path).exists())
                || ["/usr/bin/docker", "/usr/local/bin/docker"].into_iter().any(is_link_to_desktop),
            systemd: Path::new("/run/systemd/system").is_dir(),
            in_group: in_docker_group(),
        }
    }
}

fn in_docker_group() -> bool {
    let text = fs::read_to_string("/etc/group").unwrap_or_default();
    let group = text.lines().find_map(|line| line.strip_prefix("docker:"));
    let mut fields = group.unwrap_or_default().split(':').skip(1);
    let id = fields.next().and_then(|id| id.parse().ok());
    let user = std::env::var("USER").unwrap_or_default();
    let is_listed = fields.next().unwrap_or_default().split(',').any(|name| !name.is_empty() && name == user);
    let groups = rustix::process::getgroups().unwrap_or_default();
    is_listed || id.is_some_and(|id: u32| groups.iter().any(|group| group.as_raw() == id))
}

/// The command that takes away what stands between us and an engine, if one command can.
pub fn cure(problem: &EngineError, os: &OsRelease, present: &Present) -> Option<Install> {
    let with = |command: &str, note: &str| Install { command: Some(command.into()), note: note.into() };
    let found = match problem {
        EngineError::Denied { at } if at.contains("docker.sock") && !os.mac && present.in_group => Install {
            command: None,
            note: "Docker runs here, and you are in its group since you logged in. Log out and in again.".into(),
        },
        EngineError::Denied { at } if at.contains("docker.sock") && !os.mac => with(
            "sudo usermod -aG docker $USER",
            "Docker runs here and your user may not talk to it. Put yourself into its group, then log out and in \
             again. Its members can do on this machine what root can.",
        ),
        EngineError::Denied { .. } | EngineError::Unsupported { .. } => return None,
        EngineError::Unreachable { at, .. } if let Some((name, command)) = starter(at, os.mac) => {
            Install { command: command.map(String::from), note: format!("Start {name}: it is here and does not run.") }
        }
        _ if os.mac && present.colima => with("colima start", "Colima is installed and not started."),
        _ if !os.mac && present.dockerd => {
            let group = if present.in_group { String::new() } else { format!(" {LINUX_NOTE}") };
            let start = if present.systemd { "sudo systemctl start docker" } else { "sudo service docker start" };
            with(start, &format!("Docker is installed and not started.{group}"))
        }
        _ if present.desktop => Install {
            command: match (os.mac, os.wsl) {
                (true, _) => Some("open -a Docker".into()),
                (_, true) => None,
                _ => Some("systemctl --user start docker-desktop".into()),
            },
            note: match os.wsl {
                true => "Start Docker Desktop on Windows, with its WSL integration for this system switched on (Settings, \
                         Resources)."
                    .into(),
                false => "Docker Desktop is installed and not started.".into(),
            },
        },
        _ => {
            let install = install_command(os)?;
            let name = &os.name;
            let lead = match present.docker {
                true => format!(
                    "The docker command is here, and no engine answers. If it came with Docker Desktop or the like, start \
                     that. Otherwise this installs an engine on {name}."
                ),
                false => format!("This installs Docker on {name}."),
            };
            Install { note: format!("{lead} {}", install.note), ..install }
        }
    };
    Some(if present.root { found.without_sudo() } else { found })
}

/// The command that installs the docker command, where an engine is here without it.
pub fn client_cure(os: &OsRelease, present: &Present) -> Option<Install> {
    if present.docker {
        return None;
    }
    let found = Install {
        command: client_command(os).map(String::from),
        note: "The docker command is missing, and the lessons type it in the shell.".into(),
    };
    Some(if present.root { found.without_sudo() } else { found })
}

impl Install {
    /// Root needs no sudo, and may have none.
    fn without_sudo(self) -> Self {
        let command = self.command.map(|command| command.replace("sudo ", "").replace("doas ", ""));
        // What lets a user in is of no use to root.
        let note = self.note.split(" Then let your user talk to it").next().unwrap_or_default().to_owned();
        Self { command, note }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(install: &Option<Install>) -> &str {
        install.as_ref().and_then(|install| install.command.as_deref()).unwrap_or_default()
    }

    #[test]
    fn systems() {
        let table = [
            ("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"", Some("apt-get install -y docker.io")),
            ("ID=ubuntu\nID_LIKE=debian", Some("apt-get")),
            ("ID=pop\nID_LIKE=\"ubuntu debian\"", Some("apt-get")),
            ("ID=fedora", Some("dnf install -y moby-engine")),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", Some("podman")),
            ("ID=arch", Some("pacman")),
            ("ID=endeavouros\nID_LIKE=arch", Some("pacman")),
            ("ID=alpine", Some("apk add docker")),
            ("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"", Some("zypper")),
            ("ID=nixos", None),
            ("", None),
        ];
        for (text, want) in table {
            let got = install_command(&OsRelease::parse(text));
            match want {
                Some(part) => {
                    assert!(command(&got).contains(part), "{text}: {got:?}")
                }
                None => assert_eq!(got, None, "{text}"),
            }
        }
        let mac = OsRelease { mac: true, ..OsRelease::default() };
        assert!(command(&install_command(&mac)).starts_with("brew"));
        let wsl = OsRelease { wsl: true, ..OsRelease::parse("ID=ubuntu") };
        assert!(install_command(&wsl).is_some_and(|i| i.note.contains("WSL")));
    }

    #[test]
    fn what_is_there_already_is_started_and_not_installed_again() {
        let debian = OsRelease::parse("ID=debian\nPRETTY_NAME=Debian");
        let wsl = OsRelease { wsl: true, ..debian.clone() };
        let mac = OsRelease { mac: true, name: "macOS".into(), ..OsRelease::default() };
        let (none, absent) = (Present::default(), EngineError::Absent);
        let root = Present { root: true, ..none };
        let stopped = Present { docker: true, dockerd: true, ..none };
        let desktop = Present { desktop: true, ..none };
        let client = Present { docker: true, ..none };
        let dead =
            |at: &str| EngineError::Unreachable { at: at.into(), reason: "nothing listens there".into() };
        let denied = EngineError::Denied { at: "unix:///var/run/docker.sock".into() };
        for (problem, os, present, in_command, in_note) in [
            (&absent, &debian, none, "sudo apt-get install -y docker.io", "installs Docker on Debian"),
            (&absent, &debian, root, "apt-get update && apt-get install", "installs Docker"),
            (&absent, &debian, stopped, "sudo service docker start", "usermod -aG docker"),
            (
                &absent,
                &debian,
                Present { systemd: true, in_group: true, ..stopped },
                "sudo systemctl start docker",
                "not started.",
            ),
            (&absent, &debian, Present { root: true, ..stopped }, "service docker start", "not started."),
            (
                &dead("unix:///var/run/docker.sock"),
                &debian,
                stopped,
                "sudo service docker start",
                "not started",
            ),
            (&denied, &debian, stopped, "usermod", "log out and in again"),
            (&denied, &debian, Present { in_group: true, ..stopped }, "", "Log out and in again"),
            (&absent, &debian, client, "docker.io", "If it came with Docker Desktop or the like, start that"),
            (&absent, &debian, desktop, "systemctl --user start docker-desktop", "not started"),
            (&absent, &wsl, desktop, "", "Start Docker Desktop on Windows"),
            (&absent, &mac, desktop, "open -a Docker", "not started"),
            (&absent, &mac, Present { colima: true, ..desktop }, "colima start", "not started"),
            (
                &dead("unix:///Users/a/.docker/run/docker.sock"),
                &mac,
                none,
                "open -a Docker",
                "Start Docker Desktop",
            ),
            (&dead("unix:///Users/a/.rd/docker.sock"), &mac, none, "", "Start Rancher Desktop"),
            (
                &dead("unix:///home/a/.docker/desktop/docker.sock"),
                &debian,
                none,
                "docker-desktop",
                "Docker Desktop",
            ),
        ] {
            let found = cure(problem, os, &present);
            assert!(command(&found).contains(in_command), "{problem} {present:?}: {found:?}");
            assert!(
                found.as_ref().is_some_and(|i| i.note.contains(in_note)),
                "{problem} {present:?}: {found:?}"
            );
            assert!(!in_command.is_empty() || command(&found).is_empty(), "{found:?}");
            assert!(
                !present.root
                    || (!command(&found).contains("sudo")
                        && !found.is_some_and(|i| i.note.contains("usermod")))
            );
        }
        assert_eq!(client_cure(&debian, &client), None);
        assert!(command(&client_cure(&debian, &none)).contains("docker-cli"));
        assert_eq!(command(&client_cure(&OsRelease::default(), &none)), "");
    }
}
