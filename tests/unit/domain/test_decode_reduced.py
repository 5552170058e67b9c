"""Projections that reduce themselves while they are decoded: on every path, and for good."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import force_setattr

from mckconsole.domain.decode import Decoded, ProjectionDecoder
from mckconsole.domain.objects import Meta, Projection
from mckconsole.sources.interning import sharer
from tests.unit.domain.documents import documents, plain, strings

CANARY = "canary-5f0c"
NOTHING = msgspec.Raw()


class Owned(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Searched for two keys and emptied; a second look would find nothing."""

    manager: str = ""
    fields_v1: msgspec.Raw = msgspec.field(default=NOTHING, name="fieldsV1")
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        text = bytes(self.fields_v1)
        force_setattr(self, "keys", tuple(key for key in ("one", "two") if key.encode() in text))
        force_setattr(self, "fields_v1", NOTHING)


class OwnedMeta(Meta, frozen=True, gc=False, rename="camel"):
    managed_fields: tuple[Owned, ...] = ()


class Variable(msgspec.Struct, frozen=True, gc=False):
    name: str = ""
    value: str = ""
    withheld: bool = False

    def __post_init__(self) -> None:
        if "SECRET" in self.name and self.value:
            force_setattr(self, "value", "")
            force_setattr(self, "withheld", True)


class Box(msgspec.Struct, frozen=True, gc=False):
    name: str = ""
    env: tuple[Variable, ...] = ()
    limits: dict[str, str] = msgspec.field(default_factory=dict)


class Thing(Projection, frozen=True, gc=False):
    metadata: OwnedMeta = OwnedMeta()
    boxes: tuple[Box, ...] = ()
    variables: tuple[Variable, ...] = ()
    names: tuple[str, ...] | None = None
    one: Owned | None = None
    mount: bool | None = None


DECODER = ProjectionDecoder(Thing)


def thing(name: str = "a", **more: object) -> dict[str, Any]:
    secret = {"name": "SECRET_KEY", "value": CANARY}
    return {
        "metadata": {
            "name": name,
            "managedFields": [{"manager": "m", "fieldsV1": {"two": {}, CANARY: {}}}],
        },
        "boxes": [{"name": "b", "env": [secret, {"name": "PLAIN", "value": "x"}], "limits": {}}],
        "variables": [secret],
        "mount": False,
        **more,
    }


def decode(document: object) -> Decoded[Thing]:
    return DECODER.decode(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("name", "more", "faults"),
    [
        ("a", {}, 0),
        ("\x1b[2J", {}, 0),
        ("a", {"names": "x"}, 1),
        ("\u202e", {"names": ["x", 7, "\u202e"]}, 1),
    ],
    ids=["fast", "cleaned", "lenient", "lenient and cleaned"],
)
def test_reductions_hold_on_every_path(name: str, more: dict[str, Any], faults: int) -> None:
    found = decode(thing(name, **more))
    assert len(found.faults) == faults
    assert [one.keys for one in found.object.metadata.managed_fields] == [("two",)]
    assert found.object.variables == (Variable("SECRET_KEY", withheld=True),)
    assert found.object.boxes[0].env == (
        Variable("SECRET_KEY", withheld=True),
        Variable("PLAIN", "x"),
    )
    assert found.object.mount is False
    assert CANARY not in repr(plain(found.object)) + repr(found.faults)


def test_what_was_derived_survives_cleaning_beside_it() -> None:
    document = {"metadata": {"managedFields": [{"manager": "\u202em", "fieldsV1": {"one": {}}}]}}
    (entry,) = decode(document).object.metadata.managed_fields
    assert (entry.manager, entry.keys) == ("‹U+202E›m", ("one",))


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ({"one": {}}, ("one",)),
        ("two", ("two",)),
        (None, ()),
        ([{"one": 7.5}, "\ud800"], ("one",)),
        (3, ()),
    ],
)
@pytest.mark.parametrize("manager", ["m", 7])
def test_raw_fields_take_any_value(manager: object, fields: object, keys: tuple[str, ...]) -> None:
    found = decode({"one": {"manager": manager, "fieldsV1": fields}})
    assert found.object.one is not None
    assert found.object.one.keys == keys
    assert found.faults == (() if manager == "m" else ("one.manager: unexpected int",))


@pytest.mark.parametrize(
    ("document", "boxes", "faults"),
    [
        ({"boxes": None}, (), ()),
        ({"boxes": {"name": "x"}}, (), ("boxes: unexpected dict",)),
        ({"boxes": [None, {"name": "x"}]}, (Box("x"),), ()),
        ({"boxes": [{"env": 1}, 7]}, (Box(),), ("boxes[0].env: unexpected int", "boxes[1]: un")),
    ],
)
def test_tuples_are_fitted_like_lists(
    document: object, boxes: tuple[Box, ...], faults: tuple[str, ...]
) -> None:
    found = decode(document)
    assert found.object.boxes == boxes
    assert len(found.faults) == len(faults)
    assert all(a.startswith(b) for a, b in zip(found.faults, faults, strict=True))


@pytest.mark.parametrize("value", ["true", 1, [True], {}])
def test_what_is_no_truth_value_is_unset(value: object) -> None:
    found = decode({"mount": value})
    assert found.object.mount is None
    assert len(found.faults) == 1


relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(document=documents(Thing, junk=False))
@relaxed
def test_both_paths_agree(document: dict[str, Any]) -> None:
    raw = json.dumps(document).encode()
    assert DECODER.decode(raw) == DECODER._decode_leniently(raw)


@given(document=documents(Thing, junk=True), value=st.text(min_size=1, max_size=5))
@relaxed
def test_nothing_of_a_dropped_value_survives(document: dict[str, Any], value: str) -> None:
    """Whatever else the object holds, and after sharing too."""
    canary = f"{CANARY}{value}"
    secret = {"name": "SECRET", "value": canary}
    document["variables"] = [secret, 7]
    document["one"] = {"fieldsV1": {canary: canary}}
    document["boxes"] = [{"env": [secret, secret], "name": None}, 7]
    found = decode(document)
    sharer(Thing)(found.object)
    held = [*strings(plain(found.object)), *found.faults]
    assert not [text for text in held if CANARY in text]


def test_equal_tuples_are_one_value_and_others_share_their_items() -> None:
    share = sharer(Thing)
    first, same, other = (
        decode(thing(name, **more)).object
        for name, more in (
            ("a", {}),
            ("b", {}),
            ("c", {"variables": [{"name": "P", "value": "q"}, {"name": "SECRET", "value": "y"}]}),
        )
    )
    copies = tuple(plain(one) for one in (first, same, other))
    for one in (first, same, other):
        share(one)
    assert first.variables is same.variables
    assert first.variables is not other.variables
    assert tuple(plain(one) for one in (first, same, other)) == copies
    # A box holds a dict and cannot be looked up: its parts are shared, in place.
    assert first.boxes is not same.boxes
    assert first.boxes[0].env is same.boxes[0].env
    # Nor can what holds raw bytes; its texts are shared.
    entries = [one.metadata.managed_fields[0] for one in (first, same)]
    assert entries[0] is not entries[1]
    assert entries[0].keys is entries[1].keys


def test_sharing_of_tuples_outlives_values_that_do_not_repeat() -> None:
    share = sharer(Thing)
    for number in range(1500):
        one = decode({"names": [f"n{number}", "same"]}).object
        share(one)
        assert one.names == (f"n{number}", "same")
