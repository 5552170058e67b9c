"""Work on one object grows as its size does: counted, not timed."""

from __future__ import annotations

import base64
import random
import string
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa
from cryptography.hazmat.primitives.serialization import PrivateFormat

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


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body).to_bytes(2, "big")
    return bytes([tag, 0x82]) + size + body


def number(bits: int) -> bytes:
    return der(2, CHANCE.getrandbits(bits).to_bytes(bits // 8 + 1, "big"))


def raised(oid: str, bits: int, *more: bytes) -> bytes:
    """A key in PKCS #8 whose public half is a power that nobody has worked out."""
    named = bytes.fromhex(oid)
    algorithm = der(0x30, bytes([6, len(named)]) + named, der(0x30, number(bits), *more))
    return der(0x30, b"\x02\x01\x00", algorithm, der(4, number(bits)))


def in_pem(raw: bytes) -> bytes:
    label = b"PRIVATE " + b"KEY-----"
    return b"-----BEGIN %b\n%b\n-----END %b\n" % (label, base64.b64encode(raw), label)


@pytest.mark.parametrize("raw", [
    raised("2a8648ce380401", 30_000, number(256), number(30_000)),
    raised("2a864886f70d010301", 30_000, number(30_000)),
    raised("2a8648ce3e0201", 3_000, number(2_000), number(256)),
], ids=["DSA", "DH", "X9.42"])  # fmt: skip
def test_keys_that_take_long_to_load_are_not_loaded(
    monkeypatch: pytest.MonkeyPatch, raw: bytes
) -> None:
    monkeypatch.setattr(serialization, "load_der_private_key", pytest.fail)
    assert pem.read_key(in_pem(raw)) is None
    (seen,) = audit_object(secret({"x": in_pem(raw)}), Scan.SECRET, values=True).sightings
    assert (seen.rule, seen.tier) == ("SEC-PRIVATE-KEY", "B")


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_keys_of_dsa_are(form: PrivateFormat) -> None:
    key = dsa.generate_private_key(1024)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        form,
        serialization.NoEncryption(),
    )
    read = pem.read_key(text)
    assert read is not None
    assert dict(read.facts) == {"algorithm": "DSA 1024"}
