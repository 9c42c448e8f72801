#!/usr/bin/env python3
"""The shell pane under load: throughput beside tmux on the same stream, and answers while a program floods it.

usage: bench/shell.py [--megabytes N] [--runs N] [--keys N] [--size 120x40] [--json FILE]

Throughput: how long `cat FILE` takes inside, as its own shell measures it: in pilotwhale's pane (drawn all the time), in a
tmux window of the same size with a client that draws it, and in a detached one.
Flood: the pane runs a program beside `yes` (and, as a second stream, numbers that never repeat) on the same terminal.
`key` is an own key of the app (the next slide) to the last byte of its frame; `ctrl-c` is that key to the program's
handler; memory is that of the app alone, at the start of the flood and at its end.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from terminal import Terminal, contents, number, summary

ROOT = Path(__file__).resolve().parent.parent
PILOTWHALE = str(ROOT / "target/release/pilotwhale")

# Runs FLOOD on its own terminal, and writes the time of each SIGINT to FILE.
CHILD = """
import os, signal, subprocess, sys, time
log = os.open(sys.argv[1], os.O_WRONLY)
signal.signal(signal.SIGINT, lambda *_: os.write(log, b"%d\\n" % time.monotonic_ns()))
flood = subprocess.Popen(sys.argv[2:], preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
while True:
    time.sleep(1000)
"""

FLOODS = {"yes": ["yes"], "numbers": ["seq", "1", "1000000000"]}


def environment(home):
    return {"PILOTWHALE_HOME": str(home), "PILOTWHALE_THEME": "dark", "DOCKER_HOST": "unix:///nonexistent/engine.sock"}


def lines(megabytes, path):
    """Plain ASCII, lines of 79 characters, none like the one before."""
    with path.open("w") as file:
        for at in range(megabytes * 1_000_000 // 80):
            file.write(f"{at:08d} {'the quick brown fox jumps over the lazy dog and runs away from it all':<70}\n")


def timed_cat(file, home):
    """A script that tells the size of its terminal and how long cat took."""
    script = home / "timed"
    script.write_text(
        f"#!/bin/sh\nsleep 1.5\nstty size >{home}/size\nstart=$(date +%s%N)\ncat {file}\n"
        f"echo $(( $(date +%s%N) - start )) >{home}/part\nmv {home}/part {home}/took\nsleep 1000\n"
    )
    script.chmod(0o755)
    return script


def wait_for_result(home, terminal=None):
    took = home / "took"
    while not took.exists():
        if terminal:
            terminal.read(time.perf_counter() + 0.05, 0.05)
        else:
            time.sleep(0.01)
    seconds = int(took.read_text()) / 1e9
    took.unlink()
    return seconds


def in_pilotwhale(file, home, size):
    terminal = Terminal([PILOTWHALE, "--shell", str(timed_cat(file, home))], *size, environment(home))
    try:
        return wait_for_result(home, terminal)
    finally:
        terminal.close()


def in_tmux(file, home, rows, columns, drawn):
    """The window has a status line less, so one row more is asked for."""
    socket = str(home / "tmux")
    start = ["tmux", "-S", socket, "-f", "/dev/null", "new-session", "-x", str(columns), "-y", str(rows + 1)]
    script = str(timed_cat(file, home))
    try:
        if not drawn:
            subprocess.run([*start, "-d", script], check=True)
            return wait_for_result(home)
        terminal = Terminal([*start, script], columns, rows + 1, environment(home))
        try:
            return wait_for_result(home, terminal)
        finally:
            terminal.close("")
    finally:
        subprocess.run(["tmux", "-S", socket, "kill-server"], capture_output=True)


def throughput(options, size):
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        file = home / "lines"
        lines(options.megabytes, file)
        rates = {}

        def note(name, seconds):
            rates.setdefault(name, []).append(options.megabytes / seconds)

        for _ in range(options.runs):
            note("pilotwhale", in_pilotwhale(file, home, size))
            rows, columns = map(int, (home / "size").read_text().split())
            if shutil.which("tmux"):
                note("tmux, drawn", in_tmux(file, home, rows, columns, True))
                note("tmux, detached", in_tmux(file, home, rows, columns, False))
        return {f"{name}, {columns}x{rows}, MB/s": summary(values) for name, values in rates.items()}


def memory(pid):
    return number("VmRSS", contents(f"/proc/{pid}/status")) / 1024


def flood(stream, options, size):
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "child.py").write_text(CHILD)
        fifo = home / "interrupts"
        os.mkfifo(fifo)
        heard = []
        threading.Thread(target=lambda: [heard.append(int(line)) for line in fifo.open()], daemon=True).start()
        command = shlex.join([sys.executable, str(home / "child.py"), str(fifo), *FLOODS[stream]])
        terminal = Terminal([PILOTWHALE, "--shell", command], *size, environment(home))
        try:
            terminal.wait("You learn Docker here")
            end = time.perf_counter() + 3
            while time.perf_counter() < end:
                terminal.read(end, 0.5)
            before = memory(terminal.pid)
            figures = {"key": own_keys(terminal, options.keys), "ctrl-c": interrupts(terminal, options.keys, heard)}
            return figures, before, memory(terminal.pid)
        finally:
            terminal.close("<F12>q")


def own_keys(terminal, count):
    """From the key to the end of the frame that shows its slide; frames of the flood alone don't count."""
    took = []
    for at in range(count):
        key, expected = ("<Right>", "Six keys") if at % 2 == 0 else ("<Left>", "You learn Docker here")
        sent = time.perf_counter()
        terminal.send(key)
        took.append(terminal.wait(expected, sent, 5.0, 0.02, 0.05) * 1000)
        pause = time.perf_counter() + 0.1 + 0.013 * (at % 7)
        for _, data in terminal.read(pause, 1):
            terminal.feed(data)
    return summary(took)


def interrupts(terminal, count, heard):
    terminal.send("<F12>")
    terminal.read(time.perf_counter() + 0.3, 1)
    took = []
    for at in range(count):
        known, sent = len(heard), time.monotonic_ns()
        terminal.send("<C-c>")
        while len(heard) == known and time.monotonic_ns() - sent < 5e9:
            terminal.read(time.perf_counter() + 0.002, 1)
        took.append((heard[known] - sent) / 1e6 if len(heard) > known else float("inf"))
        terminal.read(time.perf_counter() + 0.1 + 0.013 * (at % 7), 1)
    return summary(took)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keys", type=int, default=60)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    size = tuple(map(int, options.size.split("x")))
    print(f"load {os.getloadavg()[0]:.1f}, {options.size}")
    print(f"{'':<40}{'n':>4}{'median':>9}{'min':>9}{'p90':>9}{'p99':>9}{'max':>9}")
    results = {}

    def show(name, figures):
        results[name] = figures
        row = "".join(f"{figures[k]:>9.2f}" for k in ("median", "min", "p90", "p99", "max"))
        print(f"{name:<40}{figures['n']:>4}{row}", flush=True)

    for name, figures in throughput(options, size).items() if options.runs else ():
        show(name, figures)
    for stream in FLOODS if options.keys else ():
        figures, before, after = flood(stream, options, size)
        for what, values in figures.items():
            show(f"under {stream}: {what}, ms", values)
        results[f"{stream}: memory"] = [before, after]
        print(f"under {stream}: memory {before:.1f} MB, at the end {after:.1f} MB")
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    sys.exit(main())
