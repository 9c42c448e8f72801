//! The life of one container, and how two looks at it are one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ContainerState, Exec, Mount, Output, Port, Probe};

/// The life of one container, as far as it was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: String,
    pub name: String,
    /// As typed.
    pub image: String,
    pub image_id: String,
    /// Digest of the manifest that it runs, where the engine tells it: that stays when the image is built once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// `name:tag` and `name@digest` that this image id had when it was looked at.
    pub image_refs: Vec<String>,
    /// Entrypoint and command, word by word; None where only its events were seen.
    pub argv: Option<Vec<String>>,
    pub tty: bool,
    pub stdin_open: bool,
    pub auto_remove: bool,
    /// Where the engine writes what it prints: `json-file`, `none`, …; empty where that is not known.
    #[serde(default)]
    pub log_driver: String,
    pub env_names: Vec<String>,
    /// Values of the variables that a check asks about, and of no others.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Which of these have another value in the image than here, or none: they came from outside. None where the image
    /// could not be looked at.
    #[serde(default)]
    pub env_given: Option<BTreeSet<String>>,
    /// What it calls itself; empty where only its events were seen.
    #[serde(default)]
    pub hostname: String,
    #[serde(default)]
    pub workdir: String,
    #[serde(default)]
    pub user: String,
    /// Nobody listened when it was started: `docker run -d`.
    #[serde(default)]
    pub detached: bool,
    /// Whether the command is another one than the image's own; None where the image could not be looked at.
    #[serde(default)]
    pub command_given: Option<bool>,
    /// As it was when it was last looked at; None where only its events were seen.
    #[serde(default)]
    pub state: Option<ContainerState>,
    /// Names of the networks that it is in.
    #[serde(default)]
    pub networks: Vec<String>,
    pub mounts: Vec<Mount>,
    /// Where the sources of its mounts led to when it was first looked at, of those that links lead through.
    #[serde(default)]
    pub linked: BTreeMap<String, String>,
    pub ports: Vec<Port>,
    pub created: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub finished: Option<Timestamp>,
    pub exit_code: Option<i64>,
    /// What the engine said when it could not start it.
    pub error: String,
    pub removed: bool,
    /// None where it could not be seen, for example because the container was removed first.
    pub output: Option<Output>,
    /// Commands run inside it by `docker exec`, from the engine's events.
    pub execs: Vec<Exec>,
    /// What its published ports answered while it ran, where a check asks for it.
    #[serde(default)]
    pub probes: Vec<Probe>,
    /// Packages that it holds and its image does not, by their paths in it, where a check asks for them: what its
    /// file system has gained since its start. None where it could not be looked at.
    #[serde(default)]
    pub packages: Option<Vec<String>>,
    pub source: RunSource,
}

/// Who made the container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunSource {
    #[default]
    Learner,
    /// A `RUN` step of the classic builder.
    Build,
}

