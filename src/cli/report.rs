//! A report on exercises as text for people, JSON for programs, and JUnit for build servers.

use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use serde_json::json;

use super::Ending;
use super::desk::Stopped;
use crate::check::{Report, Verdict};
use crate::course::Course;
use crate::progress::ExerciseProgress;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    Passed,
    NotStarted,
    NotYet,
    CouldNotCheck,
}

/// One exercise with its verdicts and what is recorded of it.
pub(super) struct Graded {
    pub status: Status,
    pub report: Report,
    pub state: ExerciseProgress,
}

pub(super) fn print(format: Format, course: &Course, graded: &[Graded]) -> Result<String, Stopped> {
    match format {
        Format::Text => Ok(graded.iter().map(as_text).collect::<Vec<_>>().join("\n")),
        Format::Json => Ok(as_json(course, graded)),
        Format::Junit => as_junit(graded),
    }
}

fn as_text(graded: &Graded) -> String {
    let report = &graded.report;
    let mut text = String::new();
    let (reached, of) = report.points();
    let tasks = report.tasks.iter().filter(|t| t.verdict.is_pass()).count();
    let _ = writeln!(text, "{}   {tasks}/{} tasks, {reached}/{of} points", report.title, report.tasks.len());
    if graded.status == Status::NotStarted {
        let _ = writeln!(text, "  ○ not started\n      start it  pilotwhale begin {}", report.exercise);
        return text;
    }
    let mut above: Option<(&str, &str)> = None;
    for task in &report.tasks {
        let _ = writeln!(text, "  {} {:<15} {}", task.verdict.mark(), task.verdict.word(), task.title);
        let same = match &task.verdict {
            Verdict::NotRight { nearest: Some(nearest), differs, .. } => {
                let this = Some((nearest.as_str(), differs.as_str()));
                std::mem::replace(&mut above, this) == this
            }
            _ => false,
        };
        for (name, value) in lines(&task.verdict) {
            // One wrong try can be in the way of several tasks: it is explained once.
            if !same || name == "expected" {
                let _ = writeln!(text, "      {name:<9} {value}");
            }
        }
        if same {
            let _ = writeln!(text, "      differs   as above");
        }
    }
    if let Some(begun) = graded.state.begun
        && graded.status != Status::Passed
    {
        let begun = begun.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%H:%M:%S");
        let runs = match report.runs_seen {
            1 => "1 container".to_string(),
            n => format!("{n} containers"),
        };
        let _ = writeln!(text, "  {runs} looked at since {begun}");
    }
    if graded.status == Status::Passed {
        let assisted = if graded.state.assisted { ", with the solution's help" } else { "" };
        let _ = writeln!(text, "  The exercise is done{assisted}.");
    }
    text
}

/// What a verdict says, by name.
fn lines(verdict: &Verdict) -> Vec<(&'static str, &str)> {
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

/// `{"format":1,"course":{…},"status":…,"exercises":[{…,"tasks":[{"id","title","points","verdict":{"status",…}}]}]}`;
/// a verdict has the fields of its kind: found | expected | expected, found, nearest, differs, advice | reason, remedy.
fn as_json(course: &Course, graded: &[Graded]) -> String {
    let exercises: Vec<serde_json::Value> = graded
        .iter()
        .map(|g| {
            let (reached, of) = g.report.points();
            json!({
                "id": g.report.exercise,
                "title": g.report.title,
                "status": g.status,
                "run": g.state.run,
                "begun": g.state.begun,
                "runs_seen": g.report.runs_seen,
                "points": { "reached": reached, "of": of },
                "attempts": g.state.attempts(),
                "hints": g.state.hints_taken(),
                "assisted": g.state.assisted,
                "tasks": g.report.tasks,
            })
        })
        .collect();
    let worst = graded.iter().map(|g| g.status).max().unwrap_or(Status::Passed);
    let all = json!({
        "format": 1,
        "pilotwhale": env!("CARGO_PKG_VERSION"),
        "course": { "id": course.id, "version": course.version },
        "status": worst,
        "exercises": exercises,
    });
    format!("{all:#}\n")
}

fn as_junit(graded: &[Graded]) -> Result<String, Stopped> {
    let mut junit = quick_junit::Report::new("pilotwhale");
    for graded in graded {
        let mut suite = TestSuite::new(graded.report.exercise.clone());
        for task in &graded.report.tasks {
            let kind = match &task.verdict {
                Verdict::Pass { .. } => None,
                Verdict::NotYet { .. } | Verdict::NotRight { .. } => Some(NonSuccessKind::Failure),
                Verdict::CouldNotCheck { .. } => Some(NonSuccessKind::Error),
            };
            let status = match kind {
                None => TestCaseStatus::success(),
                Some(kind) => {
                    let said = lines(&task.verdict);
                    let mut status = TestCaseStatus::non_success(kind);
                    status.set_type(task.verdict.word());
                    let short = said.iter().find(|(name, _)| *name == "differs").or(said.first());
                    status.set_message(short.map(|(_, text)| *text).unwrap_or_default());
                    let all: Vec<String> =
                        said.iter().map(|(name, text)| format!("{name}: {text}")).collect();
                    status.set_description(all.join("\n"));
                    status
                }
            };
            let mut case = TestCase::new(task.title.clone(), status);
            case.set_classname(format!("{}.{}", graded.report.exercise, task.id));
            suite.add_test_case(case);
        }
        junit.add_test_suite(suite);
    }
    let text = junit.to_string().map_err(|e| Stopped {
        what: format!("the report could not be written as JUnit: {e}"),
        remedy: "Take --format json.".into(),
        ending: Ending::CouldNot,
    })?;
    Ok(text.trim_end().to_string() + "\n")
}
