//! Judging commands that were run inside a container by `docker exec`.

use std::fmt;

use jiff::Timestamp;
use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use super::bound::{self, Bound, Object};
use super::finding::{Candidate, Finding, Found};
use super::leaf::WATCHED;
use super::number::Number;
use super::output::Said;
use super::run::{self, called};
use super::text::{Text, quoted};
use super::{Mistake, OutputMatch, RunMatch, advice, output, program};
use crate::facts::{Evidence, Exec, Observed, Run};

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

pub(super) fn look<'e>(wanted: &ExecMatch, bound: &Bound<'e>, evidence: &'e Evidence) -> Found<'e> {
    let of: Vec<&'e Run> = match &wanted.of {
        None => evidence.runs.iter().collect(),
        Some(ExecOf::Same(name)) => match bound::bare(name).and_then(|name| bound.get(name)) {
            Some(Object::Run(run)) => vec![*run],
            _ => Vec::new(),
        },
        Some(ExecOf::Match(asked)) => {
            let found = run::look(asked, false, bound, evidence);
            found
                .passing
                .into_iter()
                .filter_map(|(object, _)| match object {
                    Some(Object::Run(run)) => Some(run),
                    _ => None,
                })
                .collect()
        }
    };
    let tried = |run: &'e Run, exec: &Exec| Candidate {
        object: Object::Run(run),
        at: asked_at(exec, evidence).or(run.created.max(run.started)),
        findings: findings(wanted, exec, run, evidence),
        meant: true,
    };
    let candidates = of.into_iter().flat_map(|run| run.execs.iter().map(move |exec| tried(run, exec)));
    let mut candidates: Vec<Candidate<'_>> = candidates.collect();
    candidates.sort_by_key(|candidate| candidate.at);
    Found::among(
        candidates,
        wanted.describe(),
        |object| format!("docker exec in {}", object.name(evidence)),
        |object| format!("docker exec ran it in {}", object.name(evidence)),
    )
}

/// When its start was seen.
fn asked_at(exec: &Exec, evidence: &Evidence) -> Option<Timestamp> {
    let of_it = |call: &&Observed| call.action.object.as_deref() == Some(exec.id.as_str());
    evidence.seen.iter().filter(of_it).find(|call| call.action.name == "exec-start").map(|call| call.at)
}

fn findings(wanted: &ExecMatch, exec: &Exec, run: &Run, evidence: &Evidence) -> Vec<Finding> {
    let mut all = vec![Finding::yes(true)];
    let no = |differs: String| {
        Finding::no(format!("docker exec {}: {}", called(run), exec.line), differs)
            .advising(advice::exec_option_late(exec))
    };
    let unseen =
        || Finding::unknown(format!("how {} was started is not known.", quoted(&exec.line)), WATCHED);
    if let Some(program) = &wanted.program {
        all.push(match ran(program, exec, run, evidence) {
            true => Finding::yes(false),
            false => no(format!("it ran {}, not {program}", quoted(&exec.line))),
        });
    }
    if let Some(command) = wanted.command.as_ref().filter(|command| !command.matches(&exec.line)) {
        all.push(no(format!("its command is {}, expected {}", quoted(&exec.line), command.describe())));
    }
    if let Some(code) = wanted.exit_code {
        all.push(match exec.exit_code {
            Some(found) if code.matches(found) => Finding::yes(false),
            Some(found) => no(format!("it ended with exit code {found}, expected {}", code.describe())),
            None if run.is_running() => Finding::pending(),
            None => unseen(),
        });
    }
    if let Some(user) = &wanted.user {
        all.push(match exec.inspected {
            true => Finding::text("user", user, &exec.user),
            false => unseen(),
        });
    }
    if let Some(interactive) = wanted.interactive {
        all.push(match exec.inspected {
            false => unseen(),
            true if exec.stdin_open == interactive => Finding::yes(false),
            true if interactive => no("it was started without -i".into()),
            true => no("it was started with -i".into()),
        });
    }
    all.extend(wanted.output.as_ref().map(|asked| output::held_by_exec(asked, exec, run, evidence)));
    all
}

/// By itself, or typed at the prompt of a shell that it is.
pub(super) fn ran(program: &str, exec: &Exec, run: &Run, evidence: &Evidence) -> bool {
    if program::exec_runs(&exec.line, program) {
        return true;
    }
    let words: Vec<String> = exec.line.split_whitespace().map(str::to_owned).collect();
    let said = Said::by_exec(exec, run, evidence).filter(|said| said.tty && program::is_prompt(&words));
    said.is_some_and(|said| program::typed_at_prompt(&said.output.text, program))
}

impl ExecMatch {
    pub(super) fn describe(&self) -> String {
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
        let does = (!does.is_empty()).then(|| format!(" that {}", run::sentence(&does)));
        let parts = [program, command, of, does].into_iter().flatten().collect::<String>();
        format!("a docker exec{parts}")
    }

    pub(super) fn mistakes(&self) -> Vec<Mistake> {
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
                match bound::bare(text) {
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
