//! Other ways that mean the same as a given one: how its commands, its Dockerfile and its names are written.

mod compose;
mod docker;
mod dockerfile;
mod rewrite;
mod shell;
#[cfg(test)]
mod tests;

use crate::course::Rewrite;
use crate::course::script::{Step, StepKind};

/// What is done in one try.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    /// Paths and contents, written before the first step.
    pub(super) files: Vec<(String, String)>,
    pub(super) steps: Vec<Step>,
}

/// How much is varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vary {
    /// Each way once, with several rewrites; together they cover every rewrite that an exercise allows.
    Some,
    /// Each way with every rewrite by itself, too.
    All,
}

impl Rewrite {
    /// Whether a wrong way stays wrong by it. A digest hides the tag that may be what is wrong.
    fn keeps_wrong(self) -> bool {
        self != Self::Digest
    }

    /// Two that undo each other.
    fn excludes(self, other: Self) -> bool {
        let pairs =
            [(Self::Long, Self::Short), (Self::Registry, Self::Digest), (Self::StartForm, Self::Entrypoint)];
        pairs.contains(&(self, other)) || pairs.contains(&(other, self))
    }
}

/// A way that was made from another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variation {
    pub(super) by: Vec<Rewrite>,
    pub(super) tries: Vec<Given>,
}

/// How many rewrites are put together in one variation.
const TOGETHER: usize = 5;

/// The variations of each of these ways. `allowed` says which rewrites this machine and the course allow.
pub(super) fn variations(
    ways: &[Vec<Given>],
    are_wrong: bool,
    how_much: Vary,
    allowed: &dyn Fn(Rewrite) -> bool,
) -> Vec<Vec<Variation>> {
    let kinds = Rewrite::ALL.into_iter().filter(|kind| allowed(*kind) && (!are_wrong || kind.keeps_wrong()));
    let kinds: Vec<Rewrite> = kinds.collect();
    // How often each rewrite was used so far.
    let mut used: Vec<(Rewrite, usize)> = kinds.iter().map(|kind| (*kind, 0)).collect();
    let mut found: Vec<Vec<Variation>> = Vec::new();
    for way in ways {
        let mut rarest = used.clone();
        rarest.sort_by_key(|(_, times)| *times);
        let rarest: Vec<Rewrite> = rarest.into_iter().map(|(kind, _)| kind).collect();
        let mut own: Vec<Variation> = together(way, &rarest).into_iter().collect();
        for kind in own.iter().flat_map(|variation| &variation.by) {
            used.iter_mut().filter(|(other, _)| other == kind).for_each(|(_, times)| *times += 1);
        }
        if how_much == Vary::All {
            let single = kinds.iter().filter_map(|kind| {
                let tries = kind.of(way)?;
                Some(Variation { by: vec![*kind], tries })
            });
            let before = own.clone();
            own.extend(single.filter(|one| !before.contains(one)));
        }
        found.push(own);
    }
    // What never came to its turn, by itself.
    let left = used.into_iter().filter(|(_, times)| *times == 0 && how_much == Vary::Some);
    for (kind, _) in left {
        let first = ways.iter().enumerate().find_map(|(at, way)| Some((at, kind.of(way)?)));
        if let Some((at, tries)) = first {
            found[at].push(Variation { by: vec![kind], tries });
        }
    }
    found
}

/// As many of these as go together, the first ones first.
fn together(way: &[Given], kinds: &[Rewrite]) -> Option<Variation> {
    let mut best: Option<Variation> = None;
    for kind in kinds {
        let mut by = best.as_ref().map(|variation| variation.by.clone()).unwrap_or_default();
        if by.len() == TOGETHER || by.iter().any(|other| other.excludes(*kind)) {
            continue;
        }
        by.push(*kind);
        by.sort();
        // Each must still change something beside the others.
        let tries = by.iter().try_fold(way.to_vec(), |tries, kind| kind.of(&tries));
        if let Some(tries) = tries {
            best = Some(Variation { by, tries });
        }
    }
    best
}

/// The command of a step that is one.
fn command_of(step: &Step) -> Option<&str> {
    match &step.kind {
        StepKind::Command(command) => Some(command),
        StepKind::Typed(_) => None,
    }
}
