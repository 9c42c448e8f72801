//! `./start` on machines that lack something: a folder of programs is all that it finds.

use std::fs;
use std::path::Path;

use crate::support::headless::{Headless, Said};
use crate::support::write_script;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// What `start` itself is written with.
const TOOLS: [&str; 10] = ["bash", "cut", "dirname", "env", "id", "mktemp", "readlink", "rm", "sed", "tail"];

const ENOUGH: &str = "echo 'rustc 1.99.0 (x 2026-01-01)'";
/// Builds a program that says what it was called with.
const CARGO: &str = "mkdir -p target/release; printf '#!/bin/sh\\necho \"ran: $*\"\\n' >target/release/pilotwhale; chmod +x target/release/pilotwhale";

struct Machine(Headless);

impl Machine {
    /// With Rust, git and a C compiler, and nothing of Debian's.
    fn new() -> Self {
        let machine = Self(Headless::new());
        for name in ["start", "needs.sh", "Cargo.toml"] {
            let text = fs::read_to_string(Path::new(HERE).join(name)).expect("it is in the repository");
            machine.0.write(&format!("source/{name}"), &text);
        }
        fs::create_dir(machine.0.path("bin")).expect("a folder");
        for tool in TOOLS.iter().chain(&["mkdir", "chmod"]) {
            let found = ["/usr/bin", "/bin"]
                .iter()
                .map(|folder| Path::new(folder).join(tool))
                .find(|path| path.exists());
            std::os::unix::fs::symlink(found.expect(tool), machine.0.path("bin").join(tool)).expect("a link");
        }
        for (name, script) in [("rustc", ENOUGH), ("cargo", CARGO), ("cc", ":"), ("git", ":")] {
            machine.has(name, script);
        }
        machine
    }

    fn has(&self, name: &str, script: &str) {
        write_script(&self.0.path("bin").join(name), &format!("#!/bin/bash\n{script}\n"));
    }

    fn lacks(&self, name: &str) {
        fs::remove_file(self.0.path("bin").join(name)).expect("it was there");
    }

    /// Debian with nothing but that: what is asked of apt is said, and nobody is root.
    fn is_debian(&self) {
        self.has("apt-get", "echo apt-get \"$@\"");
        self.has("apt-cache", "exit 100");
        self.has("dpkg", "exit 1");
        self.lacks("id");
        self.has("id", "echo 1000");
    }

    fn starts(&self) -> Said {
        self.starts_with(&[])
    }

    /// With these settings.
    fn starts_with(&self, settings: &[&str]) -> Said {
        let path = format!("PATH={}", self.0.path("bin").display());
        let start = self.0.path("source/start").display().to_string();
        // of the tester's own settings none may decide
        let unset = ["DOCKER_HOST", "XDG_RUNTIME_DIR", "CARGO_TARGET_DIR", "PILOTWHALE_YES"];
        let mut args: Vec<&str> = unset.iter().flat_map(|name| ["-u", *name]).collect();
        args.push(&path);
        args.extend(settings);
        args.extend(["bash", &start]);
        self.0.runs(Path::new("/usr/bin/env"), &args, &self.0.path(""))
    }
}

#[test]
fn a_machine_with_all_of_it_opens_the_course() {
    let machine = Machine::new();
    let said = machine.starts();
    said.is(0, &["Building pilotwhale", "ran: doctor --install", "ran: \n"]);
    assert!(!said.err.contains("git is not installed"), "{}", said.err);
}

