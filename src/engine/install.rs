//! How Docker is installed on a given system.

use std::collections::BTreeMap;

use serde::Serialize;

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
pub fn install_command(os: &OsRelease) -> Option<Install> {
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
        let mac = OsRelease { mac: true, ..OsRelease::default() };
        assert!(install_command(&mac).is_some_and(|i| i.command.starts_with("brew")));
        let wsl = OsRelease { wsl: true, ..OsRelease::parse("ID=ubuntu") };
        assert!(install_command(&wsl).is_some_and(|i| i.note.contains("WSL")));
    }
}
