//! `pilotwhale report`: what a learner has reached, from their own record, to read, to print or to show.

mod card;
mod page;
mod text;

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Desk, Stopped};
use super::fitted::fitted;
use super::print::say;
use super::report::CourseName;
use super::submit::git::Git;
use crate::check::Outcome;
use crate::cli::print::tell;
use crate::course::Source;
use crate::facts::is_steering;
use crate::session::{Open, Score, Session, Share};

/// Say what you have reached in the course, and what is open
///
/// Needs no engine, and judges nothing anew.
#[derive(clap::Args)]
pub(super) struct Args {
    /// How to write it [default: by the ending of the file, else text]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write it into this file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Your name as it is to be read [default: git's user.name]
    #[arg(long)]
    name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    /// One page that needs nothing else
    Html,
    /// A card with the sums
    Svg,
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let (course, paths) = chosen.open()?;
    // A look makes no file where there is none.
    let desk = if paths.progress_file().is_file() { Some(Desk::at(course, paths)?) } else { None };
    let Some(desk) = desk.filter(|desk| desk.progress.seq > 0) else {
        return Err(Stopped {
            what: "there is nothing to report: you have not begun this course yet".into(),
            remedy: "Begin it: pilotwhale. Then ask again.".into(),
            ending: Ending::NotYet,
        });
    };
    let name = named(args.name.as_deref(), &desk.paths.work);
    if name.is_none() {
        tell!(
            "pilotwhale: no name is in the report, because git's user.name is not set\n  Say it: --name NAME"
        );
    }
    let reached = Reached::new(desk, &chosen.source(), name, today());
    let text = match args.format.unwrap_or_else(|| Format::of(args.output.as_deref())) {
        Format::Text if args.output.is_none() => fitted(&text::print(&reached)),
        Format::Text => text::print(&reached),
        Format::Html => page::print(&reached),
        Format::Svg => card::print(&reached),
    };
    let Some(file) = &args.output else {
        say(&text);
        return Ok(Ending::Done);
    };
    std::fs::write(file, text).map_err(|error| Stopped {
        what: format!("{} can't be written: {error}", file.display()),
        remedy: "Give another name after --output.".into(),
        ending: Ending::CouldNot,
    })?;
    say(&format!("What you have reached is in {}.\n", file.display()));
    Ok(Ending::Done)
}

fn today() -> Date {
    jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::system()).date()
}

impl Format {
    fn of(file: Option<&Path>) -> Self {
        let ending = file.and_then(Path::extension).and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" => Self::Html,
            "svg" => Self::Svg,
            _ => Self::Text,
        }
    }
}

/// The name that was given, or git's; blanks alone are none.
fn named(given: Option<&str>, work: &Path) -> Option<String> {
    let gits = || {
        let folder = if work.is_dir() { work } else { Path::new(".") };
        let answer = Git::in_folder(folder).asks(["config", "--get", "user.name"]).ok()?;
        answer.is_ok.then_some(answer.out)
    };
    let name = given.map(str::to_owned).or_else(gits)?;
    let name = plain(name.trim());
    (!name.is_empty()).then_some(name)
}

/// One line of what others wrote. Signs that steer a terminal, or that XML does not know, are none of it.
fn plain(text: &str) -> String {
    let is_none = |c: char| is_steering(c) || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if is_none(c) { '\u{fffd}' } else { c }).collect()
}

/// Everything that the formats say. All words of others are plain.
struct Reached {
    name: Option<String>,
    date: Date,
    course: CourseName,
    score: Score,
    lessons: Vec<InLesson>,
    exercises: Vec<OfExercise>,
    open: Vec<Open>,
}

struct InLesson {
    title: String,
    read: bool,
    questions: Share,
    tasks: Share,
}

struct OfExercise {
    title: String,
    outcome: Outcome,
    /// It was passed only after the solution had been looked at.
    assisted: bool,
    points: Share,
}

impl Reached {
    fn new(desk: Desk, source: &Source, name: Option<String>, date: Date) -> Self {
        let course = CourseName::of(&desk.course, source);
        let course = CourseName {
            title: plain(&course.title),
            id: plain(&course.id),
            version: plain(&course.version),
            ..course
        };
        let session = Session::new(desk.course.into(), desk.progress);
        let lessons = session.course().lessons.iter().map(|lesson| InLesson {
            title: plain(&lesson.title),
            read: session.is_read(lesson),
            questions: session.questions(lesson),
            tasks: session.tasks(lesson),
        });
        let alone = session.course().exercises.iter().filter(|exercise| !exercise.on_slides);
        let exercises = alone.map(|exercise| {
            let done = session.is_done(exercise);
            OfExercise {
                title: plain(&exercise.title),
                outcome: if done { Outcome::Done } else { Outcome::Open },
                assisted: done
                    && session.exercise(&exercise.id).is_some_and(|state| !state.record.passed_unassisted),
                points: session.points(exercise),
            }
        });
        let open = session.open().into_iter().map(|open| Open {
            title: plain(&open.title),
            exercises: open.exercises.iter().map(|title| plain(title)).collect(),
            ..open
        });
        Self {
            name,
            date,
            course,
            score: session.score(),
            lessons: lessons.collect(),
            exercises: exercises.collect(),
            open: open.collect(),
        }
    }

    /// The sums, each with its name; what the course has none of is left out.
    fn sums(&self) -> Vec<(&'static str, Share)> {
        let Score { lessons, questions, tasks, exercises, points } = self.score;
        let all = [
            ("Lessons read", lessons),
            ("Questions right", questions),
            ("Tasks on slides", tasks),
            ("Exercises done", exercises),
            ("Points", points),
        ];
        all.into_iter().filter(|(_, share)| share.of > 0).collect()
    }

    /// Which text of the course this is about.
    fn course_line(&self) -> String {
        let CourseName { id, version, hash, .. } = &self.course;
        let id = if id.is_empty() { String::new() } else { format!("{id} ") };
        let version = if version.is_empty() { String::new() } else { format!("{version} ") };
        format!("{id}{version}{hash}")
    }
}

impl OfExercise {
    fn word(&self) -> &'static str {
        if self.assisted { "done with help" } else { self.outcome.word() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_ending_says_the_format() {
        for (file, format) in [
            ("a.html", Format::Html),
            ("a.HTM", Format::Html),
            ("a/b.svg", Format::Svg),
            ("svg", Format::Text),
        ] {
            assert_eq!(Format::of(Some(Path::new(file))), format, "{file}");
        }
        assert_eq!(Format::of(None), Format::Text);
    }

    #[test]
    fn what_steers_is_not_passed_on() {
        assert_eq!(
            plain("Ana\u{1b}[2J\n\u{202e}b\u{ffff} Żółć 鯨"),
            "Ana\u{fffd}[2J\u{fffd}\u{fffd}b\u{fffd} Żółć 鯨"
        );
    }
}
