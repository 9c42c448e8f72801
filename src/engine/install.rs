//! How Docker is installed on a given system.

use std::collections::BTreeMap;

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
    /// For a shell; may ask for a password by sudo.
    pub command: String,
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
        let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self { wsl: kernel.to_lowercase().contains("microsoft"), ..Self::parse(&text) }
    }
}

const LINUX_NOTE: &str =
    "Then let your user talk to it: sudo usermod -aG docker $USER, and log out and in again.";

/// The command that installs Docker from this system's own packages; None on a system that we do not know.
fn install_command(os: &OsRelease) -> Option<Install> {
    if os.mac {
        return Some(Install {
            command: "brew install colima docker && colima start".into(),
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
    Some(Install { command: command.into(), note })
}

/// What of an engine is on this machine already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Present {
    pub root: bool,
    pub dockerd: bool,
    pub colima: bool,
    pub systemd: bool,
}

impl Present {
    pub fn of_this_machine() -> Self {
        let has = |program| super::private::program(program).is_some();
        Self {
            root: rustix::process::geteuid().is_root(),
            dockerd: has("dockerd"),
            colima: has("colima"),
            systemd: std::path::Path::new("/run/systemd/system").is_dir(),
        }
    }
}

/// The command that takes away what stands between us and an engine, if one command can.
pub fn cure(problem: &EngineError, os: &OsRelease, present: &Present) -> Option<Install> {
    let found = match problem {
        EngineError::Denied { at } if at.contains("docker.sock") && !os.mac => Install {
            command: "sudo usermod -aG docker $USER".into(),
            note: "Docker runs here and your user may not talk to it. Put yourself into its group, then log out and in \
                   again. Its members can do on this machine what root can."
                .into(),
        },
        EngineError::Denied { .. } | EngineError::Unsupported { .. } => return None,
        _ if os.mac && present.colima => Install {
            command: "colima start".into(),
            note: "Colima is installed and not started.".into(),
        },
        _ if !os.mac && present.dockerd => Install {
            command: if present.systemd {
                "sudo systemctl start docker".into()
            } else {
                "sudo service docker start".into()
            },
            note: "Docker is installed and not started.".into(),
        },
        _ => {
            let install = install_command(os)?;
            let note = format!("This installs Docker on {}. {}", os.name, install.note);
            Install { note, ..install }
        }
    };
    Some(if present.root { found.without_sudo() } else { found })
}

impl Install {
    /// Root needs no sudo, and may have none.
    fn without_sudo(self) -> Self {
        let command = self.command.replace("sudo ", "").replace("doas ", "");
        // What lets a user in is of no use to root.
        let note = self.note.split(" Then let your user talk to it").next().unwrap_or_default().to_owned();
        Self { command, note }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                    assert!(got.as_ref().is_some_and(|i| i.command.contains(part)), "{text}: {got:?}")
                }
                None => assert_eq!(got, None, "{text}"),
            }
        }
        let debian = OsRelease::parse("ID=debian\nPRETTY_NAME=Debian");
        let cured =
            |problem: &EngineError, present| cure(problem, &debian, &present).expect("a command").command;
        let absent = EngineError::Absent;
        assert!(cured(&absent, Present::default()).contains("sudo apt-get install"));
        let root = Present { root: true, ..Present::default() };
        assert!(!cured(&absent, root).contains("sudo"));
        let stopped = Present { dockerd: true, systemd: true, ..Present::default() };
        assert_eq!(cured(&absent, stopped), "sudo systemctl start docker");
        let denied = EngineError::Denied { at: "unix:///var/run/docker.sock".into() };
        assert!(cured(&denied, stopped).contains("usermod"));
        let mac = OsRelease { mac: true, ..OsRelease::default() };
        assert!(install_command(&mac).is_some_and(|i| i.command.starts_with("brew")));
        let wsl = OsRelease { wsl: true, ..OsRelease::parse("ID=ubuntu") };
        assert!(install_command(&wsl).is_some_and(|i| i.note.contains("WSL")));
    }
}
