"""What containers of an embedded cluster say when nobody wrote their lines.

A line is a function of the cluster's, pod's and container's names and of its number, so any of them
can be had at once and every run says the same. Some write JSON, some `key=value`, some klog.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mckconsole.demo.objects import KubeObject
from mckconsole.domain.times import parse_rfc3339

_PATHS = ("/api/orders", "/api/cart", "/api/stock", "/healthz", "/api/prices", "/api/checkout")


@dataclass(frozen=True, slots=True)
class Generated:
    """A line every so often, from a beginning on and perhaps to an end."""

    began: float
    every: float
    """Seconds between two lines, on average."""
    seed: int
    text: Callable[[float, int, int], str]
    """(time, number, chance) → the line; chance is a number of 32 bits."""
    ended: float | None = None

    def count(self, until: float) -> int:
        """One at its beginning, and then one more in every interval."""
        until = until if self.ended is None else min(until, self.ended)
        if until < self.began:
            return 0
        count = int((until - self.began) / self.every) + 1
        return count if self._at(count - 1) <= until else count - 1

    def line(self, number: int) -> tuple[float, bytes]:
        """The line."""
        at = self._at(number)
        return at, self.text(at, number, self._chance(number)).encode()

    def next_at(self, number: int) -> float | None:
        """Known for all of them."""
        at = self._at(number)
        return None if self.ended is not None and at > self.ended else at

    def _chance(self, number: int) -> int:
        return zlib.crc32(b"%d %d" % (self.seed, number))

    def _at(self, number: int) -> float:
        if not number:
            return self.began
        return self.began + (number + self._chance(number) % 1000 / 1001) * self.every


def generated(cluster: str, pod: KubeObject, container: str, *, previous: bool) -> Generated:
    """The voice of a container of `pod`; the run before this one ended when this one began."""
    meta = pod["metadata"]
    name = meta["name"]
    digest = hashlib.sha256("\0".join((cluster, meta["namespace"], name, container)).encode())
    seed = int.from_bytes(digest.digest()[:4], "big")
    status = pod.get("status", {})
    began = parse_rfc3339(status.get("startTime") or meta["creationTimestamp"]) or 0.0
    style = _style(container, meta.get("namespace", ""))
    over = status.get("phase") in ("Succeeded", "Failed")
    every = 1.0 + seed % 40 / 10
    if previous:
        return Generated(began - 600, every, seed ^ 1, style, ended=began)
    return Generated(began, every, seed, style, ended=began + 30 if over else None)


def _style(container: str, namespace: str) -> Callable[[float, int, int], str]:
    if namespace.startswith("kube-") or "operator" in namespace:
        return _klog
    styles = (_json, _json, _pairs, _plain)
    return styles[zlib.crc32(container.encode()) % len(styles)]


def _level(chance: int) -> str:
    return ("ERROR" if chance % 997 == 0 else "WARN" if chance % 211 == 0 else "INFO")  # fmt: skip


def _request(chance: int) -> tuple[str, int, int]:
    """Path, status and milliseconds of a request."""
    path = _PATHS[chance % len(_PATHS)]
    level = _level(chance)
    code = 500 if level == "ERROR" else 429 if level == "WARN" else 200
    return path, code, 3 + chance % 90 + (900 if level != "INFO" else 0)


def _iso(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _json(at: float, number: int, chance: int) -> str:
    path, code, took = _request(chance)
    word = (
        "request failed" if code == 500 else "request throttled" if code == 429 else "request done"
    )
    return (
        f'{{"time":"{_iso(at)}","level":"{_level(chance).lower()}","msg":"{word}",'
        f'"path":"{path}","status":{code},"took_ms":{took},"request_id":"{chance:08x}"}}'
    )


def _pairs(at: float, number: int, chance: int) -> str:
    path, code, took = _request(chance)
    return (
        f'ts={_iso(at)} level={_level(chance).lower()} msg="handled" path={path}'
        f" status={code} duration={took}ms"
    )


def _plain(at: float, number: int, chance: int) -> str:
    path, code, took = _request(chance)
    return f"{_level(chance):5} [worker-{chance % 4}] GET {path} -> {code} in {took} ms"


def _klog(at: float, number: int, chance: int) -> str:
    level = _level(chance)[0]
    moment = datetime.fromtimestamp(at, UTC)
    words = {
        "I": f'"Synced" queue="default" items={chance % 7} duration="{chance % 300}ms"',
        "W": f'"Watch closed, opening again" type="*v1.Pod" after="{chance % 60}s"',
        "E": '"Failed to update lease, will retry" err="context deadline exceeded"',
    }[level]
    stamp = f"{moment:%m%d %H:%M:%S}.{moment.microsecond:06d}"
    return f"{level}{stamp}       1 controller.go:{100 + chance % 300}] {words}"
