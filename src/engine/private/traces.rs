//! What a dockerd in this machine's own network leaves behind when it has ended: firewall rules, bridges, forwarding.

use std::collections::HashSet;
use std::fs;

use serde::{Deserialize, Serialize};

use super::netns::{FORWARDING, run};
use super::process;

/// How the network was before, so that what came since, and nothing else, is taken away again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Traces {
    /// What `iptables-save` and `ip6tables-save` said, without counters; None where there is no such program.
    rules: [Option<String>; 2],
    bridges: Vec<String>,
    forwarding_was_off: bool,
}

const FIREWALLS: [&str; 2] = ["iptables", "ip6tables"];

impl Traces {
    pub(super) async fn look() -> Self {
        let mut rules = [None, None];
        for (at, firewall) in FIREWALLS.iter().enumerate() {
            rules[at] = saved(firewall).await;
        }
        Self {
            rules,
            bridges: bridges().await,
            forwarding_was_off: fs::read_to_string(FORWARDING).is_ok_and(|t| t.trim() == "0"),
        }
    }

    /// To be called when the dockerd has ended. Another one in the same network needs these things now: then they stay.
    pub(super) async fn clear(&self) {
        if process::another_dockerd_here() {
            return;
        }
        for (firewall, before) in FIREWALLS.iter().zip(&self.rules) {
            let Some(before) = before else { continue };
            let Some(after) = saved(firewall).await else { continue };
            for words in undo(before, &after) {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                if let Err(error) = run(&[&[*firewall, "-w"], &words[..]].concat()).await {
                    tracing::warn!(%error, "a firewall rule of the private engine stays");
                }
            }
        }
        for bridge in bridges().await.iter().filter(|b| !self.bridges.contains(b)) {
            if let Err(error) = run(&["ip", "link", "del", bridge]).await {
                tracing::warn!(%error, "a bridge of the private engine stays");
            }
        }
        if self.forwarding_was_off {
            let _ = run(&["sh", "-c", &format!("echo 0 >{FORWARDING}")]).await;
        }
    }
}

async fn saved(firewall: &str) -> Option<String> {
    let program = format!("{firewall}-save");
    process::find(&program)?;
    let text = run(&[&program]).await.ok()?;
    let without_counters = |line: &str| line.split(" [").next().unwrap_or_default().to_owned();
    Some(text.lines().map(without_counters).collect::<Vec<_>>().join("\n"))
}

/// The bridges that dockerd makes: its own and one for each network of the learner's.
async fn bridges() -> Vec<String> {
    let links = run(&["ip", "-o", "link"]).await.unwrap_or_default();
    let names = links.lines().filter_map(|line| line.split(": ").nth(1));
    names.filter(|name| is_bridge(name)).map(str::to_owned).collect()
}

fn is_bridge(name: &str) -> bool {
    // `br-` and twelve digits of the network's id; other programs name theirs `br-lan` and the like.
    let id = name.strip_prefix("br-");
    name == "docker0" || id.is_some_and(|id| id.len() == 12 && id.chars().all(|c| c.is_ascii_hexdigit()))
}

/// The arguments that take `after` back to `before`, as far as Docker's things are concerned: rules, chains, policies.
fn undo(before: &str, after: &str) -> Vec<Vec<String>> {
    let old: HashSet<(&str, &str)> = in_tables(before).collect();
    let (mut rules, mut chains) = (Vec::new(), Vec::new());
    for (table, line) in in_tables(after).filter(|line| !old.contains(line)) {
        let of = |words: &[&str]| -> Vec<String> {
            ["-t", table].iter().chain(words).map(|w| (*w).to_owned()).collect()
        };
        if let Some(rule) = line.strip_prefix("-A ") {
            let words: Vec<&str> = rule.split(' ').collect();
            if words.iter().any(|w| w.starts_with("DOCKER") || is_bridge(w)) {
                rules.push(of(&[&["-D"], &words[..]].concat()));
            }
        } else if let Some((chain, policy)) = line.strip_prefix(':').and_then(|l| l.split_once(' ')) {
            if chain.starts_with("DOCKER") {
                chains.push(of(&["-X", chain]));
            } else if chain == "FORWARD" && (table, policy) == ("filter", "DROP") {
                // It was not dropped before; a table that was not listed had not been touched, and let everything pass.
                rules.push(of(&["-P", chain, "ACCEPT"]));
            }
        }
    }
    rules.extend(chains);
    rules
}

/// The lines of an `iptables-save`, each with its table.
fn in_tables(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().scan("filter", |table, line| {
        if let Some(name) = line.strip_prefix('*') {
            *table = name;
        }
        Some((*table, line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_docker_added_is_undone() {
        let before = "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n-A FORWARD -i vpn0 -j ACCEPT\nCOMMIT";
        let after = "*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:DOCKER -\n-A FORWARD -j DOCKER\n\
                     -A FORWARD -o docker0 -j ACCEPT\n-A FORWARD -i vpn0 -j ACCEPT\n-A INPUT -i lan0 -j ACCEPT\n\
                     -A DOCKER -j RETURN\nCOMMIT\n\
                     *nat\n:DOCKER -\n-A POSTROUTING -s 172.18.0.0/16 ! -o br-0123456789ab -j MASQUERADE\nCOMMIT";
        let lines: Vec<String> = undo(before, after).iter().map(|words| words.join(" ")).collect();
        assert_eq!(
            lines,
            [
                "-t filter -P FORWARD ACCEPT",
                "-t filter -D FORWARD -j DOCKER",
                "-t filter -D FORWARD -o docker0 -j ACCEPT",
                "-t filter -D DOCKER -j RETURN",
                "-t nat -D POSTROUTING -s 172.18.0.0/16 ! -o br-0123456789ab -j MASQUERADE",
                "-t filter -X DOCKER",
                "-t nat -X DOCKER",
            ]
        );
        assert!(undo(after, after).is_empty());
        let untouched = undo("", "*filter\n:FORWARD DROP\nCOMMIT");
        assert_eq!(untouched, [["-t", "filter", "-P", "FORWARD", "ACCEPT"]]);
    }

    #[test]
    fn bridges_of_others_are_not_ours() {
        for (name, ours) in
            [("docker0", true), ("br-0123456789ab", true), ("br-lan", false), ("br0", false), ("eth0", false)]
        {
            assert_eq!(is_bridge(name), ours, "{name}");
        }
    }
}
