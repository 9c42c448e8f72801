//! Which image is meant: references are compared as the engine resolves them, never as text.

use jiff::Timestamp;

use super::asked::names;
use super::asked::text::quoted;
use super::bound::{Bound, Object};
use super::finding::{Candidate, Finding, Found};
use super::verdict::Known;
use super::{ImageMatch, Text, TextRule, built};
use crate::facts::reference::{Reference, names_of};
use crate::facts::{Content, Evidence, Image, Run, short_id};

impl ImageMatch {
    /// Whether one of these names, which all belong to one image, is what was asked for. Unknown where only a
    /// digest is known and a tag is asked for.
    pub(super) fn known(&self, names: &[Reference]) -> Known {
        let (repo, tag) = self.asked();
        let Some(repo) = repo else { return Known::Yes };
        let mut same_repo = names.iter().filter(|n| n.repo == repo).peekable();
        if same_repo.peek().is_none() {
            return Known::No;
        }
        let Some(tag) = tag else { return Known::Yes };
        let mut any_tag = false;
        for name in same_repo {
            any_tag |= name.tag.is_some();
            if name.tag.as_deref().is_some_and(|t| tag.matches(t)) {
                return Known::Yes;
            }
        }
        if any_tag { Known::No } else { Known::Unknown }
    }

    /// Whether it asks for an image by name, and this is it.
    pub fn matches(&self, names: &[Reference]) -> bool {
        self.asked().0.is_some() && self.known(names) == Known::Yes
    }

    /// Whether it asks for the repository of one of these names, whatever the tag.
    pub fn same_repo(&self, names: &[Reference]) -> bool {
        self.asked().0.is_some_and(|repo| names.iter().any(|n| n.repo == repo))
    }
}

/// Every name of the image that a run used: as typed (unless that was an id), as it was named when it was looked
/// at, and as the engine names it now.
pub(super) fn names_of_run(run: &Run, evidence: &Evidence) -> Vec<Reference> {
    let typed_id = is_id(&run.image, &run.image_id);
    let mut names: Vec<Reference> = run
        .image_refs
        .iter()
        .chain((!typed_id).then_some(&run.image))
        .filter_map(|name| Reference::parse(name))
        .collect();
    let now = evidence.images.iter().find(|image| {
        if run.content().is_known() {
            image.content().is(run.content())
        } else {
            is_id(&run.image, &image.id)
        }
    });
    names.extend(now.map(names_of).unwrap_or_default());
    names
}

/// Whether the text that was typed is (the beginning of) this id.
fn is_id(typed: &str, id: &str) -> bool {
    let typed = typed.strip_prefix("sha256:").unwrap_or(typed);
    let id = id.strip_prefix("sha256:").unwrap_or(id);
    !typed.is_empty() && id.starts_with(typed)
}

/// What to call a run's image: as typed, with a name beside it where an id was typed.
pub(super) fn called(run: &Run, evidence: &Evidence) -> String {
    if run.image.is_empty() {
        return short_id(&run.image_id).to_string();
    }
    if !is_id(&run.image, &run.image_id) {
        return Reference::parse(&run.image).map_or_else(|| run.image.clone(), |r| r.short());
    }
    let name = names_of_run(run, evidence).into_iter().find(|n| n.tag.is_some());
    let id = short_id(&run.image);
    name.map_or_else(|| id.to_string(), |n| format!("{id} ({})", n.short()))
}

/// The image that a name stands for: itself, or what that container was made from.
pub(super) fn meant<'e>(name: &str, bound: &Bound<'e>) -> Option<Content<'e>> {
    match bound.get(names::bare(name)?)? {
        Object::Image(image) => Some(image.content()),
        Object::Run(run) | Object::ImageOf(run) => Some(run.content()),
        _ => None,
    }
}

/// What to say of an image of the right name with another tag.
pub(super) fn wrong_tag(wanted: &ImageMatch) -> String {
    match wanted.asked().1.as_deref() {
        Some(tag) => format!(
            "The word after the colon is the tag; without one it is `latest`. Here it must be one {}.",
            match tag {
                Text::Equals(_) | Text::Rule(TextRule::OneOf(_)) => format!("such as {}", tag.describe()),
                Text::Rule(_) => tag.describe(),
            }
        ),
        None => "Look at the image's name in the task.".into(),
    }
}

pub(super) fn untold_tag(name: &str, wanted: &ImageMatch) -> (String, String) {
    (
        format!(
            "{name} is a {} image by its digest, and a digest does not tell the tag.",
            wanted.word().unwrap_or_default()
        ),
        "Pull the image by its tag too: then the two are compared, and what you ran counts.".into(),
    )
}

