//! Judging what the learner's commands asked of the engine: by the calls, so that every spelling of a command counts.

use jiff::Timestamp;

use super::asked::names;
use super::asked::text::{quoted, words};
use super::bound::Bound;
use super::verdict::Verdict;
use super::{SeenMatch, SeenStatus, Text, TextRule};
use crate::facts::{Evidence, Observed, Origin, Reference, Run};

/// These make a list shorter: where the author doesn't ask for them, a list with them is another one.
const NARROW: [&str; 4] = ["filters", "limit", "since", "before"];

/// Only what the learner typed counts: not what completion, a prompt, `$(…)` or another terminal asked.
pub(super) fn judge(wanted: &SeenMatch, bound: &Bound<'_>, evidence: &Evidence) -> Verdict {
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
    let passing = tries.find(|call| match wanted.difference(call, bound, evidence) {
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
    fn difference(&self, call: &Observed, bound: &Bound<'_>, evidence: &Evidence) -> Option<String> {
        if let Some(object) = &self.object {
            let names = names_of(call, evidence);
            let meant = object.literals().into_iter().find_map(names::bare).and_then(|name| bound.get(name));
            let is_image = call.action.name.starts_with("image-");
            let same = |name: &String| match meant {
                Some(meant) => {
                    is_of(name, &meant.name(evidence), meant.id())
                        || (is_image && same_image(&meant.name(evidence), name))
                }
                None => {
                    object.matches(name)
                        || (is_image && object.literals().iter().any(|want| same_image(want, name)))
                }
            };
            if !names.iter().any(same) {
                let name = call.action.object.as_deref().unwrap_or("nothing");
                let asked = match object {
                    Text::Equals(_) | Text::Rule(TextRule::OneOf(_)) => object.describe(),
                    Text::Rule(_) => format!("one {}", object.describe()),
                };
                let expected = meant.map_or(asked, |meant| meant.name(evidence));
                return Some(format!("it was about {name}, expected {expected}"));
            }
        }
        for (name, want) in &self.args {
            match call.action.args.get(name) {
                Some(value) if want.matches(value) => {}
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
        let said = call.answer.as_ref().and_then(|answer| answer.message.as_deref()).unwrap_or_default();
        if let Some(message) = self.message.as_ref().filter(|message| !message.matches(said)) {
            return Some(format!("the engine said {}, expected a text {}", quoted(said), message.describe()));
        }
        let status = call.answer.as_ref().map_or(0, |answer| answer.status);
        match (self.status, status < 400) {
            (SeenStatus::Ok, false) => Some("the engine refused it".into()),
            (SeenStatus::Error, true) => Some("the engine did not refuse it".into()),
            _ => None,
        }
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

/// A name, or the beginning of an id.
fn is_of(typed: &str, name: &str, id: &str) -> bool {
    let hex = typed.strip_prefix("sha256:").unwrap_or(typed);
    let bare = id.strip_prefix("sha256:").unwrap_or(id);
    typed == name || (hex.len() >= 4 && bare.starts_with(hex))
}

/// The learner's last try to make a container, where the engine refused it.
pub(super) struct Refused {
    pub at: Timestamp,
    /// What they typed.
    pub words: String,
    /// The engine's own words.
    pub message: String,
    pub name_taken: bool,
}

/// None where the last try was taken, and where its image was looked for: that may still be pulled.
pub(super) fn refused(evidence: &Evidence) -> Option<Refused> {
    let mut tries = evidence.seen.iter().filter(|call| {
        call.command.origin == Origin::Typed
            && call.at >= evidence.since
            && call.action.name == "container-create"
    });
    let last = tries.next_back()?;
    let answer = last.answer.as_ref().filter(|answer| answer.status >= 400 && answer.status != 404)?;
    let message = answer.message.clone().unwrap_or_default();
    let name_taken = answer.status == 409 && message.contains("already in use");
    Some(Refused { at: last.at, words: words_of(last), message, name_taken })
}

/// Whether `docker logs` of this container was seen, and answered.
pub(super) fn logs_were_read(run: &Run, evidence: &Evidence) -> bool {
    evidence.seen.iter().any(|call| {
        call.command.origin == Origin::Typed
            && call.action.name == "container-logs"
            && call.answer.as_ref().is_some_and(|answer| answer.status < 400)
            && names_of(call, evidence).iter().any(|name| is_of(name, &run.name, &run.id))
    })
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
