//! Which image is asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use super::names;
use super::number::Number;
use super::text::{Text, TextRule};
use crate::facts::reference::{Reference, familiar, whole_repo};

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
    pub(in crate::check) fn asked(&self) -> (Option<String>, Option<Cow<'_, Text>>) {
        match self.reference.as_deref().and_then(Reference::parse) {
            Some(whole) => (Some(whole.repo), whole.tag.map(|tag| Cow::Owned(Text::Equals(tag)))),
            None => (self.repo.as_deref().map(whole_repo), self.tag.as_ref().map(Cow::Borrowed)),
        }
    }

    /// With its article: 'the image python:3-slim', 'a python image with a tag that contains "slim"'.
    pub(in crate::check) fn describe(&self) -> String {
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
    pub(in crate::check) fn word(&self) -> Option<String> {
        let repo = self.asked().0?;
        Some(repo.rsplit('/').next().unwrap_or(&repo).to_owned())
    }

    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
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
        found.extend(names::mistake("same-as", same_as.as_deref()));
        if based_on.as_ref().is_some_and(|base| base.asked().0.is_none() || base.wants_config()) {
            found.push("`based-on` takes `repo` and `tag`, or `ref`".into());
        }
        if program.as_deref().is_some_and(|p| p.trim().is_empty()) {
            found.push("`program` is empty".into());
        }
        found
    }

    /// Where only its name is asked for: what a FROM may be, or what a container was made from.
    pub(in crate::check) fn name_mistakes(&self) -> Vec<String> {
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
                match names::bare(text) {
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
