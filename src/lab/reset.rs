//! Puts an exercise back to its start, and touches nothing of the learner's.
//!
//! A container goes only where **all** of this holds: it was made after this run of the exercise began; its image (by
//! id) is one that the exercise names or asks for; no other tool made it for a project of its own (compose, swarm, dev
//! containers, test containers); and if it still runs, it runs a program that a task asks for, or a shell. Everything
//! else that was made since is left and listed with the reason. With a container go its anonymous volumes, never named
//! ones, unless the ledger says that the course made them. Images stay: pulling them again would cost time and bandwidth. A starter file that was changed is renamed to
//! `.bak`, never deleted. One that is as it was laid goes: the next attempt lays its own, with other values in it.
//!
//! What the ledger holds needs no guess: a container that was made in the course's shell since then goes, whatever tool was typed
//! (compose, say), with the networks and volumes that were made there too and that nothing else uses. Where the tap looked
//! on when the exercise began, nothing else goes.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{LabError, begin};
use crate::check::{ImageMatch, Needs, runs_program};
use crate::course::{Exercise, StarterFile};
use crate::engine::{Engine, EngineError};
use crate::facts::reference::{Reference, names_of};
use crate::facts::{Container, Image, Kind, Mount, MountKind, Network, Run, RunSource, Volume};
use crate::tap::ledger::{Entry, Made, Since};

/// What a reset would do, to be shown before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub remove: Vec<Doomed>,
    /// Made since the exercise began, and left alone.
    pub keep: Vec<Kept>,
    /// Starter files that were changed, with the names that they will be kept under.
    pub set_aside: Vec<(PathBuf, PathBuf)>,
    /// Images of the exercise that stay.
    pub images: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doomed {
    pub kind: Kind,
    pub id: String,
    pub name: String,
    pub why: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub name: String,
    pub why: String,
}

impl Plan {
    /// Whether there is anything to ask about.
    pub fn destroys(&self) -> bool {
        !self.remove.is_empty() || !self.set_aside.is_empty()
    }

    /// What would happen, one line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for doomed in &self.remove {
            lines.push(format!("remove  {} {} ({})", word(doomed.kind), doomed.name, doomed.why));
        }
        for (from, to) in &self.set_aside {
            lines.push(format!("rename  your {} to {}", from.display(), to.display()));
        }
        for container in &self.keep {
            lines.push(format!("keep    container {} ({})", container.name, container.why));
        }
        for image in &self.images {
            lines.push(format!("keep    image {image} (pulling it again would cost time)"));
        }
        if self.remove.is_empty() {
            lines.push("no container of this exercise is there".into());
        }
        lines
    }
}

/// Labels of tools that look after their containers themselves.
const OTHERS: [(&str, &str); 4] = [
    ("com.docker.compose.", "it belongs to a compose project"),
    ("com.docker.swarm.", "it belongs to a swarm service"),
    ("devcontainer.", "it belongs to a dev container"),
    ("org.testcontainers", "it belongs to a test run"),
];

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Container => "container",
        Kind::Image => "image",
        Kind::Volume => "volume",
        Kind::Network => "network",
    }
}

/// Looks and decides; changes nothing. `made` is what the ledger holds since then.
pub async fn plan_reset(
    engine: &Engine,
    exercise: &Exercise,
    since: Timestamp,
    folder: &Path,
    made: &Since,
) -> Result<Plan, LabError> {
    let (runs, images, containers, networks, volumes) = tokio::try_join!(
        engine.runs_since(since),
        engine.images(),
        engine.containers(None),
        engine.networks(),
        engine.volumes()
    )?;
    let made = still_there(made, &volumes);
    let mut plan = decide(exercise, since, &runs, &images, &containers, &made);
    plan.remove.extend(left_alone(&plan.remove, &containers, &networks, &made));
    for file in &exercise.files {
        let path = begin::place_of(folder, file)?;
        if path.exists() && !is_as_laid(&path, file) {
            plan.set_aside.push((path.clone(), free_name(&path)));
        }
    }
    Ok(plan)
}

