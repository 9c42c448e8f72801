//! Judging what was run: which container comes nearest, and where it first departs from what was asked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bound::{self, Bound, Object};
use super::finding::{Candidate, Finding, Found};
use super::number::Number;
use super::text::{Text, words};
use super::{
    AnswerOfPort, ImageAsked, Mistake, MountMatch, OutputMatch, PortAsked, condition, image, output,
};
use crate::facts::{Evidence, Run, short_id};

/// A container, by what is left out as well: a field that is not written is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct RunMatch {
    /// The name that it has in later checks.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// The container that this name stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// What it was made from: `{repo, tag}`, `{ref}`, or a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageAsked>,
    /// The state that it is in now; for `container` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateWord>,
    /// Whether it was started; a `run` is, where this is not written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<bool>,
    /// Whether a command was given after the image, other than the image's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_given: Option<bool>,
    /// The program that ran in it, by its base name without version: `python` is also `/usr/local/bin/python3.13`.
    /// A program started by `docker exec`, or typed at a prompt inside, counts too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Something that it mounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount: Option<MountMatch>,
    /// A published port: `{container, host, ip}`, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<PortAsked>,
    /// Environment variables with their values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, Text>,
    /// The folder that its program starts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workdir: Option<Text>,
    /// The user that its program runs as, as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Text>,
    /// A network that it is in, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Text>,
    /// Started with `-i`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interactive: Option<bool>,
    /// Started with `-t`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tty: Option<bool>,
    /// Started with `-d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detached: Option<bool>,
    /// Started with `--rm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_remove: Option<bool>,
    /// The code that it ended with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<Number>,
    /// What a published port of it answered while it ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<AnswerOfPort>,
    /// What it printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputMatch>,
    /// Whether the learner read its log: `docker logs`, seen in the course's shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs_read: Option<bool>,
    /// Whether it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StateWord {
    Created,
    Running,
    Paused,
    Exited,
}

/// `here`: it must exist now.
pub(super) fn look<'e>(
    wanted: &RunMatch,
    here: bool,
    bound: &Bound<'e>,
    evidence: &'e Evidence,
) -> Found<'e> {
    let runs = evidence.runs.iter().filter(|run| run.created.is_none_or(|at| at >= evidence.since));
    let candidates = runs.map(|run| {
        let (findings, serious) = findings(wanted, here, run, bound, evidence);
        Candidate { object: Object::Run(run), findings, serious }
    });
    let of_run = |object: Object<'e>, tell: &dyn Fn(&Run) -> String| match object {
        Object::Run(run) => tell(run),
        other => other.name(),
    };
    Found::among(
        candidates.collect(),
        expected(wanted, here),
        |object| of_run(object, &|run| describe(run, evidence)),
        |object| of_run(object, &|run| achieved(wanted, run, evidence)),
    )
}

/// In the order in which a person would look: what was it, did it start, what ran, how did it end, what did it print.
fn findings(
    wanted: &RunMatch,
    here: bool,
    run: &Run,
    bound: &Bound<'_>,
    evidence: &Evidence,
) -> (Vec<Finding>, bool) {
    let mut all = vec![condition::source(run)];
    if let Some(name) = &wanted.same_as {
        all.push(condition::same(name, run, bound));
    }
    if let Some(name) = &wanted.name {
        let same = name.matches(&run.name);
        all.push(Finding::text("name", name, &run.name).tried(same));
    }
    let mut serious =
        wanted.same_as.is_none() && wanted.name.is_none() || all.iter().skip(1).any(|finding| finding.tried);
    if let Some(asked) = &wanted.image {
        let finding = condition::of_image(asked, run, bound, evidence);
        serious &= finding.tried;
        all.push(finding);
    } else if wanted.same_as.is_none() && wanted.name.is_none() && !wanted.env.is_empty() {
        // Of several that differ in a variable, the one with the value is meant.
        serious = condition::has_variables(wanted, run);
    }
    if here {
        all.push(condition::here(run));
    }
    let started = wanted.started.unwrap_or(!here);
    if started || wanted.started.is_some() {
        all.push(condition::started(started, run));
    }
    all.extend(wanted.state.map(|state| condition::state(state, run)));
    condition::rest(wanted, run, evidence, &mut all);
    // A check that asks for nothing in particular is tried by any container.
    let asks = wanted.image.is_some()
        || wanted.program.is_some()
        || wanted.output.as_ref().is_some_and(|output| output.line.is_some())
        || wanted.name.is_some()
        || wanted.same_as.is_some();
    if !asks {
        all[0].tried = true;
    }
    (all, serious)
}

