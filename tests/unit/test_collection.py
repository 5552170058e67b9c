"""A Collection: atomic, honest about what it holds, quiet when nothing changed."""

from __future__ import annotations

import pytest

from mckconsole.domain.core import Namespace, NamespaceMeta
from mckconsole.domain.decode import Decoded
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import (
    ConnectFailed,
    Forbidden,
    NotServed,
    SourceError,
    Throttled,
    Unauthorized,
)
from mckconsole.sources.pace import Pace
from mckconsole.store.collection import UNDECODABLE, Collection


class Held:
    """A collection of namespaces with its clock and the changes it told."""

    def __init__(self, topic: str = "namespaces", *, ageing: bool = True) -> None:
        self.now = 1000.0
        self.told: list[str] = []
        self.it: Collection[Namespace] = Collection(
            BY_TOPIC[topic],
            pace=Pace(monotonic=lambda: self.now),
            ageing=ageing,
            changed=self.told.append,
        )

    def fill(self, *names: str, as_of: float = 5.0, undecodable: int = 0) -> None:
        self.it.replace(
            [decoded(name) for name in names],
            resource_version="7",
            as_of=as_of,
            undecodable=undecodable,
        )

    def state(self) -> tuple[TopicState, str]:
        return self.it.judge(self.now)

    def names(self) -> list[str]:
        return [name for _, name in self.it.view(self.now).objects]

    @property
    def generation(self) -> int:
        return self.it.view(self.now).generation


def decoded(name: str, uid: str = "", version: str = "1", *faults: str) -> Decoded[Namespace]:
    meta = NamespaceMeta(name=name, uid=uid or f"uid-{name}", resource_version=version)
    return Decoded(Namespace(metadata=meta), faults)


def test_before_anything_is_read_the_state_is_pending() -> None:
    held = Held()
    assert held.state() == (TopicState.PENDING, "not read yet")
    assert held.it.view(held.now).as_of is None


def test_a_list_replaces_everything_at_once() -> None:
    held = Held()
    held.fill("a", "b")
    held.fill("b", "c", as_of=9.0)
    assert held.names() == ["b", "c"]
    assert held.it.view(held.now).as_of == 9.0
    assert held.state() == (TopicState.FRESH, "")


def test_unchanged_content_is_no_new_generation_but_a_sign_of_life() -> None:
    held = Held()
    held.fill("a")
    before, told = held.generation, len(held.told)
    held.now += 100
    held.fill("a", as_of=105.0)
    held.it.upsert(decoded("a"), as_of=106.0)
    held.it.confirm(107.0)
    assert (held.generation, len(held.told)) == (before, told)
    held.now += 100
    assert held.state()[0] is TopicState.FRESH
    assert held.it.view(held.now).as_of == 107.0


def test_an_empty_first_list_is_content_too() -> None:
    held = Held()
    held.fill()
    assert held.generation > 0
    assert held.state()[0] is TopicState.FRESH


def test_every_change_of_content_is_a_new_generation() -> None:
    held = Held()
    held.fill("a")
    generations = [held.generation]
    held.it.upsert(decoded("a", version="2"), as_of=1.0)
    generations.append(held.generation)
    held.it.upsert(decoded("a", "", "2", "spec: unexpected int"), as_of=1.0)
    generations.append(held.generation)
    held.it.remove(("", "a"), as_of=1.0)
    generations.append(held.generation)
    assert generations == sorted(set(generations))
    assert held.names() == []


def test_trouble_keeps_the_content_and_says_why() -> None:
    held = Held()
    held.fill("a")
    before = held.generation
    held.it.trouble(ConnectFailed("connection refused"))
    assert held.state() == (TopicState.STALE, "connection refused")
    assert held.names() == ["a"]
    assert held.generation == before
    held.it.confirm(8.0)
    assert held.state() == (TopicState.FRESH, "")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ConnectFailed("x"), TopicState.UNREACHABLE),
        (Throttled("x"), TopicState.UNREACHABLE),
        (Unauthorized("x"), TopicState.UNREACHABLE),
        (Forbidden("x"), TopicState.FORBIDDEN),
        (NotServed("x"), TopicState.ABSENT),
    ],
)
def test_trouble_with_nothing_held_has_its_own_state(error: SourceError, state: TopicState) -> None:
    held = Held()
    held.it.trouble(error)
    assert held.state() == (state, "x")


@pytest.mark.parametrize("error", [Forbidden("RBAC says no"), NotServed("404")])
def test_rows_that_may_not_be_shown_as_current_are_hidden(error: SourceError) -> None:
    held = Held()
    held.fill("a")
    before = held.generation
    held.it.trouble(error)
    assert held.state()[0] is error.topic_state
    assert held.names() == []
    assert held.generation > before
    held.fill("a")
    assert held.names() == ["a"]
    assert held.generation > before + 1


