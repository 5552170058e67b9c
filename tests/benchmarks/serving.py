"""Start embedded clusters in a process of their own, and run contenders against them."""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@contextlib.contextmanager
def served(**options: int) -> Iterator[str]:
    """Serve generated clusters until the block ends; yields the path of their kubeconfig."""
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    with serving("mckconsole.demo.serve", *arguments) as kubeconfig:
        yield kubeconfig


@contextlib.contextmanager
def serving(module: str, *arguments: str) -> Iterator[str]:
    """Run a module that serves until its stdin ends; yields the path of the kubeconfig, which it
    prints first."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        kubeconfig = process.stdout.readline().strip()
        if not kubeconfig:
            raise RuntimeError(f"{' '.join(command)} did not start")
        yield kubeconfig
    finally:
        process.stdin.close()
        process.wait(timeout=20)


@dataclass(frozen=True)
class Measured:
    """Medians of one contender over its rounds."""

    seconds: float
    peak_mib: float
    objects: int
    received: int
    extra: dict[str, Any]


def contend(contenders: Sequence[str], kubeconfig: str, rounds: int) -> dict[str, Measured]:
    """Run each contender `rounds` times, in turn, each time in a fresh interpreter."""
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name in contenders:
            results[name].append(run_contender(name, kubeconfig))
    return {name: _median(runs) for name, runs in results.items()}


def run_contender(name: str, kubeconfig: str, *arguments: str) -> dict[str, Any]:
    """One run of one contender: the JSON object that it prints."""
    command = [sys.executable, "-m", "tests.benchmarks.contenders", name, kubeconfig, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _median(runs: Sequence[dict[str, Any]]) -> Measured:
    def of(field: str) -> float:
        return statistics.median(float(run[field]) for run in runs)

    return Measured(
        of("seconds"), of("peak_mib"), int(of("objects")), int(of("received")), runs[-1]
    )
