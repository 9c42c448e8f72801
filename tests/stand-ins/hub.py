"""A read-only Docker Hub on 127.0.0.1:443: serves the stand-in images, and errors in Docker Hub's own words.

usage: hub.py FOLDER

FOLDER holds what images.py wrote (manifests/NAME/TAG, blobs/sha256/HEX) and certificate.pem with key.pem.
"""

import json
import shutil
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
FOLDER = Path(sys.argv[1])


class Hub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlparse(self.path)
        parts = url.path.strip("/").split("/")
        match parts:
            case ["v2"]:
                self.send_json(200, {})
            case ["v2", "library", name, "manifests", reference]:
                self.send_manifest(name, reference)
            case ["v2", "library", name, "blobs", digest] if known(name):
                self.send_file(FOLDER / "blobs" / digest.replace(":", "/"), "application/octet-stream", digest)
            case ["v2", *_]:
                self.send_denied(parts)
            case ["v1", "search"]:
                self.send_search(parse_qs(url.query).get("q", [""])[0])
            case ["token"]:
                self.send_json(200, {"token": "anonymous", "access_token": "anonymous", "expires_in": 300})
            case _:
                self.send_json(404, {})

    do_HEAD = do_GET

    def do_POST(self):
        self.send_denied(urlparse(self.path).path.strip("/").split("/"))

    do_PUT = do_PATCH = do_DELETE = do_POST

    def send_manifest(self, name, reference):
        if not known(name):
            return self.send_denied(["v2", "library", name, "manifests", reference])
        if reference.startswith("sha256:"):
            return self.send_file(FOLDER / "blobs" / reference.replace(":", "/"), MANIFEST, reference)
        tag = FOLDER / "manifests" / name / reference
        if not tag.is_file():
            return self.send_error_body(404, "MANIFEST_UNKNOWN", "manifest unknown", {"Tag": reference})
        digest = tag.read_text().strip()
        self.send_file(FOLDER / "blobs" / digest.replace(":", "/"), MANIFEST, digest)

    def send_file(self, path, kind, digest):
        if ".." in path.parts or not path.is_file():
            return self.send_error_body(404, "BLOB_UNKNOWN", "blob unknown to registry", {"digest": digest})
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(path.stat().st_size))
        self.send_header("Docker-Content-Digest", digest)
        self.end_headers()
        if self.command != "HEAD":
            with path.open("rb") as file:
                shutil.copyfileobj(file, self.wfile, 1 << 18)

    def send_search(self, wanted):
        found = [
            {"name": name, "description": "stand-in", "star_count": 1, "is_official": True, "is_automated": False}
            for name in sorted(path.name for path in (FOLDER / "manifests").iterdir())
            if wanted.removeprefix("library/") in name
        ]
        counts = {"num_pages": 1, "num_results": len(found), "page_size": 25, "page": 1}
        self.send_json(200, {**counts, "query": wanted, "results": found})

    def send_denied(self, parts):
        """What Docker Hub says of a repository that is not there or not yours: it does not tell which."""
        name = "/".join(parts[1:-2])
        challenge = (
            'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",'
            f'scope="repository:{name}:pull"'
        )
        if self.headers.get("Authorization"):
            challenge += ',error="insufficient_scope"'
        # without a `detail`, 20.10 drops the message and retries a push for most of a minute
        detail = [{"Type": "repository", "Name": name, "Action": "pull"}]
        code = "UNAUTHORIZED" if self.command == "HEAD" else "DENIED"
        message = "requested access to the resource is denied"
        self.close_connection = True  # the body of an upload is not read
        self.send_error_body(401, code, message, detail, {"WWW-Authenticate": challenge})

    def send_error_body(self, status, code, message, detail, headers=None):
        self.send_json(status, {"errors": [{"code": code, "message": message, "detail": detail}]}, headers)

    def send_json(self, status, value, headers=None):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        for key, text in (headers or {}).items():
            self.send_header(key, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def known(name):
    return "/" not in name and name not in ("", ".", "..") and (FOLDER / "manifests" / name).is_dir()


def main():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(FOLDER / "certificate.pem", FOLDER / "key.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 443), Hub)
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


if __name__ == "__main__":
    main()
