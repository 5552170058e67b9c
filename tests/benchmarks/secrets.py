"""Looking for credentials: how fast in values, how much on top of listing, in how much memory.

`python -m tests.benchmarks.secrets CONTENDER …` runs one contender in a fresh interpreter:
`values NAME` looks through the corpus, `listing|scanning KUBECONFIG` reads Secrets of a fleet,
`pages COUNT` looks at so many pages of a list, dropping each.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from mckconsole.domain.kind import Scan
from tests.benchmarks.secretcorpus import Corpus, Sample, mix
from tests.benchmarks.serving import serving
from tests.benchmarks.table import Line, render

LEAST = 30.0
"""MB/s of values on one core."""
MOST_OF_LISTING = 1.5
CLUSTERS, COUNT = 20, 2000
_ROUNDS = 3
_MB = 1e6
_SHARE = 200_000
"""Bytes of each kind that detect-secrets is given: it takes minutes for what we do in a second."""
_PAGE, _FEW, _MANY = 100, 20, 120
MOST_KEPT = 2048
"""Bytes per Secret."""
_CONTENDERS = ("ours", "plain re", "detect-secrets")


def lines() -> list[Line]:
    """Everything."""
    return [*_speed(), *_listing(), *_pages()]


def _speed() -> list[Line]:
    """Values of all kinds, beside the same patterns without gates, and detect-secrets."""
    names = [
        name for name in _CONTENDERS if name != "detect-secrets" or find_spec("detect_secrets")
    ]
    runs = {name: [_run("values", name) for _ in range(_ROUNDS)] for name in names}
    found = {name: {kind: statistics.median(run[kind] for run in made) for kind in made[0]}
             for name, made in runs.items()}  # fmt: skip
    result = []
    for kind, speed in found["ours"].items():
        others = [f"{name} {found[name][kind]:.2g} MB/s" for name in names[1:]]
        ratios = [f"{speed / found[name][kind]:.0f}" for name in names[1:]]
        whole = kind == "all of these"
        result.append(
            Line(
                f"look for credentials, {kind}", f"{speed:.0f} MB/s", ", ".join(others),
                f"{' and '.join(ratios)} x", f"≥ {LEAST:.0f} MB/s" if whole else "",
                speed >= LEAST if whole else None,
            )
        )  # fmt: skip
    if "detect-secrets" not in names:
        result.append(
            Line("the same with detect-secrets", "skipped", "not installed", "", "", None)
        )
    return result


def _listing() -> list[Line]:
    """A fleet's Secrets with their values, looked at and only read."""
    fleet = ("tests.benchmarks.secretfleet", str(CLUSTERS), str(COUNT))
    with serving(*fleet) as kubeconfig:
        runs = {name: [] for name in ("listing", "scanning")}  # type: dict[str, list[Any]]
        for _ in range(_ROUNDS):
            for name, made in runs.items():
                made.append(_run(name, kubeconfig))
    read, looked = (statistics.median(run["seconds"] for run in made) for made in runs.values())
    last = runs["scanning"][-1]
    if last["held"] < CLUSTERS * COUNT or not last["seen"]:
        raise RuntimeError(f"{last['held']} Secrets were read, {last['seen']} had something")
    own, other = (statistics.median(run["used"] for run in made) for made in runs.values())
    what = f"{CLUSTERS} clusters x {COUNT:,} Secrets, {last['received'] / _MB:.0f} MB"
    return [
        Line(
            what, f"{looked:.2f} s", f"only listed {read:.2f} s", f"{looked / read:.2f} x",
            f"≤ {MOST_OF_LISTING:g} x", looked / read <= MOST_OF_LISTING,
        ),
        Line(
            "the same, processor time", f"{other:.2f} s", f"only listed {own:.2f} s",
            f"{(other - own) / CLUSTERS / COUNT * _MB:.0f} µs per Secret more", "", None,
        ),
    ]  # fmt: skip


def _pages() -> list[Line]:
    """Peak memory over few and over many pages: what is found may stay, of the values nothing."""
    few, many = (_run("pages", str(count)) for count in (_FEW, _MANY))
    secrets = (_MANY - _FEW) * _PAGE
    each = (many["peak"] - few["peak"]) / secrets
    values = (many["size"] - few["size"]) / secrets
    return [
        Line(
            f"memory per Secret looked at, {secrets:,} more", f"{each / 1024:.1f} KiB",
            f"its values {values / 1024:.1f} KiB", f"{values / max(each, 1):.0f} x less",
            f"≤ {MOST_KEPT / 1024:.0f} KiB", each <= MOST_KEPT,
        )
    ]  # fmt: skip


