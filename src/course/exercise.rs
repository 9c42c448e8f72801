//! An exercise: its brief, starter files, tasks with their checks, ways that must pass and fail, and its solution.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::diagnostic::{Diagnostic, Manuscript};
use super::rewrite::Rewrite;
use super::tries::{Accept, Reject};
use super::vars::{self, Var, Vars};
use crate::check::{Check, Needs, WhenWrong};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exercise {
    pub id: String,
    pub title: String,
    pub minutes: u32,
    /// Markdown, shown above the tasks.
    pub brief: String,
    /// Images that must be pullable, as `docker pull` takes them.
    pub images: Vec<String>,
    /// Drawn once for each attempt.
    pub vars: BTreeMap<String, Var>,
    /// A bash script that is run in the exercise's folder when it begins.
    pub setup: Option<String>,
    pub files: Vec<StarterFile>,
    pub tasks: Vec<Task>,
    /// Other right ways, each from a fresh start.
    pub accepts: Vec<Accept>,
    pub rejects: Vec<Reject>,
    /// What a rehearsal must not write in another way, because the brief or a check speaks of it.
    pub not_varied: Vec<Rewrite>,
    /// Markdown, shown after a pass or when the learner gives up.
    pub solution: Manuscript,
    /// Its tasks stand on the slides of the lesson that has its id; it begins when that lesson is first opened.
    pub on_slides: bool,
    /// The file that it was read from.
    pub manuscript: Manuscript,
    /// What its author has to mend first: an exercise with any is neither begun nor judged, and its points still count.
    pub faults: Vec<Diagnostic>,
}

/// A file laid into the exercise's folder unless it is already there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarterFile {
    pub path: String,
    pub content: String,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Task {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub mode: TaskMode,
    #[serde(default = "one")]
    pub points: u32,
    /// Not needed for the pass.
    #[serde(default)]
    pub bonus: bool,
    /// Tasks that come first.
    #[serde(default)]
    pub needs: Vec<String>,
    pub check: Check,
    #[serde(default)]
    pub when_wrong: Vec<WhenWrong>,
    /// From a nudge to nearly the answer.
    #[serde(default)]
    pub hints: Vec<String>,
    /// Of a task on a slide: what the rehearsal runs to solve it.
    #[serde(default)]
    pub solve: Option<String>,
    #[serde(default)]
    pub accepts: Vec<Accept>,
    #[serde(default)]
    pub rejects: Vec<Reject>,
    /// Where it begins in its file, from 1.
    #[serde(skip)]
    pub line: usize,
}

fn one() -> u32 {
    1
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskMode {
    /// Done once is done.
    #[default]
    Edge,
    /// Must be true now.
    Level,
}

impl Exercise {
    /// The exercise of one attempt: with these values in all its texts and checks.
    pub fn drawn(&self, values: &Vars) -> Self {
        if self.vars.is_empty() {
            return self.clone();
        }
        let put = |text: &str| vars::put_in(text, &self.vars, values);
        let files = self.files.iter();
        let files = files.map(|file| StarterFile { path: put(&file.path), content: put(&file.content) });
        Self {
            title: put(&self.title),
            brief: put(&self.brief),
            setup: self.setup.as_deref().map(put),
            files: files.collect(),
            tasks: self.tasks.iter().map(|task| task.with_texts(&put)).collect(),
            accepts: self.accepts.iter().map(|way| way.with_texts(&put)).collect(),
            rejects: self.rejects.iter().map(|way| way.with_texts(&put)).collect(),
            solution: self.solution.with_text(&put(self.solution.text())),
            ..self.clone()
        }
    }

    /// A text of this exercise with these values in it.
    pub fn put_in(&self, text: &str, values: &Vars) -> String {
        vars::put_in(text, &self.vars, values)
    }

    pub fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// What has to be recorded and gathered for it.
    pub fn needs(&self) -> Needs {
        Needs::of(self.checks())
    }

    /// The checks of its tasks, with those that only pick the advice.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.tasks.iter().flat_map(|task| {
            std::iter::once(&task.check).chain(task.when_wrong.iter().map(|rule| &rule.when))
        })
    }
}

impl Task {
    fn with_texts(&self, put: &dyn Fn(&str) -> String) -> Self {
        let rules = self.when_wrong.iter();
        let rules = rules.map(|rule| WhenWrong {
            when: rule.when.with_texts(put),
            say: put(&rule.say),
            stuck: rule.stuck,
        });
        Self {
            title: put(&self.title),
            check: self.check.with_texts(put),
            when_wrong: rules.collect(),
            hints: self.hints.iter().map(|hint| put(hint)).collect(),
            solve: self.solve.as_deref().map(put),
            accepts: self.accepts.iter().map(|way| way.with_texts(put)).collect(),
            rejects: self.rejects.iter().map(|way| way.with_texts(put)).collect(),
            ..self.clone()
        }
    }
}
