"""Start real Prometheus servers on loopback, and an exporter for them to scrape."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

PROMETHEUS = shutil.which("prometheus")
NEEDS_PROMETHEUS = "no prometheus binary on PATH (Debian: apt-get install prometheus)"


@dataclass
class Exporter:
    """Serves `text` at /metrics."""

    address: str
    text: str


@dataclass
class RealPrometheus:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """host:port."""
        return self.url.removeprefix("http://")

    def official(self, query: str) -> list[dict[str, object]]:
        """What the HTTP API itself answers, read without any of our code."""
        url = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(url, timeout=5) as response:
            result = json.load(response)["data"]["result"]
        assert isinstance(result, list)
        return result

    def freeze(self) -> None:
        """Stop the process, and return only when all its threads have stopped."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)

    def until(self, query: str, series: int = 1, seconds: float = 20) -> None:
        """Wait until `query` has at least `series` series (exactly none for 0)."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = len(self.official(query))
            if (found >= series) if series else (found == 0):
                return
            time.sleep(0.05)
        raise AssertionError(f"{query} has no {series} series after {seconds} s")


@contextmanager
def exporter(text: str) -> Iterator[Exporter]:
    """An exporter whose text a test may change."""
    state = Exporter("", text)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = state.text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def prometheus(
    folder: Path,
    *,
    scrape: Sequence[str] = (),
    federate: Sequence[str] = (),
    external_labels: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    jobs: Mapping[str, str] | None = None,
    match: str = '{job="mesh"}',
    rules: Sequence[Mapping[str, object]] = (),
) -> Iterator[RealPrometheus]:
    """Run a Prometheus that scrapes exporters, and other servers' `/federate`.

    Args:
        scrape: exporters of the job `mesh`.
        federate: servers of whom all that `match` selects is taken over.
        jobs: further exporters, by the name of their job.
        rules: alerting rules, evaluated four times a second.
    """
    assert PROMETHEUS is not None, NEEDS_PROMETHEUS
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "prometheus.yml"
    found = _config(scrape, federate, external_labels or {}, jobs or {}, match)
    if rules:
        group = {"name": "alerts", "interval": "250ms", "rules": list(rules)}
        (folder / "rules.yml").write_text(yaml.safe_dump({"groups": [group]}))
        found["rule_files"] = ["rules.yml"]
    config.write_text(yaml.safe_dump(found))
    port = _free_port()
    command = [
        PROMETHEUS,
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
        *flags,
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    server = RealPrometheus(f"http://127.0.0.1:{port}", process)
    try:
        _wait_ready(server, folder / "log")
        yield server
    finally:
        process.kill()
        process.wait()


def _config(
    scrape: Sequence[str],
    federate: Sequence[str],
    external_labels: Mapping[str, str],
    named: Mapping[str, str],
    match: str,
) -> dict[str, object]:
    jobs: list[dict[str, object]] = [
        {"job_name": name, "static_configs": [{"targets": [target]}]}
        for name, target in named.items()
    ]
    if scrape:
        jobs.append({"job_name": "mesh", "static_configs": [{"targets": list(scrape)}]})
    if federate:
        jobs.append(
            {
                "job_name": "federate",
                "honor_labels": True,
                "metrics_path": "/federate",
                "params": {"match[]": [match]},
                "static_configs": [{"targets": list(federate)}],
            }
        )
    return {
        "global": {
            "scrape_interval": "250ms",
            "scrape_timeout": "250ms",
            "external_labels": dict(external_labels),
        },
        "scrape_configs": jobs,
    }


def _wait_ready(server: RealPrometheus, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/-/ready", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"prometheus did not start: {log.read_text()[-500:]}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert isinstance(port, int)
        return port
