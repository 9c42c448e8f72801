#!/bin/bash
# A container engine for the tests, with stand-in images and without any network.
#
#   engine.sh up VERSION      make what is missing and start it; quick when it runs already
#   engine.sh run COMMAND…    run COMMAND beside the engine: DOCKER_HOST is set, 127.0.0.1 reaches published ports
#   engine.sh down            stop everything that `up` started; the cache stays
#   engine.sh status          what runs, and how big the cache is
#   engine.sh log             the end of what the engine has said
#
# Engines: 28.5-containerd, 28.5, 26.1, 20.10 and podman (5.8).
# Everything lives in a network namespace that has a loopback and docker's own bridges but no way out.
# Needs root on Debian, amd64. README.md tells how the images differ from the real ones.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
namespace=${PILOTWHALE_TEST_NAME:-pilotwhale} # another name gives an engine of its own beside this one
cache=${PILOTWHALE_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pilotwhale-test}
state=$cache/$namespace   # pids, logs and the socket of what runs now
hub=$cache/hub            # the images, as hub.py serves them
socket=$state/docker.sock
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

# shellcheck source=needs.sh
. "$here/../../needs.sh"
# shellcheck source=tests/stand-ins/packages.sh
. "$here/packages.sh"

say() { printf 'stand-ins: %s\n' "$*" >&2; }

fail() {
    say "$1"
    if [ -s "${2:-}" ]; then tail -n 15 "$2" >&2; fi
    exit 1
}

# A pid from before a reboot means nothing: the namespace did not survive it either.
alive() {
    [ -e "/run/netns/$namespace" ] && [ -s "$state/$1.pid" ] && kill -0 "$(cat "$state/$1.pid")" 2>/dev/null
}

stop() {
    if alive "$1"; then
        local pid
        pid=$(cat "$state/$1.pid")
        kill "$pid"
        for _ in $(seq 300); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.05
        done
        kill -KILL "$pid" 2>/dev/null || :
    fi
    rm -f "$state/$1.pid"
}

# wait_for WHAT SECONDS LOG COMMAND…: until COMMAND succeeds, or WHAT's process has gone.
wait_for() {
    local what=$1 seconds=$2 log=$3
    shift 3
    for _ in $(seq $((seconds * 20))); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        alive "$what" || break
        sleep 0.05
    done
    fail "$what did not start" "$log"
}

in_namespace() { nsenter --net="/run/netns/$namespace" "$@"; }

namespace_up() {
    [ -e "/run/netns/$namespace" ] || ip netns add "$namespace"
    ip -n "$namespace" link set lo up
}

# ---- the images and the Docker Hub that serves them ----

hub_certificate() {
    mkdir -p "$hub"
    if [ ! -s "$hub/certificate.pem" ]; then
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
            -subj '/CN=stand-in hub' -addext "subjectAltName=DNS:registry-1.docker.io,DNS:index.docker.io,DNS:auth.docker.io,DNS:docker.io" \
            -keyout "$hub/key.pem" -out "$hub/certificate.pem" 2>/dev/null
    fi
    cat /etc/ssl/certs/ca-certificates.crt "$hub/certificate.pem" >"$hub/trusted.pem"
    { cat /etc/hosts; echo '127.0.0.1 registry-1.docker.io index.docker.io auth.docker.io docker.io'; } >"$hub/hosts"
}

hub_up() {
    if alive hub; then return 0; fi
    hub_certificate
    (exec setsid nsenter --net="/run/netns/$namespace" python3 "$here/hub.py" "$hub") \
        >"$state/hub.log" 2>&1 </dev/null 9>&- &
    echo $! >"$state/hub.pid"
    wait_for hub 20 "$state/hub.log" in_namespace curl -sfk https://127.0.0.1/v2/
}

# Where Docker Hub's names lead to hub.py: the machine's own /etc/hosts and trusted certificates stay
# as they are, only what is started through this sees others.
# shellcheck disable=SC2016 # expanded by the inner shell
with_hub_names=(nsenter --net="/run/netns/$namespace" unshare --mount
    sh -c 'mount --bind "$1" /etc/hosts; shift; exec "$@"' - "$hub/hosts")

# ---- engines ----

