# shellcheck shell=bash disable=SC2034 # the lists are read by whoever sources this
# What a machine needs: the one list that ./start, ./test and the tests' own engine share. Sourced, in the folder of the program.

# Debian's names. Rust compiles the database and the highlighter from C.
build_packages=(gcc libc6-dev)
engine_packages=(docker.io)
# the docker command, where it is a package of its own (from Debian 13 on)
client_package=docker-cli
stand_in_packages=(ca-certificates curl iproute2 iptables libdevmapper1.02.1 libseccomp2 mmdebstrap openssl python3)
test_packages=(git shellcheck)
# what packaging/wheel and try-deb call
packaging_packages=(mmdebstrap python3-venv)
fresh_packages=(git procps tmux)

say() { printf '%s\n' "$@" >&2; }

fail() {
    say "$@"
    exit 1
}

# A program on the PATH, or where Debian puts dockerd and a user's PATH does not reach.
have() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1; }

# A compiler with the headers of the C library. On a Mac `cc` is always there, also where it only asks to be installed.
have_compiler() { have cc && cc -E -x c - >/dev/null 2>&1 <<<'#include <stdio.h>'; }

is_debian() { have apt-get && have dpkg; }

# at_least WANTED FOUND: for versions such as 1.95 and 1.96.0-nightly.
at_least() {
    local least given
    IFS=. read -r -a least <<<"$1.0"
    IFS=. read -r -a given <<<"${2%%[-+ ]*}.0.0"
    ((given[0] > least[0] || (given[0] == least[0] && given[1] >= least[1])))
}

rust_version() { "${1:+$1/}rustc" --version 2>/dev/null | cut -d ' ' -f 2; }

# Puts a Rust that is new enough on the PATH. Sets `rust_wanted`, and `rust_found` to what is there.
find_rust() {
    local own=$HOME/.cargo/bin
    rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
    rust_found=$(rust_version '' || :)
    if ! { have cargo && at_least "$rust_wanted" "${rust_found:-0}"; } && [ -x "$own/cargo" ]; then
        PATH=$own:$PATH # by rustup, in a shell that was opened before
        rust_found=$(rust_version '' || :)
    fi
    have cargo && at_least "$rust_wanted" "${rust_found:-0}"
}

# The same, and says how to get one.
need_rust() {
    local again="open a new shell, then run $0 again."
    if find_rust; then return 0; fi
    if have rustup; then
        fail "pilotwhale needs Rust $rust_wanted or newer, and ${rust_found:-no toolchain} is here. To get it:" \
            '' '    rustup update stable && rustup default stable' '' "Then run $0 again."
    fi
    if [ -n "$rust_found" ]; then
        fail "pilotwhale needs Rust $rust_wanted or newer. Here is $rust_found, from $(command -v rustc)." \
            "Install a newer one beside it from https://rustup.rs, $again"
    fi
    fail "pilotwhale is built with Rust $rust_wanted or newer, and there is none here." "Install it from https://rustup.rs, $again"
}
