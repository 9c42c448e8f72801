//! What a container printed.

use super::asked::text::quoted;
use super::finding::Finding;
use super::leaf::WATCHED;
use super::run::called;
use super::text::{difference, nearest, only_looks_to_hold};
use super::{OutputMatch, Text, advice, author};
use crate::facts::{Evidence, Exec, Output, Run};

impl OutputMatch {
    /// None where everything but `line` is so.
    fn rest_difference(&self, said: &Said<'_>) -> Option<String> {
        // Who printed it is looked at after that.
        let Self { line: _, by: _, read_from: _, seal: _, echoed: _, contains, regex, lines, empty } = self;
        let text = &said.output.text;
        let shown = || said.lines().filter(|l| !l.trim().is_empty());
        if let Some(part) = contains
            && !shown().any(|line| line.contains(part))
            && !(part.contains('\n') && text.contains(part))
        {
            let alike = shown().find_map(|line| only_looks_to_hold(line, part));
            let alike = alike.map(|odd| format!(": {odd}")).unwrap_or_default();
            return Some(format!("{} is not in it{alike}", quoted(part)));
        }
        if let Some(pattern) = regex
            && !pattern.is_match(&shown().collect::<Vec<_>>().join("\n"))
        {
            return Some(format!("nothing in it matches the pattern {}", quoted(pattern.as_str())));
        }
        let count = i64::try_from(shown().count()).unwrap_or(i64::MAX);
        if let Some(lines) = lines.filter(|lines| !lines.matches(count)) {
            return Some(format!("it has {count} lines, expected {}", lines.describe()));
        }
        match empty {
            Some(true) if count > 0 => Some("something was printed".into()),
            Some(false) if count == 0 => Some("nothing was printed".into()),
            _ => None,
        }
    }
}

/// Of a container's own output.
pub(super) fn held(wanted: &OutputMatch, run: &Run, evidence: &Evidence) -> Finding {
    let lives = run.finished.is_none() && !run.removed;
    let Some(output) = &run.output else {
        if lives || run.started.is_none() {
            return Finding::pending();
        }
        return unread(run);
    };
    // What an exec prints goes to the one who asked for it, not to the container's output.
    let hidden = run.execs.iter().any(|exec| Said::by_exec(exec, run, evidence).is_none());
    Said { run, exec: None, output, tty: run.tty, lives, hidden }.held(wanted, evidence)
}

/// Log drivers whose log the engine can read back.
const READABLE: [&str; 4] = ["json-file", "local", "journald", "k8s-file"];

fn unread(run: &Run) -> Finding {
    let driver = run.log_driver.as_str();
    if driver.is_empty() || READABLE.contains(&driver) {
        let reason = format!("{} was gone before its output could be looked at.", called(run));
        return Finding::unknown(reason, WATCHED);
    }
    Finding::unknown(
        format!(
            "what {} printed cannot be read: its log driver is {driver}, and the engine reads no log of that one.",
            called(run)
        ),
        "Run it again with a log that can be read: leave --log-driver out, or name json-file there.",
    )
}

/// Of a command that `docker exec` started.
pub(super) fn held_by_exec(wanted: &OutputMatch, exec: &Exec, run: &Run, evidence: &Evidence) -> Finding {
    match Said::by_exec(exec, run, evidence) {
        Some(said) => said.held(wanted, evidence),
        None => Finding::unknown(
            format!("what docker exec printed in {} could not be seen.", called(run)),
            "Type it at the prompt of pilotwhale's shell, without -d: then its output comes to you, and can be seen.",
        ),
    }
}

/// What was printed, and by what.
pub(super) struct Said<'e> {
    pub run: &'e Run,
    pub exec: Option<&'e Exec>,
    pub output: &'e Output,
    pub tty: bool,
    /// More may be to come.
    lives: bool,
    /// The learner may have seen it printed where nobody else did.
    hidden: bool,
}

impl<'e> Said<'e> {
    /// What the tap saw of it; None where it went elsewhere.
    pub(super) fn by_exec(exec: &'e Exec, run: &'e Run, evidence: &'e Evidence) -> Option<Self> {
        let mut calls = evidence.seen.iter().filter(|call| call.action.name == "exec-start");
        let own = calls.find(|call| call.action.object.as_deref() == Some(exec.id.as_str()))?;
        Some(Self {
            run,
            exec: Some(exec),
            output: own.output.as_ref()?,
            tty: own.action.args.contains_key("tty"),
            lives: own.answer.as_ref().is_none_or(|answer| !answer.ended),
            hidden: false,
        })
    }

    fn held(&self, wanted: &OutputMatch, evidence: &Evidence) -> Finding {
        if let Some(finding) = wanted.line.as_ref().and_then(|line| self.line_differs(line)) {
            return finding;
        }
        let Some(differs) = wanted.rest_difference(self) else {
            let other = || author::differs(wanted, self, evidence).map(|finding| finding.tried(true));
            return other().unwrap_or_else(|| Finding::yes(true));
        };
        self.open_end().unwrap_or_else(|| Finding::no(self.last_line(), differs).advising(self.advice()))
    }

    /// Without those that only show what was typed.
    fn lines(&self) -> impl Iterator<Item = &'e str> {
        let tty = self.tty;
        self.output.text.lines().filter(move |line| !advice::is_echo(tty, line))
    }

    /// None where the line is there.
    fn line_differs(&self, line: &Text) -> Option<Finding> {
        if self.output.text.lines().any(|l| line.matches(l)) {
            return None;
        }
        if let Some((found, want)) = nearest(self.lines(), &line.literals()) {
            return Some(
                Finding::no(format!("the line {}", quoted(found)), difference(found, want))
                    .advising(advice::near_line(found, want))
                    .tried(true),
            );
        }
        if let Some(open) = self.open_end() {
            return Some(open);
        }
        let differs = match advice::last_line(self.tty, &self.output.text) {
            Some(_) => format!("no line is {}", line.describe()),
            None => "it printed nothing".to_string(),
        };
        Some(Finding::no(self.last_line(), differs).advising(self.advice()))
    }

    /// More may be to come, or was printed and not kept.
    fn open_end(&self) -> Option<Finding> {
        if self.hidden {
            return Some(Finding::unknown(
                format!("what docker exec printed in {} is not kept by the engine.", called(self.run)),
                "Let docker run print it: then it can be seen.",
            ));
        }
        if self.lives {
            return Some(Finding::pending());
        }
        self.output.truncated.then(|| {
            Finding::unknown(
                format!(
                    "{} printed more than was kept, and the line is not in what was kept.",
                    called(self.run)
                ),
                "Run it again with less output.",
            )
        })
    }

    fn last_line(&self) -> String {
        let found = advice::last_line(self.tty, &self.output.text);
        found.map_or("nothing was printed".to_string(), |l| format!("its last line is {}", quoted(l)))
    }

    fn advice(&self) -> Option<String> {
        match self.exec {
            Some(_) => advice::complaint(&self.output.text),
            None => advice::output(self.run, &self.output.text),
        }
    }
}

/// What satisfied it, in words: 'printed "hello"'.
pub(super) fn found(wanted: &OutputMatch, output: &Output) -> Option<String> {
    let line = wanted.line.as_ref()?;
    let found = output.text.lines().find(|l| line.matches(l));
    found.map(|l| format!("printed {}", quoted(l.trim())))
}
