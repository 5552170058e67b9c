"""Whatever an object holds: no error, no value in the answer, and bounded work."""

from __future__ import annotations

import base64
import gzip
import json
import string
import zlib
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mckconsole.detect import budget, scan
from mckconsole.detect.asking import Engine
from mckconsole.detect.budget import Budget, TooMuch
from mckconsole.detect.look import Look
from mckconsole.detect.memory import Memory
from mckconsole.detect.model import Detector, Value, Where
from mckconsole.detect.parts import Part, data_place
from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import Audited
from mckconsole.domain.kind import Scan
from tests.unit.detect.small import TOKEN, b64, release, secret, small, token, told

pytestmark = pytest.mark.usefixtures("engine")
RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES = (
    *("spec", "data", "metadata", "template", "containers", "env", "name", "value", "annotations"),
    *("args", "kind", "type", "jobTemplate", "managedFields", "fieldsV1", "password", "exec"),
)
SCANS = st.sampled_from(list(Scan))
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(NAMES) | st.text(max_size=10),
            inner,
            max_size=4,
        )
    ),
    max_leaves=30,
)
SECRETS = st.text(string.ascii_letters + string.digits + "+/=_-.~!", min_size=16, max_size=48)


def everything(found: Audited) -> str:
    return repr(found) + msgspec.json.encode(found).decode() + repr(list(found.sightings))


def silent(found: Audited, value: str, beside: str = "") -> None:
    """No eight characters in a row of `value`, nor of its base64, are anywhere in the answer.

    Args:
        beside: what an object says that differs in this value alone: names, which may be alike.
    """
    text = everything(found)
    coded = [base64.b64encode(b"x" * pad + value.encode()).decode()[4:-4] for pad in range(3)]
    for form in (value, *coded):
        for at in range(len(form) - 7):
            window = form[at : at + 8]
            assert window not in text or window in beside


@RELAXED
@given(st.binary(max_size=400), SCANS)
def test_any_bytes(raw: bytes, kind: Scan) -> None:
    audit_object(raw, kind, values=True)


@RELAXED
@given(TREES, SCANS, st.booleans())
def test_any_document(document: Any, kind: Scan, values: bool) -> None:
    raw = json.dumps(document).encode()
    for form in (raw, memoryview(raw), msgspec.Raw(raw)):
        audit_object(form, kind, values=values)


@RELAXED
@given(st.dictionaries(st.text(max_size=8), st.binary(max_size=300), max_size=4))
def test_any_values(data: dict[str, bytes]) -> None:
    coded = {key: b64(value) for key, value in data.items()}
    raw = json.dumps({"data": coded, "type": "Opaque"}).encode()
    assert not audit_object(raw, Scan.SECRET, values=True).troubles or any(
        value.startswith(b"\x1f\x8b") for value in data.values()
    )


def _wrapped(value: str) -> dict[str, str | bytes]:
    """A value in everything that is unpacked."""
    document = json.dumps({"db": {"password": value}, value: value, "list": [value, {"x": value}]})
    return {
        "password": value,
        "twice": b64(value),
        "json": document,
        "gzip": gzip.compress(document.encode()),
        "yaml": f"a:\n  password: {value}\n  {value}: x\n- {value}\n",
        "env": f"DB_PASSWORD='{value}'\n{value}=1\nPASSWORD_{value}={value}\n",
        "ini": f"[{value}]\npassword={value}\n",
        "dsn": f"postgres://u:{value}@host/db?password={value}",
        "docker": json.dumps({"auths": {value: {"password": value}}}),
        "release": release(config={"password": value}, manifest=f"password: {value}\n"),
        "pem": f"-----BEGIN PRIVATE KEY-----\n{value}\n-----END PRIVATE KEY-----",
    }


def _secret(value: str) -> Audited:
    applied = {
        "kind": "Secret",
        "metadata": {},
        "data": {"x": b64(value)},
        "stringData": {"passwd": value},
    }
    last = "kubectl.kubernetes.io/last-applied-configuration"
    notes = {last: json.dumps(applied), "password": value}
    return audit_object(secret(_wrapped(value), annotations=notes), Scan.SECRET, values=True)


def _workload(value: str) -> Audited:
    container = {
        "name": "a",
        "env": [{"name": "DB_PASSWORD", "value": value}, {"name": "A_JSON", "value": "{" + value}],
        "args": [f"--password={value}", "--password", value, f"-p{value}", value],
        "command": ["sh", "-c", f"mysql --password={value} -p{value}"],
        "livenessProbe": {"httpGet": {"httpHeaders": [{"name": "X-Pass", "value": value}]}},
    }
    document = {"spec": {"template": {"spec": {"containers": [container]}}}}
    return audit_object(json.dumps(document).encode(), Scan.WORKLOAD, values=False)


def _resource(value: str) -> Audited:
    spec = {"password": value, "list": [{"name": "db.password", "value": value}], "values": value}
    return audit_object(json.dumps({"spec": spec}).encode(), Scan.RESOURCE, values=False)


@RELAXED
@given(SECRETS)
def test_no_value_leaves_an_object(value: str) -> None:
    for audited, least in ((_secret, 9), (_workload, 4), (_resource, 2)):
        found = audited(value)
        assert len(found.sightings) >= least
        silent(found, value, everything(audited("another-Value-0f-no-1nterest")))


