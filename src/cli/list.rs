//! `pilotwhale list`: the lessons and exercises of a course, with what is done.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Desk, Stopped};
use super::fitted::fitted;
use super::print::say;
use crate::check::Outcome;
use crate::course::{Exercise, Lesson};
use crate::progress::{Progress, Stage};
use crate::session::{Session, Share};

/// List the lessons and exercises, with what you have done
///
/// Needs no engine, and judges nothing anew.
#[derive(clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let (course, paths) = chosen.open()?;
    // A look makes no file where there is none.
    let session = if paths.progress_file().is_file() {
        let desk = Desk::at(course, paths)?;
        Session::new(Arc::new(desk.course), desk.progress)
    } else {
        Session::new(Arc::new(course), Progress::default())
    };
    say(&fitted(&text(&session)));
    Ok(Ending::Done)
}

/// A line of the list.
struct Row<'a> {
    done: bool,
    id: &'a str,
    minutes: u32,
    state: String,
    title: &'a str,
}

fn text(session: &Session) -> String {
    let course = session.course();
    let lessons: Vec<Row<'_>> = course.lessons.iter().map(|lesson| of_lesson(session, lesson)).collect();
    let alone = course.exercises.iter().filter(|exercise| !exercise.on_slides);
    let exercises: Vec<Row<'_>> = alone.map(|exercise| of_exercise(session, exercise)).collect();
    let all = || lessons.iter().chain(&exercises);
    let id = all().map(|row| row.id.chars().count()).max().unwrap_or_default();
    let state = all().map(|row| row.state.len()).max().unwrap_or_default();
    let mut text = format!("{}\n", course.title);
    for (heading, rows) in [("Lessons", &lessons), ("Exercises", &exercises)] {
        if !rows.is_empty() {
            let _ = writeln!(text, "\n{heading}");
        }
        for row in rows {
            let mark = if row.done { Outcome::Done } else { Outcome::Open }.mark();
            let minutes = if row.minutes == 0 { String::new() } else { format!("{} min", row.minutes) };
            let _ =
                writeln!(text, "  {mark} {:id$}  {minutes:>7}  {:state$}  {}", row.id, row.state, row.title);
        }
    }
    text.push_str(
        "\nOpen the course with: pilotwhale. Begin an exercise without the screen: pilotwhale begin ID\n",
    );
    text
}

/// A lesson is done when it is read to its end and nothing on its slides is open.
fn of_lesson<'a>(session: &Session, lesson: &'a Lesson) -> Row<'a> {
    let (read, questions, tasks) =
        (session.is_read(lesson), session.questions(lesson), session.tasks(lesson));
    let counted =
        |share: Share, what: &str| (share.of > 0).then(|| format!("{}/{} {what}", share.done, share.of));
    let parts = [
        Some(if read { "read" } else { "not read" }.to_owned()),
        counted(questions, "questions"),
        counted(tasks, "tasks"),
    ];
    Row {
        done: read && questions.done == questions.of && tasks.done == tasks.of,
        id: &lesson.id,
        minutes: lesson.minutes,
        state: parts.into_iter().flatten().collect::<Vec<_>>().join(", "),
        title: &lesson.title,
    }
}

fn of_exercise<'a>(session: &Session, exercise: &'a Exercise) -> Row<'a> {
    let (done, points) = (session.is_done(exercise), session.points(exercise));
    let record = session.exercise(&exercise.id).map(|state| &state.record);
    let word = match record {
        Some(record) if done && !record.passed_unassisted => "done with help",
        _ if done => "done",
        Some(record) if record.stage == Stage::Working => "begun",
        _ => "not begun",
    };
    Row {
        done,
        id: &exercise.id,
        minutes: exercise.minutes,
        state: format!("{word}, {}/{} points", points.done, points.of),
        title: &exercise.title,
    }
}
