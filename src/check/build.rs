//! The learner's builds: what they were told, what came of the last one, and what has changed since.

use jiff::Timestamp;

use super::image::known_as;
use super::{asked, dockerfile};
use crate::facts::reference::{Reference, names_of};
use crate::facts::{Evidence, Image, Observed, Origin, RunSource};

/// Words with which a build makes no image here, because it was asked for something else.
const OTHER_RESULTS: [&str; 8] = ["-o", "--output", "--check", "--call", "--print", "--push", "--help", "-h"];

/// Whether a command that the learner typed builds an image: it says so, or it was seen to.
pub fn is_build(call: &Observed) -> bool {
    let says_so = || call.command.argv.iter().any(|word| word == "build" || word == "--build");
    call.command.origin == Origin::Typed && (call.build.is_some() || says_so())
}

/// Compose reads what to build from a file of its own: its options are others.
pub(super) fn by_compose(call: &Observed) -> bool {
    call.command.argv.iter().any(|word| word == "compose" || word == "docker-compose")
}

/// The Dockerfile that a build was told to read, where it was told one: a path in the exercise's folder.
pub fn dockerfile(call: &Observed) -> Option<&str> {
    let reads = is_build(call) && !by_compose(call);
    let path = option(&call.command.argv, "-f", "--file").next().filter(|_| reads)?;
    let path = path.trim_start_matches("./");
    (path != "-" && !path.is_empty()).then_some(path)
}

/// The files that a Dockerfile names to be copied into the image, by themselves.
pub fn copied(text: &str) -> Vec<String> {
    dockerfile::named_files(text)
}

/// The names that a build was told to give.
pub(super) fn names(call: &Observed) -> Vec<Reference> {
    let given = option(&call.command.argv, "-t", "--tag").filter(|_| !by_compose(call));
    given.filter_map(Reference::parse).collect()
}

/// The values of an option, in whatever way it is written.
fn option<'a>(words: &'a [String], short: &'a str, long: &'a str) -> impl Iterator<Item = &'a str> {
    words.iter().enumerate().filter_map(move |(n, word)| {
        if word == short || word == long {
            return words.get(n + 1).map(String::as_str);
        }
        let glued = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
        let short = || word.strip_prefix(short).filter(|rest| !rest.is_empty());
        glued.or_else(|| short().filter(|_| !word.starts_with("--")).map(|rest| rest.trim_start_matches('=')))
    })
}

/// One command that built, with what came of all of its calls.
struct Tried<'e> {
    call: &'e Observed,
    /// Its last call.
    last: Timestamp,
    /// Whether it was seen how a builder ended.
    is_known: bool,
    made: bool,
    error: Option<&'e str>,
}

/// What came of the learner's builds, oldest first; those that were asked for something else than an image left out.
fn tried(evidence: &Evidence) -> Vec<Tried<'_>> {
    let mut all: Vec<Tried<'_>> = Vec::new();
    for call in evidence.seen.iter().filter(|call| is_build(call) && call.at >= evidence.since) {
        if call
            .command
            .argv
            .iter()
            .any(|word| OTHER_RESULTS.contains(&word.split('=').next().unwrap_or(word)))
        {
            continue;
        }
        let error = call.build.as_ref().and_then(|build| build.error.as_deref());
        let made = call.build.as_ref().is_some_and(|build| build.made);
        // One command makes several calls.
        match all.iter_mut().find(|tried| tried.call.command.pid == call.command.pid) {
            Some(tried) => {
                tried.last = tried.last.max(call.at);
                tried.is_known |= call.build.is_some();
                tried.made |= made;
                tried.error = error.or(tried.error);
            }
            None => all.push(Tried { call, last: call.at, is_known: call.build.is_some(), made, error }),
        }
    }
    // One that was never seen to begin may still be on its way there.
    all.retain(|tried| tried.is_known || has_failed(tried, evidence));
    all
}

