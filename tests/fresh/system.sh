# shellcheck shell=bash
# Bare Debian systems, kept in the cache. Sourced, after packages.sh; needs $cache.

fresh=$cache/fresh

# system SUITE: makes $fresh/SUITE.tar where it is not there.
system() {
    local tar=$fresh/$1.tar part
    if [ ! -s "$tar" ]; then
        mkdir -p "$fresh"
        part=$(mktemp "$tar.XXXXXX")
        unshare --mount mmdebstrap --quiet --variant=minbase --include=ca-certificates,curl,sudo "$1" "$part" "$mirror" --format=tar
        mv "$part" "$tar"
    fi
}
