//! Candidates held against conditions: who passes, who comes nearest, and what is the first difference.

use jiff::Timestamp;

use super::asked::text::quoted;
use super::bound::Object;
use super::text::only_looks_right;
use super::verdict::{Known, Verdict};
use super::{Number, Text};

/// One condition held against one object. `found`, `differs` and `advice` are only read where it is not `Yes`.
pub(super) struct Finding {
    pub known: Known,
    pub found: String,
    pub differs: String,
    pub advice: Option<String>,
    /// The object shows something of what was asked for: it was a try at this task, not something else.
    pub tried: bool,
}

impl Finding {
    pub(super) fn yes(tried: bool) -> Self {
        Self { known: Known::Yes, found: String::new(), differs: String::new(), advice: None, tried }
    }

    pub(super) fn no(found: impl Into<String>, differs: impl Into<String>) -> Self {
        Self { known: Known::No, found: found.into(), differs: differs.into(), advice: None, tried: false }
    }

    /// Can't be known; `found` is the reason and `advice` the remedy.
    pub(super) fn unknown(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            known: Known::Unknown,
            found: reason.into(),
            differs: String::new(),
            advice: Some(remedy.into()),
            tried: false,
        }
    }

    pub(super) fn pending() -> Self {
        Self { known: Known::Pending, ..Self::yes(false) }
    }

    pub(super) fn advising(self, advice: impl Into<Option<String>>) -> Self {
        Self { advice: advice.into(), ..self }
    }

    pub(super) fn tried(self, tried: bool) -> Self {
        Self { tried, ..self }
    }

    /// One of its texts: 'its name is "a", expected "b"'.
    pub(super) fn text(what: &str, wanted: &Text, found: &str) -> Self {
        if wanted.matches(found) {
            return Self::yes(false);
        }
        let shown = if found.is_empty() { "not set".to_owned() } else { quoted(found) };
        let alike = only_looks_right(found, wanted).map(|odd| format!(": {odd}")).unwrap_or_default();
        Self::no(
            format!("{what} {shown}"),
            format!("its {what} is {shown}, expected {}{alike}", wanted.describe()),
        )
    }

    pub(super) fn number(what: &str, wanted: Number, found: i64) -> Self {
        if wanted.matches(found) {
            return Self::yes(false);
        }
        Self::no(format!("{what} {found}"), format!("its {what} is {found}, expected {}", wanted.describe()))
    }
}

pub(super) struct Candidate<'e> {
    pub object: Object<'e>,
    /// When it was tried; for a container the time of its last start.
    pub at: Option<Timestamp>,
    pub findings: Vec<Finding>,
    /// It has the image, or the name, that was asked for: what the learner has in mind.
    pub meant: bool,
}

impl<'e> Candidate<'e> {
    pub(super) fn passes(&self) -> bool {
        self.findings.iter().all(|f| f.known == Known::Yes)
    }

    fn score(&self) -> usize {
        let worth = |f: &Finding| match f.known {
            Known::Yes => 2,
            Known::Unknown | Known::Pending => 1,
            Known::No => 0,
        };
        self.findings.iter().map(worth).sum()
    }

    fn first(&self, known: Known) -> Option<&Finding> {
        self.findings.iter().find(|f| f.known == known)
    }

    /// It may satisfy everything, but that can't be seen.
    fn is_unknown(&self) -> bool {
        self.first(Known::No).is_none() && self.first(Known::Unknown).is_some()
    }

    /// Why it does not pass.
    fn verdict(&self, expected: String, called: String) -> Verdict {
        if let Some(wrong) = self.first(Known::No) {
            return Verdict::NotRight {
                expected,
                found: wrong.found.clone(),
                nearest: Some(called),
                differs: wrong.differs.clone(),
                advice: wrong.advice.clone(),
            };
        }
        match self.first(Known::Unknown) {
            Some(unseen) if self.first(Known::Pending).is_none() => Verdict::CouldNotCheck {
                reason: unseen.found.clone(),
                remedy: unseen.advice.clone().unwrap_or_default(),
            },
            _ => Verdict::NotYet { expected },
        }
    }
}

/// The try that a verdict speaks of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near<'e> {
    pub object: Object<'e>,
    pub at: Option<Timestamp>,
    /// It is what the learner had in mind, and not something that happens to come near.
    pub meant: bool,
}

