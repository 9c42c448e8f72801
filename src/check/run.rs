//! Judging what was run: which container comes nearest, and where it first departs from what was asked.

use super::asked::run::expected;
use super::asked::text::words;
use super::bound::{Bound, Object};
use super::finding::{Candidate, Finding, Found};
use super::verdict::Known;
use super::{RunMatch, condition, image, output};
use crate::facts::{Evidence, Run, short_id};

/// `here`: it must exist now.
pub(super) fn look<'e>(
    wanted: &RunMatch,
    here: bool,
    bound: &Bound<'e>,
    evidence: &'e Evidence,
) -> Found<'e> {
    let runs = evidence.runs.iter().filter(|run| run.created.is_none_or(|at| at >= evidence.since));
    let candidates = runs.map(|run| {
        let (findings, meant) = findings(wanted, here, run, bound, evidence);
        let object = Object::Run(run);
        let meant = meant && !stands_for_another(wanted, &object, bound);
        Candidate { object, at: object.at(evidence), findings, meant }
    });
    let mut candidates: Vec<Candidate<'_>> = candidates.collect();
    candidates.sort_by_key(|candidate| candidate.at);
    let of_run = |object: Object<'e>, tell: &dyn Fn(&Run) -> String| match object {
        Object::Run(run) => tell(run),
        other => other.name(evidence),
    };
    Found::among(
        candidates,
        expected(wanted, here),
        |object| of_run(object, &|run| describe(run, evidence)),
        |object| of_run(object, &|run| achieved(wanted, run, evidence)),
    )
}

/// Whether the object has a role of its own in this choice already, where a name is looked for: of two containers of one
/// image, the first was not meant for the second.
fn stands_for_another(wanted: &RunMatch, object: &Object<'_>, bound: &Bound<'_>) -> bool {
    let Some(own) = wanted.bind.as_deref().filter(|_| wanted.same_as.is_none()) else { return false };
    bound.iter().any(|(name, other)| name != own && other.is(object))
}

/// In the order in which a person would look: what was it, did it start, what ran, how did it end, what did it print.
/// Also whether the learner meant it.
fn findings(
    wanted: &RunMatch,
    here: bool,
    run: &Run,
    bound: &Bound<'_>,
    evidence: &Evidence,
) -> (Vec<Finding>, bool) {
    let mut all = vec![condition::source(run)];
    all.extend(wanted.same_as.as_ref().map(|name| condition::same(name, run, bound, evidence)));
    all.extend(wanted.name.as_ref().map(|name| {
        let same = name.matches(&run.name);
        Finding::text("name", name, &run.name).tried(same)
    }));
    let named = wanted.same_as.is_some() || wanted.name.is_some();
    let mut meant = !named || all.iter().skip(1).any(|finding| finding.tried);
    if let Some(asked) = &wanted.image {
        let finding = condition::of_image(asked, run, bound, evidence);
        meant &= finding.tried;
        all.push(finding);
    } else if !named && !wanted.env.is_empty() {
        // Of several that differ in a variable, the one with the value is meant.
        meant = condition::has_variables(wanted, run);
    }
    let identity = all.len();
    all.extend(here.then(|| condition::here(run)));
    all.extend(wanted.started.or((!here).then_some(true)).map(|started| condition::started(started, run)));
    all.extend(wanted.state.map(|state| condition::state(state, run)));
    condition::rest(wanted, run, evidence, &mut all);
    // A check that asks for nothing in particular is tried by any container.
    let asks = wanted.image.is_some()
        || wanted.program.is_some()
        || wanted.output.as_ref().is_some_and(|output| output.line.is_some())
        || named;
    if !asks {
        all[0].tried = true;
    }
    // Who does all that is asked for meant it, whatever it is made from and called.
    let does = &all[identity..];
    meant |= does.iter().any(|f| f.tried) && does.iter().all(|f| f.known == Known::Yes);
    (all, meant)
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
