//! Looks for one choice of objects with which a whole check holds.

use super::bound::{self, Bound, Object};
use super::finding::Found;
use super::verdict::Verdict;
use super::{Check, CountMatch, leaf};
use crate::facts::Evidence;

/// Choices that are followed at once. More is a check whose names ask for next to nothing.
const MOST: usize = 1000;

/// What the names stand for, and what was found with them.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice<'e> {
    pub bound: Bound<'e>,
    pub found: Vec<String>,
}

/// The choices of `from`, made larger, with which the check holds; never empty. Otherwise why it does not hold.
///
/// `all` and `any` reason in three values: something that could not be looked at neither fails an `all` that fails
/// anyway, nor spoils an `any` that passes anyway.
pub(super) fn narrow<'e>(
    check: &Check,
    from: Vec<Choice<'e>>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Verdict> {
    match check {
        Check::All(checks) => all(checks, from, evidence),
        Check::Any(checks) => any(checks, &from, evidence),
        Check::None(checks) => none(checks, from, evidence),
        Check::Count(wanted) => each(from, |choice| count(wanted, choice, evidence)),
        leaf if leaf.references().is_empty() => {
            let found = leaf::look(leaf, &Bound::new(), evidence);
            combine(&from, found, leaf.binds())
        }
        leaf => each(from, |choice| {
            if leaf.references().iter().any(|name| !choice.bound.contains_key(name)) {
                let expected = bound::put_in_words(&leaf.describe(), &choice.bound, evidence);
                return Err(Verdict::NotYet { expected });
            }
            let told = leaf.with_texts(&|text| bound::put_in(text, &choice.bound, evidence));
            let mut found = leaf::look(&told, &choice.bound, evidence);
            if let Verdict::NotRight { expected, .. } | Verdict::NotYet { expected } = &mut found.otherwise {
                *expected = bound::put_in_words(expected, &choice.bound, evidence);
            }
            combine(std::slice::from_ref(&choice), found, leaf.binds())
        }),
    }
}

/// Every choice with every object that was found, where the leaf gives it a name; otherwise one object is enough.
fn combine<'e>(
    from: &[Choice<'e>],
    found: Found<'e>,
    name: Option<&str>,
) -> Result<Vec<Choice<'e>>, Verdict> {
    if found.passing.is_empty() {
        return Err(found.otherwise);
    }
    let wanted = if name.is_some() { found.passing.len() } else { 1 };
    let pairs = from.iter().flat_map(|choice| found.passing.iter().take(wanted).map(move |p| (choice, p)));
    let larger = pairs.take(MOST).map(|(choice, (object, words))| {
        let mut choice = choice.clone();
        if let (Some(name), Some(object)) = (name, object) {
            choice.bound.insert(name.to_owned(), *object);
        }
        choice.found.push(words.clone());
        choice
    });
    Ok(larger.collect())
}

/// Each choice by itself. Where none is left, the last that was a try speaks: it is what the learner did last.
fn each<'e>(
    from: Vec<Choice<'e>>,
    mut step: impl FnMut(Choice<'e>) -> Result<Vec<Choice<'e>>, Verdict>,
) -> Result<Vec<Choice<'e>>, Verdict> {
    let mut left = Vec::new();
    let mut why = Verdict::NotYet { expected: "something to look at".into() };
    for choice in from {
        match step(choice) {
            Ok(more) => left.extend(more),
            Err(verdict) if matches!(verdict, Verdict::NotYet { .. }) && !is_not_yet(&why) => {}
            Err(verdict) => why = verdict,
        }
    }
    left.truncate(MOST);
    if left.is_empty() { Err(why) } else { Ok(left) }
}

fn is_not_yet(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::NotYet { .. })
}

