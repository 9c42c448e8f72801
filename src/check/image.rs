//! Which image is meant: references are compared as the engine resolves them, never as text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use super::bound::{self, Bound, Object};
use super::built;
use super::finding::{Candidate, Finding, Found};
use super::number::Number;
use super::text::{Text, TextRule, quoted};
use super::verdict::Known;
use crate::facts::reference::{Reference, familiar, names_of, whole_repo};
use crate::facts::{Content, Evidence, Image, Run, short_id};

/// Picks images by repository and tag. `docker.io/library/` is added where it is left out; no `tag` means any tag.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ImageMatch {
    /// The name that the image has in later checks.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// Its repository; `docker.io/library/` is added where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// Its tag; any, where this is not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<Text>,
    /// Repository and tag in one, as one types it: without a tag it is `latest`.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The image that this name stands for, or that the container of this name was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Built since the exercise began: not pulled, not committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built: Option<bool>,
    /// The image that it was built on, by repository and tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub based_on: Option<Box<ImageMatch>>,
    /// The program that it runs by itself, by its base name without version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Whether it runs something by itself at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_default_program: Option<bool>,
    /// Environment variables with their values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, Text>,
    /// The folder that its program starts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workdir: Option<Text>,
    /// The user that its program runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Text>,
    /// A port that it names with EXPOSE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposes: Option<Number>,
    /// One of the steps that made it, of its base too, as `docker history` tells them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Text>,
    /// How many layers of files it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layers: Option<Number>,
    /// Its size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Number>,
    /// Labels with their values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, Text>,
}

/// The image that a container is asked to be made from.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageAsked {
    /// `$name`: the very image, or the image of that container.
    Same(String),
    Match(Box<ImageMatch>),
}

/// As it is spoken: nginx is said 'engine x'.
fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) || word == "nginx" { "an" } else { "a" }
}

impl ImageMatch {
    /// Repository and tag that are asked for.
    fn asked(&self) -> (Option<String>, Option<Cow<'_, Text>>) {
        match self.reference.as_deref().and_then(Reference::parse) {
            Some(whole) => (Some(whole.repo), whole.tag.map(|tag| Cow::Owned(Text::Equals(tag)))),
            None => (self.repo.as_deref().map(whole_repo), self.tag.as_ref().map(Cow::Borrowed)),
        }
    }

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

    /// With its article: 'the image python:3-slim', 'a python image with a tag that contains "slim"'.
    pub(super) fn describe(&self) -> String {
        let Self {
            bind: _,
            // These are in `asked`.
            repo: _,
            tag: _,
            reference: _,
            same_as,
            built,
            based_on,
            program,
            has_default_program,
            env,
            workdir,
            user,
            exposes,
            step,
            layers,
            size,
            labels,
        } = self;
        let (repo, tag) = self.asked();
        let what = match (repo.as_deref().map(familiar), tag.as_deref()) {
            (None, _) => same_as.as_ref().map_or("an image".into(), |name| format!("the image {name}.image")),
            (Some(repo), None) => format!("{} {repo} image", article(repo)),
            (Some(repo), Some(Text::Equals(tag))) => format!("the image {repo}:{}", tag.trim()),
            (Some(repo), Some(Text::Rule(TextRule::OneOf(tags)))) => {
                let all: Vec<String> = tags.iter().map(|t| format!("{repo}:{}", t.trim())).collect();
                format!("the image {}", all.join(" or "))
            }
            (Some(repo), Some(tag)) => {
                format!("{} {repo} image with a tag {}", article(repo), tag.describe())
            }
        };
        let on = based_on.as_ref().map(|base| base.describe());
        let mut is: Vec<String> = Vec::new();
        let mut say = |told: Option<String>| is.extend(told);
        say(match (built, &on) {
            (Some(true), Some(base)) => Some(format!("you built on {base}")),
            (Some(true), None) => Some("you built".into()),
            (Some(false), _) => Some("you did not build".into()),
            (None, _) => None,
        });
        say(on.filter(|_| *built != Some(true)).map(|base| format!("is built on {base}")));
        say(program.as_ref().map(|program| format!("runs {program} by itself")));
        say(has_default_program.map(|has| match has {
            true => "runs something by itself".into(),
            false => "runs nothing by itself".into(),
        }));
        for (name, value) in env {
            say(Some(format!("has the variable {name} set to {}", value.as_object("a text"))));
        }
        say(workdir.as_ref().map(|folder| format!("starts in the folder {}", folder.describe())));
        say(user.as_ref().map(|user| format!("runs as the user {}", user.describe())));
        say(exposes.map(|port| format!("exposes the port {}", port.describe())));
        say(step.as_ref().map(|step| format!("was made with a step {}", step.describe())));
        say(layers.map(|layers| format!("has {} layers", layers.describe())));
        say(size.map(|size| format!("has a size of {} bytes", size.describe())));
        for (name, value) in labels {
            say(Some(format!("has the label {name} set to {}", value.as_object("a text"))));
        }
        match is.is_empty() {
            true => what,
            false => format!("{what} that {}", is.join(" and that ")),
        }
    }

