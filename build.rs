//! Tells the program its version: the package's, and in releases the commit that it was built from.

#[path = "build/commit.rs"]
mod commit;

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/commit.rs");
    let mut version = env!("CARGO_PKG_VERSION").to_owned();
    // Otherwise each commit would have the next debug build begin anew.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let found = commit::of(Path::new("."));
        found.read.iter().for_each(|file| println!("cargo::rerun-if-changed={}", file.display()));
        if let Some(commit) = found.commit {
            version = format!("{version} ({})", &commit[..12]);
        }
    }
    println!("cargo::rustc-env=PILOTWHALE_VERSION={version}");
}
