//! The report for build servers: one suite an exercise, one case a task; and one suite for the questions of a lesson.

use quick_junit::{NonSuccessKind, Report as Junit, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::data::{Report, Status, Task, words};
use super::questions::Answered;

pub(super) fn print(reports: &[Report]) -> Result<String, SerializeError> {
    let mut junit = Junit::new("pilotwhale");
    for report in reports {
        let named = |suite: &str| match &report.learner {
            Some(learner) => format!("{learner}: {suite}"),
            None => suite.to_owned(),
        };
        for entry in report.entries() {
            let mut suite = TestSuite::new(named(&entry.id));
            for task in &entry.tasks {
                let mut case = TestCase::new(task.title.clone(), status(task));
                case.set_classname(format!("{}.{}", entry.id, task.id));
                suite.add_test_case(case);
            }
            junit.add_test_suite(suite);
        }
        for lesson in &report.questions {
            let mut suite = TestSuite::new(named(&format!("{}: questions", lesson.id)));
            for asked in &lesson.questions {
                // No build fails for a question.
                let status = match asked.status {
                    Answered::Right => TestCaseStatus::success(),
                    Answered::NotRightYet | Answered::Open => TestCaseStatus::skipped(),
                };
                let mut case = TestCase::new(asked.question.trim_end(), status);
                case.set_classname(format!("{}.questions.{}", lesson.id, asked.id));
                suite.add_test_case(case);
            }
            junit.add_test_suite(suite);
        }
    }
    Ok(junit.to_string()?.trim_end().to_string() + "\n")
}

fn status(task: &Task) -> TestCaseStatus {
    let kind = match task.status {
        Status::Pass => return TestCaseStatus::success(),
        _ if task.bonus => return TestCaseStatus::skipped(),
        Status::Fail | Status::NotStarted => NonSuccessKind::Failure,
        Status::Error => NonSuccessKind::Error,
    };
    let said = words(&task.verdict);
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(task.verdict.word());
    let short = said.iter().find(|(name, _)| *name == "differs").or(said.first());
    status.set_message(short.map(|(_, text)| *text).unwrap_or_default());
    let all: Vec<String> = said.iter().map(|(name, text)| format!("{name}: {text}")).collect();
    status.set_description(all.join("\n"));
    status
}