#[test]
fn a_rust_that_is_missing_or_too_old_is_named_with_the_way_to_a_newer_one() {
    let machine = Machine::new();
    for old in ["1.94.2", "1.63.0", "0.12.0"] {
        machine.has("rustc", &format!("echo 'rustc {old} (x)'"));
        machine.starts().is(1, &["needs Rust 1.95 or newer", old, "https://rustup.rs"]);
    }
    for new in ["1.95.0", "1.96.0-nightly", "1.100.0", "2.0.0"] {
        machine.has("rustc", &format!("echo 'rustc {new} (x)'"));
        machine.starts().is(0, &["ran:"]);
    }
    machine.has("rustup", ":");
    machine.has("rustc", "echo 'rustc 1.90.0 (x)'");
    machine.starts().is(1, &["1.90.0", "rustup update stable"]);
    // rustup without a toolchain
    machine.has("rustc", "exit 1");
    machine.starts().is(1, &["no toolchain", "rustup default stable"]);
    for name in ["rustup", "rustc", "cargo"] {
        machine.lacks(name);
    }
    machine.starts().is(1, &["there is none here", "https://rustup.rs"]);
    // installed, and this shell does not know it yet
    let folder = machine.0.path(".cargo/bin");
    fs::create_dir_all(&folder).expect("a folder");
    for (name, script) in [("rustc", ENOUGH), ("cargo", CARGO)] {
        write_script(&folder.join(name), &format!("#!/bin/bash\n{script}\n"));
    }
    machine.starts().is(0, &["ran:"]);
}

#[test]
fn without_git_the_course_opens() {
    let machine = Machine::new();
    machine.lacks("git");
    machine.starts().is(0, &["git is not installed", "ran: \n"]);
    machine.is_debian();
    machine
        .starts()
        .is(0, &["Missing here: git", "There is no sudo here", "git is not installed", "ran: \n"]);
}

#[test]
fn without_a_compiler_nothing_is_built() {
    let machine = Machine::new();
    // as on a Mac without its command line tools
    machine.has("cc", "echo 'xcode-select: note: no developer tools were found' >&2; exit 1");
    let said = machine.starts();
    said.is(1, &["C compiler", "xcode-select --install"]);
    machine.is_debian();
    machine.starts().is(1, &["Missing here: gcc libc6-dev", "There is no sudo here", "C compiler"]);
    machine.has("sudo", ":");
    let said = machine.starts();
    said.is(1, &["sudo apt-get update && sudo apt-get install -y gcc libc6-dev", "Nothing was installed"]);
}

#[test]
fn an_engine_that_is_closed_is_not_installed_again() {
    let machine = Machine::new();
    machine.is_debian();
    // Docker Desktop's command, of no package
    machine.has("docker", "exit 1");
    let said = machine.starts();
    said.is(0, &["ran: doctor --install", "ran: \n"]);
    assert!(!said.err.contains("docker.io"), "{}", said.err);
    // and a daemon with no command beside it
    machine.lacks("docker");
    machine.has("dockerd", ":");
    machine.starts().is(0, &["Missing here: docker-cli.", "ran: \n"]);
    machine.has("docker", "exit 1");
    let said = machine.starts();
    assert!(!said.err.contains("Missing here"), "{}", said.err);
}

/// The source of v9.9.9 with its program offered: what curl is asked for is written down, and tar unpacks whatever it gets.
fn of_a_release(machine: &Machine, sum: &str) {
    machine.lacks("git");
    machine.has(
        "git",
        "case $1 in describe) echo v9.9.9 ;; config) echo git@github.com:whales/pod.git ;; diff) ;; esac",
    );
    machine.has("uname", "echo Linux aarch64");
    let name = "pilotwhale-v9.9.9-aarch64-unknown-linux-gnu";
    machine.has(
        "curl",
        &format!(
            "echo \"$*\" >>\"$HOME/asked\"; while [ $# != 0 ]; do case $1 in -o) out=$2 ;; esac; shift; done
            case ${{out:-}} in *SUMS) echo '{sum}  {name}.tar.gz' >\"$out\" ;; *.gz) echo archive >\"$out\" ;; esac"
        ),
    );
    machine.has("sha256sum", "echo 'abc123  -'");
    machine.has(
        "tar",
        &format!(
            "mkdir -p \"$2/{name}\"; printf '#!/bin/sh\\necho \"ready: $*\"\\n' >\"$2/{name}/pilotwhale\"
            chmod +x \"$2/{name}/pilotwhale\""
        ),
    );
}

