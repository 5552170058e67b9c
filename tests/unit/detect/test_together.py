"""Many objects looked at together: the same is said of each as when it is alone."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.detect import scan, together
from mckconsole.detect.gate import Haystack
from mckconsole.detect.look import Look
from mckconsole.detect.memory import Memory
from mckconsole.detect.parts import Part
from mckconsole.detect.scan import audit_object, audit_objects
from mckconsole.domain.audit import Audited
from mckconsole.domain.kind import Scan
from tests.unit.detect.small import b64, secret, token

GITLAB = "glpat-" + "aB3dE5fG7hJ9kL1mN2pQ"
VALUES: list[str | bytes] = [
    "", "short", token(), b64(token()), GITLAB, f"x{GITLAB}", f"a\\n{GITLAB} b",
    gzip.compress(GITLAB.encode()), json.dumps({"password": "hunter-two-3x"}),
    f"A=1\nDB_PASSWORD=q9{GITLAB[6:]}\n", b"\xff\xfe" * 40 + GITLAB.encode(),
    "y" * 20_000 + "\n" + GITLAB, b64("z " * 9000 + GITLAB), "-----BEGIN CERTIFICATE-----",
]  # fmt: skip


def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_memory", Memory())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.sampled_from(VALUES), max_size=4), max_size=6))
def test_together_is_as_alone(objects: list[list[str | bytes]]) -> None:
    raws = [
        secret({f"password{n}" if n % 2 else f"k{n}": one for n, one in enumerate(values)})
        for values in objects
    ]
    with pytest.MonkeyPatch.context() as patch:
        fresh(patch)
        alone = [audit_object(raw, Scan.SECRET, values=True) for raw in raws]
        fresh(patch)
        assert audit_objects(raws, Scan.SECRET, values=True) == alone


def test_what_cannot_be_read_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh(monkeypatch)
    raws = [secret({"x": GITLAB}), b"{", b'{"data": 1}', secret({"x": GITLAB}), secret({"y": "n"})]
    found = audit_objects(raws, Scan.SECRET, values=True)
    assert [bool(one) for one in found] == [True, True, True, True, False]
    assert found[0] == found[3]
    assert found[1] == audit_object(b"{", Scan.SECRET, values=True)


def test_an_error_is_of_its_object_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh(monkeypatch)
    real = Look.take

    def odd(self: Look, batch: list[Part], *rest: Any, **named: Any) -> list[list[Part]]:
        if any(b"odd" in one.data for one in batch):
            raise RuntimeError("with the value in it")
        return real(self, batch, *rest, **named)

    monkeypatch.setattr(Look, "take", odd)
    found = audit_objects([secret({"x": GITLAB}), secret({"x": "odd"})], Scan.SECRET, values=True)
    assert found[0].sightings
    assert found[1] == Audited(troubles=("the object could not be looked at (RuntimeError)",))


def test_small_values_are_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh(monkeypatch)
    sizes: list[int] = []
    real = Haystack

    def counted(texts: list[bytes]) -> Haystack:
        sizes.append(len(texts))
        return real(texts)

    monkeypatch.setattr(together, "Haystack", counted)
    raws = [secret({"a": f"value {n}", "b": "other"}) for n in range(50)]
    audit_objects(raws, Scan.SECRET, values=True)
    assert sizes == [100]
