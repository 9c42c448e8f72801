//! Judging what was here since the exercise began, and was removed.

use serde::{Deserialize, Serialize};

use super::image::ImageMatch;
use super::text::Text;
use super::verdict::{Known, Verdict};
use crate::facts::{Evidence, Kind, Reference, RunSource, Thing};

/// Exactly one of these was here and is not any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GoneMatch {
    /// A container.
    Container(GoneContainer),
    /// An image, by `repo` and `tag`, or `ref`.
    Image(ImageMatch),
    /// A volume.
    Volume(GoneNamed),
    /// A network.
    Network(GoneNamed),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct GoneContainer {
    /// The name that it had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// What it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageMatch>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct GoneNamed {
    /// The name that it had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
}

pub(super) fn judge(wanted: &GoneMatch, evidence: &Evidence) -> Verdict {
    match wanted {
        GoneMatch::Container(asked) => container(asked, evidence),
        GoneMatch::Image(asked) => {
            let named = |thing: &&Thing| {
                let names = thing.names.iter().filter_map(|name| Reference::parse(name));
                asked.known(&names.collect::<Vec<_>>()) == Known::Yes
            };
            thing(Kind::Image, wanted, evidence, &named)
        }
        GoneMatch::Volume(asked) => thing(Kind::Volume, wanted, evidence, &|thing| asked.matches(thing)),
        GoneMatch::Network(asked) => thing(Kind::Network, wanted, evidence, &|thing| asked.matches(thing)),
    }
}

impl GoneNamed {
    fn matches(&self, thing: &Thing) -> bool {
        self.name.as_ref().is_none_or(|name| thing.names.iter().any(|n| name.matches(n)))
    }
}

fn container(asked: &GoneContainer, evidence: &Evidence) -> Verdict {
    let meant = evidence.runs.iter().filter(|run| {
        let names = super::image::names_of_run(run, evidence);
        run.source == RunSource::Learner
            && asked.name.as_ref().is_none_or(|name| name.matches(&run.name))
            && asked.image.as_ref().is_none_or(|image| image.known(&names) == Known::Yes)
    });
    let gone = meant.into_iter().find(|run| run.removed).map(|run| run.name.clone());
    told(&GoneMatch::Container(asked.clone()), gone)
}

fn thing(kind: Kind, wanted: &GoneMatch, evidence: &Evidence, meant: &dyn Fn(&&Thing) -> bool) -> Verdict {
    let gone = evidence.things.iter().filter(|thing| thing.kind == kind && thing.removed).find(meant);
    told(wanted, gone.map(|thing| thing.names.first().unwrap_or(&thing.id).clone()))
}

/// What is still here is not wrong: it can be removed.
fn told(wanted: &GoneMatch, gone: Option<String>) -> Verdict {
    match gone {
        Some(name) => Verdict::Pass { found: format!("{name} was removed") },
        None => Verdict::NotYet { expected: wanted.describe() },
    }
}

impl GoneMatch {
    pub(super) fn describe(&self) -> String {
        let named = |what: &str, name: &Option<Text>| {
            let name = name.as_ref().map(|name| format!(" with the name {}", name.describe()));
            format!("a {what}{}", name.unwrap_or_default())
        };
        let what = match self {
            Self::Container(GoneContainer { name, image }) => {
                let from = image.as_ref().map(|image| format!(" from {}", image.describe()));
                format!("{}{}", named("container", name), from.unwrap_or_default())
            }
            Self::Image(asked) => asked.describe(),
            Self::Volume(GoneNamed { name }) => named("volume", name),
            Self::Network(GoneNamed { name }) => named("network", name),
        };
        format!("that {what} is removed")
    }

    pub(super) fn mistakes(&self) -> Vec<String> {
        match self {
            Self::Image(asked) => asked.name_mistakes(),
            Self::Container(asked) => asked.image.iter().flat_map(ImageMatch::name_mistakes).collect(),
            Self::Volume(_) | Self::Network(_) => Vec::new(),
        }
    }

    pub(super) fn wants_things(&self) -> bool {
        !matches!(self, Self::Container(_))
    }
}
