"""Certificates are read from anything, and from what is none nothing is."""

from __future__ import annotations

import random
import warnings

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.detect import x509
from mckconsole.detect.x509 import covers, read_certificates, verifies
from mckconsole.domain.audit import CertificateSeen
from tests.unit.detect.authority import DAY, NOW, Made, make, rsa_key

ROOT = make("root", authority=True, days=(-400, 3000))
MIDDLE = make("middle", by=ROOT, authority=True, days=(-300, 2000))
LEAF = make("shop", by=MIDDLE, names=("shop.example", "*.shop.example", "10.0.0.1"))


def test_a_chain_is_read_in_order_through_whatever_stands_between() -> None:
    junk = b"Bag Attributes\n  friendlyName: \xff\xfe\x1b[31m\n"
    data = junk + LEAF.pem + junk + MIDDLE.pem.replace(b"\n", b"\r\n") + junk + ROOT.pem
    found = read_certificates(data, "data['tls.crt']", key=LEAF.key_pem)
    assert [one.path for one in found] == [f"data['tls.crt'][{index}]" for index in range(3)]
    assert [one.subject for one in found] == ["CN=shop", "CN=middle", "CN=root"]
    assert [one.signed_by_next for one in found] == [True, True, None]
    assert [one.authority for one in found] == [False, True, True]
    assert [one.self_signed for one in found] == [False, False, True]
    assert [one.key_matches for one in found] == [True, None, None]
    leaf, middle, _ = found
    assert leaf.names == ("shop.example", "*.shop.example", "10.0.0.1")
    assert (leaf.not_before, leaf.not_after) == (NOW - 30 * DAY, NOW + 335 * DAY)
    assert leaf.issuer_key == middle.subject_key != ""
    assert leaf.key == "EC P-256"
    assert leaf.weak == ""


def test_der_has_the_path_of_its_field() -> None:
    (one,) = read_certificates(LEAF.der, "server")
    assert one.path == "server"
    assert one.spki == read_certificates(LEAF.pem, "server")[0].spki


def test_a_broken_one_among_others_is_left_out_and_the_others_keep_their_places() -> None:
    broken = LEAF.pem.replace(b"MII", b"MIJ", 1)
    found = read_certificates(broken + ROOT.pem, "f")
    assert [(one.path, one.subject) for one in found] == [("f[1]", "CN=root")]


@pytest.mark.parametrize(
    ("key", "matches"),
    [
        (LEAF.key_pem, True),
        (ROOT.key_pem, False),
        (rsa_key(2048).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), False),
        (b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
         + LEAF.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
         True),
        (b"no key", None),
        (b"", None),
    ],
)  # fmt: skip
def test_the_key_beside_it_is_compared(key: bytes, matches: bool | None) -> None:
    assert read_certificates(LEAF.pem, "f", key=key)[0].key_matches is matches


@pytest.mark.parametrize(
    ("made", "key", "weak"),
    [
        (make(key=rsa_key(1024)), "RSA 1024", "RSA 1024"),
        (make(key=rsa_key(2048)), "RSA 2048", ""),
        (make(key=ec.generate_private_key(ec.SECP192R1())), "EC secp192r1", "EC of 192 bits"),
        (make(key=ec.generate_private_key(ec.SECP224R1())), "EC P-224", ""),
        (make(key=ed25519.Ed25519PrivateKey.generate()), "Ed25519", ""),
    ],
)
def test_what_is_weak_is_said(made: Made, key: str, weak: str) -> None:
    (one,) = read_certificates(made.pem, "f")
    assert (one.key, one.weak) == (key, weak)


def test_an_old_signature_is_weak() -> None:
    """Written into one that is signed otherwise: the library makes none any more."""
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    made = make(by=make("rsa", key=rsa_key(2048), authority=True))
    (one,) = read_certificates(made.der.replace(sha256, sha1), "f")
    assert one.weak == "signed with SHA-1"


def test_one_that_the_next_did_not_sign() -> None:
    found = read_certificates(LEAF.pem + ROOT.pem, "f")
    assert found[0].signed_by_next is False


def test_a_serial_number_that_no_authority_may_give_is_read() -> None:
    made = make()
    size = (made.certificate.serial_number.bit_length() + 8) // 8
    positive = made.certificate.serial_number.to_bytes(size, "big")
    odd = made.der.replace(positive, bytes([positive[0] | 0x80]) + positive[1:], 1)
    filters = list(warnings.filters)
    (one,) = read_certificates(odd, "data['tls.crt']")
    assert one.serial.startswith("-")
    assert list(warnings.filters) == filters, "those are the whole process's"


def test_one_with_many_names_is_read_again_and_again() -> None:
    names = [f"host-{number}.example.com" for number in range(1000)]
    der = make(names=names).der
    assert len(der) > 16 << 10
    for _ in range(2):
        (one,) = read_certificates(der, "data['tls.crt']")
        assert one.names == tuple(names)