# podman wants libraries of its own and a root that is a mount: a Debian of its own, with our folders in it.
# shellcheck disable=SC2016 # expanded by the inner shell
in_own_root=(sh -euc '
    root=$1 state=$2 hub=$3
    shift 3
    mount --make-rprivate /
    mount --bind "$root" "$root"
    for folder in proc sys dev; do mount --rbind "/$folder" "$root/$folder"; done
    for folder in run tmp; do mount -t tmpfs tmpfs "$root/$folder"; done
    mount --bind "$hub/hosts" "$root/etc/hosts"
    mount --bind "$hub/trusted.pem" "$root/etc/ssl/certs/ca-certificates.crt"
    mkdir -p "$root$state" "$root/var/lib/containers" "$root/old"
    mount --bind "$state" "$root$state"
    mount --bind "$state/data" "$root/var/lib/containers"
    cd "$root"
    pivot_root . old
    umount -l /old
    exec "$@"' -)

# The folder with the programs of an engine. Both image stores of 28.5 are the same programs; podman's folder tells its
# version, so that a cache with an older one is not taken for it.
files_of() {
    case $1 in
    28.5-containerd) echo "$cache/engines/28.5" ;;
    podman) echo "$cache/engines/podman-5.8" ;;
    *) echo "$cache/engines/$1" ;;
    esac
}

# The podman command as a client of the service: its own Debian sees of the machine what lies below /tmp. Steps of a build
# get no more files and processes than a sandboxed machine may give away.
podman_files() {
    mkdir -p "$1/root/etc/containers"
    printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n' >"$1/root/etc/containers/containers.conf"
    cat >"$1/bin/podman" <<END
#!/bin/sh
exec unshare --mount sh -euc 'root=\$1; shift
for folder in tmp proc sys; do mount --rbind "/\$folder" "\$root/\$folder"; done
exec chroot "\$root" podman "\$@"' - "$1/root" "\$@"
END
    chmod +x "$1/bin/podman"
}

