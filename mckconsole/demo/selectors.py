"""Label and field selectors, with the real server's grammar and its error texts.

Source of the grammar: k8s.io/apimachinery labels and fields; of the texts: kube-apiserver v1.36.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mckconsole.demo.objects import ResourceType
from mckconsole.demo.status import ApiError, bad_request
from mckconsole.demo.watchlog import Stored

Predicate: TypeAlias = Callable[[Stored], bool]
LabelTest: TypeAlias = Callable[[Mapping[str, str]], bool]

_TOKEN = re.compile(r"\s*(==|!=|[=!<>(),]|[^\s=!<>(),]+|$)")
_SYMBOLS = {"==", "!=", "=", "!", "<", ">", "(", ")", ","}
_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PREFIX = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_TERMS = re.compile(r"(?:\\.|[^\\,]|\\$)+", re.DOTALL)
_TERM = re.compile(r"(.*?)(!=|==|=)(.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\,=])")
_NAME_RULE = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
_KEY_RULE = (
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex "
    "used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS "
    "subdomain prefix and '/' (e.g. 'example.com/MyName')"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  "
    "or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


def label_selector(text: str) -> LabelTest | None:
    """Parse a label selector; None selects everything.

    Raises:
        ApiError: 400 with the server's words.
    """
    parser = _Parser(text)
    tests = parser.parse()
    if not tests:
        return None
    return lambda labels: all(test(labels) for test in tests)


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = [match.group(1) for match in _TOKEN.finditer(text)]
        self._at = 0

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def parse(self) -> list[LabelTest]:
        tests: list[LabelTest] = []
        first = self._peek()
        if first in _SYMBOLS - {"!"}:
            raise bad_request(f"found '{first}', expected: !, identifier, or 'end of string'")
        while self._peek():
            tests.append(self._requirement())
            after = self._next()
            if not after:
                break
            if after != ",":
                raise bad_request(f"found '{after}', expected: ',' or 'end of string'")
            following = self._peek()
            if following in _SYMBOLS - {"!"} or not following:
                raise bad_request(f"found '{following}', expected: identifier after ','")
        return tests

    def _requirement(self) -> LabelTest:
        if self._peek() == "!":
            self._next()
            key = self._key()
            return lambda labels: key not in labels
        key = self._key()
        operator = self._peek()
        if operator in ("", ","):
            return lambda labels: key in labels
        self._next()
        if operator in ("=", "==", "!="):
            return self._equality(key, operator)
        if operator in ("in", "notin"):
            return self._membership(key, operator)
        if operator in ("<", ">"):
            return self._comparison(key, operator)
        raise _unparsable(f"found '{operator}', expected: in, notin, =, ==, !=, gt, lt")

    def _key(self) -> str:
        key = self._next()
        if not key or key in _SYMBOLS:
            raise _unparsable(f"found '{key}', expected: identifier")
        prefix, slash, name = key.rpartition("/")
        if prefix.count("/"):
            raise _unparsable(f'<nil>: Invalid value: "{key}": {_KEY_RULE}')
        if not _NAME.fullmatch(name) or len(name) > 63:
            raise _unparsable(f'<nil>: Invalid value: "{key}": {_NAME_RULE}')
        if slash and not _PREFIX.fullmatch(prefix):
            raise _unparsable(f'<nil>: Invalid value: "{key}": {_KEY_RULE}')
        return key

    def _value(self, key: str, value: str, index: int) -> str:
        if value and (not _NAME.fullmatch(value) or len(value) > 63):
            raise _unparsable(f'values[{index}][{key}]: Invalid value: "{value}": {_VALUE_RULE}')
        return value

    def _exact_value(self) -> str:
        """One value; nothing at all is the empty string."""
        if self._peek() in ("", ","):
            return ""
        value = self._next()
        if value in _SYMBOLS:
            raise _unparsable(f"found '{value}', expected: identifier")
        return value

    def _equality(self, key: str, operator: str) -> LabelTest:
        wanted = self._value(key, self._exact_value(), 0)
        if operator == "!=":
            return lambda labels: labels.get(key) != wanted
        return lambda labels: labels.get(key) == wanted

    def _membership(self, key: str, operator: str) -> LabelTest:
        opening = self._next()
        if opening != "(":
            raise _unparsable(f"found '{opening}' expected: '('")
        values = self._values()
        closing = self._next()
        if closing != ")":
            raise _unparsable(f"found '{closing}', expected: ')'")
        wanted = frozenset(self._value(key, value, at) for at, value in enumerate(values))
        if operator == "notin":
            return lambda labels: key not in labels or labels[key] not in wanted
        return lambda labels: key in labels and labels[key] in wanted

    def _values(self) -> list[str]:
        """The set before its closing bracket; an empty place in it is the empty string."""
        first = self._peek()
        if first == ")":
            return [""]
        if first != "," and (not first or first in _SYMBOLS):
            raise _unparsable(f"found '{first}', expected: ',', ')' or identifier")
        values: list[str] = []
        while True:
            symbol = self._next()
            if symbol == ",":
                values += [""] if not values else []
                if self._peek() == ")":
                    return [*values, ""]
                if self._peek() == ",":
                    self._next()
                    values.append("")
            elif not symbol or symbol in _SYMBOLS:
                raise _unparsable(f"found '{symbol}', expected: ',', or identifier")
            else:
                values.append(symbol)
                if self._peek() == ")":
                    return values
                if self._peek() != ",":
                    raise _unparsable(f"found '{self._peek()}', expected: ',' or ')'")

    def _comparison(self, key: str, operator: str) -> LabelTest:
        text = self._exact_value()
        try:
            limit = int(text)
        except ValueError:
            raise _unparsable(
                f"values[0]: Invalid value: \"{text}\": for 'Gt', 'Lt' operators, "
                "the value must be an integer"
            ) from None
        greater = operator == ">"

        def test(labels: Mapping[str, str]) -> bool:
            try:
                value = int(labels[key])
            except (KeyError, ValueError):
                return False
            return value > limit if greater else value < limit

        return test


def _unparsable(message: str) -> ApiError:
    return bad_request(f"unable to parse requirement: {message}")


def field_selector(text: str, type_: ResourceType) -> Predicate | None:
    """Parse a field selector for one resource; None selects everything.

    Raises:
        ApiError: 400 for a term without operator or a field that this resource cannot select.
    """
    terms: list[tuple[str, str, str]] = []
    for term in _TERMS.findall(text):
        match = _TERM.fullmatch(term)
        if match is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        name, operator, value = match.groups()
        terms.append((name, operator, _unescape(value)))
    # A bare operator selects by no field at all, and is ignored.
    tests = [_field_test(*term, type_) for term in terms if term[0] or term[2]]
    if not tests:
        return None
    return lambda stored: all(test(stored) for test in tests)


def _unescape(value: str) -> str:
    """Take the backslashes off a backslash, a comma and an equals sign; there are no others."""
    rest = _ESCAPED.sub("", value)
    if (stray := re.search(r"\\(.?)", rest, re.DOTALL)) is not None:
        raise bad_request(f"invalid field selector: invalid escape sequence: {stray.group()}")
    if "=" in rest:
        raise bad_request(f"invalid field selector: unescaped character in value: {ord('=')}")
    return _ESCAPED.sub(r"\1", value)


def _field_test(name: str, operator: str, wanted: str, type_: ResourceType) -> Predicate:
    value = _field_value(name, type_)
    if operator == "!=":
        return lambda stored: value(stored) != wanted
    return lambda stored: value(stored) == wanted


def _field_value(name: str, type_: ResourceType) -> Callable[[Stored], str]:
    if name == "metadata.name":
        return lambda stored: stored.key[1]
    if name == "metadata.namespace" and (type_.namespaced or not type_.fields):
        return lambda stored: stored.key[0]
    if name in type_.fields:
        path = name.split(".")
        return lambda stored: _text_at(stored.decoded(), path)
    if (type_.group, type_.kind) == ("batch", "Job"):  # says it in words of its own
        raise bad_request(f"field label {json.dumps(name)} not supported for Job")
    if type_.custom or type_.fields:
        raise bad_request(f"field label not supported: {name}")
    known = 'only "metadata.name", "metadata.namespace"'
    raise bad_request(f"{json.dumps(name)} is not a known field selector: {known}")


def _text_at(value: Any, path: list[str]) -> str:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "false" if path[-1] in ("unschedulable", "hostNetwork") else ""
    return str(value)


def combine(labels: LabelTest | None, fields: Predicate | None) -> Predicate | None:
    """Both selectors as one test, or None when neither narrows anything."""
    if labels is None:
        return fields
    if fields is None:
        return lambda stored: labels(stored.labels)
    return lambda stored: labels(stored.labels) and fields(stored)
