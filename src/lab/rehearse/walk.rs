//! A way through an exercise, as a rehearsal goes it: its scripts with their places in the author's file.

use std::collections::BTreeMap;

use super::SceneKind;
use super::vary::{Given, Variation};
use crate::course::script::{self, Step, StepKind};
use crate::course::{Diagnostic, Expected, Manuscript, Rewrite, Severity, Tool, Try};

/// A script with its place in the author's file, and what the tasks must say after it.
pub(super) struct Script<'a> {
    pub(super) manuscript: &'a Manuscript,
    /// Where what it belongs to begins.
    pub(super) line: usize,
    pub(super) files: Vec<(String, String)>,
    pub(super) steps: Vec<Step>,
    pub(super) after: BTreeMap<String, Expected>,
    /// The rewrites that it was made by: then only passes count, and not what else is said.
    pub(super) varied: Vec<Rewrite>,
}

impl<'a> Script<'a> {
    /// A try as the author wrote it, somewhere below `line`: its own lines are looked for there.
    pub(super) fn below(manuscript: &'a Manuscript, line: usize, one: Try) -> Self {
        let own: Vec<&str> = one.run.lines().collect();
        let place = |step: Step| {
            let text = own.get(step.line.saturating_sub(1)).map_or("", |text| text.trim());
            Step { line: manuscript.line_with(text, line).unwrap_or(line), ..step }
        };
        let steps = script::steps(&one.run).into_iter().map(place).collect();
        let (files, after) = (one.files.into_iter().collect(), one.after);
        Self { manuscript, line, files, steps, after, varied: Vec::new() }
    }

    /// Each try is looked for below the one before it.
    pub(super) fn all(manuscript: &'a Manuscript, line: usize, tries: Vec<Try>) -> Vec<Self> {
        let mut scripts: Vec<Self> = Vec::new();
        for one in tries {
            let line = scripts
                .last()
                .map_or(line, |before| before.steps.last().map_or(before.line, |step| step.line) + 1);
            let mut script = Self::below(manuscript, line, one);
            if let (false, Some(step)) = (scripts.is_empty(), script.steps.first()) {
                script.line = step.line;
            }
            scripts.push(script);
        }
        scripts
    }

    pub(super) fn mistake(&self, line: usize, message: String, help: &str) -> Diagnostic {
        let mut help = help.to_owned();
        if !self.varied.is_empty() {
            help += "\nit was written in another way:";
            let files = self.files.iter().flat_map(|(path, text)| {
                std::iter::once(format!("{path}:")).chain(text.lines().map(|line| format!("  {line}")))
            });
            let commands = self.steps.iter().filter_map(|step| match &step.kind {
                StepKind::Command(command) => Some(command.clone()),
                StepKind::Typed(_) => None,
            });
            files.chain(commands).for_each(|line| help += &format!("\n  {line}"));
        }
        self.manuscript.mistake(Severity::Error, line, message, &help)
    }

    /// The tasks that must not pass after it.
    pub(super) fn refused(&self) -> impl Iterator<Item = &str> {
        self.after.iter().filter(|(_, expected)| expected.is_refusal()).map(|(task, _)| task.as_str())
    }

    pub(super) fn given(&self) -> Given {
        Given { files: self.files.clone(), steps: self.steps.clone() }
    }
}

/// A way through an exercise that is gone from a fresh start, one try after the other.
pub(super) struct Walk<'a> {
    pub(super) kind: SceneKind,
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) tries: Vec<Script<'a>>,
    /// The task that it must not pass. Without one, all tasks but bonus ones must pass in the end.
    pub(super) wrong_for: Option<String>,
    pub(super) needs: Vec<Tool>,
}

impl<'a> Walk<'a> {
    /// The same way as it was written otherwise.
    pub(super) fn by(&self, variation: Variation) -> Self {
        let words: Vec<&str> = variation.by.iter().map(|kind| kind.word()).collect();
        let tries = self.tries.iter().zip(variation.tries).map(|(script, given)| Script {
            manuscript: script.manuscript,
            line: script.line,
            files: given.files,
            steps: given.steps,
            after: script.after.clone(),
            varied: variation.by.clone(),
        });
        Self {
            kind: self.kind,
            name: format!("{}: {}", words.join(", "), self.name),
            line: self.line,
            tries: tries.collect(),
            wrong_for: self.wrong_for.clone(),
            needs: self.needs.clone(),
        }
    }
}
