"""Lines of several logs in one order, within bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mckconsole.sources.loglines import Said
from mckconsole.store.logmerge import HOLD, OPENING, SETTLED, Merge

NOW = 1_785_571_200.0


def settled(**bounds: int) -> Merge:
    """One that waits for nobody at the beginning any more."""
    merge = Merge(NOW - OPENING, **bounds)
    merge.flush(NOW, opening=False)
    return merge


def texts(merge: Merge) -> list[str]:
    return [line.text for line in merge.lines()]


def test_lines_are_held_back_for_those_that_are_on_their_way() -> None:
    merge = settled()
    merge.add(0, [Said(NOW - 0.1, "second")], offset=0, now=NOW)
    assert merge.flush(NOW, opening=False) == 0
    merge.add(1, [Said(NOW - 0.2, "first")], offset=0, now=NOW + 0.1)
    assert merge.flush(NOW + HOLD, opening=False) == 2
    assert texts(merge) == ["first", "second"]
    assert not merge.waits


def test_clocks_are_corrected_and_a_future_is_none() -> None:
    merge = settled()
    merge.add(0, [Said(NOW + 3599, "an hour ahead")], offset=3600, now=NOW)
    merge.add(1, [Said(NOW - 0.5, "right")], offset=0, now=NOW)
    merge.add(2, [Said(NOW + 500, "a clock nobody knows of")], offset=0, now=NOW)
    merge.flush(NOW + HOLD, opening=False)
    assert texts(merge) == ["an hour ahead", "right", "a clock nobody knows of"]
    assert merge.lines()[0].at == NOW - 1


def test_a_source_keeps_its_own_order() -> None:
    merge = settled()
    merge.add(
        0, [Said(NOW, "one"), Said(NOW - 9, "two"), Said(NOW - 5, "three")], offset=0, now=NOW
    )
    merge.flush(NOW + 1, opening=False)
    assert texts(merge) == ["one", "two", "three"]


def test_at_the_beginning_all_are_waited_for_but_not_for_ever() -> None:
    merge = Merge(NOW)
    merge.add(0, [Said(NOW - 10, "later")], offset=0, now=NOW + 0.1)
    assert merge.flush(NOW + 1, opening=True) == 0
    merge.add(1, [Said(NOW - 20, "earlier")], offset=0, now=NOW + 1)
    assert merge.flush(NOW + 1 + SETTLED / 2, opening=False) == 0
    assert merge.flush(NOW + 1 + SETTLED, opening=False) == 2
    assert texts(merge) == ["earlier", "later"]
    slow = Merge(NOW)
    slow.add(0, [Said(NOW - 10, "alone")], offset=0, now=NOW)
    assert slow.flush(NOW + OPENING, opening=True) == 1


def test_numbers_stay_and_the_oldest_go() -> None:
    merge = settled(room=100)
    for step in range(10):
        said = [Said(NOW + step, f"{step} {n}") for n in range(50)]
        merge.add(0, said, offset=0, now=NOW + step)
        merge.flush(NOW + step + 1, opening=False)
        assert len(merge.lines()) <= 100
    lines = merge.lines()
    assert [line.number for line in lines] == list(range(merge.dropped, 500))
    assert lines[-1].text == "9 49"
    assert [line.number for line in merge.lines(497)] == [498, 499]
    assert merge.lines(499) == []


def test_long_lines_count_by_their_length() -> None:
    merge = settled(characters=10_000)
    merge.add(0, [Said(NOW, "x" * 1000) for _ in range(50)], offset=0, now=NOW)
    merge.flush(NOW + 1, opening=False)
    assert sum(len(line.text) for line in merge.lines()) <= 10_000
    assert merge.dropped + len(merge.lines()) == 50


def test_what_the_console_says_stands_among_the_lines() -> None:
    merge = settled()
    merge.add(0, [Said(NOW, "a line")], offset=0, now=NOW)
    merge.note(0, "the container was restarted", NOW + 0.1)
    merge.add(0, [Said(NOW + 0.2, "another")], offset=0, now=NOW + 0.2)
    merge.flush(NOW + 1, opening=False)
    assert [(line.text, line.ours) for line in merge.lines()] == [
        ("a line", False),
        ("the container was restarted", True),
        ("another", False),
    ]


moments = st.lists(st.floats(-5, 5), max_size=8)


@given(st.lists(st.tuples(st.integers(0, 3), moments, st.floats(0, 2)), max_size=12))
def test_every_line_comes_out_once_in_its_sources_order(
    batches: list[tuple[int, list[float], float]],
) -> None:
    merge, now, count = Merge(NOW, room=1000), NOW, 0
    wanted: dict[int, list[str]] = {}
    for source, ats, wait in batches:
        said = [Said(now + at, f"{source} {count + n}") for n, at in enumerate(ats)]
        count += len(said)
        wanted.setdefault(source, []).extend(one.text for one in said)
        merge.add(source, said, offset=0, now=now)
        now += wait
        merge.flush(now, opening=False)
    merge.flush(now + OPENING + HOLD, opening=False)
    lines = merge.lines()
    assert [line.number for line in lines] == list(range(count))
    for source, texts in wanted.items():
        assert [line.text for line in lines if line.source == source] == texts
