//! Judging what was run: which container comes nearest, and where it first departs from what was asked.

use super::text::{Matcher, difference, nearest, quoted, words};
use super::verdict::{Known, Verdict};
use super::{RunMatch, advice, image, program};
use crate::facts::{Evidence, Run, RunSource};

/// One condition held against one run. `found`, `differs` and `advice` are only read where it is not `Yes`.
struct Finding {
    known: Known,
    found: String,
    differs: String,
    advice: Option<String>,
    /// The container shows something of what was asked for: it was a try at this task, not something else.
    tried: bool,
}

impl Finding {
    fn yes(tried: bool) -> Self {
        Self { known: Known::Yes, found: String::new(), differs: String::new(), advice: None, tried }
    }

    fn no(found: impl Into<String>, differs: impl Into<String>) -> Self {
        Self { known: Known::No, found: found.into(), differs: differs.into(), advice: None, tried: false }
    }

    /// Can't be known; `found` is the reason and `advice` the remedy.
    fn unknown(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            known: Known::Unknown,
            found: reason.into(),
            differs: String::new(),
            advice: Some(remedy.into()),
            tried: false,
        }
    }

    fn pending() -> Self {
        Self { known: Known::Pending, ..Self::yes(false) }
    }

    fn advising(self, advice: impl Into<Option<String>>) -> Self {
        Self { advice: advice.into(), ..self }
    }

    fn tried(self, tried: bool) -> Self {
        Self { tried, ..self }
    }
}

struct Candidate<'a> {
    run: &'a Run,
    findings: Vec<Finding>,
}

impl Candidate<'_> {
    fn passes(&self) -> bool {
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
}

pub(super) fn judge(wanted: &RunMatch, evidence: &Evidence) -> Verdict {
    let expected = expected(wanted);
    let candidates: Vec<Candidate<'_>> = evidence
        .runs
        .iter()
        .filter(|run| run.created.is_none_or(|created| created >= evidence.since))
        .map(|run| Candidate { run, findings: findings(wanted, run, evidence) })
        .filter(|c| c.findings.iter().any(|f| f.tried) || c.passes())
        .collect();
    if let Some(found) = candidates.iter().find(|c| c.passes()) {
        return Verdict::Pass { found: achieved(wanted, found.run, evidence) };
    }
    let Some(best) = spoken_of(wanted, &candidates) else {
        return Verdict::NotYet { expected };
    };
    if let Some(wrong) = best.first(Known::No) {
        return Verdict::NotRight {
            expected,
            found: wrong.found.clone(),
            nearest: Some(describe(best.run, evidence)),
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

/// The try that the verdict speaks of: the last one with the right repository, because that is what the learner has
/// in mind; where there is none, the one that meets most. Runs are in the order in which they were made, and of
/// equals `max_by_key` takes the last.
fn spoken_of<'c, 'e>(wanted: &RunMatch, candidates: &'c [Candidate<'e>]) -> Option<&'c Candidate<'e>> {
    let serious = |c: &&Candidate<'_>| wanted.image.is_none() || c.findings[1].tried;
    candidates.iter().rfind(serious).or_else(|| candidates.iter().max_by_key(|c| c.score()))
}

/// In the order in which a person would look: what was it, did it start, what ran, how did it end, what did it print.
fn findings(wanted: &RunMatch, run: &Run, evidence: &Evidence) -> Vec<Finding> {
    let mut all = vec![source(run)];
    if let Some(image) = &wanted.image {
        all.push(of_image(image, run, evidence));
    }
    all.push(started(run));
    if let Some(program) = &wanted.program {
        all.push(ran_program(program, run, evidence));
    }
    if let Some(code) = wanted.exit_code {
        all.push(exit_code(code, run));
    }
    if let Some(output) = &wanted.output {
        all.push(printed(output, run));
    }
    // A check that asks for nothing in particular is tried by any container.
    let asks = wanted.image.is_some() || wanted.program.is_some() || wanted.output.is_some();
    if !asks {
        all[0].tried = true;
    }
    all
}

fn source(run: &Run) -> Finding {
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

fn of_image(wanted: &image::ImageMatch, run: &Run, evidence: &Evidence) -> Finding {
    let names = image::names_of_run(run, evidence);
    let called = image::called(run, evidence);
    let same_repo = wanted.same_repo(&names);
    match wanted.known(&names) {
        Known::Yes => Finding::yes(true),
        Known::No if same_repo => Finding::no(format!("image {called}"), format!("the image is {called}"))
            .advising(Some(image::wrong_tag(wanted)))
            .tried(true),
        Known::No => Finding::no(format!("image {called}"), format!("the image is {called}"))
            .advising(advice::wrong_image(run, &wanted.repo)),
        Known::Unknown | Known::Pending => {
            let (reason, remedy) = image::untold_tag(&called, wanted);
            Finding::unknown(reason, remedy).tried(true)
        }
    }
}

fn started(run: &Run) -> Finding {
    let failed = !run.error.is_empty() || (run.started.is_none() && run.removed);
    if run.started.is_some() && run.error.is_empty() {
        return Finding::yes(false);
    }
    if failed && !matches!(run.exit_code, Some(0)) {
        let differs = match run.error.trim() {
            "" => "never started".to_string(),
            error => format!("never started: {}", advice::short_error(error)),
        };
        return Finding::no("a container that did not start", differs).advising(advice::start_failed(run));
    }
    match run.started {
        Some(_) => Finding::yes(false),
        // Made by `docker create`, or caught between being made and being started.
        None => Finding::pending(),
    }
}

fn ran_program(wanted: &str, run: &Run, evidence: &Evidence) -> Finding {
    let by_exec = run.execs.iter().any(|line| program::exec_runs(line, wanted));
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
                run.name,
                image::called(run, evidence)
            ),
            "Run it again while pilotwhale is open, or leave --rm out.",
        );
    };
    if run.finished.is_none() && program::is_prompt(argv) {
        return Finding::pending();
    }
    Finding::no(format!("command {}", words(argv)), format!("it ran {}, not {wanted}", words(argv)))
        .advising(advice::wrong_program(argv, wanted))
}

