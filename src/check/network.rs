//! Judging networks of the learner's: made since the exercise began, and here now.

use super::NetworkMatch;
use super::bound::{self, Bound, Object};
use super::finding::{Candidate, Finding, Found};
use super::volume::{is_it, is_young};
use crate::facts::{Evidence, Network, Run};

pub(super) fn look<'e>(wanted: &NetworkMatch, bound: &Bound<'e>, evidence: &'e Evidence) -> Found<'e> {
    let candidates = evidence.networks.iter().filter(|network| !network.is_builtin()).map(|network| {
        let findings = findings(wanted, network, bound, evidence);
        let meant = findings.iter().any(|f| f.tried);
        Candidate { object: Object::Network(network), at: network.created, findings, meant }
    });
    let mut candidates: Vec<Candidate<'_>> = candidates.collect();
    candidates.sort_by_key(|candidate| candidate.at);
    let achieved = |object: Object<'e>| format!("network {} is here", object.name(evidence));
    let expected = wanted.describe();
    Found::among(candidates, expected, |object| format!("network {}", object.name(evidence)), achieved)
}

fn findings(
    wanted: &NetworkMatch,
    network: &Network,
    bound: &Bound<'_>,
    evidence: &Evidence,
) -> Vec<Finding> {
    let mut all = Vec::new();
    if let Some(name) = &wanted.name {
        all.push(Finding::text("name", name, &network.name).tried(name.matches(&network.name)));
    }
    all.push(match is_young(network.created, evidence) {
        true => Finding::yes(wanted.name.is_none()),
        false => Finding::no(format!("network {}", network.name), "it was made before this exercise began")
            .advising(Some(format!("Remove it and make it again: docker network rm {}", network.name))),
    });
    all.extend(wanted.driver.as_ref().map(|driver| Finding::text("driver", driver, &network.driver)));
    let inside = |run: &&Run| run.is_running() && run.networks.contains(&network.name);
    let members: Vec<&Run> = evidence.runs.iter().filter(inside).collect();
    let missing = wanted.members.iter().find(|member| !members.iter().any(|run| is_it(member, run, bound)));
    if let Some(missing) = missing {
        let names: Vec<&str> = members.iter().map(|run| run.name.as_str()).collect();
        let found = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        all.push(Finding::no(
            format!("{found} in the network {}", network.name),
            format!("{} does not run in it", bound::put_in_words(&missing.describe(), bound, evidence)),
        ));
    }
    all
}
