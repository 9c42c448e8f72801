//! Looks for one choice of objects with which a whole check holds.

use super::bound::{self, Bound, Object};
use super::finding::{Found, Miss, Near};
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
    /// The objects that satisfy parts of the check.
    pub objects: Vec<Object<'e>>,
    /// It also says that something is not there, which is so now and not at some time.
    pub absent: bool,
}

impl<'e> Choice<'e> {
    /// The newest object that was found.
    pub(super) fn near(&self, evidence: &Evidence) -> Option<Near<'e>> {
        let near = |object: &Object<'e>| Near { object: *object, at: object.at(evidence), meant: true };
        self.objects.iter().map(near).max_by_key(|near| near.at)
    }
}

/// The choices of `from`, made larger, with which the check holds; never empty, newest first. Otherwise why it does not
/// hold, of the newest try.
///
/// `all` and `any` reason in three values: something that could not be looked at neither fails an `all` that fails
/// anyway, nor spoils an `any` that passes anyway.
pub(super) fn narrow<'e>(
    check: &Check,
    from: Vec<Choice<'e>>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>> {
    match check {
        Check::All(checks) => all(checks, from, evidence),
        Check::Any(checks) => any(checks, &from, evidence),
        Check::None(checks) => none(checks, from, evidence),
        Check::Count(wanted) => each(from, |choice| count(wanted, choice, evidence)),
        leaf => {
            let names = leaf.references();
            if names.is_empty() {
                return combine(&from, leaf::look(leaf, &Bound::new(), evidence), leaf.binds());
            }
            each(from, |choice| {
                let found = look_with(leaf, &names, &choice, evidence)?;
                combine(std::slice::from_ref(&choice), found, leaf.binds())
            })
        }
    }
}

/// What satisfies a leaf that speaks of names, with one choice of what they stand for.
fn look_with<'e>(
    leaf: &Check,
    names: &[String],
    choice: &Choice<'e>,
    evidence: &'e Evidence,
) -> Result<Found<'e>, Box<Miss<'e>>> {
    let in_words = |text: &str| bound::put_in_words(text, &choice.bound, evidence);
    if names.iter().any(|name| !choice.bound.contains_key(name)) {
        return Err(Verdict::NotYet { expected: in_words(&leaf.describe()) }.into());
    }
    let told = leaf.with_texts(&|text| bound::put_in(text, &choice.bound, evidence));
    let mut found = leaf::look(&told, &choice.bound, evidence);
    let missed = found.missed.iter_mut().map(|(_, verdict)| verdict);
    for verdict in missed.chain([&mut found.otherwise.verdict]) {
        if let Verdict::NotRight { expected, .. } | Verdict::NotYet { expected } = verdict {
            *expected = in_words(expected);
        }
    }
    Ok(found)
}

/// What was meant for a name that the check gives, and does not satisfy it: the name, the object, and the reason.
pub(super) fn missed<'e>(
    check: &Check,
    choice: &Choice<'e>,
    evidence: &'e Evidence,
) -> Vec<(String, Object<'e>, Verdict)> {
    match check {
        Check::All(checks) | Check::Any(checks) => {
            checks.iter().flat_map(|check| missed(check, choice, evidence)).collect()
        }
        leaf => {
            let Some(name) = leaf.binds() else { return Vec::new() };
            let found = look_with(leaf, &leaf.references(), choice, evidence).map(|found| found.missed);
            let named = |(object, verdict)| (name.to_owned(), object, verdict);
            found.unwrap_or_default().into_iter().map(named).collect()
        }
    }
}

/// Every choice with every object that was found, where the leaf gives it a name; otherwise one object is enough.
fn combine<'e>(
    from: &[Choice<'e>],
    found: Found<'e>,
    name: Option<&str>,
) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>> {
    if found.passing.is_empty() {
        return Err(Box::new(found.otherwise));
    }
    let wanted = if name.is_some() { found.passing.len() } else { 1 };
    let pairs = from.iter().flat_map(|choice| found.passing.iter().take(wanted).map(move |p| (choice, p)));
    let larger = pairs.take(MOST).map(|(choice, (object, words))| {
        let mut choice = choice.clone();
        if let (Some(name), Some(object)) = (name, object) {
            choice.bound.insert(name.to_owned(), *object);
        }
        choice.objects.extend(object);
        choice.found.push(words.clone());
        choice
    });
    Ok(larger.collect())
}

/// Each choice by itself. Where none is left, the newest try speaks.
fn each<'e>(
    from: Vec<Choice<'e>>,
    mut step: impl FnMut(Choice<'e>) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>>,
) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>> {
    let mut left = Vec::new();
    let mut why: Option<Box<Miss<'e>>> = None;
    for choice in from {
        match step(choice) {
            Ok(more) => left.extend(more),
            Err(miss) if why.as_ref().is_some_and(|why| !miss.is_newer_than(why)) => {}
            Err(miss) => why = Some(miss),
        }
    }
    left.truncate(MOST);
    match why {
        Some(why) if left.is_empty() => Err(why),
        None if left.is_empty() => Err(Verdict::NotYet { expected: "something to look at".into() }.into()),
        _ => Ok(left),
    }
}

