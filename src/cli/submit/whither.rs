//! Where work is pushed to: only where the learner has said yes to this very address, and never to pilotwhale's own repository.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::git::Git;
use super::push::Remote;
use crate::cli::desk::{Stopped, agreed};
use crate::cli::print::say;
use crate::cli::print::tell;
use crate::paths::{Paths, names_pilotwhale, private};

/// Shows where the work would go and asks, unless the learner has agreed to that before. False where they said no.
pub(super) fn may_push(git: &Git, remote: &Remote, paths: &Paths, yes: bool) -> Result<bool, Stopped> {
    if is_the_programs(git, remote, paths)? {
        return Err(Stopped::usage(
            format!(
                "{} ({}) is pilotwhale's own repository, and no place for your work",
                remote.name,
                remote.shown()
            ),
            "Nothing was handed in yet. If your class has a repository:\n  \
             git remote add class ADDRESS     in your work folder, then: pilotwhale submit --remote class\n  \
             If it has none: git remote remove NAME, then submit again. Your work is then kept on a branch here.",
        ));
    }
    let agreed_to = Agreed::new(paths, remote);
    if agreed_to.is_kept() {
        return Ok(true);
    }
    say(&format!(
        "Your work and the report would be pushed to {}:\n  {}\nWhoever can read that repository can read them. You have not said yes to this address before.\n",
        remote.name,
        remote.shown()
    ));
    if !yes && !agreed("Push there?")? {
        return Ok(false);
    }
    agreed_to.keep();
    Ok(true)
}

/// What the learner has agreed to: digests, because an address may hold a password.
struct Agreed {
    file: PathBuf,
    line: String,
}

impl Agreed {
    fn new(paths: &Paths, remote: &Remote) -> Self {
        let work = paths.work.canonicalize().unwrap_or_else(|_| paths.work.clone());
        let mut all = Sha256::new();
        for part in std::iter::once(work.as_os_str().as_encoded_bytes())
            .chain(remote.urls.iter().map(|url| url.as_bytes()))
        {
            all.update(part);
            all.update([0]);
        }
        let line = all.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        Self { file: paths.agreed_remotes(), line }
    }

    fn is_kept(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text.lines().any(|line| line == self.line))
    }

    /// One that can't be written is asked for again.
    fn keep(&self) {
        let kept = private().create(true).append(true).open(&self.file);
        if let Err(error) = kept.and_then(|mut file| writeln!(file, "{}", self.line)) {
            tell!("pilotwhale: your yes could not be kept in {}: {error}", self.file.display());
        }
    }
}

/// By what git fetched from there, and by the addresses that a clone of the program on this machine has.
fn is_the_programs(git: &Git, remote: &Remote, paths: &Paths) -> Result<bool, Stopped> {
    let below = format!("refs/remotes/{}/", remote.name);
    let listed =
        git.does("git could not say what is on the remote", ["for-each-ref", "--format=%(refname)", &below])?;
    for branch in listed.lines() {
        if names_pilotwhale(&git.asks(["show", &format!("{branch}:Cargo.toml")])?.out) {
            return Ok(true);
        }
    }
    for source in paths.own_sources() {
        let addresses = Git::in_folder(&source).asks(["config", "--get-regexp", r"^remote\..*url$"])?.out;
        let addresses =
            addresses.lines().filter_map(|line| line.split_once(' ')).map(|(_, url)| place(url, &source));
        let theirs: Vec<String> = addresses.collect();
        if remote.urls.iter().any(|url| theirs.contains(&place(url, &paths.work))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An address without what does not change where it leads: how one goes there, as whom, and endings.
fn place(url: &str, from: &Path) -> String {
    let url = url.strip_prefix("file://").unwrap_or(url).trim_end_matches('/').trim_end_matches(".git");
    let on_network = url.split_once("://").map(|(_, rest)| rest.to_owned()).or_else(|| {
        // name@host:path
        let (host, path) = url.split_once(':')?;
        (!host.contains('/')).then(|| format!("{host}/{}", path.trim_start_matches('/')))
    });
    match on_network {
        Some(there) => {
            let (host, path) = there.split_once('/').unwrap_or((&there, ""));
            let host = host.rsplit('@').next().unwrap_or(host);
            format!("{}/{path}", host.split(':').next().unwrap_or(host)).to_lowercase()
        }
        None => {
            let path = from.join(url);
            let path = [path.clone(), path.with_added_extension("git")]
                .iter()
                .find_map(|p| p.canonicalize().ok())
                .unwrap_or(path);
            path.display().to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_many_addresses() {
        let at = |url: &str| place(url, Path::new("/nowhere"));
        let one = at("https://github.com/owner/pilotwhale");
        for same in [
            "https://github.com/owner/pilotwhale.git",
            "https://ana:secret@GitHub.com/owner/pilotwhale/",
            "git@github.com:owner/pilotwhale.git",
            "ssh://git@github.com:22/owner/pilotwhale",
        ] {
            assert_eq!(at(same), one, "{same}");
        }
        for other in
            ["https://github.com/ana/pilotwhale", "https://example.org/owner/pilotwhale", "/owner/pilotwhale"]
        {
            assert_ne!(at(other), one, "{other}");
        }
        let home = tempfile::tempdir().unwrap();
        let bare = home.path().join("class.git");
        std::fs::create_dir(&bare).unwrap();
        let here = bare.display().to_string();
        assert_eq!(at(&here), at(&format!("file://{here}")));
        assert_eq!(at(&here), place("../class", &bare));
    }
}
