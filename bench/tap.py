#!/usr/bin/env python3
"""What the tap costs: docker commands and streams directly and through it, in turns, and its memory under many clients.

usage: bench/tap.py [--pairs N] [--megabytes N] [--saves N] [--gigabytes N] [--clients N] [--bin PROGRAM] [--json FILE]

The tap is that of `pilotwhale shell`, with its guard. Each pair is one run directly and one through the tap, begun with the one
or the other in turns; what counts is the ratio of a pair, because both had the same machine. The synthetic stream has no engine
behind it: a socket that sends one chunked answer as fast as it is read. Runs against the engine of DOCKER_HOST:
    tests/stand-ins/engine.sh run bench/tap.py
"""

import argparse
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "pw-tap-bench"
CHUNK = b"10000\r\n" + bytes(0x10000) + b"\r\n"


class Tap:
    """`pilotwhale shell` before an engine, for as long as the block lasts."""

    def __init__(self, program, host):
        self.program, self.engine = program, host

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory()
        environment = {**os.environ, "DOCKER_HOST": self.engine, "PILOTWHALE_HOME": self.home.name, "SHELL": "/bin/sh"}
        self.process = subprocess.Popen(
            [self.program, "shell", "-c", 'echo "$DOCKER_HOST"; exec cat'],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.host = self.process.stdout.readline().strip()
        if self.host == self.engine or not self.host.endswith("/docker.sock"):
            sys.exit(f"no tap: {self.host!r}")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.home.cleanup()

    def memory(self):
        """RSS in MB, now and at most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("VmRSS", "VmHWM")]


def docker(host, *arguments, **options):
    environment = {**os.environ, "DOCKER_HOST": host}
    return subprocess.run(["docker", *arguments], env=environment, check=True, stdout=subprocess.DEVNULL, **options)


def pairs(count, ways, run):
    """Seconds of each way's runs, taken in turns."""
    taken = [[], []]
    for number in range(count):
        for way in (0, 1) if number % 2 == 0 else (1, 0):
            begun = time.perf_counter()
            run(ways[way])
            taken[way].append(time.perf_counter() - begun)
    return taken


def ratio(taken):
    ratios = sorted(tapped / direct for direct, tapped in zip(*taken))
    return {"n": len(ratios), "median": statistics.median(ratios), "least": ratios[0], "most": ratios[-1]}


def image(host, megabytes):
    """An image of that size that cannot be compressed, from a pipe."""
    with tempfile.TemporaryDirectory() as folder:
        chance = random.Random(1)
        with Path(folder, "data").open("wb") as data:
            for _ in range(megabytes):
                data.write(chance.randbytes(1_000_000))
        archive = subprocess.Popen(["tar", "-C", folder, "-c", "data"], stdout=subprocess.PIPE)
        docker(host, "import", "-", NAME, stdin=archive.stdout)
        archive.wait()


def stream_server(path, chunks):
    """Answers /stream with that many chunks, and anything else with OK."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def serve(client):
        while request := client.recv(65536):
            if b" /stream " not in request.split(b"\r\n")[0]:
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
                continue
            client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            piece = CHUNK * 16
            for _ in range(chunks // 16):
                client.sendall(piece)
            client.sendall(b"0\r\n\r\n")

    def accept():
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def read_stream(host):
    client = socket.socket(socket.AF_UNIX)
    client.connect(host.removeprefix("unix://"))
    client.sendall(b"GET /stream HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n")
    buffer, end = bytearray(1 << 20), b""
    while read := client.recv_into(buffer):
        end = (end + bytes(buffer[max(0, read - 8) : read]))[-8:]
        if end.endswith(b"\r\n0\r\n\r\n"):
            break
    client.close()
    if not end.endswith(b"0\r\n\r\n"):
        sys.exit("the stream broke off")


def memory_under(tap, clients):
    """RSS idle, while that many follow a container that prints all the time, and at most."""
    docker(tap.engine, "run", "-d", "--name", NAME, "busybox", "sh", "-c", "while :; do seq 200; sleep 0.1; done")
    idle, _ = tap.memory()
    environment = {**os.environ, "DOCKER_HOST": tap.host}
    running = [
        subprocess.Popen(["docker", "logs", "-f", "--tail", "1", NAME], env=environment, stdout=subprocess.DEVNULL)
        for _ in range(clients)
    ]
    try:
        time.sleep(5)
        if any(client.poll() is not None for client in running):
            sys.exit("a client ended")
        under, most = tap.memory()
    finally:
        for client in running:
            client.kill()
            client.wait()
        docker(tap.engine, "rm", "-f", NAME)
    return {"idle": idle, "under": under, "most": most}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--megabytes", type=int, default=540)
    parser.add_argument("--saves", type=int, default=5)
    parser.add_argument("--gigabytes", type=int, default=2)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--bin", default=str(ROOT / "target/release/pilotwhale"))
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    host = os.environ["DOCKER_HOST"]
    result = {"load": os.getloadavg()[0]}
    with Tap(options.bin, host) as tap:
        ways = [host, tap.host]
        pairs(3, ways, lambda way: docker(way, "ps"))
        commands = pairs(options.pairs, ways, lambda way: docker(way, "ps"))
        result["docker_ps_ms"] = [statistics.median(way) * 1000 for way in commands]
        result["docker_ps_ratio"] = ratio(commands)
        image(host, options.megabytes)
        try:
            saves = pairs(options.saves, ways, lambda way: docker(way, "save", NAME))
        finally:
            docker(host, "rmi", NAME)
        result["save_mb_per_s"] = [options.megabytes / min(way) for way in saves]
        result["save_ratio"] = ratio(saves)
        result["memory_mb"] = memory_under(tap, options.clients)
    with tempfile.TemporaryDirectory() as folder:
        source = f"{folder}/engine.sock"
        chunks = options.gigabytes * 0x4000
        stream_server(source, chunks)
        with Tap(options.bin, f"unix://{source}") as tap:
            streams = pairs(options.saves, [f"unix://{source}", tap.host], read_stream)
            result["stream_rss_mb"] = tap.memory()[1]
    result["stream_mb_per_s"] = [chunks * 65.536e-3 / min(way) for way in streams]
    result["stream_ratio"] = ratio(streams)

    print(f"{options.bin}, load {result['load']:.1f}; ratios are tapped / direct in time: median (least) most")
    shown = {name: "{median:.2f} ({least:.2f}) {most:.2f}, n={n}".format(**result[f"{name}_ratio"]) for name in ("docker_ps", "save", "stream")}
    print("  docker ps, median      {:.1f} and {:.1f} ms   {}".format(*result["docker_ps_ms"], shown["docker_ps"]))
    print("  docker save, best      {:.0f} and {:.0f} MB/s   {}".format(*result["save_mb_per_s"], shown["save"]))
    print("  stream, best           {:.0f} and {:.0f} MB/s   {}".format(*result["stream_mb_per_s"], shown["stream"]))
    print("  memory, MB             idle {idle:.1f}, under clients {under:.1f}, at most {most:.1f}".format(**result["memory_mb"]), end="")
    print(f"; at most {result['stream_rss_mb']:.1f} in the stream")
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    sys.exit(main())
