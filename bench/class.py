#!/usr/bin/env python3
"""A class on this machine: the real host without a screen, and simulated learners with the real client.

For each number of learners: how long until all have joined; how long from the instructor's step until a learner has it (median,
p99, and the last of them); how long from a learner's event until it is on the host's disk and board; what the host needs of
memory and CPU; and how long until all are back after the host was killed with -9.

    bench/class.py [--bin target/release/pilotwhale] [--learners N]... [--steps 40]
"""

import argparse
import os
import re
import select
import signal
import sqlite3
import subprocess
import tempfile
import time
from datetime import datetime

PLACE = re.compile(r"^(\S+) (\d+)\.(\d+): (\d+) saw it, p50 ([\d.]+) ms, p99 ([\d.]+) ms, last ([\d.]+) ms")
LESSON = "03-images"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="target/release/pilotwhale")
    parser.add_argument("--learners", type=int, action="append")
    parser.add_argument("--steps", type=int, default=40, help="steps of the instructor")
    parser.add_argument("--work", type=float, default=20, help="seconds that learners work on an exercise")
    return parser.parse_args()


class Program:
    """A running subcommand, and the lines that it prints."""

    def __init__(self, bin, home, *words):
        env = dict(os.environ, PILOTWHALE_HOME=home)
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([bin, "class", *words], stdin=pipe, stdout=pipe, env=env)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.rest = b""

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def lines(self, seconds):
        """Every line until the time is over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.process.stdout], [], [], left)
            if ready and (piece := self.process.stdout.read()):
                *whole, self.rest = (self.rest + piece).split(b"\n")
                yield from (line.decode() for line in whole)
            elif ready:
                return

    def wait_for(self, text, seconds):
        for line in self.lines(seconds):
            if text in line:
                return line
        raise SystemExit(f"'{text}' did not come within {seconds} s")

    def stat(self):
        """CPU seconds, resident MB, threads."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        with open(f"/proc/{self.process.pid}/status") as file:
            rss = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        return ticks / os.sysconf("SC_CLK_TCK"), rss / 1024, int(fields[17])


class Host(Program):
    """Writes into a file: a pipe that nobody reads would hold it up."""

    def __init__(self, bin, home):
        self.log = f"{home}/host.log"
        env = dict(os.environ, PILOTWHALE_HOME=home)
        words = [bin, "class", "host", "--headless", "--bind", "127.0.0.1:0"]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=log, env=env)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with open(self.log) as log:
                if match := re.search(r"pilotwhale join (\S+)\n", log.read()):
                    self.code = match[1]
                    return
            time.sleep(0.01)
        raise SystemExit("the host did not open the class")


def percent(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def seen_place(pupils, learners, seconds):
    """p50, p99 and last of one step, or None where not all have come in time."""
    for line in pupils.lines(seconds):
        match = PLACE.match(line)
        if match and int(match[4]) == learners:
            return [float(match[n]) for n in (5, 6, 7)]
    return None


def board_delays(home):
    """Milliseconds from each event of a learner to its place on the host's disk; the board is told right after."""
    db = sqlite3.connect(f"file:{home}/state/classes/pod.sqlite3?mode=ro", uri=True)
    stamp = lambda text: datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00").timestamp()
    kinds = "event LIKE '%attempt%' OR event LIKE '%task-passed%' OR event LIKE '%hint-taken%'"
    rows = db.execute(f"SELECT at, came FROM events WHERE {kinds}").fetchall()
    return [(stamp(came) - stamp(at)) * 1000 for at, came in rows]


def measure(options, learners):
    with tempfile.TemporaryDirectory() as home:
        lead = Host(options.bin, home)
        code = lead.code
        cpu_before, _, _ = lead.stat()
        pupils = Program(
            options.bin, home, "simulate", "--learners", str(learners), "--think", "8", "--host", code
        )
        joined = pupils.wait_for(f"all {learners} are here", 120).split(" after ")[1]
        time.sleep(2)
        steps, missed = [], 0
        cpu_steps, _, _ = lead.stat()
        for step in range(options.steps):
            lead.say(f"go {LESSON} {1 + step % 12 + 1}")
            seen = seen_place(pupils, learners, 15)
            if seen:
                steps.append(seen)
            else:
                missed += 1
            time.sleep(0.2)
        cpu_after, rss, threads = lead.stat()
        lead.say("open run-python")
        for _ in pupils.lines(options.work):
            pass
        cpu_work, rss_work, _ = lead.stat()
        delays = board_delays(home)
        lead.process.send_signal(signal.SIGKILL)
        lead.process.wait()
        pupils.wait_for("away", 60)
        killed = time.monotonic()
        lead = Host(options.bin, home)
        assert lead.code == code, "the join code holds"
        opened = time.monotonic()
        pupils.wait_for(f"all {learners} are here", 120)
        back = time.monotonic()
        for program in (pupils, lead):
            program.process.terminate()
            program.process.wait()
        medians = [percent([s[n] for s in steps], 0.5) for n in range(3)]
        worst = max((s[2] for s in steps), default=float("nan"))
        print(f"learners {learners}, load {os.getloadavg()[0]:.1f}")
        print(f"  all joined                 {joined}")
        print(f"  a step: p50 {medians[0]:.1f}, p99 {medians[1]:.1f}, last {medians[2]:.1f} ms (medians of {len(steps)} steps), worst {worst:.1f}, not seen by all {missed}")
        print(f"  event to board: p50 {percent(delays, 0.5):.1f}, p99 {percent(delays, 0.99):.1f}, max {max(delays, default=float('nan')):.1f} ms, n={len(delays)} in {options.work:.0f} s")
        print(f"  host: {rss:.1f} MB, at work {rss_work:.1f} MB, {threads} threads; CPU joining {cpu_steps - cpu_before:.2f} s, each step {(cpu_after - cpu_steps) / options.steps * 1000:.1f} ms, at work {(cpu_work - cpu_after) / options.work * 100:.1f} %")
        print(f"  after kill -9: open again in {(opened - killed) * 1000:.0f} ms, all back after {(back - opened):.2f} s more", flush=True)


def main():
    options = arguments()
    for learners in options.learners or [30, 1000]:
        measure(options, learners)


if __name__ == "__main__":
    main()
