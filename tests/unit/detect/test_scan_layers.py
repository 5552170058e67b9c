"""What is encoded in a value is looked at, once, and its place is named."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
import yaml

from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import Audited
from mckconsole.domain.kind import Scan
from tests.unit.detect.small import DOCUMENT, KEY, NAMED, TOKEN, b64, release, secret, token, told

pytestmark = pytest.mark.usefixtures("engine")
PEM = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "c", "cluster": {"server": "https://c.example"}}],
    "users": [
        {"name": "a", "user": {"client-key-data": b64(PEM)}},
        {"name": "b", "user": {"token": token(), "password": "hunter-two"}},
    ],
}


def audit(value: str | bytes, key: str = "x") -> Audited:
    return audit_object(secret({key: value}), Scan.SECRET, values=True)


CASES: list[tuple[str | bytes, str, str]] = [
    (token(), TOKEN, ""),
    (b64(token()), TOKEN, " › base64"),
    (b64(token()).rstrip("="), TOKEN, " › base64"),
    (gzip.compress(token().encode()), TOKEN, " › gzip"),
    (b64(gzip.compress(token().encode())), TOKEN, " › base64 › gzip"),
    (json.dumps({"a": {"b.c": [token()]}}), TOKEN, " › JSON a['b.c'][0]"),
    (json.dumps({"password": "hunter-two"}), NAMED, " › JSON password"),
    (json.dumps({"a": b64(token() + " and more")}), TOKEN, " › JSON a › base64"),
    (json.dumps({"a": json.dumps({"password": "hunter-two"})}), NAMED,
     " › JSON a › JSON password"),
    (json.dumps({"name": "DB_PASSWORD", "value": "hunter-two"}), NAMED, " › JSON value"),
    (json.dumps({"key": PEM}), KEY, " › JSON key"),
    (json.dumps(["--password", "hunter-two"]), NAMED, " › JSON [1]"),
    (json.dumps({"a": "first\nX_PASSWORD=hunter-two\n"}), NAMED, " › JSON a › dotenv X_PASSWORD"),
    ("A=1\nexport DB_PASSWORD='hunter-two'\n", NAMED, " › dotenv DB_PASSWORD"),
    ("A=1\nDB_PASSWORD=hunter-two # why\n", NAMED, " › dotenv DB_PASSWORD"),
    ("spring.db.password = hunter-two\nb=1\n", NAMED, " › properties spring.db.password"),
    ("[a]\nx=1\n[db]\npassword = \"hunter-two\"\n", NAMED, " › INI db.password"),
    ("<a>\n <dbPassword>hunter-two</dbPassword>\n</a>", NAMED, " › line 2"),
    ("env:\n- name: DB_PASSWORD\n  value: hunter-two\n", NAMED, " › YAML env[0].value"),
    ("a: 1\npassword: |\n  hunter-two\nb: 2\n", NAMED, " › YAML password"),
    (f"text\nmore {token()} text\n", TOKEN, " › line 2"),
    (f"a: {{}}\ndata:\n  key: {b64(PEM)}\n", KEY, " › YAML data.key › base64"),
    (f"a:\n  b: |\n    {PEM.replace(chr(10), chr(10) + '    ')}\n", KEY, " › YAML a.b"),
    ("host=h user=u password=hunter-two sslmode=on", NAMED, ""),
    (b"\0\xff" + token().encode() + b"\xfe", TOKEN, ""),
]  # fmt: skip


@pytest.mark.parametrize(("value", "rule", "path"), CASES, ids=[f"{c[1]}{c[2]}" for c in CASES])
def test_one_credential_has_one_place(value: str | bytes, rule: str, path: str) -> None:
    assert told(audit(value)) == [(rule, f"data['x']{path}")]


def test_the_same_credential_has_the_same_fingerprint_however_it_is_written() -> None:
    forms = [value for value, rule, _ in CASES if rule == TOKEN]
    found = {audit(value).sightings[0].fingerprint for value in forms}
    assert len(found) == 1
    assert len({audit(value).sightings[0].fingerprint for value, r, _ in CASES if r == NAMED}) == 1


@pytest.mark.parametrize("dump", [json.dumps, yaml.safe_dump])
def test_a_kubeconfig(dump: Any) -> None:
    form = "JSON" if dump is json.dumps else "YAML"
    assert told(audit(dump(KUBECONFIG))) == [
        (KEY, f"data['x'] › {form} users[0].user.client-key-data › base64"),
        (NAMED, f"data['x'] › {form} users[1].user.password"),
        (TOKEN, f"data['x'] › {form} users[1].user.token"),
    ]


def test_a_rule_that_reads_documents_overrules() -> None:
    document = {"auths": {"ghcr.io": {"username": "u", "password": "hunter-two"}}}
    (one,) = audit(json.dumps(document)).sightings
    assert (one.rule, one.path) == (DOCUMENT, "data['x'] › JSON auths['ghcr.io'].password")
    assert one.facts == (("host", "ghcr.io"),)  # the other fact, and the proof, tell the value
    assert one.proof == ""


def test_a_helm_release_is_named_by_what_the_user_gave() -> None:
    manifest = yaml.safe_dump_all(
        [
            {"kind": "Secret", "data": {"password": b64("hunter-two"), "tls": b64(PEM)}},
            {"kind": "Deployment", "env": [{"name": "T", "value": token()}]},
        ]
    )
    text = release(
        config={"auth": {"password": "hunter-two"}},
        chart={
            "values": {"auth": {"password": "hunter-three"}},
            "templates": [{"data": token("t")}],
        },
        manifest=manifest,
        hooks=[{"name": "h", "manifest": f"x: {token('h')}\n"}],
    )
    root = "data['release'] › base64 › gzip › JSON"
    assert told(audit(text, "release")) == [
        (NAMED, f"{root} chart.values.auth.password"),
        (NAMED, f"{root} config.auth.password"),
        (TOKEN, f"{root} hooks[0].manifest › YAML x"),
        (KEY, f"{root} manifest › YAML data.tls › base64"),
        (TOKEN, f"{root} manifest › YAML env[0].value"),
    ]


def test_a_release_that_is_none() -> None:
    text = b64(gzip.compress(b'{"name":5,"manifest":' + token().encode() + b'"chart":'))
    found = audit(text, "release")
    assert told(found) == [(TOKEN, "data['release'] › base64 › gzip")]
    assert found.troubles == ("data['release'] › base64: not readable as a Helm release",)


def test_damaged_gzip_is_said() -> None:
    for cut in (gzip.compress(b"a" * 1000)[:20], b"\x1f\x8b\x08" + b"x" * 50):
        assert audit(cut).troubles == ("data['x']: damaged gzip",)


def test_base64_of_noise_is_none() -> None:
    assert not audit(b64(bytes(range(128, 255)) * 3))


def test_layers_end() -> None:
    text = token()
    for _ in range(4):
        text = b64(text)
    assert told(audit(text)) == [(TOKEN, "data['x']" + " › base64" * 4)]
    deeper = audit(b64(text))
    assert not deeper.sightings
    assert deeper.troubles == ("data['x']: more than 4 layers of encoding",)


def test_names_that_are_values_are_not_in_paths() -> None:
    name = "Zx81" * 8
    found = audit(json.dumps({name: {"password": "hunter-two"}}))
    assert told(found) == [(NAMED, "data['x'] › JSON ['‹32 characters›'].password")]
    found = audit(json.dumps({token(): {"password": "hunter-two"}}))
    assert all(token() not in path for _, path in told(found))
    assert {rule for rule, _ in told(found)} == {NAMED, TOKEN}
