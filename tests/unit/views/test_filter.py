"""The filter grammar: what each form finds, lights and refuses."""

from __future__ import annotations

import pytest

from mckconsole.views.filter import FilterError, UnfinishedError, complete_filter, parse_filter
from mckconsole.views.spec import BLANK, Cell, Column, Role, Row, Value

COLUMNS = (
    Column("cluster", "CLUSTER", name=True),
    Column("state", "STATE"),
    Column("rtt", "RTT", "right", unit="seconds"),
    Column("pods", "PODS", "right", unit="count"),
    Column("nodes", "NODES", "right"),
    Column("version", "VERSION"),
    Column("since", "SINCE", unit="seconds"),
    Column("pair", "BOTH WAYS"),
)


def row(name: str, state: str, role: Role, **more: Cell) -> Row:
    cells = {column.id: BLANK for column in COLUMNS}
    cells |= {"cluster": Cell(name, value=name), "state": Cell(state, role, state[2:])}
    return Row(name, {**cells, **more})


ROWS = (
    row(
        "prod-eu-1",
        "● up",
        Role.OK,
        rtt=Cell("88 ms", value=0.0881),
        pods=Cell("12,300", value=12_300),
        nodes=Cell("2/4", value="2/4"),
        version=Cell("v1.34.2", value="v1.34.2"),
        since=Cell("14 m", value="2026-08-01T09:00:00Z"),
    ),
    row(
        "prod-us-1",
        "✖ down",
        Role.CRITICAL,
        rtt=Cell("last 22 ms", Role.DIM),
        pods=Cell("? unknown", Role.UNKNOWN),
        nodes=Cell("4/4 ?", Role.UNKNOWN, "4/4"),
        version=Cell("? unknown", Role.UNKNOWN),
        pair=Cell("✖ asymmetric", Role.CRITICAL, "asymmetric"),
    ),
    row(
        "dev",
        "▲ slow, since noon",
        Role.WARN,
        rtt=Cell("612 ms", value=0.612),
        pods=Cell("900", value=900),
        nodes=Cell("10/10", value="10/10"),
        version=Cell("v1.9.11-gke.4", value="v1.9.11-gke.4"),
        since=Cell("3 s", value="2026-08-01T09:13:57Z"),
        pair=Cell("10.0.0.1:443 Deny", value=None),
    ),
)


def found(text: str) -> list[str]:
    """Names of the rows that match, short."""
    short = {"prod-eu-1": "eu", "prod-us-1": "us", "dev": "dev"}
    chosen = parse_filter(text, COLUMNS)
    return [short[row.id] for row in ROWS if chosen.matches(row)]


