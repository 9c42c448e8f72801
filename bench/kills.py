#!/usr/bin/env python3
"""Kills pilotwhale while docker commands run in its shell, and looks whether the ledger has lost anything.

usage: bench/kills.py [--kills N] [--program PATH] [--seed N]

    tests/stand-ins/engine.sh run bench/kills.py --kills 1000

Each time a shell is started in which containers, a volume and a network are made one after the other; a `kill -9` comes at a
moment by chance. What is then on the engine must go with `pilotwhale clean`, and two containers, a volume and a network
of somebody else's, made meanwhile, must stay. The engine needs the image busybox; it is pulled where it is not there.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS, YOURS = "pw-kill", "pw-theirs"
MAKES = f"""
for i in 0 1 2 3 4 5 6 7 8 9; do
    docker create --name {OURS}-$1-$i busybox true
    docker create -v /data busybox echo {OURS}-$1
    docker volume create {OURS}-$1-$i
    docker network create {OURS}-$1-$i
done
"""


def docker(*arguments, check=True):
    return subprocess.run(["docker", *arguments], check=check, capture_output=True, text=True).stdout.split()


def there():
    """What of ours is on the engine: containers by id, the rest by name."""
    made = docker("ps", "-aq", "--no-trunc", "--filter", f"name={OURS}-")
    nameless = [row for row in docker("ps", "-a", "--no-trunc", "--format", "{{.ID}}={{.Command}}") if f"{OURS}-" in row]
    made += [row.split("=")[0] for row in nameless]
    made += [f"volume {name}" for name in docker("volume", "ls", "-q", "--filter", f"name={OURS}-")]
    made += [f"network {name}" for name in docker("network", "ls", "--format", "{{.Name}}", "--filter", f"name={OURS}-")]
    return set(made)


def theirs():
    found = docker("ps", "-aq", "--no-trunc", "--filter", f"name={YOURS}") + docker("volume", "ls", "-q", "--filter", f"name={YOURS}")
    return sorted(found + docker("network", "ls", "-q", "--no-trunc", "--filter", f"name={YOURS}"))


def make_theirs():
    docker("create", "--name", f"{YOURS}-1", "busybox", "true")
    docker("create", "--name", f"{YOURS}-2", "busybox", "true")
    docker("volume", "create", YOURS)
    docker("network", "create", YOURS)


def remove_theirs():
    docker("rm", "-f", f"{YOURS}-1", f"{YOURS}-2", check=False)
    docker("volume", "rm", YOURS, check=False)
    docker("network", "rm", YOURS, check=False)


def unanswered(home):
    """Requests of which nobody wrote down the answer."""
    lines = [json.loads(line) for line in next(home.rglob("made.jsonl")).read_text().splitlines() if line.endswith("}")]
    answered = {line["id"] for line in lines if line["did"] == "answered"}
    return len({line["id"] for line in lines if line["did"] == "asked"} - answered)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--program", default=str(ROOT / "target/debug/pilotwhale"))
    options.add_argument("--seed", type=int, default=1)
    options = options.parse_args()
    chance = random.Random(options.seed)
    docker("pull", "-q", "busybox")
    remove_theirs()
    make_theirs()
    yours, made, open_ones, lost = theirs(), 0, 0, []
    with tempfile.TemporaryDirectory(prefix="pw-") as home:
        home = Path(home)
        environment = os.environ | {"HOME": str(home), "PILOTWHALE_HOME": str(home / "p"), "SHELL": "/bin/sh"}
        for number in range(options.kills):
            command = [options.program, "shell", "-c", MAKES.replace("$1", str(number))]
            shell = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            deadline = time.monotonic() + 30
            while not any(name.startswith(f"{OURS}-{number}-") for name in docker("ps", "-a", "--format", "{{.Names}}")):
                if time.monotonic() > deadline:
                    sys.exit("nothing is made in the shell")
            time.sleep(chance.random() * 0.6)
            shell.send_signal(signal.SIGKILL)
            shell.wait()
            # what it has started has no engine any more
            os.killpg(shell.pid, signal.SIGKILL)
            here = there()
            made += len(here)
            open_ones += unanswered(home)
            subprocess.run([options.program, "clean", "--yes"], env=environment, stdout=subprocess.DEVNULL, check=True)
            lost += sorted(there())
            for left in there():
                kind, _, name = left.rpartition(" ")
                docker(*([kind, "rm", name] if kind else ["rm", "-f", name]))
            if theirs() != yours:
                sys.exit(f"something of somebody else's is gone after {number + 1} kills")
    remove_theirs()
    print(f"{options.kills} kills, {made} things made, {open_ones} of them without an answer, {len(lost)} not in the ledger: {lost}")
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