impl Run {
    /// This and a later look at the same container as one; the only place that knows how.
    ///
    /// A look is whole (an inspect, or what was recorded after one), or was only heard: then it has no `argv`, and holds
    /// what events told. How the container was set up is taken from the later whole look; what events have said since
    /// an inspect was asked for is newer than its answer, so how it goes is taken from the later look of any kind.
    #[must_use]
    pub fn with(self, newer: Self) -> Self {
        let older = self;
        let is_whole = newer.argv.is_some();
        let removed = older.removed || newer.removed;
        // It runs again: how it ended before is over. A whole look also knows that it never ended. Of what is gone, a look
        // that says so was asked for before the end.
        let is_said = is_whole && newer.state.is_some() && !removed;
        let runs = newer.state.is_some_and(ContainerState::is_running) && !removed;
        let state = newer.state.or(older.state).filter(|_| !removed);
        let started = newer.started.or(older.started);
        let (finished, exit_code, error) = match is_said || runs {
            true => (newer.finished, newer.exit_code, newer.error.clone()),
            false => (
                newer.finished.or(older.finished),
                newer.exit_code.or(older.exit_code),
                if newer.error.is_empty() { older.error.clone() } else { newer.error.clone() },
            ),
        };
        let source = match (older.source, newer.source) {
            (RunSource::Learner, RunSource::Learner) => RunSource::Learner,
            _ => RunSource::Build,
        };
        // As it was typed: an inspect may spell it in another way than the event of its making.
        let typed = if !is_whole && !newer.image.is_empty() { &newer.image } else { &older.image };
        let typed = typed.clone();
        let leads = is_whole || older.argv.is_none();
        let (lead, other) = if leads { (newer, older) } else { (older, newer) };
        let is_published = |ports: &[Port]| ports.iter().any(|port| port.host.is_some());
        // A container that has ended, or was not started yet, has no ports of its own.
        let keeps_ports = !is_published(&lead.ports) && is_published(&other.ports);
        let (old_execs, new_execs) =
            if leads { (other.execs, lead.execs) } else { (lead.execs, other.execs) };
        let (old_probes, new_probes) =
            if leads { (other.probes, lead.probes) } else { (lead.probes, other.probes) };
        // Where a link led is known from the first look: by the next one it may be gone.
        let (mut linked, first_linked) =
            if leads { (lead.linked, other.linked) } else { (other.linked, lead.linked) };
        linked.extend(first_linked);
        let mut both = Self {
            id: lead.id,
            name: first(lead.name, other.name),
            image: first(typed, lead.image),
            image_id: first(lead.image_id, other.image_id),
            manifest: lead.manifest.or(other.manifest),
            image_refs: union(lead.image_refs, other.image_refs),
            argv: lead.argv.or(other.argv),
            tty: lead.tty,
            stdin_open: lead.stdin_open,
            auto_remove: lead.auto_remove,
            log_driver: first(lead.log_driver, other.log_driver),
            env_names: lead.env_names,
            env: lead.env,
            env_given: lead.env_given.or(other.env_given),
            hostname: first(lead.hostname, other.hostname),
            workdir: lead.workdir,
            user: lead.user,
            detached: lead.detached,
            command_given: lead.command_given.or(other.command_given),
            state,
            networks: if lead.networks.is_empty() { other.networks } else { lead.networks },
            mounts: lead.mounts,
            linked,
            ports: if keeps_ports { other.ports } else { lead.ports },
            created: lead.created.or(other.created),
            started,
            finished,
            exit_code,
            error,
            removed,
            output: longer(lead.output, other.output),
            execs: commands(old_execs, new_execs),
            probes: old_probes,
            packages: found(lead.packages, other.packages),
            source,
        };
        both.learn(new_probes);
        both
    }

    /// Takes in what its ports answered. An answer outlasts the silence of another time.
    pub fn learn(&mut self, probes: Vec<Probe>) {
        for probe in probes {
            let same = |p: &&mut Probe| (p.port, &p.path) == (probe.port, &probe.path);
            match self.probes.iter_mut().find(same) {
                Some(known) if known.outcome.is_ok() && probe.outcome.is_err() => {}
                Some(known) => *known = probe,
                None => self.probes.push(probe),
            }
        }
    }

    /// The same without the values of variables that nobody asks about.
    #[must_use]
    pub fn keeping(&self, variables: &BTreeSet<String>) -> Self {
        let mut run = self.clone();
        run.env.retain(|name, _| variables.contains(name));
        run.env_given.iter_mut().for_each(|given| given.retain(|name| variables.contains(name)));
        run
    }

    /// It was started by the learner and is here, and no packages were found in it that its image does not hold.
    pub fn may_gain_packages(&self) -> bool {
        let mine = self.source == RunSource::Learner && !self.removed && self.started.is_some();
        mine && self.packages.as_ref().is_none_or(Vec::is_empty)
    }

    pub fn is_running(&self) -> bool {
        !self.removed && self.state.is_some_and(ContainerState::is_running)
    }
}

fn first(lead: String, other: String) -> String {
    if lead.is_empty() { other } else { lead }
}

fn union(mut names: Vec<String>, more: Vec<String>) -> Vec<String> {
    names.extend(more);
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn longer(lead: Option<Output>, other: Option<Output>) -> Option<Output> {
    match (lead, other) {
        (Some(a), Some(b)) if b.text.len() > a.text.len() => Some(b),
        (a, b) => a.or(b),
    }
}

/// What was found once stays found; that nothing was there is said where nobody found anything.
fn found(lead: Option<Vec<String>>, other: Option<Vec<String>>) -> Option<Vec<String>> {
    match lead {
        Some(packages) if !packages.is_empty() => Some(packages),
        none => other.or(none),
    }
}

/// Each command once, in the order in which they were run. Who was inspected tells more than who was only heard of.
fn commands(mut known: Vec<Exec>, newer: Vec<Exec>) -> Vec<Exec> {
    for exec in newer {
        let same = |k: &&mut Exec| k.id == exec.id && (!exec.id.is_empty() || k.line == exec.line);
        match known.iter_mut().find(same) {
            Some(known) => {
                let exit_code = exec.exit_code.or(known.exit_code);
                if exec.inspected || !known.inspected {
                    *known = exec;
                }
                known.exit_code = exit_code;
            }
            None => known.push(exec),
        }
    }
    known
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