def failure(text: str) -> FilterError:
    with pytest.raises(FilterError) as caught:
        parse_filter(text, COLUMNS)
    return caught.value


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["eu", "us", "dev"]),
        ("   ", ["eu", "us", "dev"]),
        ("PROD", ["eu", "us"]),
        ("prod down", ["us"]),
        ("down prod", ["us"]),
        ("prod nothing-like-this", []),
        ("!prod", ["dev"]),
        ("!prod !dev", []),
        ("✖", ["us"]),
        ('"slow, since"', ["dev"]),
        ('!"slow, since"', ["eu", "us"]),
        (r'"say \"so\""', []),
        ("~pe1", ["eu"]),
        ("~1ep", []),
        ('~"w n"', ["dev"]),
        ("/^prod/", ["eu", "us"]),
        ("/^up$/", ["eu"]),
        ("/^✖ down/", ["us"]),
        ("/ow.since/", []),
        ("/ow, since/", ["dev"]),
        ("/deny/", ["dev"]),
        ("/Deny/", ["dev"]),
        ("/DENY/", []),
        (r"/\Deny/", ["dev"]),
        ("!/^prod/", ["dev"]),
        ("10.0.0.1:443", ["dev"]),
        (":443", ["dev"]),
        ("!10.0.0.1:443", ["eu", "us"]),
    ],
)
def test_any_cell(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("state:up", ["eu"]),
        ("STATE:UP", ["eu"]),
        ("stat:up", ["eu"]),
        ("!state:up", ["us", "dev"]),
        ("cluster:up", []),
        ("both-ways:asym", ["us"]),
        ("both:asym", ["us"]),
        ("pair:10.0.0.1:443", ["dev"]),
        ('state:"slow, since"', ["dev"]),
        ("state:/^slow/", ["dev"]),
        ("state:~dwn", ["us"]),
        ("state=down", ["us"]),
        ("state=DOWN", ["us"]),
        ('state="✖ down"', ["us"]),
        ("state=dow", []),
        ("state!=down", ["eu", "dev"]),
        ("!state=down", ["eu", "dev"]),
        ("!state!=down", ["us"]),
        ('state="slow, since noon"', ["dev"]),
        ("rtt=88ms", ["eu"]),
        ('rtt="88 ms"', ["eu"]),
        ("pods=12300", ["eu"]),
        ("nodes=2/4", ["eu"]),
        ('state!=""', ["eu", "us", "dev"]),
    ],
)
def test_one_column(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("rtt>50ms", ["eu", "dev"]),
        ("rtt>0.5s", ["dev"]),
        ("rtt<=88.1ms", ["eu"]),
        ("rtt<88.1ms", []),
        ("rtt>=88.1ms", ["eu", "dev"]),
        ("rtt>0", ["eu", "dev"]),
        ("rtt>-1s", ["eu", "dev"]),
        ("!rtt>100ms", ["eu"]),
        ("rtt<1m", ["eu", "dev"]),
        ("since>5m", ["eu"]),
        ("since<1h30m", ["eu", "dev"]),
        ("since<1d", ["eu", "dev"]),
        ("pods>1k", ["eu"]),
        ("pods>12Ki", ["eu"]),
        ("pods>13Ki", []),
        ("pods<1M", ["eu", "dev"]),
        ("pods>=900", ["eu", "dev"]),
        ("!pods>=901", ["dev"]),
        ("nodes<3", ["eu"]),
        ("nodes>2", ["dev"]),
        ("version<1.10", ["dev"]),
        ("version>v1.9", ["eu"]),
        ("version>=1.34", ["eu"]),
        ("version<=1.34", ["eu", "dev"]),
        ("version>1.34", []),
        ("version>=1.34.3", []),
        ("version>1", []),
        ("!version>1", ["eu", "dev"]),
    ],
)
def test_comparisons_leave_out_what_is_not_known(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize("value", [None, True, float("nan"), "word"])
def test_what_is_no_number_is_neither_over_nor_under(value: Value) -> None:
    one = Row("x", {"pods": Cell("7", value=value) if value != "word" else Cell("x", value=value)})
    assert not parse_filter("pods>1", COLUMNS).matches(one)
    assert not parse_filter("!pods>1", COLUMNS).matches(one)


def test_a_row_without_the_column_is_not_found_by_it() -> None:
    one = Row("x", {"state": Cell("● up")})
    assert not parse_filter("cluster:x", COLUMNS).matches(one)
    assert not parse_filter("cluster=x", COLUMNS).matches(one)
    assert not parse_filter("rtt>1s", COLUMNS).matches(one)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("!!up", "one ! is enough"),
        ('"a"b', "a space must follow"),
        ("/a(/", "not valid: missing )"),
        ("/(a+)+/", "forever"),
        ("state:/(a|ab)*/", "forever"),
        ("f=1", "no column f among cluster, state"),
        ("foo:bar", "no column foo among cluster, state"),
        ("nginx:latest", '"quote" it'),
        ("clster:a:b", "no column clster"),
        ("s:up", "s may be state, since: type more of it"),
        ("=5", "a column must stand before ="),
        (">5", "a column must stand before >"),
        ("app>5", "no column app"),
        ("state==up", "two operators"),
        ("state:>5", "two operators"),
        ("state=/up/", "a regex is searched with state:/up/"),
        ("state!=/up/", "a regex is searched with !state:/up/"),
        ("state=~up", "searched with state:~up"),
        ("rtt>100", "a unit is missing; right is one of 100ms, 100s"),
        ("rtt>fast", "no time"),
        ("rtt>1k", "no time"),
        ("pods>1x", "right is for example 3, 20k or 4Gi"),
        ("pods>1ms", "no number"),
        ("nodes>1k", "no number; right is for example 3"),
        ("state>up", "no number"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, words: str) -> None:
    error = failure(f"prod {text}")
    assert str(error).startswith(f"{text} – ")
    assert words in str(error)
    assert error.position == 5
    assert not isinstance(error, UnfinishedError)


@pytest.mark.parametrize(
    "text",
    ["!", "! up", '"', '"two words', 'state:"two', "/", "/var/lib", "~", "state:", "state=", "rtt>",
     '""', 'state:""', '~""', "//", "!~", 'rtt>""'],
)  # fmt: skip
def test_what_may_become_right_is_told_apart(text: str) -> None:
    error = failure(f"a  {text}")
    assert isinstance(error, UnfinishedError)
    assert error.position == 3
    assert "must follow" in str(error) or "closing" in str(error)


@pytest.mark.parametrize(
    "text",
    ["arn:aws:iam", "https://example.com/a?b=c", "10.0.0.1:443", "::1", "fd00::1", "cluster::1",
     "system:serviceaccount:shop:checkout", "14:00:10Z", "ip-10-0-0-1:4500", "a/b"],
)  # fmt: skip
def test_addresses_and_the_like_are_plain_words(text: str) -> None:
    chosen = parse_filter(text, COLUMNS)
    assert chosen.matches(Row("x", {"state": Cell(f"see {text}.")}))
    assert not chosen.matches(Row("x", {"state": Cell("see")}))


def test_a_space_never_shows_everything() -> None:
    assert found("no such-row") == found("prod no-such") == []


def test_a_wrong_regex_never_shows_everything() -> None:
    for text in ("/[/", "state:/*/", "!/(/", "/(?P<x/"):
        assert "regex" in str(failure(text))


def test_a_term_as_long_as_a_page_is_cut_in_the_message() -> None:
    assert len(str(failure("f>" + "x" * 10_000))) < 400


def test_hostile_terms_are_inert_in_the_message() -> None:
    assert "\x1b" not in str(failure("x\x1b[31m>5"))


def test_a_regex_looks_at_the_first_512_characters() -> None:
    long = Row("x", {"state": Cell("a" * 510 + "bcd")})
    assert parse_filter("/bc/", COLUMNS).matches(long)
    assert not parse_filter("/bcd/", COLUMNS).matches(long)


@pytest.mark.parametrize(
    ("text", "column", "cell", "lit"),
    [
        ("", "state", "● up", []),
        ("p", "state", "Pop up", ["P", "p", "p"]),
        ("aa", "state", "aaaaa", ["aaaa"]),
        ("pro od", "state", "prod", ["prod"]),
        ("state:pro", "state", "prod", ["pro"]),
        ("state:pro", "cluster", "prod", []),
        ("!pro", "state", "prod", []),
        ("state!=up", "state", "● down", []),
        ("!state!=up", "state", "● up", ["up"]),
        ("state=up", "state", "● up", ["up"]),
        ("state=up", "state", "● up, uneven", ["up"]),
        ("state=up", "state", "giving up", []),
        ("rtt>5s", "rtt", "6 s", []),
        ("~ab", "state", "a-ab", ["ab"]),
        ("~ad", "state", "abcd", ["a", "d"]),
        ("/o./", "state", "● one, two, on", ["on", "o,", "on"]),
        ("/● o/", "state", "● one", ["● o"]),
        ("/x*/", "state", "axxb", ["xx"]),
        ("/a/", "state", "b" * 512 + "a", []),
        ("strasse", "state", "in Straße 1", ["Straße"]),
        ("s1", "state", "ß1", ["ß1"]),
        ("i", "state", "İıi", ["İ", "i"]),
        ("ﬁ", "state", "aﬁb", ["ﬁ"]),
        ("~fi", "state", "aﬁb", ["ﬁ"]),
    ],
)
def test_spans(text: str, column: str, cell: str, lit: list[str]) -> None:
    spans = parse_filter(text, COLUMNS).spans(column, cell)
    assert [cell[begin:end] for begin, end in spans] == lit


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("", []),
        ("prod ", []),
        ("clu", ["cluster:"]),
        ("CLU", ["CLUster:"]),
        ("!clu", ["!cluster:"]),
        ("prod  st", ["prod  state:", "prod  cluster:"]),
        ("s", ["state:", "since:", "cluster:", "pods:", "nodes:", "version:", "pair:"]),
        ("both", ["pair:"]),
        ("state", ["state:", "state!=", "state="]),
        ("rtt", ["rtt:", "rtt!=", "rtt=", "rtt>=", "rtt<=", "rtt>", "rtt<"]),
        ("state:cl", []),
        ('"prod st', []),
        ("/prod st", []),
        ("xyz", []),
        ("foo>1 clu", ["foo>1 cluster:"]),
    ],
)
def test_completion(text: str, completed: list[str]) -> None:
    assert complete_filter(text, COLUMNS) == completed


def test_completed_texts_parse_once_something_follows() -> None:
    for text in ("s", "rtt", "!no"):
        for whole in complete_filter(text, COLUMNS):
            assert parse_filter(f"{whole}1s", COLUMNS).text