    /// The repository's name as one says it: `python`.
    pub(super) fn word(&self) -> Option<String> {
        let repo = self.asked().0?;
        Some(repo.rsplit('/').next().unwrap_or(&repo).to_owned())
    }

    pub(super) fn mistakes(&self) -> Vec<String> {
        let Self {
            bind: _,
            repo,
            tag,
            reference,
            same_as,
            built: _,
            based_on,
            program,
            has_default_program: _,
            env: _,
            workdir: _,
            user: _,
            exposes: _,
            step: _,
            layers: _,
            size: _,
            labels: _,
        } = self;
        let mut found = Vec::new();
        if let Some(repo) = repo {
            let parsed = Reference::parse(repo);
            if repo.trim().is_empty() {
                found.push("`repo` is empty".into());
            } else if repo.contains('@') || parsed.is_some_and(|r| whole_repo(repo) != r.repo) {
                found.push(format!("`repo: {repo}` holds a tag or digest; write it as `tag`"));
            }
        }
        if reference.is_some() && (repo.is_some() || tag.is_some()) {
            found.push("`ref` stands for `repo` and `tag`; write it or them".into());
        }
        if reference.as_ref().is_some_and(|r| Reference::parse(r).is_none()) {
            found.push("`ref` is no image's name".into());
        }
        if tag.is_some() && repo.is_none() {
            found.push("`tag` needs a `repo`".into());
        }
        if (Self { bind: None, ..self.clone() }) == Self::default() {
            found.push("`image` asks for nothing, so that any image would pass".into());
        }
        found.extend(bound::mistake("same-as", same_as.as_deref()));
        if based_on.as_ref().is_some_and(|base| base.asked().0.is_none() || base.wants_config()) {
            found.push("`based-on` takes `repo` and `tag`, or `ref`".into());
        }
        if program.as_deref().is_some_and(|p| p.trim().is_empty()) {
            found.push("`program` is empty".into());
        }
        found
    }

    /// Where only its name is asked for: what a FROM may be, or what a container was made from.
    pub(super) fn name_mistakes(&self) -> Vec<String> {
        let mut found = self.mistakes();
        if self.wants_config() || !self.labels.is_empty() || self.size.is_some() || self.bind.is_some() {
            found.push("here only `repo`, `tag`, `ref` and `same-as` are looked at; give the image a name with a check `image`".into());
        }
        found
    }

    /// Asks for what only an inspect tells.
    pub fn wants_config(&self) -> bool {
        let texts = [&self.workdir, &self.user, &self.step];
        self.built.is_some()
            || self.based_on.is_some()
            || self.program.is_some()
            || self.has_default_program.is_some()
            || !self.env.is_empty()
            || texts.iter().any(|text| text.is_some())
            || self.exposes.is_some()
            || self.layers.is_some()
    }
}

impl<'de> Deserialize<'de> for ImageAsked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Asked;

        impl<'de> Visitor<'de> for Asked {
            type Value = ImageAsked;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`{repo: …, tag: …}`, or a name such as $img")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ImageAsked, E> {
                match bound::bare(text) {
                    Some(_) => Ok(ImageAsked::Same(text.to_owned())),
                    None => Err(E::custom(format!("write `{{ref: {text}}}`, or a name such as $img"))),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ImageAsked, A::Error> {
                ImageMatch::deserialize(MapAccessDeserializer::new(map))
                    .map(|asked| ImageAsked::Match(Box::new(asked)))
            }
        }

        deserializer.deserialize_any(Asked)
    }
}

impl Serialize for ImageAsked {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Same(name) => serializer.serialize_str(name),
            Self::Match(wanted) => wanted.serialize(serializer),
        }
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
    match bound.get(bound::bare(name)?)? {
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
