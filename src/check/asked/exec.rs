//! Which command inside a container is asked for.

use std::fmt;

use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use super::mistake::Mistake;
use super::names;
use super::number::Number;
use super::output::{self, OutputMatch};
use super::run::{self, RunMatch};
use super::text::{Text, sentence};

/// The container that a command was run in.
#[derive(Clone, Debug, PartialEq)]
pub enum ExecOf {
    /// `$name`
    Same(String),
    /// Any field of `run`.
    Match(Box<RunMatch>),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ExecMatch {
    /// The container: a name such as `$c`, or fields of `run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<ExecOf>,
    /// The program that it ran, by its base name without version; typed at a prompt inside counts too, where `output` is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Its words, joined by blanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Text>,
    /// The code that it ended with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<Number>,
    /// What it printed to the learner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputMatch>,
    /// Given with `-u`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Text>,
    /// Started with `-i`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interactive: Option<bool>,
}

impl ExecMatch {
    pub(in crate::check) fn describe(&self) -> String {
        let Self { of, program, command, exit_code, output, user, interactive } = self;
        let program = program.as_ref().map(|p| format!(" of {p}"));
        let command = command.as_ref().map(|c| format!(" of the command {}", c.describe()));
        let of = of.as_ref().map(|of| match of {
            ExecOf::Same(name) => format!(" in {name}"),
            ExecOf::Match(asked) => format!(" in {}", run::expected(asked, false)),
        });
        let mut does: Vec<String> = Vec::new();
        does.extend(user.as_ref().map(|user| format!("runs as the user {}", user.describe())));
        does.extend(interactive.map(|on| format!("is started {} -i", if on { "with" } else { "without" })));
        does.extend(output.as_ref().map(output::describe));
        does.extend(exit_code.map(|code| format!("ends with exit code {}", code.describe())));
        let does = (!does.is_empty()).then(|| format!(" that {}", sentence(&does)));
        let parts = [program, command, of, does].into_iter().flatten().collect::<String>();
        format!("a docker exec{parts}")
    }

    pub(in crate::check) fn mistakes(&self) -> Vec<Mistake> {
        let Self { of, program: _, command: _, exit_code: _, output, user: _, interactive: _ } = self;
        let of = match of {
            Some(ExecOf::Match(asked)) => asked.mistakes(false),
            _ => Vec::new(),
        };
        let output = output.iter().flat_map(OutputMatch::mistakes).map(Mistake::new);
        let output = output.map(|m| m.inside("output"));
        of.into_iter().map(|m| m.inside("of")).chain(output).collect()
    }
}

impl<'de> Deserialize<'de> for ExecOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;

        impl<'de> Visitor<'de> for Of {
            type Value = ExecOf;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fields of `run`, or a name such as $c")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ExecOf, E> {
                match names::bare(text) {
                    Some(_) => Ok(ExecOf::Same(text.to_owned())),
                    None => Err(E::custom(format!("write `{{name: {text}}}`, or a name such as $c"))),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ExecOf, A::Error> {
                RunMatch::deserialize(MapAccessDeserializer::new(map))
                    .map(|asked| ExecOf::Match(Box::new(asked)))
            }
        }

        deserializer.deserialize_any(Of)
    }
}

impl Serialize for ExecOf {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Same(name) => serializer.serialize_str(name),
            Self::Match(asked) => asked.serialize(serializer),
        }
    }
}