/// Why nothing satisfies a check, and which try comes nearest.
#[derive(Clone, Debug)]
pub(super) struct Miss<'e> {
    pub verdict: Verdict,
    pub near: Option<Near<'e>>,
}

impl From<Verdict> for Miss<'_> {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, near: None }
    }
}

impl From<Verdict> for Box<Miss<'_>> {
    fn from(verdict: Verdict) -> Self {
        Self::new(verdict.into())
    }
}

impl Miss<'_> {
    fn is_not_yet(&self) -> bool {
        matches!(self.verdict, Verdict::NotYet { .. })
    }

    pub(super) fn is_unseen(&self) -> bool {
        matches!(self.verdict, Verdict::CouldNotCheck { .. })
    }

    /// Whether it speaks in place of the other: a try before none, what was meant before what was not, the newer
    /// before the older.
    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        let weight = |miss: &Self| {
            let (meant, at) = miss.near.map_or((false, None), |near| (near.meant, near.at));
            (miss.near.is_some() || !miss.is_not_yet(), meant, at, !miss.is_not_yet())
        };
        weight(self) > weight(other)
    }

    pub(super) fn is_of_the_same(&self, other: &Self) -> bool {
        match (self.near, other.near) {
            (Some(one), Some(two)) => one.object.is(&two.object),
            (one, two) => one.is_none() && two.is_none(),
        }
    }
}

/// What one leaf found.
pub(super) struct Found<'e> {
    /// Everything that satisfies it, newest first, with words for it.
    pub passing: Vec<(Option<Object<'e>>, String)>,
    /// What was meant for it and does not satisfy it, newest first, with the reason.
    pub missed: Vec<(Object<'e>, Verdict)>,
    /// How many may satisfy it and could not be seen.
    pub unknown: usize,
    /// Where nothing satisfies it: why.
    pub otherwise: Miss<'e>,
}

/// Things that were meant and missed, of which is known why.
const MOST_MISSED: usize = 8;

impl<'e> Found<'e> {
    /// What is no object passes or does not.
    pub(super) fn of_words(verdict: Verdict) -> Self {
        let (passing, otherwise) = match verdict {
            Verdict::Pass { found } => (vec![(None, found)], Verdict::NotYet { expected: String::new() }),
            otherwise => (Vec::new(), otherwise),
        };
        Self { passing, missed: Vec::new(), unknown: 0, otherwise: otherwise.into() }
    }

    /// Candidates come in the order in which they were tried. `called` describes the nearest one, `achieved` a passing one.
    pub(super) fn among(
        candidates: Vec<Candidate<'e>>,
        expected: String,
        called: impl Fn(Object<'e>) -> String,
        achieved: impl Fn(Object<'e>) -> String,
    ) -> Self {
        let of_the_matter: Vec<Candidate<'e>> =
            candidates.into_iter().filter(|c| c.findings.iter().any(|f| f.tried) || c.passes()).collect();
        let newest_first = || of_the_matter.iter().rev();
        let passing =
            newest_first().filter(|c| c.passes()).map(|c| (Some(c.object), achieved(c.object))).collect();
        let missed = newest_first().filter(|c| c.meant && !c.passes()).take(MOST_MISSED);
        let told = |c: &Candidate<'e>| c.verdict(expected.clone(), called(c.object));
        Self {
            passing,
            missed: missed.map(|c| (c.object, told(c))).collect(),
            unknown: of_the_matter.iter().filter(|c| c.is_unknown()).count(),
            otherwise: otherwise(&of_the_matter, &expected, told),
        }
    }
}

/// Speaks of the newest try that was meant for it; where there is none, of the one that meets most. Of equals
/// `max_by_key` takes the last.
fn otherwise<'e>(
    candidates: &[Candidate<'e>],
    expected: &str,
    told: impl Fn(&Candidate<'e>) -> Verdict,
) -> Miss<'e> {
    let best = candidates.iter().rfind(|c| c.meant).or_else(|| candidates.iter().max_by_key(|c| c.score()));
    match best {
        None => Verdict::NotYet { expected: expected.to_owned() }.into(),
        Some(best) => Miss {
            verdict: told(best),
            near: Some(Near { object: best.object, at: best.at, meant: best.meant }),
        },
    }
}
