# shellcheck shell=bash disable=SC2034 # version and out are read by whoever sources this
# What the scripts here share. Sourced, in the folder of the program, after needs.sh.

cache=${PILOTWHALE_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pilotwhale-test}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
# where everything is built and put; beside what cargo builds for the tests, so that neither waits for the other
mkdir -p "${CARGO_TARGET_DIR:-target}"
target=$(readlink -f "${CARGO_TARGET_DIR:-target}")
out=$target/packaging
mkdir -p "$cache" "$out"

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM

wheel_tools=(maturin==1.16.0 ziglang==0.17.1 cargo-zigbuild==0.24.1)

# python_tools NAME==VERSION…: puts these of PyPI's on the PATH, from an environment in the cache.
python_tools() {
    local folder=$cache/python-tools
    if [ "$(cat "$folder/have" 2>/dev/null)" != "$*" ]; then
        rm -rf "$folder"
        python3 -m venv "$folder"
        "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
        echo "$*" >"$folder/have"
    fi
    PATH=$folder/bin:$PATH
}

# pages PROGRAM FOLDER: licences, completions and manual pages, as an archive and a package have them.
pages() {
    local shell
    mkdir -p "$2/completions"
    packaging/third-party "$2/THIRD-PARTY.txt" >/dev/null
    cp LICENSE-MIT LICENSE-APACHE README.md CHANGELOG.md "$2/"
    "$1" man "$2/man" >/dev/null
    for shell in bash zsh fish powershell; do "$1" completions "$shell" >"$2/completions/pilotwhale.$shell"; done
}

step() { printf '%s, %d s\n' "$*" "$SECONDS"; }
