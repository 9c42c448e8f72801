//! `pilotwhale submit`: hands in the exercise folders and the report, on a branch of their own.

pub(super) mod git;
mod pack;
mod push;
mod whither;
mod who;

use crate::cli::print::tell;
use std::fmt::Write as _;
use std::path::Path;

use super::Ending;
use super::chosen::Chosen;
use super::desk::{Desk, Stopped, agreed};
use super::grade::{Saved, judge};
use super::print::say;
use super::report::{self, Format, Questions, Report, Status};
use git::Git;
pub(super) use who::is_handle;

/// Hand in your work and the report, on a branch of their own
///
/// The exercise folders and the report are pushed if there is a remote. Where that is, is shown and asked about the first
/// time. Your own branch, and what you have staged, stay as they are.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Your handle; without it, the name of the branch that you are on
    #[arg(long = "as", value_name = "HANDLE")]
    handle: Option<String>,
    /// The branch for handed-in work [default: submit/HANDLE]
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// The remote to push to [default: origin, or the only one]
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    /// Leave out what the verdicts were reached from; they then can't be judged again
    #[arg(long)]
    no_evidence: bool,
    /// Go on after what you handed in from another machine
    #[arg(long)]
    join: bool,
    /// Make the repository, and push to where nothing of yours was pushed before, without asking
    #[arg(long, short)]
    yes: bool,
}

pub(super) fn run(args: &Args, chosen: &Chosen) -> Result<Ending, Stopped> {
    let mut desk = Desk::open(chosen)?;
    let work = desk.paths.work.clone();
    let ids = desk.course.exercises.iter().map(|exercise| exercise.id.clone());
    let folders: Vec<String> = ids.filter(|id| work.join(id).is_dir()).collect();
    if folders.is_empty() {
        return Err(Stopped::usage(
            format!("there is nothing to hand in: no exercise has a folder in {}", work.display()),
            "Begin one: pilotwhale begin ID",
        ));
    }
    let git = Git::in_folder(&work);
    if !is_repository(&git, &work)? && !make_repository(&git, &work, args.yes)? {
        say("Nothing was changed.\n");
        return Ok(Ending::NotYet);
    }
    let handle = who::handle(&git, args.handle.as_deref())?;
    let branch = who::branch(&git, args.branch.as_deref(), &handle)?;
    let mut remote = push::remote(&git, args.remote.as_deref())?;
    let mut refused = None;
    if let Some(there) = &remote
        && !whither::may_push(&git, there, &desk.paths, args.yes)?
    {
        refused = remote.take();
    }

    let source = chosen.source();
    let exercises = desk.course.exercises.clone();
    let (graded, judged) = judge(&mut desk, &exercises, !args.no_evidence)?;
    let report = Report::new(&desk.course, &source, graded, Some(handle.clone()), None)
        .with_questions(Questions::of(&desk.course, &desk.progress));
    let mut texts = vec![("report.json", report::print(Format::Json, &report)?)];
    if !args.no_evidence {
        let asked = exercises.into_iter().map(|exercise| exercise.id).collect();
        let saved = Saved::new(&desk.course, &source, Some(handle.clone()), asked, judged)
            .with_questions(desk.store.events()?);
        texts.push(("evidence.json", saved.as_json()?));
    }

    let (tree, files) = pack::tree(&git, &folders, &texts)?;
    let before = pack::tip(&git, &branch)?;
    let mut parents: Vec<String> = before.iter().cloned().collect();
    if let Some(remote) = &remote
        && (args.join || before.is_none())
        && let Some(there) = remote.fetch(&git, &branch)?
        && !parents.contains(&there)
    {
        if !args.join {
            return Err(remote.has_foreign(&branch, "Nothing was handed in yet."));
        }
        parents.push(there);
    }
    let summary = format!("{} of {} points", report.points().0, report.points().1);
    let message = format!("Hand in {} by {handle}: {summary}\n", desk.course.title);
    let commit = pack::commit(&git, &tree, &parents, &handle, &message)?;
    pack::advance(&git, &branch, &commit, before.as_deref())?;

    let mut text = format!("Handed in on the branch {branch}: {}, {summary}.\n", counted(files));
    for folder in &folders {
        let _ = writeln!(text, "  {folder}/");
    }
    for (name, _) in &texts {
        let _ = writeln!(text, "  {name}");
    }
    say(&text);
    if report.status == Status::Error {
        tell!("pilotwhale: some tasks could not be checked now: pilotwhale grade says why");
    }
    match (remote, refused) {
        (Some(remote), _) => {
            remote.push(&git, &commit, &branch)?;
            say(&format!("Pushed to {}.\n", remote.name));
        }
        (None, Some(refused)) => {
            say(&format!("Nothing was pushed to {}: it is here alone.\n", refused.name));
            return Ok(Ending::NotYet);
        }
        (None, None) => {
            say("There is no remote to push to: it is here alone. Where your class has a repository:\n  \
             git remote add origin ADDRESS     in this folder, then submit again\n")
        }
    }
    Ok(Ending::Done)
}

fn counted(files: usize) -> String {
    if files == 1 { "1 file".into() } else { format!("{files} files") }
}

/// Whether the folder is the top of a repository. One that lies further up is about other things.
fn is_repository(git: &Git, work: &Path) -> Result<bool, Stopped> {
    let top = git.asks(["rev-parse", "--show-toplevel"])?;
    if !top.is_ok && !top.err.contains("not a git repository (or any") {
        return Err(Stopped {
            what: format!("git can't use {}: {}", work.display(), top.reason()),
            remedy: "Mend that, then submit again.".into(),
            ending: Ending::CouldNot,
        });
    }
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    Ok(top.is_ok && real(Path::new(&top.out)) == real(work))
}

fn make_repository(git: &Git, work: &Path, yes: bool) -> Result<bool, Stopped> {
    say(&format!("{} is not a git repository yet. Make it one:\n  git init\n", work.display()));
    if !yes && !agreed("Do this?")? {
        return Ok(false);
    }
    git.does("the repository could not be made", ["init", "--quiet"])?;
    Ok(true)
}
