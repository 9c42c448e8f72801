//! Judging volumes: made since the exercise began, and here now.

use super::asked::names;
use super::bound::{self, Bound, Object};
use super::finding::{Candidate, Finding, Found};
use super::{Text, VolumeMatch};
use crate::facts::{Evidence, MountKind, Run, Volume};

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
    let named = wanted.literals().into_iter().find_map(names::bare).and_then(|name| bound.get(name));
    match named {
        Some(object) => object.is(&Object::Run(run)),
        None => wanted.matches(&run.name),
    }
}

/// Made since the beginning. The engine tells whole seconds of some objects.
pub(super) fn is_young(created: Option<jiff::Timestamp>, evidence: &Evidence) -> bool {
    created.is_none_or(|at| at.as_second() >= evidence.since.as_second())
}
