//! Which commit a source tree is, read without git: it may not be installed, or refuse a folder of another user.

use std::fs;
use std::path::{Path, PathBuf};

/// The commit, and the files that say so: when one of them changes, another commit may be meant.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In 40 hexadecimal digits or more.
    pub(crate) commit: Option<String>,
    pub(crate) read: Vec<PathBuf>,
}

/// `root` is the folder of Cargo.toml. cargo has written the commit into a packed crate; a repository is read as git would.
pub(crate) fn of(root: &Path) -> Found {
    let mut found = Found::default();
    found.commit = packed(root, &mut found).or_else(|| checked_out(root, &mut found));
    found
}

impl Found {
    fn text(&mut self, file: &Path) -> Option<String> {
        let text = fs::read_to_string(file).ok()?;
        self.read.push(file.to_owned());
        Some(text)
    }
}

fn packed(root: &Path, found: &mut Found) -> Option<String> {
    let text = found.text(&root.join(".cargo_vcs_info.json"))?;
    let (_, after) = text.split_once("\"sha1\"")?;
    after.split('"').find_map(commit)
}

fn checked_out(root: &Path, found: &mut Found) -> Option<String> {
    let mut folder = root.join(".git");
    if folder.is_file() {
        // of a worktree
        let text = found.text(&folder)?;
        folder = root.join(text.strip_prefix("gitdir:")?.trim());
    }
    let head = found.text(&folder.join("HEAD"))?;
    let Some(name) = head.strip_prefix("ref:").map(str::trim) else { return commit(&head) };
    let common = found.text(&folder.join("commondir"));
    let common = common.map_or_else(|| folder.clone(), |path| folder.join(path.trim()));
    if let Some(text) = found.text(&common.join(name)) {
        return commit(&text);
    }
    let all = found.text(&common.join("packed-refs"))?;
    all.lines().find_map(|line| line.strip_suffix(name)?.strip_suffix(' ').and_then(commit))
}

fn commit(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_owned())
}