def test_texts_of_certificates_are_inert() -> None:
    made = make("a\x1b]0;x\x07\u202eb", organizations=("system:masters", "\x1b[2J"))
    (one,) = read_certificates(made.pem, "f")
    assert one.organizations[0] == "system:masters"
    shown = (one.subject, one.issuer, *one.organizations)
    assert not any(char in text for char in "\x1b\x07\u202e" for text in shown)


def test_a_dns_name_that_looks_like_an_address_is_none() -> None:
    (one,) = read_certificates(make(names=("DNS:10.0.0.1",)).pem, "f")
    assert one.names == ("DNS:10.0.0.1",)
    assert not covers(one.names, "10.0.0.1")


def test_the_number_of_certificates_is_bounded() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    made = [make(f"host{at}", key=key).pem for at in range(x509.MAX_CERTIFICATES + 3)]
    found = read_certificates(b"".join(made), "f")
    assert len(found) == x509.MAX_CERTIFICATES


def test_one_that_is_repeated_is_there_once_and_breaks_no_chain() -> None:
    found = read_certificates(LEAF.pem + LEAF.pem + MIDDLE.pem + LEAF.pem, "f")
    seen = [(one.path, one.subject) for one in found]
    assert seen == [("f[0]", "CN=shop"), ("f[2]", "CN=middle")]
    assert found[0].signed_by_next is True


@given(st.binary(max_size=300))
def test_what_is_none_gives_nothing(data: bytes) -> None:
    assert read_certificates(data, "f", key=data) == ()
    armoured = b"-----BEGIN CERTIFICATE-----" + data + b"-----END CERTIFICATE-----"
    assert read_certificates(armoured, "f", key=armoured) == ()


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_a_mutilated_one_never_raises(seed: int, changes: int) -> None:
    chosen = random.Random(seed)
    for original in (LEAF.der, make_rsa().der):
        data = bytearray(original)
        for _ in range(changes):
            data[chosen.randrange(len(data))] = chosen.randrange(256)
        for one in read_certificates(bytes(data), "f"):
            assert isinstance(one.not_after, float)


_RSA = make("rsa", key=rsa_key(2048), names=("https://a.example/x", "a.example", "::1"))


def make_rsa() -> Made:
    return _RSA


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_a_mutilated_key_never_raises(seed: int, changes: int) -> None:
    chosen = random.Random(seed)
    data = bytearray(
        _RSA.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    for _ in range(changes):
        data[chosen.randrange(len(data))] = chosen.randrange(256)
    assert read_certificates(_RSA.pem, "f", key=bytes(data))[0].key_matches in (True, False, None)


@pytest.mark.parametrize(
    ("names", "host", "covered"),
    [
        (("a.example",), "a.example", True),
        (("A.Example",), "a.EXAMPLE", True),
        (("a.example",), "a.example.", True),
        (("a.example",), "b.example", False),
        (("*.example",), "a.example", True),
        (("*.example",), "a.b.example", False),
        (("*.example",), "example", False),
        (("*.example",), "*.example", True),
        (("a.example",), "*.example", False),
        (("*.b.example",), "*.example", False),
        (("a*.example",), "ab.example", False),
        (("*",), "a", False),
        (("b.*.example",), "b.a.example", False),
        (("10.0.0.1",), "10.0.0.1", True),
        (("*.0.0.1",), "10.0.0.1", False),
        (("10.0.0.1",), "10.0.0.2", False),
        (("fd00::1",), "[fd00:0::1]", True),
        (("::ffff:10.0.0.1",), "10.0.0.1", False),
        (("spiffe://a.example",), "a.example", False),
        ((), "a.example", False),
        (("",), "", False),
    ],
)
def test_covers(names: tuple[str, ...], host: str, covered: bool) -> None:
    assert covers(names, host) is covered


@given(st.lists(st.text(max_size=20)), st.text(max_size=20))
def test_covers_takes_anything(names: list[str], host: str) -> None:
    assert covers(names, host) in (True, False)


def _one(made: Made) -> CertificateSeen:
    return read_certificates(made.der, "f")[0]


def test_verifies_by_names_and_identifiers() -> None:
    root, middle, leaf = _one(ROOT), _one(MIDDLE), _one(LEAF)
    other = _one(make("root", authority=True))
    assert verifies([root], leaf, [middle]) is True
    assert verifies([middle], leaf) is True
    assert verifies([root, middle], leaf) is True
    assert verifies([root], leaf) is False
    assert verifies([other], leaf, [middle]) is False
    assert verifies([], leaf, [middle, root]) is False
    assert verifies([leaf], leaf) is True
    assert verifies([root], middle) is True


def test_what_is_no_authority_vouches_for_nobody() -> None:
    made = make("root")
    assert verifies([_one(made)], _one(make(by=made))) is False


def test_without_identifiers_it_is_not_known() -> None:
    plain = make("root", authority=True, identifiers=False)
    leaf = _one(make(by=plain, identifiers=False))
    assert verifies([_one(plain)], leaf) is None
    assert verifies([_one(make("else", authority=True))], leaf) is False
