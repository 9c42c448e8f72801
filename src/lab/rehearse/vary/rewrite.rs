//! The rewrites themselves: each makes from the tries of a way others that mean the same, where it has anything to change.

use super::docker::{Docker, Written};
use super::shell::{Piece, joined, pieces};
use super::{Given, command_of, compose, dockerfile};
use crate::course::Rewrite;
use crate::course::script::{Step, StepKind};

impl Rewrite {
    /// None where nothing of it can be written in this other way.
    pub(super) fn of(self, tries: &[Given]) -> Option<Vec<Given>> {
        match self {
            Self::StartForm if !is_made_by_commands(tries) => dockerfiles(tries, &dockerfile::start_form),
            Self::RunForm if !is_made_by_commands(tries) => dockerfiles(tries, &dockerfile::run_form),
            Self::Entrypoint if !is_made_by_commands(tries) && !gives_commands(tries) => {
                dockerfiles(tries, &dockerfile::entrypoint)
            }
            Self::StartForm | Self::RunForm | Self::Entrypoint => None,
            Self::Registry => bases(tries, &|image| Some(format!("docker.io/library/{image}")), false),
            Self::Digest => bases(tries, &|image| (!image.contains('@')).then(|| digest_of(image)), true),
            Self::Names => names(tries),
            Self::Mount => calls(tries, &mut mount),
            Self::EnvFile => env_files(tries),
            Self::Compose => match tries {
                [one] => Some(vec![compose::composed(one)?]),
                _ => None,
            },
            Self::File => {
                let commands = tries.iter().flat_map(|one| &one.steps).filter_map(command_of);
                let mut paths = tries.iter().flat_map(|one| &one.files).map(|(path, _)| path.as_str());
                let is_small = commands.into_iter().any(|command| command.contains("dockerfile"))
                    || paths.any(|path| path == "dockerfile");
                if is_small { None } else { calls(tries, &mut file) }
            }
            Self::Context => calls(tries, &mut |call| {
                let is_here = call.is(&["build"]) && call.rest == ["."];
                if is_here {
                    call.rest = vec!["\"$(pwd)\"".to_owned()];
                }
                is_here
            }),
            Self::Stdin => stdin(tries),
            Self::Buildx => calls(tries, &mut buildx),
            Self::Group => calls(tries, &mut |call| {
                call.other_group();
                true
            }),
            Self::Long => calls(tries, &mut |call| changes(call, Docker::long)),
            Self::Short => calls(tries, &mut |call| changes(call, Docker::short)),
            Self::Order => calls(tries, &mut |call| changes(call, |call| call.options.reverse())),
        }
    }
}

fn changes(call: &mut Docker, change: impl Fn(&mut Docker)) -> bool {
    let before = call.words();
    change(call);
    call.words() != before
}

/// Changes calls of docker; `change` says whether it did.
fn calls(tries: &[Given], change: &mut dyn FnMut(&mut Docker) -> bool) -> Option<Vec<Given>> {
    let mut changed = false;
    let mut tries = tries.to_vec();
    for step in tries.iter_mut().flat_map(|one| &mut one.steps) {
        let StepKind::Command(command) = &mut step.kind else { continue };
        let mut parts = pieces(command);
        for piece in &mut parts {
            let Piece::Call(words) = piece else { continue };
            let Some(mut call) = Docker::of(words) else { continue };
            if change(&mut call) {
                *words = call.words();
                changed = true;
            }
        }
        *command = joined(&parts);
    }
    changed.then_some(tries)
}

/// Every call of docker that can be read.
fn all_calls(tries: &[Given]) -> Vec<Docker> {
    let mut found = Vec::new();
    // Nothing is changed, so nothing comes back.
    let _ = calls(tries, &mut |call| {
        found.extend(Docker::of(&call.words()));
        false
    });
    found
}

fn is_dockerfile(path: &str) -> bool {
    path.eq_ignore_ascii_case("Dockerfile")
}

fn dockerfiles(tries: &[Given], change: &dyn Fn(&str) -> Option<String>) -> Option<Vec<Given>> {
    let mut changed = false;
    let mut tries = tries.to_vec();
    for (path, text) in tries.iter_mut().flat_map(|one| &mut one.files) {
        if let Some(other) = change(text).filter(|_| is_dockerfile(path)) {
            *text = other;
            changed = true;
        }
    }
    changed.then_some(tries)
}

