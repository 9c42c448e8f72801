//! The ways through an exercise that its author wrote down, right ones and wrong ones, each of one try or of several.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};

use crate::check::{Mistake, Text, Verdict};

/// Another right way: after its last try all tasks but bonus ones pass.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Accept {
    pub name: String,
    #[serde(default)]
    pub run: String,
    /// Files that are written first, by their paths in the exercise's folder.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// In place of `run` and `files`.
    #[serde(default)]
    pub tries: Vec<Try>,
    /// Where the machine lacks one of these, this way is left out.
    #[serde(default)]
    pub needs: Vec<Tool>,
    #[serde(skip)]
    pub line: usize,
}

/// A wrong way: after its last try the task does not pass, and says this.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reject {
    pub name: String,
    #[serde(default)]
    pub run: String,
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// In place of `run` and `files`.
    #[serde(default)]
    pub tries: Vec<Try>,
    #[serde(default)]
    pub needs: Vec<Tool>,
    /// Not written for a task on a slide, where it is that task.
    #[serde(default)]
    pub task: String,
    /// Of everything that the verdict says, joined by blanks. Must be written, unless the last try says it.
    pub message: Option<Text>,
    #[serde(default)]
    pub verdict: VerdictWord,
    #[serde(skip)]
    pub line: usize,
}

/// What is done at once, and what the tasks say afterwards.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Try {
    #[serde(default)]
    pub run: String,
    /// Files that are written first, also over those of the try before.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// By the tasks' ids. A task that is not named may say anything.
    #[serde(default)]
    pub after: BTreeMap<String, Expected>,
}

/// What a task must say: a verdict alone, or with parts of its message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    pub verdict: VerdictWord,
    /// Of everything that the verdict says, joined by blanks.
    pub message: Option<Text>,
    /// Texts that are nowhere in it.
    pub lacks: Vec<String>,
}

/// A verdict as an author names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictWord {
    Pass,
    #[default]
    NotRight,
    NotYet,
    CouldNotCheck,
}

/// What a way cannot go without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// `docker build` with BuildKit, as the plugin buildx brings it.
    Buildkit,
    /// `docker compose`
    Compose,
}

impl Tool {
    pub const ALL: [Self; 2] = [Self::Buildkit, Self::Compose];

    /// As an author writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Buildkit => "buildkit",
            Self::Compose => "compose",
        }
    }

    /// The plugin of the docker client that brings it.
    pub fn plugin(self) -> &'static str {
        match self {
            Self::Buildkit => "buildx",
            Self::Compose => "compose",
        }
    }
}

impl VerdictWord {
    pub fn is(self, verdict: &Verdict) -> bool {
        matches!(
            (self, verdict),
            (Self::Pass, Verdict::Pass { .. })
                | (Self::NotRight, Verdict::NotRight { .. })
                | (Self::NotYet, Verdict::NotYet { .. })
                | (Self::CouldNotCheck, Verdict::CouldNotCheck { .. })
        )
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::NotRight => "not right",
            Self::NotYet => "not yet",
            Self::CouldNotCheck => "could not check",
        }
    }
}

impl Expected {
    /// Any verdict but a pass is as good as this one.
    pub fn is_refusal(&self) -> bool {
        self.verdict != VerdictWord::Pass
    }

    /// `said` is all that the verdict says, joined by blanks.
    pub fn holds(&self, verdict: &Verdict, said: &str) -> bool {
        self.verdict.is(verdict)
            && self.message.as_ref().is_none_or(|message| message.matches(said))
            && self.lacks.iter().all(|part| !said.contains(part.as_str()))
    }

    /// Goes after "it must say".
    pub fn describe(&self) -> String {
        let mut text = self.verdict.words().to_owned();
        if let Some(message) = &self.message {
            text += &format!(", {}", message.describe());
        }
        self.lacks.iter().for_each(|part| text += &format!(", and nowhere {part:?}"));
        text
    }

    pub fn with_texts(&self, put: &dyn Fn(&str) -> String) -> Self {
        let message = self.message.as_ref().map(|message| message.with_texts(put));
        let lacks = self.lacks.iter().map(|part| put(part)).collect();
        Self { verdict: self.verdict, message, lacks }
    }
}

impl Try {
    fn with_texts(&self, put: &dyn Fn(&str) -> String) -> Self {
        let after = self.after.iter();
        let after = after.map(|(task, expected)| (task.clone(), expected.with_texts(put))).collect();
        Self { run: put(&self.run), files: put_files(&self.files, put), after }
    }
}

fn put_files(files: &BTreeMap<String, String>, put: &dyn Fn(&str) -> String) -> BTreeMap<String, String> {
    files.iter().map(|(path, content)| (put(path), put(content))).collect()
}

