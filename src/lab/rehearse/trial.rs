//! Ways through an exercise: that right ones pass, and wrong ones fail with their own message.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::play::{Judged, Play};
use super::stage::Stage;
use super::{RehearsalError, Scene, SceneKind, Told};
use crate::check::{Report, TaskReport, Text, Verdict};
use crate::course::script::{self, Step};
use crate::course::{
    Accept, Diagnostic, Exercise, Manuscript, Refusal, Reject, Severity, Task, TaskMode, ways,
};

/// How long a right way may take to show, and a wrong one to say its message.
const RIGHT: Duration = Duration::from_secs(15);
const WRONG: Duration = Duration::from_secs(5);
/// Where something still runs, a wrong way might become right a moment later.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// What must not pass, with everything that it was judged from: for the mutations.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// With the values of its attempt.
    pub(super) exercise: Exercise,
    /// Ids of the tasks that must not pass.
    pub(super) tasks: Vec<String>,
    pub(super) judged: Vec<Judged>,
}

/// A script with its place in the author's file.
struct Script<'a> {
    manuscript: &'a Manuscript,
    /// Where what it belongs to begins.
    line: usize,
    files: Vec<(String, String)>,
    steps: Vec<Step>,
}

impl<'a> Script<'a> {
    /// `run` as the author wrote it, somewhere below `line`: its own lines are looked for there.
    fn below(manuscript: &'a Manuscript, line: usize, run: &str, files: &BTreeMap<String, String>) -> Self {
        let own: Vec<&str> = run.lines().collect();
        let place = |step: Step| {
            let text = own.get(step.line.saturating_sub(1)).map_or("", |text| text.trim());
            Step { line: manuscript.line_with(text, line).unwrap_or(line), ..step }
        };
        Self {
            manuscript,
            line,
            files: files.iter().map(|(path, text)| (path.clone(), text.clone())).collect(),
            steps: script::steps(run).into_iter().map(place).collect(),
        }
    }

    fn mistake(&self, line: usize, message: String, help: &str) -> Diagnostic {
        self.manuscript.mistake(Severity::Error, line, message, help)
    }
}

/// The trials of one exercise, or of the tasks on the slides of one lesson.
pub(super) struct Trials<'a> {
    stage: &'a Stage,
    exercise: &'a Exercise,
    /// Where its tasks are written.
    manuscript: &'a Manuscript,
    /// Something that was pulled satisfies a task, so that nothing may stay.
    spoilt: bool,
    /// Each attempt draws other values.
    seed: u64,
    pub(super) failures: Vec<Failure>,
}

impl<'a> Trials<'a> {
    pub(super) fn new(stage: &'a Stage, exercise: &'a Exercise, manuscript: &'a Manuscript) -> Self {
        Self { stage, exercise, manuscript, spoilt: false, seed: 0, failures: Vec::new() }
    }

