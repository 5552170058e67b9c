"""Result files of probes: JUnit and JSON, read strictly and safely."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.config import evidence
from mckconsole.config.errors import ConfigError
from mckconsole.config.evidence import load_evidence, read_evidence
from mckconsole.config.junit import JUnitError, read_cases
from mckconsole.domain.attested import Attested
from mckconsole.domain.times import parse_rfc3339

AT = parse_rfc3339("2026-11-20T10:00:00Z")
Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a text into a file."""

    def write(text: str) -> Path:
        path = tmp_path / "run.xml"
        path.write_text(text, "utf-8")
        return path

    return write


def suite(*cases: str, properties: str = "", stamp: str = "2026-11-20T10:00:00Z") -> str:
    """A JUnit document."""
    told = f"<properties>{properties}</properties>" if properties else ""
    when = f' timestamp="{stamp}"' if stamp else ""
    body = "".join(cases)
    return f'<?xml version="1.0"?><testsuites><testsuite name="s"{when}>{told}{body}</testsuite></testsuites>'  # noqa: E501


def case(name: str, inside: str = "", more: str = "") -> str:
    """A test case."""
    return f'<testcase name="{name}"{more}>{inside}</testcase>'


def prop(name: str, value: str) -> str:
    """A property."""
    return f'<property name="{name}" value="{value}"/>'


PLACED = prop("mckconsole.item", "CHK01") + prop("mckconsole.cluster", "east")
GOOD = Attested("CHK01", "east", True, "CHK01 ping [east]", "run.xml", AT)


@pytest.mark.parametrize(
    ("text", "item", "cluster", "passed", "words"),
    [
        (suite(case("CHK01 ping [east]")), "CHK01", "east", True, "CHK01 ping [east]"),
        (suite(case("ping"), properties=PLACED), "CHK01", "east", True, "ping"),
        (suite(case("ping [west]", f"<properties>{prop('mckconsole.item', 'CHK02')}</properties>")),
         "CHK02", "west", True, "ping [west]"),
        (suite(case("[It] ping [basic]"), properties=PLACED),
         "CHK01", "east", True, "[It] ping [basic]"),
        (suite(case("CHK10: staging [*]")), "CHK10", "", True, "CHK10: staging [*]"),
        (suite(case("CHK01 a [e]", '<failure message="no route"/>')),
         "CHK01", "e", False, "CHK01 a [e]: no route"),
        (suite(case("CHK01 a [e]", '<error type="Timeout">trace</error>')),
         "CHK01", "e", False, "CHK01 a [e]: Timeout"),
        (suite(case("CHK01 a [e]", more=' status="failed"')), "CHK01", "e", False, "CHK01 a [e]"),
        (suite(case("CHK01 a [e]", more=' status="run" result="completed"')),
         "CHK01", "e", True, "CHK01 a [e]"),
        (suite(case("CHK01 &lt;b&gt; &#x1b;[e]".replace("&#x1b;", ""))),
         "CHK01", "e", True, "CHK01 <b> [e]"),
    ],
)  # fmt: skip
def test_junit(
    written: Written, text: str, item: str, cluster: str, passed: bool, words: str
) -> None:
    assert read_evidence(written(text)) == (Attested(item, cluster, passed, words, "run.xml", AT),)


@pytest.mark.parametrize(
    ("stamp", "more", "at"),
    [
        ("2026-11-20T10:00:00", "", AT),
        ("2026-11-20 10:00:00.25", "", (AT or 0) + 0.25),
        ("2026-11-20T11:00:00+01:00", "", AT),
        ("", "", None),
        ("2020-01-01T00:00:00Z", ' timestamp="2026-11-20T10:00:00Z"', AT),
    ],
)
def test_times_of_junit(written: Written, stamp: str, more: str, at: float | None) -> None:
    (found,) = read_evidence(written(suite(case("CHK01 [east]", more=more), stamp=stamp)))
    assert found.at == at


def test_properties_of_a_case_win_over_those_of_its_suite_wherever_they_stand(
    written: Written,
) -> None:
    own = f"<properties>{prop('mckconsole.cluster', 'west')}</properties>"
    text = (
        f'<testsuites><testsuite timestamp="2026-11-20T10:00:00Z">{case("one", own)}{case("two")}'
        f"<properties>{PLACED}</properties></testsuite></testsuites>"
    )
    assert [one.cluster for one in read_evidence(written(text))] == ["west", "east"]


def test_a_property_may_be_text(written: Written) -> None:
    told = '<property name="mckconsole.item">CHK03</property>'
    (found,) = read_evidence(written(suite(case("x [east]"), properties=told)))
    assert found.rule == "CHK03"


