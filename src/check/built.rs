//! How an image is set up, and whether the learner built it.

use super::finding::Finding;
use super::image::{Reference, names_of, short_name};
use super::text::{quoted, words};
use super::verdict::Known;
use super::volume::is_young;
use super::{ImageMatch, dockerfile, program};
use crate::facts::{Evidence, Image, ImageConfig, Origin};

pub(super) fn held(wanted: &ImageMatch, image: &Image, evidence: &Evidence, all: &mut Vec<Finding>) {
    let name = short_name(image);
    if let Some(size) = wanted.size {
        let found = i64::try_from(image.size).unwrap_or(i64::MAX);
        all.push(Finding::number("size", size, found));
    }
    for (key, text) in &wanted.labels {
        let found = image.labels.get(key).map(String::as_str).unwrap_or_default();
        all.push(Finding::text(&format!("label {key}"), text, found));
    }
    if !wanted.wants_config() {
        return;
    }
    let Some(config) = image.config.as_deref() else {
        // Only images that may be meant are looked at.
        let young = is_young(image.created, evidence) || evidence.tagged.contains(&image.id);
        if wanted.built == Some(true) && !young {
            all.push(Finding::no(format!("image {name}"), "it was not built since this exercise began"));
        } else {
            all.push(Finding::unknown(format!("The image {name} could not be looked at."), "Check again."));
        }
        return;
    };
    all.extend(wanted.built.map(|built| is_built(built, image, config, evidence)));
    all.extend(wanted.based_on.as_ref().map(|base| based_on(base, image, config, evidence)));
    all.extend(wanted.program.as_ref().map(|asked| runs(asked, config)));
    if let Some(has) = wanted.has_default_program {
        let is = !config.cmd.is_empty() || !config.entrypoint.is_empty();
        all.push(match has == is {
            true => Finding::yes(false),
            false if has => Finding::no(format!("image {name}"), "it has no command of its own"),
            false => Finding::no(format!("image {name}"), "it has a command of its own"),
        });
    }
    for (key, text) in &wanted.env {
        let found = config.env.get(key).map(String::as_str).unwrap_or_default();
        all.push(Finding::text(&format!("variable {key}"), text, found));
    }
    all.extend(wanted.workdir.as_ref().map(|text| Finding::text("working directory", text, &config.workdir)));
    all.extend(wanted.user.as_ref().map(|text| Finding::text("user", text, &config.user)));
    if let Some(port) = wanted.exposes {
        let ports = || config.exposed.iter().filter_map(|p| p.split('/').next()?.parse::<i64>().ok());
        all.push(match ports().any(|p| port.matches(p)) {
            true => Finding::yes(false),
            false => {
                Finding::no(format!("image {name}"), format!("it does not expose port {}", port.describe()))
            }
        });
    }
    if let Some(step) = &wanted.step {
        all.push(match config.history.iter().any(|layer| step.matches(&layer.created_by)) {
            true => Finding::yes(false),
            false => Finding::no(format!("image {name}"), format!("it has no step {}", step.describe()))
                .advising(Some("docker history shows the steps that made an image.".to_owned())),
        });
    }
    if let Some(layers) = wanted.layers {
        let found = i64::try_from(config.layers.len()).unwrap_or(i64::MAX);
        all.push(Finding::number("number of layers", layers, found));
    }
}

