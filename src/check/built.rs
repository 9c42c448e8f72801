//! How an image is set up, and whether the learner built it.

use super::asked::text::{quoted, words};
use super::finding::Finding;
use super::image::known_as;
use super::verdict::Known;
use super::volume::is_young;
use super::{ImageMatch, advice, build, dockerfile, program};
use crate::facts::reference::{Reference, names_of};
use crate::facts::{Evidence, Image, ImageConfig, Observed};

pub(super) fn held(wanted: &ImageMatch, image: &Image, evidence: &Evidence, all: &mut Vec<Finding>) {
    let name = known_as(image, evidence);
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

/// How an image came to be what it is in this exercise.
enum Made {
    Built,
    /// By a container that was committed.
    Committed,
    /// It is older than the exercise, and only its name is new.
    Named,
    /// Its name is new, and who gave it was not seen.
    Unseen,
    Before,
}

fn is_built(wanted: bool, image: &Image, config: &ImageConfig, evidence: &Evidence) -> Finding {
    let name = known_as(image, evidence);
    let no = |differs: &str| Finding::no(format!("image {name}"), differs);
    match (wanted, made(image, config, evidence)) {
        (true, Made::Built) => Finding::yes(true),
        (false, Made::Built) => no("it was built in this exercise"),
        (_, Made::Unseen) => Finding::unknown(
            format!("Whether {name} was built in this exercise, or only got its name, was not seen."),
            "Build it in pilotwhale's shell with docker build, and give it a name there with -t.",
        )
        .tried(true),
        (false, _) => Finding::yes(false),
        (true, Made::Committed) => no("it was not made by docker build")
            .advising(Some(
                "docker commit keeps what happened in a container, and nobody can read how. A Dockerfile says it."
                    .to_owned(),
            ))
            .tried(true),
        (true, Made::Named) => no("it was only given a name: what is in it is older than this exercise")
            .advising(Some(
                "docker tag adds a name to an image that is there. Build one, with a name that is not taken."
                    .to_owned(),
            ))
            .tried(true),
        (true, Made::Before) => no("it was not built since this exercise began"),
    }
}

fn made(image: &Image, config: &ImageConfig, evidence: &Evidence) -> Made {
    let by_builder = config.history.first().is_some_and(|top| {
        top.comment.contains("buildkit")
            || top.created_by.starts_with("/bin/sh -c")
            || top.created_by.starts_with("|")
            || top.created_by.contains("# buildkit")
    });
    if is_young(image.created, evidence) {
        return if by_builder { Made::Built } else { Made::Committed };
    }
    // A build that finds everything in its cache ends with the old image, and names it once more. One that fails names
    // nothing, and `docker tag` does the same: so it must have been a build that was told to give this name.
    if !evidence.tagged.contains(&image.id) {
        return Made::Before;
    }
    let names = names_of(image);
    let by_hand: Vec<Reference> = evidence.seen.iter().filter_map(|call| given(call, evidence)).collect();
    let built = build::given(evidence).any(|name| names.contains(&name) && !by_hand.contains(&name))
        || (builds_of_services(evidence) && !names.iter().any(|name| by_hand.contains(name)));
    match built {
        true if by_builder => Made::Built,
        _ if !by_builder || names.iter().any(|name| by_hand.contains(name)) => Made::Named,
        _ => Made::Unseen,
    }
}

/// Whether an image was built for a service of a compose file, which chooses its name.
fn builds_of_services(evidence: &Evidence) -> bool {
    let builds = evidence.seen.iter().filter(|call| build::by_compose(call) && call.at >= evidence.since);
    builds.filter_map(|call| call.build.as_ref()).any(|build| build.made)
}

/// The name that a `docker tag` has given.
fn given(call: &Observed, evidence: &Evidence) -> Option<Reference> {
    let went_well = call.answer.as_ref().is_some_and(|answer| answer.status < 400);
    if call.action.name != "image-tag" || !went_well || call.at < evidence.since {
        return None;
    }
    let of = |name: &str| call.action.args.get(name);
    Reference::parse(&match of("tag") {
        Some(tag) => format!("{}:{tag}", of("repo")?),
        None => of("repo")?.clone(),
    })
}

/// The layers of the base are the first ones of the image. Where the base is not here by itself, the Dockerfile tells.
fn based_on(base: &ImageMatch, image: &Image, config: &ImageConfig, evidence: &Evidence) -> Finding {
    let name = known_as(image, evidence);
    let below = |other: &&Image| {
        let layers = other.config.as_ref().map(|c| c.layers.as_slice()).unwrap_or_default();
        !other.content().is(image.content()) && !layers.is_empty() && config.layers.starts_with(layers)
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
        return no(known_as(other, evidence));
    }
    let written: Vec<String> = dockerfile::bases(evidence).collect();
    if written.iter().any(|from| base.known(&dockerfile::names_of_base(from, evidence)) == Known::Yes) {
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
    let advice = advice::list_as_text(&argv);
    let shown = if argv.is_empty() { "nothing".to_owned() } else { words(&argv) };
    Finding::no(format!("command {shown}"), format!("it runs {shown} by itself, not {}", quoted(wanted)))
        .advising(advice)
}
