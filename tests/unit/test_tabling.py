"""What the lists of a cluster amount to: a table that says what is missing, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.decode import Decoded
from mckconsole.domain.objects import Key, Meta
from mckconsole.domain.resources import ResourceTable, TableRow
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import ConnectionTrouble, Forbidden, NotServed, SourceError
from mckconsole.sources.pace import Pace
from mckconsole.sources.tablerows import Printed
from mckconsole.store.rows import PATIENCE, Rows
from mckconsole.store.tabling import Frame, Tabling

FORBIDDEN, LOST, GONE = Forbidden("403 here"), ConnectionTrouble("reset"), NotServed("404 gone")


def printed(namespace: str, name: str, ready: str = "1/1", uid: str = "u") -> Decoded[Printed]:
    row = TableRow(namespace, name, uid, "", (name, ready))
    return Decoded(Printed(Meta(uid=uid), row))


def part(*names: str, namespace: str = "blue", error: SourceError | None = None) -> Rows:
    """A list that was read, or not, and the trouble it is in."""
    rows = Rows(lambda: None, Pace(monotonic=lambda: 100.0))
    if names:
        found = [printed(namespace, name) for name in names]
        rows.replace(found, resource_version="1", as_of=5.0)
    if error is not None:
        rows.trouble(error)
    return rows


NOTHING_ELSE = Frame()


def table(frame: Frame = NOTHING_ELSE, /, **parts: Rows) -> ResourceTable:
    return Tabling("east").table(frame, parts, 100.0, 0.5)


@pytest.mark.parametrize(
    ("found", "state", "names", "unread"),
    [
        ({}, "pending", "", ""),
        ({"all": part()}, "pending", "", ""),
        ({"all": part("a", "b")}, "fresh", "ab", ""),
        ({"all": part("a", error=LOST)}, "stale", "a", ""),
        ({"all": part(error=LOST)}, "unreachable", "", ""),
        ({"all": part("a", error=FORBIDDEN)}, "forbidden", "", ""),
        ({"all": part("a", error=GONE)}, "absent", "", ""),
        ({"x": part("a"), "y": part("b")}, "fresh", "ab", ""),
        ({"x": part("a"), "y": part(error=FORBIDDEN)}, "fresh", "a", "y"),
        ({"x": part("a", error=LOST), "y": part("b")}, "stale", "ab", ""),
        ({"x": part("a"), "y": part()}, "pending", "a", ""),
        ({"x": part(error=FORBIDDEN), "y": part(error=FORBIDDEN)}, "forbidden", "", ""),
        ({"x": part(error=FORBIDDEN), "y": part()}, "pending", "", "x"),
    ],
)
def test_the_whole(found: dict[str, Rows], state: str, names: str, unread: str) -> None:
    made = table(NOTHING_ELSE, **found)
    assert str(made.state) == state
    assert {name for _, name in made.rows} == set(names)
    assert set(made.unread) >= set(unread) or not made.rows
    assert bool(made.reason) == (made.state is not TopicState.FRESH)


@pytest.mark.parametrize(
    ("settled", "state", "names"),
    [(TopicState.UNREACHABLE, "stale", "a"), (TopicState.PENDING, "stale", "a"),
     (TopicState.ABSENT, "absent", ""), (TopicState.FORBIDDEN, "forbidden", "")],
)  # fmt: skip
def test_what_was_read_before_is_old_and_not_gone(
    settled: TopicState, state: str, names: str
) -> None:
    made = table(Frame(settled=(settled, "why")), all=part("a"))
    assert (str(made.state), made.reason) == (state, "why")
    assert {name for _, name in made.rows} == set(names)


def test_silence_makes_old() -> None:
    rows, tabling = part("a"), Tabling("east")
    assert tabling.table(Frame(), {"": rows}, 100.0 + PATIENCE, 0.0).state is TopicState.FRESH
    made = tabling.table(Frame(), {"": rows}, 101.0 + PATIENCE, 0.0)
    assert made.state is TopicState.STALE
    assert "no sign of life" in made.reason


def test_how_far_lists_are() -> None:
    first, second = part(), part()
    first.listed(500, 2000)
    assert table(x=first, y=second).progress == (500, None)
    second.listed(100, 300)
    assert table(x=first, y=second).progress == (600, 2300)
    second.listed(200, None)
    assert table(x=first, y=second).progress == (700, None)


def test_an_event_that_could_not_be_read_counts_until_the_next_list() -> None:
    rows = part("a")
    rows.lost("odd")
    assert table(all=rows).undecodable == 1
    rows.replace([printed("blue", "a")], resource_version="2", as_of=6.0)
    assert table(all=rows).undecodable == 0


def test_an_old_deletion_spares_the_successor() -> None:
    rows = part("a")
    rows.upsert(printed("blue", "a", uid="new"), as_of=6.0)
    rows.remove(("blue", "a"), as_of=7.0, uid="old")
    assert ("blue", "a") in rows.rows
    rows.remove(("blue", "a"), as_of=8.0, uid="new")
    assert not rows.rows


_NAMES = st.sampled_from("abc")
_STEPS = st.one_of(
    st.tuples(st.just("put"), _NAMES, st.sampled_from("12")),
    st.tuples(st.just("drop"), _NAMES, st.just("")),
    st.tuples(st.just("list"), st.text("abc", max_size=3), st.sampled_from("12")),
)


@given(st.lists(st.tuples(st.sampled_from("xy"), _STEPS), max_size=20))
def test_tables_are_values_and_say_what_there_is(
    steps: list[tuple[str, tuple[str, str, str]]],
) -> None:
    """Whatever happens in which order: a table never changes once it was shown."""
    parts = {name: Rows(lambda: None) for name in "xy"}
    model: dict[Key, str] = {}
    tabling = Tabling("east")
    seen: list[tuple[ResourceTable, dict[Key, TableRow]]] = []
    for space, (what, names, ready) in steps:
        if what == "put":
            parts[space].upsert(printed(space, names, ready), as_of=1.0)
            model[(space, names)] = ready
        elif what == "drop":
            parts[space].remove((space, names), as_of=1.0, uid="u")
            model.pop((space, names), None)
        else:
            found = [printed(space, name, ready) for name in set(names)]
            parts[space].replace(found, resource_version="", as_of=1.0)
            model = {key: held for key, held in model.items() if key[0] != space}
            model |= {(space, name): ready for name in names}
        readable = {name for name, rows in parts.items() if rows.judge(0.0)[0].readable}
        made = tabling.table(Frame(), parts, 0.0, 0.0)
        assert tabling.table(Frame(), parts, 0.0, 0.0) is made
        shown = {key: held for key, held in model.items() if key[0] in readable}
        assert {key: row.cells[1] for key, row in made.rows.items()} == shown
        seen.append((made, dict(made.rows)))
    for made, rows in seen:
        assert dict(made.rows) == rows