/// Whether a command writes to a Dockerfile, so that the files are not all of it.
fn is_made_by_commands(tries: &[Given]) -> bool {
    let commands = tries.iter().flat_map(|one| &one.steps).filter_map(command_of);
    let named = |command: &str| command.to_lowercase().contains("dockerfile");
    commands.into_iter().any(|command| {
        named(command)
            && !pieces(command).iter().any(|p| matches!(p, Piece::Call(w) if Docker::of(w).is_some()))
    })
}

/// Whether a container gets its command, or its entrypoint, from outside.
fn gives_commands(tries: &[Given]) -> bool {
    let starts = |call: &Docker| call.is(&["run", "create"]);
    let given = |call: &Docker| call.rest.len() > 1 || call.values("entrypoint").next().is_some();
    let calls = all_calls(tries);
    // What commit makes keeps both.
    calls.iter().any(|call| starts(call) && given(call) || call.is(&["commit"]))
}

/// Names that are made here, and so are no images of a registry.
fn made(tries: &[Given]) -> Vec<String> {
    let mut found = Vec::new();
    for call in all_calls(tries) {
        match call.verb.name {
            "build" => found.extend(call.values("tag").map(str::to_owned)),
            "tag" | "commit" => found.extend(call.rest.get(1).cloned()),
            _ => {}
        }
    }
    found
}

/// A name of an official image, and nothing that the shell must read first.
fn is_official(image: &str) -> bool {
    !image.is_empty() && image.chars().all(|c| c.is_ascii_alphanumeric() || "_.:@-".contains(c))
}

fn digest_of(image: &str) -> String {
    format!("$(docker image inspect -f '{{{{index .RepoDigests 0}}}}' {image})")
}

/// Other names for the images that are not made here. `found_out`: by a command, so that the image must be here first.
fn bases(tries: &[Given], other: &dyn Fn(&str) -> Option<String>, found_out: bool) -> Option<Vec<Given>> {
    let made = made(tries);
    let is_taken = |image: &str| is_official(image) && !made.iter().any(|name| name == image);
    let mut pulled: Vec<String> = Vec::new();
    let mut changed = false;
    let mut all = Vec::new();
    for one in tries {
        let mut one = one.clone();
        let mut first = Vec::new();
        for (path, text) in one.files.iter_mut().filter(|(path, _)| is_dockerfile(path)) {
            let taken: Vec<String> = dockerfile::bases(text).into_iter().filter(|b| is_taken(b)).collect();
            if found_out {
                for image in taken.iter().filter(|image| !image.contains('@')) {
                    first.push(format!("docker pull -q {image}"));
                    // the whole word: `python:3` is the beginning of another base's name, too
                    first.push(format!(
                        "sed -i \"/^FROM /I s~ {image}\\( .*\\)\\?\\$~ {}\\1~\" {path}",
                        digest_of(image)
                    ));
                }
            } else if let Some(text_now) =
                dockerfile::rebased(text, &|image| if is_taken(image) { other(image) } else { None })
            {
                *text = text_now;
                changed = true;
            }
        }
        changed |= !first.is_empty();
        let line = one.steps.first().map_or(1, |step| step.line);
        let mut steps: Vec<Step> =
            first.into_iter().map(|command| Step { line, kind: StepKind::Command(command) }).collect();
        for step in &one.steps {
            let own = Given { files: Vec::new(), steps: vec![step.clone()] };
            let mut needed = Vec::new();
            let now = calls(&[own], &mut |call| {
                let place = call.is(&["run", "create"]).then_some(0);
                let image = place.and_then(|at| call.rest.get(at)).filter(|image| is_taken(image)).cloned();
                let Some((image, other)) = image.and_then(|image| other(&image).map(|other| (image, other)))
                else {
                    return false;
                };
                if found_out && !pulled.contains(&image) {
                    needed.push(format!("docker pull -q {image}"));
                    pulled.push(image);
                }
                call.rest[0] = if found_out { format!("\"{other}\"") } else { other };
                true
            });
            changed |= now.is_some();
            let line = step.line;
            steps.extend(needed.into_iter().map(|command| Step { line, kind: StepKind::Command(command) }));
            steps.extend(
                now.and_then(|now| now.into_iter().next()).map_or(vec![step.clone()], |one| one.steps),
            );
        }
        one.steps = steps;
        all.push(one);
    }
    changed.then_some(all)
}

