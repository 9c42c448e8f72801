"""Makes the stand-in images: layers from Debian packages, written as hub.py serves them.

usage: images.py CACHE

A layer is a folder of recipes, layers/NAME: a bash script `build` that fills $ROOT, and files in `root/`
that are copied over it. A layer is made again when its recipe, or one that it stands on, has changed.
To add an image: a line in IMAGES, and a layer if none fits. Must run as root, in a mount namespace of its own.
"""

import datetime
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
MADE = 1793491200  # one date for all, so that a layer's digest depends on what is in it alone
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"

# layer: the layer it stands on, and what `docker history` says of it
LAYERS = {
    "hello-world": (None, "COPY hello / # stand-in"),
    "busybox": (None, "ADD busybox.tar.gz / # stand-in"),
    "alpine": (None, "ADD alpine.tar.gz / # stand-in"),
    "base": (None, "ADD debian.tar.gz / # stand-in"),
    "ubuntu": ("base", "RUN /bin/sh -c apt-get install -y procps # stand-in"),
    "python": ("base", "RUN /bin/sh -c apt-get install -y python3 # stand-in"),
    "nginx": ("base", "RUN /bin/sh -c apt-get install -y nginx # stand-in"),
    "redis": ("base", "RUN /bin/sh -c apt-get install -y redis-server # stand-in"),
    "postgres": ("base", "RUN /bin/sh -c apt-get install -y postgresql # stand-in"),
    "packages": ("base", "COPY packages /opt/apt # stand-in"),
}


@dataclass
class Image:
    layers: list[str]
    tags: list[str]
    command: list[str]
    entrypoint: list[str] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    ports: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    folder: str | None = None
    stop_signal: str | None = None


IMAGES = {
    "hello-world": Image(["hello-world"], ["latest", "linux"], ["/hello"]),
    "busybox": Image(["busybox"], ["latest", "1.37", "stable"], ["sh"]),
    "alpine": Image(["alpine"], ["latest", "3", "3.22"], ["/bin/sh"]),
    "debian": Image(["base", "packages"], ["latest", "trixie", "stable", "trixie-slim", "stable-slim"], ["bash"]),
    "ubuntu": Image(["base", "ubuntu", "packages"], ["latest", "24.04", "22.04", "noble"], ["/bin/bash"]),
    "python": Image(
        ["base", "python", "packages"],
        ["latest", "3", "3-slim", "slim", "3.13", "3.13-slim", "3.12-slim", "3.11-slim"],
        ["python3"],
        environment={"LANG": "C.UTF-8", "PYTHON_VERSION": "3.13.5"},
    ),
    "nginx": Image(
        ["base", "nginx", "packages"],
        ["latest", "stable", "alpine", "1", "1.26"],
        ["nginx", "-g", "daemon off;"],
        ["/docker-entrypoint.sh"],
        environment={"NGINX_VERSION": "1.26.3"},
        ports=["80/tcp"],
        stop_signal="SIGQUIT",
    ),
    "redis": Image(
        ["base", "redis"],
        ["latest", "8", "7", "alpine"],
        ["redis-server"],
        ["docker-entrypoint.sh"],
        ports=["6379/tcp"],
        volumes=["/data"],
        folder="/data",
    ),
    "postgres": Image(
        ["base", "postgres"],
        ["latest", "17", "16"],
        ["postgres"],
        ["docker-entrypoint.sh"],
        environment={"PGDATA": "/var/lib/postgresql/data", "LANG": "C.UTF-8", "PG_MAJOR": "17"},
        ports=["5432/tcp"],
        volumes=["/var/lib/postgresql/data"],
        stop_signal="SIGINT",
    ),
}


# ---- layers ----