/// When it was made, as far as its age counts: a build that finds all of it in the cache gives an old image a name
/// anew, and then it is as young as whatever was named before it.
pub(super) fn made_at(image: &Image, evidence: &Evidence) -> Option<Timestamp> {
    let Some(last) = evidence.tagged.iter().rposition(|id| *id == image.id) else { return image.created };
    let before = |other: &&Image| evidence.tagged[..last].contains(&other.id);
    let others = evidence.images.iter().filter(before).filter_map(|other| other.created);
    others.max().max(image.created)
}

/// What the learner called it: a name that it has, or had when a container was made from it.
pub(super) fn known_as(image: &Image, evidence: &Evidence) -> String {
    let tagged = image.tags.iter().find_map(|tag| Reference::parse(tag));
    if let Some(name) = tagged {
        return name.short();
    }
    let of_it = evidence.runs.iter().rev().filter(|run| run.content().is(image.content()));
    let mut then = of_it.flat_map(|run| run.image_refs.iter().chain([&run.image]));
    let then = then.find(|name| !is_id(name, &image.id)).and_then(|name| Reference::parse(name));
    match then {
        Some(name) if name.tag.is_some() => format!("{} (an older build)", name.short()),
        _ => format!("{} (it has no name)", short_id(&image.id)),
    }
}

pub(super) fn look<'e>(wanted: &ImageMatch, bound: &Bound<'e>, evidence: &'e Evidence) -> Found<'e> {
    let candidates = evidence.images.iter().map(|image| {
        let findings = findings(wanted, image, bound, evidence);
        let named = wanted.asked().0.is_some() || wanted.same_as.is_some();
        let meant = findings.iter().take(if named { 2 } else { usize::MAX }).any(|finding| finding.tried);
        Candidate { object: Object::Image(image), at: made_at(image, evidence), findings, meant }
    });
    let mut candidates: Vec<Candidate<'_>> = candidates.collect();
    candidates.extend(gone(wanted, evidence));
    // Of several near ones one that may be right is spoken of before one that is known to be wrong.
    candidates.sort_by_key(|c| (c.findings[0].known == Known::Unknown, c.at));
    let achieved = |object: Object<'e>| match object {
        Object::Image(image) => {
            let names = names_of(image);
            let asked = names.iter().find(|n| wanted.matches(std::slice::from_ref(n)));
            format!("image {} is here", asked.map_or_else(|| known_as(image, evidence), Reference::short))
        }
        other => other.name(evidence),
    };
    let expected = format!("{} on this engine", wanted.describe());
    Found::among(candidates, expected, |object| object.name(evidence), achieved)
}

/// Images that the learner made, and that are not here any more: each as the last container that was made from it.
fn gone<'e>(wanted: &ImageMatch, evidence: &'e Evidence) -> Vec<Candidate<'e>> {
    let mut found: Vec<Candidate<'e>> = Vec::new();
    for run in evidence.runs.iter().rev().filter(|run| evidence.tagged.contains(&run.image_id)) {
        let is_here = evidence.images.iter().any(|image| image.content().is(run.content()));
        let object = Object::ImageOf(run);
        let names = names_of_run(run, evidence);
        if is_here || wanted.known(&names) == Known::No || found.iter().any(|c| c.object.is(&object)) {
            continue;
        }
        let finding = Finding::no(format!("the image {}", object.name(evidence)), "it was deleted since")
            .advising("Build it again, and run it.".to_owned())
            .tried(true);
        found.push(Candidate { object, at: object.at(evidence), findings: vec![finding], meant: true });
    }
    found
}

fn findings(wanted: &ImageMatch, image: &Image, bound: &Bound<'_>, evidence: &Evidence) -> Vec<Finding> {
    let mut all = vec![named(wanted, image, evidence)];
    if let Some(name) = &wanted.same_as {
        all.push(match meant(name, bound).is_some_and(|content| content.is(image.content())) {
            true => Finding::yes(true),
            false => Finding::no(format!("image {}", known_as(image, evidence)), "it is another image"),
        });
    }
    built::held(wanted, image, evidence, &mut all);
    all
}

fn named(wanted: &ImageMatch, image: &Image, evidence: &Evidence) -> Finding {
    let names = names_of(image);
    let near = || names.iter().find(|n| wanted.same_repo(std::slice::from_ref(n))).map(Reference::short);
    match wanted.known(&names) {
        Known::Yes => Finding::yes(wanted.asked().0.is_some()),
        Known::Unknown | Known::Pending => {
            let (reason, remedy) = untold_tag(&near().unwrap_or_default(), wanted);
            Finding::unknown(reason, remedy).tried(true)
        }
        Known::No => {
            let near = near();
            let name = near.clone().unwrap_or_else(|| known_as(image, evidence));
            let tag = name.rsplit_once(':').map_or("", |(_, tag)| tag);
            Finding::no(format!("image {name}"), format!("the tag is {}", quoted(tag)))
                .advising(wrong_tag(wanted))
                .tried(near.is_some())
        }
    }
}
