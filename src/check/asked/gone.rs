//! What is asked to have been removed.

use serde::{Deserialize, Serialize};

use super::image::ImageMatch;
use super::text::Text;

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

impl GoneMatch {
    pub(in crate::check) fn describe(&self) -> String {
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

    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        match self {
            Self::Image(asked) => asked.name_mistakes(),
            Self::Container(asked) => asked.image.iter().flat_map(ImageMatch::name_mistakes).collect(),
            Self::Volume(_) | Self::Network(_) => Vec::new(),
        }
    }

    pub(in crate::check) fn wants_things(&self) -> bool {
        !matches!(self, Self::Container(_))
    }
}
