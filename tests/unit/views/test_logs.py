"""Lines of logs as they are shown: names, levels, JSON, how sources stand."""

from __future__ import annotations

import pytest

from mckconsole.domain.logs import LogLine, LogOptions, LogSource, SourceState, SourceStatus
from mckconsole.views.log_sources import (
    names_width,
    short_names,
    source_colours,
    source_lines,
    source_summary,
)
from mckconsole.views.logs import (
    LogLook,
    Pattern,
    folded,
    is_problem,
    log_row,
    log_text,
    window_words,
)
from mckconsole.views.logs_ask import LogsAskError, parse_logs
from mckconsole.views.spec import Role

AT = 1_785_571_200.25


def line(text: str, **changes: object) -> LogLine:
    return LogLine(**{"number": 1, "at": AT, "source": 0, "text": text, **changes})  # type: ignore[arg-type]


def source(name: str) -> LogSource:
    return LogSource(*name.split("/"))


def words(text: str, look: LogLook | None = None, **changes: object) -> str:
    row = log_row(line(text, **changes), look or LogLook(("web",), (0,), 3))
    return "".join(span.text for span in (*row.head, *row.text))


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["east/shop/web-0/app"], ["web-0"]),
        (["east/shop/web-0/app", "east/shop/web-0/proxy"], ["app", "proxy"]),
        (
            ["east/shop/checkout-7c9f8d6b5f-x2k4q/app", "east/shop/checkout-7c9f8d6b5f-abcde/app"],
            ["x2k4q", "abcde"],
        ),
        (
            ["east/shop/checkout-7c9f8d6b5f-x2k4q/app", "west/shop/checkout-845bd6c7f9-abcde/app"],
            ["east/x2k4q", "west/abcde"],
        ),
        (["east/shop/web-0/app", "east/billing/web-1/app"], ["shop/web-0", "billing/web-1"]),
        (["east/s/web-0/app", "west/s/Deployment web/"], ["east/web-0", "west/Deployment web"]),
    ],
)
def test_names_are_as_short_as_they_can_be(sources: list[str], names: list[str]) -> None:
    assert short_names([source(one) for one in sources]) == names


def test_a_name_without_a_container_takes_no_room() -> None:
    sources = [source("east/shop/web-0/app"), source("west/shop/Deployment of-a-long-name/")]
    names = short_names(sources)
    assert names_width(sources, names) == len("east/web-0")


def test_clusters_have_colours_or_pods_where_there_is_one_cluster() -> None:
    two = [source("east/a/p/c"), source("east/a/q/c"), source("west/a/p/c")]
    assert source_colours(two) == [0, 0, 1]
    assert source_colours(two[:2]) == [0, 1]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("2026-08-01 INFO started", Role.PLAIN),
        ("[error] no upstream", Role.CRITICAL),
        ("level=warning msg=slow", Role.WARN),
        ("W0801 08:00:00.250000       1 x.go:1] closed", Role.WARN),
        ("E0801 08:00:00.250000       1 x.go:1] failed", Role.CRITICAL),
        ("DEBUG: trying", Role.DIM),
        ("errors: 0", Role.PLAIN),
        ("terror", Role.PLAIN),
        ('{"level":"error","msg":"x"}', Role.CRITICAL),
        ('{"level":40,"msg":"pino"}', Role.WARN),
        ('{"severity":"WARNING","message":"x"}', Role.WARN),
        ('{"level":["odd"],"msg":"x"}', Role.PLAIN),
    ],
)
def test_levels_are_told(text: str, role: Role) -> None:
    assert folded(text).role is role
    assert is_problem(line(text)) is (role in (Role.WARN, Role.CRITICAL))


def test_json_is_folded_to_what_it_says() -> None:
    text = '{"time":"t","level":"warn","msg":"slow","path":"/x","n":{"a":[1,2]}}'
    assert words(text) == ' 08:00:00.250 web WARN  slow  path=/x  n={"a":[1,2]}'
    assert words(text, LogLook((), raw=True, times=False)) == f" {text}"
    row = log_row(line(text), LogLook(()), unfolded=True)
    assert ["".join(span.text for span in one) for one in row.more][:2] == [
        '  "time": "t",',
        '  "level": "warn",',
    ]


@pytest.mark.parametrize("text", ["{}", "{not json}", "[1]", '{"a":1', '{"a":' + "[" * 2000 + "}"])
def test_what_is_no_json_object_is_shown_as_it_is(text: str) -> None:
    assert words(text, LogLook((), times=False)).strip() == text
    assert not log_row(line("plain"), LogLook(()), unfolded=True).more


