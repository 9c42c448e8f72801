//! Candidates held against conditions: who passes, who comes nearest, and what is the first difference.

use super::bound::Object;
use super::number::Number;
use super::text::{Text, quoted};
use super::verdict::{Known, Verdict};

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
        Self::no(format!("{what} {shown}"), format!("its {what} is {shown}, expected {}", wanted.describe()))
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
    pub findings: Vec<Finding>,
    /// It has the image, or the name, that was asked for: what the learner has in mind.
    pub serious: bool,
}

impl Candidate<'_> {
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
}

/// What one leaf found.
pub(super) struct Found<'e> {
    /// Everything that satisfies it, oldest first, with words for it.
    pub passing: Vec<(Option<Object<'e>>, String)>,
    /// How many may satisfy it and could not be seen.
    pub unknown: usize,
    /// The verdict where nothing satisfies it.
    pub otherwise: Verdict,
}

impl<'e> Found<'e> {
    /// What is no object passes or does not.
    pub(super) fn of_words(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass { found } => Self {
                passing: vec![(None, found)],
                unknown: 0,
                otherwise: Verdict::NotYet { expected: String::new() },
            },
            otherwise => Self { passing: Vec::new(), unknown: 0, otherwise },
        }
    }

    /// Candidates come in the order in which they were made. `called` describes the nearest one, `achieved` a passing one.
    pub(super) fn among(
        candidates: Vec<Candidate<'e>>,
        expected: String,
        called: impl Fn(Object<'e>) -> String,
        achieved: impl Fn(Object<'e>) -> String,
    ) -> Self {
        let of_the_matter: Vec<Candidate<'e>> =
            candidates.into_iter().filter(|c| c.findings.iter().any(|f| f.tried) || c.passes()).collect();
        let passing =
            of_the_matter.iter().filter(|c| c.passes()).map(|c| (Some(c.object), achieved(c.object)));
        Self {
            passing: passing.collect(),
            unknown: of_the_matter.iter().filter(|c| c.is_unknown()).count(),
            otherwise: otherwise(&of_the_matter, expected, called),
        }
    }
}

/// Speaks of the last try with the right image, because that is what the learner has in mind; where there is none, of
/// the one that meets most. Of equals `max_by_key` takes the last.
fn otherwise<'e>(
    candidates: &[Candidate<'e>],
    expected: String,
    called: impl Fn(Object<'e>) -> String,
) -> Verdict {
    let best = candidates.iter().rfind(|c| c.serious).or_else(|| candidates.iter().max_by_key(|c| c.score()));
    let Some(best) = best else { return Verdict::NotYet { expected } };
    if let Some(wrong) = best.first(Known::No) {
        return Verdict::NotRight {
            expected,
            found: wrong.found.clone(),
            nearest: Some(called(best.object)),
            differs: wrong.differs.clone(),
            advice: wrong.advice.clone(),
        };
    }
    match best.first(Known::Unknown) {
        Some(unseen) if best.first(Known::Pending).is_none() => Verdict::CouldNotCheck {
            reason: unseen.found.clone(),
            remedy: unseen.advice.clone().unwrap_or_default(),
        },
        _ => Verdict::NotYet { expected },
    }
}