/// A way that is written without `tries` is one try.
fn tries(run: &str, files: &BTreeMap<String, String>, tries: &[Try]) -> Vec<Try> {
    match tries.is_empty() {
        true => vec![Try { run: run.to_owned(), files: files.clone(), after: BTreeMap::new() }],
        false => tries.to_vec(),
    }
}

impl Accept {
    pub fn tries(&self) -> Vec<Try> {
        tries(&self.run, &self.files, &self.tries)
    }

    pub(super) fn with_texts(&self, put: &dyn Fn(&str) -> String) -> Self {
        Self {
            name: put(&self.name),
            run: put(&self.run),
            files: put_files(&self.files, put),
            tries: self.tries.iter().map(|one| one.with_texts(put)).collect(),
            ..self.clone()
        }
    }
}

impl Reject {
    /// After the last one, this task says what the way as a whole is rejected for.
    pub fn tries(&self, task: &str) -> Vec<Try> {
        let mut tries = tries(&self.run, &self.files, &self.tries);
        if let (Some(last), Some(message)) = (tries.last_mut(), &self.message) {
            let message = Some(message.clone());
            let expected = Expected { verdict: self.verdict, message, lacks: Vec::new() };
            last.after.insert(task.to_owned(), expected);
        }
        tries
    }

    pub(super) fn with_texts(&self, put: &dyn Fn(&str) -> String) -> Self {
        Self {
            name: put(&self.name),
            run: put(&self.run),
            files: put_files(&self.files, put),
            tries: self.tries.iter().map(|one| one.with_texts(put)).collect(),
            message: self.message.as_ref().map(|message| message.with_texts(put)),
            ..self.clone()
        }
    }
}

/// What is wrong with the ways that must pass or fail. `known` are the ids of the tasks that they may speak of; `own` is
/// the task on a slide that they belong to.
pub(super) fn of_ways(
    accepts: &[Accept],
    rejects: &[Reject],
    known: &[&str],
    own: Option<&str>,
) -> Vec<Mistake> {
    let mut found = Vec::new();
    for (n, way) in accepts.iter().enumerate() {
        let mut say = |mistake: Mistake| found.push(mistake.inside(n).inside("accepts"));
        if way.tries.is_empty() && way.run.trim().is_empty() {
            say(Mistake::new(format!("`{}` runs nothing", way.name)));
        }
        of_tries(&way.tries, !(way.run.is_empty() && way.files.is_empty()), known, &mut say);
    }
    for (n, way) in rejects.iter().enumerate() {
        let mut say = |mistake: Mistake| found.push(mistake.inside(n).inside("rejects"));
        let task = own.unwrap_or(&way.task);
        if !known.contains(&task) {
            let message = match task.is_empty() {
                true => "`task` is missing: which task must not pass?".to_owned(),
                false => format!("there is no task `{task}`"),
            };
            say(Mistake::new(message).inside("task"));
        }
        if way.verdict == VerdictWord::Pass {
            say(Mistake::new("a wrong way cannot end in a pass").inside("verdict"));
        }
        let last = way.tries.last().and_then(|last| last.after.get(task));
        match (&way.message, last) {
            (None, Some(expected)) if expected.is_refusal() => {}
            (None, _) => say(Mistake::new("`message` is missing: what must the task say?")),
            (Some(_), Some(_)) => {
                say(Mistake::new(format!("the last try says of `{task}`, too, what it says"))
                    .inside("message"));
            }
            (Some(_), None) => {}
        }
        of_tries(&way.tries, !(way.run.is_empty() && way.files.is_empty()), known, &mut say);
    }
    found
}

fn of_tries(tries: &[Try], has_own: bool, known: &[&str], say: &mut dyn FnMut(Mistake)) {
    if has_own && !tries.is_empty() {
        say(Mistake::new("`tries` stands in place of `run` and `files`").inside("tries"));
    }
    for (i, one) in tries.iter().enumerate() {
        let mut say = |mistake: Mistake| say(mistake.inside(i).inside("tries"));
        if one.run.trim().is_empty() && one.files.is_empty() {
            say(Mistake::new("this try does nothing"));
        }
        for (task, expected) in &one.after {
            let mut say = |mistake: Mistake| say(mistake.inside(task).inside("after"));
            if !known.contains(&task.as_str()) {
                say(Mistake::new(format!("there is no task `{task}`")));
            }
            if expected.lacks.iter().any(|part| part.is_empty()) {
                say(Mistake::new("an item of `lacks` is empty").inside("lacks"));
            }
        }
    }
}

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExpectedVisitor)
    }
}

struct ExpectedVisitor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    verdict: VerdictWord,
    message: Option<Text>,
    #[serde(default)]
    lacks: Vec<String>,
}

