//! Judging volumes: made since the exercise began, and here now.

use serde::{Deserialize, Serialize};

use super::bound::{self, Bound, Object};
use super::finding::{Candidate, Finding, Found};
use super::text::Text;
use crate::facts::{Evidence, MountKind, Run, Volume};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct VolumeMatch {
    /// The name that it has in later checks.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Its driver: `local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<Text>,
    /// A container that mounts it: a name such as `$c`, or its name as a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_by: Option<Text>,
    /// Made by the engine without a name of the learner's choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous: Option<bool>,
}

pub(super) fn look<'e>(wanted: &VolumeMatch, bound: &Bound<'e>, evidence: &'e Evidence) -> Found<'e> {
    let candidates = evidence.volumes.iter().map(|volume| {
        let findings = findings(wanted, volume, bound, evidence);
        let meant = findings.iter().any(|f| f.tried);
        Candidate { object: Object::Volume(volume), at: volume.created, findings, meant }
    });
    let mut candidates: Vec<Candidate<'_>> = candidates.collect();
    candidates.sort_by_key(|candidate| candidate.at);
    let achieved = |object: Object<'e>| format!("volume {} is here", object.name(evidence));
    let expected = wanted.describe();
    Found::among(candidates, expected, |object| format!("volume {}", object.name(evidence)), achieved)
}

fn findings(wanted: &VolumeMatch, volume: &Volume, bound: &Bound<'_>, evidence: &Evidence) -> Vec<Finding> {
    let young = is_young(volume.created, evidence);
    let mut all = Vec::new();
    if let Some(name) = &wanted.name {
        all.push(Finding::text("name", name, &volume.name).tried(name.matches(&volume.name)));
    }
    if let Some(anonymous) = wanted.anonymous.filter(|wanted| *wanted != volume.anonymous) {
        let differs = if anonymous { "it was given a name" } else { "it has no name of yours" };
        all.push(Finding::no(format!("volume {}", volume.name), differs));
    }
    all.push(match young {
        true => Finding::yes(wanted.name.is_none()),
        false => Finding::no(format!("volume {}", volume.name), "it was made before this exercise began")
            .advising(Some(format!("Remove it and make it again: docker volume rm {}", volume.name))),
    });
    all.extend(wanted.driver.as_ref().map(|driver| Finding::text("driver", driver, &volume.driver)));
    if let Some(user) = &wanted.used_by {
        let uses = |run: &&Run| {
            !run.removed && run.mounts.iter().any(|m| m.kind == MountKind::Volume && m.source == volume.name)
        };
        let users: Vec<&Run> = evidence.runs.iter().filter(uses).collect();
        let names: Vec<&str> = users.iter().map(|run| run.name.as_str()).collect();
        all.push(match users.iter().any(|run| is_it(user, run, bound)) {
            true => Finding::yes(false),
            false if names.is_empty() => {
                Finding::no(format!("volume {}", volume.name), "no container mounts it")
            }
            false => Finding::no(
                format!("volume {}", volume.name),
                format!(
                    "{} mounts it, expected {}",
                    names.join(", "),
                    bound::put_in_words(&user.describe(), bound, evidence)
                ),
            ),
        });
    }
    all
}

/// Whether a container is the one that is meant: by a name that was bound, or by its own.
pub(super) fn is_it(wanted: &Text, run: &Run, bound: &Bound<'_>) -> bool {
    let named = wanted.literals().into_iter().find_map(bound::bare).and_then(|name| bound.get(name));
    match named {
        Some(object) => object.is(&Object::Run(run)),
        None => wanted.matches(&run.name),
    }
}

/// Made since the beginning. The engine tells whole seconds of some objects.
pub(super) fn is_young(created: Option<jiff::Timestamp>, evidence: &Evidence) -> bool {
    created.is_none_or(|at| at.as_second() >= evidence.since.as_second())
}

impl VolumeMatch {
    pub(super) fn describe(&self) -> String {
        let Self { bind: _, name, driver, used_by, anonymous } = self;
        let what = match anonymous {
            Some(true) => "an anonymous volume",
            Some(false) => "a volume with a name of yours",
            None => "a volume",
        };
        let name = name.as_ref().map(|name| format!(" with the name {}", name.describe()));
        let driver = driver.as_ref().map(|driver| format!(" of the driver {}", driver.describe()));
        let user = used_by.as_ref().map(|user| format!(", mounted by {}", user.describe()));
        let parts = [name, driver, user].into_iter().flatten().collect::<String>();
        format!("{what}{parts}")
    }

    pub(super) fn mistakes(&self) -> Vec<String> {
        let empty = (Self { bind: None, ..self.clone() }) == Self::default();
        empty.then(|| "`volume` asks for nothing, so that any volume would pass".into()).into_iter().collect()
    }
}
