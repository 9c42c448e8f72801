//! Judging commands that were run inside a container by `docker exec`.

use jiff::Timestamp;

use super::asked::names;
use super::asked::text::quoted;
use super::bound::{Bound, Object};
use super::finding::{Candidate, Finding, Found};
use super::leaf::WATCHED;
use super::output::{self, Said};
use super::run::{self, called};
use super::{ExecMatch, ExecOf, advice, program};
use crate::facts::{Evidence, Exec, Observed, Run};

pub(super) fn look<'e>(wanted: &ExecMatch, bound: &Bound<'e>, evidence: &'e Evidence) -> Found<'e> {
    let of: Vec<&'e Run> = match &wanted.of {
        None => evidence.runs.iter().collect(),
        Some(ExecOf::Same(name)) => match names::bare(name).and_then(|name| bound.get(name)) {
            Some(Object::Run(run)) => vec![*run],
            _ => Vec::new(),
        },
        Some(ExecOf::Match(asked)) => {
            let found = run::look(asked, false, bound, evidence);
            found
                .passing
                .into_iter()
                .filter_map(|(object, _)| match object {
                    Some(Object::Run(run)) => Some(run),
                    _ => None,
                })
                .collect()
        }
    };
    let tried = |run: &'e Run, exec: &Exec| Candidate {
        object: Object::Run(run),
        at: asked_at(exec, evidence).or(run.created.max(run.started)),
        findings: findings(wanted, exec, run, evidence),
        meant: true,
    };
    let candidates = of.into_iter().flat_map(|run| run.execs.iter().map(move |exec| tried(run, exec)));
    let mut candidates: Vec<Candidate<'_>> = candidates.collect();
    candidates.sort_by_key(|candidate| candidate.at);
    Found::among(
        candidates,
        wanted.describe(),
        |object| format!("docker exec in {}", object.name(evidence)),
        |object| format!("docker exec ran it in {}", object.name(evidence)),
    )
}

/// When its start was seen.
fn asked_at(exec: &Exec, evidence: &Evidence) -> Option<Timestamp> {
    let of_it = |call: &&Observed| call.action.object.as_deref() == Some(exec.id.as_str());
    evidence.seen.iter().filter(of_it).find(|call| call.action.name == "exec-start").map(|call| call.at)
}

fn findings(wanted: &ExecMatch, exec: &Exec, run: &Run, evidence: &Evidence) -> Vec<Finding> {
    let mut all = vec![Finding::yes(true)];
    let no = |differs: String| {
        Finding::no(format!("docker exec {}: {}", called(run), exec.line), differs)
            .advising(advice::exec_option_late(exec))
    };
    let unseen =
        || Finding::unknown(format!("how {} was started is not known.", quoted(&exec.line)), WATCHED);
    if let Some(program) = &wanted.program {
        all.push(match ran(program, exec, run, evidence) {
            true => Finding::yes(false),
            false => no(format!("it ran {}, not {program}", quoted(&exec.line))),
        });
    }
    if let Some(command) = wanted.command.as_ref().filter(|command| !command.matches(&exec.line)) {
        all.push(no(format!("its command is {}, expected {}", quoted(&exec.line), command.describe())));
    }
    if let Some(code) = wanted.exit_code {
        all.push(match exec.exit_code {
            Some(found) if code.matches(found) => Finding::yes(false),
            Some(found) => no(format!("it ended with exit code {found}, expected {}", code.describe())),
            None if run.is_running() => Finding::pending(),
            None => unseen(),
        });
    }
    if let Some(user) = &wanted.user {
        all.push(match exec.inspected {
            true => Finding::text("user", user, &exec.user),
            false => unseen(),
        });
    }
    if let Some(interactive) = wanted.interactive {
        all.push(match exec.inspected {
            false => unseen(),
            true if exec.stdin_open == interactive => Finding::yes(false),
            true if interactive => no("it was started without -i".into()),
            true => no("it was started with -i".into()),
        });
    }
    all.extend(wanted.output.as_ref().map(|asked| output::held_by_exec(asked, exec, run, evidence)));
    all
}

/// By itself, or typed at the prompt of a shell that it is.
pub(super) fn ran(program: &str, exec: &Exec, run: &Run, evidence: &Evidence) -> bool {
    if program::exec_runs(&exec.line, program) {
        return true;
    }
    let words: Vec<String> = exec.line.split_whitespace().map(str::to_owned).collect();
    let said = Said::by_exec(exec, run, evidence).filter(|said| said.tty && program::is_prompt(&words));
    said.is_some_and(|said| program::typed_at_prompt(&said.output.text, program))
}