/// 'a container from a python image with a tag that contains "slim" that runs python and prints the line "hello"'.
pub(super) fn expected(wanted: &RunMatch, here: bool) -> String {
    let from = match &wanted.image {
        Some(ImageAsked::Match(image)) => format!(" from {}", image.describe()),
        Some(ImageAsked::Same(name)) => format!(" from the image {name}.image"),
        None => String::new(),
    };
    // Any container has a name, so whoever asks for any name asks for any container.
    let name = wanted.name.as_ref().filter(|name| !name.is_anything());
    let named = name.map(|name| format!(" with the name {}", name.describe()));
    let container = wanted.same_as.as_ref().map(|name| format!("the container {name}"));
    let container = container.unwrap_or_else(|| "a container".into());
    let what = format!("{container}{}{from}", named.unwrap_or_default());
    let mut does: Vec<String> = Vec::new();
    does.extend(wanted.program.as_ref().map(|p| format!("runs {p}")));
    does.extend(condition::described(wanted));
    does.extend(wanted.output.as_ref().map(output::describe));
    does.extend(wanted.exit_code.map(|code| format!("ends with exit code {}", code.describe())));
    does.extend(wanted.state.map(|state| format!("is {} now", state.word())));
    if here && wanted.state.is_none() {
        does.push("is here now".into());
    }
    match does.is_empty() {
        true => what,
        false => format!("{what} that {}", does.join(" and ")),
    }
}

fn achieved(wanted: &RunMatch, run: &Run, evidence: &Evidence) -> String {
    let mut did = vec![format!("{} ran {}", called(run), image::called(run, evidence))];
    if let (Some(wanted), Some(output)) = (&wanted.output, &run.output) {
        did.extend(output::found(wanted, output));
    }
    did.extend(wanted.exit_code.and(run.exit_code).map(|code| format!("ended with exit code {code}")));
    did.extend(wanted.state.map(|state| format!("is {}", state.word())));
    did.join(" and ")
}

/// `busy_hugle: image python:latest, command ["hello.py"]`.
fn describe(run: &Run, evidence: &Evidence) -> String {
    let command = run.argv.as_ref().map(|argv| format!(", command {}", words(argv))).unwrap_or_default();
    format!("{}: image {}{command}", called(run), image::called(run, evidence))
}

pub(super) fn called(run: &Run) -> &str {
    if run.name.is_empty() { short_id(&run.id) } else { &run.name }
}

impl StateWord {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Exited => "exited",
        }
    }
}

impl RunMatch {
    pub(super) fn mistakes(&self, here: bool) -> Vec<Mistake> {
        let mut found = Vec::new();
        let mut say = |key: &str, message: String| found.push(Mistake::new(message).inside(key));
        if self.program.as_deref().is_some_and(|p| p.trim().is_empty()) {
            say("program", "`program` is empty".into());
        }
        if self.state.is_some() && !here {
            say("state", "`state` is for `container`: what is gone has none".into());
        }
        if self.removed == Some(true) && here {
            say("removed", "`removed` is for `run`: a `container` is here".into());
        }
        bound::mistake("same-as", self.same_as.as_deref()).into_iter().for_each(|m| say("same-as", m));
        if let Some(ImageAsked::Match(image)) = &self.image {
            image.name_mistakes().into_iter().for_each(|m| say("image", m));
        }
        self.mount.iter().flat_map(MountMatch::mistakes).for_each(|m| say("mount", m));
        self.port.iter().flat_map(PortAsked::mistakes).for_each(|m| say("port", m));
        self.http.iter().flat_map(AnswerOfPort::mistakes).for_each(|m| say("http", m));
        self.output.iter().flat_map(OutputMatch::mistakes).for_each(|m| say("output", m));
        if (Self { bind: None, ..self.clone() }) == Self::default() {
            let key = if here { "container" } else { "run" };
            found.push(Mistake::new(format!("`{key}` asks for nothing, so that any container would pass")));
        }
        found
    }
}
