//! Which mount of a container is asked for.

use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::facts::MountKind;

/// One mount of the container that is all of this.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct MountMatch {
    /// Its kind.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<MountWord>,
    /// A file or folder of the exercise's folder that can be seen through it: `./hello.py`. Its folder will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<String>,
    /// The name of a volume, or a path of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
    /// The path inside the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Text>,
    /// Whether the container may only read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MountWord {
    Bind,
    Volume,
    Tmpfs,
}

pub(in crate::check) fn word(kind: MountKind) -> &'static str {
    match kind {
        MountKind::Bind => "the bind mount",
        MountKind::Volume => "the volume",
        MountKind::Tmpfs => "the tmpfs",
        MountKind::Other => "the mount",
    }
}

/// Goes after 'a container that'.
pub(in crate::check) fn describe(wanted: &MountMatch) -> String {
    let MountMatch { kind, covers, source, target, read_only } = wanted;
    let what = match (covers, kind) {
        (Some(path), _) => format!("mounts {} of your machine (the file or its folder)", file_of(path)),
        (None, Some(MountWord::Bind)) => "mounts a path of your machine".into(),
        (None, Some(MountWord::Volume)) => "mounts a volume".into(),
        (None, Some(MountWord::Tmpfs)) => "has a tmpfs".into(),
        (None, None) => "mounts something".into(),
    };
    let source = source.as_ref().map(|text| format!(" with the source {}", text.describe()));
    let target = target.as_ref().map(|text| format!(" on {}", text.as_object("a path")));
    let only = read_only.map(|only| if only { ", read-only" } else { ", writable" }.to_owned());
    let parts = [source, target, only].into_iter().flatten().collect::<String>();
    format!("{what}{parts}")
}

impl MountMatch {
    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let Self { kind: _, covers, source: _, target: _, read_only: _ } = self;
        let mut found = Vec::new();
        if *self == Self::default() {
            found.push("`mount` asks for nothing, so that any mount would pass".into());
        }
        if covers.as_ref().is_some_and(|path| !super::file::is_inside(path)) {
            found.push("`covers` is a path in the exercise's folder, such as ./hello.py".into());
        }
        found
    }
}

pub(in crate::check) fn file_of(path: &str) -> &str {
    path.trim_start_matches("./")
}
