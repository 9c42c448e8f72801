"""Debian's mirror for a machine without a network: an HTTP proxy inside of it, which fetches from outside and keeps packages.

usage: mirror.py PID PORT MIRROR FOLDER

Listens on 127.0.0.1:PORT in the network of the process PID. Only what is below MIRROR can be fetched. FOLDER keeps what never changes.
"""

import ctypes
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from urllib.parse import unquote, urlparse

PID, PORT, MIRROR, FOLDER = sys.argv[1], int(sys.argv[2]), urlparse(sys.argv[3]), Path(sys.argv[4])


class Proxy(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlparse(self.path)
        if url.hostname != MIRROR.hostname or ".." in url.path:
            return self.send_error(403)
        kept = FOLDER / Path(unquote(url.path)).name
        if kept.is_file():
            return self.send_file(kept)
        try:
            with urllib.request.urlopen(url._replace(scheme=MIRROR.scheme).geturl(), timeout=60) as answer:
                with tempfile.NamedTemporaryFile(dir=FOLDER, delete=False) as part:
                    shutil.copyfileobj(answer, part)
        except urllib.error.HTTPError as error:
            return self.send_error(error.code)
        except OSError as error:
            return self.send_error(502, explain=str(error))
        fetched = Path(part.name)
        try:
            self.send_file(fetched)
        finally:
            # a package's name has its version in it
            if url.path.endswith(".deb"):
                fetched.rename(kept)
            else:
                fetched.unlink()

    def send_file(self, path):
        self.send_response(200)
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()
        with path.open("rb") as file:
            shutil.copyfileobj(file, self.wfile)

    def log_message(self, *_):
        pass


def enter(network):
    libc = ctypes.CDLL(None, use_errno=True)
    with open(network) as namespace:
        if libc.setns(namespace.fileno(), 0) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {network}")


class Server(ThreadingTCPServer):  # HTTPServer would ask for its own name, and there is nobody to say it
    daemon_threads = True


outside = os.open("/proc/self/ns/net", os.O_RDONLY)
enter(f"/proc/{PID}/ns/net")
server = Server(("127.0.0.1", PORT), Proxy)
enter(f"/proc/self/fd/{outside}")
server.serve_forever()
