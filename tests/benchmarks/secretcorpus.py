"""Seeded objects with values as clusters have them, and a credential here and there.

Of every object there is the raw JSON, as the API sends it, and the texts that a scanner of files
would be given of it: its values, taken out of base64 and gzip.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from mckconsole.domain.kind import Scan
from tests.unit.detect.authority import make

_WORDS = (
    *("server", "client", "timeout", "interval", "replicas", "cluster", "region", "zone"),
    *("metrics", "listen", "address", "level", "format", "output", "pool", "size", "retry"),
    *("backoff", "cache", "storage", "class", "volume", "mount", "path", "prefix", "route"),
    *("upstream", "gateway", "service", "port", "name", "namespace", "label", "annotation"),
    *("enabled", "debug", "trace", "batch", "limit", "request", "memory", "cpu", "config"),
    *("template", "handler", "worker", "queue", "topic", "consumer", "producer"),
)
_DEPLOYMENT = """---
# Source: chart/templates/{name}.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/managed-by: Helm
    helm.sh/chart: chart-1.2.3
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      serviceAccountName: {name}
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: main
          image: "registry.example.com/{name}:1.2.3"
          imagePullPolicy: IfNotPresent
          env:
            - name: OPTION
              value: "{value}"
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: {name}
                  key: password
          ports:
            - name: http
              containerPort: 8080
          livenessProbe:
            httpGet:
              path: /healthz/{port}
              port: http
          resources:
            limits:
              memory: 128Mi
          volumeMounts:
            - name: data
              mountPath: /data
      volumes:
        - name: data
          emptyDir: {{}}
"""
_ALNUM = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Sample:
    """One object."""

    scan: Scan
    raw: bytes
    texts: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Bytes of values, as they are without base64 and gzip."""
        return sum(map(len, self.texts))


