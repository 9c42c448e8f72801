//! Puts work and report into one commit, without touching what the learner has checked out or staged.

use std::path::{Path, PathBuf};

use super::git::Git;
use crate::cli::desk::Stopped;

/// An index beside the learner's own, gone when it is dropped.
struct Index(PathBuf);

impl Drop for Index {
    fn drop(&mut self) {
        // Never made where nothing was added.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes the files of these folders, as they are on the disk now, and these texts as one tree. Gives its id and how
/// many of the files are the learner's.
pub(super) fn tree(
    git: &Git,
    folders: &[String],
    texts: &[(&str, String)],
) -> Result<(String, usize), Stopped> {
    let what = "your files could not be read by git";
    let own = git.does(what, ["rev-parse", "--absolute-git-dir"])?;
    let index = Index(Path::new(&own).join(format!("pilotwhale-submit-{}.index", std::process::id())));
    let git = git.with_index(&index.0);
    git.does(what, ["read-tree", "--empty"])?;
    for folder in folders {
        // What .gitignore leaves out stays out; asked to add a whole folder of that, git would refuse.
        if !git.asks(["check-ignore", "--quiet", folder])?.is_ok {
            git.does(what, ["-c", "advice.addEmbeddedRepo=false", "add", "--all", "--", folder])?;
        }
    }
    let listed = git.does(what, ["ls-files", "--stage", "-z"])?;
    let files: Vec<&str> = listed.split('\0').filter(|line| !line.is_empty()).collect();
    if let Some(inner) = files.iter().find(|line| line.starts_with("160000 ")) {
        let path = inner.split('\t').next_back().unwrap_or_default();
        return Err(Stopped::usage(
            format!("{path} is a git repository of its own, so its files can't be handed in"),
            format!("Remove {path}/.git if you don't need its history, then submit again."),
        ));
    }
    for (name, text) in texts {
        let blob = git.does_with(what, ["hash-object", "-w", "--stdin"], text.as_bytes())?;
        git.does(what, ["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{name}")])?;
    }
    Ok((git.does(what, ["write-tree"])?, files.len()))
}

/// Commits the tree after these parents. The branch is not moved yet.
pub(super) fn commit(
    git: &Git,
    tree: &str,
    parents: &[String],
    handle: &str,
    message: &str,
) -> Result<String, Stopped> {
    let known =
        git.asks(["var", "GIT_AUTHOR_IDENT"])?.is_ok && git.asks(["var", "GIT_COMMITTER_IDENT"])?.is_ok;
    // A learner who never told git their name should not have to learn it now.
    let git =
        if known { git.clone() } else { git.clone().with_ident(handle, &format!("{handle}@localhost")) };
    let parents = parents.iter().flat_map(|parent| ["-p", parent]);
    let args = ["commit-tree", tree].into_iter().chain(parents);
    git.does_with("the commit could not be made", args, message.as_bytes())
}

/// The commit at the tip of a branch here.
pub(super) fn tip(git: &Git, branch: &str) -> Result<Option<String>, Stopped> {
    let answer =
        git.asks(["rev-parse", "--verify", "--quiet", &format!("refs/heads/{branch}^{{commit}}")])?;
    Ok(answer.is_ok.then_some(answer.out))
}

/// Moves the branch on, if it still is where it was.
pub(super) fn advance(git: &Git, branch: &str, to: &str, from: Option<&str>) -> Result<(), Stopped> {
    let full = format!("refs/heads/{branch}");
    let from = from.unwrap_or_default();
    let moved = git.asks(["update-ref", "-m", "pilotwhale submit", &full, to, from])?;
    if moved.is_ok {
        return Ok(());
    }
    Err(Stopped::usage(
        format!("the branch {branch} could not be written: {}", moved.reason()),
        "A branch whose name is the first part of this one may be in its way. Give another name: --branch NAME",
    ))
}