    /// Begins once more, from a fresh start.
    async fn begin(&mut self) -> Result<Play<'a>, RehearsalError> {
        self.stage.sweep(self.spoilt).await?;
        self.seed += 1;
        Play::begin(self.stage, self.exercise, self.seed).await
    }

    /// Begins, and finds out whether what was pulled before is in the way: of any task that must happen first, and of
    /// the one that a wrong way is for. Gives the verdicts before anything is done.
    pub(super) async fn begin_unspoilt(
        &mut self,
        wrong_for: Option<&str>,
    ) -> Result<(Play<'a>, Report), RehearsalError> {
        let mut play = self.begin().await?;
        let mut report = play.judge().await?;
        let is_early = early(self.exercise, &report).next().is_some();
        let passes = report.tasks.iter().any(|t| Some(t.id.as_str()) == wrong_for && t.verdict.is_pass());
        if (is_early || passes) && !self.spoilt && !self.stage.pulled().is_empty() {
            self.spoilt = is_early;
            drop(play);
            self.stage.sweep(true).await?;
            play = self.begin().await?;
            report = play.judge().await?;
        }
        Ok((play, report))
    }

    /// Nothing was done: nothing has passed.
    pub(super) async fn starter(&mut self, tell: &mut dyn FnMut(&Told<'_>)) -> Result<(), RehearsalError> {
        let started = Instant::now();
        tell(&Told::Begins { name: "before anything is done" });
        let (play, report) = self.begin_unspoilt(None).await?;
        let mut mistakes = Vec::new();
        for task in early(self.exercise, &report) {
            mistakes.push(self.too_early(task, "when the exercise begins"));
        }
        let tasks = self.exercise.tasks.iter().map(|task| task.id.clone()).collect();
        let (exercise, judged) = play.into_judged();
        self.failures.push(Failure { exercise, tasks, judged });
        let line = self.exercise.tasks.first().map_or(1, |task| task.line);
        self.told(SceneKind::Starter, "before anything is done", line, started, mistakes, tell);
        Ok(())
    }

    pub(super) fn too_early(&self, task: &TaskReport, when: &str) -> Diagnostic {
        let line = self.exercise.task(&task.id).map_or(1, |task| task.line);
        let message = format!("the task `{}` is done already {when}", task.id);
        let help = format!("{}\nwas it on this engine before the rehearsal?", said(&task.verdict));
        self.manuscript.mistake(Severity::Error, line, message, &help)
    }

    /// What `solution.md` shows.
    pub(super) async fn solutions(&mut self, tell: &mut dyn FnMut(&Told<'_>)) -> Result<(), RehearsalError> {
        let solution = &self.exercise.solution;
        for (at, way) in ways(solution.text()).into_iter().enumerate() {
            let name = if at == 0 { "the solution".to_owned() } else { way.name.clone() };
            let script = Script { manuscript: solution, line: way.line, files: way.files, steps: way.steps };
            self.right(SceneKind::Solution, &name, &script, &[], tell).await?;
        }
        Ok(())
    }

    /// `before` is run first; all of `tasks` must pass, or all that are no bonus where none is given.
    pub(super) async fn accepts(
        &mut self,
        accepts: &[Accept],
        before: &[&Task],
        tell: &mut dyn FnMut(&Told<'_>),
    ) -> Result<(), RehearsalError> {
        for way in accepts {
            let script = Script::below(self.manuscript, way.line, &way.run, &way.files);
            self.right(SceneKind::Accept, &way.name, &script, before, tell).await?;
        }
        Ok(())
    }

    async fn right(
        &mut self,
        kind: SceneKind,
        name: &str,
        script: &Script<'_>,
        slide: &[&Task],
        tell: &mut dyn FnMut(&Told<'_>),
    ) -> Result<(), RehearsalError> {
        let started = Instant::now();
        tell(&Told::Begins { name });
        let (mut play, _) = self.begin_unspoilt(None).await?;
        let (needed, target) = match slide.split_last() {
            Some((task, needed)) => (needed, Some(task.id.as_str())),
            None => (&[][..], None),
        };
        let mut mistakes = self.prepare(&mut play, needed).await?;
        if mistakes.is_empty() {
            mistakes.extend(follow(&mut play, script).await?);
        }
        if mistakes.is_empty() {
            let wanted = |task: &&TaskReport| target.map_or(!task.bonus, |id| task.id == id);
            let passes = |report: &Report| report.tasks.iter().filter(wanted).all(|t| t.verdict.is_pass());
            let report = play.until(RIGHT, passes).await?;
            for task in report.tasks.iter().filter(wanted).filter(|task| !task.verdict.is_pass()) {
                let message = format!("after this the task `{}` is {}", task.id, task.verdict.word());
                mistakes.push(script.mistake(script.line, message, &lines(&task.verdict)));
            }
        }
        self.told_at(kind, name, script, started, mistakes, tell);
        Ok(())
    }

    pub(super) async fn rejects(
        &mut self,
        rejects: &[Reject],
        slide: &[&Task],
        tell: &mut dyn FnMut(&Told<'_>),
    ) -> Result<(), RehearsalError> {
        for way in rejects {
            self.wrong(way, slide, tell).await?;
        }
        Ok(())
    }

    async fn wrong(
        &mut self,
        way: &Reject,
        slide: &[&Task],
        tell: &mut dyn FnMut(&Told<'_>),
    ) -> Result<(), RehearsalError> {
        let started = Instant::now();
        tell(&Told::Begins { name: &way.name });
        let script = Script::below(self.manuscript, way.line, &way.run, &way.files);
        let (needed, id) = match slide.split_last() {
            Some((task, needed)) => (needed, task.id.as_str()),
            None => (&[][..], way.task.as_str()),
        };
        let (mut play, before) = self.begin_unspoilt(Some(id)).await?;
        let passes = before.tasks.iter().filter(|task| task.id == id && task.verdict.is_pass());
        let mut mistakes: Vec<Diagnostic> =
            passes.map(|task| self.too_early(task, "before this wrong way begins")).collect();
        mistakes.extend(self.prepare(&mut play, needed).await?);
        let begun = play.verdicts();
        if mistakes.is_empty() {
            mistakes.extend(follow(&mut play, &script).await?);
        }
        if mistakes.is_empty() {
            let message = way.message.with_texts(&|text| play.put_in(text));
            let of = |report: &Report| report.tasks.iter().find(|t| t.id == id).map(|t| t.verdict.clone());
            let is_told =
                |verdict: &Verdict| is_refused(verdict, way.verdict) && message.matches(&said(verdict));
            let passed = |report: &Report| of(report).is_some_and(|verdict| verdict.is_pass());
            let done =
                |report: &Report| passed(report) || of(report).is_some_and(|verdict| is_told(&verdict));
            let mut report = play.until(WRONG, done).await?;
            if play.is_alive() && !passed(&report) {
                report = play.until(SECOND_LOOK, passed).await?;
            }
            mistakes.extend(of(&report).filter(|verdict| !is_told(verdict)).map(|verdict| {
                let (message, help) = not_refused(id, &verdict, way.verdict, &message);
                script.mistake(script.line, message, &help)
            }));
            let (exercise, mut judged) = play.into_judged();
            judged.drain(..begun);
            self.failures.push(Failure { exercise, tasks: vec![id.to_owned()], judged });
        }
        self.told_at(SceneKind::Reject, &way.name, &script, started, mistakes, tell);
        Ok(())
    }

    /// Solves the tasks that another one on a slide needs.
    async fn prepare(
        &self,
        play: &mut Play<'_>,
        needed: &[&Task],
    ) -> Result<Vec<Diagnostic>, RehearsalError> {
        let mut mistakes = Vec::new();
        for task in needed {
            mistakes.extend(self.solve(play, task).await?);
        }
        Ok(mistakes)
    }

    /// Runs what solves a task on a slide.
    pub(super) async fn solve(
        &self,
        play: &mut Play<'_>,
        task: &Task,
    ) -> Result<Vec<Diagnostic>, RehearsalError> {
        let Some(solve) = &task.solve else {
            let message = format!("the task `{}` has no `solve`", task.id);
            let help = "write `solve:` with the commands that solve it: the rehearsal runs them";
            return Ok(vec![self.manuscript.mistake(Severity::Error, task.line, message, help)]);
        };
        let script = Script::below(self.manuscript, task.line, solve, &BTreeMap::new());
        let mut mistakes: Vec<Diagnostic> = follow(play, &script).await?.into_iter().collect();
        if mistakes.is_empty() {
            let of = |report: &Report| report.tasks.iter().find(|t| t.id == task.id).cloned();
            let report = play.until(RIGHT, |r| of(r).is_none_or(|task| task.verdict.is_pass())).await?;
            if let Some(judged) = of(&report).filter(|judged| !judged.verdict.is_pass()) {
                let message = format!("its `solve` leaves the task `{}` {}", task.id, judged.verdict.word());
                mistakes.push(script.mistake(task.line, message, &lines(&judged.verdict)));
            }
        }
        Ok(mistakes)
    }

    fn told_at(
        &self,
        kind: SceneKind,
        name: &str,
        script: &Script<'_>,
        started: Instant,
        mistakes: Vec<Diagnostic>,
        tell: &mut dyn FnMut(&Told<'_>),
    ) {
        let path = script.manuscript.path.clone();
        let (of, name) = (self.exercise.id.clone(), name.to_owned());
        let took = started.elapsed();
        tell(&Told::Scene(Scene { of, kind, name, path, line: script.line, took, mistakes }));
    }

    pub(super) fn told(
        &self,
        kind: SceneKind,
        name: &str,
        line: usize,
        started: Instant,
        mistakes: Vec<Diagnostic>,
        tell: &mut dyn FnMut(&Told<'_>),
    ) {
        let script = Script { manuscript: self.manuscript, line, files: Vec::new(), steps: Vec::new() };
        self.told_at(kind, name, &script, started, mistakes, tell);
    }
}

/// Tasks that have passed though nothing was done. What must be true now may be so from the start.
pub(super) fn early<'r>(exercise: &Exercise, report: &'r Report) -> impl Iterator<Item = &'r TaskReport> {
    let edges = exercise.tasks.iter().filter(|task| task.mode == TaskMode::Edge).map(|task| task.id.clone());
    let edges: Vec<String> = edges.collect();
    report.tasks.iter().filter(move |task| task.verdict.is_pass() && edges.contains(&task.id))
}

async fn follow(play: &mut Play<'_>, script: &Script<'_>) -> Result<Option<Diagnostic>, RehearsalError> {
    play.write(script.files.iter().map(|(path, text)| (path, text)))?;
    let stuck = play.follow(&script.steps).await?.err();
    Ok(stuck.map(|(line, trouble)| {
        let (message, help) = trouble.words();
        script.mistake(line, message, &help)
    }))
}

fn is_refused(verdict: &Verdict, how: Refusal) -> bool {
    matches!(
        (verdict, how),
        (Verdict::NotRight { .. }, Refusal::NotRight)
            | (Verdict::NotYet { .. }, Refusal::NotYet)
            | (Verdict::CouldNotCheck { .. }, Refusal::CouldNotCheck)
    )
}

fn not_refused(id: &str, verdict: &Verdict, how: Refusal, wanted: &Text) -> (String, String) {
    let message = match verdict {
        Verdict::Pass { .. } => format!("this wrong way passes the task `{id}`"),
        verdict if !is_refused(verdict, how) => {
            format!("the task `{id}` is {}, and another verdict was expected", verdict.word())
        }
        _ => format!("the task `{id}` says something else"),
    };
    let help = format!(
        "it must say  {}, {}\nit says      {}, {}",
        word(how),
        wanted.describe(),
        verdict.word(),
        said(verdict)
    );
    (message, help)
}

fn word(how: Refusal) -> &'static str {
    match how {
        Refusal::NotRight => "not right",
        Refusal::NotYet => "not yet",
        Refusal::CouldNotCheck => "could not check",
    }
}

/// Everything that a verdict says, joined by blanks.
fn said(verdict: &Verdict) -> String {
    parts(verdict).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

/// The same for a person who reads it, a line each.
fn lines(verdict: &Verdict) -> String {
    let parts = parts(verdict).into_iter();
    parts.map(|(name, text)| format!("{name:<8}  {text}")).collect::<Vec<_>>().join("\n")
}

fn parts(verdict: &Verdict) -> Vec<(&'static str, &str)> {
    let parts = match verdict {
        Verdict::Pass { found } => vec![("found", found.as_str())],
        Verdict::NotYet { expected } => vec![("expected", expected.as_str())],
        Verdict::NotRight { expected, found, nearest, differs, advice } => vec![
            ("expected", expected.as_str()),
            ("found", found),
            ("nearest", nearest.as_deref().unwrap_or_default()),
            ("differs", differs),
            ("advice", advice.as_deref().unwrap_or_default()),
        ],
        Verdict::CouldNotCheck { reason, remedy } => vec![("reason", reason.as_str()), ("remedy", remedy)],
    };
    parts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}