/// Where the names of containers stand among the words of a call, and where those of images.
fn slots(call: &Docker) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
    let all = call.rest.len();
    match call.verb.name {
        "run" | "create" => (0..0, 0..1),
        "tag" | "rmi" => (0..0, 0..all),
        "commit" => (0..1, 1..2),
        "exec" => (0..1, 0..0),
        "build" | "ps" | "pull" => (0..0, 0..0),
        _ => (0..all, 0..0),
    }
}

/// A name that the learner chose, and others for the container and the image that have it.
struct Renamed {
    old: String,
    container: String,
    image: Option<String>,
}

fn names(tries: &[Given]) -> Option<Vec<Given>> {
    let files = tries.iter().flat_map(|one| &one.files);
    let bases: Vec<String> = files.flat_map(|(_, text)| dockerfile::bases(text)).collect();
    let images = made(tries);
    let calls_before = all_calls(tries);
    let containers = calls_before.iter().filter(|call| call.is(&["run", "create"]));
    let containers = containers.flat_map(|call| call.values("name")).map(str::to_owned);
    let mut chosen: Vec<String> = containers.chain(images.iter().cloned()).collect();
    chosen.retain(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || "_.:-".contains(c)));
    chosen.sort();
    chosen.dedup();
    let mut tries = tries.to_vec();
    let mut changed = false;
    for old in chosen {
        let (name, tag) = old.split_once(':').unwrap_or((&old, "v2"));
        let is_base = bases.iter().any(|base| base.split([':', '@']).next() == Some(name));
        let is_image = images.contains(&old);
        if is_image && is_base {
            continue;
        }
        let image = is_image.then(|| format!("me/the-{name}:{tag}"));
        let to = Renamed { container: format!("my_{name}-2"), image, old: old.clone() };
        let renamed = calls(&tries, &mut |call| changes(call, |call| rename(call, &to)));
        // A name that is said elsewhere, too, stays as it is.
        if let Some(renamed) = renamed.filter(|renamed| !is_said(renamed, &old)) {
            tries = renamed;
            changed = true;
        }
    }
    changed.then_some(tries)
}

fn rename(call: &mut Docker, to: &Renamed) {
    let (containers, images) = slots(call);
    for (at, word) in call.rest.iter_mut().enumerate() {
        match (word.split_once(':'), &to.image) {
            (_, Some(image)) if *word == to.old && images.contains(&at) => word.clone_from(image),
            _ if *word == to.old && containers.contains(&at) => word.clone_from(&to.container),
            (Some((name, path)), _)
                if name == to.old && path.starts_with('/') && containers.contains(&at) =>
            {
                *word = format!("{}:{path}", to.container);
            }
            _ => {}
        }
    }
    for option in call.options.iter_mut().filter(|option| option.value.as_deref() == Some(&to.old)) {
        match (option.name.as_str(), &to.image) {
            ("name", _) => *option = Written::new("name", &to.container),
            ("tag", Some(image)) => *option = Written::new("tag", image),
            _ => {}
        }
    }
}

/// Whether a command or a file still has this name as a word.
fn is_said(tries: &[Given], name: &str) -> bool {
    let has = |text: &str| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "_-/".contains(c);
        text.match_indices(name).any(|(at, _)| {
            !text[..at].ends_with(is_letter) && !text[at + name.len()..].starts_with(is_letter)
        })
    };
    let commands = tries.iter().flat_map(|one| &one.steps).filter_map(command_of);
    let composed = tries.iter().flat_map(|one| &one.files).filter(|(path, _)| path.contains("compose"));
    commands.into_iter().any(has) || composed.into_iter().any(|(_, text)| has(text))
}

