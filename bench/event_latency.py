#!/usr/bin/env python3
"""How long from an event of the engine to the changed screen, or to the changed verdict on a task.

usage: bench/event_latency.py [--events N] [--verdict] [--size 120x40] [--keys KEYS] [--json FILE] [-- COMMAND…]

Makes a container, then renames it N times: each rename is one event, whose time the engine itself gives (`timeNano`), and
one new name that must appear on the screen. The time of the screen is that of the read() which completed the name, by the
same clock. With --verdict, a slide has a task that asks for another image; its verdict names the container, and what counts is the new name
there, beside the engine pane. Runs against the engine of DOCKER_HOST:
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
COURSE = {
    "lessons/course.yaml": "format_version: 1\nid: latency\ntitle: Latency\nversion: \"0.1\"\nlessons: [00-one]\n",
    "lessons/00-one/lesson.md": """---
title: One
minutes: 1
---

# One task

```task
id: named
title: "Named"
mode: level
check:
  container: {name: {prefix: "pw-lat"}, env: {STAGE: prod}}
solve: docker run -d --name pw-lat-x -e STAGE=prod busybox sleep 9
```
""",
}


def docker(*arguments):
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def event_times(since, until):
    """The name that each rename gave, and when, in seconds since 1970."""
    lines = docker("events", "--since", f"{since:.9f}", "--until", f"{until:.9f}", "--filter", "event=rename", "--format", "{{json .}}")
    events = map(json.loads, lines.splitlines())
    return {event["Actor"]["Attributes"]["name"]: event["timeNano"] / 1e9 for event in events}


def wait_for(terminal, pattern, patience=10.0):
    """When the output came that put what fits `pattern` on the screen, in seconds since 1970."""
    offset = time.time() - time.perf_counter()
    end = time.perf_counter() + patience
    while time.perf_counter() < end:
        for at, data in terminal.read(time.perf_counter() + 0.2, 0.03):
            terminal.feed(data)
            if re.search(pattern, terminal.text()):
                return at + offset
    raise TimeoutError(f"{pattern} did not appear:\n{terminal.text()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--verdict", action="store_true", help="to the mark of a task instead of the name")
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--keys", default="")
    parser.add_argument("--ready", default=f"{NAME}-start", help="what the screen must show first")
    parser.add_argument("--quit", default="q")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("command", nargs="*", default=[str(ROOT / "target/release/pilotwhale")])
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    seen = {}
    container = None
    try:
        with tempfile.TemporaryDirectory() as home:
            environment = {"PILOTWHALE_HOME": f"{home}/data", "PILOTWHALE_THEME": "dark"}
            command = options.command
            if options.verdict:
                for name, text in COURSE.items():
                    path = Path(home, "course", name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
                command = [*command, "--course", f"{home}/course"]
            terminal = Terminal(command, columns, rows, environment)
            try:
                terminal.settle(2.0)
                if options.keys:
                    terminal.send(options.keys)
                # a task asks for what was made since its lesson was opened
                container = docker("run", "-d", "--init", "--name", f"{NAME}-start", "busybox", "sleep", "100000")
                terminal.wait(options.ready)
                terminal.settle(1.0)
                since = time.time()
                for number in range(options.events):
                    name = f"{NAME}-{number:03}"
                    docker("rename", container, name)
                    # the lesson's half of the screen comes first
                    seen[name] = wait_for(terminal, rf"(?m)^[^│]*\b{name}\b" if options.verdict else rf"\b{name}\b")
                until = time.time() + 0.1
            finally:
                terminal.close(options.quit)
        happened = event_times(since, until)
    finally:
        if container:
            docker("rm", "-f", container)
    figures = summary([(at - happened[name]) * 1000 for name, at in seen.items()])
    print(f"{' '.join(options.command)}: event to changed {'verdict' if options.verdict else 'screen'}, load {os.getloadavg()[0]:.1f}, milliseconds")
    print("  " + "  ".join(f"{name} {value:.1f}" if name != "n" else f"{value} events" for name, value in figures.items()))
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    sys.exit(main())
