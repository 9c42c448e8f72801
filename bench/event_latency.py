#!/usr/bin/env python3
"""How long from an event of the engine to the changed screen.

usage: bench/event_latency.py [--events N] [--size 120x40] [--keys KEYS] [--json FILE] [-- COMMAND…]

Makes a container, then renames it N times: each rename is one event, whose time the engine itself gives (`timeNano`), and
one new name that must appear on the screen. The time of the screen is that of the read() which completed the name, by the
same clock. Runs against the engine of DOCKER_HOST:
    tests/stand-ins/engine.sh run bench/event_latency.py
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from terminal import Terminal, summary

ROOT = Path(__file__).resolve().parent.parent
NAME = "pw-lat"


def docker(*arguments):
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def event_times(since, until):
    """The name that each rename gave, and when, in seconds since 1970."""
    lines = docker("events", "--since", f"{since:.9f}", "--until", f"{until:.9f}", "--filter", "event=rename", "--format", "{{json .}}")
    events = map(json.loads, lines.splitlines())
    return {event["Actor"]["Attributes"]["name"]: event["timeNano"] / 1e9 for event in events}


def wait_for_name(terminal, name, patience=10.0):
    """When the output came that put `name` on the screen, in seconds since 1970."""
    offset = time.time() - time.perf_counter()
    end = time.perf_counter() + patience
    while time.perf_counter() < end:
        for at, data in terminal.read(time.perf_counter() + 0.2, 0.03):
            terminal.feed(data)
            if re.search(rf"\b{name}\b", terminal.text()):
                return at + offset
    raise TimeoutError(f"{name} did not appear:\n{terminal.text()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--keys", default="")
    parser.add_argument("--ready", default=f"{NAME}-start", help="what the screen must show first")
    parser.add_argument("--quit", default="q")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("command", nargs="*", default=[str(ROOT / "target/release/pilotwhale")])
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    seen = {}
    container = docker("run", "-d", "--init", "--name", f"{NAME}-start", "busybox", "sleep", "100000")
    try:
        with tempfile.TemporaryDirectory() as home:
            environment = {"PILOTWHALE_HOME": home, "PILOTWHALE_THEME": "dark"}
            terminal = Terminal(options.command, columns, rows, environment)
            try:
                terminal.settle(2.0)
                if options.keys:
                    terminal.send(options.keys)
                terminal.wait(options.ready)
                terminal.settle(1.0)
                since = time.time()
                for number in range(options.events):
                    name = f"{NAME}-{number:03}"
                    docker("rename", container, name)
                    seen[name] = wait_for_name(terminal, name)
                until = time.time() + 0.1
            finally:
                terminal.close(options.quit)
        happened = event_times(since, until)
    finally:
        docker("rm", "-f", container)
    figures = summary([(at - happened[name]) * 1000 for name, at in seen.items()])
    print(f"{' '.join(options.command)}: event to changed screen, load {os.getloadavg()[0]:.1f}, milliseconds")
    print("  " + "  ".join(f"{name} {value:.1f}" if name != "n" else f"{value} events" for name, value in figures.items()))
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    sys.exit(main())