/// The first thing that is known to be missing, in the author's order.
fn all<'e>(
    checks: &[Check],
    from: Vec<Choice<'e>>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Verdict> {
    let mut left = from;
    let mut unseen = None;
    for check in checks {
        // What speaks of something that could not be looked at can't be looked at either.
        let lost = unseen.is_some() && !check.references().is_empty();
        match narrow(check, left.clone(), evidence) {
            Ok(more) => left = more,
            Err(verdict @ Verdict::CouldNotCheck { .. }) => unseen = unseen.or(Some(verdict)),
            Err(_) if lost => {}
            Err(verdict) => return Err(verdict),
        }
    }
    unseen.map_or(Ok(left), Err)
}

fn any<'e>(
    checks: &[Check],
    from: &[Choice<'e>],
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Verdict> {
    let rank = |v: &Verdict| match v {
        Verdict::Pass { .. } => 0,
        Verdict::CouldNotCheck { .. } => 1,
        Verdict::NotRight { .. } => 2,
        Verdict::NotYet { .. } => 3,
    };
    let mut left = Vec::new();
    let mut why: Option<Verdict> = None;
    for check in checks {
        match narrow(check, from.to_vec(), evidence) {
            Ok(more) => left.extend(more),
            // Of equals the first stays: the author's order.
            Err(verdict) if why.as_ref().is_some_and(|why| rank(why) <= rank(&verdict)) => {}
            Err(verdict) => why = Some(verdict),
        }
    }
    left.truncate(MOST);
    if left.is_empty() {
        return Err(why.unwrap_or_else(|| Verdict::NotYet { expected: "one of no possibilities".into() }));
    }
    Ok(left)
}

/// What must not be, is not; names that are given inside stay inside.
fn none<'e>(
    checks: &[Check],
    from: Vec<Choice<'e>>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Verdict> {
    each(from, |choice| {
        let mut unseen = None;
        for check in checks {
            let start = Choice { bound: choice.bound.clone(), found: Vec::new() };
            match narrow(check, vec![start], evidence) {
                Ok(there) => {
                    let found = there.first().map(|c| c.found.join("; ")).unwrap_or_default();
                    let what = bound::put_in_words(&check.describe(), &choice.bound, evidence);
                    return Err(Verdict::NotRight {
                        expected: format!("that there is none of this: {what}"),
                        differs: format!("{found}, and that must not be"),
                        found,
                        nearest: None,
                        advice: None,
                    });
                }
                Err(verdict @ Verdict::CouldNotCheck { .. }) => unseen = unseen.or(Some(verdict)),
                Err(_) => {}
            }
        }
        unseen.map_or(Ok(vec![choice]), Err)
    })
}

fn count<'e>(
    wanted: &CountMatch,
    choice: Choice<'e>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Verdict> {
    let of = wanted.of.with_texts(&|text| bound::put_in(text, &choice.bound, evidence));
    let found = leaf::look(&of, &choice.bound, evidence);
    let there = found.passing.len();
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let could_differ = |n: usize| wanted.is.matches(number(n)) != wanted.is.matches(number(there));
    if (there + 1..=there + found.unknown).any(could_differ) {
        let (reason, remedy) = ("Some of them were gone before they could be looked at.", leaf::WATCHED);
        return Err(Verdict::CouldNotCheck { reason: reason.into(), remedy: remedy.into() });
    }
    if wanted.is.matches(number(there)) {
        let choice = Choice { found: [choice.found, vec![format!("there are {there}")]].concat(), ..choice };
        return Ok(vec![choice]);
    }
    let names: Vec<String> =
        found.passing.iter().filter_map(|(o, _)| o.map(|o: Object<'_>| o.name())).collect();
    if names.is_empty() {
        return Err(found.otherwise);
    }
    Err(Verdict::NotRight {
        expected: bound::put_in_words(
            &format!("{} of this: {}", wanted.is.describe(), wanted.of.describe()),
            &choice.bound,
            evidence,
        ),
        found: names.join(", "),
        nearest: None,
        differs: format!("there are {there}, expected {}", wanted.is.describe()),
        advice: None,
    })
}
