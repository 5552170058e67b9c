"""`mckconsole drift` and `diff` over an embedded fleet: every format, and every exit status."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import jsonschema
import pytest

from mckconsole.analysis.sameness.drift import Drift, find_drift
from mckconsole.analysis.sameness.model import Digest, Digests
from mckconsole.analysis.sameness.sidebyside import Side, SideBySide, compare
from mckconsole.cli.arguments import build_parser
from mckconsole.cli.compare_command import judge_diff, judge_drift
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.main import main
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.objects import KubeObject
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.states import TopicState
from mckconsole.report.drift import DRIFT_SCHEMA_FILE
from mckconsole.report.jsonout import schema
from mckconsole.report.objects_compare import DIFF_SCHEMA_FILE

REF = ObjectRef("v1", "ConfigMap", "e4", "a")


def config_map(name: str, **data: str) -> KubeObject:
    metadata = {"name": name, "namespace": "e4"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def checked(text: str, contract: str) -> Any:
    """The document, which keeps its contract."""
    data = json.loads(text)
    jsonschema.validate(data, schema(contract))
    return data


@contextmanager
def serving() -> Iterator[tuple[Path, list[str]]]:
    """Three clusters, one of them dead, on a loop of their own; their kubeconfig and names."""
    found: Queue[tuple[Path, list[str]]] = Queue()
    done = threading.Event()

    async def serve() -> None:
        async with EmbeddedFleet.many(3, dead=1) as fleet:
            names = list(fleet.clusters)
            for name, level in zip(names, ("info", "debug"), strict=False):
                server = fleet.clusters[name]
                space: KubeObject = {"apiVersion": "v1", "kind": "Namespace"}
                server.create({**space, "metadata": {"name": "e4"}})
                server.create(config_map("a", level=level, where=f"{name}.example.com"))
                server.create(config_map("b", level="info"))
            fleet.clusters[names[0]].create(config_map("c"))
            found.put((fleet.kubeconfig, names))
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        yield found.get(timeout=30)
    finally:
        done.set()
        thread.join()


def test_every_format_says_the_same_and_the_status_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving() as (kubeconfig, names):
        living = ("--timeout", "30", "--context", names[0], "--context", names[1])
        everybody = ("--timeout", "4")

        def mck(*words: str, who: Sequence[str] = living) -> tuple[int, str, str]:
            status = main([*words, "--kubeconfig", str(kubeconfig), *who])
            return status, *capsys.readouterr()

        status, text, _ = mck("drift", "cm", "e4", "--format", "json", "--all", who=everybody)
        data = checked(text, DRIFT_SCHEMA_FILE)
        found = {one["name"]: one for one in data["objects"]}
        dead = next(one["name"] for one in data["clusters"] if one["state"] == "unreachable")
        assert status == 1
        assert found["a"]["differsIn"] == ["data level"], "names of clusters are no difference"
        assert found["b"]["unread"] == [dead]
        assert found["c"]["state"] == "alone"

        status, text, words = mck("drift", "cm", "e4")
        assert status == 1
        assert "▲ e4/a" in text
        assert "e4/b" not in text
        assert "there are differences (exit 1)" in words
        _, text, _ = mck("drift", "cm", "e4", "--format", "markdown", "--missing")
        assert "| e4/c | alone |" in text

        status, text, _ = mck("diff", "cm", "e4/a", "--format", "json")
        one = checked(text, DIFF_SCHEMA_FILE)
        assert status == 1
        assert [field["path"] for field in one["fields"]] == ["data.level"]
        assert one["fields"][0]["values"] == {names[0]: "info", names[1]: "debug"}
        _, text, _ = mck("diff", "cm", "e4/a", "--full", "--format", "markdown")
        assert "data.where" in text

        status, text, words = mck("diff", "cm", "e4/b", who=everybody)
        assert status == 4
        assert "no field differs" in text
        assert dead in words
        status, _, words = mck("drift", "nosuch")
        assert status == 2
        assert "serves a kind nosuch" in words
        status, _, words = mck("drift", "cm", who=living[:-2])
        assert (status, "here is only one" in words) == (2, True)
        status, _, words = mck("diff", "cm", "a")
        assert status == 2
        assert "write NAMESPACE/a" in words


def drift_of(*marks: bytes | None, gone: int = 0) -> Drift:
    """One object over clusters that have it so, or not at all; and `gone` unread ones."""
    clusters = [
        Digests(f"c{n}", TopicState.FRESH, objects={("a", "b"): Digest(("x",), one)} if one else {})
        for n, one in enumerate(marks)
    ]
    unread = [Digests(f"u{n}", TopicState.UNREACHABLE, "dead") for n in range(gone)]
    return find_drift("x", [*clusters, *unread])


@pytest.mark.parametrize(
    ("found", "missing", "partial", "status"),
    [
        (drift_of(b"1", b"1"), False, False, ExitCode.DONE),
        (drift_of(b"1", b"2"), False, False, ExitCode.FINDINGS),
        (drift_of(b"1", b"2", gone=1), False, False, ExitCode.FINDINGS),
        (drift_of(b"1", b"1", gone=1), False, False, ExitCode.INCOMPLETE),
        (drift_of(b"1", b"1", gone=1), False, True, ExitCode.DONE),
        (drift_of(b"1", b"1", None), False, False, ExitCode.DONE),
        (drift_of(b"1", b"1", None), True, False, ExitCode.FINDINGS),
        (drift_of(b"1", None), True, False, ExitCode.FINDINGS),
        (drift_of(b"1", gone=1), True, False, ExitCode.INCOMPLETE),
        (drift_of(gone=2), True, True, ExitCode.NO_CLUSTER),
    ],
)
def test_the_status_of_a_drift(
    found: Drift, missing: bool, partial: bool, status: ExitCode
) -> None:  # fmt: skip
    assert judge_drift(found, missing=missing, partial=partial) is status


@pytest.mark.parametrize(
    ("sides", "missing", "status"),
    [
        ([Side("a", ()), Side("b", ())], False, ExitCode.DONE),
        ([Side("a", ()), Side("b", missing="x")], False, ExitCode.DONE),
        ([Side("a", ()), Side("b", missing="x")], True, ExitCode.FINDINGS),
        ([Side("a", ()), Side("b", unread="x")], False, ExitCode.INCOMPLETE),
        ([Side("a", unread="x")], False, ExitCode.NO_CLUSTER),
    ],
)
def test_the_status_of_a_diff(sides: list[Side], missing: bool, status: ExitCode) -> None:
    found: SideBySide = compare(REF, sides)
    assert judge_diff(found, missing=missing, partial=False) is status


def test_the_arguments() -> None:
    parsed = build_parser().parse_args(["drift", "deploy", "shop", "web", "-l", "app=x", "--demo"])
    assert (parsed.kind, parsed.namespaces, parsed.selector) == ("deploy", ["shop", "web"], "app=x")
    parsed = build_parser().parse_args(["diff", "deploy", "shop/cart", "--context", "prod-*"])
    assert (parsed.object, parsed.context) == ("shop/cart", ["prod-*"])
