"""Whatever is read: losing more is never better, numbers agree, and nothing raises."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.failover.model import FailoverReport, Impact
from mckconsole.analysis.failover.simulate import simulate_each, worst_first
from mckconsole.analysis.failover.unread import TOPICS
from mckconsole.analysis.services.model import Dialect, FleetService, Part, ServiceKey
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.failover.build import lose, names, part, report, service

NAMES = ("a", "b", "c", "d")


@st.composite
def parts(draw: st.DrawFn, cluster: str) -> Part:
    ready = draw(st.none() | st.integers(0, 4))
    return part(
        cluster,
        ready,
        dialect=draw(st.none() | st.sampled_from(Dialect)),
        sources=draw(st.lists(st.sampled_from([*NAMES, "strange"]), max_size=3)),
        unknown=draw(st.sampled_from(["", "", "forbidden"])) if ready is None else "",
    )


@st.composite
def fleets(draw: st.DrawFn) -> list[FleetService]:
    """A few services over four clusters."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        chosen = draw(st.sets(st.sampled_from(NAMES), min_size=1))
        found = [draw(parts(name)) for name in sorted(chosen)]
        made.append(service(*found, key=ServiceKey("shop", f"s{number}")))
    return made


def impacts(found: FailoverReport) -> dict[ServiceKey, Impact]:
    return {one.key: one.impact for one in found.services}


@given(fleets(), st.sets(st.sampled_from(NAMES)), st.sampled_from(NAMES), st.booleans())
def test_losing_more_is_never_better(
    services: list[FleetService], lost: set[str], more: str, dead: bool
) -> None:
    fleet = names(*NAMES)
    if dead:
        fleet = build.fleet(*(build.cluster(n) for n in NAMES[:3]), build.unreachable("d"))
    few, many = lose(fleet, lost, *services), lose(fleet, {*lost, more}, *services)
    before, after = impacts(few), impacts(many)
    for one in services:
        first = before.get(one.key, Impact.NONE)
        assert after.get(one.key, Impact.NONE).rank <= first.rank
    for found in (few, many):
        assert len(found.services) + found.unaffected == len(services)


@given(fleets(), st.sets(st.sampled_from(NAMES)))
def test_numbers_agree(services: list[FleetService], lost: set[str]) -> None:
    by_key = {one.key: one for one in services}
    for found in lose(names(*NAMES), lost, *services).services:
        have = {
            name: one.backends.ready
            for name, one in by_key[found.key].parts.items()
            if one.backends is not None
        }
        assert found.lost <= sum(number for name, number in have.items() if name in lost)
        assert found.left <= sum(number for name, number in have.items() if name not in lost)
        assert set(found.lost_in) <= lost | {"strange"}
        assert not set(found.left_in) & lost
        assert not set(found.consumers) & lost
        if found.impact is Impact.OUTAGE:
            assert found.lost > 0
            assert found.left == 0
        assert found.reason
        assert {one.cluster for one in found.evidence} >= set(found.lost_in)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["", "a", "*.x", "1Gi", "\x1b"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=4,
)
_KINDS = [kind for kind in KINDS if kind.topic in TOPICS]


@st.composite
def odd_object(draw: st.DrawFn) -> dict[str, Any]:
    """An object of a kind that the simulation reads, with one field bent out of shape."""
    kind = draw(st.sampled_from(_KINDS))
    whole = msgspec.to_builtins(kind.projection())
    body: dict[str, Any] = {
        **whole,
        "apiVersion": f"{kind.group}/v1" if kind.group else "v1",
        "kind": kind.projection.kind,
        "metadata": {"name": draw(st.sampled_from(["x", "y"])), "namespace": "shop"},
    }
    where: Any = body
    for name in ("spec", "status"):
        if draw(st.booleans()) and isinstance(where.get(name), dict) and where[name]:
            field = draw(st.sampled_from(sorted(where[name])))
            where[name] = {**where[name], field: draw(_JSON)}
    return body


@given(
    st.lists(odd_object(), max_size=6),
    st.dictionaries(st.sampled_from([one.topic for one in KINDS]), st.sampled_from(TopicState)),
)
def test_odd_objects_never_raise(
    docs: list[dict[str, Any]], states: dict[str, TopicState]
) -> None:  # fmt: skip
    fleet = build.fleet(
        build.cluster("a", docs, states=states), build.cluster("b", docs), build.unreachable("c")
    )
    found = simulate_each(fleet, report(fleet, service(part("a", 2), part("b", None))))
    assert {name for name, _ in worst_first(found)} == {"a", "b", "c"}
