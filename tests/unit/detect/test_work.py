"""Work on one object grows as its size does: counted, not timed."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest

from mckconsole.detect import sightings
from mckconsole.detect.families import pem
from mckconsole.detect.families.twins import Twin
from mckconsole.detect.scan import audit_object
from mckconsole.detect.sightings import Forbidden
from mckconsole.domain.kind import Scan
from tests.unit.detect.small import secret

CHANCE = random.Random("work")


def word(size: int) -> str:
    return "".join(CHANCE.choices(string.ascii_letters + string.digits, k=size))


def test_values_beside_are_asked_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    real = Twin._has_id

    def counted(self: Twin, data: bytes) -> bool:
        nonlocal asked
        asked += 1
        return real(self, data)

    monkeypatch.setattr(Twin, "_has_id", counted)
    data: dict[str, Any] = {f"key{n}": word(40) for n in range(1000)}
    audit_object(secret(data), Scan.SECRET, values=True)
    assert 1000 <= asked <= 5 * 1000


def test_a_pair_is_found_among_thousands() -> None:
    data: dict[str, Any] = {f"n{n}": "x" for n in range(2000)}
    key = "AKIA" + "".join(CHANCE.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
    found = audit_object(secret({"k1": word(40), **data, "id": key}), Scan.SECRET, values=True)
    assert {one.rule for one in found.sightings} == {"SEC-AWS-ACCESS-KEY"}


@pytest.mark.parametrize("most", [0, 1 << 18])
def test_eight_bytes_of_any_value_are_noticed(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(sightings, "_MAX_PIECES", most)
    found = Forbidden([b"abcdefghijkl", b"short", "süß-und-geheim".encode()])
    for text in ("xx cdefghij", "abcdefghijkl", "süß-und-geheim", "und-gehe"):
        assert found.within(text)
    for text in ("", "short", "abcdefg hijkl", "ijklshort", "something else"):
        assert not found.within(text)


def test_what_cannot_be_compared_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "_MAX_PIECES", 100)
    monkeypatch.setattr(sightings, "_MAX_COMPARED", 5_000)
    found = Forbidden([word(200).encode()])
    told = [not found.within("harmless words") for _ in range(10)]
    assert told == [True] * 3 + [False] * 7


def test_beginnings_of_keys_without_an_end_of_their_own_are_passed_over() -> None:
    begin, end = (f"-----{word} PRIVATE " + "KEY-----" for word in ("BEGIN", "END"))
    text = f"{begin}\n{begin} {begin}AAAA{end}\n{begin}BBBB\n{end}{begin}".encode()
    told = [text[found.end() : stop].strip() for found, stop in pem._blocks(text)]
    assert told == [b"AAAA", b"BBBB"]
    far = f"{begin}{'A' * 40_000}{end}".encode()
    assert list(pem._blocks(far)) == []
