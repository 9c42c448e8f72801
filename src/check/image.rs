//! Which image is meant: references are compared as the engine resolves them, never as text.

use serde::Deserialize;

use super::text::{Matcher, Text, TextRule, quoted};
use super::verdict::{Known, Verdict};
use crate::facts::{Evidence, Image, Run, short_id};

/// Picks images by repository and tag. `docker.io/library/` is added where it is left out; no `tag` means any tag.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageMatch {
    pub repo: String,
    pub tag: Option<Text>,
}

/// A name of an image, whole: `python` is `docker.io/library/python` with the tag `latest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub repo: String,
    /// None only where a digest stands in its place.
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl Reference {
    /// None for an image id, which names no repository, and for the empty text.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.starts_with("sha256:") || text.contains("<none>") {
            return None;
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_string())),
            None => (text, None),
        };
        // A colon before the last slash belongs to a registry's port.
        let (repo, tag) = match name.rsplit_once(':') {
            Some((repo, tag)) if !tag.contains('/') => (repo, Some(tag.to_string())),
            _ => (name, None),
        };
        let tag = tag.or_else(|| digest.is_none().then(|| "latest".into()));
        Some(Self { repo: whole_repo(repo), tag, digest })
    }

    /// As people write it: without what the engine adds by itself.
    pub fn short(&self) -> String {
        let repo = familiar(&self.repo);
        match (&self.tag, &self.digest) {
            (Some(tag), _) => format!("{repo}:{tag}"),
            (None, Some(digest)) => format!("{repo}@{}", digest.get(..19).unwrap_or(digest)),
            (None, None) => repo.to_string(),
        }
    }
}

fn whole_repo(repo: &str) -> String {
    let (host, rest) = match repo.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => ("docker.io", repo),
    };
    let host = if host == "index.docker.io" { "docker.io" } else { host };
    match host {
        "docker.io" if !rest.contains('/') => format!("docker.io/library/{rest}"),
        _ => format!("{host}/{rest}"),
    }
}

fn familiar(repo: &str) -> &str {
    repo.strip_prefix("docker.io/library/").or_else(|| repo.strip_prefix("docker.io/")).unwrap_or(repo)
}

impl ImageMatch {
    /// Whether one of these names, which all belong to one image, is what was asked for. Unknown where only a
    /// digest is known and a tag is asked for.
    pub(super) fn known(&self, names: &[Reference]) -> Known {
        let repo = whole_repo(&self.repo);
        let mut same_repo = names.iter().filter(|n| n.repo == repo).peekable();
        if same_repo.peek().is_none() {
            return Known::No;
        }
        let Some(tag) = &self.tag else { return Known::Yes };
        let tag = Matcher::new(tag);
        let mut any_tag = false;
        for name in same_repo {
            any_tag |= name.tag.is_some();
            if name.tag.as_deref().is_some_and(|t| tag.matches(t)) {
                return Known::Yes;
            }
        }
        if any_tag { Known::No } else { Known::Unknown }
    }

    pub fn matches(&self, names: &[Reference]) -> bool {
        self.known(names) == Known::Yes
    }

    pub(super) fn same_repo(&self, names: &[Reference]) -> bool {
        let repo = whole_repo(&self.repo);
        names.iter().any(|n| n.repo == repo)
    }

    /// With its article: 'the image python:3-slim', 'a python image with a tag that contains "slim"'.
    pub(super) fn describe(&self) -> String {
        let repo = familiar(&self.repo);
        match &self.tag {
            None => format!("a {repo} image"),
            Some(Text::Equals(tag)) => format!("the image {repo}:{}", tag.trim()),
            Some(Text::Rule(TextRule::OneOf(tags))) => {
                let all: Vec<String> = tags.iter().map(|t| format!("{repo}:{}", t.trim())).collect();
                format!("the image {}", all.join(" or "))
            }
            Some(tag) => format!("a {repo} image with a tag {}", tag.describe()),
        }
    }

    pub(super) fn mistakes(&self) -> Vec<String> {
        let mut found: Vec<String> = self.tag.iter().flat_map(Text::mistakes).collect();
        if self.repo.trim().is_empty() {
            found.push("`repo` is empty".into());
        }
        let parsed = Reference::parse(&self.repo);
        if self.repo.contains('@') || parsed.is_some_and(|r| whole_repo(&self.repo) != r.repo) {
            found.push(format!("`repo: {}` holds a tag or digest; write it as `tag`", self.repo));
        }
        found
    }
}

/// Every name that the engine has for an image.
pub fn names_of(image: &Image) -> Vec<Reference> {
    image.tags.iter().chain(&image.digests).filter_map(|name| Reference::parse(name)).collect()
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
        if run.image_id.is_empty() { is_id(&run.image, &image.id) } else { image.id == run.image_id }
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

/// What to say of an image of the right name with another tag.
pub(super) fn wrong_tag(wanted: &ImageMatch) -> String {
    match &wanted.tag {
        Some(tag) => format!(
            "The word after the colon picks the variant; without one it is `latest`, the big one. Look for a tag {}.",
            match tag {
                Text::Equals(_) | Text::Rule(TextRule::OneOf(_)) => format!("like {}", tag.describe()),
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
            familiar(&wanted.repo)
        ),
        "Pull the image by its tag too: then the two are compared, and what you ran counts.".into(),
    )
}

pub(super) fn judge(wanted: &ImageMatch, evidence: &Evidence) -> Verdict {
    let expected = format!("{} on this engine", wanted.describe());
    let mut near: Option<String> = None;
    let mut untold: Option<String> = None;
    for image in &evidence.images {
        let names = names_of(image);
        let short = || names.iter().find(|n| wanted.same_repo(std::slice::from_ref(n))).map(Reference::short);
        match wanted.known(&names) {
            Known::Yes => {
                let name = names.iter().find(|n| wanted.matches(std::slice::from_ref(n)));
                let name = name.map_or_else(|| short_id(&image.id).to_string(), Reference::short);
                return Verdict::Pass { found: format!("image {name} is here") };
            }
            Known::Unknown | Known::Pending => untold = untold.or_else(short),
            Known::No => near = near.or_else(short),
        }
    }
    if let Some(name) = untold {
        let (reason, remedy) = untold_tag(&name, wanted);
        return Verdict::CouldNotCheck { reason, remedy };
    }
    let Some(near) = near else { return Verdict::NotYet { expected } };
    let tag = near.rsplit_once(':').map_or("", |(_, tag)| tag);
    Verdict::NotRight {
        expected,
        found: format!("image {near}"),
        differs: format!("the tag is {}", quoted(tag)),
        nearest: Some(near),
        advice: Some(wrong_tag(wanted)),
    }
}
