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
        let path = format!("PATH={}", self.0.path("bin").display());
        let start = self.0.path("source/start").display().to_string();
        let args = ["-u", "DOCKER_HOST", "-u", "XDG_RUNTIME_DIR", &path, "bash", &start];
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
