//! The checks of one kind of object: what each looks at, and what it is called.

use super::bound::Bound;
use super::finding::Found;
use super::{Check, answer, dockerfile, exec, file, gone, http, image, network, run, seen, volume};
use crate::facts::Evidence;

/// What to do where something was gone before it could be looked at.
pub(super) const WATCHED: &str = "Run it again while pilotwhale is open, or leave --rm out.";

/// Everything that satisfies a leaf, with the names as they are bound.
pub(super) fn look<'e>(leaf: &Check, bound: &Bound<'e>, evidence: &'e Evidence) -> Found<'e> {
    match leaf {
        Check::Image(wanted) => image::look(wanted, bound, evidence),
        Check::Container(wanted) => run::look(wanted, true, bound, evidence),
        Check::Run(wanted) => run::look(wanted, false, bound, evidence),
        Check::Volume(wanted) => volume::look(wanted, bound, evidence),
        Check::Network(wanted) => network::look(wanted, bound, evidence),
        Check::Http(wanted) => http::look(wanted, bound, evidence),
        Check::Exec(wanted) => exec::look(wanted, bound, evidence),
        Check::File(wanted) => Found::of_words(file::judge(wanted, evidence)),
        Check::Dockerfile(wanted) => Found::of_words(dockerfile::judge(wanted, evidence)),
        Check::Gone(wanted) => Found::of_words(gone::judge(wanted, evidence)),
        Check::Seen(wanted) => Found::of_words(seen::judge(wanted, bound, evidence)),
        Check::Answer(wanted) => Found::of_words(answer::judge(wanted, bound, evidence)),
        Check::All(_) | Check::Any(_) | Check::None(_) | Check::Count(_) => {
            Found::of_words(super::judge(leaf, evidence))
        }
    }
}
