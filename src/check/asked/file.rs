//! Which file of the exercise's folder is asked for.

use serde::{Deserialize, Serialize};

use super::pattern::Pattern;
use super::text::{Text, quoted, sentence};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileMatch {
    /// Its path in the exercise's folder.
    pub path: String,
    /// Whether it is there; a file is, where this is not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// A text anywhere in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// A whole line, blanks at its ends forgiven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<Text>,
    /// A regular expression that fits somewhere in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<Pattern>,
    /// The sum of its content, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl FileMatch {
    pub(in crate::check) fn describe(&self) -> String {
        let Self { path, exists, contains, line, regex, sha256 } = self;
        let path = path.trim_start_matches("./");
        if *exists == Some(false) {
            return format!("that there is no {path} in the exercise's folder");
        }
        let mut holds: Vec<String> = Vec::new();
        holds.extend(contains.as_ref().map(|part| format!("{} in it", quoted(part))));
        holds.extend(line.as_ref().map(|line| line.as_object("a line")));
        holds.extend(
            regex.as_ref().map(|p| format!("a text that matches the pattern {}", quoted(p.as_str()))),
        );
        holds.extend(sha256.as_ref().map(|sum| format!("the SHA-256 sum {sum}")));
        let holds = (!holds.is_empty()).then(|| format!(" with {}", sentence(&holds)));
        format!("the file {path} in the exercise's folder{}", holds.unwrap_or_default())
    }

    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let Self { path, exists, contains, line, regex, sha256 } = self;
        let mut found = Vec::new();
        if !is_inside(path) {
            found.push("`path` is a path in the exercise's folder, such as hello.py".into());
        }
        let asks = contains.is_some() || line.is_some() || regex.is_some() || sha256.is_some();
        if *exists == Some(false) && asks {
            found.push("what is not there has no content".into());
        }
        if contains.as_ref().is_some_and(String::is_empty) {
            found.push("`contains` is empty".into());
        }
        found
    }
}

/// Whether a path stays in the exercise's folder.
pub(in crate::check) fn is_inside(path: &str) -> bool {
    !path.trim().is_empty()
        && !path.starts_with('/')
        && !path.starts_with('~')
        && path.split('/').all(|part| part != "..")
}
