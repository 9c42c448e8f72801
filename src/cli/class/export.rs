//! `pilotwhale class export`: every learner's results, in the formats of `pilotwhale grade`.

use super::Named;
use crate::check::{Report as Verdicts, TaskReport, Verdict};
use crate::class::{ClassStore, Roster};
use crate::cli::Ending;
use crate::cli::chosen::Chosen;
use crate::cli::desk::Stopped;
use crate::cli::print::say;
use crate::cli::print::tell;
use crate::cli::report::{self, Format, Graded, Questions, Report, Status};
use crate::course::Exercise;
use crate::paths::Paths;
use crate::progress::{ExerciseProgress, Stage};

/// Print what every learner of a class has reached
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    named: Named,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let paths = Paths::of_user().map_err(|e| Stopped::usage(e.to_string(), ""))?;
    let (name, file) = args.named.resolve(&paths)?;
    let no_class =
        || Stopped::usage(format!("there is no class {name} on this machine"), "Say its name with --name.");
    let store = ClassStore::existing(&file)?.ok_or_else(no_class)?;
    let founding = store.founded()?.ok_or_else(no_class)?;
    let (course, source) = (chosen.load()?, chosen.source());
    if founding.course != course.id {
        tell!(
            "pilotwhale: the class was held with the course {}, and this is {}; say --course for the other",
            founding.course,
            course.id
        );
    }
    let mut roster = Roster::default();
    store.changes()?.iter().for_each(|change| roster.apply(change));
    let mut learners: Vec<_> = roster.iter().map(|(_, learner)| learner).collect();
    learners.sort_by(|a, b| a.name.cmp(&b.name));
    let reports: Vec<Report> = learners
        .into_iter()
        .map(|learner| {
            let graded = course.exercises.iter().map(|e| recorded(e, learner.progress.exercise(&e.id)));
            Report::new(&course, &source, graded.collect(), Some(learner.name.clone()), None)
                .with_questions(Questions::of(&course, &learner.progress))
        })
        .collect();
    say(&report::print_all(args.format, &reports)?);
    Ok(Ending::Done)
}

/// The verdicts that the record holds. What was done is kept; why something failed is known by its last difference.
fn recorded(exercise: &Exercise, state: ExerciseProgress) -> Graded {
    let done = state.stage == Stage::Passed || state.ever_passed;
    let tasks = exercise.tasks.iter().map(|task| {
        let expected = task.title.clone();
        let verdict = match (state.passed.get(&task.id), state.attempts.get(&task.id)) {
            (Some(found), _) => Verdict::Pass { found: found.clone() },
            (None, _) if done => Verdict::Pass { found: "it passed before".into() },
            (None, Some(tried)) if !tried.is_empty() => Verdict::NotRight {
                expected,
                found: String::new(),
                nearest: None,
                differs: tried.iter().map(String::as_str).collect::<Vec<_>>().join("; "),
                advice: None,
            },
            _ => Verdict::NotYet { expected },
        };
        TaskReport { bonus: task.bonus, ..TaskReport::new(&task.id, &task.title, task.points, verdict) }
    });
    let verdicts = Verdicts {
        exercise: exercise.id.clone(),
        title: exercise.title.clone(),
        tasks: tasks.collect(),
        runs_seen: 0,
    };
    let status = match state.stage {
        _ if done => Status::Pass,
        Stage::NotStarted if state.run == 0 => Status::NotStarted,
        _ => Status::Fail,
    };
    Graded { status, verdicts, state, shown: Vec::new() }
}