/// What curl was asked for, a line each.
fn asked(machine: &Machine) -> String {
    fs::read_to_string(machine.0.path("asked")).unwrap_or_default()
}

const OFFERED: &str = "https://github.com/whales/pod/releases/download/v9.9.9/pilotwhale-v9.9.9-aarch64-unknown-linux-gnu.tar.gz";

#[test]
fn a_program_of_this_very_release_is_taken_by_who_agrees() {
    let machine = Machine::new();
    of_a_release(&machine, "abc123");
    // nobody can be asked
    let said = machine.starts();
    said.is(0, &[OFFERED, "It was not downloaded", "Building pilotwhale", "ran: \n"]);
    assert!(asked(&machine).starts_with("-fsIL") && !asked(&machine).contains("-o "), "{}", asked(&machine));
    for name in ["rustc", "cargo", "cc"] {
        machine.lacks(name);
    }
    let said = machine.starts_with(&["PILOTWHALE_YES=1"]);
    said.is(0, &[OFFERED, "ready: doctor --install", "ready: \n"]);
    // it is there now, and nothing is asked
    fs::remove_file(machine.0.path("asked")).expect("it was asked");
    machine.starts().is(0, &["ready: \n"]);
    assert_eq!(asked(&machine), "");
}

#[test]
fn a_program_with_another_sum_or_of_another_source_is_not_run() {
    let machine = Machine::new();
    of_a_release(&machine, "def456");
    let said = machine.starts_with(&["PILOTWHALE_YES=1"]);
    said.is(0, &["That failed: pilotwhale is built instead", "ran: \n"]);
    // a release that has none for this system
    machine.has("curl", "echo \"none: $*\" >>\"$HOME/asked\"; exit 22");
    let said = machine.starts_with(&["PILOTWHALE_YES=1"]);
    said.is(0, &["ran: \n"]);
    assert!(!said.err.contains("release v9.9.9"), "{}", said.err);
    assert!(asked(&machine).contains("none: -fsIL"), "{}", asked(&machine));
    for git in [
        "exit 128",
        "case $1 in describe) echo v9.9.9 ;; config) echo https://example.org/pod ;; esac",
        "case $1 in describe) echo v9.9.9 ;; config) echo https://github.com/whales/pod ;; diff) exit 1 ;; esac",
    ] {
        machine.has("git", git);
        let _ = fs::remove_file(machine.0.path("asked"));
        machine.starts_with(&["PILOTWHALE_YES=1"]).is(0, &["ran: \n"]);
        assert_eq!(asked(&machine), "", "{git}");
    }
}

#[test]
fn debian_is_asked_for_a_rust_that_is_new_enough() {
    let machine = Machine::new();
    machine.is_debian();
    for name in ["rustc", "cargo"] {
        machine.lacks(name);
    }
    let policy = |old: &str, new: &str| {
        format!("case $2 in rustc) echo '  Candidate: {old}' ;; rustc-web) echo '  Candidate: {new}' ;; esac")
    };
    machine.has("apt-cache", &policy("1.63.0+dfsg1-2", "1.96.0+dfsg1-1~deb12u2"));
    machine.starts().is(1, &["Missing here: rustc-web cargo-web", "there is none here", "https://rustup.rs"]);
    machine.has("apt-cache", &policy("1.99.0+dfsg1-2", "(none)"));
    machine.starts().is(1, &["Missing here: rustc cargo"]);
    machine.has("apt-cache", &policy("1.63.0+dfsg1-2", "(none)"));
    let said = machine.starts();
    said.is(1, &["there is none here"]);
    assert!(!said.err.contains("rustc-web"), "{}", said.err);
    // an older one is not replaced: it may be somebody's
    machine.has("apt-cache", &policy("1.63.0+dfsg1-2", "1.96.0+dfsg1-1~deb12u2"));
    machine.has("rustc", "echo 'rustc 1.63.0 (x)'");
    let said = machine.starts();
    said.is(1, &["Here is 1.63.0"]);
    assert!(!said.err.contains("rustc-web"), "{}", said.err);
}
