//! The report for gradebooks: one row a task.
//!
//! Without what was found: those are the learner's words, and a spreadsheet takes some of them for formulas.

use super::data::Report;

const HEAD: [&str; 9] =
    ["learner", "exercise", "task", "status", "points", "of", "attempts", "hints", "assisted"];

pub(super) fn print(reports: &[Report]) -> Result<String, String> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(HEAD).map_err(|e| e.to_string())?;
    let entries = reports.iter().flat_map(|report| report.entries().map(move |entry| (report, entry)));
    for (report, entry) in entries {
        let learner = report.learner.as_deref().unwrap_or_default();
        for task in &entry.tasks {
            let row = [
                learner,
                &entry.id,
                &task.id,
                task.status.word(),
                &task.points.reached.to_string(),
                &task.points.of.to_string(),
                &task.attempts.to_string(),
                &task.hints.to_string(),
                if entry.assisted { "yes" } else { "no" },
            ];
            rows.write_record(row).map_err(|e| e.to_string())?;
        }
    }
    let bytes = rows.into_inner().map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}
