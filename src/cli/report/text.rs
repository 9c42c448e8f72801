//! The report for people.

use std::fmt::Write as _;

use super::data::{Entry, MEANWHILE, Report, Status, words};
use super::questions::{Answered, Questions};
use crate::facts::printable;

pub(super) fn print(report: &Report) -> String {
    let alone = report.entries().count() == 1;
    // A lesson that was not opened yet says nothing; an exercise that was not begun is what to do next.
    let (closed, open): (Vec<&Entry>, Vec<&Entry>) =
        report.lessons.iter().partition(|lesson| lesson.status == Status::NotStarted && !alone);
    let mut parts: Vec<String> = open.into_iter().map(|lesson| entry(lesson, true)).collect();
    parts.extend(report.exercises.iter().map(|exercise| entry(exercise, false)));
    if !closed.is_empty() {
        let ids: Vec<&str> = closed.iter().map(|lesson| lesson.id.as_str()).collect();
        parts.push(format!("Lessons with tasks that were not opened yet: {}\n", ids.join(", ")));
    }
    if !report.questions.is_empty() {
        parts.push(questions(&report.questions));
    }
    if !alone {
        parts.push(format!("Together: {} of {} points\n", report.points.reached, report.points.of));
    }
    parts.join("\n")
}

/// The lessons of which some question was answered, and how many are right of all.
fn questions(lessons: &[Questions]) -> String {
    let of = |lesson: &Questions| lesson.questions.len();
    let right = |lesson: &Questions| lesson.count(Answered::Right);
    let (all, done) = (lessons.iter().map(of).sum::<usize>(), lessons.iter().map(right).sum::<usize>());
    let mut text = format!("Questions   {done}/{all} right\n");
    for lesson in lessons.iter().filter(|lesson| lesson.count(Answered::Open) < of(lesson)) {
        let (mark, share) = (lesson.outcome().mark(), format!("{}/{}", right(lesson), of(lesson)));
        let not_yet = match lesson.count(Answered::NotRightYet) {
            0 => String::new(),
            n => format!(", {n} not right yet"),
        };
        let _ = writeln!(text, "  {mark} {share:<5} {}{not_yet}", lesson.title);
    }
    text
}

fn entry(entry: &Entry, is_lesson: bool) -> String {
    let mut text = String::new();
    let needed = || entry.tasks.iter().filter(|task| !task.bonus);
    let done = needed().filter(|task| task.status == Status::Pass).count();
    let (all, points) = (needed().count(), entry.points);
    let _ = writeln!(text, "{}   {done}/{all} tasks, {}/{} points", entry.title, points.reached, points.of);
    if entry.status == Status::NotStarted {
        let how = if is_lesson {
            "      it begins when you open the lesson".to_owned()
        } else {
            format!("      start it  pilotwhale begin {}", entry.id)
        };
        let _ = writeln!(text, "  ○ not started\n{how}");
        return text;
    }
    let mut above: Vec<(&str, &str)> = Vec::new();
    let mut meanwhile: Option<&String> = None;
    for task in &entry.tasks {
        let bonus = if task.bonus { " (bonus)" } else { "" };
        let (mark, word) = (task.verdict.outcome().mark(), task.verdict.word());
        let _ = writeln!(text, "  {mark} {word:<15} {}{bonus}", task.title);
        let said = words(&task.verdict);
        for (name, value) in news(&said, &above) {
            let _ = writeln!(text, "      {name:<9} {}", one_line(value));
        }
        above = said;
        // One build can be in the way of several tasks as well.
        let now = task.said.get(MEANWHILE);
        if let Some(said) = now.filter(|said| meanwhile != Some(*said)) {
            let _ = writeln!(text, "      {MEANWHILE:<9} {}", one_line(said));
        }
        meanwhile = now.or(meanwhile);
    }
    if let Some(begun) = entry.begun
        && entry.status != Status::Pass
    {
        let begun = begun.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%H:%M:%S");
        let runs = match entry.runs_seen {
            1 => "1 container".to_string(),
            n => format!("{n} containers"),
        };
        let _ = writeln!(text, "  {runs} looked at since {begun}");
    }
    if entry.status == Status::Pass {
        let assisted = if entry.assisted { ", with the solution's help" } else { "" };
        let what = if is_lesson { "All of the lesson's tasks are" } else { "The exercise is" };
        let _ = writeln!(text, "  {what} done{assisted}.");
    }
    text
}

/// One wrong try can be in the way of several tasks: it is explained once, and after that only what is new.
fn news<'a>(said: &[(&'a str, &'a str)], above: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let is_known = |word: &(&'a str, &'a str)| above.contains(word);
    let same = ["nearest", "differs"].iter().all(|name| said.iter().any(|w| w.0 == *name && is_known(w)));
    if !same {
        return said.to_vec();
    }
    let new = said.iter().filter(|word| ["expected", "differs"].contains(&word.0) || !is_known(word));
    new.map(|(name, value)| (*name, if *name == "differs" { "as above" } else { value })).collect()
}

/// Evidence may come from somebody else: what is in it must not move the cursor, nor look like another line to the
/// build server that prints it.
fn one_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_try_is_explained_once_and_new_advice_is_not_hidden() {
        let first =
            [("expected", "a"), ("found", "f"), ("nearest", "n"), ("differs", "d"), ("advice", "one")];
        let mut second = first;
        second[0].1 = "b";
        assert_eq!(news(&first, &[]), first);
        assert_eq!(news(&second, &first), [("expected", "b"), ("differs", "as above")]);
        second[4].1 = "two";
        let told = [("expected", "b"), ("differs", "as above"), ("advice", "two")];
        assert_eq!(news(&second, &first), told);
        second[3].1 = "other";
        assert_eq!(news(&second, &first), second);
    }

    #[test]
    fn foreign_words_stay_on_their_line() {
        assert_eq!(one_line("a\n::error::b\u{1b}[2J ü"), "a\u{fffd}::error::b\u{fffd}[2J ü");
    }
}
