//! Which commit a build says that it is: of a repository, a worktree, a packed crate, and of none.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

#[path = "../../build/commit.rs"]
mod found;

fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(folder)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("plain").trim().to_owned()
}

#[track_caller]
fn is(folder: &Path, wanted: Option<&str>) {
    let found = found::of(folder);
    assert_eq!(found.commit.as_deref(), wanted, "by {:?}", found.read);
}

#[test]
fn a_repository_is_read_as_git_does() {
    let home = TempDir::new().expect("a folder");
    let source = home.path().join("source");
    std::fs::create_dir(&source).expect("a folder");
    is(&source, None);
    git(&source, &["init", "--quiet"]);
    is(&source, None); // nothing is committed
    git(&source, &["commit", "--quiet", "--allow-empty", "-m", "one"]);
    let one = git(&source, &["rev-parse", "HEAD"]);
    is(&source, Some(&one));
    assert!(found::of(&source).read.iter().any(|file| file.ends_with(".git/HEAD")));
    git(&source, &["pack-refs", "--all"]);
    is(&source, Some(&one));
    git(&source, &["worktree", "add", "--quiet", "-b", "other", "../tree"]);
    let tree = home.path().join("tree");
    is(&tree, Some(&one));
    git(&tree, &["commit", "--quiet", "--allow-empty", "-m", "two"]);
    let two = git(&tree, &["rev-parse", "HEAD"]);
    is(&tree, Some(&two));
    git(&tree, &["checkout", "--quiet", "--detach"]);
    is(&tree, Some(&two));
    is(&source, Some(&one));
}

#[test]
fn a_packed_crate_holds_its_commit() {
    let source = TempDir::new().expect("a folder");
    let info = source.path().join(".cargo_vcs_info.json");
    let sha = "0123456789abcdef0123456789abcdef01234567";
    std::fs::write(
        &info,
        format!("{{\n  \"git\": {{\n    \"sha1\": \"{sha}\"\n  }},\n  \"path_in_vcs\": \"\"\n}}"),
    )
    .expect("writes");
    is(source.path(), Some(sha));
    std::fs::write(&info, "{\"git\":{}}").expect("writes");
    is(source.path(), None);
}