/// The names that builds were told to give, those that made no image left out.
pub(super) fn given(evidence: &Evidence) -> impl Iterator<Item = Reference> {
    let failed: Vec<u32> =
        tried(evidence).iter().filter(|tried| !tried.made).map(|tried| tried.call.command.pid).collect();
    let builds = evidence.seen.iter().filter(|call| is_build(call) && call.at >= evidence.since);
    builds.filter(move |call| !failed.contains(&call.command.pid)).flat_map(names)
}

/// Whether a build, of which the engine was not asked to build, has ended: its prompt is back and says that it failed, or,
/// where nobody watches the prompt, another command was typed after it.
fn has_failed(tried: &Tried<'_>, evidence: &Evidence) -> bool {
    match evidence.ended.filter(|end| end.at >= tried.last) {
        Some(end) => end.status != Some(0),
        None => evidence.seen.iter().any(|call| {
            call.command.origin == Origin::Typed
                && call.command.pid != tried.call.command.pid
                && call.at > tried.last
        }),
    }
}

/// What happened between the tries and may be why a task is not done: a build that failed, or a file that has changed
/// since the image was built. None where nothing is known of either.
pub(super) fn meanwhile(evidence: &Evidence) -> Option<String> {
    let builds = tried(evidence);
    let last = builds.last()?;
    if !last.made {
        return Some(match last.error {
            Some(error) => format!("Your last build failed, so it made no image. It said: {error}"),
            None if evidence.ended.is_some_and(|end| end.at >= last.last && end.status != Some(0)) => {
                "Your last build failed, so it made no image. Read its last lines: they say why.".into()
            }
            None => "Your last build made no image. Read its last lines: they say why.".into(),
        });
    }
    let (image, built) = current(&builds, evidence)?;
    let path = dockerfile_of(last.call, evidence)?;
    let text = evidence.files.get(path)?.text.as_deref()?;
    let goes_in = |name: &&String| *name == path || dockerfile::copies(text, name);
    let younger = evidence.files.iter().filter(|(name, _)| goes_in(name));
    let changed = younger.filter(|(_, file)| file.changed.is_some_and(|at| at > built)).map(|(name, _)| name);
    let changed: Vec<&str> = changed.map(String::as_str).collect();
    let were = if changed.len() == 1 { "was" } else { "were" };
    (!changed.is_empty()).then(|| {
        format!(
            "{} {were} changed after {} was built: build again, and start a new container.",
            changed.join(" and "),
            known_as(image, evidence)
        )
    })
}

/// The image that the learner works with, and when it was built: the one that the newest container was made from,
/// otherwise the newest.
fn current<'e>(builds: &[Tried<'e>], evidence: &'e Evidence) -> Option<(&'e Image, Timestamp)> {
    let built = |image: &'e Image| {
        let names = names_of(image);
        let of_it = |tried: &&Tried<'_>| {
            let told = self::names(tried.call);
            // One without a name may have made any.
            tried.made && (told.is_empty() || told.iter().any(|name| names.contains(name)))
        };
        let seen = builds.iter().filter(of_it).map(|tried| tried.call.at).max();
        let young = image.created.filter(|at| *at >= evidence.since);
        // What was found in the cache is older than the build that gave it once more.
        Some((image, seen.into_iter().chain(young).max()?))
    };
    let here = |id: &str| evidence.images.iter().find(|image| image.id == id);
    let runs = evidence.runs.iter().rev().filter(|run| run.source == RunSource::Learner);
    let of_run = runs.filter_map(|run| here(&run.image_id)).find_map(built);
    of_run.or_else(|| evidence.images.iter().filter_map(built).max_by_key(|(_, at)| *at))
}

fn dockerfile_of<'e>(call: &'e Observed, evidence: &'e Evidence) -> Option<&'e str> {
    let told = dockerfile(call).into_iter().chain(asked::dockerfile::NAMES);
    told.into_iter().find(|path| evidence.files.contains_key(*path))
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
