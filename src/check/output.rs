//! What a container printed.

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::leaf::WATCHED;
use super::number::Number;
use super::pattern::Pattern;
use super::run::{called, sentence};
use super::text::{Text, difference, nearest, only_looks_to_hold, quoted};
use super::{advice, author};
use crate::facts::{Evidence, Exec, Output, Run};

/// All of this is so of what it printed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct OutputMatch {
    /// A whole line, blanks at its ends forgiven; what a terminal echoes of the learner's typing never counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Text>,
    /// The program that printed the line, by its base name without version: not `echo` beside it in the same shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// A file of the exercise's folder that this program was read from, through a mount: not from standard input, and
    /// not another text of the same kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_from: Option<String>,
    /// A text with which the program proves that it ran in this very container: it prints `seal:` and the first eight
    /// hexadecimal digits of the SHA-256 of this text, a blank and its hostname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// A text anywhere in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// A regular expression that fits somewhere in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<Pattern>,
    /// How many lines there are that are not blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Number>,
    /// Whether nothing was printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty: Option<bool>,
}

impl OutputMatch {
    pub(super) fn mistakes(&self) -> Vec<String> {
        let Self { line, by, read_from, seal, contains, regex: _, lines: _, empty: _ } = self;
        let mut found = Vec::new();
        if *self == Self::default() {
            found.push("`output` asks for nothing".into());
        }
        if contains.as_ref().is_some_and(|part| part.is_empty()) {
            found.push("`contains` is empty".into());
        }
        if by.as_ref().is_some_and(|by| by.trim().is_empty()) {
            found.push("`by` is empty".into());
        }
        if by.is_some() && line.is_none() {
            found.push("`by` needs a `line`: of which it says who printed it".into());
        }
        if read_from.is_some() && by.is_none() {
            found.push("`read-from` needs a `by`: the program that read the file".into());
        }
        if read_from.as_ref().is_some_and(|path| !super::file::is_inside(path)) {
            found.push("`read-from` is a path in the exercise's folder, such as ./hello.py".into());
        }
        if seal.as_ref().is_some_and(|seal| seal.trim().is_empty()) {
            found.push("`seal` is empty".into());
        }
        found
    }

    /// None where everything but `line` is so.
    fn rest_difference(&self, said: &Said<'_>) -> Option<String> {
        // Who printed it is looked at after that.
        let Self { line: _, by: _, read_from: _, seal: _, contains, regex, lines, empty } = self;
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

/// Goes after 'a container that'.
pub(super) fn describe(wanted: &OutputMatch) -> String {
    let OutputMatch { line, by, read_from, seal, contains, regex, lines, empty } = wanted;
    let mut prints: Vec<String> = Vec::new();
    prints.extend(line.as_ref().map(|line| match line.literals().is_empty() {
        true => format!("a line {}", line.describe()),
        false => format!("the line {}", line.describe()),
    }));
    prints.extend(seal.as_ref().map(|_| "the seal that goes with it".to_owned()));
    prints.extend(contains.as_ref().map(|part| format!("{} somewhere", quoted(part))));
    prints.extend(regex.as_ref().map(|p| format!("what matches the pattern {}", quoted(p.as_str()))));
    prints.extend(lines.map(|lines| format!("{} lines", lines.describe())));
    prints.extend(empty.map(|empty| if empty { "nothing" } else { "something" }.to_owned()));
    let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let from = read_from.as_ref().map(|path| format!(" from {}", path.trim_start_matches("./")));
    format!("prints {}{by}{}", sentence(&prints), from.unwrap_or_default())
}

/// What satisfied it, in words: 'printed "hello"'.
pub(super) fn found(wanted: &OutputMatch, output: &Output) -> Option<String> {
    let line = wanted.line.as_ref()?;
    let found = output.text.lines().find(|l| line.matches(l));
    found.map(|l| format!("printed {}", quoted(l.trim())))
}