def test_skipped_cases_say_nothing(written: Written) -> None:
    skipped = (case("any", "<skipped/>"), case("other", more=' status="skipped"'),
               case("third", more=' status="run" result="skipped"'))  # fmt: skip
    assert read_evidence(written(suite(case("CHK01 ping [east]"), *skipped))) == (GOOD,)
    with pytest.raises(ConfigError, match=r"run\.xml: every test case of it was skipped"):
        read_evidence(written(suite(*skipped)))


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><testsuites>&b;</testsuites>'
OUTSIDE = '<!DOCTYPE testsuites SYSTEM "file:///etc/passwd"><testsuites/>'
THEFT = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><testsuites>&f;</testsuites>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd">%p;]><testsuites/>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "document type or entities"),
        (OUTSIDE, "document type or entities"),
        (THEFT, "document type or entities"),
        (PARAMETER, "document type or entities"),
        ("<testsuites>&unheard;</testsuites>", "not well-formed XML: undefined entity"),
        ("<testsuites><testsuite>", "not well-formed XML"),
        ("<html><testcase/></html>", "is no JUnit XML: it begins with html"),
        (f"{'<testsuite>' * 40}{'</testsuite>' * 40}", "more than 32 deep"),
        ("<testsuites/>", "it has no test case"),
        ("[]", "neither JUnit XML nor a JSON object"),
        ("", "neither JUnit XML nor a JSON object"),
        (suite(case("ping [east]")), "ping [east]: belongs to no item"),
        (suite(case("CHK11 [east]")), "there is no item CHK11"),
        (suite(case("CHK1 [east]")), "there is no item CHK1"),
        (suite(case("CHK01 ping")), "CHK01 ping: says no cluster"),
        (suite(case("CHK01 and CHK02 [east]")), "belongs to several items: CHK01, CHK02"),
        (suite(case("CHK01 [west]"), properties=PLACED), "is of several clusters: east, west"),
        (suite(case("CHK02 [east]"), properties=PLACED), "belongs to several items: CHK01, CHK02"),
        (suite(case("")), "(no name): belongs to no item"),
        (suite(case("CHK01 [east]"), stamp="yesterday"), "`yesterday` is no time stamp"),
        ('{"results": []}', "it has no result"),
        ('{"results": [{"item": "CHK01"}]}', "missing required field"),
        ('{"results": [], "more": 1}', "unknown field"),
        ("{" + '"a":{' * 5000, "cannot be read"),
    ],
)
def test_what_is_unclear_or_unsafe_is_an_error(written: Written, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_evidence(written(text))
    assert words in str(caught.value)
    assert "run.xml" in str(caught.value)


def test_every_unclear_case_is_told_with_its_line(written: Written) -> None:
    with pytest.raises(ConfigError) as caught:
        read_evidence(written(suite("\n", case("a"), "\n", case("CHK01 [east]"), case("b"))))
    assert [(one.line, one.key) for one in caught.value.problems] == [
        (2, "a"), (2, "a"), (3, "b"), (3, "b"),
    ]  # fmt: skip


def result(**changes: object) -> dict[str, object]:
    """A result in JSON."""
    given_ = {"item": "CHK01", "cluster": "east", "passed": True, "detail": "ping",
              "at": "2026-11-20T10:00:00Z"}  # fmt: skip
    return {**given_, **changes}


def test_json(written: Written) -> None:
    results = [result(), result(cluster="*", passed=False, detail="", at="")]
    assert read_evidence(written(json.dumps({"results": results}))) == (
        Attested("CHK01", "east", True, "ping", "run.xml", AT),
        Attested("CHK01", "", False, "failed", "run.xml", None),
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"item": "CHK00"}, "results[0]: there is no item CHK00"),
        ({"item": ""}, "results[0]: belongs to no item"),
        ({"cluster": " "}, "results[0]: says no cluster"),
        ({"at": "2026-11-20"}, "results[0]: `2026-11-20` is no time"),
        ({"at": "2026-11-20T10:00:00"}, "is no time"),
        ({"passed": "yes"}, "$.results[0].passed"),
        ({"result": "ok"}, "unknown field"),
    ],
)
def test_unclear_json(written: Written, change: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_evidence(written(json.dumps({"results": [result(**change)]})))
    assert words in str(caught.value)


def test_words_are_one_clean_line(written: Written) -> None:
    text = json.dumps({"results": [result(detail="a\n\x1b[31m‮ b" + "x" * 999)]})
    (found,) = read_evidence(written(text))
    assert found.words.isprintable()
    assert len(found.words) <= 300


def test_files_in_order_and_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"results": [result()]}))
    (tmp_path / "two.xml").write_text(suite(case("CHK02 [east]")))
    env = {"HOME": str(tmp_path)}
    found = load_evidence(["~/one.json", str(tmp_path / "two.xml")], env=env)
    assert [(one.rule, one.file) for one in found] == [("CHK01", "one.json"), ("CHK02", "two.xml")]
    with pytest.raises(ConfigError, match=r"none\.json: cannot be read"):
        load_evidence(["~/none.json"], env=env)
    with pytest.raises(ConfigError, match="is a directory"):
        load_evidence([str(tmp_path)], env=env)


def test_large_files_are_refused(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MAX_BYTES", 2048)
    with pytest.raises(ConfigError, match="is larger than 2 KiB"):
        read_evidence(written(suite(case("CHK01 [east]", "x" * 4096))))


PIECES = st.sampled_from([
    "<testsuites>", "</testsuites>", "<testsuite>", "</testsuite>", '<testcase name="CHK01 [e]">',
    "</testcase>", "<failure/>", "<skipped/>", "<properties>", "</properties>", PLACED, "text",
    "<!DOCTYPE a>", "&lt;", "&x;", "<![CDATA[x]]>", "<property", ">", "\0",
])  # fmt: skip


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=20).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(JUnitError):
        assert all(one.passed in (True, False, None) for one in read_cases(text))
