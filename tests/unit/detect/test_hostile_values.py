"""No value makes a detector crash, and none makes it work for longer than its length is worth."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.detect.detectors import DETECTORS
from mckconsole.detect.families import documents
from mckconsole.detect.families.documents import document
from mckconsole.detect.model import Value, Where
from tests.unit.detect.asked import found, matches

SIZE = 60_000
GATES = sorted({gate for one in DETECTORS for gate in one.gates})
NAME = "db_password_token_secret_key"
PIECES = (
    b"a=", b"://a:", b"a:b@", b"eyJ.", b"sig=a&", b"-----BEGIN RSA PRIVATE KEY-----", b"curl -u ",
    b"password='", b"user=", b"create user a ", b"PuTTY-User-Key-File-2: a\nEncryption: none\n",
    b"users:\n- ", b"- ", b"? ", b"a: {", b"[", b"a: &a [*a, *a]\n", b"A" * 22, b"curl a ",
    b"sig=" + b"aB1" * 20 + b"&", b"server=a;user=b;password=c;", b"rfc4106(\n",
)  # fmt: skip
KEYS = ("", "token", "password", "tls.key", ".dockercfg", "ceIPSecPSK", "client")
SOME = st.one_of(st.sampled_from([*GATES, *PIECES]), st.binary(max_size=40))


@pytest.mark.parametrize("piece", [*GATES, *PIECES])
def test_what_repeats_is_looked_at_in_bounded_time(piece: bytes) -> None:
    for filling in (b"", b"a", b"aA1" * 20, b" "):
        data = ((piece + filling) * SIZE)[:SIZE]
        began = time.process_time()
        matches(Value(data, NAME, "p", Where.SECRET, NAME))
        assert time.process_time() - began < 2


@pytest.mark.parametrize("piece", [b"- ", b"? ", b"[", b"{a: "])
def test_yaml_that_nests_without_end_is_no_document(piece: bytes) -> None:
    assert document(b"users: \n" + piece * 50_000, "users") is None
    assert document(b"".join(b" " * at + b"a:\n" for at in range(300)), "a") is None
    assert document(b"users: \n" + b"a: b\n" * 20_000, "users") is None
    assert document(b"users: x\n" + b"a: b\n" * 5_000, "users") == {"users": "x", "a": "b"}


@pytest.mark.parametrize(("text", "there"), [
    (b"users: x", True), (b"# users of it\n\n---\nusers: x\n", True), (b"'users' : x\n", True),
    (b"  a: b\n  users: x\n", True), (b"{\"users\": 1}", True),
    (b"a: b\nwith:\n  users: x\n", False), (b"a:\n- users: x\n", False), (b"- users: x\n", False),
    (b"# users: x\na: b\n", False), (b"users x: y\n", False), (b"{\"with\":{\"users\":1}}", False),
    (b"", False),
])  # fmt: skip
def test_a_document_has_its_key_on_the_first_level(
    monkeypatch: pytest.MonkeyPatch, text: bytes, there: bool
) -> None:
    assert (document(text, "users") is not None) == there
    parsed: list[bytes] = []
    monkeypatch.setattr(documents, "_yaml", parsed.append)
    document(text, "users")
    assert len(parsed) == (there and not text.startswith(b"{"))


def test_yaml_is_read_as_strings() -> None:
    text = b"a: 1\nb: [x, {c: 2020-01-01}]\nd: &n {e: yes}\nf: *n\n? [1]\n: g\n"
    read = document(text, "a")
    assert read == {
        "a": "1",
        "b": ["x", {"c": "2020-01-01"}],
        "d": {"e": "yes"},
        "f": None,
        "": "g",
    }


@settings(max_examples=150)
@given(st.lists(SOME, max_size=12), st.sampled_from(KEYS))
def test_any_bytes_are_taken(pieces: list[bytes], key: str) -> None:
    for match in found(b"".join(pieces), key):
        assert 0 <= match.start <= match.end
        assert match.canonical
        assert "Match of" in repr(match)


WORDS = st.sampled_from((
    "users", "user", "name", "clusters", "cluster", "server", "contexts", "context", "token",
    "password", "client-key-data", "auth-provider", "config", "auths", "auth", "username", "kty",
    "keys", "d", "k", "RSA", "oct", "type", "service_account", "authorized_user", "private_key",
    "private_key_id", "client_email", "refresh_token", "source_credentials", "kind", "resources",
    "EncryptionConfiguration", "providers", "aescbc", "secret", "bearerToken", "tlsClientConfig",
    "keyData", "gcr.io", "_json_key", "AAAA", "\ud800abcdefgh", "a:b", "é",
    "impersonated_service_account",
))  # fmt: skip
LEAVES = st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9))
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=5)
    ),
    max_leaves=25,
)  # fmt: skip
READERS = [one for one in DETECTORS if one.document or one.rules[0] == "SEC-ARGOCD-CLUSTER"]


@settings(max_examples=400)
@given(st.dictionaries(WORDS, DOCUMENTS, min_size=1, max_size=8))
def test_any_document_is_taken(found: dict[str, object]) -> None:
    text = json.dumps(found).encode()
    value = Value(text, ".dockercfg", "p", Where.SECRET, "p", "", {"server": b"\xff"})
    for reader in READERS:
        for match in reader.find(value):
            assert match.canonical
            assert match.inner
