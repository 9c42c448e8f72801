//! A network namespace with a way out: its own loopback and firewall, and NAT through this machine.

use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::PrivateError;

/// What was set up, so that exactly that is taken down again, even by a later session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Net {
    name: String,
    uplink: String,
    /// Third number of 10.214.N.0/30.
    subnet: u8,
    pub mtu: u32,
    /// Forwarding was off on this machine and was switched on.
    forwarding_was_off: bool,
}

pub(super) const FORWARDING: &str = "/proc/sys/net/ipv4/ip_forward";

impl Net {
    /// Makes the namespace; `tag` tells those of different state folders apart.
    pub(super) async fn up(tag: &str) -> Result<Self, PrivateError> {
        let name = format!("pw-{tag}");
        let used = run(&["ip", "-o", "-4", "addr"]).await?;
        let first = u8::from_str_radix(tag.get(..2).unwrap_or("0"), 16).unwrap_or(0);
        let subnet = (0..=255)
            .map(|n| first.wrapping_add(n))
            .find(|n| !used.contains(&format!(" 10.214.{n}.")))
            .unwrap_or(first);
        let net = Self {
            uplink: format!("pw{tag}"),
            name,
            subnet,
            mtu: smallest_mtu(),
            forwarding_was_off: std::fs::read_to_string(FORWARDING).is_ok_and(|t| t.trim() == "0"),
        };
        // Leftovers of a session that was killed.
        net.down().await;
        match net.build().await {
            Ok(()) => Ok(net),
            Err(error) => {
                net.down().await;
                Err(error)
            }
        }
    }

    async fn build(&self) -> Result<(), PrivateError> {
        let Self { name, uplink, .. } = self;
        let (near, far, mtu) = (self.address(1), self.address(2), self.mtu.to_string());
        run(&["ip", "netns", "add", name]).await?;
        run(&["ip", "-n", name, "link", "set", "lo", "up"]).await?;
        run(&[
            "ip", "link", "add", uplink, "mtu", &mtu, "type", "veth", "peer", "name", "eth0", "mtu", &mtu,
            "netns", name,
        ])
        .await?;
        run(&["ip", "addr", "add", &format!("{near}/30"), "dev", uplink]).await?;
        run(&["ip", "link", "set", uplink, "up"]).await?;
        run(&["ip", "-n", name, "addr", "add", &format!("{far}/30"), "dev", "eth0"]).await?;
        run(&["ip", "-n", name, "link", "set", "eth0", "up"]).await?;
        run(&["ip", "-n", name, "route", "add", "default", "via", &near]).await?;
        if self.forwarding_was_off {
            run(&["sh", "-c", &format!("echo 1 >{FORWARDING}")]).await?;
        }
        let path = self.path();
        run(&["nsenter", &format!("--net={path}"), "sh", "-c", &format!("echo 1 >{FORWARDING}")]).await?;
        for rule in self.rules() {
            let rule: Vec<&str> = rule.iter().map(String::as_str).collect();
            run(&[&["iptables", "-w"], &rule[..]].concat()).await?;
        }
        Ok(())
    }

    /// Takes all of it down; what is not there is no matter.
    pub(super) async fn down(&self) {
        for rule in self.rules() {
            let off: Vec<&str> =
                rule.iter().map(|w| if matches!(w.as_str(), "-A" | "-I") { "-D" } else { w }).collect();
            let _ = run(&[&["iptables", "-w"], &off[..]].concat()).await;
        }
        let _ = run(&["ip", "link", "del", &self.uplink]).await;
        let _ = run(&["ip", "netns", "del", &self.name]).await;
        if self.forwarding_was_off {
            let _ = run(&["sh", "-c", &format!("echo 0 >{FORWARDING}")]).await;
        }
    }

    fn rules(&self) -> [Vec<String>; 3] {
        let words = |s: String| s.split(' ').map(String::from).collect();
        let (up, far) = (&self.uplink, self.address(2));
        [
            words(format!("-t nat -A POSTROUTING -s {far}/32 ! -o {up} -j MASQUERADE")),
            words(format!("-I FORWARD -i {up} -j ACCEPT")),
            words(format!("-I FORWARD -o {up} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")),
        ]
    }

    fn address(&self, host: u8) -> String {
        format!("10.214.{}.{host}", self.subnet)
    }

    pub(super) fn path(&self) -> String {
        format!("/run/netns/{}", self.name)
    }

    /// `ip netns exec` would mount another /sys, in which dockerd finds no cgroups: nsenter changes the network only.
    pub(super) fn prefix(&self) -> Vec<String> {
        vec!["nsenter".into(), format!("--net={}", self.path())]
    }
}

/// Larger packets than the narrowest way out takes would be lost.
fn smallest_mtu() -> u32 {
    let devices = std::fs::read_dir("/sys/class/net").into_iter().flatten().flatten();
    devices
        .filter(|d| d.file_name() != "lo")
        .filter(|d| std::fs::read_to_string(d.path().join("operstate")).is_ok_and(|s| s.trim() == "up"))
        .filter_map(|d| std::fs::read_to_string(d.path().join("mtu")).ok()?.trim().parse().ok())
        .filter(|mtu| *mtu >= 1280)
        .min()
        .unwrap_or(1500)
}

pub(super) async fn run(words: &[&str]) -> Result<String, PrivateError> {
    let what = || words.join(" ");
    let failed = |reason: String| PrivateError::Failed { what: what(), reason };
    let (program, rest) = words.split_first().ok_or_else(|| failed("no program".into()))?;
    let out = Command::new(program).args(rest).output().await.map_err(|e| failed(e.to_string()))?;
    if out.status.success() {
        Ok(String::from_utf8_lossy(&out.stdout).into_owned())
    } else {
        Err(failed(String::from_utf8_lossy(&out.stderr).trim().to_string()))
    }
}
