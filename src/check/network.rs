//! Judging networks of the learner's: made since the exercise began, and here now.

use serde::{Deserialize, Serialize};

use super::bound::{self, Bound, Object};
use super::finding::{Candidate, Finding, Found};
use super::run::sentence;
use super::text::Text;
use super::volume::{is_it, is_young};
use crate::facts::{Evidence, Network, Run};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct NetworkMatch {
    /// The name that it has in later checks.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Its driver: `bridge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<Text>,
    /// Containers that run in it, each by a name such as `$c` or by its own name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Text>,
}

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

impl NetworkMatch {
    pub(super) fn describe(&self) -> String {
        let Self { bind: _, name, driver, members } = self;
        let name = name.as_ref().map(|name| format!(" with the name {}", name.describe()));
        let driver = driver.as_ref().map(|driver| format!(" of the driver {}", driver.describe()));
        let all: Vec<String> = members.iter().map(Text::describe).collect();
        let verb = if all.len() == 1 { "runs" } else { "run" };
        let members = (!all.is_empty()).then(|| format!(" in which {} {verb}", sentence(&all)));
        let parts = [name, driver, members].into_iter().flatten().collect::<String>();
        format!("a network{parts}")
    }

    pub(super) fn mistakes(&self) -> Vec<String> {
        let empty = (Self { bind: None, ..self.clone() }) == Self::default();
        empty
            .then(|| "`network` asks for nothing, so that any network would pass".into())
            .into_iter()
            .collect()
    }
}