/// The first thing that is known to be missing, in the author's order.
fn all<'e>(
    checks: &[Check],
    from: Vec<Choice<'e>>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>> {
    let mut left = from;
    let mut unseen = None;
    for check in checks {
        // What speaks of something that could not be looked at can't be looked at either.
        let lost = unseen.is_some() && !check.references().is_empty();
        match narrow(check, left.clone(), evidence) {
            Ok(more) => left = more,
            Err(miss) if miss.is_unseen() => unseen = unseen.or(Some(miss)),
            Err(_) if lost => {}
            Err(miss) => return Err(miss),
        }
    }
    unseen.map_or(Ok(left), Err)
}

fn any<'e>(
    checks: &[Check],
    from: &[Choice<'e>],
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>> {
    let rank = |miss: &Miss<'_>| match miss.verdict {
        Verdict::Pass { .. } => 0,
        Verdict::CouldNotCheck { .. } => 1,
        Verdict::NotRight { .. } => 2,
        Verdict::NotYet { .. } => 3,
    };
    // Of one object, and beside what is none and has no time, what says more speaks; of equals the first: the author's order.
    let says_more = |miss: &Miss<'e>, than: &Miss<'e>| match (miss.near, than.near) {
        (Some(one), Some(other)) if !one.object.is(&other.object) => miss.is_newer_than(than),
        _ => rank(miss) < rank(than),
    };
    let mut left = Vec::new();
    let mut why: Option<Box<Miss<'e>>> = None;
    for check in checks {
        match narrow(check, from.to_vec(), evidence) {
            Ok(more) => left.extend(more),
            Err(miss) if why.as_ref().is_some_and(|why| !says_more(&miss, why)) => {}
            Err(miss) => why = Some(miss),
        }
    }
    left.truncate(MOST);
    if left.is_empty() {
        let none = || Verdict::NotYet { expected: "one of no possibilities".into() }.into();
        return Err(why.unwrap_or_else(none));
    }
    Ok(left)
}

/// What must not be, is not; names that are given inside stay inside.
fn none<'e>(
    checks: &[Check],
    from: Vec<Choice<'e>>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>> {
    each(from, |choice| {
        let mut unseen = None;
        for check in checks {
            let start = Choice { bound: choice.bound.clone(), ..Choice::default() };
            match narrow(check, vec![start], evidence) {
                Ok(there) => {
                    let there = there.into_iter().next().unwrap_or_default();
                    let found = there.found.join("; ");
                    let what = bound::put_in_words(&check.describe(), &choice.bound, evidence);
                    return Err(Box::new(Miss {
                        verdict: Verdict::NotRight {
                            expected: format!("that there is none of this: {what}"),
                            differs: format!("{found}, and that must not be"),
                            found,
                            nearest: None,
                            advice: None,
                        },
                        near: there.near(evidence),
                    }));
                }
                Err(miss) if miss.is_unseen() => unseen = unseen.or(Some(miss)),
                Err(_) => {}
            }
        }
        unseen.map_or(Ok(vec![Choice { absent: true, ..choice }]), Err)
    })
}

fn count<'e>(
    wanted: &CountMatch,
    choice: Choice<'e>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>> {
    let of = wanted.of.with_texts(&|text| bound::put_in(text, &choice.bound, evidence));
    let found = leaf::look(&of, &choice.bound, evidence);
    let there = found.passing.len();
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let could_differ = |n: usize| wanted.is.matches(number(n)) != wanted.is.matches(number(there));
    if (there + 1..=there + found.unknown).any(could_differ) {
        let (reason, remedy) = ("Some of them were gone before they could be looked at.", leaf::WATCHED);
        return Err(Verdict::CouldNotCheck { reason: reason.into(), remedy: remedy.into() }.into());
    }
    if wanted.is.matches(number(there)) {
        let choice = Choice { found: [choice.found, vec![format!("there are {there}")]].concat(), ..choice };
        return Ok(vec![choice]);
    }
    let names: Vec<String> =
        found.passing.iter().filter_map(|(o, _)| o.map(|o: Object<'_>| o.name(evidence))).collect();
    if names.is_empty() {
        return Err(Box::new(found.otherwise));
    }
    let asked = format!("{} of this: {}", wanted.is.describe(), wanted.of.describe());
    Err(Verdict::NotRight {
        expected: bound::put_in_words(&asked, &choice.bound, evidence),
        found: names.join(", "),
        nearest: None,
        differs: format!("there are {there}, expected {}", wanted.is.describe()),
        advice: None,
    }
    .into())
}
