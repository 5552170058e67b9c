"""Read JUnit XML that somebody else's tool wrote, and nothing of XML that could do harm.

A document type is refused, so there are no entities but the five of XML, and nothing is fetched.
What tests wrote to their output is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat  # the parser alone: no tree, no entities (a DOCTYPE is refused)

from mckconsole.domain.text import clean, shorten

MAX_DEPTH = 32
MAX_CASES = 100_000
_SUITES = frozenset({"testsuites", "testsuite"})
_BAD = frozenset({"failure", "error"})
_FAILED = frozenset(
    {"failed", "failure", "error", "panicked", "timedout", "interrupted", "aborted"}
)
_SKIPPED = frozenset({"skipped", "disabled", "notrun", "pending"})
_MAX_DETAIL = 300
_MAX_NAME = 500


class JUnitError(ValueError):
    """The text is no JUnit XML that is read."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Case:
    """One test case."""

    name: str
    line: int
    passed: bool | None
    """None: it was skipped."""
    detail: str
    """What the failure says."""
    timestamp: str
    """Its own, else that of the nearest suite; empty where none has one."""
    properties: dict[str, str] = field(default_factory=dict)
    """Its own over those of its suites."""


@dataclass(slots=True)
class _Suite:
    """An element around test cases."""

    timestamp: str
    properties: dict[str, str] = field(default_factory=dict)


def read_cases(text: str) -> Iterator[Case]:
    """The test cases of a document, in order.

    Raises:
        JUnitError: it is not well-formed, has a document type, or is no JUnit XML.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(text, True)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        raise JUnitError(f"is not well-formed XML: {why}", error.lineno) from None
    for case, suites in reader.cases:
        told = [one.properties for one in suites]
        stamps = [one.timestamp for one in suites if one.timestamp]
        case.properties = {k: v for each in (*told, case.properties) for k, v in each.items()}
        case.timestamp = case.timestamp or (stamps[-1] if stamps else "")
        yield case


class _Reader:
    """Gathers test cases while expat goes through the document."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.cases: list[tuple[Case, tuple[_Suite, ...]]] = []
        self._path: list[str] = []
        self._suites: list[_Suite] = []
        self._case: Case | None = None
        self._property = ""
        """Name of the property whose value is its text."""

    def _error(self, message: str) -> JUnitError:
        return JUnitError(message, self.parser.CurrentLineNumber)

    def _refuse(self, *_: object) -> None:
        raise self._error("has a document type or entities, which are not read")

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not self._path and tag not in _SUITES:
            raise self._error(f"is no JUnit XML: it begins with {shorten(clean(tag), 40)}")
        if len(self._path) >= MAX_DEPTH:
            raise self._error(f"has elements more than {MAX_DEPTH} deep")
        self._path.append(tag)
        if self._case is None and tag in _SUITES:
            self._suites.append(_Suite(attributes.get("timestamp", "")))
        elif self._case is None and tag == "testcase":
            self._open(attributes)
        elif tag == "property" and self._path[-2] == "properties":
            self._note(attributes)
        elif self._case is not None and self._path[-2] == "testcase":
            self._outcome(tag, attributes)

    def _open(self, attributes: Mapping[str, str]) -> None:
        if len(self.cases) >= MAX_CASES:
            raise self._error(f"has more than {MAX_CASES} test cases")
        told = {attributes.get(name, "").lower() for name in ("status", "result")}
        passed = None if told & _SKIPPED else not told & _FAILED
        name = shorten(clean(attributes.get("name", "").strip()), _MAX_NAME)
        stamp = attributes.get("timestamp", "")
        self._case = Case(name, self.parser.CurrentLineNumber, passed, "", stamp)
        self.cases.append((self._case, tuple(self._suites)))

    def _note(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("name", "")
        held = self._held()
        if held is not None and name:
            held[name] = attributes.get("value", "")
            self._property = "" if "value" in attributes else name

    def _held(self) -> dict[str, str] | None:
        """Properties of what the element before `properties` is."""
        if self._path[-3:-2] == ["testcase"] and self._case is not None:
            return self._case.properties
        if self._case is None and self._path[-3:-2] and self._path[-3] in _SUITES:
            return self._suites[-1].properties
        return None

    def _outcome(self, tag: str, attributes: Mapping[str, str]) -> None:
        case = self._case
        if case is None:
            return
        if tag in _BAD:
            case.passed = False
            message = attributes.get("message", "") or attributes.get("type", "")
            case.detail = case.detail or shorten(clean(" ".join(message.split())), _MAX_DETAIL)
        elif tag == "skipped" and case.passed:
            case.passed = None

    def _text(self, text: str) -> None:
        if self._property and self._path[-1] == "property":
            held = self._held()
            if held is not None:
                held[self._property] = (held[self._property] + text)[:_MAX_NAME]

    def _end(self, tag: str) -> None:
        self._path.pop()
        if tag == "property":
            self._property = ""
        elif tag == "testcase" and "testcase" not in self._path:
            self._case = None
        elif tag in _SUITES and self._case is None:
            self._suites.pop()
