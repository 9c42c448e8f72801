//! Which network is asked for.

use serde::{Deserialize, Serialize};

use super::text::{Text, sentence};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct NetworkMatch {
    /// The name that it has in later checks.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Its driver: `bridge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<Text>,
    /// Containers that run in it, each by a name such as `$c` or by its own name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Text>,
}

impl NetworkMatch {
    pub(in crate::check) fn describe(&self) -> String {
        let Self { bind: _, name, driver, members } = self;
        let name = name.as_ref().map(|name| format!(" with the name {}", name.describe()));
        let driver = driver.as_ref().map(|driver| format!(" of the driver {}", driver.describe()));
        let all: Vec<String> = members.iter().map(Text::describe).collect();
        let verb = if all.len() == 1 { "runs" } else { "run" };
        let members = (!all.is_empty()).then(|| format!(" in which {} {verb}", sentence(&all)));
        let parts = [name, driver, members].into_iter().flatten().collect::<String>();
        format!("a network{parts}")
    }

    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let empty = (Self { bind: None, ..self.clone() }) == Self::default();
        empty
            .then(|| "`network` asks for nothing, so that any network would pass".into())
            .into_iter()
            .collect()
    }
}