@RELAXED
@given(SECRETS)
def test_what_cannot_be_decoded_is_not_repeated(value: str) -> None:
    for raw in (
        json.dumps({"data": {"x": "%" + value}}).encode(),
        b'{"data":{"x":"' + value.encode(),
        json.dumps({"spec": value, "metadata": value, "data": value}).encode(),
    ):
        for kind in Scan:
            silent(audit_object(raw, kind, values=True), value)


def test_a_failing_detector_is_a_trouble_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(value: Value) -> list[Any]:
        raise ValueError(value.data.decode())

    engine = small(Detector(("SEC-BROKEN",), (b"tst_",), fail))
    monkeypatch.setattr(scan, "engine", lambda: engine)
    found = audit_object(secret({"x": token()}), Scan.SECRET, values=True)
    assert told(found) == [(TOKEN, "data['x']")]
    assert found.troubles == ("data['x']: SEC-BROKEN could not be looked for (ValueError)",)
    silent(found, token())


def test_an_error_of_the_engine_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(found: Any) -> Any:
        raise RuntimeError(repr(found) + token())

    engine = Engine(small().detectors, fail, lambda value, match: False)
    monkeypatch.setattr(scan, "engine", lambda: engine)
    found = audit_object(secret({"x": token()}), Scan.SECRET, values=True)
    assert found == Audited(troubles=("the object could not be looked at (RuntimeError)",))


def look(value: bytes, limits: Budget | None = None) -> Look:
    """Look at one value, and keep what is left of the budget."""
    made = Look(small())
    if limits is not None:
        made.budget = limits
    place = data_place(Where.SECRET, "data", "x")
    made.examine([Part(value, "x", place.path, place)])
    return made


def bomb(size: int) -> bytes:
    made = zlib.compressobj(9, wbits=31)
    return b"".join([*(made.compress(bytes(1 << 20)) for _ in range(size >> 20)), made.flush()])


@pytest.mark.parametrize("wrap", [bytes, base64.b64encode])
def test_a_gzip_bomb_is_not_inflated_further_than_allowed(wrap: Any) -> None:
    found = look(wrap(bomb(200 << 20)))
    (trouble,) = found.troubles
    assert "more than 32 MiB when inflated" in trouble
    assert -(1 << 20) <= found.budget.inflated < 0
    assert found.budget.looked_at > budget.MAX_LOOKED_AT - (1 << 20)


def test_many_small_bombs_share_one_budget() -> None:
    inner = json.dumps([b64(bomb(8 << 20))] * 20).encode()
    found = look(inner)
    assert any("when inflated" in one for one in found.troubles)
    assert found.budget.inflated >= -(1 << 20)


@pytest.mark.parametrize(
    "value",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"[]," * 300_000,
        b"[" + b"[]," * 60_000 + b"[]]",
        b"a: &a [x]\nb: &b [*a,*a]\n" * 20_000,
        b"password=" * 110_000,
        b"password: x\n" * 80_000,
        b"  " * 500_000 + b"password: x",
        b"- " * 500_000 + b"password: x",
        b"-----BEGIN PRIVATE KEY-----" * 30_000,
        b"\n".join(b" " * depth + b"password:" for depth in range(1400)),
        b"LS0tLS1" * 150_000,
        b"H4sIA" * 200_000,
        b"tst_" * 250_000,
        b"name: password\n" * 70_000,
        b'"' * 1_000_000,
        bytes(1_000_000),
        b"=" * 1_000_000,
        b"\xc3\x28" * 500_000,
    ],
    ids=lambda value: repr(value[:12]),
)
def test_a_mebibyte_of_anything_is_bounded_work(value: bytes) -> None:
    found = look(value)
    assert budget.MAX_LOOKED_AT - found.budget.looked_at <= 24 * len(value)
    assert found.budget.parts >= -1
    assert len(found.hits) <= budget.MAX_HITS


def test_what_is_over_the_budget_is_said() -> None:
    assert look(b"x" * 100, Budget(looked_at=50)).troubles == {
        "data['x']: more than 128 MiB to look at": None
    }
    text = "".join(f"password{n}=hunter-two{n}\n" for n in range(100)).encode()
    found = look(text, Budget(parts=10))
    assert found.troubles == {"data['x']: more than 50,000 values to look at": None}
    many = "\n".join(token(chr(97 + n % 26)) for n in range(600))
    assert any("more than 500 credentials" in one for one in look(many.encode()).troubles)


def test_inflating_counts() -> None:
    one = Budget(inflated=1000)
    assert one.inflate(gzip.compress(b"a" * 900)) == b"a" * 900
    assert one.inflated == 100
    with pytest.raises(TooMuch):
        one.inflate(gzip.compress(b"a" * 900))


def test_equal_content_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(2)
    monkeypatch.setattr(scan, "_memory", memory)
    asked: list[Look] = []

    def counted(engine: Engine) -> Look:
        asked.append(Look(engine))
        return asked[-1]

    monkeypatch.setattr(scan, "Look", counted)
    for rest in ({}, {"name": "other"}, {"resourceVersion": "5"}):
        assert audit_object(secret({"x": token()}, **rest), Scan.SECRET, values=True)
    assert len(asked) == 1
    audit_object(secret({"x": token()}), Scan.SECRET, values=False)
    audit_object(secret({"x": token()}, "other"), Scan.SECRET, values=True)
    audit_object(secret({"x": token("c")}), Scan.SECRET, values=True)
    assert len(asked) == 4
    assert len(memory) == 2
    assert token().encode() not in repr(vars(memory)).encode()
