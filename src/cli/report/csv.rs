//! The report for gradebooks: one row a task, and one a question.
//!
//! Without what was found: that is long, and said in the other formats.

use super::data::Report;

const HEAD: [&str; 10] =
    ["learner", "exercise", "task", "status", "points", "of", "attempts", "hints", "assisted", "kind"];

pub(super) fn print(reports: &[Report]) -> Result<String, String> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(HEAD).map_err(|e| e.to_string())?;
    for report in reports {
        let learner = report.learner.as_deref().unwrap_or_default();
        for (entry, task) in
            report.entries().flat_map(|entry| entry.tasks.iter().map(move |task| (entry, task)))
        {
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
                "task",
            ];
            rows.write_record(row.map(harmless)).map_err(|e| e.to_string())?;
        }
        for (lesson, asked) in
            report.questions.iter().flat_map(|all| all.questions.iter().map(move |q| (all, q)))
        {
            let (tries, hints) = (asked.tries.to_string(), asked.hints.to_string());
            let status = asked.status.word();
            let row = [learner, &lesson.id, &asked.id, status, "0", "0", &tries, &hints, "no", "question"];
            rows.write_record(row.map(harmless)).map_err(|e| e.to_string())?;
        }
    }
    let bytes = rows.into_inner().map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}

/// A cell that a spreadsheet would take for a formula, or for the end of a cell, is made a text. The rule is OWASP's, for
/// CSV injection: a single quote before `=`, `+`, `-`, `@`, tab and carriage return. A number stays one, also below zero.
fn harmless(cell: &str) -> String {
    let begins = cell
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if begins && cell.parse::<i64>().is_err() { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\u{ff1d}1+1"]
        {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        for cell in ["", "ana", "0", "-2", "a=b", "run-python", " =1"] {
            assert_eq!(harmless(cell), cell);
        }
    }
}
