# shellcheck shell=bash
# Debian packages, unpacked into folders of the cache instead of installed. Sourced; needs $cache and say.

mirror=$(awk '/^URIs:/ {print $2; exit} /^deb / {print $2; exit}' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || :)
mirror=${mirror:-http://deb.debian.org/debian}

# host_packages NAME…: installs what the machine itself lacks.
host_packages() {
    local missing=()
    for name in "$@"; do
        dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    [ ${#missing[@]} = 0 ] && return 0
    say "installing on this machine: ${missing[*]}"
    apt-get -qq -o DPkg::Lock::Timeout=300 update
    apt-get -qqy -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}" >/dev/null
}

# apt_for SUITE ARGUMENT…: an apt-get that knows SUITE alone, whatever the machine itself is.
apt_for() {
    local lists=$cache/lists/$1
    mkdir -p "$lists/partial"
    echo "deb $mirror $1 main" >"$cache/lists/$1.list"
    apt-get -qq -o Dir::Etc::SourceList="$cache/lists/$1.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$lists" -o APT::Sandbox::User=root -o Acquire::Languages=none "${@:2}"
}

# unpack SUITE FOLDER NAME…: those packages alone, without what they depend on.
unpack() {
    local suite=$1 folder=$2 download
    shift 2
    download=$(mktemp -d)
    if [ -z "$(find "$cache/lists/$suite" -name '*Packages*' -mmin -720 2>/dev/null)" ]; then
        apt_for "$suite" update
    fi
    (cd "$download" && apt_for "$suite" download "$@")
    for package in "$download"/*.deb; do dpkg -x "$package" "$folder"; done
    rm -rf "$download"
}
