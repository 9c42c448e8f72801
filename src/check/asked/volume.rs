//! Which volume is asked for.

use serde::{Deserialize, Serialize};

use super::text::Text;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct VolumeMatch {
    /// The name that it has in later checks.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Its driver: `local`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<Text>,
    /// A container that mounts it: a name such as `$c`, or its name as a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_by: Option<Text>,
    /// Made by the engine without a name of the learner's choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous: Option<bool>,
}

impl VolumeMatch {
    pub(in crate::check) fn describe(&self) -> String {
        let Self { bind: _, name, driver, used_by, anonymous } = self;
        let what = match anonymous {
            Some(true) => "an anonymous volume",
            Some(false) => "a volume with a name of yours",
            None => "a volume",
        };
        let name = name.as_ref().map(|name| format!(" with the name {}", name.describe()));
        let driver = driver.as_ref().map(|driver| format!(" of the driver {}", driver.describe()));
        let user = used_by.as_ref().map(|user| format!(", mounted by {}", user.describe()));
        let parts = [name, driver, user].into_iter().flatten().collect::<String>();
        format!("{what}{parts}")
    }

    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let empty = (Self { bind: None, ..self.clone() }) == Self::default();
        empty.then(|| "`volume` asks for nothing, so that any volume would pass".into()).into_iter().collect()
    }
}
