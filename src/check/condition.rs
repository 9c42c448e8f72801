//! The conditions on a container, each held against one run.

use super::asked::names;
use super::asked::text::{quoted, words};
use super::bound::{Bound, Object};
use super::finding::Finding;
use super::leaf::WATCHED;
use super::run::called;
use super::text::{nearest, only_looks_right};
use super::verdict::Known;
use super::{
    ImageAsked, Number, RunMatch, StateWord, Text, advice, exec, http, image, mount, output, outside, port,
    program,
};
use crate::facts::{ContainerState, Evidence, Run, RunSource, plain_error};

pub(super) fn source(run: &Run) -> Finding {
    // Of a build step that is gone only its events are left; they name the image by its whole id, as nobody types it.
    let by_whole_id = run.image.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64);
    let gone_step = run.argv.is_none() && run.removed && by_whole_id;
    match if gone_step { RunSource::Build } else { run.source } {
        RunSource::Learner => Finding::yes(false),
        RunSource::Build => Finding::no(
            "a RUN step of docker build",
            "it ran while an image was built, not in a container of yours",
        )
        .advising(Some("RUN acts at build time. Start a container with docker run.".to_string())),
    }
}

pub(super) fn same(name: &str, run: &Run, bound: &Bound<'_>, evidence: &Evidence) -> Finding {
    let wanted = names::bare(name).and_then(|name| bound.get(name));
    match wanted {
        Some(wanted) if wanted.is(&Object::Run(run)) => Finding::yes(true),
        Some(wanted) => Finding::no(
            format!("container {}", called(run)),
            format!("it is {}, not {}", called(run), wanted.name(evidence)),
        ),
        None => Finding::no(format!("container {}", called(run)), "it is another container"),
    }
}

pub(super) fn of_image(asked: &ImageAsked, run: &Run, bound: &Bound<'_>, evidence: &Evidence) -> Finding {
    let called = image::called(run, evidence);
    let no = || Finding::no(format!("image {called}"), format!("the image is {called}"));
    let wanted = match asked {
        ImageAsked::Match(wanted) => wanted,
        ImageAsked::Same(name) => return of_the_same(name, run, bound, evidence, no()),
    };
    if let Some(name) = &wanted.same_as {
        let finding = of_the_same(name, run, bound, evidence, no());
        if finding.known != Known::Yes {
            return finding;
        }
    }
    let names = image::names_of_run(run, evidence);
    match wanted.known(&names) {
        Known::Yes => Finding::yes(true),
        Known::No if wanted.same_repo(&names) => no().advising(Some(image::wrong_tag(wanted))).tried(true),
        Known::No => no().advising(wanted.word().and_then(|repo| advice::wrong_image(run, &repo))),
        Known::Unknown | Known::Pending => {
            let (reason, remedy) = image::untold_tag(&called, wanted);
            Finding::unknown(reason, remedy).tried(true)
        }
    }
}

fn of_the_same(name: &str, run: &Run, bound: &Bound<'_>, evidence: &Evidence, no: Finding) -> Finding {
    if !run.content().is_known() {
        return Finding::unknown(
            format!("{} was gone before its image could be looked at.", called(run)),
            WATCHED,
        );
    }
    let called = image::called(run, evidence);
    match image::meant(name, bound) {
        Some(content) if content.is(run.content()) => Finding::yes(true),
        _ if names::bare(name)
            .and_then(|name| bound.get(name))
            .is_some_and(|o| o.name(evidence) == called) =>
        {
            let differs = format!("it was made from an older image that was called {called}");
            Finding::no(format!("image {called}, an older one"), differs).advising(Some(
                "A container stays with the image that it was made from. Start another one with docker run."
                    .to_owned(),
            ))
        }
        _ => no.advising(Some("It was made from another image than the one that counts here.".to_owned())),
    }
}

pub(super) fn here(run: &Run) -> Finding {
    if !run.removed {
        return Finding::yes(false);
    }
    let advice = run.auto_remove.then(|| "With --rm a container is removed when it ends.".to_owned());
    Finding::no("a container that is gone", "it is not there any more").advising(advice)
}

pub(super) fn started(wanted: bool, run: &Run) -> Finding {
    if !wanted {
        return match run.started {
            None => Finding::yes(false),
            Some(_) => Finding::no("a container that was started", "it was started, and should not be"),
        };
    }
    let failed = !run.error.is_empty() || (run.started.is_none() && run.removed);
    if run.started.is_some() && run.error.is_empty() {
        return Finding::yes(false);
    }
    if failed && !matches!(run.exit_code, Some(0)) {
        let differs = match run.error.trim() {
            "" => "never started".to_string(),
            error => format!("never started: {}", plain_error(error)),
        };
        return Finding::no("a container that did not start", differs).advising(advice::start_failed(run));
    }
    match run.started {
        Some(_) => Finding::yes(false),
        // Made by `docker create`, or caught between being made and being started.
        None => Finding::pending(),
    }
}