def key_of(name):
    """A digest of the layer's recipe and of all it stands on."""
    below, said = LAYERS[name]
    digest = hashlib.sha256(f"{key_of(below) if below else ''}{said}{MADE}".encode())
    shared = [HERE / "layers" / "functions.sh", HERE / "packages.sh"]
    for path in shared + sorted(p for p in (HERE / "layers" / name).rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(HERE)} {path.stat().st_mode}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def make_layer(cache, name):
    """Brings the layer up to date and returns its description: digests and sizes."""
    below, _ = LAYERS[name]
    if below:
        make_layer(cache, below)
    folder = cache / "layers" / name
    described = folder / "layer.json"
    if described.is_file():
        layer = json.loads(described.read_text())
        if layer["key"] == key_of(name) and blob_path(cache, layer["digest"]).is_file():
            return layer
    print(f"stand-ins: making layer {name}", file=sys.stderr)
    start = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    root = folder / "root"
    root.mkdir(parents=True)
    if below:
        with Stacked(cache, folder, root, cache / "layers" / below / "root") as merged:
            run_recipe(cache, name, merged)
    else:
        run_recipe(cache, name, root)
    layer = pack(cache, root) | {"key": key_of(name)}
    described.write_text(json.dumps(layer))
    print(f"stand-ins: layer {name} took {time.monotonic() - start:.0f} s", file=sys.stderr)
    return layer


class Stacked:
    """An overlay mount in which apt works: what the recipe writes lands in the layer's own folder."""

    def __init__(self, cache, folder, upper, lower):
        self.cache, self.folder, self.upper, self.lower = cache, folder, upper, lower
        self.mounted = []

    def __enter__(self):
        work, merged = self.folder / "work", self.folder / "merged"
        work.mkdir()
        merged.mkdir()
        self.mount("-t", "overlay", "overlay", merged, "-o", f"lowerdir={self.lower},upperdir={self.upper},workdir={work}")
        for name in ("proc", "sys", "dev"):
            self.mount("--bind", f"/{name}", merged / name)
        lists = self.cache / "lists" / "layers"
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        self.mount("--bind", lists, merged / "var/lib/apt/lists")
        self.mount("--bind", "/etc/resolv.conf", merged / "etc/resolv.conf")
        return merged

    def mount(self, *arguments):
        subprocess.run(["mount", *map(str, arguments)], check=True)
        self.mounted.append(next(a for a in map(str, arguments) if a.startswith(str(self.folder))))

    def __exit__(self, *_):
        for path in reversed(self.mounted[1:]):
            subprocess.run(["umount", path], check=True)
        tidy(self.folder / "merged")
        subprocess.run(["umount", self.mounted[0]], check=True)
        shutil.rmtree(self.folder / "work")
        (self.folder / "merged").rmdir()


def tidy(root):
    """What apt leaves behind and no image has."""
    for pattern in (
        "var/cache/apt/*.bin", "var/log/*.log", "var/log/apt/*", "var/cache/ldconfig/aux-cache",
        "var/lib/dpkg/*-old", "var/cache/debconf/*-old",
    ):  # fmt: skip
        for path in root.glob(pattern):
            path.unlink()


def run_recipe(cache, name, root):
    recipe = HERE / "layers" / name
    log = cache / "layers" / f"{name}.log"
    environment = os.environ | {
        "ROOT": str(root), "cache": str(cache), "recipe": str(recipe), "SOURCE_DATE_EPOCH": str(MADE),
        "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "TZ": "UTC",
    }  # fmt: skip
    script = f'set -euo pipefail; . "{HERE}/packages.sh"; . "{HERE}/layers/functions.sh"; . "{recipe}/build"'
    with log.open("wb") as file:
        done = subprocess.run(["bash", "-c", script], env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    if done.returncode != 0:
        sys.exit(f"stand-ins: layer {name} failed; the end of {log}:\n" + "\n".join(log.read_text().splitlines()[-15:]))
    if (recipe / "root").is_dir():
        subprocess.run(["cp", "-r", "--preserve=mode", f"{recipe}/root/.", str(root)], check=True)


class LayerFile:
    """A gzip file that knows the digest of what went in and of what came out."""

    def __init__(self, path):
        self.file = path.open("wb")
        self.content, self.packed = hashlib.sha256(), hashlib.sha256()
        self.gzip = zlib.compressobj(1, zlib.DEFLATED, 31)
        self.size = 0

    def write(self, data):
        self.content.update(data)
        self.put(self.gzip.compress(data))
        return len(data)

    def put(self, data):
        self.file.write(data)
        self.packed.update(data)
        self.size += len(data)

    def close(self):
        self.put(self.gzip.flush())
        self.file.close()


def pack(cache, root):
    """Writes the folder as a layer blob; overlayfs marks of deletion become those of an image."""
    unfinished = cache / "hub" / "unfinished"
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    out = LayerFile(unfinished)
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=1 << 20) as tar:
        add_folder(tar, root, "")
    out.close()
    digest = "sha256:" + out.packed.hexdigest()
    blob_path(cache, digest).parent.mkdir(parents=True, exist_ok=True)
    unfinished.rename(blob_path(cache, digest))
    return {"digest": digest, "diff": "sha256:" + out.content.hexdigest(), "size": out.size}


