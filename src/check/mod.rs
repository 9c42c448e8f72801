//! Checks: what an author asks (`asked`), and whether the evidence satisfies it. Pure.

mod advice;
mod answer;
mod asked;
mod author;
mod bound;
pub mod build;
mod built;
mod condition;
mod dockerfile;
mod exec;
mod file;
mod finding;
mod gone;
mod http;
mod image;
mod leaf;
mod mount;
mod network;
mod output;
mod outside;
mod port;
mod printer;
mod program;
mod report;
mod run;
mod script;
mod search;
mod seen;
mod text;
mod typed;
mod verdict;
mod volume;

pub use asked::{
    AnswerMatch, AnswerOfPort, Check, CountMatch, DockerfileMatch, ExecMatch, ExecOf, FileMatch, Form,
    GoneContainer, GoneMatch, GoneNamed, HttpMatch, ImageAsked, ImageMatch, Mistake, MountMatch, MountWord,
    Mutant, Needs, NetworkMatch, Number, NumberRule, OutputMatch, Pattern, PortAsked, PortMatch, RunMatch,
    SeenMatch, SeenStatus, StateWord, Text, TextRule, VolumeMatch, is_unseen, only_looks_plain,
};
pub use report::{Asked, Report, TaskReport, WhenWrong, report};
pub use typed::{is_read_as, readings};
pub use verdict::{Outcome, Verdict};

use crate::facts::Evidence;
use finding::Miss;
use search::Choice;

/// Answers one check. Where the engine did not answer, nothing is judged: that is 'could not check'.
pub fn judge(check: &Check, evidence: &Evidence) -> Verdict {
    match choices(check, vec![Choice::default()], evidence) {
        Ok(choices) => passed(choices.first()),
        Err(miss) => miss.verdict,
    }
}

fn passed(choice: Option<&Choice<'_>>) -> Verdict {
    let found = choice.map(|choice| choice.found.as_slice()).unwrap_or_default();
    // Where a later check found the same and more, that says it all.
    let later = |n: usize, part: &str| found[n + 1..].iter().any(|more| more.starts_with(part));
    let parts = found.iter().enumerate().filter(|(n, part)| !later(*n, part));
    Verdict::Pass { found: parts.map(|(_, part)| part.as_str()).collect::<Vec<_>>().join("; ") }
}

fn choices<'e>(
    check: &Check,
    from: Vec<Choice<'e>>,
    evidence: &'e Evidence,
) -> Result<Vec<Choice<'e>>, Box<Miss<'e>>> {
    // What was typed in or seen needs no engine.
    if evidence.engine.is_none() && !check.is_about_words() {
        let (reason, remedy) = evidence.problems.first().cloned().unwrap_or_else(|| {
            ("The container engine did not answer.".into(), "Start it, then check again.".into())
        });
        return Err(Verdict::CouldNotCheck { reason, remedy }.into());
    }
    search::narrow(check, from, evidence)
}

impl Check {
    /// Whether it can be judged without an engine.
    fn is_about_words(&self) -> bool {
        self.leaves().into_iter().all(|leaf| {
            matches!(
                leaf,
                Self::Seen(_) | Self::Answer(_) | Self::File(_) | Self::Dockerfile(_) | Self::Http(_)
            )
        })
    }
}

/// Whether these words run this program, be it through a shell's `-c`.
pub fn runs_program(argv: &[String], program: &str) -> bool {
    program::runs(argv, program)
}

#[cfg(test)]
mod exec_tests;
#[cfg(test)]
mod field_tests;
#[cfg(test)]
mod found_tests;
#[cfg(test)]
mod name_tests;
#[cfg(test)]
mod seen_tests;
#[cfg(test)]
mod sequence_tests;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;
