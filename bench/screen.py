#!/usr/bin/env python3
"""Start to first slide, key to paint, memory: of pilotwhale and, on the same deck, of patat and presenterm.

usage: bench/screen.py [--runs N] [--size 120x40] [--deck FILE] [--only NAME] [--json FILE]

Every run is a new process on a new pseudo-terminal. A time ends with the output that completes what is expected on the
screen; keys are sent when the screen is quiet. A program that is not installed is left out. Only an idle machine gives
good figures: compare the median with the least.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from terminal import Terminal, summary

ROOT = Path(__file__).resolve().parent.parent

DECK = """---
title: Key to paint
author: bench
---

# Slide one

alpha

# Slide two

beta

```bash
docker run -d --name web -p 8081:80 nginx
```

# Slide three

gamma

| a | b |
|---|---|
| 1 | 2 |
"""

# how each presenter separates slides and is started; patat's rules are ours, presenterm wants an own mark
PRESENTERS = {
    "pilotwhale": (lambda deck: [str(ROOT / "target/release/pilotwhale"), "slides", deck], lambda text: text),
    "patat": (lambda deck: ["patat", deck], lambda text: text),
    "presenterm": (lambda deck: ["presenterm", deck], lambda text: text.replace("\n# Slide t", "\n<!-- end_slide -->\n\n# Slide t")),
}


def measure(name, deck, runs, columns, rows):
    command, adapt = PRESENTERS[name]
    times = {"start": [], "next": [], "back": []}
    costs = []
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "deck.md"
        path.write_text(adapt(deck))
        environment = {"PILOTWHALE_HOME": home, "PILOTWHALE_THEME": "dark", "DOCKER_HOST": "unix:///nonexistent/engine.sock"}
        for _ in range(runs):
            terminal = Terminal(command(str(path)), columns, rows, environment)
            try:
                times["start"].append(terminal.wait("alpha"))
                terminal.settle(0.3)
                for step, (key, expected) in {"next": ("<Right>", "beta"), "back": ("<Left>", "alpha")}.items():
                    sent = time.perf_counter()
                    terminal.send(key)
                    times[step].append(terminal.wait(expected, sent))
                    terminal.settle(0.2)
                costs.append(terminal.cost())
            finally:
                terminal.close()
    result = {step: {k: v if k == "n" else v * 1000 for k, v in summary(values).items()} for step, values in times.items()}
    result["pss_mb"] = summary([cost["pss_mb"] for cost in costs])
    result["rss_mb"] = summary([cost["rss_mb"] for cost in costs])
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--deck", help="a deck whose first slide shows 'alpha' and whose second shows 'beta'")
    parser.add_argument("--only", choices=PRESENTERS, action="append")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    deck = Path(options.deck).read_text() if options.deck else DECK
    print(f"load {os.getloadavg()[0]:.1f}, {options.runs} runs at {options.size}; milliseconds and MB")
    print(f"{'':<12}{'':<8}{'median':>9}{'min':>9}{'p90':>9}{'max':>9}")
    results = {}
    for name in options.only or PRESENTERS:
        program = PRESENTERS[name][0]("")[0]
        if not shutil.which(program):
            print(f"{name:<12}not installed ({program})")
            continue
        results[name] = measure(name, deck, options.runs, columns, rows)
        for what, figures in results[name].items():
            print(f"{name:<12}{what:<8}" + "".join(f"{figures[k]:>9.2f}" for k in ("median", "min", "p90", "max")))
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1))
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
