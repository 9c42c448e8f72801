# shellcheck shell=bash
# What the layers' `build` scripts share. $ROOT is the layer's root, $recipe its folder, $cache the cache.

suite=trixie

say() { printf '%s\n' "$*" >&2; }

in_root() { chroot "$ROOT" "$@"; }

# install NAME…: Debian packages, into the layer.
install() {
    if [ -z "$(find "$ROOT/var/lib/apt/lists" -name '*Packages*' -mmin -720 2>/dev/null)" ]; then
        in_root apt-get update -q
    fi
    in_root apt-get install -qy --no-install-recommends "$@"
}

# busybox with a link for each of its commands, and the folders and users of a small system.
busybox_root() {
    local unpacked
    unpacked=$(mktemp -d)
    unpack "$suite" "$unpacked" busybox-static
    mkdir -p "$ROOT"/{bin,dev,etc,home,lib,mnt,opt,proc,root,run,sbin,srv,sys,tmp,usr/bin,usr/sbin,usr/local/bin,var/log,var/www}
    chmod 1777 "$ROOT/tmp"
    chmod 700 "$ROOT/root"
    cp "$unpacked/usr/bin/busybox" "$ROOT/bin/busybox"
    for command in $("$ROOT/bin/busybox" --list); do
        [ "$command" = busybox ] || ln -s /bin/busybox "$ROOT/bin/$command"
    done
    ln -s /bin/env "$ROOT/usr/bin/env"
    cat >"$ROOT/etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/var/www:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
END
    printf 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n' >"$ROOT/etc/group"
    echo 'root:*:::::::' >"$ROOT/etc/shadow"
    : >"$ROOT/etc/resolv.conf"
    rm -rf "$unpacked"
}