def add_folder(tar, folder, prefix):
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISSOCK(status.st_mode):
            continue
        if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
            add_mark(tar, f"{prefix}.wh.{entry.name}")
            continue
        info = tar.gettarinfo(entry.path, prefix + entry.name)
        info.mtime = min(int(info.mtime), MADE)
        info.uname = info.gname = ""
        attributes = os.listxattr(entry.path, follow_symlinks=False)
        if "security.capability" in attributes:
            value = os.getxattr(entry.path, "security.capability").decode("utf-8", "surrogateescape")
            info.pax_headers["SCHILY.xattr.security.capability"] = value
        if info.isreg():
            with open(entry.path, "rb") as file:
                tar.addfile(info, file)
        else:
            tar.addfile(info)
        if info.isdir():
            if "trusted.overlay.opaque" in attributes:
                add_mark(tar, f"{prefix}{entry.name}/.wh..wh..opq")
            add_folder(tar, entry.path, f"{prefix}{entry.name}/")


def add_mark(tar, name):
    info = tarfile.TarInfo(name)
    info.mtime = MADE
    tar.addfile(info)


# ---- images ----


def blob_path(cache, digest):
    return cache / "hub" / "blobs" / digest.replace(":", "/")


def write_blob(cache, data):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    path = blob_path(cache, digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return digest


def configuration(image):
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    found = {
        "Cmd": image.command,
        "Env": [f"{name}={value}" for name, value in {"PATH": path, **image.environment}.items()],
        "Entrypoint": image.entrypoint,
        "ExposedPorts": {port: {} for port in image.ports},
        "Volumes": {volume: {} for volume in image.volumes},
        "WorkingDir": image.folder,
        "StopSignal": image.stop_signal,
    }
    return {name: value for name, value in found.items() if value}


def instructions(image):
    """The lines of the Dockerfile that make no layer, as `docker history` shows them."""
    for name, value in image.environment.items():
        yield f"ENV {name}={value}"
    if image.ports:
        yield f"EXPOSE map[{' '.join(port + ':{}' for port in image.ports)}]"
    if image.volumes:
        yield f"VOLUME [{' '.join(image.volumes)}]"
    if image.folder:
        yield f"WORKDIR {image.folder}"
    if image.stop_signal:
        yield f"STOPSIGNAL {image.stop_signal}"
    if image.entrypoint:
        yield f"ENTRYPOINT {json.dumps(image.entrypoint)}"
    yield f"CMD {json.dumps(image.command)}"


def make_image(cache, name, image):
    layers = [make_layer(cache, layer) for layer in image.layers]
    made = datetime.datetime.fromtimestamp(MADE, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    history = [{"created": made, "created_by": LAYERS[layer][1]} for layer in image.layers]
    history += [{"created": made, "created_by": line, "empty_layer": True} for line in instructions(image)]
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "created": made, "config": configuration(image), "history": history,
        "rootfs": {"type": "layers", "diff_ids": [layer["diff"] for layer in layers]},
    }).encode()  # fmt: skip
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": {"mediaType": CONFIG, "size": len(config), "digest": write_blob(cache, config)},
        "layers": [{"mediaType": LAYER, "size": layer["size"], "digest": layer["digest"]} for layer in layers],
    }).encode()  # fmt: skip
    digest = write_blob(cache, manifest)
    folder = cache / "hub" / "manifests" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for tag in image.tags:
        (folder / tag).write_text(digest)


def main():
    cache = Path(sys.argv[1])
    (cache / "layers").mkdir(parents=True, exist_ok=True)
    for name, image in IMAGES.items():
        make_image(cache, name, image)


if __name__ == "__main__":
    main()
