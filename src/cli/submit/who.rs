//! Who hands in, and on which branch.

use super::git::Git;
use crate::cli::desk::Stopped;

/// Names of branches that are nobody's handle.
const COMMON: [&str; 6] = ["main", "master", "trunk", "develop", "dev", "your-handle"];

/// The name that was given, or that of the branch that the learner is on: lesson 0 calls it by their handle.
pub(super) fn handle(git: &Git, given: Option<&str>) -> Result<String, Stopped> {
    if let Some(given) = given {
        return match is_handle(given) {
            true => Ok(given.to_owned()),
            false => Err(Stopped::usage(
                format!("{given} can't be a handle"),
                "A handle has letters, digits, dots, _ and - in it, and begins with a letter or digit.",
            )),
        };
    }
    let say = "Say it: pilotwhale submit --as HANDLE";
    let head = git.asks(["symbolic-ref", "--quiet", "--short", "HEAD"])?;
    if !head.is_ok {
        let what = "your handle is not known: no branch is checked out here (git calls it a detached HEAD)";
        return Err(Stopped::usage(what, say));
    }
    let branch = head.out.strip_prefix("submit/").unwrap_or(&head.out);
    if COMMON.contains(&branch) || !is_handle(branch) {
        return Err(Stopped::usage(
            format!("your handle is not known: the branch here is called {branch}"),
            say,
        ));
    }
    Ok(branch.to_owned())
}

/// Letters, digits and a few signs: it is a name of a branch, of a file, and of a row in a gradebook.
pub(in crate::cli) fn is_handle(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_plain)
        && !name.contains("..")
        && !name.ends_with('.')
        && !name.ends_with(".lock")
}

/// The branch for handed-in work: never one that somebody works on, whose files would then look changed.
pub(super) fn branch(git: &Git, given: Option<&str>, handle: &str) -> Result<String, Stopped> {
    let branch = given.map_or_else(|| format!("submit/{handle}"), str::to_owned);
    if !git.asks(["check-ref-format", "--branch", &branch])?.is_ok || branch.starts_with("refs/") {
        return Err(Stopped::usage(
            format!("{branch} can't be a branch"),
            "Give another name after --branch.",
        ));
    }
    let head = git.asks(["symbolic-ref", "--quiet", "HEAD"])?;
    let full = format!("refs/heads/{branch}");
    let elsewhere = git.asks(["for-each-ref", "--format=%(worktreepath)", &full])?;
    if head.out == full || !elsewhere.out.is_empty() {
        return Err(Stopped::usage(
            format!("{branch} is checked out: it is a branch that you work on"),
            "Handed-in work goes to a branch of its own. Leave out --branch, or give another name.",
        ));
    }
    Ok(branch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_always_a_name_of_a_branch() {
        for good in ["ana", "a1", "Ana.B-c_d"] {
            assert!(is_handle(good), "{good}");
        }
        for bad in ["", "-a", ".a", "a b", "a/b", "a..b", "a.", "a.lock", "ä", "a:b", "=1"] {
            assert!(!is_handle(bad), "{bad}");
        }
    }
}