pub(super) fn state(wanted: StateWord, run: &Run) -> Finding {
    use ContainerState as Is;
    if run.removed {
        return Finding::no("a container that is gone", "it is not there any more");
    }
    let Some(state) = run.state else {
        return Finding::unknown(format!("the state of {} is not known.", called(run)), "Check again.");
    };
    let holds = match wanted {
        StateWord::Created => state == Is::Created && run.error.is_empty(),
        StateWord::Running => state == Is::Running,
        StateWord::Paused => state == Is::Paused,
        StateWord::Exited => matches!(state, Is::Exited | Is::Dead),
    };
    if holds {
        return Finding::yes(false);
    }
    // What has not happened yet is not wrong: a container that still runs can be stopped or paused.
    let to_come = match wanted {
        StateWord::Running => state == Is::Created && run.error.is_empty(),
        StateWord::Exited | StateWord::Paused => state.is_running(),
        StateWord::Created => false,
    };
    if to_come {
        return Finding::pending();
    }
    let no = Finding::no(
        format!("a container that is {}", state.word()),
        format!("it is {}, expected {}", state.word(), wanted.word()),
    );
    if !run.error.is_empty() {
        return no.advising(advice::start_failed(run));
    }
    no.advising(advice::ended(run))
}

/// Everything that stands on its own, in the order in which a person would look: what ran, how did it end, what did it print.
pub(super) fn rest(wanted: &RunMatch, run: &Run, evidence: &Evidence, all: &mut Vec<Finding>) {
    let RunMatch {
        // What it is, and what it came to, is looked at before.
        bind: _,
        same_as: _,
        name: _,
        image: _,
        state: _,
        started: _,
        command_given: given,
        program,
        mount,
        port,
        env,
        env_given,
        workdir,
        user,
        network: in_network,
        interactive,
        tty,
        detached,
        auto_remove,
        exit_code: code,
        http: answers,
        installs,
        output: prints,
        logs_read: read,
        removed,
    } = wanted;
    all.extend(given.map(|given| command_given(given, run)));
    all.extend(program.as_ref().map(|program| ran_program(program, run, evidence)));
    all.extend(mount.as_ref().map(|asked| mount::held(asked, run, evidence)));
    all.extend(port.as_ref().map(|asked| port::held(asked, run)));
    all.extend(env.iter().map(|(name, value)| variable(name, value, run)));
    all.extend(env_given.iter().map(|name| outside::variable(name, run)));
    let texts = [workdir, user, in_network];
    let flags = [*interactive, *tty, *detached, *auto_remove];
    if run.argv.is_some() {
        all.extend(workdir.as_ref().map(|text| Finding::text("working directory", text, &run.workdir)));
        all.extend(user.as_ref().map(|text| Finding::text("user", text, &run.user)));
        all.extend(in_network.as_ref().map(|text| network(text, run)));
        let is = [run.stdin_open, run.tty, run.detached, run.auto_remove];
        let options = ["-i", "-t", "-d", "--rm"];
        let each = flags.into_iter().zip(is).zip(options);
        all.extend(each.filter_map(|((wanted, is), option)| flag(wanted, is, option)));
    } else if texts.iter().any(|text| text.is_some()) || flags.iter().any(Option::is_some) {
        all.push(unseen(run, "the way in which it was started"));
    }
    all.extend(code.map(|code| exit_code(code, run)));
    all.extend(answers.as_ref().map(|asked| http::held(asked, run)));
    all.extend(installs.map(|asked| outside::installs(asked, run)));
    all.extend(prints.as_ref().map(|asked| output::held(asked, run, evidence)));
    all.extend(read.map(|read| logs_read(read, run, evidence)));
    all.extend(removed.map(|removed| gone(removed, run)));
}

pub(super) fn unseen(run: &Run, what: &str) -> Finding {
    let reason = format!("{} was gone before {what} could be looked at.", called(run));
    Finding::unknown(reason, WATCHED)
}

