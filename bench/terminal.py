"""A pseudo-terminal with a program in it, for the benchmarks: what it shows, when it showed it, what it costs."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

KEYS = {
    "Right": b"\x1b[C", "Left": b"\x1b[D", "Up": b"\x1b[A", "Down": b"\x1b[B", "Space": b" ", "Enter": b"\r",
    "Esc": b"\x1b", "Tab": b"\t", "PageUp": b"\x1b[5~", "PageDown": b"\x1b[6~", "F12": b"\x1b[24~", "lt": b"<",
}  # fmt: skip


def keys(text):
    """`q<Enter><C-c>` as the bytes that xterm sends."""

    def named(match):
        name = match.group(1).decode()
        return bytes([ord(name[2]) & 0x1F]) if name.startswith("C-") else KEYS[name]

    return re.sub(rb"<([A-Za-z0-9-]+)>", named, text.encode())


def use_pyte():
    """pyte, the terminal model: from this Python, else from a virtual environment of the cache."""
    try:
        import pyte
    except ImportError:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pilotwhale-bench"
        python = cache / "bin" / "python"
        if Path(sys.prefix) == cache:
            sys.exit(f"pyte cannot be imported from {cache}; remove that folder and try again")
        if not any(cache.glob("lib/python*/site-packages/pyte")):  # it may have been stopped half way
            subprocess.run([sys.executable, "-m", "venv", cache], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "pyte==0.8.2"], check=True)
        os.execv(python, [python, *sys.argv])
    return pyte


pyte = use_pyte()


class Screen(pyte.Screen):
    """Without pyte's own answers (Terminal.answer gives them), and deaf to the private sequences it would misread."""

    def write_process_input(self, data):
        pass

    def report_device_attributes(self, *_, **__):
        pass

    def select_graphic_rendition(self, *attributes, private=False):
        if not private:
            super().select_graphic_rendition(*attributes)


NOT_FOR_PYTE = re.compile(rb"\x1b[P_^][^\x1b]*\x1b\\|\x1b\[[<>=?]?[\d;:]*[uq]|\x1b\[>[\d;]*m|\x1b\[\?[\d;]*\$p")
QUESTION = re.compile(
    rb"\x1b\[(?P<report>0?c|>0?c|6n|5n|>0?q|14t|16t|18t)|\x1b\](?P<colour>10|11);\?(?:\x07|\x1b\\)"
)