# Unpacks an engine and its CLI, and puts one folder of links on its PATH.
engine_files() {
    local version=$1 root
    root=$(files_of "$version")
    [ -e "$root/complete" ] && return 0
    say "unpacking engine $version"
    rm -rf "$root"
    mkdir -p "$root/bin" "$root/plugins"
    case $version in
    28.5*) unpack forky "$root" docker.io docker-cli docker-buildx docker-compose containerd ;;
    26.1) unpack trixie "$root" docker.io docker-cli docker-buildx docker-compose containerd ;;
    20.10) unpack bookworm "$root" docker.io containerd ;;
    podman)
        unpack trixie "$root" docker-cli docker-buildx docker-compose
        # forky's list of packages is dated for some days only, and a machine's clock may be past them
        unshare --mount mmdebstrap --quiet --variant=minbase --include=podman,netavark,aardvark-dns,iptables,nftables,ca-certificates \
            --aptopt='Acquire::Check-Valid-Until "false"' forky "$root/root" "$mirror"
        ;;
    esac
    unpack bookworm "$root" runc tini # those of newer suites want a newer libc
    if [ "$version" = podman ]; then cp "$root/usr/sbin/runc" "$root/root/usr/sbin/"; fi # crun wants cgroups of one version only
    ln -sf "$root"/usr/bin/* "$root"/usr/sbin/* "$root/bin/"
    ln -sf "$root/usr/bin/tini-static" "$root/bin/docker-init"
    if [ -d "$root/usr/libexec/docker/cli-plugins" ]; then
        ln -s "$root"/usr/libexec/docker/cli-plugins/* "$root/plugins/"
    fi
    touch "$root/complete"
}

engine_answers() { "$(files_of "$1")/bin/docker" -H "unix://$socket" version; }

engine_up() {
    local version=$1 root options=()
    root=$(files_of "$version")
    engine_files "$version"
    if alive engine && [ "$(cat "$state/version")" = "$version" ]; then return 0; fi
    engine_down
    mkdir -p "$state/config" "$state/data"
    if [ "$version" = podman ]; then podman_files "$root"; fi
    ln -sfn "$root/plugins" "$state/config/cli-plugins"
    echo "$version" >"$state/version"
    # 20.10 asks for every capability when a container is privileged, and a sandboxed machine may lack one.
    if [ "$version" = 20.10 ]; then
        options=(--add-runtime "allowed=$here/runc-allowed" --default-runtime allowed)
    fi
    if [ "$version" = 28.5-containerd ]; then options=(--feature containerd-snapshotter=true); fi
    local service=(podman --runtime runc --cgroup-manager cgroupfs --events-backend file system service --time 0 "unix://$socket")
    (
        export PATH=$root/bin:$PATH SSL_CERT_FILE=$hub/trusted.pem
        if [ "$version" = podman ]; then
            unset SSL_CERT_FILE
            exec setsid "${with_hub_names[@]}" env PODMAN_IGNORE_CGROUPSV1_WARNING=1 \
                "${in_own_root[@]}" "$root/root" "$state" "$hub" "${service[@]}"
        fi
        exec setsid "${with_hub_names[@]}" dockerd -H "unix://$socket" --pidfile "$state/dockerd.pid" \
            --data-root "$state/data" --exec-root "$state/exec" --cgroup-parent "/$namespace" \
            --userland-proxy-path "$root/bin/docker-proxy" "${options[@]}"
    ) >"$state/engine.log" 2>&1 </dev/null 9>&- &
    echo $! >"$state/engine.pid"
    wait_for engine 60 "$state/engine.log" engine_answers "$version"
}

# The next engine starts with nothing in it.
engine_down() {
    # podman's containers do not end with it
    if alive engine && [ "$(cat "$state/version")" = podman ]; then
        local docker=("$(files_of podman)/bin/docker" -H "unix://$socket")
        "${docker[@]}" ps -aq | xargs -r "${docker[@]}" rm -f >/dev/null || :
    fi
    stop engine
    for pid in $(ip netns pids "$namespace" 2>/dev/null); do
        if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = conmon ]; then kill "$pid" 2>/dev/null || :; fi # of podman's execs
    done
    # podman's last processes may still write while its storage goes
    for _ in $(seq 20); do
        if rm -rf "$state/data" "$state/exec" "$state/config" "$state/dockerd.pid" "$socket" 2>/dev/null; then break; fi
        sleep 0.5
    done
    [ ! -e "$state/data" ] || fail "what the last engine held could not be removed: $state/data"
    find /sys/fs/cgroup -depth -type d \( -path "/sys/fs/cgroup*/$namespace" -o -path "/sys/fs/cgroup*/$namespace/*" \) -exec rmdir {} + 2>/dev/null || :
}

# ---- commands ----

up() {
    case $1 in 28.5-containerd | 28.5 | 26.1 | 20.10 | podman) ;; *) fail "engine '$1' is not one of 28.5-containerd, 28.5, 26.1, 20.10, podman" ;; esac
    mkdir -p "$state"
    exec 9>"$cache/lock"
    flock 9
    host_packages "${build_packages[@]}" "${stand_in_packages[@]}"
    unshare --mount python3 "$here/images.py" "$cache"
    namespace_up
    hub_up
    engine_up "$1"
    say "engine $1 answers at unix://$socket"
}

run() {
    alive engine || fail 'no engine runs; start one with: engine.sh up 26.1'
    export DOCKER_HOST=unix://$socket PILOTWHALE_TEST_ENGINE=unix://$socket DOCKER_CONFIG=$state/config SSL_CERT_FILE=$hub/trusted.pem
    PATH=$(files_of "$(cat "$state/version")")/bin:$PATH
    exec "${with_hub_names[@]}" "$@"
}

down() {
    [ -d "$state" ] || return 0
    engine_down
    stop hub
    if [ -e "/run/netns/$namespace" ]; then ip netns del "$namespace"; fi
    rm -rf "$state"
}

status() {
    for what in hub engine; do
        if alive "$what"; then echo "$what: runs"; else echo "$what: stopped"; fi
    done
    if alive engine; then echo "version: $(cat "$state/version") at unix://$socket"; fi
    du -sh "$cache"/* 2>/dev/null || :
}

case ${1:-} in
up) up "${2:-26.1}" ;;
run)
    shift
    run "$@"
    ;;
down) down ;;
status) status ;;
log) tail -n 60 "$state/engine.log" 2>/dev/null || say 'the engine has left no log' ;;
*)
    sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac
