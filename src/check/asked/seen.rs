//! Which call of the learner's docker command is asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text::Text;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SeenMatch {
    /// The action's name: `container-list`, `image-history`, `container-logs`, …
    pub did: String,
    /// The container, image, volume or network that it was done to, by its name or as `$name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Text>,
    /// Arguments of the call: `all`, `limit`, `follow`, `tail`, `force`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Text>,
    /// `error` where the engine must refuse it.
    #[serde(default)]
    pub status: SeenStatus,
    /// The engine's own words, where it refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SeenStatus {
    #[default]
    Ok,
    /// The engine refused; for exercises about a mistake.
    Error,
}

impl SeenMatch {
    pub(in crate::check) fn describe(&self) -> String {
        let Self { did, object, args, status, message } = self;
        let mut told = format!("a command that {}", deed(did));
        told.extend(object.as_ref().map(|object| format!(" {}", object.describe())));
        told.extend(args.iter().map(|(name, value)| match value {
            Text::Equals(on) if on == "1" => format!(", with {name}"),
            value => format!(", with {name} {}", value.describe()),
        }));
        told.extend((*status == SeenStatus::Error).then(|| ", and is refused".to_owned()));
        told.extend(message.as_ref().map(|text| format!(" with {}", text.as_object("a message"))));
        told
    }

    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.did.trim().is_empty() {
            found.push("`did` is empty".into());
        }
        found
    }
}

/// The action's name in words, as they go on after 'a command that': 'lists containers', 'pulls an image'.
fn deed(did: &str) -> String {
    let (noun, verb) = did.split_once('-').unwrap_or((did, ""));
    let a = if noun == "image" { "an" } else { "a" };
    match verb {
        "" => format!("asks for {noun}"),
        "list" => format!("lists {noun}s"),
        "logs" => format!("reads the log of {a} {noun}"),
        "history" => format!("shows the history of {a} {noun}"),
        "search" | "push" => format!("{verb}es {a} {noun}"),
        _ if verb.contains('-') => format!("does {did}"),
        _ => format!("{verb}s {a} {noun}"),
    }
}
