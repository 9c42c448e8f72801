//! Judging what the learner's commands asked of the engine: by the calls, so that every spelling of a command counts.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::image::Reference;
use super::text::{Matcher, Text, words};
use super::verdict::Verdict;
use crate::facts::{Evidence, Observed, Origin};

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SeenMatch {
    /// The action's name: `container-list`, `image-history`, `container-logs`, …
    pub did: String,
    /// The container, image, volume or network that it was done to, by its name.
    pub object: Option<Text>,
    #[serde(default)]
    pub args: BTreeMap<String, Text>,
    #[serde(default)]
    pub status: SeenStatus,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenStatus {
    #[default]
    Ok,
    /// The engine refused; for exercises about a mistake.
    Error,
}

/// These make a list shorter: where the author doesn't ask for them, a list with them is another one.
const NARROW: [&str; 4] = ["filters", "limit", "since", "before"];

/// Only what the learner typed counts: not what completion, a prompt, `$(…)` or another terminal asked.
pub(super) fn judge(wanted: &SeenMatch, evidence: &Evidence) -> Verdict {
    let expected = wanted.describe();
    let mut tries = evidence.seen.iter().filter(|call| {
        call.command.origin == Origin::Typed
            && call.at >= evidence.since
            && call.action.name == wanted.did
            && call.answer.is_some()
            && !is_by_the_way(call, evidence)
    });
    // Of the tries the last one is what the learner has in mind.
    let mut nearest: Option<(&Observed, String)> = None;
    let passing = tries.find(|call| match wanted.difference(call, evidence) {
        None => true,
        Some(differs) => {
            nearest = Some((call, differs));
            false
        }
    });
    if let Some(call) = passing {
        return Verdict::Pass { found: format!("{} was seen", words_of(call)) };
    }
    let Some((call, differs)) = nearest else { return Verdict::NotYet { expected } };
    Verdict::NotRight {
        expected,
        found: words_of(call),
        nearest: None,
        differs,
        advice: call.answer.as_ref().and_then(|a| a.message.clone()).map(|m| format!("Docker says: {m}")),
    }
}

impl SeenMatch {
    /// The first thing that is not as it was asked for.
    fn difference(&self, call: &Observed, evidence: &Evidence) -> Option<String> {
        if let Some(object) = &self.object {
            let matcher = Matcher::new(object);
            let names = names_of(call, evidence);
            let is_image = call.action.name.starts_with("image-");
            let same = |name: &String| {
                matcher.matches(name)
                    || (is_image && object.literals().iter().any(|want| same_image(want, name)))
            };
            if !names.iter().any(same) {
                let name = call.action.object.as_deref().unwrap_or("nothing");
                return Some(format!("it was about {name}, expected {}", object.describe()));
            }
        }
        for (name, want) in &self.args {
            match call.action.args.get(name) {
                Some(value) if Matcher::new(want).matches(value) => {}
                Some(value) => return Some(format!("{name} was {value}, expected {}", want.describe())),
                None => return Some(format!("{name} was not asked for")),
            }
        }
        let narrow = |name: &&&str| !self.args.contains_key(**name) && call.action.args.contains_key(**name);
        if self.did.ends_with("-list")
            && let Some(name) = NARROW.iter().find(narrow)
        {
            return Some(format!("the list was made shorter by {name}"));
        }
        let status = call.answer.as_ref().map_or(0, |answer| answer.status);
        match (self.status, status < 400) {
            (SeenStatus::Ok, false) => Some("the engine refused it".into()),
            (SeenStatus::Error, true) => Some("the engine did not refuse it".into()),
            _ => None,
        }
    }

    fn describe(&self) -> String {
        let mut told = format!("a command that does {}", self.did);
        if let Some(object) = &self.object {
            told.push_str(&format!(" to {}", object.describe()));
        }
        for (name, value) in &self.args {
            told.push_str(&format!(", with {name} {}", value.describe()));
        }
        if self.status == SeenStatus::Error {
            told.push_str(", and is refused");
        }
        told
    }

    pub(super) fn mistakes(&self) -> Vec<String> {
        let mut found: Vec<String> = self.object.iter().flat_map(Text::mistakes).collect();
        found.extend(self.args.values().flat_map(Text::mistakes));
        if self.did.trim().is_empty() {
            found.push("`did` is empty".into());
        }
        found
    }
}

/// `docker stats` and compose ask for lists on their way to something else.
fn is_by_the_way(call: &Observed, evidence: &Evidence) -> bool {
    let same_command = |other: &&Observed| other.command == call.command;
    call.action.name == "container-list"
        && evidence
            .seen
            .iter()
            .filter(same_command)
            .any(|other| ["events", "container-stats"].contains(&other.action.name.as_str()))
}

/// Everything that the object of a call is called. The client looks a name up first and then goes on with the id.
fn names_of(call: &Observed, evidence: &Evidence) -> Vec<String> {
    let Some(object) = &call.action.object else { return Vec::new() };
    let mut names = vec![object.clone()];
    let is_id = object.len() >= 12 && object.chars().all(|c| c.is_ascii_hexdigit());
    if is_id {
        names.extend(evidence.runs.iter().filter(|run| run.id.starts_with(object)).map(|r| r.name.clone()));
        let same_command = |other: &&Observed| other.command == call.command && other.call < call.call;
        names.extend(
            evidence.seen.iter().filter(same_command).filter_map(|other| other.action.object.clone()),
        );
    }
    names
}

/// With and without what the engine adds to a name.
fn same_image(a: &str, b: &str) -> bool {
    Reference::parse(a).is_some_and(|a| Reference::parse(b) == Some(a))
}

fn words_of(call: &Observed) -> String {
    let argv = &call.command.argv;
    let plain = argv.iter().all(|word| !word.is_empty() && !word.contains(char::is_whitespace));
    match argv.first() {
        None => format!("{} {}", call.method, call.target),
        Some(_) if !plain => words(argv),
        Some(first) => {
            let first = first.rsplit('/').next().unwrap_or(first);
            std::iter::once(first)
                .chain(argv.iter().skip(1).map(String::as_str))
                .collect::<Vec<_>>()
                .join(" ")
        }
    }
}