def test_escapes_within_json_are_inert() -> None:
    assert "\x1b" not in words('{"msg":"\\u001b[2J","k\\u0007":"\\u202e"}')


def test_colours_of_programs_add_up_until_they_are_reset() -> None:
    coloured = line("red bold plain", colours=((0, "31"), (4, "1"), (9, "0")))
    spans = log_row(coloured, LogLook((), times=False)).text
    assert [(span.text, span.sgr) for span in spans] == [
        ("red ", ";31"),
        ("bold ", ";31;1"),
        ("plain", "0"),
    ]
    assert all(not span.sgr for span in log_row(coloured, LogLook((), sgr=False)).text)


def test_filters_turn_round_and_say_what_is_wrong() -> None:
    assert Pattern("err").matches("an ERROR")
    assert Pattern("!err").matches("fine")
    assert not Pattern("!err").matches("an error")
    assert Pattern("!err").light is None
    with pytest.raises(ValueError, match="regex"):
        Pattern("(")
    with pytest.raises(ValueError, match="regex"):
        Pattern("(a*)*b")


def statuses() -> list[SourceStatus]:
    return [
        SourceStatus(source("east/shop/web-0/app"), SourceState.FOLLOWING, lines=12),
        SourceStatus(source("west/shop/Deployment web/"), SourceState.REFUSED, "not there"),
        SourceStatus(source("north/shop/Deployment web/"), SourceState.REFUSED, "not there"),
        SourceStatus(source("south/shop/web-1/app"), SourceState.RETRYING, "500"),
        SourceStatus(source("south/shop/web-2/app"), SourceState.ENDED, "ended: Completed 0"),
    ]


def test_sources_in_trouble_are_told_and_those_alike_once() -> None:
    found = statuses()
    look = LogLook(short_names([one.source for one in found]))
    told = [one.text for one in source_lines(found, look, everything=False, most=3)]
    assert told == [
        "⊘ refused  west, north: not there",
        "~ retrying  south/web-1: 500",
    ]
    listed = source_lines(found, look, everything=True, most=12)
    assert len(listed) == 5
    assert source_lines(found, look, everything=True, most=3)[-1].text == "… and 3 more"
    summary = "".join(span.text for span in source_summary(found))
    assert summary == " · 1 of 3 followed · ⊘ 2 refused · ~ 1 retrying"


def test_a_file_has_the_whole_time_and_the_text_as_it_is() -> None:
    look = LogLook(("east/web-0",))
    assert log_text(line('{"a":1}'), look) == '2026-08-01T08:00:00.250Z east/web-0 {"a":1}\n'
    assert log_text(line("cut", ours=True), look).endswith("· cut\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (LogOptions(), "newest 500"),
        (LogOptions(tail=None, since=300), "last 5 m"),
        (LogOptions(previous=True), "newest 500 of the run before"),
        (LogOptions(tail=None, head=True), "oldest lines, not followed"),
    ],
)
def test_the_window_is_said(options: LogOptions, said: str) -> None:
    assert window_words(options) == said


# What is typed behind `:logs`.


@pytest.mark.parametrize(
    ("text", "namespace", "found"),
    [
        ("shop/web-0", "", "Pod shop/web-0  "),
        ("deploy shop/web", "", "Deployment shop/web  "),
        ("deploy web", "shop", "Deployment shop/web  "),
        ("deploy/web -n shop", "", "Deployment shop/web  "),
        ("sts web -n shop -c app @prod-* @eu", "", "StatefulSet shop/web app prod-* eu"),
        ("node ip-10-0-0-1", "", "Node ip-10-0-0-1  "),
    ],
)
def test_what_has_logs_is_named(text: str, namespace: str, found: str) -> None:
    asked = parse_logs(text, namespace)
    assert f"{asked.ref} {asked.container} {asked.scope}" == found
    assert {one.cluster for one in asked.targets(["a", "b"])} == {"a", "b"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "say of what"),
        ("web", "in which namespace"),
        ("cm shop/x", "cm is no kind that has pods"),
        ("a b c", "say of what"),
        ("shop/web -c", "-c needs"),
        ("shop/web --tail", "--tail is not known"),
    ],
)
def test_what_is_not_understood_is_said(text: str, why: str) -> None:
    with pytest.raises(LogsAskError, match=why):
        parse_logs(text)
