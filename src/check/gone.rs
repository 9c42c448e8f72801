//! Judging what was here since the exercise began, and was removed.

use super::verdict::{Known, Verdict};
use super::{GoneContainer, GoneMatch, GoneNamed};
use crate::facts::{Evidence, Kind, Reference, RunSource, Thing};

pub(super) fn judge(wanted: &GoneMatch, evidence: &Evidence) -> Verdict {
    match wanted {
        GoneMatch::Container(asked) => container(asked, evidence),
        GoneMatch::Image(asked) => {
            let named = |thing: &&Thing| {
                let names = thing.names.iter().filter_map(|name| Reference::parse(name));
                asked.known(&names.collect::<Vec<_>>()) == Known::Yes
            };
            thing(Kind::Image, wanted, evidence, &named)
        }
        GoneMatch::Volume(asked) => thing(Kind::Volume, wanted, evidence, &|thing| asked.matches(thing)),
        GoneMatch::Network(asked) => thing(Kind::Network, wanted, evidence, &|thing| asked.matches(thing)),
    }
}

impl GoneNamed {
    fn matches(&self, thing: &Thing) -> bool {
        self.name.as_ref().is_none_or(|name| thing.names.iter().any(|n| name.matches(n)))
    }
}

fn container(asked: &GoneContainer, evidence: &Evidence) -> Verdict {
    let meant = evidence.runs.iter().filter(|run| {
        let names = super::image::names_of_run(run, evidence);
        run.source == RunSource::Learner
            && asked.name.as_ref().is_none_or(|name| name.matches(&run.name))
            && asked.image.as_ref().is_none_or(|image| image.known(&names) == Known::Yes)
    });
    let gone = meant.into_iter().find(|run| run.removed).map(|run| run.name.clone());
    told(&GoneMatch::Container(asked.clone()), gone)
}

fn thing(kind: Kind, wanted: &GoneMatch, evidence: &Evidence, meant: &dyn Fn(&&Thing) -> bool) -> Verdict {
    let gone = evidence.things.iter().filter(|thing| thing.kind == kind && thing.removed).find(meant);
    told(wanted, gone.map(|thing| thing.names.first().unwrap_or(&thing.id).clone()))
}

/// What is still here is not wrong: it can be removed.
fn told(wanted: &GoneMatch, gone: Option<String>) -> Verdict {
    match gone {
        Some(name) => Verdict::Pass { found: format!("{name} was removed") },
        None => Verdict::NotYet { expected: wanted.describe() },
    }
}