def _run(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.secrets", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _values(name: str) -> dict[str, float]:
    """MB/s of one contender, by kind and over all; processor time, for there is one core of it."""
    look = {"ours": _ours, "plain re": _plain, "detect-secrets": _detect_secrets}[name]()
    speeds: dict[str, float] = {}
    total = spent = 0.0
    for kind, samples in mix().items():
        size = sum(sample.size for sample in samples)
        given = samples if name == "ours" else _part(samples)
        began = time.process_time()
        look(given)
        seconds = time.process_time() - began
        speeds[kind] = sum(sample.size for sample in given) / _MB / seconds
        total, spent = total + size / _MB, spent + size / _MB / speeds[kind]
    return {**speeds, "all of these": total / spent}


def _part(samples: list[Sample]) -> list[Sample]:
    """The first of them, up to a size; of one that is larger, its beginning."""
    kept: list[Sample] = []
    for sample in samples:
        if sum(one.size for one in kept) >= _SHARE:
            break
        texts = tuple(text[:_SHARE] for text in sample.texts)
        kept.append(Sample(sample.scan, b"", texts))
    return kept


_Look = Callable[[Sequence[Sample]], object]


def _ours() -> _Look:
    """As the reader hands objects over: so many of one kind at once."""
    from mckconsole.detect.scan import audit_objects

    audit_objects([b"{}"], Scan.SECRET, values=True)  # imports

    def look(samples: Sequence[Sample]) -> object:
        return [
            audit_objects(
                [one.raw for one in samples[at : at + _PAGE]], samples[0].scan, values=True
            )
            for at in range(0, len(samples), _PAGE)
        ]

    return look


def _plain() -> _Look:
    """The patterns of our marked tokens, each searched by itself: less than half of what we do."""
    from mckconsole.detect.families import aws, clouds, tokens_code, tokens_services

    families = (aws.TOKENS, clouds.TOKENS, tokens_code.TOKENS, tokens_services.TOKENS)
    marked = [token for family in families for token in family]
    patterns = [re.compile(re.escape(one.mark) + one.rest + one.end) for one in marked]

    def look(samples: Sequence[Sample]) -> object:
        return [
            pattern.findall(text)
            for sample in samples
            for text in sample.texts
            for pattern in patterns
        ]

    return look


def _detect_secrets() -> _Look:
    scan_line = import_module("detect_secrets.core.scan").scan_line
    default_settings = import_module("detect_secrets.settings").default_settings

    def look(samples: Sequence[Sample]) -> object:
        with default_settings():
            return [
                list(scan_line(line))
                for sample in samples
                for text in sample.texts
                for line in text.decode("latin-1").splitlines()
            ]

    return look


async def _read(kubeconfig: str, *, scan: bool) -> dict[str, Any]:
    """Secrets of the whole fleet through the console's own reader."""
    from mckconsole.config.model import AuditConfig, Config
    from mckconsole.sources import auditing
    from mckconsole.sources.client import ClusterClient
    from mckconsole.sources.kubeconfig import load_kubeconfig
    from mckconsole.store.reader import ReadPlan, read_fleet

    if scan:
        _ours()
    else:
        auditing.Auditor.look_all = lambda self, raws: [None] * len(raws)  # type: ignore[method-assign]
    received = 0
    original = ClusterClient.get

    async def counting(self: ClusterClient, *given: Any, **rest: Any) -> Any:
        nonlocal received
        reply = await original(self, *given, **rest)
        received += len(reply.body)
        return reply

    ClusterClient.get = counting  # type: ignore[method-assign]
    config = Config(audit=AuditConfig(scan_values=["*"]))
    inventory = load_kubeconfig(kubeconfig, env=dict(os.environ), config=config)
    began, used = time.perf_counter(), time.process_time()
    store = await read_fleet(inventory, ReadPlan(("secrets",), (), 600.0), config=config)
    seconds, used = time.perf_counter() - began, time.process_time() - used
    views = [one.topics["secrets"] for one in store.snapshot().clusters.values()]
    return {
        "seconds": seconds,
        "used": used,
        "received": received,
        "held": sum(len(view.objects) for view in views),
        "seen": sum(len(view.audit) for view in views),
    }


def _look_at_pages(count: int) -> dict[str, float]:
    """Pages come, are looked at and go."""
    from mckconsole.detect.scan import audit_object

    corpus = Corpus()
    size = 0
    for _ in range(count):
        page = [*corpus.small(_PAGE - 10), *corpus.releases(10, 60_000)]
        for sample in page:
            size += sample.size
            audit_object(sample.raw, sample.scan, values=True)
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "size": size}


def main(what: str, argument: str) -> None:
    """One contender."""
    found: dict[str, Any]
    if what == "values":
        found = _values(argument)
    elif what == "pages":
        found = _look_at_pages(int(argument))
    else:
        found = asyncio.run(_read(argument, scan=what == "scanning"))
    print(json.dumps(found))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(*sys.argv[1:])
    else:
        print(render(lines()))
