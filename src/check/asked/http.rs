//! What an address or a published port is asked to answer.

use serde::{Deserialize, Serialize};

use super::names;
use super::number::Number;
use super::text::{Text, sentence};

/// An answer of a container's server on one of its published ports, asked while it ran.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct AnswerOfPort {
    /// What is asked for; `/` where this is not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The number of its answer: 200 where all went well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Number>,
    /// The text of its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
}

/// What answers an address of this machine now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HttpMatch {
    /// Such as `http://localhost:5000/`.
    pub url: String,
    /// The number of its answer: 200 where all went well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Number>,
    /// The text of its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// The container that publishes the port, by a name such as `$web`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_by: Option<String>,
}

impl AnswerOfPort {
    pub fn path(&self) -> &str {
        self.path.as_deref().unwrap_or("/")
    }

    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let wrong = self.path.as_ref().is_some_and(|path| !path.starts_with('/'));
        wrong.then(|| "`path` begins with /".to_owned()).into_iter().collect()
    }
}

/// Goes after 'a container that'.
pub(in crate::check) fn describe(wanted: &AnswerOfPort) -> String {
    let AnswerOfPort { path: _, status, body } = wanted;
    format!("answers {}{}", wanted.path(), answer_words(*status, body.as_ref()))
}

fn answer_words(status: Option<Number>, body: Option<&Text>) -> String {
    let mut with: Vec<String> = Vec::new();
    with.extend(status.map(|status| format!("status {}", status.describe())));
    with.extend(body.map(|body| body.as_object("a text")));
    if with.is_empty() { String::new() } else { format!(" with {}", sentence(&with)) }
}

impl HttpMatch {
    /// Of this machine; None where the address is another.
    pub fn port(&self) -> Option<u16> {
        let rest = self.url.strip_prefix("http://")?;
        let (host, _) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = host.split_once(':').unwrap_or((host, "80"));
        matches!(host, "localhost" | "127.0.0.1").then(|| port.parse().ok()).flatten()
    }

    pub(in crate::check) fn describe(&self) -> String {
        let Self { url, status, body, served_by } = self;
        let server = served_by.as_ref().map(|name| format!(", from {name}"));
        let with = answer_words(*status, body.as_ref());
        format!("an answer from {url}{with}{}", server.unwrap_or_default())
    }

    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.port().is_none() {
            found.push("`url` is an address of this machine, such as http://localhost:5000/".into());
        }
        found.extend(names::mistake("served-by", self.served_by.as_deref()));
        found
    }
}
