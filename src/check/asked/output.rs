//! What is asked to be printed.

use serde::{Deserialize, Serialize};

use super::number::Number;
use super::pattern::Pattern;
use super::text::{Text, quoted, sentence};

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
    /// Whether a command only said the text, as `echo` does with the words that it is given: `false` where it must have
    /// been read from somewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echoed: Option<bool>,
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
    pub(in crate::check) fn mistakes(&self) -> Vec<String> {
        let Self { line, by, read_from, seal, echoed, contains, regex: _, lines: _, empty: _ } = self;
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
        if echoed.is_some() && line.is_none() && contains.is_none() {
            found.push("`echoed` needs a `line` or `contains`: of which it says where it came from".into());
        }
        if seal.as_ref().is_some_and(|seal| seal.trim().is_empty()) {
            found.push("`seal` is empty".into());
        }
        found
    }
}

/// Goes after 'a container that'.
pub(in crate::check) fn describe(wanted: &OutputMatch) -> String {
    let OutputMatch { line, by, read_from, seal, echoed, contains, regex, lines, empty } = wanted;
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
    let echoed = echoed.map(|echoed| if echoed { " by echo" } else { " without echo" }).unwrap_or_default();
    format!("prints {}{by}{}{echoed}", sentence(&prints), from.unwrap_or_default())
}