fn command_given(wanted: bool, run: &Run) -> Finding {
    let argv = words(run.argv.as_deref().unwrap_or_default());
    match run.command_given {
        Some(given) if given == wanted => Finding::yes(false),
        Some(true) => Finding::no(
            format!("command {argv}"),
            format!("a command was given, {argv}, in place of the image's own"),
        )
        .advising(Some(
            "Leave out what follows the image: it takes the place of the image's command.".to_owned(),
        )),
        Some(false) => Finding::no(
            format!("command {argv}, which is the image's own"),
            "no command was given after the image",
        ),
        None => unseen(run, "its image"),
    }
}

fn ran_program(wanted: &str, run: &Run, evidence: &Evidence) -> Finding {
    let by_exec = run.execs.iter().any(|command| exec::ran(wanted, command, run, evidence));
    let by_typing = run.tty
        && run.output.as_ref().is_some_and(|o| program::typed_at_prompt(&o.text, wanted))
        && run.argv.as_deref().is_some_and(program::is_prompt);
    let by_argv = run.argv.as_deref().is_some_and(|argv| program::runs(argv, wanted));
    if by_argv || by_exec || by_typing {
        return Finding::yes(true);
    }
    let Some(argv) = &run.argv else {
        return Finding::unknown(
            format!(
                "{} ran {} and was gone before its command could be looked at.",
                called(run),
                image::called(run, evidence)
            ),
            WATCHED,
        );
    };
    if run.finished.is_none() && program::is_prompt(argv) {
        return Finding::pending();
    }
    Finding::no(format!("command {}", words(argv)), format!("it ran {}, not {wanted}", words(argv)))
        .advising(advice::wrong_program(argv, wanted))
}

pub(super) fn has_variables(wanted: &RunMatch, run: &Run) -> bool {
    wanted.env.iter().all(|(name, value)| run.env.get(name).is_some_and(|found| value.matches(found)))
}

fn variable(name: &str, wanted: &Text, run: &Run) -> Finding {
    if let Some(value) = run.env.get(name) {
        return match wanted.matches(value) {
            true => Finding::yes(true),
            false => Finding::no(
                format!("{name} is {}", quoted(value)),
                format!(
                    "{name} is {}, expected {}{}",
                    quoted(value),
                    wanted.as_object("a text"),
                    only_looks_right(value, wanted).map(|odd| format!(": {odd}")).unwrap_or_default()
                ),
            )
            .tried(true),
        };
    }
    if run.argv.is_none() || run.env_names.iter().any(|known| known == name) {
        return unseen(run, "its variables");
    }
    let other = nearest(run.env_names.iter().map(String::as_str), &[name]);
    let no = |differs: String| Finding::no(format!("no variable {name}"), differs);
    match other {
        Some((other, _)) => {
            let case = "Small and capital letters are different in names of variables.";
            no(format!("the variable is called {other}, expected {name}"))
                .advising(other.eq_ignore_ascii_case(name).then(|| case.to_owned()))
                .tried(true)
        }
        None => no(format!("{name} is not set in it")).advising(advice::variable(run, name)),
    }
}

fn network(wanted: &Text, run: &Run) -> Finding {
    if run.networks.iter().any(|name| wanted.matches(name)) {
        return Finding::yes(true);
    }
    let all = if run.networks.is_empty() { "no network".to_owned() } else { run.networks.join(", ") };
    Finding::no(format!("in {all}"), format!("it is in {all}, expected {}", wanted.describe()))
}

fn flag(wanted: Option<bool>, is: bool, option: &str) -> Option<Finding> {
    let differs = match wanted? {
        wanted if wanted == is => return Some(Finding::yes(false)),
        true => format!("it was started without {option}"),
        false => format!("it was started with {option}"),
    };
    Some(Finding::no(differs.clone(), differs))
}

fn exit_code(wanted: Number, run: &Run) -> Finding {
    match run.exit_code {
        Some(code) if wanted.matches(code) => Finding::yes(false),
        Some(code) => Finding::no(
            format!("exit code {code}"),
            format!("it ended with exit code {code}, expected {}", wanted.describe()),
        )
        .advising(advice::ended(run)),
        None if run.finished.is_none() && !run.removed => Finding::pending(),
        None => unseen(run, "its exit code"),
    }
}

fn logs_read(wanted: bool, run: &Run, evidence: &Evidence) -> Finding {
    let read = super::seen::logs_were_read(run, evidence);
    match (wanted, read) {
        (true, true) | (false, false) => Finding::yes(false),
        (true, false) => Finding::pending(),
        (false, true) => Finding::no("its log was read", "its log was read"),
    }
}

fn gone(wanted: bool, run: &Run) -> Finding {
    match (wanted, run.removed) {
        (true, true) | (false, false) => Finding::yes(false),
        (true, false) => Finding::pending(),
        (false, true) => Finding::no("a container that is gone", "it is not there any more"),
    }
}
