//! What a Dockerfile is asked to say.

use serde::{Deserialize, Serialize};

use super::file::is_inside;
use super::image::ImageMatch;
use super::number::Number;
use super::text::sentence;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct DockerfileMatch {
    /// Its path in the exercise's folder. Where this is not written, `Dockerfile`, `dockerfile`, or what a build of the
    /// learner's was told to read with `-f`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The image that the last stage begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<ImageMatch>,
    /// Instructions that are in it, in any order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub has: Vec<String>,
    /// A file that COPY or ADD takes into the image, by itself or with its folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<String>,
    /// How its last CMD or ENTRYPOINT is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd_form: Option<Form>,
    /// How many CMD there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmds: Option<Number>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `["python", "hello.py"]`
    Exec,
    /// `python hello.py`
    Shell,
}

/// What the engine's builders read where nothing else is said; the second where there is no first.
pub(in crate::check) const NAMES: [&str; 2] = ["Dockerfile", "dockerfile"];

impl DockerfileMatch {
    pub fn path(&self) -> &str {
        self.path.as_deref().map_or("Dockerfile", |path| path.trim_start_matches("./"))
    }

    pub(in crate::check) fn describe(&self) -> String {
        let Self { path: _, from, has, copies, cmd_form, cmds } = self;
        let mut is: Vec<String> = Vec::new();
        is.extend(from.as_ref().map(|from| format!("begins with {}", from.describe())));
        let names: Vec<String> = has.iter().map(|name| name.to_uppercase()).collect();
        is.extend((!has.is_empty()).then(|| format!("has {}", sentence(&names))));
        is.extend(copies.as_ref().map(|file| format!("copies {file}")));
        is.extend(cmd_form.map(|form| format!("has its command in the {} form", form.word())));
        is.extend(cmds.map(|cmds| format!("has {} CMD", cmds.describe())));
        let is = (!is.is_empty()).then(|| format!(" that {}", sentence(&is)));
        format!("a file {}{}", self.path(), is.unwrap_or_default())
    }

    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let Self { path: _, from, has: _, copies: _, cmd_form: _, cmds: _ } = self;
        let mut found: Vec<String> = from.iter().flat_map(ImageMatch::name_mistakes).collect();
        if !is_inside(self.path()) {
            found.push("`path` is a path in the exercise's folder".into());
        }
        found
    }
}

impl Form {
    pub(in crate::check) fn word(self) -> &'static str {
        match self {
            Self::Exec => "exec",
            Self::Shell => "shell",
        }
    }
}