fn is_built(wanted: bool, image: &Image, config: &ImageConfig, evidence: &Evidence) -> Finding {
    let name = short_name(image);
    // BuildKit gives an image the time of its newest files, which may have come from its cache.
    let young = is_young(image.created, evidence)
        || evidence.tagged.contains(&image.id)
        || named_in_a_build(image, evidence);
    let by_builder = config.history.first().is_some_and(|top| {
        top.comment.contains("buildkit")
            || top.created_by.starts_with("/bin/sh -c")
            || top.created_by.starts_with("|")
            || top.created_by.contains("# buildkit")
    });
    match (wanted, young && by_builder) {
        (true, true) => Finding::yes(true),
        (false, false) => Finding::yes(false),
        (false, true) => Finding::no(format!("image {name}"), "it was built in this exercise"),
        (true, false) if young => Finding::no(format!("image {name}"), "it was not made by docker build")
            .advising(Some(
                "docker commit keeps what happened in a container, and nobody can read how. A Dockerfile says it."
                    .to_owned(),
            ))
            .tried(true),
        (true, false) => {
            Finding::no(format!("image {name}"), "it was not built since this exercise began")
        }
    }
}

/// A build that changed nothing ends with the image that was there before. The words of the command still tell of it.
fn named_in_a_build(image: &Image, evidence: &Evidence) -> bool {
    let names = names_of(image);
    let tags = |argv: &[String]| {
        let after = |pair: &[String]| matches!(pair[0].as_str(), "-t" | "--tag").then(|| pair[1].clone());
        let glued = argv.iter().filter_map(|word| word.strip_prefix("--tag=").map(str::to_owned));
        argv.windows(2).filter_map(after).chain(glued).collect::<Vec<_>>()
    };
    let builds = evidence.seen.iter().filter(|call| {
        call.command.origin == Origin::Typed
            && call.at >= evidence.since
            && call.command.argv.iter().any(|word| word == "build")
    });
    builds
        .flat_map(|call| tags(&call.command.argv))
        .filter_map(|tag| Reference::parse(&tag))
        .any(|tag| names.contains(&tag))
}

/// The layers of the base are the first ones of the image. Where the base is not here by itself, the Dockerfile tells.
fn based_on(base: &ImageMatch, image: &Image, config: &ImageConfig, evidence: &Evidence) -> Finding {
    let name = short_name(image);
    let below = |other: &&Image| {
        let layers = other.config.as_ref().map(|c| c.layers.as_slice()).unwrap_or_default();
        other.id != image.id && !layers.is_empty() && config.layers.starts_with(layers)
    };
    let bases: Vec<&Image> = evidence.images.iter().filter(below).collect();
    if bases.iter().any(|other| base.known(&names_of(other)) == Known::Yes) {
        return Finding::yes(false);
    }
    let no = |found: String| {
        Finding::no(
            format!("image {name}, built on {found}"),
            format!("it is built on {found}, expected {}", base.describe()),
        )
        .advising(Some("FROM in the Dockerfile names the image that it is built on.".to_owned()))
    };
    if let Some(other) = bases.iter().find(|other| base.same_repo(&names_of(other))) {
        return no(short_name(other));
    }
    let written = evidence.files.values().filter_map(|file| dockerfile::base(file.text.as_deref()?));
    let written: Vec<String> = written.collect();
    let names = |text: &String| Reference::parse(text).into_iter().collect::<Vec<_>>();
    if written.iter().any(|from| base.known(&names(from)) == Known::Yes) {
        return Finding::yes(false);
    }
    match written.first() {
        Some(from) => no(from.clone()),
        None => Finding::unknown(
            format!("What {name} is built on is not known."),
            format!("Pull {} by its name: then the two can be compared.", base.describe()),
        ),
    }
}

fn runs(wanted: &str, config: &ImageConfig) -> Finding {
    let argv = [config.entrypoint.as_slice(), config.cmd.as_slice()].concat();
    if program::runs(&argv, wanted) {
        return Finding::yes(false);
    }
    let list_as_text = argv.iter().any(|word| word.trim_start().starts_with("['"));
    let advice = list_as_text.then(|| {
        "CMD takes its list with double quotes. With single ones Docker hands it to a shell as one text."
            .to_owned()
    });
    let shown = if argv.is_empty() { "nothing".to_owned() } else { words(&argv) };
    Finding::no(format!("command {shown}"), format!("it runs {shown} by itself, not {}", quoted(wanted)))
        .advising(advice)
}