/// The halves of a `-v`, told apart by the colons that stand outside of quotes and of `$(…)`.
fn halves(value: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let (mut quote, mut depth) = (false, 0_usize);
    for c in value.chars() {
        match c {
            '"' if depth == 0 => quote = !quote,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match (c, found.last_mut()) {
            (':', _) if !quote && depth == 0 => found.push(String::new()),
            (c, Some(half)) => half.push(c),
            (_, None) => {}
        }
    }
    found
}

fn mount(call: &mut Docker) -> bool {
    if !call.is(&["run", "create"]) {
        return false;
    }
    let mut changed = false;
    for option in &mut call.options {
        let Some(value) = &option.value else { continue };
        let other = match option.name.as_str() {
            "volume" => as_mount(value).map(|value| Written::new("mount", &value)),
            "mount" => as_volume(value).map(|value| Written::new("volume", &value)),
            _ => None,
        };
        if let Some(other) = other {
            *option = other;
            changed = true;
        }
    }
    changed
}

fn as_mount(value: &str) -> Option<String> {
    let halves = halves(value);
    let (source, target, mode) = match halves.as_slice() {
        [source, target] => (source, target, None),
        [source, target, mode] => (source, target, Some(mode.as_str())),
        _ => return None,
    };
    let read_only = match mode {
        None | Some("rw") => "",
        Some("ro") => ",readonly",
        Some(_) => return None,
    };
    let bare = source.trim_start_matches('"');
    // A path from here on is not understood by every client.
    let kind = match bare.chars().next()? {
        '/' | '$' | '~' => "bind",
        '.' => return None,
        _ => "volume",
    };
    Some(format!("type={kind},source={source},target={target}{read_only}"))
}

fn as_volume(value: &str) -> Option<String> {
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for part in value.split(',') {
        parts.push(part.split_once('=').unwrap_or((part, "true")));
    }
    let one = |names: &[&str]| parts.iter().find(|(name, _)| names.contains(name)).map(|(_, value)| *value);
    let (source, target) = (one(&["source", "src"])?, one(&["target", "dst", "destination"])?);
    let read_only = match one(&["readonly", "ro"]) {
        None | Some("false") => "",
        Some(_) => ":ro",
    };
    let known = ["type", "source", "src", "target", "dst", "destination", "readonly", "ro"];
    let is_known = parts.iter().all(|(name, _)| known.contains(name));
    (is_known && one(&["type"])? != "tmpfs").then(|| format!("{source}:{target}{read_only}"))
}

fn file(call: &mut Docker) -> bool {
    let is_default = call.is(&["build"]) && call.rest == ["."] && call.values("file").next().is_none();
    if is_default {
        call.options.push(Written::new("file", "Dockerfile"));
    }
    is_default
}

fn buildx(call: &mut Docker) -> bool {
    if !call.is(&["build"]) {
        return false;
    }
    let before = call.options.len();
    call.options.retain(|option| option.name != "load");
    if call.spelled == "buildx build" && call.options.len() == before {
        return false;
    }
    call.spelled = match call.spelled.as_str() {
        "buildx build" => "build".to_owned(),
        _ => {
            call.options.push(Written::flag("load"));
            "buildx build".to_owned()
        }
    };
    true
}

/// The folder as a tar file through a pipe, where the build is the first of its line.
fn stdin(tries: &[Given]) -> Option<Vec<Given>> {
    let mut changed = false;
    let mut tries = tries.to_vec();
    for step in tries.iter_mut().flat_map(|one| &mut one.steps) {
        let StepKind::Command(command) = &mut step.kind else { continue };
        let mut parts = pieces(command);
        for at in 0..parts.len() {
            let is_piped = at > 0 && matches!(&parts[at - 1], Piece::Text(text) if text.contains('|'));
            let Some(Piece::Call(words)) = parts.get_mut(at) else { continue };
            let Some(mut call) = Docker::of(words) else { continue };
            if call.is(&["build"]) && call.rest == ["."] && !is_piped {
                call.rest = vec!["-".to_owned()];
                *words = [["tar", "-cf", "-", ".", "|"].map(str::to_owned).to_vec(), call.words()].concat();
                changed = true;
            }
        }
        *command = joined(&parts);
    }
    changed.then_some(tries)
}

/// Each container's variables in a file of its own, outside of the folder.
fn env_files(tries: &[Given]) -> Option<Vec<Given>> {
    let mut count = 0;
    let mut tries = tries.to_vec();
    for one in &mut tries {
        let mut steps = Vec::new();
        for step in &one.steps {
            let own = Given { files: Vec::new(), steps: vec![step.clone()] };
            let mut written = Vec::new();
            let now = calls(&[own], &mut |call| {
                let values: Vec<String> = call.values("env").map(str::to_owned).collect();
                if values.is_empty() || !call.is(&["run", "create"]) {
                    return false;
                }
                count += 1;
                let path = format!("\"$HOME/{count}.env\"");
                written.push(format!("printf '%s\\n' {} > {path}", values.join(" ")));
                call.options.retain(|option| option.name != "env");
                call.options.push(Written::new("env-file", &path));
                true
            });
            let line = step.line;
            steps.extend(written.into_iter().map(|command| Step { line, kind: StepKind::Command(command) }));
            steps.extend(
                now.and_then(|now| now.into_iter().next()).map_or(vec![step.clone()], |one| one.steps),
            );
        }
        one.steps = steps;
    }
    (count > 0).then_some(tries)
}