fn decide(
    exercise: &Exercise,
    since: Timestamp,
    runs: &[Run],
    images: &[Image],
    containers: &[Container],
    made: &Since,
) -> Plan {
    let mut plan = Plan::default();
    let here: HashMap<&str, &Container> = containers.iter().map(|c| (c.id.as_str(), c)).collect();
    let ours = Ours::new(exercise);
    for run in runs {
        let Some(container) = here.get(run.id.as_str()) else { continue };
        if run.source == RunSource::Build || run.created.is_none_or(|created| created < since) {
            continue;
        }
        let name = container.name.clone();
        let why_not = match made {
            _ if holds(made, Made::Container, &run.id) => None,
            Since { is_all: true, .. } => Some("it was not made in the course's shell".into()),
            Since { is_all: false, .. } => ours.reason_to_keep(run, container, images),
        };
        match why_not {
            Some(why) => plan.keep.push(Kept { name, why }),
            None => {
                let state = if container.state.is_running() { ", and it still runs" } else { "" };
                let why = format!("made in this exercise from {}{state}", run.image);
                plan.remove.push(Doomed { kind: Kind::Container, id: run.id.clone(), name, why });
            }
        }
    }
    let named = images.iter().filter(|image| ours.has_image(&names_of(image)));
    plan.images = named.filter_map(|image| image.tags.first().cloned()).collect();
    plan
}

/// Without volumes of which another one has the name by now.
fn still_there(made: &Since, volumes: &[Volume]) -> Since {
    let is_another = |entry: &Entry| {
        let now = volumes.iter().find(|volume| volume.name == entry.id);
        entry.kind == Made::Volume && now.is_some_and(|now| !entry.is_of(now.created))
    };
    let entries = made.entries.iter().filter(|entry| !is_another(entry)).cloned().collect();
    Since { entries, ..made.clone() }
}

fn holds(made: &Since, kind: Made, id: &str) -> bool {
    made.entries.iter().any(|entry| entry.kind == kind && entry.id == id)
}

/// Networks and named volumes of the course that nothing uses once these containers are gone.
fn left_alone(going: &[Doomed], containers: &[Container], networks: &[Network], made: &Since) -> Vec<Doomed> {
    let goes = |container: &&Container| going.iter().any(|doomed| doomed.id == container.id);
    let (gone, staying): (Vec<&Container>, Vec<&Container>) = containers.iter().partition(goes);
    let on = |container: &&Container, network: &str| container.networks.iter().any(|name| name == network);
    let has = |container: &&Container, volume: &str| container.mounts.iter().any(|m| is_volume(m, volume));
    let why = || "made in this exercise, and nothing else uses it".to_owned();
    let mut all = Vec::new();
    for network in networks.iter().filter(|network| holds(made, Made::Network, &network.id)) {
        if gone.iter().any(|c| on(c, &network.name)) && !staying.iter().any(|c| on(c, &network.name)) {
            let (id, name) = (network.id.clone(), network.name.clone());
            all.push(Doomed { kind: Kind::Network, id, name, why: why() });
        }
    }
    for Entry { id: name, .. } in made.entries.iter().filter(|entry| entry.kind == Made::Volume) {
        if gone.iter().any(|c| has(c, name)) && !staying.iter().any(|c| has(c, name)) {
            let why = format!("{}, with the data in it", why());
            all.push(Doomed { kind: Kind::Volume, id: name.clone(), name: name.clone(), why });
        }
    }
    all
}

fn is_volume(mount: &Mount, name: &str) -> bool {
    mount.kind == MountKind::Volume && mount.source == name
}

/// What belongs to one exercise.
struct Ours {
    listed: Vec<Reference>,
    asked: Vec<ImageMatch>,
    programs: BTreeSet<String>,
}

impl Ours {
    fn new(exercise: &Exercise) -> Self {
        let Needs { images, programs, .. } = Needs::of(exercise.tasks.iter().map(|task| &task.check));
        Self {
            listed: exercise.images.iter().filter_map(|name| Reference::parse(name)).collect(),
            asked: images,
            programs,
        }
    }

