//! Puts an exercise back to its start, and touches nothing of the learner's.
//!
//! A container goes only where **all** of this holds: it was made after this run of the exercise began; its image (by
//! id) is one that the exercise names or asks for; no other tool made it for a project of its own (compose, swarm, dev
//! containers, test containers); and if it still runs, it runs a program that a task asks for, or a shell. Everything
//! else that was made since is left and listed with the reason. With a container go its anonymous volumes, never named
//! ones. Images stay: pulling them again would cost time and bandwidth. A starter file that was changed is renamed to
//! `.bak`, never deleted. One that is as it was laid goes: the next attempt lays its own, with other values in it.
//!
//! Where the tap looked on when the exercise began, nothing is guessed: what the course's shell made since then goes, and
//! nothing else.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{LabError, begin};
use crate::check::{ImageMatch, Needs, runs_program};
use crate::course::{Exercise, StarterFile};
use crate::engine::{Engine, EngineError};
use crate::facts::reference::{Reference, names_of};
use crate::facts::{Container, Image, Run, RunSource};

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
        for container in &self.remove {
            lines.push(format!("remove  container {} ({})", container.name, container.why));
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

/// Looks and decides; changes nothing. `made` are the containers that the course is known to have made; None where that is
/// not known.
pub async fn plan_reset(
    engine: &Engine,
    exercise: &Exercise,
    since: Timestamp,
    folder: &Path,
    made: Option<&BTreeSet<String>>,
) -> Result<Plan, LabError> {
    let (runs, images, containers) =
        tokio::try_join!(engine.runs_since(since), engine.images(), engine.containers(None))?;
    let mut plan = decide(exercise, since, &runs, &images, &containers, made);
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
    made: Option<&BTreeSet<String>>,
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
            Some(made) if made.contains(&run.id) => None,
            Some(_) => Some("it was not made in the course's shell".into()),
            None => ours.reason_to_keep(run, container, images),
        };
        match why_not {
            Some(why) => plan.keep.push(Kept { name, why }),
            None => {
                let state = if container.state.is_running() { ", and it still runs" } else { "" };
                let why = format!("made in this exercise from {}{state}", run.image);
                plan.remove.push(Doomed { id: run.id.clone(), name, why });
            }
        }
    }
    let named = images.iter().filter(|image| ours.has_image(&names_of(image)));
    plan.images = named.filter_map(|image| image.tags.first().cloned()).collect();
    plan
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
        match engine.remove_by_force(&doomed.id).await {
            Ok(()) => done.push(format!("Removed the container {}.", doomed.name)),
            Err(EngineError::NotFound { .. }) => {
                done.push(format!("The container {} was gone already.", doomed.name))
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
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::course::Task;
    use crate::facts::ContainerState;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn exercise() -> Exercise {
        let image = serde_json::json!({"repo": "python", "tag": {"regex": "slim"}});
        let check = serde_json::json!({"run": {"image": image, "program": "python"}});
        let task = Task { id: "t".into(), check: serde_json::from_value(check).unwrap(), ..Task::default() };
        Exercise {
            id: "e".into(),
            images: vec!["python:3-slim".into()],
            tasks: vec![task],
            ..Exercise::default()
        }
    }

    fn images() -> Vec<Image> {
        let image = |id: &str, tag: &str| Image { id: id.into(), tags: vec![tag.into()], ..Image::default() };
        vec![
            image("slim", "python:3-slim"),
            image("slim313", "python:3.13-slim"),
            image("alpine", "alpine:latest"),
        ]
    }

    /// Name, image, command, whether it runs, a label, when it was made, and the reason why it is kept.
    type Case =
        (&'static str, &'static str, &'static [&'static str], bool, &'static str, i64, Option<&'static str>);

    #[test]
    fn only_what_the_exercise_made_goes() {
        let cases: [Case; 9] = [
            ("mine", "slim", &["python3"], false, "", 1, None),
            ("other_tag", "slim313", &["python3", "-c", "1"], false, "", 1, None),
            ("wrong_try", "slim", &["echo", "hello"], false, "", 1, None),
            ("prompt", "slim", &["python3"], true, "", 1, None),
            ("shell", "slim", &["bash"], true, "", 1, None),
            ("server", "slim", &["gunicorn", "app"], true, "", 1, Some("runs gunicorn")),
            ("other_image", "alpine", &["python3"], false, "", 1, Some("not one of this exercise")),
            ("project", "slim", &["python3"], false, "com.docker.compose.project", 1, Some("compose")),
            ("old", "slim", &["python3"], false, "", -1, Some("")),
        ];
        let runs: Vec<Run> = cases
            .iter()
            .map(|(name, image, argv, ..)| Run {
                id: (*name).into(),
                image: (*image).into(),
                image_id: (*image).into(),
                argv: Some(argv.iter().map(|w| (*w).to_string()).collect()),
                ..Run::default()
            })
            .zip(cases.iter().map(|c| c.5))
            .map(|(run, second)| Run { created: Some(at(second)), ..run })
            .collect();
        let containers: Vec<Container> = cases
            .iter()
            .map(|(name, _, _, running, label, ..)| Container {
                id: (*name).into(),
                name: (*name).into(),
                state: if *running { ContainerState::Running } else { ContainerState::Exited },
                labels: BTreeMap::from([((*label).to_string(), String::new())]),
                ..Container::default()
            })
            .collect();
        let plan = decide(&exercise(), at(0), &runs, &images(), &containers, None);
        for (name, .., kept) in cases {
            let removed = plan.remove.iter().any(|d| d.name == name);
            let why = plan.keep.iter().find(|k| k.name == name).map(|k| k.why.as_str());
            assert_eq!(removed, kept.is_none(), "{name}: {plan:?}");
            match kept {
                Some(part) if !part.is_empty() => {
                    assert!(why.is_some_and(|w| w.contains(part)), "{name}: {why:?}")
                }
                _ => assert_eq!(why, None, "{name}"),
            }
        }
        assert_eq!(plan.images, ["python:3-slim", "python:3.13-slim"]);
    }

    #[test]
    fn a_tag_that_moved_to_another_image_does_not_doom_what_ran_there() {
        let run = Run {
            id: "x".into(),
            image: "python:3-slim".into(),
            image_id: "alpine".into(),
            created: Some(at(1)),
            ..Run::default()
        };
        let container = Container { id: "x".into(), name: "x".into(), ..Container::default() };
        let plan = decide(
            &exercise(),
            at(0),
            std::slice::from_ref(&run),
            &images(),
            std::slice::from_ref(&container),
            None,
        );
        assert!(plan.remove.is_empty() && plan.keep.len() == 1);
        let made = BTreeSet::from(["x".to_owned()]);
        let plan = decide(&exercise(), at(0), &[run], &images(), &[container], Some(&made));
        assert!(plan.remove.len() == 1 && plan.keep.is_empty(), "the ledger knows better");
    }

    #[test]
    fn what_the_ledger_does_not_hold_stays_whatever_it_looks_like() {
        let run = Run {
            id: "mine".into(),
            image: "slim".into(),
            image_id: "slim".into(),
            argv: Some(vec!["python3".into()]),
            created: Some(at(1)),
            ..Run::default()
        };
        let container = Container { id: "mine".into(), name: "mine".into(), ..Container::default() };
        let plan = decide(&exercise(), at(0), &[run], &images(), &[container], Some(&BTreeSet::new()));
        assert!(plan.remove.is_empty() && plan.keep[0].why.contains("not made in the course"), "{plan:?}");
    }

    #[test]
    fn the_next_attempt_gets_files_with_its_own_values() {
        let dir = tempfile::tempdir().unwrap();
        let attempt = |value: &str| {
            let file = |path: &str, content: String| StarterFile { path: path.into(), content };
            let files = vec![file("hello.py", format!("say {value}")), file("kept.txt", "x".into())];
            Exercise { files, ..exercise() }
        };
        begin::begin(dir.path(), &attempt("one")).unwrap();
        fs::write(dir.path().join("kept.txt"), "mine").unwrap();
        take_back(dir.path(), &attempt("one")).unwrap();
        begin::begin(dir.path(), &attempt("two")).unwrap();
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!((read("hello.py"), read("kept.txt")), ("say two".into(), "mine".into()));
    }

    #[test]
    fn changed_files_get_a_name_that_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hello.py");
        assert_eq!(free_name(&path), dir.path().join("hello.py.bak"));
        for taken in ["hello.py.bak", "hello.py.bak2"] {
            fs::write(dir.path().join(taken), "").unwrap();
        }
        assert_eq!(free_name(&path), dir.path().join("hello.py.bak3"));
        let file = StarterFile { path: "hello.py".into(), content: "x".into() };
        assert_eq!(begin::place_of(dir.path(), &file).unwrap(), path);
    }
}
