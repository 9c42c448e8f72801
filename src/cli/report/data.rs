//! The report as data, as `docs/grade.schema.json` describes it: every format is printed from this.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::questions::Questions;
use crate::check::{Report as Verdicts, TaskReport, Verdict};
use crate::course::{Course, Source};
use crate::progress::ExerciseProgress;

/// Counts up when a program that reads reports would have to change.
const FORMAT: u32 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::cli) enum Status {
    Pass,
    /// It was begun, and there is no pass yet.
    Fail,
    /// Never begun; of a task: nothing was seen that looks like a try.
    NotStarted,
    /// The world was in the way. Says nothing about the learner.
    Error,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotStarted => "not-started",
            Self::Error => "error",
        }
    }

    /// Of several together.
    pub(in crate::cli) fn of_all(each: impl Iterator<Item = Self> + Clone) -> Self {
        let any = |status| each.clone().any(|each| each == status);
        let all = |status| each.clone().all(|each| each == status);
        if any(Self::Error) {
            Self::Error
        } else if all(Self::Pass) {
            Self::Pass
        } else if all(Self::NotStarted) {
            Self::NotStarted
        } else {
            Self::Fail
        }
    }
}

/// What a pass rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::cli) enum Proof {
    /// The evidence at hand shows it.
    Evidence,
    /// It was written down when it passed; the evidence for it is gone, or was not looked at again.
    Record,
}

/// One exercise with its verdicts and what is recorded of it.
pub(in crate::cli) struct Graded {
    pub(in crate::cli) status: Status,
    pub(in crate::cli) verdicts: Verdicts,
    pub(in crate::cli) state: ExerciseProgress,
    /// The tasks that the evidence alone shows as done, whatever is recorded.
    pub(in crate::cli) shown: Vec<String>,
}

/// The whole report.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct Report {
    format: u32,
    pilotwhale: &'static str,
    pub(super) learner: Option<String>,
    graded: Timestamp,
    course: CourseName,
    /// Set where saved evidence was judged, and no engine.
    evidence: Option<Origin>,
    pub(in crate::cli) status: Status,
    pub(super) points: Points,
    pub(super) lessons: Vec<Entry>,
    pub(super) exercises: Vec<Entry>,
    /// Where they were asked for; by lesson.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) questions: Vec<Questions>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct CourseName {
    pub(in crate::cli) id: String,
    pub(in crate::cli) title: String,
    pub(in crate::cli) version: String,
    pub(in crate::cli) hash: String,
}

impl CourseName {
    pub(in crate::cli) fn of(course: &Course, source: &Source) -> Self {
        Self {
            id: course.id.clone(),
            title: course.title.clone(),
            version: course.version.clone(),
            hash: source.content_hash(),
        }
    }
}

/// Where evidence comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Origin {
    pub(in crate::cli) learner: Option<String>,
    pub(in crate::cli) saved: Timestamp,
    pub(in crate::cli) pilotwhale: String,
    pub(in crate::cli) course: CourseName,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(in crate::cli) struct Points {
    pub(super) reached: u32,
    pub(super) of: u32,
}

/// One exercise, or the tasks on the slides of one lesson.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) status: Status,
    pub(super) points: Points,
    attempt: u64,
    pub(super) begun: Option<Timestamp>,
    attempts: usize,
    hints: usize,
    pub(super) assisted: bool,
    pub(super) runs_seen: usize,
    pub(super) tasks: Vec<Task>,
}

#[derive(Debug, Serialize)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) status: Status,
    pub(super) points: Points,
    /// Not needed for the pass.
    pub(super) bonus: bool,
    /// How many different wrong tries there were.
    pub(super) attempts: usize,
    pub(super) hints: usize,
    proof: Option<Proof>,
    /// The words of the verdict by their names: expected, found, nearest, differs, advice, reason, remedy; and what
    /// happened meanwhile.
    #[serde(flatten)]
    pub(super) said: BTreeMap<&'static str, String>,
    #[serde(skip)]
    pub(super) verdict: Verdict,
}

impl Report {
    pub(in crate::cli) fn new(
        course: &Course,
        source: &Source,
        graded: Vec<Graded>,
        learner: Option<String>,
        evidence: Option<Origin>,
    ) -> Self {
        let entries: Vec<Entry> = graded.into_iter().map(Entry::new).collect();
        let status = Status::of_all(entries.iter().map(|entry| entry.status));
        let points = Points::sum(entries.iter().map(|entry| entry.points));
        let (lessons, exercises) =
            entries.into_iter().partition(|entry| course.lesson_index(&entry.id).is_some());
        Self {
            format: FORMAT,
            pilotwhale: env!("CARGO_PKG_VERSION"),
            learner,
            graded: Timestamp::now(),
            course: CourseName::of(course, source),
            evidence,
            status,
            points,
            lessons,
            exercises,
            questions: Vec::new(),
        }
    }

