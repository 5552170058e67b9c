"""Bad input of every kind at once, beside clusters that are well: clear words, nobody disturbed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mckconsole.demo import faults
from mckconsole.demo.answers import Listener
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.promserver import EmbeddedPrometheus
from mckconsole.domain.metrics import QUERIES
from mckconsole.report.jsonout import schema
from tests.contract.badfleet import HOSTILE, add_context, bad_fleet
from tests.contract.running import Done, mck

MAX_SECONDS = 20.0
"""A run over all bad clusters; it takes three on an idle machine."""
MAX_DELAY = 5.0
"""Between the first and the last request to a cluster that is well."""


def rows(done: Done, pane: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row["values"] for row in done.json()["panes"][pane]["rows"]}


def clusters(done: Done) -> dict[str, dict[str, Any]]:
    return {cluster["name"]: cluster for cluster in done.json()["clusters"]}


class TestEverythingAtOnce:
    async def test_each_cluster_says_what_is_wrong_and_disturbs_nobody(
        self, tmp_path: Path
    ) -> None:
        async with bad_fleet(tmp_path) as fleet:
            access = ("--kubeconfig", str(fleet.kubeconfig), "--config", str(fleet.config))
            healthy = list(fleet.well.clusters)
            chosen = [word for name in healthy for word in ("--context", name)]
            alone = await mck(tmp_path, "report", "--format", "json", *access, *chosen)
            for cluster in fleet.well.clusters.values():
                cluster.requests.clear()
            done = await mck(tmp_path, "report", "--format", "json", "--timeout", "8", *access)
            spans = [
                cluster.requests[-1].at - cluster.requests[0].at
                for cluster in fleet.well.clusters.values()
            ]
            table, partial, doctor, advice = await asyncio.gather(
                mck(tmp_path, "report", "--timeout", "8", *access),
                mck(tmp_path, "report", "mesh", "--allow-partial", "--timeout", "8", *access),
                mck(tmp_path, "doctor", "--format", "json", "--timeout", "8", *access),
                mck(tmp_path, "doctor", "--timeout", "8", *access),
            )
            bad = [word for name in fleet.wanted for word in ("--context", name)]
            only_bad = await mck(tmp_path, "report", "--timeout", "8", *access, *bad[:20])
        assert (alone.status, done.status, table.status, partial.status) == (0, 4, 4, 0)
        assert (doctor.status, advice.status, only_bad.status) == (4, 4, 3)
        for one in (alone, done, table, partial, doctor, advice, only_bad):
            one.assert_clean()
        assert max(done.seconds, table.seconds, doctor.seconds) < MAX_SECONDS
        assert max(spans) < MAX_DELAY
        jsonschema.validate(done.json(), schema())
        self._compare_healthy(alone, done, healthy)
        self._check_words(done, fleet.wanted)
        self._check_doctor(doctor, fleet.wanted)
        for name in fleet.wanted:
            assert name in table.text
            assert name in advice.text
        assert "‹1B›[31m" in table.text

    @staticmethod
    def _compare_healthy(alone: Done, done: Done, healthy: list[str]) -> None:
        steady = ("state", "version", "provider", "nodes", "tunnels", "findings", "notes")
        before, after = rows(alone, "fleet"), rows(done, "fleet")
        for name in healthy:
            assert [after[name][key] for key in steady] == [before[name][key] for key in steady]
        assert set(rows(alone, "mesh")) <= set(rows(done, "mesh"))
        assert len(rows(alone, "mesh")) == 2

    @staticmethod
    def _check_words(done: Done, wanted: Any) -> None:
        found, shown = clusters(done), rows(done, "fleet")
        for name, (state, says) in wanted.items():
            cluster = found[name]
            assert re.fullmatch(state, cluster["state"]), (name, cluster)
            words = " ".join((cluster["reason"], *cluster["warnings"]))
            assert re.search(says, words), (name, words)
            if cluster["state"] != "ready":
                assert "internal error" not in words, (name, words)
                assert cluster["reason"], name
            if cluster["state"] not in ("ready", "degraded"):
                assert shown[name]["nodes"] is None, name

    @staticmethod
    def _check_doctor(doctor: Done, wanted: Any) -> None:
        found = clusters(doctor)
        for name, (state, _) in wanted.items():
            if state in ("degraded", "ready"):
                continue  # doctor asks for permission, it lists nothing
            assert re.fullmatch(state, found[name]["state"]), (name, found[name])
            assert found[name]["advice"], name
            assert "internal error" not in (found[name]["problem"] or ""), name


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefghijk", "bcdefghijkl", strict=True)
)
FILES: dict[str, tuple[bytes, str]] = {
    "one byte": (b"x", "kubeconfig|mapping"),
    "one brace": (b"{", ":2: "),
    "tab": (b"a:\n\t- b", ":2: "),
    "bomb": (BOMB.encode(), "alias|anchor"),
    "deep": (b"[" * 3000, "nested|deep"),
    "control": (b"clusters: \x1b[31m\n", "."),
    "utf-16": ("clusters: []".encode("utf-16"), "."),
    "binary": (bytes(range(256)), "."),
    "a list": (b"- a\n- b\n", "mapping|list"),
    "odd clusters": (b"clusters: 5\n", "clusters"),
    "odd context": (b"contexts:\n- name: a\n  context: [1]\n", "context"),
    "two documents": (b"a: 1\n---\nb: 2\n", "."),
    "python tag": (b"clusters: !!python/object/apply:os.system [id]\n", "tag|python|clusters"),
}


class TestKubeconfig:
    @pytest.mark.parametrize("name", FILES)
    async def test_a_malformed_file_is_named_and_exits_2(self, name: str, tmp_path: Path) -> None:
        content, says = FILES[name]
        path = tmp_path / "kubeconfig"
        path.write_bytes(content)
        path.chmod(0o600)
        done = await mck(tmp_path, "report", "--kubeconfig", str(path))
        done.assert_clean()
        assert (done.status, done.out) == (2, b"")
        assert str(path) in done.words
        assert re.search(says, done.words.replace(str(path), "")), done.words
        assert done.seconds < MAX_SECONDS

    async def test_what_is_no_file_is_named_and_exits_2(self, tmp_path: Path) -> None:
        missing, folder = str(tmp_path / "missing"), str(tmp_path)
        for path, says in ((missing, "no such file"), (folder, "directory"), ("", "no file")):
            for command in ("report", "doctor"):
                done = await mck(tmp_path, command, "--kubeconfig", path)
                done.assert_clean()
                assert (done.status, done.out) == (2, b"")
                assert says in done.words
                assert path in done.words

    async def test_a_missing_one_of_several_is_told_and_the_others_are_read(
        self, tmp_path: Path
    ) -> None:
        async with EmbeddedFleet.many(1) as fleet:
            files = f"{tmp_path}/missing:{fleet.kubeconfig}"
            done = await mck(tmp_path, "report", "--format", "json", KUBECONFIG=files)
        done.assert_clean()
        assert done.status == 0
        assert clusters(done)["cluster-000"]["state"] == "ready"
        told = [unknown["reason"] for unknown in done.json()["unknowns"]]
        assert f"{tmp_path}/missing: no such file (named by KUBECONFIG); skipped" in told

    async def test_an_unknown_context_names_those_that_there_are(self, tmp_path: Path) -> None:
        async with EmbeddedFleet.many(2) as fleet:
            access = ("--kubeconfig", str(fleet.kubeconfig))
            done = await mck(tmp_path, "report", *access, "--context", "nowhere\x1b[31m-*")
        done.assert_clean()
        assert (done.status, done.out) == (2, b"")
        assert "nowhere" in done.words
        assert "cluster-000" in done.words

    @pytest.mark.parametrize("name", ["bomb", "deep", "control", "python tag", "one byte"])
    async def test_a_malformed_configuration_is_named_and_exits_2(
        self, name: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "config.yaml"
        path.write_bytes(FILES[name][0])
        for command in (("config", "validate"), ("report",)):
            done = await mck(tmp_path, *command, "--config", str(path))
            done.assert_clean()
            assert (done.status, done.out) == (2, b"")
            assert str(path) in done.words


def replacing(old: bytes, new: bytes) -> faults.Effect:
    return faults.edit(lambda body: body.replace(old, new))


@pytest.fixture
async def metrics() -> AsyncIterator[Listener]:
    """A Prometheus whose label values and warnings are hostile."""
    names = ("status", "remote_cluster", "target_cluster", "local_hostname", "source_node_name")
    labels = dict.fromkeys(names, HOSTILE)
    server = EmbeddedPrometheus([PromSeries(query.metric, labels, 0.0) for query in QUERIES])
    server.warnings.append(HOSTILE)
    async with Listener({"": server}) as listener:
        yield listener


@pytest.fixture
async def demo() -> AsyncIterator[EmbeddedFleet]:
    async with EmbeddedFleet() as fleet:
        yield fleet


class TestHostileText:
    async def test_no_name_label_metric_or_error_reaches_the_terminal(
        self, demo: EmbeddedFleet, metrics: Listener, tmp_path: Path
    ) -> None:
        """Every string of every object and series is hostile, and a context's name too."""
        spoiled = json.dumps(HOSTILE)[1:-1].encode()
        for cluster in demo.clusters.values():
            for word in (b'"connected"', b'"error"', b'"libreswan"', b'"active"'):
                change = word[:-1] + spoiled + b'"'
                cluster.faults.add(replacing(word, change), path="submariner|nodes|daemonsets")
        document = yaml.safe_load(demo.kubeconfig.read_text())
        first = document["clusters"][0]
        add_context(document, HOSTILE, first["cluster"], {"token": "none"})
        add_context(document, "bad-url", {"server": f"https://{HOSTILE}"}, {})
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(json.dumps(document))
        kubeconfig.chmod(0o600)
        config = tmp_path / "config.yaml"
        prometheus = [
            {"name": f"{HOSTILE} {number}", "url": one.url, "clusters": list(one.clusters)}
            for number, one in enumerate(demo.config.prometheus)
        ]
        prometheus.append({"name": "hostile", "url": metrics.url, "clusters": [first["name"]]})
        config.write_text(json.dumps({"requestTimeout": 2, "prometheus": prometheus}))
        access = ("--kubeconfig", str(kubeconfig), "--config", str(config))
        runs = await asyncio.gather(
            mck(tmp_path, "report", *access),
            mck(tmp_path, "report", "--format", "json", *access),
            mck(tmp_path, "doctor", *access),
            mck(tmp_path, "config", "show", "--config", str(config)),
        )
        for done in runs:
            done.assert_clean()
            assert done.out
        assert "‹1B›" in runs[0].text
        jsonschema.validate(runs[1].json(), schema())
