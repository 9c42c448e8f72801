//! Names of images, taken apart in this one place: compared as the engine resolves them, never as text.

use super::{Image, short_id};

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
        let (repo, tag, digest) = parts(text);
        let tag = tag.or_else(|| digest.is_none().then_some("latest"));
        Some(Self { repo: whole_repo(repo), tag: tag.map(str::to_owned), digest: digest.map(str::to_owned) })
    }

    /// As people write it: without what the engine adds by itself.
    pub fn short(&self) -> String {
        let repo = familiar(&self.repo);
        match (&self.tag, &self.digest) {
            (Some(tag), _) => format!("{repo}:{tag}"),
            (None, Some(digest)) => format!("{repo}@{}", digest.get(..19).unwrap_or(digest)),
            (None, None) => repo.to_owned(),
        }
    }
}

/// Repository, tag and digest as they are written.
fn parts(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    // A colon before the last slash belongs to a registry's port.
    match name.rsplit_once(':') {
        Some((repo, tag)) if !tag.contains('/') => (repo, Some(tag), digest),
        _ => (name, None, digest),
    }
}

/// A repository with what the engine adds: `python` is `docker.io/library/python`.
///
/// The rule for what is a registry's address is that of <https://github.com/distribution/reference>.
pub fn whole_repo(repo: &str) -> String {
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

/// As people call an image, tag and digest as they are: `docker.io/library/nginx:1` is `nginx:1`.
pub fn familiar(name: &str) -> &str {
    let bare = ["docker.io/", "index.docker.io/"].iter().find_map(|hub| name.strip_prefix(hub));
    let bare = bare.unwrap_or(name);
    bare.strip_prefix("library/").filter(|rest| !rest.is_empty()).unwrap_or(bare)
}

/// As the engine lists it: familiar, and `latest` where neither tag nor digest is written.
pub fn listed(name: &str) -> String {
    let short = familiar(name);
    if has_tag(short) { short.to_owned() } else { format!("{short}:latest") }
}

/// Whether it says which of a repository's images is meant, by tag or digest.
pub fn has_tag(name: &str) -> bool {
    let (_, tag, digest) = parts(name);
    tag.is_some() || digest.is_some()
}

/// The name without tag and digest.
pub fn repository(name: &str) -> &str {
    parts(name).0
}

/// Name and tag, which the engine's API takes apart: a tag with a colon is a digest.
pub fn with_tag(name: &str, tag: &str) -> String {
    match tag {
        "" => name.to_owned(),
        digest if digest.contains(':') => format!("{name}@{digest}"),
        tag => format!("{name}:{tag}"),
    }
}

/// Every name that the engine has for an image.
pub fn names_of(image: &Image) -> Vec<Reference> {
    image.tags.iter().chain(&image.digests).filter_map(|name| Reference::parse(name)).collect()
}

/// The tag that the app gives to an image of the learner's that loses its last name to one of the course.
pub fn kept_tag(id: &str) -> String {
    format!("kept-{}", short_id(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_made_whole() {
        let cases = [
            ("python", "docker.io/library/python", Some("latest"), "python:latest"),
            ("python:3-slim", "docker.io/library/python", Some("3-slim"), "python:3-slim"),
            ("index.docker.io/library/python:3", "docker.io/library/python", Some("3"), "python:3"),
            ("me/app", "docker.io/me/app", Some("latest"), "me/app:latest"),
            ("localhost:5000/app", "localhost:5000/app", Some("latest"), "localhost:5000/app:latest"),
            ("ghcr.io/a/b:1", "ghcr.io/a/b", Some("1"), "ghcr.io/a/b:1"),
            ("python@sha256:aa", "docker.io/library/python", None, "python@sha256:aa"),
        ];
        for (text, repo, tag, short) in cases {
            let reference = Reference::parse(text).unwrap();
            assert_eq!((reference.repo.as_str(), reference.tag.as_deref()), (repo, tag), "{text}");
            assert_eq!(reference.short(), short);
        }
        assert_eq!(Reference::parse("sha256:abcd"), None);
        assert_eq!(Reference::parse(""), None);
    }

    #[test]
    fn what_people_type_is_read_the_same_by_all() {
        // as typed, familiar, as the engine lists it, repository
        let cases = [
            ("docker.io/library/nginx", "nginx", "nginx:latest", "nginx"),
            ("index.docker.io/library/nginx:1", "nginx:1", "nginx:1", "nginx"),
            ("docker.io/me/x", "me/x", "me/x:latest", "me/x"),
            ("me/x:1", "me/x:1", "me/x:1", "me/x"),
            ("localhost:5000/x", "localhost:5000/x", "localhost:5000/x:latest", "localhost:5000/x"),
            ("localhost:5000/x:1", "localhost:5000/x:1", "localhost:5000/x:1", "localhost:5000/x"),
            ("x@sha256:11", "x@sha256:11", "x@sha256:11", "x"),
            ("x:1@sha256:11", "x:1@sha256:11", "x:1@sha256:11", "x"),
        ];
        for (typed, short, full, repo) in cases {
            assert_eq!(
                (familiar(typed), listed(typed).as_str(), repository(short)),
                (short, full, repo),
                "{typed}"
            );
        }
        assert_eq!(with_tag("x", ""), "x");
        assert_eq!(with_tag("x", "1"), "x:1");
        assert_eq!(with_tag("x", "sha256:11"), "x@sha256:11");
    }
}
