//! Images that are built and containers that are run, as services of one compose file.

use super::docker::Docker;
use super::shell::{Piece, joined, pieces};
use super::{Given, command_of};
use crate::course::script::{Step, StepKind};

/// Options that compose has, too, with the name that it has there; None for what says nothing about the container.
const OPTIONS: [(&str, Option<&str>); 7] = [
    ("name", Some("container_name")),
    ("publish", Some("ports")),
    ("env", Some("environment")),
    ("volume", Some("volumes")),
    ("user", Some("user")),
    ("detach", None),
    ("rm", None),
];

struct Built {
    tag: String,
    no_cache: bool,
}

/// None where there is something that compose says differently. Each image must be built before it is run.
pub(super) fn composed(given: &Given) -> Option<Given> {
    if given.files.iter().any(|(path, _)| path.contains("compose")) {
        return None;
    }
    let mut built: Option<Built> = None;
    let mut services: Vec<String> = Vec::new();
    let mut steps = Vec::new();
    for step in &given.steps {
        let command = command_of(step);
        let mut parts = command.map(pieces).unwrap_or_default();
        for piece in &mut parts {
            let Piece::Call(words) = piece else { continue };
            let Some(call) = Docker::of(words) else { continue };
            if call.is(&["build"]) {
                let one = build(&call)?;
                // Two builds of one file are two versions of it, and the file says only one.
                if built.is_some() {
                    return None;
                }
                let no_cache = if one.no_cache { " --no-cache" } else { "" };
                *words = vec![format!("docker compose build{no_cache} s1")];
                built = Some(one);
            } else if call.is(&["run"]) {
                let image = &built.as_ref()?.tag;
                let service = service(&call, image, services.is_empty())?;
                services.push(service);
                let detached = if call.options.iter().any(|o| o.name == "detach") { " -d" } else { "" };
                *words = vec![format!("docker compose up{detached} s{}", services.len())];
            } else if call.is(&["create", "start", "tag", "commit"]) {
                return None;
            }
        }
        match command {
            Some(_) => {
                let kind = StepKind::Command(joined(&parts));
                steps.push(Step { line: step.line, kind });
            }
            None => return None,
        }
    }
    if services.is_empty() {
        return None;
    }
    let mut text = "services:\n".to_owned();
    for (at, service) in services.iter().enumerate() {
        text += &format!("  s{}:\n{service}", at + 1);
    }
    let mut files = given.files.clone();
    files.push(("compose.yaml".to_owned(), text));
    Some(Given { files, steps })
}

fn build(call: &Docker) -> Option<Built> {
    let known = ["tag", "no-cache", "load", "quiet"];
    if call.rest != ["."] || call.options.iter().any(|option| !known.contains(&option.name.as_str())) {
        return None;
    }
    let mut tags = call.values("tag");
    let tag = tags.next().filter(|tag| is_plain(tag))?.to_owned();
    let no_cache = call.options.iter().any(|option| option.name == "no-cache");
    tags.next().is_none().then_some(Built { tag, no_cache })
}

fn service(call: &Docker, image: &str, is_first: bool) -> Option<String> {
    if call.rest != [image] {
        return None;
    }
    let mut lines = format!("    image: {image}\n");
    if is_first {
        lines += "    build: .\n";
    }
    for (name, key) in OPTIONS {
        let values: Vec<&str> = call.values(name).collect();
        match (key, values.as_slice()) {
            (Some("container_name" | "user"), [value]) if is_plain(value) => {
                lines += &format!("    {}: \"{value}\"\n", key?);
            }
            (Some("container_name" | "user"), [_, ..]) => return None,
            (Some(key), [_, ..]) => {
                if !values.iter().all(|value| is_plain(value)) {
                    return None;
                }
                lines += &format!("    {key}:\n");
                values.iter().for_each(|value| lines += &format!("      - \"{value}\"\n"));
            }
            _ => {}
        }
    }
    let is_known = |name: &str| OPTIONS.iter().any(|(known, _)| *known == name);
    call.options.iter().all(|option| is_known(&option.name)).then_some(lines)
}

/// Neither the shell nor compose reads anything into it. A variable of the exercise has its value by then.
fn is_plain(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:@=$".contains(c)) && !value.contains("$$")
}