class Corpus:
    """Everything is drawn from one seed."""

    def __init__(self, seed: int = 6) -> None:
        self._random = random.Random(seed)
        self._ca = b""

    def small(self, count: int) -> Iterator[Sample]:
        """Secrets of applications: a few short values each."""
        for number in range(count):
            data = {
                "username": self._word().encode(),
                "host": f"{self._word()}.{self._word()}.svc.cluster.local".encode(),
                "database-password": self._letters(24).encode(),
                "api-url": f"https://{self._word()}.example.com/v1/{self._word()}".encode(),
                "settings.env": "\n".join(self._assignments(12)).encode(),
            }
            if number % 20 == 0:
                data["token"] = self._token()
            yield _secret(data)

    def tls(self, count: int) -> Iterator[Sample]:
        """Certificates with their keys: new ones each time, on a curve, for they are quick."""
        for number in range(count):
            made = make(f"host{number}.example.com", key=ec.generate_private_key(ec.SECP256R1()))
            data = {"tls.crt": made.pem, "tls.key": made.key_pem, "ca.crt": self._authority()}
            yield _secret(data, "kubernetes.io/tls")

    def accounts(self, count: int) -> Iterator[Sample]:
        """Tokens of service accounts, without end."""
        for _ in range(count):
            subject = f"system:serviceaccount:{self._word()}:{self._word()}"
            parts = ({"alg": "RS256", "kid": self._letters(40)}, {"iss": "k", "sub": subject})
            text = ".".join(
                [
                    *(_url64(json.dumps(one).encode()) for one in parts),
                    _url64(self._random.randbytes(256)),
                ]
            )
            data = {"token": text.encode(), "ca.crt": self._authority(), "namespace": b"default"}
            yield _secret(data, "kubernetes.io/service-account-token")

    def registries(self, count: int) -> Iterator[Sample]:
        """Passwords of registries."""
        for _ in range(count):
            password = self._letters(32)
            auth = base64.b64encode(f"robot:{password}".encode()).decode()
            entry = {"username": "robot", "password": password, "auth": auth}
            whole = {"auths": {f"{self._word()}.example.com": entry}}
            data = {".dockerconfigjson": json.dumps(whole).encode()}
            yield _secret(data, "kubernetes.io/dockerconfigjson")

    def configs(self, count: int, size: int) -> Iterator[Sample]:
        """ConfigMaps with one large file each: YAML, JSON, properties, in turn."""
        makers = (self._yaml, self._json, self._properties)
        for number in range(count):
            yield _config_map({"config": makers[number % 3](size)})

    def blobs(self, count: int, size: int) -> Iterator[Sample]:
        """Binary files, and base64 of some once more."""
        for number in range(count):
            data = self._random.randbytes(size * 3 // 4)
            yield _secret({"blob": base64.b64encode(data) if number % 2 else data})

    def releases(self, count: int, size: int) -> Iterator[Sample]:
        """Helm releases whose JSON is about `size` bytes."""
        for _ in range(count):
            manifest = self._manifest(size * 2 // 3)
            values = json.loads(self._json(size // 6))
            whole = {
                "name": self._word(),
                "info": {"status": "deployed"},
                "chart": {"metadata": {}, "templates": [], "values": values},
                "config": {"auth": {"password": self._letters(20)}},
                "manifest": manifest,
            }
            text = json.dumps(whole).encode()
            coded = base64.b64encode(gzip.compress(text, 6, mtime=0))
            raw = _secret({"release": coded}, "helm.sh/release.v1").raw
            yield Sample(Scan.SECRET, raw, (text,))

    def _authority(self) -> bytes:
        """The cluster's own: the same in all of its Secrets."""
        if not self._ca:
            self._ca = make("ca", authority=True, key=ec.generate_private_key(ec.SECP256R1())).pem
        return self._ca

    def _word(self) -> str:
        return self._random.choice(_WORDS)

    def _letters(self, length: int) -> str:
        return "".join(self._random.choices(_ALNUM, k=length))

    def _token(self) -> bytes:
        return f"glpat-{self._letters(20)}".encode()

    def _scalar(self) -> str:
        draw = self._random.random()
        if draw < 0.4:
            return str(self._random.randint(0, 9999))
        if draw < 0.8:
            return f"{self._word()}-{self._word()}"
        return f"/etc/{self._word()}/{self._word()}.yaml"

    def _assignments(self, count: int) -> list[str]:
        return [
            f"{self._word().upper()}_{self._word().upper()}={self._scalar()}" for _ in range(count)
        ]

    def _yaml(self, size: int) -> bytes:
        lines: list[str] = []
        length = 0
        while length < size:
            indent = "  " * self._random.randint(0, 5)
            name = self._random.choice(("key", "tokenTTL", "secretName")) if self._rarely() else ""
            line = f"{indent}{name or self._word() + self._word().title()}: {self._scalar()}"
            lines.append(line)
            length += len(line) + 1
        lines[len(lines) // 2] = "gitlab: " + self._token().decode()
        return "\n".join(lines).encode()

    def _manifest(self, size: int) -> str:
        """Documents as charts render them, one with a token."""
        documents: list[str] = []
        length = 0
        while length < size:
            name = f"{self._word()}-{self._word()}"
            value = self._token().decode() if not documents else self._scalar()
            documents.append(_DEPLOYMENT.format(name=name, value=value, port=self._scalar()))
            length += len(documents[-1])
        return "".join(documents)

    def _rarely(self) -> bool:
        return self._random.random() < 0.01

    def _json(self, size: int) -> bytes:
        root = {}
        for at in range(max(1, size // 900)):
            root[f"{self._word()}{at}"] = {
                f"{self._word()}{n}": self._scalar() for n in range(20)
            } | {"labels": [self._word() for _ in range(10)]}
            if at % 5 == 0:
                root[f"token{at}"] = {"accessToken": self._scalar()}
        return json.dumps(root, indent=2).encode()

    def _properties(self, size: int) -> bytes:
        lines = [
            f"{self._word()}.{self._word()}.{self._word()}={self._scalar()}"
            for _ in range(size // 40)
        ]
        lines.append("spring.datasource.password=" + self._letters(24))
        return "\n".join(lines).encode()


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _secret(data: dict[str, bytes], kind: str = "Opaque") -> Sample:
    coded = {key: base64.b64encode(value).decode() for key, value in data.items()}
    whole = {"kind": "Secret", "metadata": {"name": "x"}, "data": coded, "type": kind}
    return Sample(Scan.SECRET, json.dumps(whole).encode(), tuple(data.values()))


def _config_map(data: dict[str, bytes]) -> Sample:
    texts = {key: value.decode() for key, value in data.items()}
    whole = {"kind": "ConfigMap", "metadata": {"name": "x"}, "data": texts}
    return Sample(Scan.CONFIG_MAP, json.dumps(whole).encode(), tuple(data.values()))


def mix() -> dict[str, list[Sample]]:
    """What is measured, by kind."""
    corpus = Corpus()
    return {
        "small values": list(corpus.small(1000)),
        "1 MiB configurations": list(corpus.configs(6, 1 << 20)),
        "blobs": list(corpus.blobs(8, 700_000)),
        "Helm releases": list(corpus.releases(24, 400_000)),
    }