class Terminal:
    def __init__(self, command, columns=120, rows=40, environment=None, folder=None):
        self.columns, self.rows = columns, rows
        self.screen = Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.unanswered = b""
        kept = {k: v for k, v in os.environ.items() if k not in ("TMUX", "TERM_PROGRAM", "COLUMNS", "LINES")}
        env = kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"} | (environment or {})
        size = struct.pack("HHHH", rows, columns, columns * 9, rows * 18)
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            if folder:
                os.chdir(folder)
            os.execvpe(command[0], command, env)

    # ---- what it shows ----

    def text(self):
        return "\n".join(self.screen.display)

    def shows(self, pattern):
        """`pattern` is a regular expression; with a '!' before it, it must not match."""
        if pattern.startswith("!"):
            return not re.search(pattern[1:], self.text())
        return bool(re.search(pattern, self.text()))

    def send(self, text):
        os.write(self.fd, keys(text))

    def read(self, until, quiet):
        """Chunks of output with the time each came, until nothing came for `quiet` seconds, or until `until`."""
        chunks = []
        while (now := time.perf_counter()) < until:
            ready, _, _ = select.select([self.fd], [], [], min(quiet, until - now))
            if not ready:
                break
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b""
            if not data:
                raise EOFError("the program has ended")
            chunks.append((time.perf_counter(), data))
            self.answer(data)
        return chunks

    def feed(self, data):
        self.stream.feed(NOT_FOR_PYTE.sub(b"", data))

    def wait(self, pattern, since=None, patience=15.0, quiet=0.06, longest=0.4):
        """Seconds from `since` to the output after which the screen shows `pattern`.

        Output is parsed only once it pauses, or after `longest` seconds of it, so that the parser takes no time
        from the program; the time is that of the chunk itself.
        """
        since = self.started if since is None else since
        while time.perf_counter() - since < patience:
            chunks = self.read(time.perf_counter() + longest, quiet)
            found = None
            for at, data in chunks:
                self.feed(data)
                if found is None and self.shows(pattern):
                    found = at - since
            if found is not None:
                return found
            if not chunks and self.shows(pattern):
                return 0.0  # was there before
        raise TimeoutError(f"{pattern!r} did not appear:\n{self.text()}")

    def settle(self, seconds):
        """Reads for `seconds`, or until the program is quiet that long."""
        for _, data in self.read(time.perf_counter() + seconds, seconds):
            self.feed(data)

    def answer(self, data):
        """Answers questions to the terminal as a dark xterm does."""
        buffer = self.unanswered + data
        for match in QUESTION.finditer(buffer):
            if match.end() <= len(self.unanswered):
                continue
            if match["colour"]:
                level = b"ffff/ffff/ffff" if match["colour"] == b"10" else b"0000/0000/0000"
                os.write(self.fd, b"\x1b]%s;rgb:%s\x1b\\" % (match["colour"], level))
                continue
            report = match["report"].replace(b"0", b"") if match["report"][-1:] in b"cq" else match["report"]
            os.write(self.fd, {
                b"c": b"\x1b[?62;22c", b">c": b"\x1b[>41;354;0c", b">q": b"\x1bP>|XTerm(354)\x1b\\", b"5n": b"\x1b[0n",
                b"6n": b"\x1b[%d;%dR" % (self.screen.cursor.y + 1, self.screen.cursor.x + 1),
                b"14t": b"\x1b[4;%d;%dt" % (self.rows * 18, self.columns * 9), b"16t": b"\x1b[6;18;9t",
                b"18t": b"\x1b[8;%d;%dt" % (self.rows, self.columns),
            }[report])  # fmt: skip
        self.unanswered = buffer[-64:]

    # ---- what it costs ----

    def cost(self):
        return cost_of(tree(self.pid))

    def close(self, quit_keys="q"):
        try:
            self.send(quit_keys)
            self.read(time.perf_counter() + 1.0, 0.5)
        except (OSError, EOFError):
            pass
        for sent in (signal.SIGTERM, signal.SIGKILL):
            for _ in range(40):
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self.fd)
                    return
                time.sleep(0.025)
            os.kill(self.pid, sent)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def contents(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def number(name, text):
    found = re.search(rf"^{name}:\s+(\d+)", text, re.M)
    return int(found[1]) if found else 0


def tree(pid):
    """The process and all below it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*"):
            found += map(int, contents(task / "children").split())
    return found


def cpu_seconds(pid, with_children_gone=True):
    fields = contents(f"/proc/{pid}/stat").rsplit(")", 1)[-1].split()
    ticks = sum(map(int, fields[11 : 15 if with_children_gone else 13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def cost_of(pids):
    """CPU seconds (children that ended included), wake-ups of all threads, memory in MB."""
    total = {"cpu_s": 0.0, "wakeups": 0, "rss_mb": 0.0, "pss_mb": 0.0, "threads": 0}
    for pid in pids:
        status = contents(f"/proc/{pid}/status")
        total["cpu_s"] += cpu_seconds(pid)
        total["rss_mb"] += number("VmRSS", status) / 1024
        total["pss_mb"] += number("Pss", contents(f"/proc/{pid}/smaps_rollup")) / 1024
        total["threads"] += number("Threads", status)
        for task in Path(f"/proc/{pid}/task").glob("*"):
            total["wakeups"] += number("voluntary_ctxt_switches", contents(task / "status"))
    return total


def summary(values):
    values = sorted(values)
    at = lambda share: values[min(len(values) - 1, int(len(values) * share))]  # noqa: E731
    return {"n": len(values), "min": values[0], "median": at(0.5), "p90": at(0.9), "p99": at(0.99), "max": values[-1]}
