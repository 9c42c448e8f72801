//! Sends the branch to where the class collects them, and says in a sentence what stopped it.

use super::git::{Answer, Git};
use crate::cli::Ending;
use crate::cli::desk::Stopped;
use crate::facts::secret::mask;

/// A repository elsewhere, by the name that git has for it.
pub(super) struct Remote {
    pub(super) name: String,
    /// All that a push goes to.
    pub(super) urls: Vec<String>,
}

/// The one that was named, or `origin`, or the only one.
pub(super) fn remote(git: &Git, given: Option<&str>) -> Result<Option<Remote>, Stopped> {
    let listed = git.does("git could not say which remotes there are", ["remote"])?;
    let all: Vec<&str> = listed.lines().collect();
    let name = match (given, all.as_slice()) {
        (Some(given), all) if all.contains(&given) => given,
        (Some(given), _) => {
            let remedy = format!("Add it: git remote add {given} ADDRESS");
            return Err(Stopped::usage(format!("there is no remote called {given} here"), remedy));
        }
        (None, []) => return Ok(None),
        (None, [only]) => only,
        (None, all) if all.contains(&"origin") => "origin",
        (None, all) => {
            let what = format!("there are several remotes here: {}", all.join(", "));
            return Err(Stopped::usage(what, "Say which one is meant: --remote NAME"));
        }
    };
    let urls =
        git.does("git could not say where that remote is", ["remote", "get-url", "--push", "--all", name])?;
    Ok(Some(Remote { name: name.to_owned(), urls: urls.lines().map(str::to_owned).collect() }))
}

impl Remote {
    /// What git said, without the password that an address may hold.
    fn reason(&self, answer: &Answer) -> String {
        self.urls.iter().fold(answer.reason(), |reason, url| reason.replace(url, &mask("url", url)))
    }

    /// Where it is, without a password.
    pub(super) fn shown(&self) -> String {
        self.urls.iter().map(|url| mask("url", url)).collect::<Vec<_>>().join(", ")
    }

    fn away(&self, answer: &Answer, safe: &str) -> Stopped {
        Stopped {
            what: format!("{} ({}) could not be reached: {}", self.name, self.shown(), self.reason(answer)),
            remedy: format!("{safe} Look at your network, the address and your access, then submit again."),
            ending: Ending::CouldNot,
        }
    }

    /// The branch there has work that the one here does not come after.
    pub(super) fn has_foreign(&self, branch: &str, safe: &str) -> Stopped {
        Stopped {
            what: format!("{} has work on {branch} that is not from here", self.name),
            remedy: format!(
                "{safe} If you handed that in on another machine: pilotwhale submit --join\n  \
                 If it is somebody else's, take another name: pilotwhale submit --as HANDLE"
            ),
            ending: Ending::CouldNot,
        }
    }

    /// Takes over what the branch has there, and gives its tip.
    pub(super) fn fetch(&self, git: &Git, branch: &str) -> Result<Option<String>, Stopped> {
        let full = format!("refs/heads/{branch}");
        let safe = "Nothing was handed in yet.";
        let listed = git.asks(["ls-remote", &self.name, &full])?;
        if !listed.is_ok {
            return Err(self.away(&listed, safe));
        }
        let Some(tip) = listed.out.split_whitespace().next() else { return Ok(None) };
        let fetched =
            git.asks(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", &self.name, &full])?;
        if !fetched.is_ok {
            return Err(self.away(&fetched, safe));
        }
        Ok(Some(tip.to_owned()))
    }

    /// Never by force: what is there already stays.
    pub(super) fn push(&self, git: &Git, commit: &str, branch: &str) -> Result<(), Stopped> {
        let place = format!("{commit}:refs/heads/{branch}");
        let pushed = git.asks(["push", "--porcelain", &self.name, &place])?;
        if pushed.is_ok {
            return Ok(());
        }
        let safe = format!("Your work is safe on the branch {branch} here.");
        // `!` TAB from:to TAB [rejected] (fetch first)
        let refused = pushed.out.lines().find_map(|line| line.strip_prefix("!\t")?.split('\t').next_back());
        let Some(why) = refused else { return Err(self.away(&pushed, &safe)) };
        if why.starts_with("[rejected]") {
            return Err(self.has_foreign(branch, &safe));
        }
        let said = pushed.err.lines().find_map(|line| line.strip_prefix("remote: ")).unwrap_or(why).trim();
        Err(Stopped {
            what: format!("{} does not take {branch}: {said}", self.name),
            remedy: format!("{safe} Ask who runs that repository; it may want another name: --branch NAME"),
            ending: Ending::CouldNot,
        })
    }
}
