//! One attempt at an exercise, as its learner would make it: begun, typed, and judged after every command.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::RehearsalError;
use super::stage::Stage;
use super::typist::{Outcome, Trouble, Typist};
use crate::check::Report;
use crate::course::script::{Keys, Step, StepKind};
use crate::course::{Exercise, StarterFile, Vars, draw};
use crate::facts::Evidence;
use crate::lab::{self, begin};

/// A server needs a moment until it answers; nothing tells when.
const AGAIN: Duration = Duration::from_millis(250);
const AT_REST: Duration = Duration::from_millis(1500);

/// What a verdict was reached from.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) evidence: Evidence,
    /// Tasks that had passed before.
    pub(super) passed: BTreeMap<String, String>,
}

pub(super) struct Play<'s> {
    stage: &'s Stage,
    /// With the values of this attempt in it.
    exercise: Exercise,
    values: Vars,
    folder: PathBuf,
    typist: Typist,
    passed: BTreeMap<String, String>,
    /// Ids of what tasks that passed had found, by the names that later tasks use.
    bound: BTreeMap<String, String>,
    judged: Vec<Judged>,
}

impl<'s> Play<'s> {
    /// Begins the exercise in an empty folder, with a shell in it. The seed decides what its variables are.
    pub(super) async fn begin(
        stage: &'s Stage,
        exercise: &Exercise,
        seed: u64,
    ) -> Result<Self, RehearsalError> {
        let values = draw(&exercise.vars, seed);
        let exercise = exercise.drawn(&values);
        let folder = stage.fresh_folder(&exercise.id)?;
        begin(&folder, &exercise)?;
        stage.begin(seed, &exercise);
        stage.set_up().run(&folder, &exercise, seed).await?;
        let typist = Typist::open(stage, &folder).await?;
        Ok(Self {
            stage,
            exercise,
            values,
            folder,
            typist,
            passed: BTreeMap::new(),
            bound: BTreeMap::new(),
            judged: Vec::new(),
        })
    }

    /// A text of the author's with the values of this attempt in it.
    pub(super) fn put_in(&self, text: &str) -> String {
        self.exercise.put_in(text, &self.values)
    }

    /// Writes files into the folder, also over those that are there.
    pub(super) fn write<'f>(
        &self,
        files: impl IntoIterator<Item = (&'f String, &'f String)>,
    ) -> Result<(), RehearsalError> {
        for (path, content) in files {
            let file = StarterFile { path: self.put_in(path), content: self.put_in(content) };
            let place = begin::place_of(&self.folder, &file)?;
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent).map_err(RehearsalError::file(parent))?;
            }
            fs::write(&place, file.content).map_err(RehearsalError::file(&place))?;
        }
        Ok(())
    }

    /// Runs one command. After a trouble there is a new shell in the folder.
    pub(super) async fn run(
        &mut self,
        command: &str,
        typed: &[Keys],
    ) -> Result<Result<Outcome, Trouble>, RehearsalError> {
        let outcome = self.typist.run(command, typed).await;
        self.stage.still_stands()?;
        if outcome.is_err() {
            self.typist = Typist::open(self.stage, &self.folder).await?;
        }
        Ok(outcome)
    }

    /// Runs the steps of a script and judges between them, as the app does: what is so for a moment may count. How commands
    /// end makes no difference. Stops at a trouble and gives its line.
    pub(super) async fn follow(
        &mut self,
        steps: &[Step],
    ) -> Result<Result<(), (usize, Trouble)>, RehearsalError> {
        let mut steps = steps.iter().peekable();
        while let Some(step) = steps.next() {
            let command = match &step.kind {
                StepKind::Command(command) => command,
                StepKind::Typed(Keys::Line(left)) => {
                    return Ok(Err((step.line, Trouble::NobodyListens { left: left.clone() })));
                }
                // At the prompt a key does nothing.
                StepKind::Typed(Keys::Control(_)) => continue,
            };
            let mut keys = Vec::new();
            while let Some(StepKind::Typed(typed)) = steps.peek().map(|next| &next.kind) {
                keys.push(match typed {
                    Keys::Line(line) => Keys::Line(self.put_in(line)),
                    Keys::Control(letter) => Keys::Control(*letter),
                });
                steps.next();
            }
            if let Err(trouble) = self.run(&self.put_in(command), &keys).await? {
                return Ok(Err((step.line, trouble)));
            }
            if steps.peek().is_some() {
                self.judge().await?;
            }
        }
        self.stage.settle().await?;
        Ok(Ok(()))
    }

    /// The verdicts now. Tasks that pass are remembered, as in the app.
    pub(super) async fn judge(&mut self) -> Result<Report, RehearsalError> {
        let mut attempt = self.stage.attempt(&self.exercise)?;
        let engine = Ok(&self.stage.engine);
        let (evidence, keep) = lab::gather(engine, &mut attempt, &self.folder, self.bound.clone()).await;
        self.stage.learned(&keep);
        self.stage.still_stands()?;
        let report = lab::grade(&self.exercise, &evidence, &self.passed);
        self.judged.push(Judged { evidence, passed: self.passed.clone() });
        for task in &report.tasks {
            if let crate::check::Verdict::Pass { found } = &task.verdict {
                self.passed.entry(task.id.clone()).or_insert_with(|| found.clone());
                self.bound.extend(task.bound.clone());
            }
        }
        Ok(report)
    }

    /// Judges until the verdicts are like this, or patience is over; the last ones come back. Where nothing runs any more,
    /// little can change.
    pub(super) async fn until(
        &mut self,
        patience: Duration,
        mut is_so: impl FnMut(&Report) -> bool,
    ) -> Result<Report, RehearsalError> {
        let begun = Instant::now();
        loop {
            let report = self.judge().await?;
            let patience = if self.is_alive() { patience } else { patience.min(AT_REST) };
            if is_so(&report) || begun.elapsed() >= patience {
                return Ok(report);
            }
            self.stage.news(AGAIN).await;
        }
    }

    /// How often it was judged so far.
    pub(super) fn verdicts(&self) -> usize {
        self.judged.len()
    }

    /// The exercise with the values of this attempt, and everything that it was judged from.
    pub(super) fn into_judged(self) -> (Exercise, Vec<Judged>) {
        (self.exercise, self.judged)
    }

    /// Whether something still runs that may change what is found.
    pub(super) fn is_alive(&self) -> bool {
        self.judged.last().is_some_and(|judged| judged.evidence.runs.iter().any(|run| run.is_running()))
    }
}
