//! Which published port is asked for.

use std::fmt;

use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use super::number::Number;
use super::text::Text;

/// The ports that a container is asked to publish.
#[derive(Clone, Debug, PartialEq)]
pub enum PortAsked {
    /// It publishes none.
    Nothing,
    Match(PortMatch),
}

/// A published port that is all of this.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct PortMatch {
    /// The port inside the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<Number>,
    /// The port of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Number>,
    /// The address of the machine that it listens on: `0.0.0.0` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<Text>,
}

impl PortAsked {
    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        match self {
            Self::Match(wanted) if *wanted == PortMatch::default() => {
                vec!["`port` asks for nothing, so that any port would pass".into()]
            }
            _ => Vec::new(),
        }
    }
}

pub(in crate::check) fn goal(wanted: &PortMatch) -> String {
    let inside = wanted.container.map(|n| format!("{} of the container", n.describe()));
    let outside = wanted.host.map(|n| format!("{} of your machine", n.describe()));
    let ip = wanted.ip.as_ref().map(|ip| format!("the address {}", ip.describe()));
    [inside, outside, ip].into_iter().flatten().collect::<Vec<_>>().join(" as ")
}

/// Goes after 'a container that'.
pub(in crate::check) fn describe(asked: &PortAsked) -> String {
    match asked {
        PortAsked::Nothing => "publishes no port".into(),
        PortAsked::Match(wanted) => format!("publishes {}", goal(wanted)),
    }
}

impl<'de> Deserialize<'de> for PortAsked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Asked;

        impl<'de> Visitor<'de> for Asked {
            type Value = PortAsked;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`{container: …, host: …}`, or none")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PortAsked, E> {
                match text {
                    "none" => Ok(PortAsked::Nothing),
                    other => {
                        Err(E::custom(format!("`port: {other}` is not known; write a mapping, or none")))
                    }
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PortAsked, A::Error> {
                PortMatch::deserialize(MapAccessDeserializer::new(map)).map(PortAsked::Match)
            }
        }

        deserializer.deserialize_any(Asked)
    }
}

impl Serialize for PortAsked {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_str("none"),
            Self::Match(wanted) => wanted.serialize(serializer),
        }
    }
}