    fn has_image(&self, names: &[Reference]) -> bool {
        names.iter().any(|name| self.listed.contains(name))
            || self.asked.iter().any(|asked| asked.matches(names))
    }

    fn reason_to_keep(&self, run: &Run, container: &Container, images: &[Image]) -> Option<String> {
        let label = |prefix: &str| container.labels.keys().any(|key| key.starts_with(prefix));
        if let Some((_, why)) = OTHERS.iter().find(|(prefix, _)| label(prefix)) {
            return Some((*why).to_string());
        }
        // By the names that its image has, not by the one that was typed: a tag can move to another image.
        let mut names: Vec<Reference> = run.image_refs.iter().filter_map(|n| Reference::parse(n)).collect();
        names.extend(images.iter().filter(|i| i.content().is(run.content())).flat_map(names_of));
        if !self.has_image(&names) {
            return Some(format!("its image {} is not one of this exercise", run.image));
        }
        let argv = run.argv.as_deref().unwrap_or_default();
        let shells = ["sh", "bash", "ash", "dash"];
        let expected = self.programs.iter().any(|p| {
            runs_program(argv, p)
                || run.execs.iter().any(|exec| {
                    let words: Vec<String> = exec.line.split_whitespace().map(String::from).collect();
                    runs_program(&words, p)
                })
        });
        let is_shell = argv.len() <= 2 && shells.iter().any(|s| runs_program(argv, s));
        if container.state.is_running() && !expected && !is_shell {
            return Some(format!("it runs {}, which no task asks for", argv.join(" ")));
        }
        None
    }
}

/// Does what the plan says and tells what was done, one sentence each. What is gone already is no error.
pub async fn reset(
    engine: &Engine,
    exercise: &Exercise,
    folder: &Path,
    plan: &Plan,
) -> Result<Vec<String>, LabError> {
    let mut done = Vec::new();
    for doomed in &plan.remove {
        let (what, name) = (word(doomed.kind), &doomed.name);
        let removed = match doomed.kind {
            Kind::Container => engine.remove_by_force(&doomed.id).await,
            kind => engine.remove(kind, &doomed.id).await,
        };
        match removed {
            Ok(()) => done.push(format!("Removed the {what} {name}.")),
            // An anonymous volume went with its container.
            Err(EngineError::NotFound { .. }) => done.push(format!("The {what} {name} was gone already.")),
            Err(EngineError::Conflict { message }) if doomed.kind != Kind::Container => {
                done.push(format!("The {what} {name} stays: {message}."));
            }
            Err(error) => return Err(error.into()),
        }
    }
    for (from, to) in &plan.set_aside {
        fs::rename(from, to).map_err(LabError::file(from))?;
        done.push(format!("Kept your {} as {}.", file_name(from), file_name(to)));
    }
    take_back(folder, exercise)?;
    Ok(done)
}

/// Takes away the starter files that are still as they were laid.
fn take_back(folder: &Path, exercise: &Exercise) -> Result<(), LabError> {
    for file in &exercise.files {
        let path = begin::place_of(folder, file)?;
        if is_as_laid(&path, file) {
            fs::remove_file(&path).map_err(LabError::file(&path))?;
        }
    }
    Ok(())
}

fn is_as_laid(path: &Path, file: &StarterFile) -> bool {
    fs::read(path).is_ok_and(|content| content == file.content.as_bytes())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// `hello.py.bak`, or `hello.py.bak2` and so on where that is taken.
fn free_name(path: &Path) -> PathBuf {
    let named = |tail: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(tail);
        PathBuf::from(name)
    };
    let mut name = named(".bak");
    for n in 2.. {
        if fs::symlink_metadata(&name).is_err() {
            break;
        }
        name = named(&format!(".bak{n}"));
    }
    name
}

#[cfg(test)]
#[path = "reset_tests.rs"]
mod tests;