impl<'de> Visitor<'de> for ExpectedVisitor {
    type Value = Expected;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pass, not-right, not-yet, could-not-check, or `{verdict, message, lacks}`")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Expected, E> {
        let verdict = VerdictWord::deserialize(StrDeserializer::new(word))?;
        Ok(Expected { verdict, ..Expected::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Expected, A::Error> {
        let Written { verdict, message, lacks } = Written::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Expected { verdict, message, lacks })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::course::diagnostic::Script;
    use crate::course::task_fence;
    use crate::course::yaml::Snippet;

    const WHOLE: &str = "\
id: ran
title: It ran
check: {run: {image: {repo: x}}}
accepts:
  - name: twice
    needs: [buildkit, compose]
    tries:
      - run: docker run y
        after:
          ran: {message: {contains: y}, lacks: [z]}
      - {files: {a: b}, run: docker run x, after: {ran: pass}}
rejects:
  - {name: once, run: docker run y, message: {contains: y}}
  - name: by its last try
    tries:
      - {run: docker run y, after: {ran: not-yet}}
";

    fn told(yaml: &str) -> (Option<crate::course::Task>, String) {
        let script = Script::new(Path::new("lesson.md"), yaml);
        let mut found = Vec::new();
        let task = task_fence::parse(&Snippet { script: &script, text: yaml, first: 1 }, &[], &mut found);
        (task, found.iter().map(|d| d.render(false)).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn one_try_and_several_are_read_alike() {
        let (task, said) = told(WHOLE);
        let task = task.unwrap_or_else(|| panic!("{said}"));
        assert_eq!(task.accepts[0].needs, Tool::ALL);
        let tries = task.accepts[0].tries();
        assert_eq!(
            tries.iter().map(|one| one.run.as_str()).collect::<Vec<_>>(),
            ["docker run y", "docker run x"]
        );
        assert_eq!(tries[0].after["ran"].verdict, VerdictWord::NotRight);
        assert!(!tries[1].after["ran"].is_refusal());
        let once = task.rejects[0].tries("ran");
        assert_eq!(
            (once.len(), once[0].after["ran"].describe().as_str()),
            (1, "not right, that contains \"y\"")
        );
        assert_eq!(task.rejects[1].tries("ran")[0].after["ran"].verdict, VerdictWord::NotYet);
    }

    #[test]
    fn a_message_is_held_against_all_that_is_said() {
        let expected = told(WHOLE).0.map(|task| task.accepts[0].tries()[0].after["ran"].clone()).unwrap();
        let verdict = Verdict::NotRight {
            expected: "a y".into(),
            found: "q".into(),
            nearest: None,
            differs: "z".into(),
            advice: None,
        };
        assert!(expected.holds(&verdict, "a y q"));
        assert!(!expected.holds(&verdict, "a y z"), "what must be nowhere is there");
        assert!(!expected.holds(&verdict, "a q"), "what must be there is not");
        assert!(!expected.holds(&Verdict::NotYet { expected: "a y".into() }, "a y"), "another verdict");
    }

    #[test]
    fn mistakes_are_shown_where_they_are() {
        let cases = [
            ("ran: {message", "run: {message", "lesson.md:10:11", "there is no task `run`"),
            ("after: {ran: pass}", "after: {ran: passed}", "lesson.md:11:", "passed"),
            ("lacks: [z]", "lacks: ['']", "lesson.md:10:41", "an item of `lacks` is empty"),
            ("lacks: [z]", "lack: [z]", "lesson.md:10:", "unknown field `lack`"),
            (
                "    tries:\n      - run",
                "    run: ls\n    tries:\n      - run",
                "lesson.md:8:5",
                "in place of `run`",
            ),
            ("run: docker run x, ", "", "", ""),
            ("{files: {a: b}, run: docker run x, ", "{", "lesson.md:11:9", "this try does nothing"),
            (", message: {contains: y}}\n  - name", "}\n  - name", "lesson.md:13:5", "`message` is missing"),
            ("after: {ran: not-yet}", "after: {ran: pass}", "lesson.md:14:5", "`message` is missing"),
            ("by its last try\n", "by its last try\n    message: {contains: y}\n", "lesson.md:15:5", "too"),
            (
                "message: {contains: y}}\n",
                "message: {contains: y}, verdict: pass}\n",
                "lesson.md:13:",
                "end in a pass",
            ),
            ("[buildkit, compose]", "[podman]", "lesson.md:6:", "podman"),
        ];
        let wrong: Vec<String> = cases
            .into_iter()
            .filter_map(|(from, to, place, part)| {
                assert!(WHOLE.contains(from), "{from}");
                let (_, said) = told(&WHOLE.replacen(from, to, 1));
                let as_expected =
                    said.contains(place) && said.contains(part) && said.is_empty() == part.is_empty();
                (!as_expected).then(|| format!("{to}: {place} {part}\n{said}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}
