"""Real kube-apiservers for tests, each with an etcd of its own, on loopback ports.

Binaries are found by the envtest convention: `$KUBEBUILDER_ASSETS`, else
`/usr/local/kubebuilder/bin`. Where they are missing, `require` skips with the reason.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ADMIN, LIMITED = "admin-token", "limited-token"
_TOKENS = f'{ADMIN},admin,uid-admin,"system:masters"\n{LIMITED},limited,uid-limited,"auditors"\n'
_DEFAULT = Path("/usr/local/kubebuilder/bin")
_START_SECONDS = 60.0


def assets() -> Path:
    """Where the binaries should be."""
    return Path(os.environ.get("KUBEBUILDER_ASSETS") or _DEFAULT)


def require() -> Path:
    """The directory of the binaries; skips the test where one is missing."""
    directory = assets()
    missing = [
        name for name in ("etcd", "etcdctl", "kube-apiserver") if not (directory / name).exists()
    ]
    if missing:
        pytest.skip(f"no {', '.join(missing)} in {directory} (set KUBEBUILDER_ASSETS)")
    return directory


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on right now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@dataclass
class ApiServer:
    """One etcd and one kube-apiserver."""

    binaries: Path
    directory: Path
    arguments: Sequence[str] = ()
    """Further flags of kube-apiserver."""
    url: str = ""
    _etcd_url: str = ""
    _etcd: subprocess.Popen[bytes] | None = None
    _server: subprocess.Popen[bytes] | None = None
    _flags: list[str] = field(default_factory=list)

    @property
    def ca_file(self) -> Path:
        """The certificate that the server signed for itself."""
        return self.directory / "certs" / "apiserver.crt"

    @property
    def pid(self) -> int:
        """Process id of kube-apiserver, for SIGSTOP and the like."""
        assert self._server is not None
        return self._server.pid

    def start(self) -> None:
        """Start both and wait until the API server is ready."""
        client, peer, port = free_ports(3)
        self._etcd_url, self.url = f"http://127.0.0.1:{client}", f"https://127.0.0.1:{port}"
        self._etcd = self._spawn("etcd", self._etcd_flags(f"http://127.0.0.1:{peer}"))
        self._flags = self._server_flags(port)
        self.start_server()

    def _etcd_flags(self, peer_url: str) -> list[str]:
        return [
            f"--data-dir={self.directory / 'etcd'}",
            "--unsafe-no-fsync",
            f"--listen-client-urls={self._etcd_url}",
            f"--advertise-client-urls={self._etcd_url}",
            f"--listen-peer-urls={peer_url}",
            f"--initial-advertise-peer-urls={peer_url}",
            f"--initial-cluster=default={peer_url}",
        ]

    def _server_flags(self, port: int) -> list[str]:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        key_file, tokens = self.directory / "sa.key", self.directory / "tokens.csv"
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        tokens.write_text(_TOKENS, encoding="utf-8")
        return [
            f"--etcd-servers={self._etcd_url}",
            f"--cert-dir={self.directory / 'certs'}",
            f"--secure-port={port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-signing-key-file={key_file}",
            f"--service-account-key-file={key_file}",
            "--authorization-mode=RBAC",
            "--allow-privileged=true",
            f"--token-auth-file={tokens}",
            "--disable-admission-plugins=ServiceAccount",
            *self.arguments,
        ]

    def _spawn(self, name: str, flags: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self.directory / f"{name}.log").open("ab") as log:
            command = [str(self.binaries / name), *flags]
            return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def start_server(self) -> None:
        """Start kube-apiserver alone, again after `stop_server`."""
        self._server = self._spawn("kube-apiserver", self._flags)
        deadline = time.monotonic() + _START_SECONDS
        while not self._ready():
            if self._server.poll() is not None or time.monotonic() > deadline:
                log = (self.directory / "kube-apiserver.log").read_text(encoding="utf-8")
                raise RuntimeError(f"kube-apiserver did not start:\n{log[-3000:]}")
            time.sleep(0.1)

    def _ready(self) -> bool:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        headers = {"Authorization": f"Bearer {ADMIN}"}
        request = urllib.request.Request(f"{self.url}/readyz", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=2, context=context) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop_server(self) -> None:
        """Stop kube-apiserver, keep etcd."""
        if self._server is not None:
            _end(self._server)
            self._server = None

    def compact(self) -> None:
        """Compact etcd up to now and restart kube-apiserver, whose watch cache forgets too.

        The watch cache alone would go on serving old revisions.
        """
        self.stop_server()
        base = [str(self.binaries / "etcdctl"), f"--endpoints={self._etcd_url}"]
        shown = subprocess.run(
            [*base, "get", "/", "-w", "fields", "--limit=1"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        revision = next(
            line.split(":")[1].strip() for line in shown.splitlines() if '"Revision"' in line
        )
        subprocess.run([*base, "compact", revision], check=True, capture_output=True)
        self.start_server()

    def stop(self) -> None:
        """Stop both."""
        self.stop_server()
        if self._etcd is not None:
            _end(self._etcd)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@contextlib.contextmanager
def running(directory: Path, *arguments: str) -> Generator[ApiServer, None, None]:
    """A running API server with its data in `directory`; skips where there are no binaries."""
    server = ApiServer(require(), directory, arguments)
    try:
        server.start()
        yield server
    finally:
        server.stop()
