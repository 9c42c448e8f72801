//! Ways through an exercise: that right ones pass, and wrong ones fail with their own message.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::play::{Judged, Play};
use super::stage::Stage;
use super::vary::{Given, Vary, variations};
use super::walk::{Script, Walk};
use super::{RehearsalError, Scene, SceneKind, Told};
use crate::check::{Report, TaskReport, Verdict};
use crate::course::{
    Accept, Diagnostic, Exercise, Expected, Manuscript, Reject, Rewrite, Severity, Task, TaskMode, Tool, Try,
    ways,
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

/// The trials of one exercise, or of the tasks on the slides of one lesson.
pub(super) struct Trials<'a> {
    stage: &'a Stage,
    exercise: &'a Exercise,
    /// Where its tasks are written.
    manuscript: &'a Manuscript,
    /// Something that was pulled satisfies a task, so that nothing may stay.
    spoilt: bool,
    vary: Option<Vary>,
    /// Each attempt draws other values.
    seed: u64,
    pub(super) failures: Vec<Failure>,
}

impl<'a> Trials<'a> {
    pub(super) fn new(
        stage: &'a Stage,
        exercise: &'a Exercise,
        manuscript: &'a Manuscript,
        vary: Option<Vary>,
    ) -> Self {
        Self { stage, exercise, manuscript, spoilt: false, vary, seed: 0, failures: Vec::new() }
    }

