#!/usr/bin/env python3
"""What a terminal program costs while nobody touches it: CPU, wake-ups, memory, and the engine's CPU.

usage: bench/idle.py [--containers N] [--keep] [--seconds N] [--warm-up N] [--size 120x40] [--keys KEYS] [--json FILE] [-- COMMAND…]

Starts N containers (busybox, removed at the end), then COMMAND (pilotwhale by itself) against the engine of DOCKER_HOST:
    tests/stand-ins/engine.sh run bench/idle.py --containers 200
Everything below COMMAND counts, an embedded shell too. KEYS are sent after the start, to open the right view: `z` gives
the lesson the whole screen. --keep leaves the containers for the next program, which uses those that are there.
The engine's figures are those of all running dockerd and containerd processes that hold its socket's namespace: give
their ids with --engine if there are several engines.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from terminal import Terminal, contents, cpu_seconds

ROOT = Path(__file__).resolve().parent.parent
NAME = "pw-bench-idle"


def docker(*arguments):
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def start_containers(count):
    there = set(docker("ps", "--format", "{{.Names}}", "--filter", f"name={NAME}-").split())
    missing = [name for number in range(count) if (name := f"{NAME}-{number:03}") not in there]
    if missing:
        docker("pull", "-q", "busybox")
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(start_container, missing):
            pass


def start_container(name):
    docker("run", "-d", "--network", "none", "--name", name, "busybox", "sleep", "100000")


def remove_containers():
    found = docker("ps", "-aq", "--filter", f"name={NAME}-").split()
    for at in range(0, len(found), 20):
        docker("rm", "-f", *found[at : at + 20])


def engine_processes():
    """The dockerd and containerd of this network namespace."""
    here = os.readlink("/proc/self/ns/net")
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        name = contents(folder / "comm").strip()
        if name not in ("dockerd", "containerd"):
            continue
        try:
            if os.readlink(folder / "ns/net") == here:
                found[int(folder.name)] = name
        except OSError:
            continue
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--containers", type=int, default=200)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--warm-up", type=float, default=10)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--keys", default="")
    parser.add_argument("--quit", default="q")
    parser.add_argument("--engine", help="ids of the engine's processes, with commas")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("command", nargs="*", default=[str(ROOT / "target/release/pilotwhale")])
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    engine = engine_processes()
    if options.engine:
        engine = {int(pid): contents(f"/proc/{pid}/comm").strip() for pid in options.engine.split(",")}
    try:
        start_containers(options.containers)
        with tempfile.TemporaryDirectory() as home:
            environment = {"PILOTWHALE_HOME": home, "PILOTWHALE_THEME": "dark"}
            terminal = Terminal(options.command, columns, rows, environment)
            try:
                result = measure(terminal, engine, options)
            finally:
                terminal.close(options.quit)
    finally:
        if not options.keep:
            remove_containers()
    print(f"{' '.join(options.command)} {options.keys}: {options.containers} containers, {options.seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
    for name, value in result.items():
        print(f"  {name:<24}{value:>10.2f}")
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=1))


def measure(terminal, engine, options):
    terminal.settle(min(2.0, options.warm_up))
    if options.keys:
        terminal.send(options.keys)
    end = time.perf_counter() + options.warm_up
    drain(terminal, end)
    before, engine_before = terminal.cost(), {pid: cpu_seconds(pid, False) for pid in engine}
    start = time.perf_counter()
    painted = drain(terminal, start + options.seconds)
    seconds = time.perf_counter() - start
    after = terminal.cost()
    return {
        "cpu_s": after["cpu_s"] - before["cpu_s"],
        "wakeups_per_s": (after["wakeups"] - before["wakeups"]) / seconds,
        "output_bytes_per_s": painted / seconds,
        "rss_mb": after["rss_mb"],
        "pss_mb": after["pss_mb"],
        "threads": after["threads"],
        **{f"{name}_cpu_s": cpu_seconds(pid, False) - engine_before[pid] for pid, name in engine.items()},
    }


def drain(terminal, until):
    """Reads without parsing until then: the parser's CPU must not disturb the measurement."""
    size = 0
    while time.perf_counter() < until:
        size += sum(len(data) for _, data in terminal.read(until, until - time.perf_counter() + 1))
    return size


if __name__ == "__main__":
    sys.exit(main())
