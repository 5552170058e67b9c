"""The object decoder: whatever the bytes, a clean projection or `UndecodableError`."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mckconsole.domain.core import Node, Service
from mckconsole.domain.decode import (
    MAX_FAULTS,
    Decoded,
    ProjectionDecoder,
    UndecodableError,
    clean_struct,
)
from mckconsole.domain.identity import ServiceAccount
from mckconsole.domain.mesh import Gateway, ServiceImport, Submariner
from mckconsole.domain.objects import Projection
from mckconsole.domain.text import clean
from tests.unit.domain.documents import JUNK, PROJECTIONS, documents, plain, strings

DECODERS = {kind: ProjectionDecoder(kind) for kind in PROJECTIONS}
relaxed = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])


def decode(kind: type[Projection], document: object) -> Decoded[Any]:
    return DECODERS[kind].decode(json.dumps(document).encode())


def _as_sent(data: Any) -> Any:
    """Without what a container is not believed to say of itself: it is found out of what goes."""
    if isinstance(data, dict):
        return {key: _as_sent(value) for key, value in data.items() if key != "taken"}
    return [*map(_as_sent, data)] if isinstance(data, list) else data


def assert_well_typed_and_clean(found: Decoded[Any]) -> None:
    data = plain(found.object)
    again = plain(msgspec.convert(data, type(found.object)))
    assert _as_sent(again) == _as_sent(data)
    for text in (*strings(data), *found.faults):
        assert clean(text) == text
    assert len(found.faults) <= MAX_FAULTS + 1


def decode_or_refuse(raw: bytes) -> str | None:
    """Decode a Gateway and check it; the words of the refusal if it is undecodable."""
    try:
        found = DECODERS[Gateway].decode(raw)
    except UndecodableError as error:
        return str(error)
    assert_well_typed_and_clean(found)
    return None


@pytest.mark.parametrize("kind", PROJECTIONS)
@given(data=st.data())
@relaxed
def test_nearly_valid_objects_decode_to_what_their_types_say(
    kind: type[Projection], data: st.DataObject
) -> None:
    assert_well_typed_and_clean(decode(kind, data.draw(documents(kind, junk=True))))


@pytest.mark.parametrize("kind", PROJECTIONS)
@given(data=st.data())
@relaxed
def test_both_paths_agree_on_valid_objects(kind: type[Projection], data: st.DataObject) -> None:
    raw = json.dumps(data.draw(documents(kind, junk=False))).encode()
    fast = DECODERS[kind].decode(raw)
    lenient = DECODERS[kind]._decode_leniently(raw)
    assert fast == lenient
    assert fast.faults == ()
    assert_well_typed_and_clean(fast)


def test_both_paths_agree_on_managed_fields_that_are_null() -> None:
    raw = b'{"metadata": {"managedFields": [{"fieldsV1": null, "keys": ["a"]}]}}'
    decoder = DECODERS[ServiceAccount]
    assert decoder.decode(raw) == decoder._decode_leniently(raw)


@given(document=JUNK)
@relaxed
def test_any_json_is_an_object_or_undecodable(document: object) -> None:
    for kind in PROJECTIONS:
        if isinstance(document, dict):
            assert_well_typed_and_clean(decode(kind, document))
        else:
            with pytest.raises(UndecodableError):
                decode(kind, document)


@given(
    raw=st.binary(max_size=60)
    | st.text(alphabet='{}[]",:\\un0aemtd1 ', max_size=60).map(str.encode)
)
@relaxed
def test_any_bytes_are_an_object_or_undecodable(raw: bytes) -> None:
    decode_or_refuse(raw)


@given(cut=st.integers(0, 200), flip=st.integers(0, 200), byte=st.integers(0, 255))
@relaxed
def test_damaged_bytes(cut: int, flip: int, byte: int) -> None:
    whole = bytearray(
        b'{"metadata":{"name":"gw","labels":{"a":"b"}},"status":{"haStatus":"active",'
        b'"connections":[{"status":"connected","latencyRTT":{"average":"1ms"}}]}}'
    )
    whole[flip % len(whole)] = byte
    for raw in (bytes(whole), bytes(whole[: cut % len(whole)])):
        refusal = decode_or_refuse(raw)
        assert refusal is None or len(refusal) < 80


@pytest.mark.parametrize(
    ("document", "faults"),
    [
        ({"metadata": {"name": 7}}, ("metadata.name: unexpected int",)),
        ({"metadata": "x"}, ("metadata: unexpected str",)),
        ({"metadata": {"labels": {"a": 1, "b": "c"}}}, ("metadata.labels['a']: unexpected int",)),
        ({"status": {"connections": {"status": "x"}}}, ("status.connections: unexpected dict",)),
        ({"status": {"connections": ["x"]}}, ("status.connections[0]: unexpected str",)),
        (
            {"status": {"connections": [{}, {"endpoint": {"subnets": "10.0.0.0/8"}}]}},
            ("status.connections[1].endpoint.subnets: unexpected str",),
        ),
        (
            {"status": {"connections": [{"latencyRTT": {"average": 1.5}}]}},
            ("status.connections[0].latencyRTT.average: unexpected float",),
        ),
        (
            {"metadata": {"labels": {"\x1b[2J": 1}}},
            ("metadata.labels['\\x1b[2J']: unexpected int",),
        ),
        ({"status": None, "metadata": None}, ()),
        ({"status": {"connections": None, "haStatus": None}}, ()),
        ({"status": {"connections": [None, {"status": None}]}}, ()),
        ({"unread": {"anything": [1, None]}}, ()),
    ],
)
def test_faults_name_the_path(document: object, faults: tuple[str, ...]) -> None:
    assert decode(Gateway, document).faults == faults


def test_what_fits_is_kept() -> None:
    document = {
        "metadata": {"name": "gw", "labels": {"good": "x", "bad": []}, "generation": "3"},
        "status": {
            "haStatus": "active",
            "connections": [{"status": "connected", "usingIP": 4}, 7, {"status": "error"}],
        },
    }
    found = decode(Gateway, document)
    assert found.object.metadata.name == "gw"
    assert found.object.metadata.labels == {"good": "x"}
    assert [one.status for one in found.object.status.connections] == ["connected", "error"]
    assert len(found.faults) == 4


def test_a_null_list_costs_nothing_else() -> None:
    document = {"metadata": {"name": "n"}, "spec": {"podCIDRs": None, "providerID": "aws:///x"}}
    found = decode(Node, document)
    assert (found.object.spec.pod_cidrs, found.object.spec.provider_id) == ([], "aws:///x")
    assert found.faults == ()


def test_faults_are_bounded() -> None:
    labels = {f"{'k' * 5000}{i}": i for i in range(1000)}
    found = decode(Gateway, {"metadata": {"labels": labels}})
    assert len(found.faults) == MAX_FAULTS + 1
    assert sum(map(len, found.faults)) < 10_000


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'{"metadata":{"name":"a\\ud800b"}}', "a\ufffdb"),
        (b'{"metadata":{"name":"a\\ud83d\\ude80b"}}', "a🚀b"),
        (b'{"metadata":{"name":"a\xff\xfeb"}}', "a\ufffd\ufffdb"),
        (b'{"metadata":{"name":"a\x1bb"}}', "a‹1B›b"),
        (b'{"metadata":{"name":"a\\u001bb"}}', "a‹1B›b"),
        (b'{"metadata":{"name":"a\x7fb"}}', "a‹7F›b"),
        (b'{"metadata":{"name":"a\\\\nb"}}', "a\\nb"),
        (b'{"metadata":{"name":"a\\"b"}}', 'a"b'),
        (b'{"metadata":{"name":"a\\/b"}}', "a/b"),
        (b'{"metadata":{"name":"a\xe2\x80\xaeb"}}', "a‹U+202E›b"),
        (b'{"metadata":{"name":"a","name":"b"}}', "b"),
        (b'{"metadata":{"name":"a"},"x":[NaN]}', "a"),
    ],
)
def test_odd_text(raw: bytes, name: str) -> None:
    found = DECODERS[Gateway].decode(raw)
    assert found.object.metadata.name == name
    assert found.faults == ()


def test_hostile_dict_keys_are_cleaned() -> None:
    found = decode(Service, {"spec": {"selector": {"\u202ea\nb": "\x1b[0m"}}})
    assert found.object.spec.selector == {"‹U+202E›a⏎b": "‹1B›[0m"}


@pytest.mark.parametrize("wrong", [None, 7, ["x"]])
def test_credentials_never_enter_the_object(wrong: object) -> None:
    """Neither on the fast path nor, with a fault elsewhere, on the lenient one."""
    canary = "canary-5f0c"
    spec = {
        "clusterID": "east",
        "version": wrong,
        "ceIPSecPSK": canary,
        "ceIPSecPSKSecret": canary,
        "brokerK8sApiServerToken": canary,
        "brokerK8sCA": canary,
        "brokerK8sSecret": canary,
    }
    metadata = {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": canary}}
    found = decode(Submariner, {"metadata": metadata, "spec": spec})
    assert found.object.spec.cluster_id == "east"
    assert canary not in repr(found)
    assert canary not in str(plain(found.object))


def test_errors_hold_no_text_of_the_object() -> None:
    with pytest.raises(UndecodableError) as caught:
        DECODERS[Submariner].decode(b'{"spec":{"ceIPSecPSK":"canary-5f0c"')
    assert "canary" not in repr(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("broken", ["", ',"generation":"x"'])
def test_nine_mebibytes(broken: str) -> None:
    raw = (f'{{"metadata":{{"name":"big"{broken}}},"unread":"{"y" * 9 * 1024 * 1024}"}}').encode()
    began = time.process_time()
    found = DECODERS[Gateway].decode(raw)
    assert found.object.metadata.name == "big"
    assert time.process_time() - began < 2


@pytest.mark.parametrize("opening", ['{"a":', "["])
@pytest.mark.parametrize("levels", [100, 3000, 200_000])
def test_deep_nesting(opening: str, levels: int) -> None:
    closing = "}" if opening.startswith("{") else "]"
    deep = opening * levels + "1" + closing * levels
    for place in ('{"unread":%s}', '{"metadata":{"name":%s}}', '{"spec":%s}'):
        refusal = decode_or_refuse((place % deep).encode())
        assert refusal is None or levels > 100


@pytest.mark.parametrize("wrap", [bytes, memoryview, msgspec.Raw])
def test_every_kind_of_buffer(wrap: Any) -> None:
    for raw, name in ((b'{"metadata":{"name":"a"}}', "a"), (b'{"metadata":{"name":"\\n"}}', "⏎")):
        assert DECODERS[Gateway].decode(wrap(raw)).object.metadata.name == name


def test_huge_numbers() -> None:
    raw = b'{"metadata":{"name":"a","generation":' + b"9" * 5000 + b"}}"
    assert "999" not in (decode_or_refuse(raw) or "")


def test_a_clean_object_is_not_copied() -> None:
    found = decode(ServiceImport, {"metadata": {"name": "a", "labels": {"b": "c"}}}).object
    assert clean_struct(found) is found
