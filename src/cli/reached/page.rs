//! What was reached, as one HTML page that needs nothing else: light and dark, for the screen and for paper.

use std::fmt::{Display, Write as _};

use quick_xml::escape::escape;

use super::Reached;
use crate::check::Outcome;
use crate::session::Share;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b2733; --dim: #51606f; --line: #c9d3dc; --paper: #ffffff; --done: #0b6b3a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --dim: #a3b1bf; --line: #3a4754; --paper: #12181f; --done: #6fd69c; }
}
@media print {
  :root { color-scheme: light; --ink: #000000; --dim: #333333; --line: #999999; --paper: #ffffff; --done: #000000; }
  main { margin: 0; max-width: none; }
  tr, li { break-inside: avoid; }
  h2 { break-after: avoid; }
}
body { background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
main { margin: 2rem auto; max-width: 44rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
.who { font-size: 1.15rem; margin: 0.25rem 0 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); overflow-wrap: anywhere; padding: 0.35rem 0.5rem; text-align: left; vertical-align: top; }
thead th { color: var(--dim); font-weight: 600; }
tbody th { font-weight: 400; }
.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.done { color: var(--done); font-weight: 600; }
footer { border-top: 1px solid var(--line); color: var(--dim); font-size: 0.85rem; margin-top: 2rem; }
code { overflow-wrap: anywhere; }
";

pub(super) fn print(reached: &Reached) -> String {
    let title = escape(&reached.course.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
         <title>Reached in: {title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    let name =
        reached.name.as_deref().map(|name| format!("<bdi>{}</bdi>, ", escape(name))).unwrap_or_default();
    let _ = writeln!(page, "<p class=\"who\">{name}<time datetime=\"{0}\">{0}</time></p>", reached.date);
    page.push_str(&sums(reached));
    page.push_str(&exercises(reached));
    page.push_str(&lessons(reached));
    page.push_str(&open(reached));
    let _ = write!(
        page,
        "<footer>\n<p>From the learner's own record. Course <code>{}</code>, pilotwhale {}.</p>\n</footer>\n\
         </main>\n</body>\n</html>\n",
        escape(reached.course_line()),
        env!("CARGO_PKG_VERSION")
    );
    page
}

fn sums(reached: &Reached) -> String {
    let rows = reached.sums().into_iter().map(|(what, share)| row(what, &[number(of(share))]));
    section("The whole course", &[column("What"), numbers("Reached")], rows)
}

fn exercises(reached: &Reached) -> String {
    let rows = reached.exercises.iter().map(|exercise| {
        let stands = format!("{} {}", exercise.outcome.mark(), exercise.word());
        let is_done = exercise.outcome == Outcome::Done;
        row(&exercise.title, &[word(stands, is_done), number(of(exercise.points))])
    });
    section("Exercises", &[column("Exercise"), column("State"), numbers("Points")], rows)
}

fn lessons(reached: &Reached) -> String {
    let rows = reached.lessons.iter().map(|lesson| {
        let read = if lesson.read { "✓ read" } else { "○ not yet" };
        let cells = [word(read, lesson.read), number(of(lesson.questions)), number(of(lesson.tasks))];
        row(&lesson.title, &cells)
    });
    let head = [column("Lesson"), column("Read"), numbers("Questions right"), numbers("Tasks")];
    section("Lessons", &head, rows)
}

fn open(reached: &Reached) -> String {
    if reached.open.is_empty() {
        return "<h2>Open</h2>\n<p>Nothing: all of the course is reached.</p>\n".into();
    }
    let mut list = "<h2>Open</h2>\n<ul>\n".to_owned();
    for open in &reached.open {
        let _ = writeln!(list, "<li>{}: {}</li>", escape(&open.title), escape(open.words()));
    }
    list + "</ul>\n"
}

/// A heading and a table below it; nothing where the table has no row.
fn section(heading: &str, head: &[String], rows: impl Iterator<Item = String>) -> String {
    let rows: String = rows.collect();
    if rows.is_empty() {
        return rows;
    }
    let head = head.concat();
    format!(
        "<h2>{heading}</h2>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )
}

fn column(name: &str) -> String {
    format!("<th scope=\"col\">{name}</th>")
}

/// The head of a column of numbers.
fn numbers(name: &str) -> String {
    format!("<th scope=\"col\" class=\"number\">{name}</th>")
}

/// The first cell is the row's heading, and its words may be anybody's.
fn row(heading: &str, cells: &[String]) -> String {
    format!("<tr><th scope=\"row\">{}</th>{}</tr>\n", escape(heading), cells.concat())
}

fn number(text: impl Display) -> String {
    format!("<td class=\"number\">{text}</td>")
}

fn word(text: impl Display, done: bool) -> String {
    let class = if done { " class=\"done\"" } else { "" };
    format!("<td{class}>{text}</td>")
}

fn of(share: Share) -> String {
    if share.of == 0 && share.done == 0 { "–".into() } else { format!("{} of {}", share.done, share.of) }
}