    pub(in crate::cli) fn with_questions(self, questions: Vec<Questions>) -> Self {
        Self { questions, ..self }
    }

    /// Reached, and there are.
    pub(in crate::cli) fn points(&self) -> (u32, u32) {
        (self.points.reached, self.points.of)
    }

    /// The evidence was saved where the course had another text than here.
    pub(in crate::cli) fn is_of_another_course(&self) -> bool {
        self.evidence.as_ref().is_some_and(|origin| origin.course.hash != self.course.hash)
    }

    /// Lessons first, as in the course.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.lessons.iter().chain(&self.exercises)
    }
}

impl Points {
    fn sum(each: impl Iterator<Item = Self>) -> Self {
        each.fold(Self::default(), |a, b| Self { reached: a.reached + b.reached, of: a.of + b.of })
    }
}

impl Entry {
    fn new(graded: Graded) -> Self {
        let Graded { status, verdicts, state, shown } = graded;
        let (attempts, hints) = (state.attempts(), state.hints_taken());
        let tasks = verdicts.tasks.into_iter();
        let tasks: Vec<Task> = tasks.map(|task| Task::new(task, &state, &shown)).collect();
        Self {
            id: verdicts.exercise,
            title: verdicts.title,
            status,
            points: Points::sum(tasks.iter().map(|task| task.points)),
            attempt: state.run,
            begun: state.begun,
            attempts,
            hints,
            assisted: state.assisted,
            runs_seen: verdicts.runs_seen,
            tasks,
        }
    }
}

impl Task {
    fn new(task: TaskReport, state: &ExerciseProgress, shown: &[String]) -> Self {
        let passed = task.verdict.is_pass();
        let (reached, of) = task.counts();
        let proof = if shown.contains(&task.id) { Proof::Evidence } else { Proof::Record };
        Self {
            status: match task.verdict {
                Verdict::Pass { .. } => Status::Pass,
                Verdict::NotYet { .. } => Status::NotStarted,
                Verdict::NotRight { .. } => Status::Fail,
                Verdict::CouldNotCheck { .. } => Status::Error,
            },
            points: Points { reached, of },
            bonus: task.bonus,
            attempts: state.attempts.get(&task.id).map_or(0, std::collections::BTreeSet::len),
            hints: state.hints.get(&task.id).copied().unwrap_or(0),
            proof: passed.then_some(proof),
            said: words(&task.verdict)
                .into_iter()
                .chain(task.meanwhile.as_deref().map(|text| (MEANWHILE, text)))
                .map(|(name, text)| (name, text.to_owned()))
                .collect(),
            id: task.id,
            title: task.title,
            verdict: task.verdict,
        }
    }
}

/// The name of what happened between the tries, beside the words of a verdict.
pub(super) const MEANWHILE: &str = "meanwhile";

/// What a verdict says, by name, in the order in which it is read.
pub(super) fn words(verdict: &Verdict) -> Vec<(&'static str, &str)> {
    match verdict {
        Verdict::Pass { found } => vec![("found", found)],
        Verdict::NotYet { expected } => vec![("expected", expected)],
        Verdict::NotRight { expected, found, nearest, differs, advice } => {
            let mut all = vec![("expected", expected.as_str()), ("found", found)];
            all.extend(nearest.as_deref().map(|n| ("nearest", n)));
            all.push(("differs", differs));
            all.extend(advice.as_deref().map(|a| ("advice", a)));
            all
        }
        Verdict::CouldNotCheck { reason, remedy } => vec![("reason", reason), ("remedy", remedy)],
    }
}

#[cfg(test)]
mod tests {
    use super::Status::{Error, Fail, NotStarted, Pass};
    use super::*;

    #[test]
    fn several_are_together_what_a_reader_would_say() {
        for (each, all) in [
            (&[Pass, Pass][..], Pass),
            (&[Pass, NotStarted], Fail),
            (&[NotStarted, NotStarted], NotStarted),
            (&[Fail, Error, Pass], Error),
            (&[Fail], Fail),
            (&[], Pass),
        ] {
            assert_eq!(Status::of_all(each.iter().copied()), all, "{each:?}");
        }
    }
}