def test_the_same_trouble_again_is_no_news() -> None:
    held = Held()
    held.it.trouble(ConnectFailed("refused"))
    told = len(held.told)
    held.it.trouble(ConnectFailed("refused"))
    assert len(held.told) == told
    held.it.trouble(ConnectFailed("reset"))
    assert len(held.told) == told + 1


@pytest.mark.parametrize(("topic", "patience"), [("namespaces", 180), ("kube-system", 910)])
def test_silence_makes_stale_by_the_kind_of_keeping(topic: str, patience: float) -> None:
    held = Held(topic)
    held.fill("a")
    held.now += patience
    assert held.state()[0] is TopicState.FRESH
    held.now += 1
    state, reason = held.state()
    assert state is TopicState.STALE
    assert reason.startswith("no sign of life for")


def test_what_is_read_once_does_not_age() -> None:
    held = Held(ageing=False)
    held.fill("a")
    held.now += 100_000
    assert held.state()[0] is TopicState.FRESH


def test_an_old_event_does_not_bring_a_deleted_object_back() -> None:
    held = Held()
    held.fill("a")
    held.it.remove(("", "a"), as_of=1.0, uid="uid-a")
    held.it.upsert(decoded("a"), as_of=2.0)
    assert held.names() == []
    held.it.upsert(decoded("a", uid="another"), as_of=3.0)
    assert held.names() == ["a"]


def test_an_old_delete_does_not_remove_the_successor() -> None:
    held = Held()
    held.fill()
    held.it.upsert(decoded("a", uid="new"), as_of=1.0)
    held.it.remove(("", "a"), as_of=2.0, uid="old")
    assert held.names() == ["a"]


def test_a_list_is_the_truth_even_for_an_object_that_was_deleted() -> None:
    held = Held()
    held.fill("a")
    held.it.remove(("", "a"), as_of=1.0, uid="uid-a")
    held.fill("a")
    held.it.upsert(decoded("a", version="9"), as_of=3.0)
    assert held.it.view(held.now).objects["", "a"].metadata.resource_version == "9"


def test_what_could_not_be_read_is_on_record_until_the_next_complete_list() -> None:
    held = Held()
    held.fill("a", undecodable=2)
    assert held.it.view(held.now).faults[UNDECODABLE] == (
        "2 objects of the list could not be decoded",
    )
    held.it.lost("too long")
    held.it.lost("too long")
    assert held.it.view(held.now).faults[UNDECODABLE] == (
        "2 objects of the list could not be decoded",
        "too long (×2)",
    )
    held.fill("a")
    assert held.it.view(held.now).faults == {}


def test_discovery_decides_before_anything_else() -> None:
    held = Held()
    held.fill("a")
    held.it.settle(TopicState.ABSENT, "not served")
    assert held.state() == (TopicState.ABSENT, "not served")
    assert held.names() == []
    held.it.trouble(ConnectFailed("refused"))
    assert held.it.error is None
    assert held.state() == (TopicState.ABSENT, "not served")
    held.it.assign("v1")
    assert held.it.view(held.now).version == "v1"
    assert held.state()[0] is TopicState.PENDING, "what a removed kind held is gone with it"
    held.fill("b")
    assert held.names() == ["b"]


def test_a_view_cannot_be_written_to() -> None:
    held = Held()
    held.fill("a")
    with pytest.raises(TypeError):
        held.it.view(held.now).objects["", "b"] = Namespace()  # type: ignore[index] # the point


def test_a_view_is_the_same_until_something_changes() -> None:
    held = Held()
    held.fill("a", "b")
    first = held.it.view(held.now)
    assert held.it.view(held.now + 1) is first
    held.it.confirm(8.0)
    second = held.it.view(held.now)
    assert second is not first
    assert (second.as_of, second.generation) == (8.0, first.generation)
    held.it.upsert(decoded("a", version="2"), as_of=9.0)
    third = held.it.view(held.now)
    assert third.generation > second.generation
    assert second.objects["", "a"].metadata.resource_version == "1"
    held.it.trouble(ConnectFailed("down"))
    assert held.it.view(held.now).state is TopicState.STALE


def test_a_list_leaves_equal_objects_as_they_are() -> None:
    held = Held()
    held.fill("a", "b")
    before = held.it.view(held.now)
    held.it.replace([decoded("a"), decoded("b", version="2")], resource_version="8", as_of=6.0)
    after = held.it.view(held.now)
    assert after.objects["", "a"] is before.objects["", "a"]
    assert after.objects["", "b"].metadata.resource_version == "2"
