#!/usr/bin/env python3
"""Start to first slide, key to paint, memory: of pilotwhale and, on the same deck, of patat and presenterm.

usage: bench/screen.py [--runs N] [--size 120x40] [--times N] [--only NAME] [--bin FOLDER] [--json FILE]

The deck is tests/fixtures/introduction-to-docker.patat.md, --times N times over. Every run is a new process on a new
pseudo-terminal. A time ends with the output that completes what is expected on the screen; keys are sent when the
screen is quiet. `walk` is one key after another through the deck, timed to the last byte of what each one changes.
`course` is pilotwhale on its own course with a shell and the engine of DOCKER_HOST, each run with a new home, and
`return` the same in a home that was used before; their memory counts the shell too. A program that is not installed
is left out. Only an idle machine gives good figures: compare the median with the least.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from terminal import Terminal, summary

ROOT = Path(__file__).resolve().parent.parent
DECK = ROOT / "tests/fixtures/introduction-to-docker.patat.md"
PILOTWHALE = str(ROOT / "target/release/pilotwhale")
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/engine.sock"}

# what the key is called in the table, the key, and what must then be on the screen
DECK_STEPS = [
    ("start", None, "A group of whales"),
    ("step", "<Right>", "pod!"),
    ("slide", "<Right>", "docker --version"),
    ("back", "<Left>", "pod!"),
]
COURSE_STEPS = [("start", None, r"\? keys.* \d+/\d+")]  # the end of the bar, which is drawn last
WALK = 30


def for_presenterm(text):
    """It wants a mark between slides, no pandoc pauses, fences only, and makes a slide of the front matter."""
    body = text.split("\n...\n", 1)[1]
    out, fenced, indented = [], False, False
    for line in body.splitlines():
        if line.startswith(("```", "~~~")):
            fenced = not fenced
        is_code = not fenced and line.startswith("    ") and (indented or not out or not out[-1].strip())
        if is_code != indented and (is_code or line.strip()):
            out.append("```")
            indented = is_code
        if not fenced and line.startswith("# ") and any(filter(str.strip, out)):
            out.append("<!-- end_slide -->\n")
        out.append("<!-- pause -->" if line.strip() == ". . ." else line)
    return "\n".join(out) + "\n"


def repeated(text, times):
    front, body = text.split("\n...\n", 1)
    return front + "\n...\n" + body * times


SUBJECTS = {
    "pilotwhale": ([PILOTWHALE, "slides"], lambda text: text, DECK_STEPS),
    "patat": (["patat"], lambda text: text, DECK_STEPS),
    "presenterm": (["presenterm", "--present"], for_presenterm, DECK_STEPS),
    "course": ([PILOTWHALE], None, COURSE_STEPS),
    "return": ([PILOTWHALE], None, COURSE_STEPS),
}


def one_run(command, steps, environment, size, times):
    terminal = Terminal(command, *size, environment)
    try:
        for step, key, expected in steps:
            sent = None
            if key:
                sent = time.perf_counter()
                terminal.send(key)
            times.setdefault(step, []).append(terminal.wait(expected, sent) * 1000)
            terminal.settle(0.3)
        for _ in range(WALK):
            sent = time.perf_counter()
            terminal.send("<Right>")
            answer = terminal.read(sent + 0.3, 0.08)
            if answer:
                times.setdefault("walk", []).append((answer[-1][0] - sent) * 1000)
        return terminal.cost()
    finally:
        terminal.close()


def measure(name, deck, runs, size):
    command, adapt, steps = SUBJECTS[name]
    times, memory = {}, {"pss_mb": [], "rss_mb": []}
    with tempfile.TemporaryDirectory() as used:
        environment = {"PILOTWHALE_HOME": used, "PILOTWHALE_THEME": "dark"}
        if name == "return":
            one_run(command, steps, environment, size, {})
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as fresh:
                if adapt:
                    path = Path(fresh) / "deck.md"
                    path.write_text(adapt(deck))
                    cost = one_run([*command, str(path)], steps, environment | {"PILOTWHALE_HOME": fresh} | NO_ENGINE, size, times)
                else:
                    home = used if name == "return" else fresh
                    cost = one_run(command, steps, environment | {"PILOTWHALE_HOME": home}, size, times)
            for kind, values in memory.items():
                values.append(cost[kind])
    return {what: summary(values) for what, values in (times | memory).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--times", type=int, default=1, help="how often the deck is repeated")
    parser.add_argument("--only", choices=SUBJECTS, action="append")
    parser.add_argument("--bin", default="", help="a folder to look for the peers in first")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    size = tuple(map(int, options.size.split("x")))
    os.environ["PATH"] = options.bin + ":" + os.environ["PATH"]
    deck = repeated(DECK.read_text(), options.times)
    print(f"load {os.getloadavg()[0]:.1f}, {options.runs} runs at {options.size}; milliseconds and MB")
    print(f"{'':<12}{'':<8}{'n':>6}{'median':>9}{'min':>9}{'p90':>9}{'p99':>9}{'max':>9}")
    results = {}
    for name in options.only or SUBJECTS:
        program = SUBJECTS[name][0][0]
        if not shutil.which(program):
            print(f"{name:<12}not installed ({program})")
            continue
        results[name] = measure(name, deck, options.runs, size)
        for what, figures in results[name].items():
            row = "".join(f"{figures[k]:>9.2f}" for k in ("median", "min", "p90", "p99", "max"))
            print(f"{name:<12}{what:<8}{figures['n']:>6}{row}", flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1))
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