fn exit_code(wanted: i64, run: &Run) -> Finding {
    match run.exit_code {
        Some(code) if code == wanted => Finding::yes(false),
        Some(code) => Finding::no(
            format!("exit code {code}"),
            format!("it ended with exit code {code}, expected {wanted}"),
        )
        .advising(advice::ended(run)),
        None if run.finished.is_none() && !run.removed => Finding::pending(),
        None => Finding::unknown(
            format!("{} was gone before its exit code could be looked at.", run.name),
            "Run it again while pilotwhale is open, or leave --rm out.",
        ),
    }
}

fn printed(wanted: &super::OutputMatch, run: &Run) -> Finding {
    let lives = run.finished.is_none() && !run.removed;
    let Some(output) = &run.output else {
        return if lives || run.started.is_none() {
            Finding::pending()
        } else {
            Finding::unknown(
                format!("{} was gone before its output could be looked at.", run.name),
                "Run it again while pilotwhale is open, or leave --rm out.",
            )
        };
    };
    let line = Matcher::new(&wanted.line);
    if output.text.lines().any(|l| line.matches(l)) {
        return Finding::yes(true);
    }
    let literals = wanted.line.literals();
    let shown = output.text.lines().filter(|l| !advice::is_echo(run, l));
    if let Some((found, want)) = nearest(shown, &literals) {
        return Finding::no(format!("the line {}", quoted(found)), difference(found, want))
            .advising(advice::near_line(found, want))
            .tried(true);
    }
    // What an exec prints goes to the one who asked for it, not to the container's output.
    if !run.execs.is_empty() {
        return Finding::unknown(
            format!("what docker exec printed in {} is not kept by the engine.", run.name),
            "Let docker run print it: then it can be seen.",
        );
    }
    if lives {
        return Finding::pending();
    }
    if output.truncated {
        return Finding::unknown(
            format!("{} printed more than was kept, and the line is not in what was kept.", run.name),
            "Run it again with less output.",
        );
    }
    let found = advice::last_line(run, &output.text);
    Finding::no(
        found.map_or("nothing was printed".to_string(), |l| format!("its last line is {}", quoted(l))),
        match found {
            Some(_) => format!("no line is {}", wanted.line.describe()),
            None => "it printed nothing".to_string(),
        },
    )
    .advising(advice::output(run, &output.text))
}

/// 'a container from a python image with a tag that contains "slim" that runs python and prints the line "hello"'.
fn expected(wanted: &RunMatch) -> String {
    let from = wanted.image.as_ref().map(|i| format!(" from {}", i.describe())).unwrap_or_default();
    let mut does: Vec<String> = Vec::new();
    does.extend(wanted.program.as_ref().map(|p| format!("runs {p}")));
    does.extend(wanted.output.as_ref().map(|o| match o.line.literals().is_empty() {
        true => format!("prints a line {}", o.line.describe()),
        false => format!("prints the line {}", o.line.describe()),
    }));
    does.extend(wanted.exit_code.map(|code| format!("ends with exit code {code}")));
    match does.is_empty() {
        true => format!("a container{from}"),
        false => format!("a container{from} that {}", does.join(" and ")),
    }
}

fn achieved(wanted: &RunMatch, run: &Run, evidence: &Evidence) -> String {
    let mut did = vec![format!("{} ran {}", run.name, image::called(run, evidence))];
    if let (Some(wanted), Some(output)) = (&wanted.output, &run.output) {
        let line = Matcher::new(&wanted.line);
        let found = output.text.lines().find(|l| line.matches(l));
        did.extend(found.map(|l| format!("printed {}", quoted(l.trim()))));
    }
    did.extend(wanted.exit_code.map(|code| format!("ended with exit code {code}")));
    did.join(" and ")
}

/// `busy_hugle: image python:latest, command ["hello.py"]`.
fn describe(run: &Run, evidence: &Evidence) -> String {
    let name = if run.name.is_empty() { crate::facts::short_id(&run.id) } else { &run.name };
    let command = run.argv.as_ref().map(|argv| format!(", command {}", words(argv))).unwrap_or_default();
    format!("{name}: image {}{command}", image::called(run, evidence))
}