    /// Begins once more, from a fresh start.
    async fn begin(&mut self) -> Result<Play<'a>, RehearsalError> {
        self.stage.sweep(self.spoilt).await?;
        self.seed += 1;
        Play::begin(self.stage, self.exercise, self.seed).await
    }

    /// Begins, and finds out whether what was pulled before is in the way: of any task that must happen first, and of
    /// those that must not pass. Gives the verdicts before anything is done.
    pub(super) async fn begin_unspoilt(
        &mut self,
        refused: &[&str],
    ) -> Result<(Play<'a>, Report), RehearsalError> {
        let mut play = self.begin().await?;
        let mut report = play.judge().await?;
        let is_early = early(self.exercise, &report).next().is_some();
        let passes = report.tasks.iter().any(|t| refused.contains(&t.id.as_str()) && t.verdict.is_pass());
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
        let (play, report) = self.begin_unspoilt(&[]).await?;
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
        let help = format!("{}\nwas it on this engine before the rehearsal?", said(task));
        self.manuscript.mistake(Severity::Error, line, message, &help)
    }

    /// What `solution.md` shows, and the other right ways.
    pub(super) async fn right(&mut self, tell: &mut dyn FnMut(&Told<'_>)) -> Result<(), RehearsalError> {
        let solution = &self.exercise.solution;
        let mut walks = Vec::new();
        for (at, way) in ways(solution.text()).into_iter().enumerate() {
            let name = if at == 0 { "the solution".to_owned() } else { way.name };
            let (line, files, steps) = (way.line, way.files, way.steps);
            let (after, varied) = (BTreeMap::new(), Vec::new());
            let script = Script { manuscript: solution, line, files, steps, after, varied };
            let (kind, tries) = (SceneKind::Solution, vec![script]);
            walks.push(Walk { kind, name, line, tries, wrong_for: None, needs: Vec::new() });
        }
        walks.extend(self.exercise.accepts.iter().map(|way| self.accepted(way)));
        self.walks(walks, &[], tell).await
    }

    pub(super) async fn wrong(&mut self, tell: &mut dyn FnMut(&Told<'_>)) -> Result<(), RehearsalError> {
        let walks = self.exercise.rejects.iter().map(|way| self.rejected(way, &way.task)).collect();
        self.walks(walks, &[], tell).await
    }

    /// The right and the wrong ways of a task on a slide, which comes last, after the tasks that it needs.
    pub(super) async fn of_task(
        &mut self,
        slide: &[&Task],
        tell: &mut dyn FnMut(&Told<'_>),
    ) -> Result<(), RehearsalError> {
        let Some(task) = slide.last() else { return Ok(()) };
        let right = task.accepts.iter().map(|way| self.accepted(way)).collect();
        self.walks(right, slide, tell).await?;
        let wrong = task.rejects.iter().map(|way| self.rejected(way, &task.id)).collect();
        self.walks(wrong, slide, tell).await
    }

    fn accepted(&self, way: &Accept) -> Walk<'a> {
        let (name, line, needs) = (way.name.clone(), way.line, way.needs.clone());
        let tries = Script::all(self.manuscript, line, way.tries());
        Walk { kind: SceneKind::Accept, name, line, tries, wrong_for: None, needs }
    }

    fn rejected(&self, way: &Reject, task: &str) -> Walk<'a> {
        let (name, line, needs) = (way.name.clone(), way.line, way.needs.clone());
        let tries = Script::all(self.manuscript, line, way.tries(task));
        Walk { kind: SceneKind::Reject, name, line, tries, wrong_for: Some(task.to_owned()), needs }
    }

    /// Goes all of these, which are all right or all wrong, and what is made from those that went as they should.
    async fn walks(
        &mut self,
        walks: Vec<Walk<'a>>,
        slide: &[&Task],
        tell: &mut dyn FnMut(&Told<'_>),
    ) -> Result<(), RehearsalError> {
        let mut varied = self.varied(&walks).into_iter();
        for walk in &walks {
            let went_well = self.walk(walk, slide, tell).await?;
            for other in varied.next().unwrap_or_default().iter().filter(|_| went_well) {
                self.walk(other, slide, tell).await?;
            }
        }
        Ok(())
    }

    /// For each of these ways those that are made from it.
    fn varied(&self, walks: &[Walk<'a>]) -> Vec<Vec<Walk<'a>>> {
        let Some(how_much) = self.vary else { return Vec::new() };
        let exercise = self.exercise;
        let tools = &self.stage.tools;
        let allowed = |kind: Rewrite| {
            // A task on a slide may speak of what was just shown; how a command is spelled it leaves open.
            let spelled = [Rewrite::Group, Rewrite::Long, Rewrite::Short, Rewrite::Order];
            let fits = match kind {
                Rewrite::Buildx => tools.contains(&Tool::Buildkit),
                Rewrite::Compose => tools.contains(&Tool::Compose),
                _ => true,
            };
            fits && !exercise.not_varied.contains(&kind) && (!exercise.on_slides || spelled.contains(&kind))
        };
        let given: Vec<Vec<Given>> =
            walks.iter().map(|walk| walk.tries.iter().map(Script::given).collect()).collect();
        let are_wrong = walks.iter().any(|walk| walk.wrong_for.is_some());
        let made = variations(&given, are_wrong, how_much, &allowed);
        walks
            .iter()
            .zip(made)
            .map(|(walk, made)| made.into_iter().map(|one| walk.by(one)).collect())
            .collect()
    }

    /// False where something was not as its author says, and where it was left out.
    async fn walk(
        &mut self,
        walk: &Walk<'_>,
        slide: &[&Task],
        tell: &mut dyn FnMut(&Told<'_>),
    ) -> Result<bool, RehearsalError> {
        if let Some(&lacks) = walk.needs.iter().find(|tool| !self.stage.tools.contains(tool)) {
            tell(&Told::LeftOut { of: &self.exercise.id, name: &walk.name, lacks });
            return Ok(false);
        }
        let started = Instant::now();
        tell(&Told::Begins { name: &walk.name });
        let (needed, target) = match slide.split_last() {
            Some((task, needed)) => (needed, Some(task.id.as_str())),
            None => (&[][..], None),
        };
        let wrong_for = walk.wrong_for.as_deref();
        let first = walk.tries.first().map(Script::refused).into_iter().flatten();
        let refused: Vec<&str> = first.chain(wrong_for).collect();
        let (mut play, before) = self.begin_unspoilt(&refused).await?;
        let passes = before.tasks.iter().filter(|t| refused.contains(&t.id.as_str()) && t.verdict.is_pass());
        let mut mistakes: Vec<Diagnostic> =
            passes.map(|task| self.too_early(task, "before this way begins")).collect();
        mistakes.extend(self.prepare(&mut play, needed).await?);
        let mut failed: Vec<(Vec<String>, Range<usize>)> = Vec::new();
        for script in &walk.tries {
            if !mistakes.is_empty() {
                break;
            }
            let begun = play.verdicts();
            mistakes.extend(follow(&mut play, script).await?);
            if mistakes.is_empty() {
                mistakes.extend(says(&mut play, script).await?);
                let tasks = script.refused().map(str::to_owned).collect();
                failed.push((tasks, begun..play.verdicts()));
            }
        }
        if let (Some(last), None, true) = (walk.tries.last(), wrong_for, mistakes.is_empty()) {
            let wanted = |task: &&TaskReport| target.map_or(!task.bonus, |id| task.id == id);
            let passes = |report: &Report| report.tasks.iter().filter(wanted).all(|t| t.verdict.is_pass());
            let report = play.until(RIGHT, passes).await?;
            for task in report.tasks.iter().filter(wanted).filter(|task| !task.verdict.is_pass()) {
                let message = format!("after this the task `{}` is {}", task.id, task.verdict.word());
                mistakes.push(last.mistake(last.line, message, &lines(&task.verdict)));
            }
        }
        let (exercise, judged) = play.into_judged();
        let is_own = walk.tries.iter().all(|script| script.varied.is_empty());
        let failures = failed.into_iter().filter(|(tasks, _)| is_own && !tasks.is_empty());
        self.failures.extend(failures.map(|(tasks, range)| {
            let judged = judged.get(range).unwrap_or_default().to_vec();
            Failure { exercise: exercise.clone(), tasks, judged }
        }));
        let path = walk.tries.first().map_or(&self.manuscript.path, |script| &script.manuscript.path).clone();
        let (of, name, took) = (self.exercise.id.clone(), walk.name.clone(), started.elapsed());
        let went_well = mistakes.is_empty();
        tell(&Told::Scene(Scene { of, kind: walk.kind, name, path, line: walk.line, took, mistakes }));
        Ok(went_well)
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
        let solve = Try { run: solve.clone(), ..Try::default() };
        let script = Script::below(self.manuscript, task.line, solve);
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

    pub(super) fn told(
        &self,
        kind: SceneKind,
        name: &str,
        line: usize,
        started: Instant,
        mistakes: Vec<Diagnostic>,
        tell: &mut dyn FnMut(&Told<'_>),
    ) {
        let (of, name, path) = (self.exercise.id.clone(), name.to_owned(), self.manuscript.path.clone());
        tell(&Told::Scene(Scene { of, kind, name, path, line, took: started.elapsed(), mistakes }));
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

/// Waits until the tasks say what they must after a try. What they say otherwise is a mistake.
async fn says(play: &mut Play<'_>, script: &Script<'_>) -> Result<Vec<Diagnostic>, RehearsalError> {
    if script.after.is_empty() {
        return Ok(Vec::new());
    }
    let after: Vec<(&str, Expected)> = script
        .after
        .iter()
        .map(|(task, expected)| (task.as_str(), expected.with_texts(&|text| play.put_in(text))))
        .collect();
    let of = |report: &Report, id: &str| report.tasks.iter().find(|t| t.id == id).cloned();
    let holds = |report: &Report, (id, expected): &(&str, Expected)| {
        of(report, id).is_some_and(|task| match script.varied.is_empty() {
            true => expected.holds(&task.verdict, &said(&task)),
            false => expected.is_refusal() != task.verdict.is_pass(),
        })
    };
    let slips = |report: &Report| {
        let mut refused = after.iter().filter(|(_, expected)| expected.is_refusal());
        refused.any(|(id, _)| of(report, id).is_some_and(|task| task.verdict.is_pass()))
    };
    let has = |refusal: bool| after.iter().any(|(_, expected)| expected.is_refusal() == refusal);
    let patience = if has(false) { RIGHT } else { WRONG };
    let done = |report: &Report| slips(report) || after.iter().all(|one| holds(report, one));
    let mut report = play.until(patience, done).await?;
    if play.is_alive() && has(true) && !slips(&report) {
        report = play.until(SECOND_LOOK, slips).await?;
    }
    let wrong = after.iter().filter(|one| !holds(&report, one));
    let told = wrong.filter_map(|(id, expected)| {
        let (message, help) = otherwise(id, &of(&report, id)?, expected);
        Some(script.mistake(script.line, message, &help))
    });
    Ok(told.collect())
}

fn otherwise(id: &str, task: &TaskReport, wanted: &Expected) -> (String, String) {
    let verdict = &task.verdict;
    let message = match verdict {
        Verdict::Pass { .. } if wanted.is_refusal() => format!("this wrong way passes the task `{id}`"),
        verdict if !wanted.verdict.is(verdict) => {
            format!("the task `{id}` is {}, and another verdict was expected", verdict.word())
        }
        _ => format!("the task `{id}` says something else"),
    };
    let help = format!("it must say  {}\nit says      {}, {}", wanted.describe(), verdict.word(), said(task));
    (message, help)
}

/// Everything that is said of a task, joined by blanks: its verdict, and what happened meanwhile.
fn said(task: &TaskReport) -> String {
    let verdict = parts(&task.verdict).into_iter().map(|(_, text)| text);
    verdict.chain(task.meanwhile.as_deref()).collect::<Vec<_>>().join(" ")
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
