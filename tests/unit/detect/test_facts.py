"""What is said of values and names: fingerprints, lengths, letters, names without values."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.detect.fingerprint import charset, digest, fingerprint, length_bucket
from mckconsole.detect.names import joined, looks_random, quoted, shown


def test_fingerprints_tell_credentials_apart_in_this_run_only() -> None:
    assert fingerprint(b"x") == fingerprint(b"x") != fingerprint(b"y")
    assert len(fingerprint(b"x")) == 20
    code = "from mckconsole.detect.fingerprint import *; print(fingerprint(b'x'))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() not in ("", fingerprint(b"x"))


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_digests(one: list[bytes], other: list[bytes]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


@pytest.mark.parametrize(
    ("length", "bucket"),
    [
        (1, "1–16"),
        (16, "1–16"),
        (17, "17–32"),
        (40, "33–64"),
        (4096, "1025–4096"),
        (5000, "> 4096"),
    ],
)
def test_length(length: int, bucket: str) -> None:
    assert length_bucket(length) == bucket


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b"0123abc", "hex"),
        (b"0123ABC", "hex"),
        (b"xyz0", "alphanumeric"),
        (b"a+/b==", "base64"),
        (b"a-_b", "base64url"),
        (b"p@ss word", "text"),
        ("pä$s".encode(), "text"),
        (b"\0\1\2", "binary"),
        (b"\xff\xfe abc", "binary"),
    ],
)
def test_charset(value: bytes, name: str) -> None:
    assert charset(value) == name


@pytest.mark.parametrize(
    "name",
    [
        "AWS_SECRET_ACCESS_KEY",
        "brokerK8sApiServerToken",
        "client-certificate-data",
        "https://index.docker.io/v1/",
        "kubectl.kubernetes.io/last-applied-configuration",
        "spring.datasource.password",
        "sh.helm.release.v1.db.v12",
    ],
)
def test_names_are_shown(name: str) -> None:
    assert shown(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "ghp_" + "aB3x" * 9,
        "AKIA" + "Q7ZK" * 4,
        "x" * 200,
    ],
)
def test_values_are_not(name: str) -> None:
    assert shown(name) == f"‹{len(name)} characters›"


def test_paths() -> None:
    assert joined(["a", 0, "b.c", "d-e", "it's"]) == "a[0]['b.c'].d-e['it’s']"
    assert quoted("a\nb") == "'a⏎b'"
    assert not looks_random("internationalization")
