//! What a container printed.

use serde::{Deserialize, Serialize};

use super::advice;
use super::finding::Finding;
use super::leaf::WATCHED;
use super::number::Number;
use super::pattern::Pattern;
use super::run::called;
use super::text::{Text, difference, nearest, quoted};
use crate::facts::{Output, Run};

/// All of this is so of what it printed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct OutputMatch {
    /// A whole line, blanks at its ends forgiven; what a terminal echoes of the learner's typing never counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Text>,
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
        let mut found = Vec::new();
        if *self == Self::default() {
            found.push("`output` asks for nothing".into());
        }
        if self.contains.as_ref().is_some_and(|part| part.is_empty()) {
            found.push("`contains` is empty".into());
        }
        found
    }

    /// Whether everything but `line` is so.
    fn rest_difference(&self, run: &Run, text: &str) -> Option<String> {
        let shown = || text.lines().filter(|l| !l.trim().is_empty() && !advice::is_echo(run, l));
        if let Some(part) = &self.contains
            && !shown().any(|line| line.contains(part))
            && !(part.contains('\n') && text.contains(part))
        {
            return Some(format!("{} is not in it", quoted(part)));
        }
        if let Some(pattern) = &self.regex
            && !pattern.is_match(&shown().collect::<Vec<_>>().join("\n"))
        {
            return Some(format!("nothing in it matches the pattern {}", quoted(pattern.as_str())));
        }
        let count = i64::try_from(shown().count()).unwrap_or(i64::MAX);
        if let Some(lines) = self.lines.filter(|lines| !lines.matches(count)) {
            return Some(format!("it has {count} lines, expected {}", lines.describe()));
        }
        match self.empty {
            Some(true) if count > 0 => Some("something was printed".into()),
            Some(false) if count == 0 => Some("nothing was printed".into()),
            _ => None,
        }
    }
}

pub(super) fn held(wanted: &OutputMatch, run: &Run) -> Finding {
    let lives = run.finished.is_none() && !run.removed;
    let Some(output) = &run.output else {
        return if lives || run.started.is_none() {
            Finding::pending()
        } else {
            Finding::unknown(
                format!("{} was gone before its output could be looked at.", called(run)),
                WATCHED,
            )
        };
    };
    if let Some(line) = &wanted.line
        && let Some(finding) = line_differs(line, output, run, lives)
    {
        return finding;
    }
    let Some(differs) = wanted.rest_difference(run, &output.text) else { return Finding::yes(true) };
    open_end(output, run, lives).unwrap_or_else(|| {
        Finding::no(last_line(run, output), differs).advising(advice::output(run, &output.text))
    })
}

/// None where the line is there.
fn line_differs(line: &Text, output: &Output, run: &Run, lives: bool) -> Option<Finding> {
    if output.text.lines().any(|l| line.matches(l)) {
        return None;
    }
    let literals = line.literals();
    let shown = output.text.lines().filter(|l| !advice::is_echo(run, l));
    if let Some((found, want)) = nearest(shown, &literals) {
        return Some(
            Finding::no(format!("the line {}", quoted(found)), difference(found, want))
                .advising(advice::near_line(found, want))
                .tried(true),
        );
    }
    if let Some(open) = open_end(output, run, lives) {
        return Some(open);
    }
    let differs = match advice::last_line(run, &output.text) {
        Some(_) => format!("no line is {}", line.describe()),
        None => "it printed nothing".to_string(),
    };
    Some(Finding::no(last_line(run, output), differs).advising(advice::output(run, &output.text)))
}

/// More may be to come, or was printed where it could not be seen.
fn open_end(output: &Output, run: &Run, lives: bool) -> Option<Finding> {
    // What an exec prints goes to the one who asked for it, not to the container's output.
    if !run.execs.is_empty() {
        return Some(Finding::unknown(
            format!("what docker exec printed in {} is not kept by the engine.", called(run)),
            "Let docker run print it: then it can be seen.",
        ));
    }
    if lives {
        return Some(Finding::pending());
    }
    output.truncated.then(|| {
        Finding::unknown(
            format!("{} printed more than was kept, and the line is not in what was kept.", called(run)),
            "Run it again with less output.",
        )
    })
}

fn last_line(run: &Run, output: &Output) -> String {
    let found = advice::last_line(run, &output.text);
    found.map_or("nothing was printed".to_string(), |l| format!("its last line is {}", quoted(l)))
}

/// Goes after 'a container that'.
pub(super) fn describe(wanted: &OutputMatch) -> String {
    let mut prints: Vec<String> = Vec::new();
    prints.extend(wanted.line.as_ref().map(|line| match line.literals().is_empty() {
        true => format!("a line {}", line.describe()),
        false => format!("the line {}", line.describe()),
    }));
    prints.extend(wanted.contains.as_ref().map(|part| format!("{} somewhere", quoted(part))));
    prints.extend(wanted.regex.as_ref().map(|p| format!("what matches the pattern {}", quoted(p.as_str()))));
    prints.extend(wanted.lines.map(|lines| format!("{} lines", lines.describe())));
    prints.extend(wanted.empty.map(|empty| if empty { "nothing" } else { "something" }.to_owned()));
    format!("prints {}", prints.join(" and "))
}

/// What satisfied it, in words: 'printed "hello"'.
pub(super) fn found(wanted: &OutputMatch, output: &Output) -> Option<String> {
    let line = wanted.line.as_ref()?;
    let found = output.text.lines().find(|l| line.matches(l));
    found.map(|l| format!("printed {}", quoted(l.trim())))
}
