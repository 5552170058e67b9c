"""A scripted Prometheus on loopback: a test says what it answers, and sees what it was asked."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

NOW = 1_790_000_000.0
"""The scripted server's clock, Unix seconds."""
DATE = "Mon, 21 Sep 2026 14:13:20 GMT"
"""`NOW` as an HTTP date."""


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    params: dict[str, list[str]]
    headers: Message

    @property
    def query(self) -> str:
        """The PromQL of the request."""
        return self.params.get("query", [""])[0]


@dataclass
class Says:
    """One answer."""

    body: bytes | str = b""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    date: bool = True
    raw: Callable[[BaseHTTPRequestHandler], None] | None = None
    """Write to the socket by hand instead (hang, trickle, cut)."""


Script = Callable[[Asked], Says]


@dataclass
class ScriptedPrometheus:
    """A running server."""

    url: str
    script: Script
    asked: list[Asked] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    """Set at the end of the test: lets hanging answers go."""

    @property
    def queries(self) -> list[str]:
        """The PromQL of every request so far."""
        return [one.query for one in self.asked]


def vector(rows: Sequence[tuple[Mapping[str, str], object]], **extra: object) -> Says:
    """A successful instant vector at `NOW`; `extra` goes into the envelope."""
    result = [{"metric": dict(labels), "value": [NOW, str(value)]} for labels, value in rows]
    return envelope({"resultType": "vector", "result": result}, **extra)


def envelope(data: object, **extra: object) -> Says:
    """A successful envelope around `data`."""
    return Says(json.dumps({"status": "success", "data": data, **extra}))


def metric(
    name: str, rows: Sequence[tuple[Mapping[str, str], object]], age: float = 5.0, **extra: object
) -> Script:
    """Answers `name`, `timestamp(name)` (each sample `age` seconds old) and `delta(name[…])`."""

    def script(asked: Asked) -> Says:
        if asked.query == name or asked.query.startswith(f"delta({name}["):
            return vector(
                [({"__name__": name, **labels}, value) for labels, value in rows], **extra
            )
        if asked.query == f"timestamp({name})":
            return vector([(labels, NOW - age) for labels, _ in rows])
        return vector([])

    return script


@contextmanager
def serve(script: Script, tls: Path | None = None) -> Iterator[ScriptedPrometheus]:
    """Run a scripted server on a free loopback port; `tls` is a PEM with certificate and key."""
    state = ScriptedPrometheus("", script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = Asked(parts.path, parse_qs(parts.query, keep_blank_values=True), self.headers)
            state.asked.append(asked)
            says = state.script(asked)
            if says.raw is not None:
                says.raw(self)
                self.close_connection = True
                return
            body = says.body.encode() if isinstance(says.body, str) else says.body
            self.send_response_only(says.status)
            if says.date:
                self.send_header("Date", DATE)
            self.send_header("Content-Type", says.kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in says.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that gave up is what many tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    scheme = "http"
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    state.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
